"""`cityosc graph`."""

from __future__ import annotations

from pathlib import Path

import click

from cityos_compiler.cli.common import checked_project, project_root


@click.command()
@click.argument("workflow")
@click.option("--format", "shape", type=click.Choice(["mermaid", "dot", "svg", "png"]), default="mermaid")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
def graph_command(workflow: str, shape: str, output: Path | None) -> int:
    """Draw WORKFLOW (its name or number), with branches, waits, compensations and the pivot."""
    from cityos_compiler.backends.diagrams.graph import picture
    from cityos_compiler.backends.diagrams.text import dot, mermaid
    from cityos_compiler.cli.find import find_workflow

    found = find_workflow(checked_project(project_root()), workflow)
    drawn = picture(found)
    title = f"{found.id} {found.name}"
    if shape in ("mermaid", "dot"):
        text = mermaid(drawn) if shape == "mermaid" else dot(drawn, title)
        if output is None:
            click.echo(text, nl=False)
        else:
            output.write_text(text, encoding="utf-8")
        return 0
    if output is None:
        raise click.UsageError(f"{shape} goes to a file: --output {found.id.lower()}.{shape}")
    output.write_bytes(rendered(dot(drawn, title), shape))
    return 0


def rendered(text: str, shape: str) -> bytes:
    """DOT as a picture.

    Raises click.ClickException where there is nothing to draw with.
    """
    from cityos_compiler.backends.diagrams.draw import NoGraphviz, draw

    try:
        return draw(text, shape)
    except NoGraphviz:
        raise click.ClickException(
            "there is nothing to draw with: pip install pygraphviz, or install Graphviz "
            "(Debian: apt-get install graphviz), or take --format mermaid"
        ) from None
