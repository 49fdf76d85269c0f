"""`cityosc lint`."""

from __future__ import annotations

import sys

import click

from cityos_compiler.cli.common import project_root


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["human", "json"]),
    default="human",
    help="How findings are written.",
)
def lint_command(paths: tuple[str, ...], shape: str) -> int:
    """Check every spec of the project, or show only what concerns PATHS.

    Exits with 0 where nothing is wrong, with 1 where there are findings.
    """
    from cityos_compiler.passes import check
    from cityos_compiler.render import as_json, human

    root = project_root()
    checked = check(root)
    findings = [f for f in checked.findings if not paths or any(f.span.file.endswith(path) for path in paths)]
    if shape == "json":
        click.echo(as_json(findings))
    elif findings:
        click.echo(human(findings, checked.project.texts, color=sys.stdout.isatty()))
    else:
        click.echo(f"{len(checked.project.texts)} specs, no findings")
    return 1 if findings else 0
