"""Values that are known before a run: literals, and what is made of a workflow's constants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cityos_compiler import ir
from cityos_dsl.expr.ast import Call, Expr, children
from cityos_dsl.expr.fold import known_value


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
        found = None if expr is None else known_value(expr.checked.expr, self.constants)
        return None if found is None else found[0]

    def truth(self, node: Expr) -> bool | None:
        """A condition that is known before a run; ``None`` where it depends on the run or on the clock."""
        found = None if reads_the_clock(node) else known_value(node, self.constants)
        return found[0] if found is not None and isinstance(found[0], bool) else None

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
