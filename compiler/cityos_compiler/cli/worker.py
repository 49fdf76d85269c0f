"""`cityosc worker`."""

from __future__ import annotations

import asyncio
import json
import signal

import click

from cityos_compiler.cli.common import project_root


@click.command()
@click.option("--queue", "-q", "queues", multiple=True, help="A task queue to serve; all of them without.")
@click.option("--dynamic", is_flag=True, help="Run workflows by their definitions too.")
@click.option("--address", default="127.0.0.1:7233", show_default=True, help="The Temporal server.")
@click.option("--namespace", default="default", show_default=True)
def worker_command(queues: tuple[str, ...], dynamic: bool, address: str, namespace: str) -> int:
    """Serve task queues with the compiled workflows and the operations of their systems.

    With --dynamic it also serves workflows that run by their definitions, on the same queues and on
    cityos-dynamic-queue. A worker of that queue alone needs no compiled code.
    """
    from cityos_runtime.client import connect
    from cityos_runtime.dispatch.messages import QUEUE
    from cityos_runtime.interpreter.dynamic import DYNAMIC_QUEUE
    from cityos_runtime.setup import SetupError
    from cityos_runtime.worker import serve

    from cityos_compiler.cli.common import checked_project, fresh_generated
    from cityos_compiler.cli.definitions import definitions_folder, interpreted_data

    root = project_root()
    checked = checked_project(root)
    compiled = not (dynamic and set(queues) == {DYNAMIC_QUEUE})
    generated = fresh_generated(root, checked) if compiled else interpreted_data(root, checked)
    known = {entry["task_queue"] for entry in json.loads((generated / "systems.json").read_text())["systems"].values()}
    known |= {QUEUE, DYNAMIC_QUEUE} if dynamic else {QUEUE}
    unknown = sorted(set(queues) - known)
    if unknown:
        raise click.UsageError(f"no system has the queue {', '.join(unknown)}; there are {', '.join(sorted(known))}")

    async def run() -> None:
        stop_on_signals()
        client = await connect(address, namespace)
        click.echo(f"serving {', '.join(queues or sorted(known))} at {address}; stop with Ctrl-C", err=True)
        definitions = definitions_folder(root) if dynamic else None
        await serve(client, list(queues) or sorted(known), generated, definitions=definitions, compiled=compiled)

    try:
        asyncio.run(run())
    except SetupError as error:
        raise click.ClickException(str(error)) from error
    except asyncio.CancelledError:
        pass  # told to stop: what was under way has been handed back
    return 0


def stop_on_signals() -> None:
    """Let the running task end in order when the process is told to stop, from a terminal or by an orchestrator."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
