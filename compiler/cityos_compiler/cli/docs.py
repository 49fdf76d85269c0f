"""`cityosc docs`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from cityos_compiler.cli.common import checked_project, project_root


@click.group()
def docs_command() -> None:
    """The book of the project: every workflow, system, event, signal and type, to read in a browser."""


@docs_command.command()
@click.option(
    "--output", "-o", type=click.Path(file_okay=False, path_type=Path), default=Path("site"), show_default=True,
    help="The folder of the site; what is there is replaced once the new one is whole.",
)  # fmt: skip
def build(output: Path) -> int:
    """Build the book as a static site: pages, diagrams, a map, search."""
    from cityos_compiler.backends.book.pages import book
    from cityos_compiler.backends.diagrams.draw import NoGraphviz

    root = project_root()
    checked = checked_project(root)
    if output.exists() and any(output.iterdir()) and not (output / "search.json").exists():
        raise click.ClickException(f"{output} holds something else than a book: give another folder with --output")
    try:
        files = book(checked.project, checked.workflows)
    except NoGraphviz:
        raise click.ClickException(
            "there is nothing to draw diagrams with: pip install 'cityosc[docs]', or install Graphviz"
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        _generate(Path(folder))
        _replace(Path(folder) / "site", output)
    click.echo(f"{len(checked.workflows)} workflows, {len(checked.project.systems)} systems: open {output}/index.html")
    return 0


def _generate(folder: Path) -> None:
    """Run the site generator; raises click.ClickException where it isn't there or fails."""
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    if "No module named" in done.stderr:
        raise click.ClickException("the site generator is not installed: pip install 'cityosc[docs]'")
    raise click.ClickException(f"the site generator failed:\n{done.stdout}{done.stderr}")


def _replace(built: Path, output: Path) -> None:
    """Put the built site where the old one was."""
    output.parent.mkdir(parents=True, exist_ok=True)
    fresh = output.with_name(output.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(built, fresh)
    shutil.rmtree(output, ignore_errors=True)
    fresh.rename(output)
