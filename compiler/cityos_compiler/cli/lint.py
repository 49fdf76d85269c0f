"""`cityosc lint`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cityos_compiler.cli.common import project_root

if TYPE_CHECKING:
    from cityos_compiler.passes import Checked


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["human", "json"]),
    default="human",
    help="How findings are written.",
)
@click.option("--fix", is_flag=True, help="Mend what is safe to mend, and format; then show what remains.")
@click.option("--diff", is_flag=True, help="With --fix: show what would change, and write nothing.")
def lint_command(paths: tuple[str, ...], shape: str, fix: bool, diff: bool) -> int:
    """Check every spec of the project, or show only what concerns PATHS.

    Exits with 0 where nothing is wrong, with 1 where there are findings; with --diff also where something would change.
    """
    from cityos_compiler.passes import check
    from cityos_compiler.render import as_json, human

    if diff and not fix:
        raise click.UsageError("--diff shows what --fix would do: say both")
    root = project_root()
    checked, changed = _mended(root, paths, diff) if fix else (check(root), False)
    findings = [f for f in checked.findings if not paths or any(f.span.file.endswith(path) for path in paths)]
    if shape == "json":
        click.echo(as_json(findings), err=diff)
    elif findings:
        click.echo(human(findings, checked.project.texts, color=sys.stdout.isatty()), err=diff)
    elif not diff:
        click.echo(f"{len(checked.project.texts)} specs, no findings")
    return 1 if findings or (diff and changed) else 0


def _mended(root: Path, paths: tuple[str, ...], diff: bool) -> tuple[Checked, bool]:
    """The project after what is safe to mend, written or shown; and whether anything changed."""
    from cityos_compiler.cli.fmt import unified, write_all
    from cityos_compiler.fixes.apply import fix_project
    from cityos_compiler.workspace import Workspace

    workspace = Workspace.at(root)
    fixed = fix_project(workspace, lambda file: not paths or any(file.endswith(path) for path in paths))
    if diff:
        for file, text in sorted(fixed.texts.items()):
            click.echo(unified(file, workspace.texts[file] or "", text), nl=False)
        return fixed.checked, bool(fixed.texts)
    write_all({root / file: text for file, text in fixed.texts.items()})
    for made in fixed.made:
        click.echo(f"{made.edits[0].span.file}:{made.edits[0].span.line} {made.title}", err=True)
    click.echo(f"{len(fixed.made)} fixed, {len(fixed.texts)} specs written", err=True)
    return fixed.checked, bool(fixed.texts)
