"""Lowering of expressions and values, and wiring by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env
from cityos_dsl.diagnostics import Finding, Span
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Binary, Expr, path_of
from cityos_dsl.expr.check import Checked, check, roots
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.fold import known_value
from cityos_dsl.expr.hopeless import hopeless
from cityos_dsl.expr.parse import parse
from cityos_dsl.expr.templates import Placeholder, parts
from cityos_dsl.expr.unparse import unparse
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import Project
from cityos_dsl.source import Node, Scalar, Sequence


@dataclass(frozen=True)
class Seen:
    """An expression of a workflow as it was met: where, what was in scope, what was expected, what came of it."""

    node: Scalar
    env: Env
    expected: t.Type | None
    checked: Checked | None


@dataclass
class Values:
    """Checks and types the expressions of one workflow."""

    project: Project
    findings: list[Finding] = field(default_factory=list)
    records: Mapping[str, t.RecordType] = field(default_factory=dict)
    required: dict[str, frozenset[str]] = field(default_factory=dict)
    """By the conditions of `require:`, the paths of the input that surely exist where they hold."""
    constants: dict[str, Scalar] = field(default_factory=dict)
    """The values of constants, as they are written."""
    seen: list[Seen] | None = None
    """Every expression with its scope, for those who ask for it: editors."""

    def refuse(self, code: str, message: str, span: Span, help_text: str | None = None) -> None:
        """Note a finding."""
        self.findings.append(Finding(code, message, span, help_text))

    def expr(self, node: Scalar, env: Env, expected: t.Type | None = None) -> ir.Expr | None:
        """Parse and check one expression; ``None`` and a finding where it is wrong."""
        try:
            tree = parse(node.text)
        except ExprError as error:
            if self.seen is not None:
                self.seen.append(Seen(node, env, expected, None))
            self.findings.append(shifted(node, error))
            return None
        scope = env.scope(self.records)
        checked = check(tree, scope, expected)
        if self.seen is not None:
            self.seen.append(Seen(node, env, expected, checked))
        wrong = checked.errors[0] if checked.errors else hopeless(checked.expr)
        if wrong is not None:
            found = self._of_constant(node, wrong) or shifted(node, wrong)
            if found not in self.findings:
                self.findings.append(found)
            return None
        names = {name: scope.names[name] for name in roots(checked.expr) if name in scope.names}
        return ir.Expr(unparse(checked.expr), checked.type, checked, env.known, names, node)

    def _of_constant(self, node: Scalar, wrong: ExprError) -> Finding | None:
        """A constant alone that doesn't fit where it is used: the mistake stands where it is declared, and once."""
        value = self.constants.get(node.text.strip())
        if value is None or wrong.code != "EXPR013" or "expected here is" not in wrong.message:
            return None
        wanted = wrong.message.partition("expected here is ")[2].partition(",")[0]
        number, help_text = value.text.strip(), None
        if number.isdigit() and wanted.startswith("duration"):
            help_text = f"a duration says its unit: {number}d, {number}h, {number}m or {number}s"
        message = f"`{node.text.strip()}` is used where {wanted} is expected"
        return Finding(wrong.code, message, value.span, help_text)

    def text(self, node: Scalar, env: Env) -> ir.Text:
        """Text for people, with `${ expressions }` inside."""
        try:
            pieces = parts(node.text)
        except ExprError as error:
            self.findings.append(shifted(node, error))
            return ir.Text((node.text,))
        lowered: list[str | ir.Expr] = []
        for piece in pieces:
            if isinstance(piece, str):
                lowered.append(piece)
                continue
            scalar = placed(node, piece)
            inner = self.expr(scalar, env)
            if inner is not None and inner.type != t.STRING:
                inner = self.expr(Scalar(f"string({piece.text})", scalar.span), env)
            lowered += [inner] if inner is not None else []
        return ir.Text(tuple(lowered))

    def condition(self, node: Scalar, env: Env) -> ir.Expr | None:
        """Check a condition; where it is one of those of `require:`, it tells what is required there as well."""
        lowered = self.expr(node, env, t.BOOL)
        if lowered is None or not self.required:
            return lowered
        parts = _conjuncts(lowered.checked.expr)
        told = frozenset[str]().union(*(self.required.get(unparse(part), frozenset()) for part in parts))
        return replace(lowered, checked=replace(lowered.checked, when_true=lowered.checked.when_true | told))

    def told_by(self, on: ir.Expr | None, values: Iterable[str]) -> frozenset[str]:
        """What `require:` says surely exists where an expression has one of these values, as in a case of a switch."""
        path = path_of(on.checked.expr) if on is not None else None
        if path is None or not self.required:
            return frozenset()
        known = [_at(path.split("."), value) for value in values]
        told = (
            paths
            for text, paths in self.required.items()
            if known and all(known_value(parse(text), names) == (True,) for names in known)
        )
        return frozenset[str]().union(*told)

    def value(self, node: Node, env: Env, expected: t.Type | None = None) -> ir.Value | None:
        """A value: an expression, or a map or list of values."""
        if isinstance(node, Scalar):
            return self.expr(node, env, expected)
        target = expected.inner if isinstance(expected, t.OptionalType) else expected
        if isinstance(node, Sequence):
            item = target.item if isinstance(target, t.ListType) else None
            items = [self.value(inner, env, item) for inner in node.items]
            kept = tuple(value for value in items if value is not None)
            return ir.Items(kept, t.ListType(item or (kept[0].type if kept else t.ANY)))
        declared = {f.name: f.type for f in target.fields} if isinstance(target, t.RecordType) else {}
        fields = []
        for key, inner in node:
            if isinstance(target, t.RecordType) and key.text not in declared:
                self.refuse("NAME015", f"`{target.name}` has no field `{key.text}`", key.span, _listing(declared))
                continue
            value = self.value(inner, env, declared.get(key.text))
            if value is not None:
                fields.append((key.text, value))
        kind = target or t.RecordType("", tuple(t.Field(name, value.type) for name, value in fields))
        return ir.Record(tuple(fields), kind)

    def wire(
        self,
        taker: str,
        fields: Iterable[FieldDecl],
        given: Mapping[str, ir.Value],
        wanted: frozenset[str],
        env: Env,
        span: Span,
        refused: Set[str] = frozenset(),
    ) -> tuple[list[tuple[str, ir.Value]], list[tuple[str, str]]]:
        """Fill inputs of an operation or a workflow: what is given, then required (and wanted optional) ones by name.

        Layers are tried in order: loop variables and their fields, state, input and one level into its records, results
        that surely exist. The first layer that has the name and the type wins; two in one layer are an error that names
        both. ``decimal`` is never wired: the gross would be paid where the net was meant.
        """
        inputs: list[tuple[str, ir.Value]] = []
        wired: list[tuple[str, str]] = []
        for decl in fields:
            if decl.name in given:
                inputs.append((decl.name, given[decl.name]))
                continue
            if decl.name in refused:  # it is written, and its finding is noted already
                continue
            if decl.optional and decl.name not in wanted:
                continue
            if decl.type == t.DECIMAL:
                self.refuse(
                    "WIRE002",
                    f"`{taker}` needs `{decl.name}`, and amounts are never wired by name",
                    span,
                    f"say which amount: with: {{{decl.name}: ...}}",
                )
                continue
            path = self._find(taker, decl, env, span)
            if path is not None:
                value = self.expr(Scalar(path, span), env, decl.full_type)
                if value is not None:
                    inputs.append((decl.name, value))
                    wired.append((decl.name, path))
        return inputs, wired

    def needless(self, fields: Iterable[FieldDecl], given: Mapping[str, ir.Value], env: Env) -> frozenset[str]:
        """The inputs that are given, and would be filled by name with the same path."""
        return frozenset(
            decl.name
            for decl in fields
            if decl.name in given and not decl.optional and decl.type != t.DECIMAL
            and isinstance(value := given[decl.name], ir.Expr) and _fitting(decl, env)[0] == [value.text]
        )  # fmt: skip

    def _find(self, taker: str, decl: FieldDecl, env: Env, span: Span) -> str | None:
        fitting, near = _fitting(decl, env)
        if len(fitting) > 1:
            both = " and ".join(f"`{path}`" for path in fitting)
            self.refuse(
                "WIRE003",
                f"`{taker}` needs `{decl.name}`, and {both} both have that name",
                span,
                f"say which one: with: {{{decl.name}: {fitting[0]}}}",
            )
            return None
        if fitting:
            return fitting[0]
        why = f"`{near[0]}` has the name but not the type {t.show(decl.type)}" if near else None
        self.refuse(
            "WIRE001",
            f"`{taker}` needs `{decl.name}` ({t.show(decl.type)}), and nothing in scope has that name",
            span,
            why or f"say where it comes from: with: {{{decl.name}: ...}}",
        )
        return None


def _fitting(decl: FieldDecl, env: Env) -> tuple[list[str], list[str]]:
    """What has an input's name and type in the first layer that has any, and what has only its name."""
    near: list[str] = []
    for layer in _layers(env):
        fitting: list[str] = []
        for path, kind in layer(decl.name):
            source = kind.inner if isinstance(kind, t.OptionalType) and path in env.known else kind
            (fitting if t.assignable(source, decl.full_type) else near).append(path)
        if fitting:
            return fitting, near
    return [], near


Layer = Callable[[str], list[tuple[str, t.Type]]]


def _layers(env: Env) -> tuple[Layer, ...]:
    """The layers in which wiring looks, first to last; each gives the paths that end in a name, with their types."""

    def of(names: Mapping[str, t.Type]) -> Layer:
        def named(name: str) -> list[tuple[str, t.Type]]:
            if name in names:
                return [(name, names[name])]
            return _inside(names, name)

        return named

    def of_input(name: str) -> list[tuple[str, t.Type]]:
        direct = {f.name: f.type for f in env.input.fields}
        if name in direct:
            return [(f"input.{name}", direct[name])]
        return [(f"input.{path}", kind) for path, kind in _inside(direct, name)]

    def of_state(name: str) -> list[tuple[str, t.Type]]:
        return [(name, env.state[name])] if name in env.state else []

    def of_results(name: str) -> list[tuple[str, t.Type]]:
        return _inside(env.results, name)

    return (
        of({**env.locals, **{k: v for k, v in env.extra.items() if k == "signal"}}),
        of_state,
        of_input,
        of_results,
    )


def _inside(names: Mapping[str, t.Type], wanted: str) -> list[tuple[str, t.Type]]:
    """The fields called ``wanted`` of the records among ``names``; records that may be missing don't count."""
    found = []
    for name, kind in names.items():
        if isinstance(kind, t.RecordType):
            found += [(f"{name}.{f.name}", f.type) for f in kind.fields if f.name == wanted]
    return found


def inside(scalar: Scalar, start: int, end: int) -> Span:
    """Some characters of a text; all of it where it isn't written as it reads."""
    span = scalar.span
    quotes, odd = divmod(span.end_column - span.column - len(scalar.text), 2)
    if span.line != span.end_line or odd or quotes not in (0, 1):
        return span
    column = span.column + quotes
    return Span(span.file, span.line, column + start, span.line, column + end)


def placed(node: Scalar, place: Placeholder) -> Scalar:
    """The expression in a text as a value of its own, where it stands in the file."""
    column = node.span.column + len(node.style) + place.inside
    span = replace(node.span, column=column)
    if node.span.line == node.span.end_line:
        span = replace(span, end_column=column + len(place.text))
    return Scalar(place.text, span)


def shifted(node: Scalar, error: ExprError) -> Finding:
    """An expression's error at its characters in the file.

    Offsets are exact for plain and quoted scalars on one line; a folded or literal block is marked as a whole.
    """
    span = node.span
    if span.line == span.end_line and node.style in ("", "'", '"'):
        shift = span.column + (1 if node.style else 0)
        span = Span(span.file, span.line, shift + error.start, span.line, shift + max(error.end, error.start + 1))
    help_text = error.help
    if node.plain and node.text.count("(") != node.text.count(")"):
        help_text = "YAML cut the text at a comma: put quotes around the expression"
    return Finding(error.code, error.message, span, help_text)


def _listing(declared: Mapping[str, t.Type]) -> str | None:
    return f"its fields: {', '.join(declared)}" if declared else None


def _at(path: list[str], value: str) -> dict[str, Any]:
    """The names in scope, as far as one value is known."""
    names: Any = value
    for name in reversed(path):
        names = {name: names}
    return dict(names)


def _conjuncts(expr: Expr) -> list[Expr]:
    """What all must hold for the expression to hold."""
    if isinstance(expr, Binary) and expr.op == "&&":
        return [*_conjuncts(expr.left), *_conjuncts(expr.right)]
    return [expr]
