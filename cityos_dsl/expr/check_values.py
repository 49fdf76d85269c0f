"""Checking literals, names, selections and what is built from parts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from cityos_dsl.expr.ast import (
    Expr,
    Has,
    Index,
    ListOf,
    Literal,
    MapOf,
    Name,
    RecordOf,
    Select,
    is_optional_chain,
    path_of,
)
from cityos_dsl.expr.checking import Checking, Typed, nearest
from cityos_dsl.expr.profile import not_in_specs
from cityos_dsl.expr.scope import Scope
from cityos_dsl.expr.types import (
    ANY,
    BOOL,
    DECIMAL,
    DOUBLE,
    INT,
    PRIMITIVES,
    STRING,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    Type,
    join,
    optional,
    show,
    without_null,
)


def check_literal(checking: Checking, node: Literal, scope: Scope, hint: Type | None) -> Typed:
    """Numbers take the exactness that is expected, strings the enumeration."""
    if (refused := not_in_specs(node)) is not None:
        return checking.wrong(node, "EXPR021", *refused)
    wanted = without_null(hint) if hint else None
    if wanted == DECIMAL and node.kind in ("int", "double"):
        return Typed(replace(node, value=Decimal(node.text or str(node.value)), kind="decimal"), DECIMAL)
    if wanted == DOUBLE and node.kind == "int" and isinstance(node.value, int):
        return Typed(replace(node, value=float(node.value), kind="double"), DOUBLE)
    if isinstance(wanted, EnumType) and isinstance(node.value, str):
        if node.value not in wanted.members:
            _no_member(checking, node, node.value, wanted, ())
        return Typed(node, wanted)
    return Typed(node, PRIMITIVES[node.kind])


def _no_member(checking: Checking, node: Expr, word: str, enum: EnumType, names: tuple[str, ...]) -> None:
    help = nearest(word, [*enum.members, *names]) or f"it has {', '.join(enum.members)}"
    checking.report("EXPR014", f"`{word}` is not a member of {show(enum)}", node, help)


def check_name(checking: Checking, node: Name, scope: Scope, hint: Type | None) -> Typed:
    """A name in scope, or a bare member where an enumeration is expected."""
    if (refused := not_in_specs(node)) is not None:
        return checking.wrong(node, "EXPR021", *refused)
    wanted = without_null(hint) if hint else None
    enum = wanted if isinstance(wanted, EnumType) else None
    if enum and node.name in enum.members:
        if node.name in scope.names:
            help = f'rename the variable, or write "{node.name}" for the member'
            return checking.wrong(node, "EXPR017", f"`{node.name}` is a variable and a member of {show(enum)}", help)
        return Typed(Literal(node.name, "string", start=node.start, end=node.end), enum)
    if node.name in scope.names:
        return Typed(node, _narrowed(scope, node.name, scope.names[node.name]))
    if node.name in scope.missing:
        return checking.wrong(node, "EXPR019", f"`{node.name}` cannot be used here: {scope.missing[node.name]}")
    if enum:
        _no_member(checking, node, node.name, enum, tuple(scope.names))
        return Typed(node, enum)
    near = _field_of(node.name, scope) or nearest(node.name, scope.names)
    if near is None and wanted == STRING:
        near = f'for text write "{node.name}" in quotes'
    return checking.wrong(node, "EXPR010", f"unknown name `{node.name}`", near)


def _field_of(name: str, scope: Scope) -> str | None:
    """Help for the name of a field without the record that has it."""
    paths = [
        f"`{owner}.{name}`"
        for owner, kind in scope.names.items()
        if isinstance(kind, RecordType) and any(f.name == name for f in kind.fields)
    ]
    return f"did you mean {' or '.join(paths[:3])}?" if paths else None


def _narrowed(scope: Scope, path: str | None, type: Type) -> Type:
    return without_null(type) if path in scope.known else type


def check_select(checking: Checking, node: Select, scope: Scope, hint: Type | None) -> Typed:
    """A field of a record, a key of a map."""
    operand = checking.infer(node.operand, scope)
    lenient = node.optional or is_optional_chain(node.operand)
    if not lenient:
        operand = checking.present(operand, scope)
    type = field_type(checking, node, node.field, operand.type)
    result = replace(node, operand=operand.node)
    path = path_of(node)
    if lenient and (isinstance(operand.type, OptionalType) or _may_lack(operand.type)):
        type = optional(type)
    return Typed(result, _narrowed(scope, path, type))


def _may_lack(type: Type) -> bool:
    return isinstance(type, MapType)


def field_type(checking: Checking, node: Expr, field: str, operand: Type) -> Type:
    """The type of a field, or a finding."""
    operand = without_null(operand)
    if operand == ANY:
        return ANY
    if isinstance(operand, MapType):
        return operand.value
    if not isinstance(operand, RecordType):
        help = (
            "a list has items: `x[0]`, or all of them by `x.map(each, ...)`" if isinstance(operand, ListType) else None
        )
        checking.report("EXPR011", f"a {show(operand)} has no fields, so no `{field}`", node, help)
        return ANY
    found = operand.field(field)
    if found is None:
        names = [each.name for each in operand.fields]
        near = nearest(field, names)
        listed = f"it has {', '.join(names)}" if names else "it has no fields"
        where = operand.name or "this record"
        help = f"{near} {listed}" if near else listed
        checking.report("EXPR011", f"{where} has no field `{field}`", node, help)
        return ANY
    return found.type


def check_index(checking: Checking, node: Index, scope: Scope, hint: Type | None) -> Typed:
    """An item of a list, a value of a map."""
    operand = checking.infer(node.operand, scope, _of_items(node.operand, hint))
    lenient = node.optional or is_optional_chain(node.operand)
    if not lenient:
        operand = checking.present(operand, scope)
    container = without_null(operand.type)
    if isinstance(container, ListType):
        index, type = checking.expect(node.index, scope, INT, "a list's index"), container.item
    elif isinstance(container, MapType):
        index, type = _check_key(checking, node.index, scope), container.value
    else:
        index, type = checking.infer(node.index, scope), ANY
        if container != ANY:
            checking.report("EXPR013", f"only lists and maps have items; this is {show(container)}", node)
    result = replace(node, operand=operand.node, index=index.node)
    return Typed(result, optional(type) if lenient else type)


def _of_items(container: Expr, hint: Type | None) -> Type | None:
    """What a list or map that is written out holds, where one of its items is asked for."""
    if hint is None:
        return None
    wanted = without_null(hint)
    if isinstance(container, MapOf) and isinstance(wanted, EnumType):
        return MapType(wanted)
    return ListType(hint) if isinstance(container, ListOf) else None


def check_has(checking: Checking, node: Has, scope: Scope, hint: Type | None) -> Typed:
    """`has(a.b)`, which narrows."""
    operand = checking.infer(node.operand, scope)
    field_type(checking, node, node.field, operand.type)
    path = path_of(node.operand)
    known = frozenset({path, f"{path}.{node.field}"}) if path else frozenset()
    return Typed(replace(node, operand=operand.node), BOOL, when_true=known)


def check_list(checking: Checking, node: ListOf, scope: Scope, hint: Type | None) -> Typed:
    """A list's items have one type."""
    if (refused := not_in_specs(node)) is not None:
        return checking.wrong(node, "EXPR021", *refused)
    wanted = without_null(hint) if hint else None
    if isinstance(wanted, ListType) and wanted.item != ANY:
        items = [checking.expect(item, scope, wanted.item, "an item") for item in node.items]
        return Typed(replace(node, items=tuple(item.node for item in items)), wanted)
    items = [checking.infer(item, scope) for item in node.items]
    type = _joined(checking, items, "the list's items", scope)
    return Typed(replace(node, items=tuple(item.node for item in items)), ListType(type))


def _joined(checking: Checking, parts: list[Typed], what: str, scope: Scope) -> Type:
    type: Type | None = None
    for part in parts:
        found = part.type if type is None else join(type, part.type)
        if found is None and scope.json:
            return ANY
        if found is None and type is not None:
            message = f"{what} have one type: {show(type)} before, {show(part.type)} here"
            checking.report("EXPR013", message, part.node)
        type = found or type
    return type or ANY


def check_map(checking: Checking, node: MapOf, scope: Scope, hint: Type | None) -> Typed:
    """A map, or the record that is expected there."""
    if (refused := not_in_specs(node)) is not None:
        return checking.wrong(node, "EXPR021", *refused)
    wanted = without_null(hint) if hint else None
    if isinstance(wanted, RecordType):
        record = _as_record(node, wanted)
        if record is not None:
            return _build_record(checking, record, wanted, scope)
    keys = [_check_key(checking, _key(key, scope), scope) for key, _ in node.entries]
    if isinstance(wanted, MapType):
        values = [checking.expect(value, scope, wanted.value, "a value") for _, value in node.entries]
        type = wanted.value
    else:
        values = [checking.infer(value, scope) for _, value in node.entries]
        types = {value.type for value in values}
        type = _joined(checking, values, "the map's values", scope) if len(types) < 2 or hint != ANY else ANY
    entries = tuple((key.node, value.node) for key, value in zip(keys, values, strict=True))
    return Typed(replace(node, entries=entries), MapType(type))


def _check_key(checking: Checking, node: Expr, scope: Scope) -> Typed:
    """A map's key; where values become JSON, a map that is written out may be asked with a number or a truth."""
    if scope.json:
        key = checking.infer(node, scope)
        if key.type in (INT, BOOL):
            return key
    return checking.expect(node, scope, STRING, "a map's key")


def _key(node: Expr, scope: Scope) -> Expr:
    """A bare word that is no variable stands for itself as a key, as in YAML."""
    if isinstance(node, Name) and node.name not in scope.names:
        return Literal(node.name, "string", start=node.start, end=node.end)
    return node


def _as_record(node: MapOf, wanted: RecordType) -> RecordOf | None:
    """The map read as a record, if its keys are words."""
    fields: list[tuple[str, Expr]] = []
    for key, value in node.entries:
        if isinstance(key, Name):
            fields.append((key.name, value))
        elif isinstance(key, Literal) and isinstance(key.value, str):
            fields.append((key.value, value))
        else:
            return None
    return RecordOf(wanted.name, tuple(fields), start=node.start, end=node.end)


def check_record(checking: Checking, node: RecordOf, scope: Scope, hint: Type | None) -> Typed:
    """`Type{field: value}`."""
    record = scope.records.get(node.type_name)
    if record is None:
        for _, value in node.fields:
            checking.infer(value, scope)
        help = nearest(node.type_name, scope.records)
        return checking.wrong(node, "EXPR020", f"there is no record type `{node.type_name}`", help)
    return _build_record(checking, node, record, scope)


def _build_record(checking: Checking, node: RecordOf, record: RecordType, scope: Scope) -> Typed:
    given = [name for name, _ in node.fields]
    fields: list[tuple[str, Expr]] = []
    for name, value in node.fields:
        if given.count(name) > 1:
            checking.report("EXPR020", f"`{name}` stands twice", value)
        wanted = field_type(checking, value, name, record)
        fields.append((name, checking.expect(value, scope, wanted, f"`{name}`").node))
    lacking = [f.name for f in record.fields if f.name not in given and not isinstance(f.type, OptionalType)]
    if lacking:
        missing = ", ".join(f"`{name}`" for name in lacking)
        checking.report("EXPR020", f"{record.name or 'the record'} needs {missing} too", node)
    return Typed(replace(node, fields=tuple(fields)), record)
