"""Random steps that take no steps inside."""

from __future__ import annotations

from collections.abc import Callable

from tests.differential.making import ERRORS, KINDS, Made, Making, Step
from tests.differential.scope import Scope


class Plain(Making):
    """Assignments, sleeps, events, messages, and what ends a block."""

    def _set(self, scope: Scope) -> Made:
        dice, values = self.dice, dict[str, str]()
        for _ in range(dice.number(1, 3)):
            variable = dice.pick(list(scope.assignable))
            kind = scope.assignable[variable]
            if kind == "{string: int}":
                values[f"{variable}[{self.expressions.of('string', scope, 1)}]"] = self.expressions.of("int", scope)
            else:
                values[variable] = self.expressions.of(kind, scope)
        if dice.chance(35):
            values |= self._looking_at_each_other(scope)
        return {"set": values}, scope

    def _looking_at_each_other(self, scope: Scope) -> dict[str, str]:
        """What one assigns, another one reads: all of them mean the values before."""
        first, kind = self.dice.pick([("n", "int"), ("total", "decimal"), ("place", "string")])
        told = first if kind == "string" else f"string({first})"
        return {first: self.expressions.of(kind, scope), "log": f"log + [{told}]"}

    def _sleep(self, scope: Scope) -> Made:
        name = self.dice.name("rest")
        if self.dice.chance(40):
            return {"sleep": name, "until": self.expressions.of("timestamp", scope)}, self._slept(scope, name)
        return {"sleep": name, "for": self.expressions.of("duration", scope)}, self._slept(scope, name)

    def _slept(self, scope: Scope, name: str) -> Scope:
        self._given.add(f"{name}.was_past")
        return scope.knowing({"was_past": "bool"}, name)

    def _emit(self, scope: Scope) -> Made:
        of = self.expressions.of
        payload = {"visitor_id": "input.visitor_id", "mood": of("Mood", scope), "total": of("decimal", scope)}
        if self.dice.chance(40):
            payload["log"] = of("[string]", scope)
        return {"emit": "bazaar.visited", "id": self.dice.name("emitted"), "with": payload}, scope

    def _undo(self, scope: Scope) -> Made:
        if scope.undoable and self.dice.chance(60):
            return {"undo": self.dice.pick(scope.undoable)}, scope
        return "undo", scope

    def _signal(self, scope: Scope) -> Made:
        of, name = self.expressions.of, self.dice.name("said")
        to = self.dice.pick(self.children) if self.children and self.dice.chance(70) else "nobody"
        step = {
            "signal": "visitor.called", "id": name, "to": f"tenant:{{tenant_id}}:visitor:{{visitor_id}}:{to}",
            "with": {"visitor_id": "input.visitor_id", "words": of("string", scope), "count": of("int", scope),
                     "price": of("decimal", scope)},
            "missing": "fail" if self.dice.chance(15) else "ignore",
        }  # fmt: skip
        self._given.add(f"{name}.delivered")
        return step, scope.knowing({"delivered": "bool"}, name)

    def _ending(self, scope: Scope) -> Step:
        ways: list[Callable[[Scope], Step]] = [self._fail]
        if scope.returns:
            ways += [self._return, self._return]
        if any(target.is_loop for target in scope.targets):
            ways += [self._next, self._next]
        if any(not target.apart for target in scope.targets):
            ways += [self._leave, self._leave]
        return self.dice.pick(ways)(scope)

    def _guarded_ending(self, scope: Scope) -> Step:
        return {**self._ending(scope), "if": self.expressions.condition(scope)}

    def _return(self, scope: Scope) -> Step:
        return {"return": {name: self.expressions.of(KINDS[name], scope) if name != "status" else
                           self.dice.pick(["done", "early_end", "given_up"]) for name in self.outputs}}  # fmt: skip

    def _fail(self, scope: Scope) -> Step:
        return {"fail": self.dice.pick(ERRORS), "message": self.expressions.text(scope)}

    def _next(self, scope: Scope) -> Step:
        return {"next": self.dice.pick([target.name for target in scope.targets if target.is_loop])}

    def _leave(self, scope: Scope) -> Step:
        return {"leave": self.dice.pick([target.name for target in scope.targets if not target.apart])}
