"""`cityosc lint` of all specs beside a bare process that only composes the same YAML, in turns, in one run.

usage: python benchmarks/lint.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPOSE = """
import gc, pathlib, yaml
gc.disable()
for path in pathlib.Path("specs").rglob("*.yaml"):
    yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
"""
#: As installed: with compiled modules beside the sources, whatever this shell says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
RUN = "from cityos_compiler.cli.main import run; run()"
COMMANDS = {
    "libyaml compose": [sys.executable, "-c", COMPOSE],
    "cityosc lint": [sys.executable, "-c", RUN, "lint"],
    "python -c pass": [sys.executable, "-c", "pass"],
    "cityosc --version": [sys.executable, "-c", RUN, "--version"],
}


def seconds(command: list[str]) -> float:
    """Wall seconds of a whole process."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure in turns, so that a machine that drifts drifts for all."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, command in COMMANDS.items():
            spent = seconds(command)
            if number:  # the first round warms the caches
                taken[name].append(spent)
    for name, values in taken.items():
        low, high = min(values) * 1000, max(values) * 1000
        print(f"{name:<20} {statistics.median(values) * 1000:7.0f} ms  ({low:.0f} to {high:.0f})")
    ratio = statistics.median(a / b for a, b in zip(taken["cityosc lint"], taken["libyaml compose"], strict=True))
    print(f"lint / compose: {ratio:.1f}")


if __name__ == "__main__":
    main()
