"""Declarations of fields: what a type written in a spec means (language reference, Types)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cityos_dsl.diagnostics import Finding, Span, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.limits import LIMITS, misfits
from cityos_dsl.source import Mapping, Node, Scalar, Sequence

PRIMITIVES: dict[str, t.Type] = {
    "string": t.STRING,
    "bool": t.BOOL,
    "int": t.INT,
    "double": t.DOUBLE,
    "decimal": t.DECIMAL,
    "timestamp": t.TIMESTAMP,
    "duration": t.DURATION,
    "date": t.DATE,
    "bytes": t.BYTES,
    "object": t.ANY,
}
ELSEWHERE = {
    "money": "decimal", "amount": "decimal", "number": "int` or `decimal", "integer": "int", "float": "double",
    "boolean": "bool", "str": "string", "text": "string", "datetime": "timestamp", "time": "timestamp",
    "json": "object", "any": "object", "map": "{string: T}", "dict": "{string: T}", "list": "[T]", "array": "[T]",
}  # fmt: skip
"""What types are called elsewhere, and here."""
CLASSES = ("public", "internal", "confidential", "restricted")
_OPTIONS = (
    "type",
    "enum",
    "class",
    "description",
    "min",
    "max",
    "min_items",
    "max_items",
    "pattern",
    "default",
    "init",
)
_MAP = re.compile(r"\{\s*string\s*:(.*)\}\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class FieldDecl:
    """A declared field: its type and what else its declaration says."""

    name: str
    type: t.Type
    span: Span
    optional: bool = False
    data_class: str = "internal"
    options: dict[str, Scalar] = field(default_factory=dict)

    @property
    def limits(self) -> tuple[tuple[str, str], ...]:
        """Its bounds, pattern and default, as they are written."""
        return tuple((name, self.options[name].text) for name in LIMITS if name in self.options)

    @property
    def full_type(self) -> t.Type:
        """The type as an expression sees it: ``T?`` where the field is optional."""
        return t.OptionalType(self.type) if self.optional and not isinstance(self.type, t.OptionalType) else self.type


class TypeReader:
    """Reads type declarations; named types come from ``lookup``, inline records are named after their owner."""

    def __init__(self, lookup: Callable[[str], t.Type | None], names: Callable[[], Iterable[str]]) -> None:
        self.lookup = lookup
        self.names = names
        self.findings: list[Finding] = []

    def fields(self, node: Mapping, owner: str) -> tuple[FieldDecl, ...]:
        """Read a map of declarations; ``owner`` names the records that stand inline in it."""
        return tuple(self.field(name, value, owner) for name, value in node)

    def field(self, key: Scalar, node: Node, owner: str) -> FieldDecl:
        """Read one declaration."""
        optional = key.text.endswith("?")
        name = key.text.removesuffix("?")
        if not _NAME.match(name):
            self._refuse("TYPE001", f"`{name}` is not a field's name", key, "letters, digits and _")
        inner = owner + camel(name)
        if isinstance(node, Mapping) and (node.get("type") is not None or node.get("enum") is not None):
            return self._with_options(key, name, node, inner, optional)
        return FieldDecl(name, self.type(node, inner), key.span, optional)

    def _with_options(self, key: Scalar, name: str, node: Mapping, inner: str, optional: bool) -> FieldDecl:
        options: dict[str, Scalar] = {}
        for option, value in node:
            if option.text not in _OPTIONS:
                self._refuse("TYPE002", f"a field has no `{option.text}`", option, did_you_mean(option.text, _OPTIONS))
            elif option.text not in ("type", "enum"):
                if isinstance(value, Scalar):
                    options[option.text] = value
                else:
                    self._refuse("TYPE002", f"`{option.text}` is a single value", value, None)
        data_class = options["class"].text if "class" in options else "internal"
        if data_class not in CLASSES:
            self._refuse(
                "TYPE003",
                f"a data class is one of {', '.join(CLASSES)}",
                options["class"],
                did_you_mean(data_class, CLASSES),
            )
            data_class = "restricted"
        declared = node.get("type")
        enum = node.get("enum")
        if isinstance(enum, Sequence):
            members = tuple(item.text for item in enum.items if isinstance(item, Scalar))
            kind: t.Type = t.EnumType(members, None)
        else:
            kind = self.type(declared, inner) if declared is not None else t.ANY
        for misfit in misfits(kind, options):
            self._refuse("TYPE007", misfit.message, misfit.option, misfit.help)
        return FieldDecl(name, kind, key.span, optional, data_class, options)

    def type(self, node: Node, owner: str) -> t.Type:
        """Read a type: a name, a list, a map, an enumeration or an inline record."""
        if isinstance(node, Sequence):
            if len(node.items) != 1:
                self._refuse("TYPE004", "a list type has one element type, such as [string]", node, None)
                return t.ANY
            return t.ListType(self.type(node.items[0], owner + "Item"))
        if isinstance(node, Mapping):
            if len(node.entries) == 1 and node.entries[0][0].text == "string":
                return t.MapType(self.type(node.entries[0][1], owner + "Value"))
            return record(owner, self.fields(node, owner))
        return self.named(node.text.strip(), node)

    def named(self, text: str, node: Node) -> t.Type:
        """Read a type written as text."""
        if text.endswith("?"):
            return t.OptionalType(self.named(text[:-1], node))
        if "|" in text:
            members = tuple(part.strip() for part in text.split("|"))
            return t.EnumType(members, None)
        if text.startswith("[") and text.endswith("]"):
            return t.ListType(self.named(text[1:-1].strip(), node))
        if mapped := _MAP.match(text):
            return t.MapType(self.named(mapped.group(1).strip(), node))
        known = PRIMITIVES.get(text) or self.lookup(text)
        if known is None:
            names = [*PRIMITIVES, *self.names()]
            meant = ELSEWHERE.get(text.lower())
            help_text = f"write `{meant}`" if meant else did_you_mean(text, names)
            self._refuse("TYPE005", f"there is no type `{text}`", node, help_text)
            return t.ANY
        return known

    def _refuse(self, code: str, message: str, node: Node, help_text: str | None) -> None:
        self.findings.append(Finding(code, message, node.span, help_text))


def record(name: str, fields: Iterable[FieldDecl]) -> t.RecordType:
    """The record type of declared fields."""
    return t.RecordType(name, tuple(t.Field(f.name, f.full_type, f.data_class, f.limits, f.span) for f in fields))


def camel(name: str) -> str:
    """``payment_intent`` and ``payment.intent`` as ``PaymentIntent``; inner capitals stay."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def snake(name: str) -> str:
    """``createERPSupplierRecord`` as ``create_erp_supplier_record``, ``B2BInvoicing`` as ``b2b_invoicing``."""
    text = re.sub(r"[^A-Za-z0-9]+", "_", name)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text)
    return re.sub(r"([a-z]|\d(?=[A-Z][a-z]))([A-Z])", r"\1_\2", text).lower().strip("_")


_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def seconds(text: str) -> float | None:
    """A duration such as ``90s`` or ``1h30m`` in seconds; ``None`` where the text is none."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
