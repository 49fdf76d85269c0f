"""Random operations, with all that may stand beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.differential.making import ERRORS, Made
from tests.differential.operations import OPERATIONS, UNDOABLE, Operation
from tests.differential.plain import Plain
from tests.differential.scope import ERROR, Scope

CAUGHT = (*ERRORS, "no_deal", "any", "RefusedError or NotFoundError")


class Doing(Plain):
    """Operations, and what is done where they fail."""

    def _do(self, scope: Scope) -> Made:
        dice = self.dice
        operation = dice.pick(UNDOABLE if dice.chance(40) else OPERATIONS)
        name = dice.name(operation.name)
        step: dict[str, Any] = {"do": operation.name, "id": name}
        if operation.variant:
            step["as"] = operation.variant
        if operation.gates:
            step["system"] = dice.pick(["tenant.gateway", "'north'", "input.gate"])
        rounds = dice.chance(20)
        calling = scope.knowing({"round": "int"}) if rounds else scope
        step["with"] = self._inputs(operation, calling)
        undoable = self._undone(operation, name, step)
        after = self._giving(scope, operation, name)
        after = replace(after, undoable=(*scope.undoable, name) if undoable else scope.undoable)
        surely = operation.name != "tell"
        if rounds:
            step["rounds"] = dice.pick(["2", "3", "LIMIT"])
        if rounds or dice.chance(30):
            step["catch"] = self._catches(calling, rounds)
            surely = False
        if dice.chance(25):
            step["on_failure"] = self._on_failure(scope)
            surely = surely and step["on_failure"] in ("fail", "park")
        if dice.chance(25):
            step["within"] = dice.pick(["2h", "20s", "5m"])
        if dice.chance(12):
            step["key"] = dice.pick(["input.visitor_id", self.expressions.of("int", scope, 0), "'k' + place"])
        if dice.chance(12):
            step["summary"] = self.expressions.text(scope)
        return step, after if surely else self._after(scope, after)

    def _inputs(self, operation: Operation, scope: Scope) -> dict[str, str]:
        given = {name: self.expressions.of(kind, scope) for name, kind in operation.needs.items()
                 if kind == "decimal" or name not in ("place", "visitor_id") or not self.dice.chance(40)}  # fmt: skip
        more = {name: self.expressions.of(kind, scope) for name, kind in operation.takes.items()
                if self.dice.chance(40)}  # fmt: skip
        return {**given, **more}

    def _undone(self, operation: Operation, name: str, step: dict[str, Any]) -> bool:
        if not operation.undone_by or not self.dice.chance(80):
            return False
        undo = self.dice.pick(operation.undone_by)
        if isinstance(undo, dict):
            undo = {**undo, "with": {key: value.replace("STEP", name) for key, value in undo["with"].items()}}
        step["compensate"] = undo
        return True

    def _giving(self, scope: Scope, operation: Operation, name: str) -> Scope:
        sure = {f"{name}.{each}": kind for each, kind in operation.gives.items()}
        self._given |= sure.keys()
        return scope.knowing(sure)

    def _catches(self, scope: Scope, rounds: bool) -> dict[str, Any]:
        caught: dict[str, Any] = {}
        inner = replace(scope.knowing(ERROR, "error"), retries=rounds)
        # Some of what is caught is caught twice: the first branch wins.
        both = self.dice.pick([[], [], ["no_deal", "SoldOutError", "RefusedError"], ["any", "RefusedError"]])
        for name in [*both, *(self.dice.pick(CAUGHT) for _ in range(self.dice.number(1, 3)))]:
            if name in caught:
                continue
            steps, _ = self.block(replace(inner, retries=False), 0, most=2)
            if rounds and self.dice.chance(60):
                steps = [*steps, "retry"]
            elif not rounds and self.dice.chance(30):
                steps = [*steps, self._fail(inner)]
            caught[name] = steps
        return caught

    def _on_failure(self, scope: Scope) -> Any:
        plain = self.dice.pick(["fail", "continue", "park", "steps"])
        if plain != "steps":
            return plain
        return self.block(scope.knowing(ERROR, "error"), 0, most=2)[0]
