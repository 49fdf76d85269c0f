"""Random waits, and what is done beside a block."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.differential.doing import Doing
from tests.differential.expressions import LASTS
from tests.differential.making import Made, Step
from tests.differential.scope import Scope

CALLED = {"visitor_id": "string", "words": "string", "count": "int", "price": "decimal"}
SIGNALS = {
    "visitor.called": CALLED,
    "visitor.left": {"visitor_id": "string", "mood": "Mood"},
    "visitor.called or visitor.left": {"visitor_id": "string"},
}
HEARD = (("visitor.called",), ("visitor.left", "visitor.called"), ("visitor.called or visitor.left",), ())


class Waiting(Doing):
    """Signals, conditions and timers."""

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
