"""Random loops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.differential.making import Made, Step
from tests.differential.scope import STOP, Scope, Target
from tests.differential.waiting import Waiting


class Loops(Waiting):
    """Loops over lists and ranges, and repeated blocks."""

    def _state(self, scope: Scope) -> tuple[dict[str, Any], Scope]:
        kind = self.dice.pick(["int", "decimal", "string", "[string]", "duration"])
        name = self.dice.name("own")
        return {name: {"type": kind, "init": self.expressions.of(kind, scope)}}, scope.holding({name: kind})

    def _remembering(self, block: Step, scope: Scope) -> list[Step]:
        """Tells what a block's own variable holds, and changes it: each pass begins with it anew."""
        if "state" not in block or self.dice.chance(30):
            return []
        [(name, variable)] = block["state"].items()
        kind = variable["type"]
        told = {
            "[string]": f"string(size({name}))", "string": name, "duration": f"string({name}.getMinutes())",
            "decimal": f"string({name} / 4 + input.fee)",
        }  # fmt: skip
        return [
            {"set": {"log": f"log + [{told.get(kind, f'string({name})')}]", name: self.expressions.of(kind, scope)}}
        ]

    def _for_each(self, scope: Scope, depth: int) -> Made:
        dice, name = self.dice, self.dice.name("loop")
        step: dict[str, Any] = {"for_each": name}
        item = dice.name("item")
        apart = dice.chance(50)
        inner = scope.inside(Target(name, is_loop=True, apart=apart)).knowing({"pass": "int"})
        match dice.number(0, 2):
            case 0:
                step |= {"from": "1", "to": dice.pick(["2", "3", "LIMIT"]), "as": item}
                inner, fits = inner.knowing({item: "int"}), f"{item} != 2"
            case 1:
                step |= {"in": "input.stops", "as": item}
                inner, fits = inner.knowing(STOP, item).knowing({item: "Stop"}), f"{item}.count != 1"
            case _:
                step |= {"in": dice.pick(["['a', 'bee', 'c d']", "log"]), "as": item}
                inner, fits = inner.knowing({item: "string"}), f"{item} != 'a'"
        if dice.chance(40):
            step["where"] = fits if dice.chance(50) else self.expressions.condition(inner, 1)
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
        step["steps"] = [*self._remembering(step, inner), *step["steps"]]
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

    def _repeat(self, scope: Scope, depth: int, *, again: bool = False) -> Made:
        """A repeated block; `again` is one that begins new runs, which only the flow itself may have."""
        dice, name = self.dice, self.dice.name("again")
        step: dict[str, Any] = {"repeat": name}
        inner = scope.inside(Target(name, is_loop=True)).knowing({"pass": "int"})
        forever = again or dice.chance(40)
        if forever:
            step["forever"] = True
            if dice.chance(60):
                step["every"] = dice.pick(["1", "2", "LIMIT"])
        else:
            step["at_most"] = dice.pick(["2", "3", "LIMIT"])
        if dice.chance(40):
            step["while"] = self.expressions.condition(scope.knowing({"pass": "int"}), 1)
        if dice.chance(50):
            step["state"], inner = self._state(inner)
        if dice.chance(25):
            step["meanwhile"] = self.meanwhile(scope.inside(Target(name, is_loop=True)))
        step["steps"], after = self.block(inner, depth, most=3)
        step["steps"] = [*self._remembering(step, inner), *step["steps"]]
        if forever:
            step["steps"] = [{"leave": name, "if": f"pass >= {dice.number(2, 4)}"}, *step["steps"]]
        elif "while" not in step or dice.chance(50):
            step["exhausted"] = self.block(scope, 0, most=2)[0]
        return step, replace(scope, undoable=(*after.undoable, name))
