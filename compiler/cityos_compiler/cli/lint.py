"""`cityosc lint`."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cityos_compiler.cli.common import project_root
from cityos_dsl.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from cityos_compiler.cli.mending import Mended
    from cityos_compiler.findings.cache import Linted
    from cityos_dsl.files import Source

_FORMATS = ("human", "json", "sarif", "github", "junit")


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--format", "shape", type=click.Choice(_FORMATS), default="human", help="How findings are written.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write them to this file.")
@click.option("--since", metavar="REF", help="Show only what a change since this git ref can affect.")
@click.option("--no-cache", is_flag=True, help="Check everything anew.")
@click.option("--fix", is_flag=True, help="Mend what is safe to mend, and format; then show what remains.")
@click.option("--diff", is_flag=True, help="With --fix: show what would change, and write nothing.")
def lint_command(
    paths: tuple[str, ...],
    shape: str,
    output: Path | None,
    since: str | None,
    no_cache: bool,
    fix: bool,
    diff: bool,
) -> int:
    """Check every spec of the project, or show only what concerns PATHS: files, folders or patterns.

    Exits with 0 where nothing is wrong, with 1 where there are errors or warnings; with --diff also where something
    would change.
    """
    gc.disable()  # the process ends before it pays, and loading modules alone makes many objects
    from cityos_compiler.findings.cache import read_sources

    if diff and not fix:
        raise click.UsageError("--diff shows what --fix would do: say both")
    root = project_root()
    mended = _mend(root, paths, diff) if fix else None
    sources = read_sources(root)
    linted = mended.linted if mended is not None else _lint(root, sources, no_cache)
    findings = [finding for finding in linted.findings if not paths or is_among(finding.span.file, paths, root)]
    if since is not None:
        files = _affected(root, sources, since)
        findings = [f for f in findings if {f.span.file, *(related.span.file for related in f.related)} & files]
    read = {name: source for name in linted.files if isinstance(source := sources.get(name), bytes)}
    texts = {name: source.decode("utf-8", "replace") for name, source in read.items()}
    if mended is not None:
        texts |= mended.texts
    if not diff or findings:
        _write(findings, texts, shape, output, _prefix(root), aside=diff)
    is_wrong = any(finding.severity is not Severity.NOTE for finding in findings)
    return 1 if is_wrong or (diff and mended is not None and mended.texts) else 0


def _mend(root: Path, paths: Sequence[str], diff: bool) -> Mended:
    from cityos_compiler.cli.mending import mend

    return mend(root, lambda file: not paths or is_among(file, paths, root), diff)


def _lint(root: Path, sources: Mapping[str, Source], no_cache: bool) -> Linted:
    """What is found in these specs, now or when they were the same before."""
    from cityos_compiler.findings.cache import RESULTS, Cache, Linted, key_of

    cache = None if no_cache else Cache(root)
    key = key_of(sources)
    kept = cache.get(RESULTS, key) if cache is not None else None
    if isinstance(kept, Linted):
        return kept
    from cityos_compiler.keeping.check import check_sources

    linted = check_sources(root, sources, cache)
    if cache is not None:
        cache.put(RESULTS, key, linted)
    return linted


def _affected(root: Path, sources: Mapping[str, Source], ref: str) -> set[str]:
    from cityos_compiler.findings.git import GitError
    from cityos_compiler.findings.since import affected

    try:
        return affected(root, sources, ref)
    except GitError as error:
        raise click.ClickException(str(error)) from None


def is_among(file: str, paths: Sequence[str], root: Path) -> bool:
    """Whether a file is one of the files, folders or patterns, written from here or from the project's folder."""
    for path in paths:
        here = os.path.relpath(Path(path).absolute(), root)  # a Path can't say that a file is beside its folder
        if here == "." or file.endswith(f"/{path}") or any(_matches(file, said) for said in (path, here)):
            return True
    return False


def _matches(file: str, said: str) -> bool:
    return file == said or file.startswith(said.rstrip("/") + "/") or fnmatchcase(file, said)


def _prefix(root: Path) -> str:
    """Where the project stands in the repository that GitHub checked out."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if not workspace or not root.is_relative_to(workspace) or root == Path(workspace):
        return ""
    return root.relative_to(workspace).as_posix() + "/"


def _write(
    findings: Sequence[Finding],
    texts: Mapping[str, str],
    shape: str,
    output: Path | None,
    prefix: str,
    *,
    aside: bool = False,
) -> None:
    from cityos_compiler.render import has_color, summary

    text = _text(findings, texts, shape, prefix, color=output is None and has_color(sys.stdout))
    if output is None:
        if text:
            click.echo(text, err=aside)
        return
    from cityos_compiler.disk import replace_file

    try:
        replace_file(output, text + "\n")
    except OSError as error:
        raise click.ClickException(f"{output} can't be written: {error.strerror}") from None
    click.echo(f"{output}: {summary(findings)}")


def _text(findings: Sequence[Finding], texts: Mapping[str, str], shape: str, prefix: str, *, color: bool) -> str:
    if shape == "json":
        from cityos_compiler.fixes.nearest import with_fixes
        from cityos_compiler.render import as_json

        return as_json(with_fixes(findings, dict(texts)) if findings else [])
    if shape == "sarif":
        from cityos_compiler.cli.main import version
        from cityos_compiler.findings.sarif import as_sarif

        return as_sarif(findings, version(), prefix)
    if shape == "github":
        from cityos_compiler.findings.github import as_github

        return as_github(findings, prefix)
    if shape == "junit":
        from cityos_compiler.findings.junit import as_junit

        return as_junit(findings, texts)
    from cityos_compiler.render import human

    return human(findings, texts, color=color) if findings else f"{len(texts)} specs, no findings"
