"""Replaying: every history of a scenario must lead the generated code, or the definition, the same way again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from cityos_runtime.interpreter.dynamic import DynamicWorkflow
from cityos_runtime.worker import PASSED_THROUGH, load_workflows
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from cityos_compiler.scenarios.outcome import Outcome


async def replay(generated: Path, outcomes: list[Outcome]) -> None:
    """Replay each outcome's history; what went another way is noted as wrong with it."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    compiled = [workflow for workflows in load_workflows(generated).values() for workflow in workflows]
    replayer = Replayer(
        workflows=[*compiled, DynamicWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
    )
    by_run = {outcome.history.run_id: outcome for outcome in outcomes if outcome.history is not None}

    async def histories() -> AsyncIterator[WorkflowHistory]:
        for outcome in by_run.values():
            yield outcome.history

    # One by one, each would prepare every workflow of the city anew.
    results = await replayer.replay_workflows(histories(), raise_on_replay_failure=False)
    for run_id, failure in results.replay_failures.items():
        by_run[run_id].wrong.append(f"its history doesn't replay: {failure}")
