"""Documents whose outputs are produced by running the tool: `python -m tests.docs` writes them anew."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.rules import pages

ROOT = Path(__file__).parents[1]
RULES = ROOT / "docs" / "rules"
PLAYED = tuple(ROOT / "docs" / name for name in ("tutorial.md", "verifying.md"))
PLAYED_IN_THE_CITY = (ROOT / "docs" / "simulating.md",)
COMMAND = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()"]

_BLOCK = re.compile(r"(?:<!-- write: (?P<path>\S+) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```\n", re.DOTALL)


def played(text: str, folder: Path) -> str:
    """The document with the output of its commands, which are run in the folder, one after the other."""
    here = folder

    def block(found: re.Match[str]) -> str:
        nonlocal here
        if found["path"]:
            (here / found["path"]).parent.mkdir(parents=True, exist_ok=True)
            (here / found["path"]).write_text(found["body"], encoding="utf-8")
        if found["kind"] != "console":
            return found[0]
        shown = []
        for line in found["body"].splitlines():
            if line.startswith("$ cd "):
                here = here / line.removeprefix("$ cd ")
            if line.startswith("$ "):
                shown.append(line)
            if line.startswith("$ cityosc "):
                shown += _said(shlex.split(line)[2:], here)
        return "```console\n" + "".join(f"{line}\n" for line in shown) + "```\n"

    return _BLOCK.sub(block, text)


def _said(arguments: list[str], folder: Path) -> list[str]:
    done = subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]


def main() -> None:
    """Write the documents with what the tool says now."""
    for document in PLAYED:
        with tempfile.TemporaryDirectory() as folder:
            document.write_text(played(document.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")
    for document in PLAYED_IN_THE_CITY:
        document.write_text(played(document.read_text(encoding="utf-8"), ROOT), encoding="utf-8")
    shutil.rmtree(RULES, ignore_errors=True)
    RULES.mkdir()
    for name, text in pages().items():
        (RULES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
