"""What `cityosc lint --fix` does before it tells what remains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from cityos_compiler.cli.fmt import unified, write_all
from cityos_compiler.findings.cache import Linted
from cityos_compiler.fixes.apply import fix_project
from cityos_compiler.workspace import Workspace


@dataclass(frozen=True)
class Mended:
    """What remains after mending, and the texts that changed."""

    linted: Linted
    texts: dict[str, str]


def mend(root: Path, concerns: Callable[[str], bool], diff: bool) -> Mended:
    """Mend what is safe to mend in the files that it concerns; with ``diff`` only show it."""
    workspace = Workspace.at(root)
    fixed = fix_project(workspace, concerns)
    if diff:
        for file, text in sorted(fixed.texts.items()):
            click.echo(unified(file, workspace.texts[file] or "", text), nl=False)
    else:
        write_all({root / file: text for file, text in fixed.texts.items()})
        for made in fixed.made:
            click.echo(f"{made.edits[0].span.file}:{made.edits[0].span.line} {made.title}", err=True)
        click.echo(f"{len(fixed.made)} fixed, {len(fixed.texts)} specs written", err=True)
    return Mended(Linted(fixed.checked.findings, list(fixed.checked.project.texts)), fixed.texts)
