"""Waits and sleeps."""

from __future__ import annotations

from typing import Any

from cityos_runtime.interpreter.reading import Data, Reading, Work, reads
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.interpreter.watching import listening, watches
from cityos_runtime.signals import On
from cityos_runtime.waiting import Heard


@reads("await")
def await_(reading: Reading, data: Data) -> Work:
    """A wait, and a branch for each way it ends."""
    name = data["name"]
    branches = [_Branch(reading, branch) for branch in data["signals"]]
    when, until = reading.maybe(data.get("when")), reading.maybe(data.get("until"))
    lasting, beside = reading.maybe(data.get("lasting")), watches(reading, data.get("meanwhile"))
    then, timeout = reading.block(data["then"]), reading.block(data.get("timeout"))

    async def run(scope: Scope) -> None:
        listened = [branch.listen(scope) for branch in branches]
        heard = await scope.city.wait(
            name,
            [on for group in listened for on in group],
            when=(lambda: when(scope)) if when is not None else None,
            until=(lambda: until(scope)) if until is not None else None,
            lasting=lasting(scope) if lasting is not None else None,
            meanwhile=beside(scope),
        )
        for branch, group in zip(branches, listened, strict=True):
            if heard.by is not None and heard.by in group:
                await branch.take(scope, heard)
        if heard.met:
            await then(scope)
        elif heard.timed_out:
            await timeout(scope)

    return run


class _Branch:
    """A branch of one or more signals."""

    def __init__(self, reading: Reading, data: Data) -> None:
        where = reading.maybe(data["where"])
        self._makers = [listening(reading, name, where) for name in data["signals"]]
        self._steps = reading.block(data["steps"])
        self._either = reading.types.record(data["either"]) if "either" in data else None

    def listen(self, scope: Scope) -> list[On[Any]]:
        """What listens to its signals."""
        return [make(scope, None) for make in self._makers]

    async def take(self, scope: Scope, heard: Heard) -> None:
        """Its steps, which know the signal; of several signals what they have in common."""
        signal: Any = heard.payload
        if self._either is not None:
            signal = self._either.model_validate(dict(signal or {}))
        await self._steps(scope.inner(signal=signal))


@reads("sleep")
def sleep(reading: Reading, data: Data) -> Work:
    """A sleep for a time, or until one."""
    name = data["name"]
    lasting, until = reading.maybe(data.get("lasting")), reading.maybe(data.get("until"))

    async def run(scope: Scope) -> None:
        when = {"lasting": lasting(scope)} if lasting is not None else {}
        if until is not None:
            when = {"until": until(scope)}
        scope.give(name, await scope.city.sleep(name, **when))

    return run
