"""`cityosc lint` beside what others need for the same files, in turns, in one run.

usage: python benchmarks/lint.py [ROUNDS [SIZE ...]]

Without sizes: the city's own 318 specs, and 10, 80, 800 of them (benchmarks/cities.py); 8000 take a while.
`check-jsonschema` is in the extra `bench`. CPU time is of all processes of a command, memory of the largest one: where
others work on the machine, only these say something.
"""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cities import ROOT, grow

from cityos_dsl.spec import documents as d
from cityos_dsl.spec.schema import KINDS

COMPOSE = """
import gc, pathlib, yaml
gc.disable()
for path in pathlib.Path("specs").rglob("*.yaml"):
    yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
"""
RUN = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()"]
#: As installed: with compiled modules beside the sources, whatever this shell says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Measured:
    """What the rounds of one command took."""

    commands: list[list[str]]
    prepare: Callable[[], None] = lambda: None
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    megabytes: float = 0.0

    def run(self, folder: Path, environment: dict[str, str]) -> None:
        self.prepare()
        start = time.perf_counter()
        used = [_used(command, folder, environment) for command in self.commands]
        self.seconds.append(time.perf_counter() - start)
        self.cpu.append(sum(cpu for cpu, _ in used))
        self.megabytes = max(self.megabytes, *(peak for _, peak in used))

    @property
    def shown(self) -> str:
        wall, cpu = statistics.median(self.seconds) * 1000, statistics.median(self.cpu) * 1000
        spread = f"({min(self.seconds) * 1000:.0f} to {max(self.seconds) * 1000:.0f})"
        return f"{wall:7.0f} ms {spread:<18} {cpu:7.0f} ms of CPU {self.megabytes:5.0f} MB"


def _used(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Run a whole process; its CPU seconds and its largest resident memory in MB."""
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(folder: Path, rounds: int) -> None:
    """Measure in turns, so that a machine that drifts drifts for all."""
    cache = folder / "cache"
    environment = {**ENVIRONMENT, "CITYOSC_CACHE_DIR": str(cache)}
    lint = [[*RUN, "lint"]]
    measured = {
        "libyaml compose": Measured([[sys.executable, "-c", COMPOSE]]),
        "check-jsonschema": Measured(_schema_commands(folder)),
        "lint, nothing kept": Measured(lint, lambda: shutil.rmtree(cache, ignore_errors=True)),
        "lint again": Measured(lint),
        "lint, a workflow changed": Measured(lint, _edits(next((folder / "specs" / "workflows").rglob("*.yaml")))),
        "lint, a system changed": Measured(lint, _edits(max((folder / "specs" / "systems").rglob("*.yaml")))),
        "lint --no-cache": Measured([[*RUN, "lint", "--no-cache"]]),
        "python -c pass": Measured([[sys.executable, "-c", "pass"]]),
        "cityosc --version": Measured([[*RUN, "--version"]]),
    }
    for _ in range(rounds):
        for one in measured.values():
            one.run(folder, environment)
    for name, one in measured.items():
        print(f"{name:<24} {one.shown}")
    pairs = zip(measured["lint --no-cache"].cpu, measured["libyaml compose"].cpu, strict=True)
    print(f"lint --no-cache / compose, CPU: {statistics.median(a / b for a, b in pairs):.1f}", flush=True)


def _edits(file: Path) -> Callable[[], None]:
    """What changes a file: a comment in its first line, so that all below it moves."""
    sound = file.read_bytes()
    numbers = itertools.count()

    def edit() -> None:
        file.write_bytes(f"# edit {next(numbers)}\n".encode() + sound)

    return edit


def _schema_commands(folder: Path) -> list[list[str]]:
    """The published schemas against the same files, a process a kind: one can't be told several schemas."""
    kinds: dict[str, list[str]] = {}
    names = {kind: name for name, kind in KINDS.items()}
    for path in sorted((folder / "specs").rglob("*.yaml")):
        kind = d.kind_of(path.relative_to(folder / "specs").as_posix())
        if kind is not None:
            kinds.setdefault(names[kind], []).append(str(path))
    checker = shutil.which("check-jsonschema", path=str(Path(sys.executable).parent)) or "check-jsonschema"
    return [
        [checker, "--schemafile", str(ROOT / "schemas" / f"{name}.schema.json"), *files]
        for name, files in kinds.items()
    ]


def main() -> None:
    """Measure the city as it is, and cities of other sizes."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    sizes = [int(size) for size in sys.argv[2:]] or [330, 13, 80, 800]
    subprocess.run([*RUN, "lint", "--no-cache"], cwd=ROOT, env=ENVIRONMENT, check=True)  # compiles the modules
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(f"\n{grow(Path(folder), size)} specs")
            measure(Path(folder), rounds)


if __name__ == "__main__":
    main()
