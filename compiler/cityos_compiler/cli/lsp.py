"""`cityosc lsp`."""

from __future__ import annotations

import click


@click.command()
def lsp_command() -> None:
    """Serve an editor over standard input and output: diagnostics, completion, hover, rename (docs/editors.md)."""
    from cityos_compiler.cli.main import version

    try:
        from cityos_compiler.lsp.server import make_server
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the language server needs `{error.name}`: python -m pip install 'cityosc[compiler,editor]'"
        ) from None
    make_server(version()).start_io()
