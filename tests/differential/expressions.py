"""Random expressions of a type."""

from __future__ import annotations

from collections.abc import Callable

from tests.differential.dice import Dice
from tests.differential.scope import Scope

TEXTS = ("''", "'a'", "'bee'", "'c d'")
MOODS = ("glad", "calm", "sad")
LASTS = ("10m", "1h", "90m", "1d", "2h30m")
CURRENCIES = ("'EUR'", "'JPY'", "tenant.currency")


class Expressions:
    """Makes expressions of what is in scope."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._makers: dict[str, Callable[[Scope, int], str]] = {
            "int": self._int,
            "decimal": self._decimal,
            "string": self._string,
            "bool": self._bool,
            "duration": self._duration,
            "timestamp": self._timestamp,
            "Mood": self._mood,
            "[string]": self._strings,
            "{string: int}": self._tally,
            "Stop": self._stop,
        }

    def of(self, kind: str, scope: Scope, depth: int = 2) -> str:
        """An expression of a type; one that may be null for a type with `?`."""
        dice = self._dice
        if kind.endswith("?"):
            plain = kind.removesuffix("?")
            unsure = [name for name, known in scope.maybe.items() if known == plain]
            if unsure and dice.chance(40):
                name = dice.pick(unsure)
                root = self._root(name)
                return name if root == name else f"({root} != null ? {name} : null)"
            return "null" if dice.chance(25) else self.of(plain, scope, depth)
        if depth and kind != "Mood" and dice.chance(12):
            return f"({self.condition(scope, 1)} ? {self.of(kind, scope, 0)} : {self.of(kind, scope, 0)})"
        unsure = [name for name, known in scope.maybe.items() if known == kind]
        if unsure and kind != "Mood" and dice.chance(25):
            name = dice.pick(unsure)
            return f"({self._root(name)} != null ? {name} : {self.of(kind, scope, 0)})"
        return self._makers[kind](scope, depth)

    def condition(self, scope: Scope, depth: int = 2) -> str:
        """An expression that is true or false."""
        return self.of("bool", scope, depth) if depth else self._compared(scope)

    def text(self, scope: Scope) -> str:
        """A text for people, with values in it."""
        kind = self._dice.pick(["string", "int", "decimal"])
        value = self.of(kind, scope, 1)
        return f"at {self._dice.pick(['noon', 'night'])} ${{ {value if '}' not in value else 'n'} }}"

    def _known(self, kind: str, scope: Scope) -> str | None:
        known = [name for name, has in scope.values.items() if has == kind]
        return self._dice.pick(known) if known and self._dice.chance(75) else None

    def _int(self, scope: Scope, depth: int) -> str:
        dice = self._dice
        if depth == 0 or dice.chance(50):
            return self._known("int", scope) or str(dice.number(0, 4))
        match dice.number(0, 4):
            case 0:
                return f"{self._int(scope, 0)} + {self._int(scope, 0)}"
            case 1:
                return f"({self._int(scope, 0)} - {self._int(scope, 0)})"
            case 2:
                return f"size({self.of('[string]', scope, 0)})"
            case 3:
                return f"size({self.of('string', scope, 0)})"
            case _:
                return f"{self.of('{string: int}', scope, 0)}[?{self._string(scope, 0)}].orValue({dice.number(0, 3)})"

    def _decimal(self, scope: Scope, depth: int) -> str:
        dice = self._dice
        if depth == 2 and dice.chance(20):
            return str(dice.number(0, 5))  # a whole number where a decimal is due
        plain = self._known("decimal", scope) or "input.fee"
        if depth == 0 or dice.chance(50):
            return plain
        match dice.number(0, 4):
            case 0:
                return f"{plain} + {self._decimal(scope, 0)}"
            case 3:
                return f"{plain} / 4 + {self._decimal(scope, 0)}"
            case 1:
                return f"{plain} * 1.5"
            case 2:
                return f"round({plain} * 0.333, {dice.pick(CURRENCIES)})"
            case _:
                return f"({plain} - 0.05)"

    def _string(self, scope: Scope, depth: int) -> str:
        dice = self._dice
        if depth == 0 or dice.chance(50):
            return self._known("string", scope) or dice.pick(TEXTS)
        match dice.number(0, 3):
            case 0:
                return f"{self._string(scope, 0)} + {self._string(scope, 0)}"
            case 1:
                return f"string({self._int(scope, 0)})"
            case 2:
                return f"string({self._decimal(scope, 0)})"
            case _:
                return dice.pick(["tenant.zone", "tenant.currency", "workflow.id"])

    def _bool(self, scope: Scope, depth: int) -> str:
        dice = self._dice
        if depth == 0 or dice.chance(60):
            return self._compared(scope)
        match dice.number(0, 3):
            case 0:
                return f"({self._compared(scope)} && {self._compared(scope)})"
            case 1:
                return f"({self._compared(scope)} || {self._compared(scope)})"
            case 2:
                return f"!({self._compared(scope)})"
            case _:
                return f"{self.of('[string]', scope, 0)}.exists(t, t == {self._string(scope, 0)})"

    def _compared(self, scope: Scope) -> str:
        dice = self._dice
        match dice.number(0, 5):
            case 0:
                return self._known("bool", scope) or "true"
            case 1:
                return f"{self._int(scope, 0)} {dice.pick(['<', '>=', '==', '!='])} {dice.number(0, 4)}"
            case 2:
                return f"{self._decimal(scope, 0)} {dice.pick(['<', '>='])} {dice.pick(['2', '1.75'])}"
            case 3:
                return f"{self._string(scope, 0)} == {dice.pick(TEXTS)}"
            case 4 if scope.maybe:
                return f"{self._unsure(scope)} != null"
            case _:
                return f"{self._known('Mood', scope) or 'input.mood'} == {dice.pick(MOODS)}"

    def _unsure(self, scope: Scope) -> str:
        return self._root(self._dice.pick(list(scope.maybe)))

    def _root(self, name: str) -> str:
        """What is asked whether it is there: of a result's field the result."""
        return name if name.startswith("input.") else name.partition(".")[0]

    def _duration(self, scope: Scope, depth: int) -> str:
        dice = self._dice
        if depth and dice.chance(20):
            return f"minutes({dice.number(1, 90)})"
        if depth and dice.chance(20):
            return f"{dice.pick(LASTS)} + {self._known('duration', scope) or '5m'}"
        return self._known("duration", scope) or dice.pick(LASTS)

    def _timestamp(self, scope: Scope, depth: int) -> str:
        dice = self._dice
        known = self._known("timestamp", scope)
        if known is not None and dice.chance(40):
            return known
        return f"now() {'-' if dice.chance(15) else '+'} {self._duration(scope, 0)}"

    def _mood(self, scope: Scope, depth: int) -> str:
        return self._known("Mood", scope) or self._dice.pick(MOODS)

    def _strings(self, scope: Scope, depth: int) -> str:
        dice = self._dice
        plain = self._known("[string]", scope) or dice.pick(["['a']", "['a', 'bee']"])
        if depth == 0 or dice.chance(30):
            return plain
        match dice.number(0, 2):
            case 0:
                return f"{plain} + [{self._string(scope, 1)}]"
            case 1:
                return f"{plain}.filter(t, t != {dice.pick(TEXTS)})"
            case _:
                return f"{plain}.map(t, t + {self._string(scope, 0)})"

    def _tally(self, scope: Scope, depth: int) -> str:
        return self._known("{string: int}", scope) or "{'a': 1}"

    def _stop(self, scope: Scope, depth: int) -> str:
        known = self._known("Stop", scope)
        if known is not None:
            return known
        return (
            f"Stop{{place: {self._string(scope, 0)}, price: {self._decimal(scope, 0)}, "
            f"mood: {self._mood(scope, 0)}, count: {self._int(scope, 0)}}}"
        )
