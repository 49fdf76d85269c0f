"""Random steps: each kind makes a step and says what is known behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.differential.dice import Dice
from tests.differential.expressions import LASTS
from tests.differential.loops import Loops
from tests.differential.making import STATUSES, Made, Step
from tests.differential.scope import ERROR, Scope, Target


class Steps(Loops):
    """Makes steps until its room is used up."""

    def __init__(self, dice: Dice, room: int) -> None:
        super().__init__(dice, room)
        self._plain: list[Callable[[Scope], Made]] = [
            self._do, self._do, self._do, self._do, self._set, self._set, self._sleep, self._emit, self._undo,
            self._signal,
        ]  # fmt: skip
        self._nesting: list[Callable[[Scope, int], Made]] = [
            self._if, self._switch, self._group, self._group, self._for_each, self._for_each, self._for_each,
            self._repeat, self._repeat,
            self._parallel, self._await, self._await, self._call,
        ]  # fmt: skip

    def block(
        self, scope: Scope, depth: int, *, may_end: bool = False, least: int = 1, most: int = 4
    ) -> tuple[list[Step], Scope]:
        """Steps one after the other; where they may, they end the flow or the block around."""
        steps, entered = list[Step](), scope
        for _ in range(self.dice.number(least, most)):
            if self.room <= 0:
                break
            step, scope = self.step(scope, depth)
            steps.append(step)
        if may_end and self.dice.chance(40):
            steps.append(self._ending(scope))
            scope = replace(entered, undoable=scope.undoable)  # nobody gets behind it who would know more
        elif self.dice.chance(12):
            steps.append(self._guarded_ending(scope))
        return steps, scope

    def step(self, scope: Scope, depth: int) -> Made:
        """One step."""
        self.room -= 1
        if scope.pivots and self.dice.chance(4):
            return "pivot", scope
        if depth and self.dice.chance(50):
            step, after = self.dice.pick(self._nesting)(scope, depth - 1)
        else:
            step, after = self.dice.pick(self._plain)(scope)
        if isinstance(step, dict) and "if" not in step:
            if self.dice.chance(10):
                return {**step, "if": self.expressions.condition(scope)}, self._after(scope, after)
            if self.dice.chance(8):
                step = {**step, "status": self.dice.pick(STATUSES)}
        return step, after

    def _if(self, scope: Scope, depth: int) -> Made:
        unsure = [name for name in scope.maybe if scope.assignable.get(name) == f"{scope.maybe[name]}?"]
        if unsure and self.dice.chance(30):
            name = self.dice.pick(unsure)
            use = {"set": {"log": f"log + [string({name})]"}}
            step: dict[str, Any] = {"if": f"{name} != null", "then": [use]}
            if self.dice.chance(50):
                step["else"] = self.block(scope, depth)[0]
            return step, scope
        then, after = self.block(scope, depth, may_end=True)
        step = {"if": self.expressions.condition(scope), "then": then or [{"set": {"n": "n + 1"}}]}
        merged = self._after(scope, after)
        if self.dice.chance(50):
            step["else"], other = self.block(scope, depth)
            merged = self._after(merged, other)
        return step, merged

    def _switch(self, scope: Scope, depth: int) -> Made:
        on, cases = self.dice.pick([("input.mood", ("glad", "calm", "sad")), ("n", ("0", "1", "2")),
                                    ("place", ("a", "bee", "inn"))])  # fmt: skip
        merged, made = scope, {}
        for case in cases[: self.dice.number(1, 3)]:
            made[case], after = self.block(scope, depth, may_end=True, most=2)
            merged = self._after(merged, after)
        default, after = self.block(scope, depth, most=2)
        return {"switch": on, "cases": made, "default": default}, self._after(merged, after)

    def _group(self, scope: Scope, depth: int) -> Made:
        dice, name = self.dice, self.dice.name("group")
        step: dict[str, Any] = {"group": name}
        inner = scope.inside(Target(name))
        if dice.chance(30):
            step["state"], inner = self._state(inner)
        if dice.chance(25):
            step["compensate"] = {"do": "clear", "with": {"place": self.expressions.of("string", scope, 1)}}
        if dice.chance(30):
            step["meanwhile"] = self.meanwhile(inner)
        step["steps"], after = self.block(inner, depth)
        undoable = (*after.undoable, name)
        out = replace(self._after(scope, after), undoable=undoable)
        match dice.number(0, 4):
            case 1:
                step["until"] = self.expressions.of("timestamp", scope)
                step["timeout"] = self.block(scope, 0, most=2)[0]
            case 2:
                step["within"] = dice.pick(LASTS)
        if dice.chance(30):
            step["catch"] = self._catches(scope, rounds=False)
        if dice.chance(25):
            step["on_failure"] = (
                "continue" if dice.chance(50) else self.block(scope.knowing(ERROR, "error"), 0, most=2)[0]
            )
        return step, out

    def _parallel(self, scope: Scope, depth: int) -> Made:
        name, first = self.dice.name("both"), self.dice.chance(40)
        branches, merged = {}, scope
        for label in ("left", "middle", "right")[: self.dice.number(2, 3)]:
            branches[label], after = self.block(scope.alone(), depth, most=3)
            merged = self._after(merged, replace(after, undoable=(*merged.undoable, *after.undoable)))
        step = {"parallel": name, "branches": branches}
        return ({**step, "first": True} if first else step), replace(merged, undoable=(*merged.undoable, name))

    def _call(self, scope: Scope, depth: int) -> Made:
        dice, name = self.dice, self.dice.name("guest")
        given = {"rude": "bool", "patience": "duration", "tip": "decimal"}
        step: dict[str, Any] = {
            "call": "GuestWorkflow", "id": name, "workflow_id": f"tenant:{{tenant_id}}:visitor:{{visitor_id}}:{name}",
            "with": {key: self.expressions.of(kind, scope, 1) for key, kind in given.items() if dice.chance(50)},
        }  # fmt: skip
        if dice.chance(40):
            step["start"] = step.pop("call")
            self.children.append(name)
            return step, scope
        self.children.append(name)
        sure = {f"{name}.words": "string", f"{name}.minutes": "int", f"{name}.tip": "decimal"}
        self._given |= sure.keys()
        after = scope.knowing(sure)
        if dice.chance(60):
            step["on_failure"] = self.dice.pick(["continue", "steps"])
            if step["on_failure"] == "steps":
                step["on_failure"] = self.block(scope.knowing(ERROR, "error"), 0, most=2)[0]
            return step, self._after(scope, after)
        return step, after
