"""Lowering of steps: each kind in a function of its own, from the typed spec and what is known before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.lowering.beside import assigned, may_wait, nulled
from cityos_compiler.lowering.declaring import Declaring
from cityos_compiler.lowering.env import ERROR, Env, merge
from cityos_compiler.lowering.naming import CANCEL
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import CLASSES
from cityos_dsl.project import SignalModel
from cityos_dsl.source import Scalar
from cityos_dsl.spec import steps as s


class Lowering(Declaring):
    """The lowering of one workflow's steps."""

    def block(self, steps: Iterable[s.Step], env: Env | None) -> tuple[ir.Block, Env | None]:
        """Lower steps one after the other; the environment is ``None`` where nothing gets past them."""
        lowered: list[ir.Step] = []
        reported = False
        self.depth += 1
        for step in steps:
            if env is None:
                if not reported:
                    self.values.refuse(
                        "FLOW001", "nothing ever gets here: the step before it ends the flow", step.node.span
                    )
                    reported = True
                break
            one, env = self.step(step, env)
            if one is not None:
                lowered.append(one)
        self.depth -= 1
        return tuple(lowered), env

    def step(self, step: s.Step, env: Env) -> tuple[ir.Step | None, Env | None]:
        """Lower one step, with its guard."""
        before = env
        guard = None
        if step.if_ is not None:
            guard = self.values.condition(step.if_, env)
            if guard is not None:
                env = env.knowing(guard.checked.when_true)
        if step.status is not None and step.status.text not in self.statuses:
            self.values.refuse(
                "NAME007",
                f"`{step.status.text}` is not among the workflow's statuses",
                step.status.span,
                did_you_mean(step.status.text, self.statuses),
            )
        lowered, after = _LOWERERS[type(step)](self, step, env)
        if lowered is not None:
            lowered = replace(
                lowered,
                guard=guard,
                summary=self.values.text(step.summary, env) if step.summary else None,
                status=step.status.text if step.status else None,
                span=step.name.span if step.name else step.node.span,
            )
        if after is not None and may_wait(lowered):
            after = self.waited(after)
        if step.if_ is not None and not isinstance(step, s.If):
            skipped = before.knowing(guard.checked.when_false) if guard is not None else before
            after = merge([after, skipped])
        return lowered, after

    @contextmanager
    def beside(self, meanwhile: ir.Meanwhile | None) -> Iterator[None]:
        """Within a block that something is done beside: at each wait it may set variables to null."""
        self.nulled.append(nulled(meanwhile))
        yield
        self.nulled.pop()

    def waited(self, env: Env) -> Env:
        """After a wait: what was known of variables that something beside the flow may have set to null."""
        for variable in {name for names in self.nulled for name in names}:
            env = env.forget(variable)
        return env

    def fresh(self, env: Env, steps: Any) -> Env:
        """Where a later pass or round begins, or the loop is over: of variables that it sets nothing is known."""
        for variable in assigned(steps) - self.never_null:
            env = env.forget(variable)
        return env

    def branch(
        self, key: Scalar, branch: s.Branch, env: Env, common: Scalar | None = None
    ) -> tuple[ir.Branch | None, Env | None]:
        """Lower one branch of signals; ``common`` is the `where` of all branches."""
        models = self.signal_models(key)
        # an unknown signal's branch is lowered all the same: its steps may leave a loop, or be wrong themselves
        inner = env.with_extra(signal=common_payload(models) if models else t.ANY)
        where = self._where([scalar for scalar in (common, branch.where) if scalar is not None], inner)
        steps, after = self.block(branch.steps, inner)
        lowered = ir.Branch(signals=models, where=where, steps=steps) if models else None
        return lowered, replace(after, extra=env.extra) if after is not None else None

    def _where(self, conditions: list[Scalar], env: Env) -> ir.Expr | None:
        """Conditions that must all hold, each checked where it is written."""
        checked = [self.values.condition(scalar, env) for scalar in conditions]
        if len(checked) < 2 or None in checked:
            return checked[0] if checked else None
        both = " && ".join(f"({scalar.text})" for scalar in conditions)
        return self.values.condition(Scalar(both, conditions[0].span), env)

    def meanwhile(self, entries: Mapping[Scalar, s.Branch] | None, env: Env) -> ir.Meanwhile | None:
        """Lower what is done beside a block's flow. Its results are not known to the flow."""
        if not entries:
            return None
        branches, timers = [], []
        for key, branch in entries.items():
            if branch.timer is not None:
                timers.append(self._timer(key, branch.timer, env))
            elif key.text == CANCEL:
                branches.append(self._cancelled(branch, env))
            else:
                lowered, _ = self.branch(key, branch, env)
                if lowered is not None:
                    branches.append(lowered)
        return ir.Meanwhile(branches=tuple(branches), timers=tuple(timers))

    def _cancelled(self, branch: s.Branch, env: Env) -> ir.Branch:
        """What is done when the workflow is cancelled: a branch of no signal."""
        where = self.values.condition(branch.where, env) if branch.where is not None else None
        steps, _ = self.block(branch.steps, env)
        return ir.Branch(signals=(), where=where, steps=steps)

    def _timer(self, key: Scalar, timer: s.Timer, env: Env) -> ir.Timer:
        each, among = None, None
        if timer.each is not None:
            name, _, listed = timer.each.text.partition(" in ")
            each = name.strip()
            offset = len(timer.each.text) - len(listed)
            span = replace(timer.each.span, column=timer.each.span.column + offset)
            among = self.values.expr(Scalar(listed, span), env)
            item = among.type.item if among is not None and isinstance(among.type, t.ListType) else t.ANY
            env = env.with_locals({each: item})
        at = self.values.expr(timer.at, env) if timer.at is not None else None
        every = self.values.expr(timer.every, env, t.DURATION) if timer.every is not None else None
        steps, _ = self.block(timer.then, env)
        skip = timer.past is not None and timer.past.text == "skip"
        return ir.Timer(name=key.text, steps=steps, every=every, at=at, each=each, among=among, skip_past=skip)

    def catches(
        self, entries: Mapping[Scalar, tuple[s.Step, ...]] | None, env: Env
    ) -> tuple[tuple[ir.Catch, ...], list[Env | None]]:
        """Lower the branches by error class, and say where each of them gets to."""
        caught, afters = [], []
        for key, steps in (entries or {}).items():
            classes = self.error_classes(key)
            block, after = self.block(steps, env.with_extra(error=ERROR, round=t.INT))
            retries = any(isinstance(step, ir.Retry) for step in ir.walk(block))
            caught.append(ir.Catch(classes=classes, steps=block, retries=retries, place=key.span))
            afters.append(replace(after, extra=env.extra) if after is not None else None)
        return tuple(caught), afters


def common_payload(models: tuple[SignalModel, ...]) -> t.RecordType:
    """What the payloads of several signals have in common; a field that only some have is optional."""
    if len(models) == 1:
        return models[0].payload
    fields = []
    for name in {f.name: None for model in models for f in model.payload.fields}:
        found = [f for model in models for f in model.payload.fields if f.name == name]
        highest = max(found, key=lambda f: CLASSES.index(f.data_class))
        sure = len(found) == len(models) and not any(isinstance(f.type, t.OptionalType) for f in found)
        kind = found[0].type if sure else t.optional(found[0].type)
        fields.append(t.Field(name, kind, highest.data_class, place=highest.place))
    either = "Or".join(model.payload.name for model in models)
    return t.RecordType(either, tuple(fields))


Lowered = tuple[ir.Step | None, Env | None]
_LOWERERS: dict[type[s.Step], Callable[[Lowering, Any, Env], Lowered]] = {}


def lowers(
    kind: type[s.Step],
) -> Callable[[Callable[[Lowering, Any, Env], Lowered]], Callable[[Lowering, Any, Env], Lowered]]:
    """Register the function that lowers a step kind."""

    def register(
        function: Callable[[Lowering, Any, Env], Lowered],
    ) -> Callable[[Lowering, Any, Env], Lowered]:
        _LOWERERS[kind] = function
        return function

    return register
