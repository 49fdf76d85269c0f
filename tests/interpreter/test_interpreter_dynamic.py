"""Workflows by their definitions on the real server: what stays with a run, what comes early, what is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from cityos_runtime.interpreter.definition import _LOADED
from cityos_runtime.interpreter.dynamic import FETCH, Reference
from cityos_runtime.interpreter.store import canonical
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowQueryFailedError
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import Replayer

from tests.interpreter.conftest import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUIDE = {"visitor_id": "v_1", "patience": "PT10M"}
FOREVER = {"visitor_id": "v_1", "patience": "P1000D"}
GREETING = {"visitor_id": "v_1", "words": "good day"}


async def waits(handle: WorkflowHandle[Any, Any], step: str) -> None:
    """Follow a run's history until it waits at a step."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        summary = event.user_metadata.summary.data.decode().strip('"')
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED and summary == step:
            return
    raise AssertionError(f"it never waited at {step}")


async def failure(handle: WorkflowHandle[Any, Any]) -> ApplicationError:
    """What a run fails with."""
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause


async def activities(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """The activities of a run, in order."""
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        async for event in handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]


async def test_a_run_ends_by_the_definition_it_was_started_with(town: Town, replayer: Replayer) -> None:
    old = town.reference("GuideWorkflow")
    async with town.worker():
        running = await town.start(old, FOREVER, still=True)
        await waits(running, "greeting")
    town.change("wf-902-guide.yaml", "words: signal.words", "words: \"'so they say: ' + signal.words\"")
    new = town.reference("GuideWorkflow")
    assert new.digest != old.digest
    _LOADED.clear()  # a worker that was restarted knows nothing
    async with town.worker():
        await running.signal("visitor.greeted", GREETING)
        later = await town.start(new, FOREVER, still=True)
        await later.signal("visitor.greeted", GREETING)
        assert (await running.result())["words"] == "good day"
        assert (await later.result())["words"] == "so they say: good day"
    for handle in (running, later):
        _LOADED.clear()
        await replayer.replay_workflow(await handle.fetch_history())


async def test_fetching_is_the_only_activity_more(town: Town) -> None:
    async with town.worker():
        handle = await town.start(town.reference("StrollWorkflow"), {"visitor_id": "v_1", "place": "hill"})
        await handle.result()
        assert await activities(handle) == [FETCH, "look"]


async def test_signals_that_come_before_the_definition_are_kept_in_order(town: Town) -> None:
    handle = await town.start(
        town.reference("GuideWorkflow"),
        FOREVER,
        still=True,
        start_signal="visitor.greeted",
        start_signal_args=[GREETING],
    )
    await handle.signal("visitor.left", {"visitor_id": "v_1"})
    async with town.worker():
        assert (await handle.result())["words"] == "good day"


async def test_a_cancellation_before_the_definition_is_obeyed_after_it(town: Town, replayer: Replayer) -> None:
    handle = await town.start(town.reference("StrollWorkflow"), {"visitor_id": "v_1", "place": "hill"})
    await handle.cancel()
    async with town.worker():
        with pytest.raises(WorkflowFailureError) as ended:
            await handle.result()
        assert isinstance(ended.value.cause, CancelledError)
        assert await activities(handle) == [FETCH]
        assert (await handle.query("getWorkflowStatus"))["current_state"] == "cancelled"
    await replayer.replay_workflow(await handle.fetch_history())


async def test_a_query_that_the_definition_has_not_is_refused(town: Town) -> None:
    async with town.worker():
        handle = await town.start(town.reference("GuideWorkflow"), FOREVER, still=True)
        await waits(handle, "greeting")
        with pytest.raises(WorkflowQueryFailedError, match="there is no query getTour; there are getWorkflowStatus"):
            await handle.query("getTour")
        await handle.terminate()


async def test_children_follow_their_own_definitions(town: Town) -> None:
    reference = town.reference("HostWorkflow")
    assert list(reference.children) == ["GuideWorkflow"]
    async with town.worker():
        handle = await town.start(reference, {"visitor_id": "v_2", "mood": "calm", "place": "hill"})
        assert "nobody there" in (await handle.result())["said"]
        child = town.environment.client.get_workflow_handle(f"tenant:{town.tenant}:visitor:v_2:guide")
        assert (await child.describe()).workflow_type == "DynamicWorkflow"


Forge = Callable[[Town, Reference], Awaitable[Reference]]


async def _unknown(town: Town, reference: Reference) -> Reference:
    return reference.model_copy(update={"digest": "0" * 64})


async def _outside(town: Town, reference: Reference) -> Reference:
    (town.root / "secret.json").write_text(canonical(town.store.get(reference.digest)))
    return reference.model_copy(update={"digest": "../../secret"})


async def _tampered(town: Town, reference: Reference) -> Reference:
    document = town.store.get(reference.digest)
    document["flow"] = []
    (town.store.folder / f"{reference.digest}.json").write_text(canonical(document))
    _LOADED.clear()
    return reference


async def _renamed(town: Town, reference: Reference) -> Reference:
    other = town.reference("StrollWorkflow")
    return reference.model_copy(update={"digest": other.digest})


async def _senseless(town: Town, reference: Reference) -> Reference:
    document = {**town.store.get(reference.digest), "flow": [{"step": "launch"}]}
    return reference.model_copy(update={"digest": town.store.put(document)})


async def _newer(town: Town, reference: Reference) -> Reference:
    document = {**town.store.get(reference.digest), "format": 99}
    return reference.model_copy(update={"digest": town.store.put(document)})


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (_unknown, "there is no definition 000"),
        (_outside, "a definition is named by a SHA-256 digest"),
        (_tampered, "is another document"),
        (_renamed, "defines StrollWorkflow, not GuideWorkflow"),
        (_senseless, "can't be read"),
        (_newer, "the document's format is 99, and 1 is known here"),
    ],
)
async def test_a_forged_reference_fails_the_run_before_its_first_step(town: Town, forge: Forge, message: str) -> None:
    reference = await forge(town, town.reference("GuideWorkflow"))
    async with town.worker():
        handle = await town.start(reference, GUIDE)
        failed = await failure(handle)
    assert failed.type == "DefinitionError"
    assert message in failed.message
    assert await activities(handle) == [FETCH]
