"""What is done when a step fails: a branch for each error class."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cityos_runtime.errors import StepFailed
from cityos_runtime.interpreter.reading import Data, Reading
from cityos_runtime.interpreter.scope import Scope

Failed = Callable[[Scope, StepFailed, bool | None], Awaitable[None]]


class Again(Exception):
    """On with the next business round."""


def handler(reading: Reading, data: Data) -> Failed:
    """What takes a failure; the last argument says whether another round may come, and is None where there are none.

    Without branches all failures are taken; with some, what none of them takes is raised again where nothing is said
    of it.
    """
    branches = [(each["classes"], each["retries"], reading.block(each["steps"])) for each in data["catch"]]
    otherwise = reading.maybe_block(data.get("otherwise"))
    if otherwise is None and not branches:
        otherwise = reading.block(())

    async def failed(scope: Scope, error: StepFailed, more: bool | None) -> None:
        inner = scope.inner(error=error)
        for classes, retries, steps in branches:
            fits = classes == ["any"] or error.is_a(*classes)
            if fits and not (retries and more is False):
                await steps(inner)
                return
        if otherwise is None:
            raise error
        await otherwise(inner)

    return failed
