"""`python -m cityos_runtime.sandbox generated/systems.json`: the sandbox city until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from pathlib import Path

from cityos_runtime.sandbox.city import Sandbox


async def _serve(systems_file: Path, host: str, port: int) -> None:
    sandbox = await Sandbox.start(json.loads(systems_file.read_text(encoding="utf-8")), host, port)
    for name, value in sorted(sandbox.environ.items()):
        print(f"export {name}={value}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await sandbox.stop()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("systems", type=Path, help="the generated systems.json")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8400)
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.systems, arguments.host, arguments.port))


if __name__ == "__main__":
    main()
