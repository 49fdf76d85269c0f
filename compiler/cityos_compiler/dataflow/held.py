"""What is known of a value: its data class, and the path that it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cityos_dsl.diagnostics import Related
from cityos_dsl.expr import types as t
from cityos_dsl.fields import CLASSES

RANK = {name: rank for rank, name in enumerate(CLASSES)}
INTERNAL = RANK["internal"]
PERSONAL = RANK["confidential"]
DEEPEST = 4
"""Records made deeper than this are one value: a record that is put into itself would never end."""


@dataclass(frozen=True)
class Level:
    """A data class, the path by which a value came by it, and which part of an expression has it."""

    rank: int = 0
    trail: tuple[Related, ...] = ()
    start: int = 0
    end: int = 0

    def over(self, other: Level) -> Level:
        """The higher of two; of equals this one."""
        return self if self.rank >= other.rank else other


@dataclass(frozen=True)
class Held:
    """A value: its class where nothing more precise is said, its type, and the parts that are known one by one."""

    level: Level = Level()
    type: t.Type = t.ANY
    parts: Mapping[str, Held] | None = None
    item: Held | None = None
    moved: tuple[Related, ...] = ()
    """Where the record went since its fields were declared."""


@dataclass(frozen=True)
class _Highest:
    level: Level
    speaks: bool
    kind: t.Type = field(repr=False)  # kept, so that its identity is no other's


_HIGHEST: dict[int, _Highest] = {}


def _highest(kind: t.Type) -> _Highest:
    """The highest class of a type's fields, at any depth, and whether they say anything of classes."""
    known = _HIGHEST.get(id(kind))
    if known is None or known.kind is not kind:
        known = _HIGHEST[id(kind)] = _measure(kind)
    return known


def _measure(kind: t.Type) -> _Highest:
    match kind:
        case t.OptionalType(inner) | t.ListType(inner) | t.MapType(inner):
            found = _highest(inner)
            return _Highest(found.level, found.speaks, kind)
        case t.RecordType():
            level, speaks = Level(), False
            for each in kind.fields:
                inside = _highest(each.type)
                level = level.over(_declared(each)).over(inside.level)
                speaks = speaks or inside.speaks or RANK[each.data_class] != INTERNAL
            return _Highest(level, speaks, kind)
    return _Highest(Level(), False, kind)


def _declared(each: t.Field) -> Level:
    told = (Related(each.place, f"`{each.name}` is declared {each.data_class} here"),) if each.place else ()
    return Level(RANK[each.data_class], told)


def highest_of(kind: t.Type) -> int:
    """The highest class that a type's fields take, as a rank."""
    return _highest(kind).level.rank


def field_of(held: Held, name: str) -> Held:
    """A field of a record: as it was put in, else as its type declares it, else of the record's own class.

    A record type that says nothing of classes leaves them to the field that holds the record.
    """
    if held.parts is not None:
        return held.parts.get(name, Held(held.level))
    kind = t.without_null(held.type)
    if held.item is not None or isinstance(kind, t.MapType):
        return item_of(held)
    each = kind.field(name) if isinstance(kind, t.RecordType) else None
    if each is None:
        return Held(held.level)
    if not _highest(kind).speaks:
        return Held(held.level, each.type, moved=held.moved)
    level = _declared(each)
    return Held(replace(level, trail=level.trail + held.moved), each.type, moved=held.moved)


def item_of(held: Held) -> Held:
    """An element of a list, or a value of a map."""
    if held.item is not None:
        return held.item
    kind = t.without_null(held.type)
    if isinstance(kind, t.ListType | t.MapType):
        return Held(held.level, kind.item if isinstance(kind, t.ListType) else kind.value, moved=held.moved)
    if held.parts:
        return joined(list(held.parts.values()))
    return Held(held.level)


def top(held: Held) -> Level:
    """The highest class of a value, with all that is in it."""
    level = held.level
    for part in (*(held.parts or {}).values(), *((held.item,) if held.item is not None else ())):
        level = level.over(top(part))
    if held.parts is None and held.item is None:
        inside = _highest(held.type).level
        if inside.rank > level.rank:
            return Level(inside.rank, inside.trail + held.moved, level.start, level.end)
    return level


def join(one: Held, other: Held, depth: int = 0) -> Held:
    """What is known of a value that may be either."""
    if one is other:
        return one
    if depth > DEEPEST:
        return Held(top(one).over(top(other)))
    level = one.level.over(other.level)
    if (one.parts is not None or other.parts is not None) and one.item is None and other.item is None:
        names = dict.fromkeys([*(one.parts or {}), *(other.parts or {})])
        parts = {name: join(field_of(one, name), field_of(other, name), depth + 1) for name in names}
        return Held(level, one.type, parts)
    if one.item is not None or other.item is not None:
        return Held(level, one.type, item=join(item_of(one), item_of(other), depth + 1))
    if _says_nothing(other) or t.without_null(one.type) == t.without_null(other.type):
        return Held(level, one.type, moved=one.moved)
    if _says_nothing(one):
        return Held(level, other.type, moved=other.moved)
    return Held(top(one).over(top(other)))


def _says_nothing(held: Held) -> bool:
    return held.type in (t.ANY, t.NULL) and held.level.rank == 0


def joined(values: list[Held]) -> Held:
    """What is known of a value that may be any of these."""
    result = values[0] if values else Held()
    for value in values[1:]:
        result = join(result, value)
    return result


def moved(held: Held, step: Related) -> Held:
    """The value after one more step of its path."""
    level = held.level
    if level.rank > INTERNAL:
        level = Level(level.rank, (*level.trail, step), level.start, level.end)
    parts = {name: moved(part, step) for name, part in held.parts.items()} if held.parts is not None else None
    item = moved(held.item, step) if held.item is not None else None
    return Held(level, held.type, parts, item, (*held.moved, step))


def lowered(held: Held) -> Held:
    """Of a masked or hashed value, a comparison or a size: internal at most."""
    return Held(Level(min(INTERNAL, top(held).rank)))


def seen_at(held: Held, start: int, end: int) -> Held:
    """The value as the part of an expression from ``start`` to ``end`` reads it."""
    here = Level(held.level.rank, held.level.trail, start, end)
    parts = {name: seen_at(part, start, end) for name, part in held.parts.items()} if held.parts is not None else None
    item = seen_at(held.item, start, end) if held.item is not None else None
    return Held(here, held.type, parts, item, held.moved)


def shape(held: Held) -> object:
    """The classes alone, to see whether a round of the analysis still changed something."""
    parts = tuple((name, shape(part)) for name, part in (held.parts or {}).items())
    return (held.level.rank, top(held).rank, parts, shape(held.item) if held.item is not None else None)
