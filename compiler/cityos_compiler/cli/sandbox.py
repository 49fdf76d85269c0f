"""`cityosc sandbox`."""

from __future__ import annotations

import asyncio

import click

from cityos_compiler.cli.common import checked_project, project_root


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="The port to listen on.")
def sandbox_command(port: int) -> int:
    """Serve the sandbox city: every system of the specs, over real HTTP, on one local port.

    It keeps state, asks for authentication, honours idempotency keys, refuses bodies that it doesn't understand, and
    breaks on demand: POST /_city/faults. It prints the environment variables that point a worker at it.
    """
    from cityos_runtime.sandbox import Sandbox
    from cityos_runtime.setup import SetupError

    from cityos_compiler.backends.python.systems import systems_data

    checked = checked_project(project_root())

    async def run() -> None:
        sandbox = await Sandbox.start(systems_data(checked.project), port=port)
        for name, value in sorted(sandbox.environ.items()):
            click.echo(f"export {name}={value}")
        click.echo(f"the sandbox city listens on {sandbox.url}; stop with Ctrl-C", err=True)
        try:
            await asyncio.Event().wait()
        finally:
            await sandbox.stop()

    try:
        asyncio.run(run())
    except OSError as error:
        raise click.ClickException(f"port {port} can't be had ({error.strerror}): give another with --port") from error
    except SetupError as error:
        raise click.ClickException(str(error)) from error
    return 0
