"""TIME009: a deadline comes nearer."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.expr.ast import Binary, Call, Conditional, Expr, Method
from cityos_dsl.expr.fold import asks_the_clock
from cityos_dsl.project import Project


@rule(
    "TIME009",
    "A deadline that never comes",
    "The `until:` of an `await` and the `at:` of a timer are live: they are worked out again whenever something "
    "happens, and when their time has come. One that is always some time from now is never reached.",
    bad="- await: awaitPayment\n  until: now() + 48h",
    good="- await: awaitPayment\n  for: 48h",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every time that is worked out again."""
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Await) and step.until is not None and _runs_ahead(step.until.checked.expr):
            yield _found(step.until, f"`{step.name}` is worked out again and again, and always lies ahead",
                         "`for:` a duration, or put the instant into a state variable first")  # fmt: skip
    for timer in ir.all_timers(workflow):
        if timer.at is not None and _runs_ahead(timer.at.checked.expr):
            yield _found(timer.at, f"`{timer.name}` is worked out again and again, and always lies ahead",
                         "`every:` a duration, or put the instant into a state variable first")  # fmt: skip


def _found(expr: ir.Expr, message: str, help_text: str) -> Finding:
    return Finding("TIME009", f"the time of {message}", expr.source.span, help_text)


def _runs_ahead(node: Expr) -> bool:
    """Whether the instant is later than the moment at which it is asked, whenever that is, as far as that is told."""
    match node:
        case Binary(op="+", left=left, right=right):
            return asks_the_clock(left) or asks_the_clock(right)
        case Binary(op="-", left=left):
            return _runs_ahead(left)
        case Call(function="period", args=(start, *_)):
            return asks_the_clock(start)
        case Call(function="at" | "date" | "timestamp", args=(day, *_)):
            return _runs_ahead(day)
        case Call(function="default", args=args):
            return any(map(_runs_ahead, args))
        case Method(name="orValue", operand=operand, args=args):
            return any(map(_runs_ahead, (operand, *args)))
        case Conditional(then=then, otherwise=otherwise):
            return _runs_ahead(then) or _runs_ahead(otherwise)
    return False
