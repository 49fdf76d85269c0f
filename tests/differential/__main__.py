"""`python -m tests.differential FOLDER`: run a case that was written down, and say what differs."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.differential.cases import build, differences, kept
from tests.differential.compiling import FILE, check

for folder in map(Path, sys.argv[1:]):
    case = kept(folder)
    built = build(case)
    if built is None:
        sys.exit("\n".join(str(finding) for finding in check({FILE: case.text}).findings))
    print("\n".join(differences(built, case.stories)) or "no difference")
