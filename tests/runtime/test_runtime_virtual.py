"""Many runs in one process: what is left of one reaches no other."""

from __future__ import annotations

import asyncio
import gc
from contextvars import Context

from cityos_runtime.keys import in_pass, pass_path
from cityos_runtime.virtual.apart import apart


async def _waits_in_a_pass() -> None:
    with in_pass("inner", 1):
        await asyncio.sleep(0)


def _abandoned() -> None:
    """A run that waits for ever, held by nothing but itself."""
    run = _waits_in_a_pass()
    Context().run(run.send, None)
    circle: list[object] = [run]
    circle.append(circle)


def test_a_run_that_is_abandoned_ends_in_no_other_context() -> None:
    with in_pass("outer", 1):
        apart(_abandoned)
        gc.collect()
        assert pass_path() == "outer=1"


def test_what_runs_beside_it_would_lose_its_pass_otherwise() -> None:
    with in_pass("outer", 1):
        _abandoned()
        gc.collect()
        assert pass_path() == ""


def test_no_garbage_is_collected_while_runs_are_played() -> None:
    assert gc.isenabled()
    assert apart(gc.isenabled) is False
    assert gc.isenabled()
