"""`cityosc worker`."""

from __future__ import annotations

import asyncio
import json

import click

from cityos_compiler.cli.common import project_root


@click.command()
@click.option("--queue", "-q", "queues", multiple=True, help="A task queue to serve; all of them without.")
@click.option("--address", default="127.0.0.1:7233", show_default=True, help="The Temporal server.")
@click.option("--namespace", default="default", show_default=True)
def worker_command(queues: tuple[str, ...], address: str, namespace: str) -> int:
    """Serve task queues with the compiled workflows and the operations of their systems."""
    from cityos_runtime.client import connect
    from cityos_runtime.dispatch.messages import QUEUE
    from cityos_runtime.setup import SetupError
    from cityos_runtime.worker import serve

    from cityos_compiler.cli.common import checked_project, fresh_generated

    root = project_root()
    generated = fresh_generated(root, checked_project(root))
    known = {entry["task_queue"] for entry in json.loads((generated / "systems.json").read_text())["systems"].values()}
    known |= {QUEUE}
    unknown = sorted(set(queues) - known)
    if unknown:
        raise click.UsageError(f"no system has the queue {', '.join(unknown)}; there are {', '.join(sorted(known))}")

    async def run() -> None:
        client = await connect(address, namespace)
        click.echo(f"serving {', '.join(queues or sorted(known))} at {address}; stop with Ctrl-C", err=True)
        await serve(client, list(queues) or sorted(known), generated)

    try:
        asyncio.run(run())
    except SetupError as error:
        raise click.ClickException(str(error)) from error
    return 0
