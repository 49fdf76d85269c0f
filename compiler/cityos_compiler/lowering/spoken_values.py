"""The expressions of systems' files: what requests send, what answers mean, typed as they are at run time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cityos_compiler.lowering.env import TENANT
from cityos_compiler.lowering.values import placed, shifted
from cityos_compiler.spoken import Spoken
from cityos_dsl.diagnostics import Finding, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Call, Expr, Has, Macro, Name, Select, children
from cityos_dsl.expr.check import check
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.hopeless import hopeless
from cityos_dsl.expr.parse import parse
from cityos_dsl.expr.scope import Scope
from cityos_dsl.expr.templates import parts, split_outside
from cityos_dsl.fields import camel, record
from cityos_dsl.project import OperationModel
from cityos_dsl.source import Mapping as YamlMapping
from cityos_dsl.source import Node, Scalar, Sequence
from cityos_dsl.spec import documents as d

CALLING = t.RecordType(
    "CallingStep", tuple(t.Field(name, t.STRING) for name in ("id", "correlation_id", "causation_id", "step"))
)
ANSWER: Mapping[str, t.Type] = {"status": t.INT, "body": t.ANY, "headers": t.ANY}
READ_AS: Mapping[t.Type, tuple[t.Type, ...]] = {
    t.STRING: (t.INT, t.DECIMAL),
    t.DOUBLE: (t.DECIMAL, t.STRING),
    t.DECIMAL: (t.STRING,),
    t.INT: (t.DECIMAL,),
}
"""What a field of an output is read from as well: systems write ids as numbers, and amounts as text."""

Names = Mapping[str, t.Type]
_READ = re.compile(r"(body|item|headers)(?:\.[A-Za-z_]\w*)+", re.ASCII)
"""What is read from an answer fits everywhere; half of all expressions are no more than that."""


@dataclass(frozen=True)
class Speaking:
    """Checks the expressions of one operation, or of a connection, which knows no input."""

    operation: OperationModel | None
    records: Mapping[str, t.RecordType]
    asking: Names = field(init=False)
    """The names that a request may use."""

    def __post_init__(self) -> None:
        given: t.Type = t.ANY
        if self.operation is not None:
            given = record(camel(self.operation.name) + "Input", self.operation.input)
        names: Names = {"input": given, "key": t.STRING, "tenant": TENANT, "workflow": CALLING}
        object.__setattr__(self, "asking", names)

    def of(self, way: Spoken) -> Iterator[Finding]:
        """One way of speaking the operation."""
        binding, lookup = way.binding, way.binding.lookup
        output = t.without_null(self.operation.output) if self.operation is not None else t.ANY
        answered = {**self.asking, **ANSWER}
        if binding.request is not None:
            yield from self._request(binding.request)
        for part in (binding.query, binding.headers, binding.body):
            yield from self._values(part, self.asking)
        yield from self._condition(binding.success)
        yield from self.matchers(binding.errors)
        yield from self._values(binding.result, answered, output)
        if lookup is not None:
            yield from self._request(lookup.request)
            for part in (lookup.query, lookup.body):
                yield from self._values(part, self.asking)
            yield from self._values(lookup.pick, answered)
            yield from self._values(lookup.result, {**answered, "item": t.ANY}, output)

    def connection(self, connection: d.Connection) -> Iterator[Finding]:
        """What all requests have in common."""
        for _, value in connection.headers if isinstance(connection.headers, YamlMapping) else ():
            if isinstance(value, Scalar):
                yield from self._text(value)
        yield from self._condition(connection.success)
        yield from self.matchers(connection.errors)

    def webhook(self, webhook: d.Webhook) -> Iterator[Finding]:
        """Which of a system's own messages one is, by what it holds."""
        if webhook.if_ is not None:
            yield from self._expr(webhook.if_, {"body": t.ANY, "headers": t.ANY}, t.BOOL)

    def matchers(self, matchers: Iterable[d.ErrorMatcher] | None) -> Iterator[Finding]:
        """The conditions over an answer, and what some of them give instead of an error."""
        for matcher in matchers or ():
            yield from self._condition(matcher.if_)
            output = t.without_null(self.operation.output) if self.operation is not None else t.ANY
            yield from self._values(matcher.result, {**self.asking, **ANSWER}, output)

    def _condition(self, scalar: Scalar | None) -> Iterator[Finding]:
        if scalar is not None:
            yield from self._expr(scalar, {**self.asking, **ANSWER}, t.BOOL)

    def _request(self, request: Scalar) -> Iterator[Finding]:
        """Method and path; what stands behind a `?` is sent as it is."""
        try:
            path, query = split_outside(request.text, "?")
        except ExprError as error:
            yield shifted(request, error)
            return
        if "${" in query:
            sent_as_it_is = ExprError("SPEC007", "what stands behind the `?` is sent as it is", len(path),
                                      len(request.text), "write it under `query:`, value by value")  # fmt: skip
            yield shifted(request, sent_as_it_is)
            return
        yield from self._text(request)

    def _text(self, scalar: Scalar) -> Iterator[Finding]:
        """Text with `${ expressions }` inside, each of which must give something."""
        try:
            pieces = parts(scalar.text)
        except ExprError as error:
            yield shifted(scalar, error)
            return
        for piece in pieces:
            if not isinstance(piece, str):
                yield from self._expr(placed(scalar, piece), self.asking, bare=False)

    def _values(self, node: Node | None, names: Names, expected: t.Type | None = None) -> Iterator[Finding]:
        """A map or list of expressions, against what it gives where that is known."""
        match node:
            case Scalar():
                yield from self._expr(node, names, t.optional(expected) if expected is not None else None)
            case YamlMapping():
                of_record = expected.fields if isinstance(expected, t.RecordType) else ()
                kinds = {one.name: t.without_null(one.type) for one in of_record}
                for key, value in node:
                    yield from self._values(value, names, kinds.get(key.text))
            case Sequence():
                item = t.without_null(expected.item) if isinstance(expected, t.ListType) else None
                for value in node.items:
                    yield from self._values(value, names, item)

    def _expr(self, node: Scalar, names: Names, expected: t.Type | None = None, bare: bool = True) -> Iterator[Finding]:
        if (read := _READ.fullmatch(node.text)) and read[1] in names:
            return
        try:
            tree = parse(node.text)
        except ExprError as error:
            yield shifted(node, error)
            return
        if bare and isinstance(tree, Name) and tree.name not in names and not _is_enum(expected):
            return  # a bare word stands for itself, as members of enumerations do
        wrong = next(_unknown(tree, names, self.operation, _is_enum(expected)), None)
        if wrong is None:
            wrong = next(iter(self._mistakes(tree, names, expected)), None)
        if wrong is not None:
            yield shifted(node, wrong)

    def _mistakes(self, tree: Expr, names: Names, expected: t.Type | None) -> list[ExprError]:
        scope = Scope(names, records=self.records, json=True)
        checked = check(tree, scope, expected)
        errors = checked.errors
        if not errors and (wrong := hopeless(checked.expr)) is not None:
            return [wrong]
        if errors and expected is not None:
            plain = check(tree, scope)
            if not plain.errors and t.without_null(plain.type) in READ_AS.get(t.without_null(expected), ()):
                return []
        return errors


def _is_enum(expected: t.Type | None) -> bool:
    return expected is not None and isinstance(t.without_null(expected), t.EnumType)


def _unknown(tree: Expr, names: Names, operation: OperationModel | None, enum: bool) -> Iterator[ExprError]:
    """What nothing has: names, inputs, the clock. A bare word inside of an expression is no text at run time."""
    if enum and isinstance(tree, Name):
        return
    for node, bound in _walk(tree, frozenset()):
        match node:
            case Name(name=name) if name not in names and name not in bound:
                yield ExprError("NAME021", f"nothing is called `{name}` here", node.start, node.end,
                                _hint(name, [*names, *bound]))  # fmt: skip
            case Call(function="now"):
                yield ExprError("NAME021", "`now()` can't be asked here", node.start, node.end,
                                "give the time as an input: a request that is sent again must be the same")  # fmt: skip
            case Select(operand=Name(name="input"), field=field_) | Has(operand=Name(name="input"), field=field_):
                known = [decl.name for decl in operation.input] if operation is not None else [field_]
                if "input" not in bound and operation is not None and field_ not in known:
                    end = node.end - isinstance(node, Has)
                    yield ExprError("NAME016", f"`{operation.name}` has no input `{field_}`", end - len(field_), end,
                                    did_you_mean(field_, known, "it has"))  # fmt: skip


def _hint(name: str, names: list[str]) -> str | None:
    return did_you_mean(name, names, f"a text is written in quotes: '{name}'; a binding knows")


def _walk(node: Expr, bound: frozenset[str]) -> Iterator[tuple[Expr, frozenset[str]]]:
    """Every node, with the variables of the macros around it."""
    yield node, bound
    if isinstance(node, Macro):
        yield from _walk(node.operand, bound)
        for arg in node.args:
            yield from _walk(arg, bound | frozenset(node.variables))
        return
    for child in children(node):
        yield from _walk(child, bound)
