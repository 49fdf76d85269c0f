"""SAGA009: what a system undoes by itself isn't undone once more."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.graph import Flow, flow_of
from cityos_compiler.flow.registered import registered
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import OperationModel, Project


@rule(
    "SAGA009",
    "The system and the workflow both undo it",
    "Some systems clean up by themselves: Medusa refunds a captured payment when its order is cancelled, ERPNext "
    "reverses the ledger entries of a document that is cancelled. The operation says so in `also_undoes:`. A workflow "
    "that runs it and the operation it stands for as well gives the money back twice.",
    bad="- do: createOrder\n  compensate: cancelOrder        # also_undoes: [refundPayment]\n"
    "- do: capturePayment\n  compensate: refundPayment",
    good="- do: createOrder\n  compensate: cancelOrder        # also_undoes: [refundPayment]\n"
    "- do: capturePayment\n  no_undo: cancelOrder refunds it",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for operations that stand for another which the same way runs as well."""
    steps = [step for step in ir.all_steps(workflow) if isinstance(step, ir.Do | ir.Group)]
    runs = [(step, operation) for step in steps for operation in _runs(step)]
    if not any(operation.spec.also_undoes for _, operation in runs):
        return
    flow = flow_of(workflow)
    for step, operation in runs:
        covered = {scalar.text for scalar in operation.spec.also_undoes or ()}
        twin = next(
            ((other, twice) for other, twice in runs
             if twice.name in covered and (other is step or _meet(flow, step, other))),
            None,
        )  # fmt: skip
        if twin is not None:
            other, twice = twin
            yield Finding(
                "SAGA009",
                f"{_shown(operation, step)} does what {_shown(twice, other)} does as well",
                at(step, workflow.file),
                f"let one of them do it: `no_undo: {operation.name} does it`, or an operation that only cancels",
                related=(Related(at(other, workflow.file), "done a second time here"),),
            )


def _shown(operation: OperationModel, step: ir.Step) -> str:
    return f"`{operation.name}`" + (f" of `{step.name}`" if step.name != operation.name else "")


def _runs(step: ir.Do | ir.Group) -> list[OperationModel]:
    """What a step may run: its operation, and what undoes it."""
    own = [step.operation] if isinstance(step, ir.Do) else []
    return [*own, *([step.undo.operation] if step.undo is not None else [])]


def _meet(flow: Flow, one: ir.Step, other: ir.Step) -> bool:
    """Whether one way may come through both steps without committing the first between them.

    Two that are only undone meet where both are registered; a step that does it in the flow meets every other behind
    or before it.
    """
    before = registered(flow)
    points = {id(step): point for point, step in flow.steps.items()}
    for first, second in ((one, other), (other, one)):
        here, there = points.get(id(first)), points.get(id(second))
        if here is None or there is None:
            continue
        if first.name in before.get(there, frozenset()) or (_is_forward(first) and _reaches(flow, here, there)):
            return True
    return False


def _is_forward(step: ir.Step) -> bool:
    return isinstance(step, ir.Do) and step.undo is None


def _reaches(flow: Flow, here: int, there: int) -> bool:
    seen, waiting = {here}, [here]
    while waiting:
        for after in flow.edges[waiting.pop()]:
            if after == there:
                return True
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return False
