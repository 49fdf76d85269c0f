"""Values that are known before a run: literals, and what is made of a workflow's constants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cityos_compiler import ir
from cityos_dsl.expr.ast import Call, Expr, children
from cityos_dsl.expr.check import roots
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate


class Known:
    """What a workflow's expressions give where they don't depend on the run."""

    def __init__(self, workflow: ir.Workflow) -> None:
        self.constants: dict[str, Any] = {}
        for constant in workflow.constants:
            value = self.value(constant.init)
            if value is not None:
                self.constants[constant.name] = value

    def value(self, expr: ir.Expr | None) -> Any:
        """The expression's value; ``None`` where it depends on the run."""
        if expr is None or not set(expr.names) <= set(self.constants):
            return None
        try:
            return evaluate(expr.checked.expr, self.constants)
        except EvaluationError:
            return None

    def truth(self, node: Expr) -> bool | None:
        """A condition that is known before a run; ``None`` where it depends on the run or on the clock."""
        if not roots(node) <= set(self.constants) or reads_the_clock(node):
            return None
        try:
            value = evaluate(node, self.constants)
        except EvaluationError:
            return None
        return value if isinstance(value, bool) else None

    def duration(self, expr: ir.Expr | None) -> timedelta | None:
        """A duration that is known before a run."""
        value = self.value(expr)
        return value if isinstance(value, timedelta) else None

    def whole_number(self, expr: ir.Expr | None) -> int | None:
        """A whole number that is known before a run."""
        value = self.value(expr)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def reads_the_clock(node: Expr) -> bool:
    """Whether an expression asks what time it is."""
    if isinstance(node, Call) and node.function == "now":
        return True
    return any(reads_the_clock(child) for child in children(node))
