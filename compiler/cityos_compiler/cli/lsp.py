"""`cityosc lsp`."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--pause", type=click.FloatRange(0), default=0.3, show_default=True,
    help="Seconds without a keystroke after which the rules over all workflows together are asked; 0: at every one.",
)  # fmt: skip
def lsp_command(pause: float) -> None:
    """Serve an editor over standard input and output: diagnostics, completion, hover, rename (docs/editors.md)."""
    from cityos_compiler.cli.main import version

    try:
        from cityos_compiler.lsp.server import make_server
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the language server needs `{error.name}`: python -m pip install 'cityosc[compiler,editor]'"
        ) from None
    make_server(version(), pause).start_io()
