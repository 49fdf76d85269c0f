"""What takes a value, and what of the value is too much for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cityos_compiler import ir
from cityos_compiler.dataflow.held import RANK, Held, Level, field_of, highest_of, item_of, top
from cityos_compiler.dataflow.reading import Lookup, held
from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import types as t
from cityos_dsl.source import Scalar


@dataclass(frozen=True)
class Excess:
    """A part of a value that is of a higher class than what takes it."""

    level: Level
    span: Span
    """Where it is written; what is wired by name stands at its step's word."""
    name: str
    """The part, as the spec writes it."""
    limit: int


def too_high(value: ir.Value, names: Lookup, limit: int, kind: t.Type) -> Iterator[Excess]:
    """The parts of a value that are of a higher class than the field that takes them."""
    plain = t.without_null(kind)
    match value:
        case ir.Record():
            fields = {f.name: f for f in plain.fields} if isinstance(plain, t.RecordType) else {}
            for name, inner in value.fields:
                each = fields.get(name)
                below = _lower(limit, each) if each is not None else limit
                yield from too_high(inner, names, below, each.type if each is not None else t.ANY)
        case ir.Items():
            for inner in value.items:
                yield from too_high(inner, names, limit, plain.item if isinstance(plain, t.ListType) else t.ANY)
        case ir.Expr():
            worst = beyond(held(value.checked.expr, names), limit, kind)
            if worst is not None:
                level, allowed = worst
                yield Excess(level, place(value, level), _written(value, level), allowed)


def _lower(limit: int, each: t.Field) -> int:
    """What a field of a taken record takes: what it says, or what the record may."""
    return max(limit, RANK[each.data_class])


def beyond(value: Held, limit: int, kind: t.Type, depth: int = 0) -> tuple[Level, int] | None:
    """The highest class in a value that its taker doesn't take, and what the taker takes there."""
    plain = t.without_null(kind)
    source = t.without_null(value.type)
    found: list[tuple[Level, int]] = []
    names = list(value.parts or ()) or ([f.name for f in source.fields] if isinstance(source, t.RecordType) else [])
    if isinstance(plain, t.RecordType) and names and depth < 8:
        for name in names:
            each = plain.field(name)
            below = _lower(limit, each) if each is not None else limit
            inner = beyond(field_of(value, name), below, each.type if each is not None else t.ANY, depth + 1)
            if inner is not None:
                found.append((_read_at(inner[0], value), inner[1]))
    elif isinstance(plain, t.ListType | t.MapType) and depth < 8:
        inner = beyond(item_of(value), limit, plain.item if isinstance(plain, t.ListType) else plain.value, depth + 1)
        if inner is not None:
            found.append((_read_at(inner[0], value), inner[1]))
    else:
        level, allowed = top(value), max(limit, highest_of(kind))
        if level.rank > allowed:
            found.append((level, allowed))
    return max(found, key=lambda each: each[0].rank) if found else None


def _read_at(level: Level, value: Held) -> Level:
    """A part of a value is where the value is read; in one that is made here it is where it was put in."""
    return replace(level, start=value.level.start, end=value.level.end) if value.level.end else level


def place(expr: ir.Expr, level: Level) -> Span:
    """The characters of the part that has the class; the whole expression where they can't be counted."""
    source = expr.source
    span = source.span
    if not is_written(source) or span.line != span.end_line:
        return span
    start, end = (level.start, level.end) if level.start < level.end <= len(source.text) else (0, len(source.text))
    inside = span.column + len(source.style)
    return replace(span, column=inside + start, end_column=inside + end)


def is_written(source: Scalar) -> bool:
    """Whether an expression stands in the file as it is, and wasn't made by wiring."""
    span = source.span
    return span.line != span.end_line or span.end_column - span.column == len(source.text) + 2 * len(source.style)


def _written(expr: ir.Expr, level: Level) -> str:
    return expr.source.text[level.start : level.end] or expr.text
