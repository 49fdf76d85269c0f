"""Being found: a workflow says by which values messages reach it, as soon as it knows them."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

from cityos_runtime.core import Core
from cityos_runtime.dispatch.addresses import ADDRESSES, REMEMBERED, address


class Reachable(Core):
    """Keeps the index of `receives:` up to date."""

    def _announce(self, root: str, value: object) -> None:
        """The input, or a step's result, is there: what `receives:` says of it goes into the index."""
        if not self.context.search_attributes:
            return
        told = []
        for signal, field, path in self.facts.receives:
            start, *parts = path.split(".")
            if start == root and (found := _at(value, parts)) is not None:
                told.append(address(signal, field, found))
        known = list(workflow.info().typed_search_attributes.get(ADDRESSES, []))
        if fresh := [each for each in told if each not in known]:
            # Earlier ones stay: a payment of last month may still be told of.
            workflow.upsert_search_attributes([ADDRESSES.value_set([*known, *fresh][-REMEMBERED:])])


def _at(value: Any, path: list[str]) -> Any:
    for part in path:
        value = getattr(value, part, None)
    return value
