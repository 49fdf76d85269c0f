"""Lowering of `return`, `fail`, `leave`, `next` and `retry`."""

from __future__ import annotations

from difflib import get_close_matches

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.parse import parse
from cityos_dsl.source import Mapping as YamlMapping
from cityos_dsl.source import Node, Scalar
from cityos_dsl.spec import steps as s

MISTYPED = 0.85
"""How alike a word and a name are where the one is taken for the other mistyped; `paid` and `unpaid` are less."""


@lowers(s.Return)
def return_(low: Lowering, step: s.Return, env: Env) -> Lowered:
    """End with the output; a bare word that names nothing in scope is a member of the output's enumeration."""
    value = _output(low, step.return_, env)
    if value is None:
        return None, None
    low.returns.append((value, step.node.span))
    return ir.Return(name="", value=value), None


def _output(low: Lowering, node: Node, env: Env) -> ir.Value | None:
    if isinstance(node, YamlMapping):
        fields = []
        for key, inner in node:
            value = _output(low, inner, env)
            if value is not None:
                fields.append((key.text, value))
        return ir.Record(tuple(fields), t.RecordType("", tuple(t.Field(n, v.type) for n, v in fields)))
    if isinstance(node, Scalar) and node.text.isidentifier() and _names_nothing(low, node.text, env):
        _doubt(low, node, env)
        member = t.EnumType((node.text,), None)
        return low.values.expr(node, env, member)
    return low.values.value(node, env)


def _names_nothing(low: Lowering, text: str, env: Env) -> bool:
    if text in ("true", "false", "null") or text in env.missing:
        return False
    try:
        parse(text)
    except ExprError:
        return False
    return text not in env.scope(low.values.records).names


def _doubt(low: Lowering, node: Scalar, env: Env) -> None:
    """A word that stands for itself, where it reads like a name: the text would be given instead of the value."""
    names = [*env.state, *env.locals, *env.constants, *env.results]
    close = get_close_matches(node.text, names, n=1, cutoff=MISTYPED)
    meant = f"input.{node.text}" if env.input.field(node.text) is not None else close[0] if close else None
    if meant is not None:
        low.values.refuse("NAME025", f"`{node.text}` is a word here, and not `{meant}`", node.span,
                          f"write `{meant}`, or \"'{node.text}'\" where the word is meant")  # fmt: skip


@lowers(s.Fail)
def fail(low: Lowering, step: s.Fail, env: Env) -> Lowered:
    """End with an error class."""
    if step.fail.text not in low.project.errors:
        low.values.refuse("NAME004", f"there is no error class `{step.fail.text}`", step.fail.span,
                          did_you_mean(step.fail.text, low.project.errors))  # fmt: skip
    message = ir.Text((f"the workflow failed with {step.fail.text}",))
    if step.message is not None:
        message = low.values.text(step.message, env)
    return ir.Fail(name="", error=step.fail.text, message=message), None


@lowers(s.Leave)
def leave(low: Lowering, step: s.Leave, env: Env) -> Lowered:
    """Out of a loop or group."""
    target = low.target(step.leave, step, loop_only=False)
    if target is None:
        return _astray(low, env)
    if target.apart:
        low.values.refuse("FLOW005", f"a pass of `{target.name}` can't leave it: its passes are apart from each other",
                          step.leave.span if step.leave else step.node.span,
                          f"`next: {target.name}` ends the pass")  # fmt: skip
    target.left.append(env)
    return ir.Leave(name="", target=target.name), None


@lowers(s.Next)
def next_(low: Lowering, step: s.Next, env: Env) -> Lowered:
    """On with the next pass."""
    target = low.target(step.next, step, loop_only=True)
    if target is None:
        return _astray(low, env)
    return ir.Next(name="", target=target.name), None


def _astray(low: Lowering, env: Env) -> Lowered:
    """A jump to nowhere was reported; that what follows is never reached would be a second finding for one mistake."""
    for target in low.targets:
        target.left.append(env)
    return None, env


@lowers(s.Retry)
def retry(low: Lowering, step: s.Retry, env: Env) -> Lowered:
    """The next business round of the step whose failure was caught."""
    if not low.retrying or not low.retrying[-1]:
        low.values.refuse("LOOP005", "`retry` without a bound", step.node.span,
                          "say how many `rounds:` the step may have")  # fmt: skip
        return None, env  # what follows is not a second mistake
    return ir.Retry(name=""), None
