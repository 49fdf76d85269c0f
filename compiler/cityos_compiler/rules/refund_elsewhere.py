"""SAGA012: money goes back the way it came."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.ir.data import to_data
from cityos_compiler.rules.base import rule, said
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project

ROUTE = ("gateway", "currency_code")
"""The inputs that say through whom money moves, and in which currency."""


@rule(
    "SAGA012",
    "Money goes back another way than it came",
    "A refund runs at the gateway that took the money, in its currency: another one knows nothing of the payment, and "
    "with another currency another amount comes back.",
    bad="- do: capturePayment\n  with: {gateway: input.payment.gateway}\n"
    "  compensate: {do: refundPayment, with: {gateway: tenant.gateway}}",
    good="- do: capturePayment\n  with: {gateway: input.payment.gateway}\n  compensate: refundPayment",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare where a money step and its money compensation go."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Do) or step.undo is None:
            continue
        if step.operation.effect != "money" or step.undo.operation.effect != "money":
            continue
        why, key = _detour(step, step.undo)
        if why:
            yield Finding(
                "SAGA012",
                f"`{step.undo.operation.name}` gives back what `{step.name}` took, {why}",
                said(workflow, project, step, "compensate", "with", key),
                "undo it where it was done",
                related=(Related(step.undo.operation.span, "how it is given back"),),
            )


def _detour(step: ir.Do, undo: ir.Compensation) -> tuple[str, str]:
    """In what the way back differs, and the input that says so."""
    if undo.operation.system != step.operation.system:
        return f"in another system: {undo.operation.system}, not {step.operation.system}", ""
    there, back = dict(step.inputs), dict(undo.inputs)
    for name in ROUTE:
        if name in there and name in back and _differ(there[name], back[name], step.name):
            return f"with another `{name}`", name
    return "", ""


def _differ(there: ir.Value, back: ir.Value, step: str) -> bool:
    """Whether two values differ, as far as the spec says: what the step itself answered is taken to be the same."""
    own = isinstance(back, ir.Expr) and step in back.names
    return not own and to_data(there) != to_data(back)
