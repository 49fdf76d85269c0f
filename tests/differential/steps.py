"""Random steps: each kind makes a step and says what is known behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from tests.differential.dice import Dice
from tests.differential.expressions import LASTS, Expressions
from tests.differential.operations import OPERATIONS, Operation
from tests.differential.scope import ERROR, STOP, Scope, Target

Step: TypeAlias = Any
Made: TypeAlias = tuple[Step, Scope]

ERRORS = ("RefusedError", "NotFoundError", "SoldOutError", "ExternalAPIError", "NetworkError")
CAUGHT = (*ERRORS, "no_deal", "any", "RefusedError or NotFoundError")
CALLED = {"visitor_id": "string", "words": "string", "count": "int", "price": "decimal"}
SIGNALS = {
    "visitor.called": CALLED,
    "visitor.left": {"visitor_id": "string", "mood": "Mood"},
    "visitor.called or visitor.left": {"visitor_id": "string"},
}
HEARD = (("visitor.called",), ("visitor.left", "visitor.called"), ("visitor.called or visitor.left",), ())
STATUSES = ("early", "late", "over")


class Steps:
    """Makes steps until its room is used up."""

    def __init__(self, dice: Dice, room: int) -> None:
        self.dice = dice
        self.expressions = Expressions(dice)
        self.room = room
        self.outputs: list[str] = []
        """The fields that every `return` gives."""
        self.children: list[str] = []
        self._given: set[str] = set()
        """What steps gave, which is not known everywhere behind them."""
        self._plain: list[Callable[[Scope], Made]] = [
            self._do, self._do, self._do, self._do, self._set, self._set, self._sleep, self._emit, self._undo,
            self._signal,
        ]  # fmt: skip
        self._nesting: list[Callable[[Scope, int], Made]] = [
            self._if, self._switch, self._group, self._group, self._for_each, self._for_each, self._repeat,
            self._parallel, self._await, self._await, self._call,
        ]  # fmt: skip

    # Blocks

    def block(self, scope: Scope, depth: int, *, may_end: bool = False, most: int = 4) -> tuple[list[Step], Scope]:
        """Steps one after the other; where they may, they end the flow or the block around."""
        steps, entered = list[Step](), scope
        for _ in range(self.dice.number(1, most)):
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

    def _after(self, before: Scope, inner: Scope) -> Scope:
        """Behind a block that may not have run, or not to its end: what its steps gave may be missing."""
        new = {name: kind for name, kind in inner.values.items() if name in self._given and name not in before.values}
        return replace(before, maybe={**before.maybe, **new}, undoable=inner.undoable)

    # Operations

    def _do(self, scope: Scope) -> Made:
        dice = self.dice
        operation = dice.pick(OPERATIONS)
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
        if rounds or dice.chance(20):
            step["catch"] = self._catches(calling, rounds)
            surely = False
        if dice.chance(25):
            step["on_failure"] = self._on_failure(scope)
            surely = surely and step["on_failure"] in ("fail", "park")
        if dice.chance(12):
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
        both = ["no_deal", "SoldOutError", "RefusedError"] if self.dice.chance(30) else []
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

    # What takes no step inside

    def _set(self, scope: Scope) -> Made:
        dice, values = self.dice, dict[str, str]()
        for _ in range(dice.number(1, 3)):
            variable = dice.pick(list(scope.assignable))
            kind = scope.assignable[variable]
            if kind == "{string: int}":
                values[f"{variable}[{self.expressions.of('string', scope, 1)}]"] = self.expressions.of("int", scope)
            else:
                values[variable] = self.expressions.of(kind, scope)
        return {"set": values}, scope

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

    # Endings

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

    # What has steps inside

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

    def _state(self, scope: Scope) -> tuple[dict[str, Any], Scope]:
        kind = self.dice.pick(["int", "decimal", "string", "[string]", "duration"])
        name = self.dice.name("own")
        return {name: {"type": kind, "init": self.expressions.of(kind, scope, 1)}}, scope.holding({name: kind})

    def _for_each(self, scope: Scope, depth: int) -> Made:
        dice, name = self.dice, self.dice.name("loop")
        step: dict[str, Any] = {"for_each": name}
        item = dice.name("item")
        apart = dice.chance(50)
        inner = scope.inside(Target(name, is_loop=True, apart=apart)).knowing({"pass": "int"})
        match dice.number(0, 2):
            case 0:
                step |= {"from": "1", "to": dice.pick(["2", "3", "LIMIT"]), "as": item}
                inner = inner.knowing({item: "int"})
            case 1:
                step |= {"in": "input.stops", "as": item}
                inner = inner.knowing(STOP, item).knowing({item: "Stop"})
            case _:
                step |= {"in": dice.pick(["['a', 'bee', 'c d']", "log"]), "as": item}
                inner = inner.knowing({item: "string"})
        if dice.chance(30):
            step["where"] = self.expressions.condition(inner, 1)
        if apart:
            which = dice.number(0, 2)
            if which != 1:
                step["concurrency"] = dice.pick(["2", "LIMIT"])
            if which:
                step["failing"] = dice.pick(["skip", "collect"])
        if dice.chance(25):
            step["state"], inner = self._state(inner)
        if dice.chance(20) and not apart:
            step["meanwhile"] = self.meanwhile(scope.inside(Target(name, is_loop=True)))
        step["steps"], after = self.block(inner, depth, most=3)
        out = replace(scope, undoable=(*after.undoable, name) if not apart else scope.undoable)
        if dice.chance(40):
            kind = dice.pick(["string", "int"])
            step["give"] = self.expressions.of(kind, inner, 1)
            if kind == "string" and step.get("failing") != "collect":
                self._given.add(name)
                out = out.knowing({name: "[string]"})
            elif kind == "string":
                self._given.add(f"{name}.given")
                out = out.knowing({"given": "[string]"}, name)
        return step, out

    def _repeat(self, scope: Scope, depth: int) -> Made:
        dice, name = self.dice, self.dice.name("again")
        step: dict[str, Any] = {"repeat": name}
        inner = scope.inside(Target(name, is_loop=True)).knowing({"pass": "int"})
        forever = dice.chance(40)
        if forever:
            step["forever"] = True
            if dice.chance(60):
                step["every"] = dice.pick(["1", "2", "LIMIT"])
        else:
            step["at_most"] = dice.pick(["2", "3", "LIMIT"])
        if dice.chance(40):
            step["while"] = self.expressions.condition(scope.knowing({"pass": "int"}), 1)
        if dice.chance(30):
            step["state"], inner = self._state(inner)
        if dice.chance(25):
            step["meanwhile"] = self.meanwhile(scope.inside(Target(name, is_loop=True)))
        step["steps"], after = self.block(inner, depth, most=3)
        if forever:
            step["steps"] = [{"leave": name, "if": f"pass >= {dice.number(2, 4)}"}, *step["steps"]]
        elif "while" not in step or dice.chance(50):
            step["exhausted"] = self.block(scope, 0, most=2)[0]
        return step, replace(scope, undoable=(*after.undoable, name))

    def _parallel(self, scope: Scope, depth: int) -> Made:
        name, first = self.dice.name("both"), self.dice.chance(40)
        branches, merged = {}, scope
        for label in ("left", "middle", "right")[: self.dice.number(2, 3)]:
            branches[label], after = self.block(scope.alone(), depth, most=3)
            merged = self._after(merged, replace(after, undoable=(*merged.undoable, *after.undoable)))
        step = {"parallel": name, "branches": branches}
        return ({**step, "first": True} if first else step), replace(merged, undoable=(*merged.undoable, name))

    def _await(self, scope: Scope, depth: int) -> Made:
        dice, name = self.dice, self.dice.name("wait")
        step: dict[str, Any] = {"await": name}
        merged, signals = scope, dict[str, Any]()
        for key in dice.pick(HEARD):
            heard = self._hearing(scope, key)
            steps, after = self.block(heard, depth, may_end=not signals and dice.chance(50), most=2)
            merged = self._after(merged, self._without_signal(after))
            signals[key] = {"where": self._where(heard), "then": steps} if dice.chance(50) else steps
        if signals:
            step["signals"] = signals
            if dice.chance(15):
                step["where"] = "signal.visitor_id == input.visitor_id"
        if dice.chance(30):
            step["when"] = self.expressions.condition(scope, 1)
            if dice.chance(50):
                step["then"], after = self.block(scope, depth, most=2)
                merged = self._after(merged, after)
        if dice.chance(30):
            step["until"] = self.expressions.of("timestamp", scope)
        else:
            step["for"] = self.expressions.of("duration", scope)
        step["timeout"], after = self.block(scope, depth, most=2) if dice.chance(60) else ([], scope)
        merged = self._after(merged, after)
        if dice.chance(50):
            step["meanwhile"] = self.meanwhile(scope)
        return step, merged

    def _hearing(self, scope: Scope, key: str) -> Scope:
        return self._without_signal(scope).knowing(SIGNALS[key], "signal")

    def _without_signal(self, scope: Scope) -> Scope:
        return replace(scope, values={k: v for k, v in scope.values.items() if not k.startswith("signal.")})

    def _where(self, scope: Scope) -> str:
        own = [f"{name} {self.dice.pick(['>', '<='])} 1" for name, kind in scope.values.items()
               if name.startswith("signal.") and kind in ("int", "decimal")]  # fmt: skip
        return self.dice.pick([*own, "signal.visitor_id == input.visitor_id"])

    def meanwhile(self, scope: Scope) -> dict[str, Any]:
        """What is done beside a block."""
        dice, beside = self.dice, dict[str, Any]()
        for _ in range(dice.number(1, 2)):
            match dice.number(0, 4):
                case 0 | 1:
                    key = dice.pick(list(SIGNALS))
                    heard = replace(self._hearing(scope, key), pivots=False, retries=False)
                    steps = self.block(heard, 0, most=2, may_end=dice.chance(30))[0]
                    beside[key] = {"where": self._where(heard), "then": steps} if dice.chance(40) else steps
                case 2:
                    beside[dice.name("tick")] = {"every": dice.pick(["6h", "8h", "1d"]), "then": self._beside(scope)}
                case 3:
                    at = dice.pick(["soon", "input.opens", self.expressions.of("timestamp", scope, 1)])
                    beside[dice.name("bell")] = {"at": at, "then": self._beside(scope)}
                    if at == "soon" and dice.chance(70):  # a signal moves it
                        beside["visitor.called"] = [{"set": {"soon": f"now() + {dice.pick(LASTS)}"}}]
                case _:
                    timer = {
                        "each": "h in input.hours",
                        "at": "input.begins + hours(h)",
                        "then": self._beside(scope, True),
                    }
                    if dice.chance(50):
                        timer["past"] = dice.pick(["skip", "run"])
                    beside[dice.name("remind")] = timer
        return beside

    def _beside(self, scope: Scope, each: bool = False) -> list[Step]:
        scope = replace(scope, pivots=False, retries=False)
        return self.block(scope.knowing({"h": "int"}) if each else scope, 0, most=2, may_end=self.dice.chance(15))[0]

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


KINDS = {
    "status": "string", "n": "int", "total": "decimal", "log": "[string]", "note": "string?", "mood": "Mood",
    "lasts": "duration", "at": "timestamp", "tally": "{string: int}",
}  # fmt: skip
