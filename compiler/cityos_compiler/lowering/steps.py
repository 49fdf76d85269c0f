"""Lowering of steps: each kind in a function of its own, from the typed spec and what is known before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.lowering.beside import assigned, may_wait, nulled
from cityos_compiler.lowering.env import ERROR, Env, maybe, merge
from cityos_compiler.lowering.values import Values
from cityos_dsl.diagnostics import Span, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import CLASSES, TypeReader
from cityos_dsl.project import OperationModel, Project, SignalModel
from cityos_dsl.source import Mapping as YamlMapping
from cityos_dsl.source import Node, Scalar
from cityos_dsl.spec import steps as s
from cityos_dsl.variants import variant_name


@dataclass
class Target:
    """A loop or group that `leave` and `next` may name."""

    name: str
    is_loop: bool
    apart: bool = False
    """Its passes run side by side or fail alone: one of them can't leave the loop."""
    left: list[Env] = field(default_factory=list)


@dataclass
class Lowering:
    """The lowering of one workflow's steps."""

    project: Project
    values: Values
    types: TypeReader
    statuses: tuple[str, ...]
    workflow: str
    depth: int = 0
    """In how many blocks a step stands; the flow itself is the first."""
    targets: list[Target] = field(default_factory=list)
    signals: dict[str, SignalModel] = field(default_factory=dict)
    results: dict[str, t.Type] = field(default_factory=dict)
    returns: list[tuple[ir.Value, Span]] = field(default_factory=list)
    names: dict[str, Span] = field(default_factory=dict)
    retrying: list[bool] = field(default_factory=list)
    handled: list[tuple[str, ...]] = field(default_factory=list)
    """The error classes that the blocks around a step take; `any` is all of them."""
    never_null: set[str] = field(default_factory=set)
    """Variables without `?`: null until they are set, and never null again."""
    nulled: list[frozenset[str]] = field(default_factory=list)
    """The variables that what is done beside the flow may set to null, by block around a step."""
    undos: list[Scalar] = field(default_factory=list)
    outputs: Callable[[str], t.Type | None] = lambda _: None
    """The output of another workflow; None where that one waits for this one."""

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

    def name(self, step: s.Step, fallback: str) -> str:
        """The step's name, unique in its workflow: renaming or doubling one would mix up what is remembered of it."""
        scalar = step.name
        if scalar is None:
            return fallback
        # `do: shop.checkStock` says which system; the step is still called `checkStock`
        name = scalar.text if scalar is step.id else fallback or scalar.text
        if name in self.names:
            self.values.refuse(
                "NAME001",
                f"two steps are called `{name}`",
                scalar.span,
                "give this one an `id:` of its own",
            )
        self.names[name] = scalar.span
        return name

    def operation(self, name: Scalar, system: Scalar | None, variant: Scalar | None = None) -> OperationModel | None:
        """Find an operation by its name, qualified where two systems have it, and by its variant where it has some."""
        owner, _, bare = name.text.rpartition(".")
        chosen = self._with_variant(name, bare, variant)
        if chosen is None:
            return None
        found = self.project.operations.get(chosen, [])
        if owner:
            found = [op for op in found if op.system == owner]
        if not found:
            self.values.refuse(
                "NAME002",
                f"no system has an operation `{name.text}`",
                name.span,
                did_you_mean(name.text, self.project.operations),
            )
            return None
        if len(found) > 1 and system is None:
            systems = ", ".join(f"{op.system}.{op.name}" for op in found)
            self.values.refuse(
                "NAME003", f"`{name.text}` is an operation of several systems", name.span, f"say {systems}"
            )
            return None
        return found[0]

    def _with_variant(self, name: Scalar, bare: str, variant: Scalar | None) -> str | None:
        """An operation's name with the variant that the step chooses."""
        variants = self.project.variants.get(bare, [])
        if variant is None and not variants:
            return bare
        if variant is None:
            self.values.refuse("NAME019", f"`{bare}` has variants, and the step doesn't say which", name.span,
                               f"say it: as: {variants[0]} (of {', '.join(variants)})")  # fmt: skip
            return None
        if variant.text not in variants:
            self.values.refuse("NAME019", f"`{bare}` has no variant `{variant.text}`", variant.span,
                               did_you_mean(variant.text, variants, "its variants") if variants
                               else "leave `as:` out")  # fmt: skip
            return None
        return variant_name(bare, variant.text)

    def error_classes(self, key: Scalar) -> tuple[str, ...]:
        """The error classes that a `catch` key names, groups spelt out."""
        classes: list[str] = []
        for name in (part.strip() for part in key.text.split(" or ")):
            if name in self.project.groups:
                classes += self.project.groups[name]
            elif name in self.project.errors or name == "any":
                classes.append(name)
            else:
                known = [*self.project.errors, *self.project.groups]
                self.values.refuse("NAME004", f"there is no error class `{name}`", key.span, did_you_mean(name, known))
        return tuple(classes)

    def spelt_out(self, keys: Iterable[Scalar]) -> tuple[str, ...]:
        """The same of several keys, where what is wrong with them is said elsewhere."""
        names = [part.strip() for key in keys for part in key.text.split(" or ")]
        return tuple(spelt for name in names for spelt in self.project.groups.get(name, (name,)))

    def output_of(self, named: Scalar) -> t.Type | None:
        """What a called workflow gives."""
        output = self.outputs(named.text)
        if output is None:
            self.values.refuse("FLOW004", f"`{named.text}` calls this workflow in turn, and neither would end",
                               named.span, "`start:` it, if nothing waits for its result")  # fmt: skip
        return output

    def signal_models(self, key: Scalar) -> tuple[SignalModel, ...]:
        """The contracts that a `signals` key names; the workflow accepts them."""
        models = self.sent_models(key)
        for model in models:
            self.signals[model.name] = model
        return models

    def sent_models(self, key: Scalar) -> tuple[SignalModel, ...]:
        """The contracts that a key names."""
        models = []
        for name in (part.strip() for part in key.text.split(" or ")):
            model = self.project.signal(name)
            if model is None:
                known = [*self.project.signals, *self.project.aliases]
                self.values.refuse("NAME005", f"there is no signal `{name}`", key.span, did_you_mean(name, known))
            else:
                models.append(model)
        return tuple(models)

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
            else:
                lowered, _ = self.branch(key, branch, env)
                if lowered is not None:
                    branches.append(lowered)
        return ir.Meanwhile(branches=tuple(branches), timers=tuple(timers))

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

    def local_state(self, node: YamlMapping | None, env: Env) -> tuple[tuple[ir.Local, ...], Env]:
        """Lower `state:`; each variable sees the ones before it."""
        variables = []
        for key, value in node or ():
            local = self.variable(key, value, env)
            variables.append(local)
            kind = local.type if local.init is not None else maybe(local.type)
            env = env.with_locals({local.name: kind})
        return tuple(variables), env

    def variable(self, key: Scalar, node: Node, env: Env) -> ir.Local:
        """A variable: a type, an initial value, or both; a name with ``?`` begins as null."""
        name = key.text.removesuffix("?")
        if isinstance(node, Scalar) and not self._is_type(node):
            init = self.values.expr(node, env)
            kind = init.type if init else t.ANY
            optional = key.text.endswith("?") and init is not None and not isinstance(kind, t.OptionalType)
            if not optional and not isinstance(kind, t.OptionalType):
                self.never_null.add(name)
            return ir.Local(name=name, type=t.OptionalType(kind) if optional else kind, init=init, span=key.span)
        decl = self.types.field(key, node, "State")
        init = None
        if "init" in decl.options:
            init = self.values.expr(decl.options["init"], env, decl.full_type)
        elif isinstance(decl.type, t.ListType | t.MapType) and not decl.optional:
            empty = "[]" if isinstance(decl.type, t.ListType) else "{}"
            init = self.values.expr(Scalar(empty, key.span), env, decl.type)
        if not isinstance(decl.full_type, t.OptionalType):
            self.never_null.add(name)
        declared = decl.data_class if "class" in decl.options else "public"
        return ir.Local(name=name, type=decl.full_type, init=init, data_class=declared, span=key.span)

    def _is_type(self, node: Scalar) -> bool:
        from cityos_dsl.fields import PRIMITIVES

        text = node.text.strip().removesuffix("?")
        return text in PRIMITIVES or text in self.project.types or " | " in text

    def target(self, scalar: Scalar | None, step: s.Step, loop_only: bool) -> Target | None:
        """What a `leave` or `next` means: the named block, else the innermost loop."""
        word = "next" if loop_only else "leave"
        if scalar is None or scalar.text == word:
            found = next((x for x in reversed(self.targets) if x.is_loop), None)
            if found is None and not loop_only:
                found = self.targets[-1] if self.targets else None
            if found is None:
                self.values.refuse("FLOW002", f"`{word}` stands in no loop", step.node.span)
            return found
        found = next(
            (x for x in reversed(self.targets) if x.name == scalar.text and (x.is_loop or not loop_only)),
            None,
        )
        if found is None:
            names = [x.name for x in self.targets]
            self.values.refuse(
                "FLOW003",
                f"no block called `{scalar.text}` is open here",
                scalar.span,
                did_you_mean(scalar.text, names),
            )
        return found

    def assigned(self, node: Mapping[Scalar, Node] | None, env: Env, expected: Mapping[str, t.Type], owner: str,
                 code: str = "NAME016") -> list[tuple[str, ir.Value]]:  # fmt: skip
        """Lower named values against the fields that they fill."""
        values = []
        for key, value in (node or {}).items():
            if key.text not in expected:
                self.values.refuse(
                    code, f"{owner} has no `{key.text}`", key.span, did_you_mean(key.text, expected, "it has")
                )
                continue
            lowered = self.values.value(value, env, expected[key.text])
            if lowered is not None:
                values.append((key.text, lowered))
        return values


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
