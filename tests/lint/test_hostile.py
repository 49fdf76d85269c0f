"""Ten thousand broken spec files: findings, never a traceback, never a hang.

`CITYOSC_HOSTILE=10000 python -m pytest tests/lint/test_hostile.py -s` runs as many and prints what came of them.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType

from cityos_compiler.passes import check

from tests.lint.hostile import mutated

NUMBER = int(os.environ.get("CITYOSC_HOSTILE", "300"))
SEED = int(os.environ.get("CITYOSC_HOSTILE_SEED", "1"))
PATIENCE = 20  # seconds for one file, where milliseconds are usual: what takes longer hangs
SOURCES = (Path(__file__).parent / "base", Path(__file__).parents[1] / "golden" / "town")


def _stop(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"no answer after {PATIENCE} s")


def test_broken_files_give_findings_and_no_tracebacks(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    crashes: dict[str, str] = {}
    outcomes: Counter[str] = Counter()
    roots = []
    for number, source in enumerate(SOURCES):
        roots.append(tmp_path / str(number))
        shutil.copytree(source / "specs", roots[-1] / "specs")
    before = signal.signal(signal.SIGALRM, _stop)
    try:
        for number in range(NUMBER):
            root = roots[0] if number % 4 else roots[1]
            path = rng.choice([path for path in sorted((root / "specs").rglob("*.yaml")) if "tests" not in path.parts])
            sound = path.read_bytes()
            broken = mutated(rng, sound)
            path.write_bytes(broken)
            signal.alarm(PATIENCE)
            try:
                findings = check(root).findings
                outcomes["clean" if not findings else findings[0].code] += 1
                crashes |= {f.message: f"{path.name}, case {number}" for f in findings if f.code == "INTERNAL001"}
            except Exception as error:  # whatever it is, it is what this test looks for
                last = traceback.extract_tb(error.__traceback__)[-1]
                seen = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {error}"[:160]
                if seen not in crashes and (kept := os.environ.get("CITYOSC_HOSTILE_KEEP")):
                    (Path(kept) / f"{number}-{path.name}").write_bytes(broken)
                crashes.setdefault(seen, f"{path.name}, case {number}")
            finally:
                signal.alarm(0)
                path.write_bytes(sound)
    finally:
        signal.signal(signal.SIGALRM, before)
    print(f"{NUMBER} files, seed {SEED}: {dict(outcomes.most_common())}")
    assert not crashes, "\n".join(f"{seen} ({where})" for seen, where in crashes.items())
