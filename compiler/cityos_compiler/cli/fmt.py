"""`cityosc fmt`."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from cityos_compiler.cli.common import project_root


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; say which specs are not formatted.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def fmt_command(paths: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Format every spec of the project, or those at and below PATHS. No comment is lost, and no meaning changes.

    Exits with 0 where all is formatted, with 1 where a spec can't be read, or with --check and --diff would change.
    """
    from cityos_compiler.formatting import format_file
    from cityos_compiler.render import human

    root = project_root()
    files = _specs(root, paths)
    shown = {path: path.relative_to(root).as_posix() for path in files}
    formatted = {path: format_file(shown[path], _bytes(path, shown[path])) for path in files}
    texts = {path: result.before for path, result in formatted.items()}
    findings = [finding for result in formatted.values() for finding in result.findings]
    changed = [path for path in files if formatted[path].text != texts[path]]
    if diff:
        for path in changed:
            click.echo(unified(shown[path], texts[path], formatted[path].text), nl=False)
    elif not check:
        write_all({path: formatted[path].text for path in changed})
    if check or (changed and not diff):
        for path in changed:
            click.echo(f"{'would format' if check else 'formatted'} {shown[path]}")
    if findings:
        sources = {shown[path]: text for path, text in texts.items()}
        click.echo(human(findings, sources, color=sys.stderr.isatty()), err=True)
    if not diff:
        click.echo(f"{len(files)} specs, {len(changed)} {'not formatted' if check else 'changed'}")
    return 1 if findings or (changed and (check or diff)) else 0


def unified(name: str, before: str, after: str) -> str:
    """The change of one file as a unified diff."""
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def write_all(texts: dict[Path, str]) -> None:
    """Write files, each replaced in one step: a reader sees the old text or the new one."""
    from cityos_compiler.disk import replace_file

    for path, text in texts.items():
        replace_file(path, text)


def _specs(root: Path, paths: tuple[Path, ...]) -> list[Path]:
    """The specs at and below the paths; all of the project where there are none.

    Raises click.ClickException for a path outside of the project.
    """
    found: set[Path] = set()
    for path in (each.resolve() for each in paths or (root / "specs",)):
        if not path.is_relative_to(root):
            raise click.ClickException(f"{path} is outside of the project at {root}")
        found |= {one for one in path.rglob("*.yaml") if not one.is_dir()} if path.is_dir() else {path}
    return sorted(found)


def _bytes(path: Path, shown: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{shown} can't be read: {error.strerror or error}") from error
