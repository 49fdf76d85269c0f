"""A generated function: which Python stands for which name of the spec in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cityos_compiler import ir
from cityos_compiler.backends.python.naming import Homes, attribute, variable
from cityos_compiler.backends.python.writer import Writer
from cityos_dsl.expr import types as t
from cityos_dsl.expr.check import paths
from cityos_dsl.expr.to_python import to_python


@dataclass
class Module:
    """A workflow's module under construction."""

    workflow: ir.Workflow
    name: str
    homes: Homes
    stored: frozenset[str]
    """Results that queries, the last steps or a later run need: they are kept in ``self.done``."""
    carries: bool
    systems: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)
    """Operations whose system is chosen at run time."""


@dataclass
class Function:
    """One function of the module: its names, and how deep it stands."""

    module: Module
    w: Writer
    nested: bool = False
    names: dict[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    """Results that are declared as null first, since not every path gives them."""
    loops: tuple[str, ...] = ()
    """The Python loops around this point, innermost last; a rounds loop stands among them as ``rounds``."""
    counter: list[int] = field(default_factory=lambda: [0])
    from_done: bool = False
    """In queries and last steps, results are read from ``self.done``."""
    taken: frozenset[str] = frozenset()
    """Python variables of the blocks around, also of those whose names mean something else here."""

    def inner(self, **names: str) -> Function:
        """The same function, with more names."""
        return Function(
            self.module, self.w, self.nested, {**self.names, **names}, self.optional,
            self.loops, self.counter, self.from_done, self.taken | set(self.names.values()),
        )  # fmt: skip

    def closure(self, **names: str) -> Function:
        """A function inside this one: what it reads may have changed since, and it returns by raising."""
        made = self.inner(**names)
        made.nested, made.loops = True, ()
        return made

    def fresh(self, plain: str) -> str:
        """A Python variable for something that may stand within another of its kind: each keeps its own."""
        while plain in self.taken or plain in self.names.values():
            plain = f"inner_{plain}"
        return plain

    def looping(self, loop: str) -> Function:
        """Inside a Python loop."""
        made = self.inner()
        made.loops = (*self.loops, loop)
        return made

    def branch(self) -> Function:
        """In a block of its own, such as a branch of an ``if``."""
        return self.inner()

    def value(self, value: ir.Value, expected: t.Type | None = None) -> str:
        """A value in Python."""
        match value:
            case ir.Expr():
                text = self.expr(value)
                return f"Decimal({text})" if value.type == t.INT and _plain(expected) == t.DECIMAL else text
            case ir.Items():
                return "[" + ", ".join(self.value(item) for item in value.items) + "]"
            case ir.Record():
                return self._record(value, expected)

    def _record(self, value: ir.Record, expected: t.Type | None) -> str:
        kind = _plain(expected) or value.type
        if isinstance(kind, t.RecordType) and kind.name in self.module.homes.modules:
            inner = {f.name: f.type for f in kind.fields}
            given = ", ".join(f"{attribute(n)}={self.value(v, inner.get(n))}" for n, v in value.fields)
            return f"{self.module.homes.name(kind, self.module.name)}({given})"
        return "{" + ", ".join(f'"{name}": {self.value(inner_)}' for name, inner_ in value.fields) + "}"

    def text(self, text: ir.Text) -> str:
        """Text for people in Python: a plain string, or an f-string where expressions stand in it."""
        if not any(isinstance(part, ir.Expr) for part in text.parts):
            return repr("".join(str(part) for part in text.parts))
        parts = [self.expr(part) if isinstance(part, ir.Expr) else part for part in text.parts]
        if any(isinstance(part, ir.Expr) and re.search(r"[\"\\]", written)
               for part, written in zip(text.parts, parts, strict=True)):  # fmt: skip
            # before Python 3.12 no quotes and backslashes stand in an f-string's braces
            return " + ".join(f"({written})" if isinstance(part, ir.Expr) else repr(written)
                              for part, written in zip(text.parts, parts, strict=True))  # fmt: skip
        inside = [
            f"{{{written}}}" if isinstance(part, ir.Expr) else json.dumps(written, ensure_ascii=False)[1:-1]
            .replace("{", "{{").replace("}", "}}")
            for part, written in zip(text.parts, parts, strict=True)
        ]  # fmt: skip
        return f'f"{"".join(inside)}"'

    def expr(self, expression: ir.Expr) -> str:
        """An expression in Python."""
        plain = {
            name: t.without_null(kind) if name in expression.known else kind for name, kind in expression.names.items()
        }
        names = {name: self._name(name, kind) for name, kind in plain.items()}
        text = to_python(expression.checked, self._with_records(names))
        # An inner function doesn't see what the outer one made sure of, and none sees what the input's check did.
        unseen = expression.known if self.nested or "sure(" in text else expression.known & self._required()
        return self._surely(text, expression, names, unseen)

    def _required(self) -> frozenset[str]:
        """The paths of the input that `require:` makes sure of, and that may be missing otherwise."""
        workflow = self.module.workflow
        always = {f"input.{decl.name}" for decl in workflow.input if not decl.optional}
        told = [requirement.that.checked.when_true for requirement in workflow.require]
        return frozenset[str]().union(*told) - always

    def _surely(self, text: str, expression: ir.Expr, names: Mapping[str, str], unseen: frozenset[str]) -> str:
        """The text, in which what mypy can't see to exist says that it does."""
        said = {start for path in paths(expression.checked.expr) for start in _starts(path)}
        for path in sorted(said & unseen, key=len, reverse=True):
            root, _, rest = path.partition(".")
            if rest and root in names:
                python = f"{names[root]}.{rest}"
                text = re.sub(rf"(?<![\w.]){re.escape(python)}(?!\w)", self._sure(python), text)
        return text

    def _with_records(self, names: Mapping[str, str]) -> dict[str, str]:
        """Names of record types are written where they are built."""
        homes = self.module.homes
        records = {
            kind.name: homes.name(kind, self.module.name)
            for kinds in homes.kinds.values()
            for kind in kinds.values()
            if isinstance(kind, t.RecordType)
        }
        return {**records, **names}

    def _name(self, name: str, kind: t.Type) -> str:
        if name in self.names:
            return self.names[name]
        fixed = {"input": "self.input", "tenant": "self.context.tenant", "workflow": "self",
                 "ending": "self.ending", "pass": "pass_number", "round": "round_number"}  # fmt: skip
        state = {local.name: local for local in self.module.workflow.state}
        if name in state:
            declared = state[name]
            maybe = isinstance(declared.type, t.OptionalType) or declared.init is None
            plain = f"self.state.{attribute(name)}"
            return self._sure(plain) if maybe and not isinstance(kind, t.OptionalType) else plain
        if any(constant.name == name for constant in self.module.workflow.constants):
            return name.upper()
        results = dict(self.module.workflow.results)
        if name in results:
            return self._result(name, kind)
        return fixed.get(name, variable(name))

    def _result(self, name: str, kind: t.Type) -> str:
        if self.from_done:
            return f"self.done.{variable(name)}"
        plain = variable(name)
        if name in self.optional and not isinstance(kind, t.OptionalType):
            return self._sure(plain)
        return plain

    def _sure(self, text: str) -> str:
        return f"sure({text})"


def _plain(kind: t.Type | None) -> t.Type | None:
    return kind.inner if isinstance(kind, t.OptionalType) else kind


def _starts(path: str) -> list[str]:
    """A path and the paths that it begins with: `a.b.c` and `a.b`."""
    parts = path.split(".")
    return [".".join(parts[:length]) for length in range(2, len(parts) + 1)]
