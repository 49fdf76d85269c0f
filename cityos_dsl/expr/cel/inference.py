"""Which types the variables of types stand for: what CEL calls assignability."""

from __future__ import annotations

from cityos_dsl.expr.cel.types import DYN, CelType

_NULLABLE = frozenset({"optional_type", "timestamp", "duration"})
_GENERIC = frozenset({"list", "map", "optional_type"})


class Inference:
    """The variables found so far. A failed attempt leaves nothing behind."""

    def __init__(self) -> None:
        self.found: dict[str, CelType] = {}
        self.count = 0

    def fresh(self) -> CelType:
        """A new variable."""
        self.count += 1
        return CelType(f"${self.count}")

    def instance(self, *types: CelType) -> tuple[CelType, ...]:
        """The types of an overload with new variables for its own."""
        names: dict[str, CelType] = {}

        def renew(type: CelType) -> CelType:
            if type.is_variable:
                if type.name not in names:
                    names[type.name] = self.fresh()
                return names[type.name]
            return CelType(type.name, tuple(map(renew, type.params)))

        return tuple(map(renew, types))

    def resolve(self, type: CelType, open_is_dyn: bool = False) -> CelType:
        """The type with what was found put in."""
        if type.is_variable:
            known = self.found.get(type.name)
            if known is None:
                return DYN if open_is_dyn else type
            return self.resolve(known, open_is_dyn)
        if not type.params:
            return type
        return CelType(type.name, tuple(self.resolve(param, open_is_dyn) for param in type.params))

    def assignable(self, *pairs: tuple[CelType, CelType]) -> bool:
        """Whether each first type may stand for its second; remembers what variables stand for if all may."""
        before = dict(self.found)
        if all(self._fits(given, wanted) for given, wanted in pairs):
            return True
        self.found = before
        return False

    def join(self, before: CelType | None, now: CelType) -> CelType:
        """The type of a list's items or of a map's keys after one more: dyn where they have none in common."""
        if before is None:
            return now
        if self.assignable((before, now)):
            return _general(before, now)
        return DYN

    def _fits(self, given: CelType, wanted: CelType) -> bool:
        if wanted.is_variable:
            fits, is_known = self._bind(given, wanted)
            if fits or is_known:
                return fits
        if given.is_variable:
            return self._bind(wanted, given)[0]
        if DYN in (given, wanted):
            return True
        if "null_type" in (given.name, wanted.name):
            return given.name == wanted.name or bool({given.name, wanted.name} & _NULLABLE)
        if given.name != wanted.name:
            return False
        if given.name not in _GENERIC:
            return True
        return all(self._fits(one, other) for one, other in zip(given.params, wanted.params, strict=True))

    def _bind(self, type: CelType, variable: CelType) -> tuple[bool, bool]:
        """Whether the variable may stand for the type, and whether it stood for something before."""
        if type == variable:
            return True, True
        known = self.found.get(variable.name)
        if known is not None:
            if type == known:
                return True, True
            if not self._fits(type, known):
                return False, True
            general = _general(known, type)
            if not self._mentions(general, variable):
                self.found[variable.name] = general
            return True, True
        if self._mentions(type, variable):
            return False, False
        self.found[variable.name] = type
        return True, False

    def _mentions(self, type: CelType, variable: CelType) -> bool:
        if type.is_variable:
            if type == variable:
                return True
            known = self.found.get(type.name)
            return known is not None and self._mentions(known, variable)
        return any(self._mentions(param, variable) for param in type.params)


def _general(one: CelType, other: CelType) -> CelType:
    return one if _is_as_general(one, other) else other


def _is_as_general(one: CelType, other: CelType) -> bool:
    if one == DYN or one.is_variable:
        return True
    if other == DYN or other.is_variable:
        return False
    if one.name in _GENERIC:
        if one.name != other.name:
            return one.name == "optional_type" and other.name == "null_type"
        return all(map(_is_as_general, one.params, other.params))
    if one.name == "type":
        return other.name == "type"
    return one == other or (one.name in _NULLABLE and other.name == "null_type")
