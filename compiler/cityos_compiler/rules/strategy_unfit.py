"""IDEM003: what is said to keep an operation from happening twice can do so."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule
from cityos_compiler.spoken import STRATEGIES, Spoken, mentions, spoken
from cityos_dsl.diagnostics import Finding, did_you_mean
from cityos_dsl.project import OperationModel, Project

FINDING_AGAIN = ("unique_field", "client_id", "lookup_first")
"""Strategies that come to what was done before, and have to read it."""


@rule(
    "IDEM003",
    "What protects from doing it twice can't",
    "`natural` is for what may simply be done again, which a `POST` to a collection is not: it makes one more. A look "
    "before the call (`lookup_first`), a unique field and an id of our own all need a `lookup:` that gives back what "
    "is there already, and the request must carry the key by which it is found. A key in a header protects only where "
    "the system reads it (`header_below:`).",
    bad="createOrder:\n  request: POST /orders\n  idempotency: natural",
    good="createOrder:\n  request: POST /orders\n  idempotency: lookup_first\n"
    "  body: {internal_id: key}\n  lookup: {request: 'GET /orders/${ key }', ...}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every operation that the workflow runs, its compensations too."""
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do):
            yield from _unfit(step.operation)
        if isinstance(step, ir.Do | ir.Group) and step.undo is not None:
            yield from _unfit(step.undo.operation)


def _unfit(operation: OperationModel) -> Iterator[Finding]:
    for way in spoken(operation):
        why = _why(operation, way)
        if why is not None:
            yield Finding("IDEM003", f"`{operation.name}`: {why[0]}", way.place, why[1])


def _why(operation: OperationModel, way: Spoken) -> tuple[str, str | None] | None:
    """What is wrong with a strategy, and what helps."""
    strategy, lookup = way.strategy, way.binding.lookup
    if strategy is None:
        return None
    if strategy not in STRATEGIES:
        return f"nothing is called `{strategy}`", did_you_mean(strategy, STRATEGIES, "the strategies are")
    changes = operation.effect in ("write", "money")
    if strategy in FINDING_AGAIN and lookup is None and changes:
        return (f"`{strategy}` finds again what was done, and no `lookup:` says how", "add `lookup:`")
    if strategy == "natural" and changes and way.method == "POST" and _is_collection(way.path):
        return (
            f"a POST to `{way.path}` makes one more each time, which is not `natural`",
            "send a key (`header`, `unique_field`), look first (`lookup_first`), or put it under an id of its own",
        )
    if strategy == "header" and _is_deaf(way):
        return (
            f"the system reads no key of a header in `{way.path}`",
            "use `unique_field` or `lookup_first` with the key in the body, or a path below its `header_below:`",
        )
    if strategy in FINDING_AGAIN and lookup is not None and not _carries_key(way):
        return ("the lookup goes by our key, and the request doesn't carry it", "put `key` into a field of the body")
    return None


def _is_collection(path: str) -> bool:
    """Whether a path names a collection, where a POST makes one more; a method's path says what it does instead."""
    last = path.rstrip("/").rpartition("/")[2]
    return "$" not in path and "/method/" not in path and ("/resource/" in path or last.endswith("s"))


def _is_deaf(way: Spoken) -> bool:
    below = way.connection.header_below if way.connection is not None else None
    return below is not None and not way.path.startswith(below.text)


def _carries_key(way: Spoken) -> bool:
    """Whether the request has the key, or the lookup doesn't ask for it."""
    binding, lookup = way.binding, way.binding.lookup
    asked = lookup is not None and any(
        mentions(part, "key") for part in (lookup.request, lookup.query, lookup.body, lookup.pick)
    )
    return not asked or any(
        mentions(part, "key") for part in (binding.request, binding.query, binding.body, binding.headers)
    )
