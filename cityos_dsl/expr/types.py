"""The types of expressions, how an architect writes them, and which fits where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from cityos_dsl.diagnostics import Span


@dataclass(frozen=True)
class Primitive:
    """A type without parts."""

    name: str


STRING = Primitive("string")
BOOL = Primitive("bool")
INT = Primitive("int")
DOUBLE = Primitive("double")
DECIMAL = Primitive("decimal")
TIMESTAMP = Primitive("timestamp")
DURATION = Primitive("duration")
DATE = Primitive("date")
BYTES = Primitive("bytes")
NULL = Primitive("null")
ANY = Primitive("object")

PRIMITIVES: dict[str, Primitive] = {
    each.name: each for each in (STRING, BOOL, INT, DOUBLE, DECIMAL, TIMESTAMP, DURATION, DATE, BYTES, NULL, ANY)
}


@dataclass(frozen=True)
class ListType:
    """A list of one type."""

    item: Type


@dataclass(frozen=True)
class MapType:
    """A map from strings to one type."""

    value: Type


@dataclass(frozen=True)
class EnumType:
    """One of some words; `name` where the enumeration has one."""

    members: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True)
class Field:
    """A field of a record; an optional field has an `OptionalType`."""

    name: str
    type: Type
    data_class: str = "internal"
    limits: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """Its bounds, pattern and default, as they are written; they don't make another type of it."""
    place: Span | None = field(default=None, compare=False, repr=False)
    """Where it is declared, for messages."""


@dataclass(frozen=True)
class RecordType:
    """A record with named fields; an inline record's name says where it stands."""

    name: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True)
class OptionalType:
    """A value that may be null."""

    inner: Type


Type: TypeAlias = Primitive | ListType | MapType | EnumType | RecordType | OptionalType

NUMBERS: frozenset[Type] = frozenset({INT, DOUBLE, DECIMAL})
ORDERED: frozenset[Type] = NUMBERS | {STRING, BOOL, TIMESTAMP, DURATION, DATE, BYTES}


def optional(type: Type) -> Type:
    """The type with null added, once."""
    return type if isinstance(type, OptionalType) or type in (NULL, ANY) else OptionalType(type)


def without_null(type: Type) -> Type:
    """The type with null taken away."""
    return type.inner if isinstance(type, OptionalType) else type


def show(type: Type) -> str:
    """The type as an architect writes it: `string`, `[Item]`, `a | b`, `decimal?`."""
    if isinstance(type, Primitive):
        return type.name
    if isinstance(type, ListType):
        return f"[{show(type.item)}]"
    if isinstance(type, MapType):
        return f"{{string: {show(type.value)}}}"
    if isinstance(type, EnumType):
        return type.name or " | ".join(type.members)
    if isinstance(type, RecordType):
        return type.name or _show_fields(type)
    inner = show(type.inner)
    return f"({inner})?" if " | " in inner else f"{inner}?"


def _show_fields(record: RecordType) -> str:
    return "{" + ", ".join(f"{each.name}: {show(each.type)}" for each in record.fields) + "}"


def assignable(source: Type, target: Type) -> bool:
    """Whether a value of `source` may stand where `target` is expected."""
    if source == target or ANY in (source, target):
        return True
    if isinstance(target, OptionalType):
        return source == NULL or assignable(without_null(source), target.inner)
    if isinstance(source, Primitive) and isinstance(target, Primitive):
        return source == INT and target in (DECIMAL, DOUBLE)
    if isinstance(source, EnumType):
        return target == STRING or (isinstance(target, EnumType) and set(source.members) <= set(target.members))
    if isinstance(source, ListType) and isinstance(target, ListType):
        return assignable(source.item, target.item)
    if isinstance(source, MapType) and isinstance(target, MapType):
        return assignable(source.value, target.value)
    if isinstance(source, RecordType) and isinstance(target, RecordType):
        return _record_fits(source, target)
    return False


def _record_fits(source: RecordType, target: RecordType) -> bool:
    if source.name and source.name == target.name:
        return True
    for wanted in target.fields:
        found = source.field(wanted.name)
        if found is None:
            if not isinstance(wanted.type, OptionalType):
                return False
        elif not assignable(found.type, wanted.type):
            return False
    return True


def join(left: Type, right: Type) -> Type | None:
    """The narrowest type that takes both, or None where there is none."""
    if assignable(left, right):
        return right if left != ANY else ANY
    if assignable(right, left):
        return left
    if NULL in (left, right):
        return optional(right if left == NULL else left)
    if isinstance(left, OptionalType) or isinstance(right, OptionalType):
        inner = join(without_null(left), without_null(right))
        return None if inner is None else optional(inner)
    if isinstance(left, EnumType) and isinstance(right, EnumType):
        return EnumType(left.members + tuple(m for m in right.members if m not in left.members))
    return None
