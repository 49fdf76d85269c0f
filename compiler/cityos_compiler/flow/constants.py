"""Values that are known before a run: literals, and what is made of a workflow's constants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cityos_compiler import ir
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

    def duration(self, expr: ir.Expr | None) -> timedelta | None:
        """A duration that is known before a run."""
        value = self.value(expr)
        return value if isinstance(value, timedelta) else None

    def whole_number(self, expr: ir.Expr | None) -> int | None:
        """A whole number that is known before a run."""
        value = self.value(expr)
        return value if isinstance(value, int) and not isinstance(value, bool) else None
