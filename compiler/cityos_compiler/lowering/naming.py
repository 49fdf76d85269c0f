"""What the steps of a workflow name: operations, error classes, signals, each other, the blocks around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.values import Values, inside
from cityos_dsl.diagnostics import Span, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import TypeReader
from cityos_dsl.project import OperationModel, Project, SignalModel
from cityos_dsl.source import Scalar
from cityos_dsl.spec import steps as s
from cityos_dsl.variants import variant_name

CANCEL = "cancel"
"""The name of Temporal's own cancellation under ``meanwhile``."""


@dataclass
class Target:
    """A loop or group that `leave` and `next` may name."""

    name: str
    is_loop: bool
    apart: bool = False
    """Its passes run side by side or fail alone: one of them can't leave the loop."""
    left: list[Env] = field(default_factory=list)


def named_in(key: Scalar) -> Iterator[tuple[str, Span]]:
    """The names of a key such as `A or B`, each where it stands."""
    place = 0
    for part in key.text.split(" or "):
        start = place + len(part) - len(part.lstrip())
        yield part.strip(), inside(key, start, start + len(part.strip()))
        place += len(part) + len(" or ")


@dataclass
class Naming:
    """The names of one workflow, as far as its steps are lowered."""

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
    misread: set[str] = field(default_factory=set)
    """Variables whose initial value has a finding: that they may be missing is not to be said besides."""
    nulled: list[frozenset[str]] = field(default_factory=list)
    """The variables that what is done beside the flow may set to null, by block around a step."""
    undos: list[Scalar] = field(default_factory=list)
    outputs: Callable[[str], t.Type | None] = lambda _: None
    """The output of another workflow; None where that one waits for this one."""

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
        for name, span in named_in(key):
            if name in self.project.groups:
                classes += self.project.groups[name]
            elif name in self.project.errors or name == "any":
                classes.append(name)
            else:
                known = [*self.project.errors, *self.project.groups]
                self.values.refuse("NAME004", f"there is no error class `{name}`", span, did_you_mean(name, known))
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
        for name, span in named_in(key):
            model = self.project.signal(name)
            if model is None and name == CANCEL:
                self.values.refuse("NAME005", "`cancel` is no signal, but Temporal's own cancellation", span,
                                   "give it a branch of its own under `meanwhile:`")  # fmt: skip
            elif model is None:
                known = [*self.project.signals, *self.project.aliases]
                self.values.refuse("NAME005", f"there is no signal `{name}`", span, did_you_mean(name, known))
            else:
                models.append(model)
        return tuple(models)

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
