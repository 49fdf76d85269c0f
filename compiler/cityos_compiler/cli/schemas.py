"""Writes `schemas/` from the declarations: `python -m cityos_compiler.cli.schemas`."""

from __future__ import annotations

import json
from pathlib import Path

from cityos_dsl.spec.schema import KINDS, schema


def texts() -> dict[str, str]:
    """Every schema by its file's name."""
    return {f"{name}.schema.json": json.dumps(schema(name), indent=1) + "\n" for name in KINDS}


def main() -> None:
    """Write the schemas of this checkout."""
    folder = Path(__file__).resolve().parents[3] / "schemas"
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
