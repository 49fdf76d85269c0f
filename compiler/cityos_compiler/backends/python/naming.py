"""Python names and annotations for the types of the specs."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from cityos_compiler.backends.python.writer import Writer
from cityos_dsl.expr import types as t
from cityos_dsl.fields import snake
from cityos_dsl.limits import literal

_PLAIN = {
    "string": "str",
    "bool": "bool",
    "int": "int",
    "double": "float",
    "decimal": "Decimal",
    "timestamp": "datetime",
    "duration": "timedelta",
    "date": "date",
    "bytes": "bytes",
    "null": "None",
}

OF_RUNTIME = ("Sent", "Slept")
"""What steps give that the runtime defines, and no generated module."""

OF_A_WORKFLOW = frozenset({
    "attempt", "begin", "beside", "block", "bounded", "call", "cancel_requested", "carry_out", "compensated",
    "context", "correlation_id", "decide", "do", "done", "each", "each_numbered", "emit", "ending", "facts", "fail",
    "go_on_without", "id", "id_of", "input", "keep_result", "last", "last_result", "loop", "mailbox", "now",
    "parallel", "park", "pivot", "pivoted", "progress", "resuming", "resuming_any", "rounds", "run", "run_id",
    "run_number", "saga", "signal_other", "sleep", "start", "state", "status", "steps", "take_decision", "tenant",
    "undo", "wait",
})  # fmt: skip
"""What every workflow's class has: no query's method may take its place."""


def variable(name: str) -> str:
    """A Python variable for a name of the specs."""
    text = snake(name)
    return text + "_" if keyword.iskeyword(text) or text in ("input", "round", "pass", "self", "signal") else text


def attribute(name: str) -> str:
    """A Python attribute for a field's name."""
    return name + "_" if keyword.iskeyword(name) else name


def query_method(name: str) -> str:
    """The method that answers a query."""
    text = snake(name)
    return f"{text}_query" if keyword.iskeyword(text) or text in OF_A_WORKFLOW else text


def workflow_module_name(number: str, name: str) -> str:
    """The module of a workflow: ``wf_001_order_placement``."""
    return f"{snake(number)}_{snake(name.removesuffix('Workflow'))}"


@dataclass
class Homes:
    """In which generated module each record and named enumeration is defined: the first one that owns it."""

    modules: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, dict[str, t.RecordType | t.EnumType]] = field(default_factory=dict)

    def claim(self, module: str, kind: t.Type) -> None:
        """Give a type, and what it is made of, a home in ``module`` unless it has one."""
        match kind:
            case t.OptionalType(inner) | t.ListType(inner) | t.MapType(inner):
                self.claim(module, inner)
            case t.EnumType() if kind.name and kind.name not in self.modules:
                self._own(module, kind.name, kind)
            case t.RecordType() if kind.name and kind.name not in self.modules:
                self.modules[kind.name] = module  # before its fields: they are written first
                for f in kind.fields:
                    self.claim(module, f.type)
                self._own(module, kind.name, kind)
            case _:
                pass

    def _own(self, module: str, name: str, kind: t.RecordType | t.EnumType) -> None:
        self.modules[name] = module
        self.kinds.setdefault(module, {})[name] = kind

    def of(self, module: str) -> Iterable[t.RecordType | t.EnumType]:
        """The types that a module defines, those that others are made of first."""
        return self.kinds.get(module, {}).values()

    def name(self, kind: t.RecordType | t.EnumType, here: str) -> str:
        """A type's name as it is written in the module ``here``."""
        home = self.modules.get(kind.name or "")
        if home is None and kind.name in OF_RUNTIME:
            return kind.name
        if home is None or not kind.name:
            return "Any"
        return kind.name if home == here else f"{home.rpartition('.')[2]}.{kind.name}"

    def systems(self, kind: t.Type) -> set[str]:
        """The systems whose modules a type's annotation names."""
        match kind:
            case t.OptionalType(inner) | t.ListType(inner) | t.MapType(inner):
                return self.systems(inner)
            case t.EnumType() | t.RecordType():
                package, _, system = self.modules.get(kind.name or "", "").rpartition(".")
                return {system} if package == "systems" else set()
        return set()

    def annotation(self, kind: t.Type, here: str) -> str:
        """A type as a Python annotation in the module ``here``."""
        match kind:
            case t.OptionalType(inner):
                return f"{self.annotation(inner, here)} | None"
            case t.ListType(item):
                return f"list[{self.annotation(item, here)}]"
            case t.MapType(value):
                return f"dict[str, {self.annotation(value, here)}]"
            case t.EnumType():
                if kind.name and kind.name in self.modules:
                    return self.name(kind, here)
                return "Literal[" + ", ".join(repr(m) for m in kind.members) + "]"
            case t.RecordType():
                return self.name(kind, here)
            case t.Primitive():
                return _PLAIN.get(kind.name, "Any")
        return "Any"


def write_types(w: Writer, homes: Homes, module: str, signals: dict[str, str] | None = None) -> None:
    """Write the types that live in a module: enumerations as literals, records as models."""
    for kind in homes.of(module):
        if isinstance(kind, t.EnumType):
            members = ", ".join(repr(m) for m in kind.members)
            w(f"{kind.name} = Literal[{members}]")
            w()
            continue
        signal = (signals or {}).get(kind.name)
        with w.block(f"class {kind.name}({'SignalModel' if signal else 'Model'}):"):
            if signal:
                w(f'SIGNAL: ClassVar[str] = "{signal}"')
            write_fields(w, homes, module, kind)
        w()


def write_fields(w: Writer, homes: Homes, module: str, kind: t.RecordType) -> None:
    """The fields of a model; an optional one defaults to null."""
    for f in kind.fields:
        annotation = homes.annotation(f.type, module)
        bounds = [f"{name}={_bound(f.type, name, text)}" for name, text in f.limits if name != "default"]
        if bounds:
            annotation = f"Annotated[{annotation}, Limits({', '.join(bounds)})]"
        w(f"{attribute(f.name)}: {annotation}{_assigned(f)}")


def _assigned(f: t.Field) -> str:
    """What stands behind a model's field: its default, and the name it has outside."""
    default = "None" if isinstance(f.type, t.OptionalType) else None
    if "default" in dict(f.limits):
        default = python_literal(f.type, dict(f.limits)["default"])
    if attribute(f.name) == f.name:
        return f" = {default}" if default is not None else ""
    given = f"default={default}, " if default is not None else ""
    return f' = Field({given}alias="{f.name}")'


def _bound(kind: t.Type, name: str, text: str) -> str:
    if name == "pattern":
        return repr(text)
    return text if name in ("min_items", "max_items") else python_literal(kind, text)


def python_literal(kind: t.Type, text: str) -> str:
    """A plain value of a declaration in Python."""
    value = literal(kind, text)
    if isinstance(value, timedelta):
        return f"timedelta(seconds={value.total_seconds():g})"
    return f'Decimal("{value}")' if isinstance(value, Decimal) else repr(value)
