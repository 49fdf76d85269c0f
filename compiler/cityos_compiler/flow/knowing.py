"""What is known at each step, and which conditions are decided before they are asked.

One walk in the order of the flow. At the head of a loop nothing is known any more of what its passes change; of what
may change at any time nothing is known at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cityos_compiler import ir
from cityos_compiler.flow.changing import at_any_time, changed
from cityos_compiler.flow.constants import Known
from cityos_compiler.flow.facts import ZONE, Conditions, Fact, Facts, Possible, union, without
from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Literal, path_of
from cityos_dsl.expr.check import paths


@dataclass(frozen=True)
class Decided:
    """A condition that is always true, or never."""

    expr: ir.Expr
    always: bool
    facts: tuple[tuple[str, Fact], ...]
    """What is known of the values that it asks for."""


@dataclass(frozen=True)
class Case:
    """A case of a `switch` that can't come, or values that have none."""

    step: ir.Switch
    span: Span
    value: str
    possible: Possible | None = None


@dataclass
class Knowing:
    """What a walk through a workflow learns."""

    workflow: ir.Workflow
    zones: frozenset[str] = frozenset()
    decided: list[Decided] = field(default_factory=list)
    never: list[Case] = field(default_factory=list)
    left_out: list[Case] = field(default_factory=list)
    zones_at: dict[str, frozenset[str]] = field(default_factory=dict)
    """By the name of a step: the zones in which its tenant may be."""

    def __post_init__(self) -> None:
        self.conditions = Conditions(Known(self.workflow), self.zones, at_any_time(self.workflow))

    def walk(self) -> Knowing:
        """Go through the whole workflow."""
        begun: Facts = {}
        for variable in self.workflow.state:
            begun = self._assigned(begun, variable.name, variable.init, variable.type)
        for trigger in self.workflow.triggers:
            if trigger.condition is not None:
                self._ask(trigger.condition, {})
        self._beside(self.workflow.meanwhile, {})
        self._block(self.workflow.steps, begun)
        self._block(self.workflow.last, {})
        return self

    def _ask(self, expr: ir.Expr | None, facts: Facts) -> tuple[Facts | None, Facts | None]:
        """What is known on both sides of a condition; one that is decided already is noted."""
        if expr is None:
            return facts, None
        yes, no = self.conditions.outcomes(expr, facts)
        if yes is None or no is None:
            asked = {*paths(expr.checked.expr)}
            told = tuple((path, fact) for path, fact in facts.items() if path in asked)
            self.decided.append(Decided(expr, yes is not None, told))
        return yes, no

    def _block(self, block: ir.Block, facts: Facts | None) -> Facts | None:
        for step in block:
            if facts is None:
                return None
            facts = self._step(step, facts)
        return facts

    def _step(self, step: ir.Step, facts: Facts) -> Facts | None:
        yes, no = self._ask(step.guard, facts)
        inside = yes if yes is not None else facts
        if isinstance(step, ir.If):
            after = self._block(step.then, inside)
            return union(after, self._block(step.otherwise or (), no if no is not None else facts))
        after = self._done(step, inside)
        return after if step.guard is None else union(after, no if no is not None else facts)

    def _done(self, step: ir.Step, facts: Facts) -> Facts | None:
        match step:
            case ir.Return() | ir.Fail() | ir.Leave() | ir.Next() | ir.Retry():
                return None
            case ir.Set():
                for one in step.assignments:
                    facts = without(facts, {one.variable})
                    if one.entry is None and isinstance(one.value, ir.Expr):
                        facts = self._assigned(facts, one.variable, one.value, self._type_of(one.variable))
                return facts
            case ir.Switch():
                return self._switch(step, facts)
            case ir.Await():
                return self._await(step, facts)
            case ir.ForEach() | ir.Repeat():
                return self._loop(step, facts)
            case ir.Do():
                if ZONE in facts:
                    self.zones_at[step.name] = frozenset(v for v in facts[ZONE].values if isinstance(v, str))
                return self._failing(step, facts)
            case ir.Group():
                return self._group(step, facts)
        blocks = ir.children(step)
        inside = without(facts, changed([*blocks, (step,)]))
        afters = [self._block(block, inside) for block in blocks]
        return union(inside, afters[0]) if afters else inside

    def _type_of(self, variable: str) -> t.Type:
        return next((local.type for local in self.workflow.state if local.name == variable), t.ANY)

    def _assigned(self, facts: Facts, name: str, value: ir.Expr | None, kind: t.Type) -> Facts:
        """What is known of a variable that has just been set to what is written out."""
        node = value.checked.expr if value is not None else None
        if name in self.conditions.changing or not isinstance(node, Literal) or value is None:
            return facts
        few = isinstance(t.without_null(kind), t.EnumType) or t.without_null(kind) == t.BOOL
        if node.value is None or (few and isinstance(node.value, str | bool)):
            return {**facts, name: Fact(frozenset({node.value}), value.source.span)}
        return facts

    def _switch(self, step: ir.Switch, facts: Facts) -> Facts | None:
        path = path_of(step.on.checked.expr)
        conditions = self.conditions
        possible = conditions.possible(path, facts, step.on) if path is not None else None
        if path is None or possible is None or path.partition(".")[0] in conditions.changing:
            rest = facts if step.default is None else None
            blocks = [*(block for _, block in step.cases), step.default or ()]
            return _met([rest, *(self._block(block, facts) for block in blocks)])
        span = step.on.source.span
        afters: list[Facts | None] = []
        for (value, block), place in zip(step.cases, step.places, strict=True):
            if value not in possible and block:  # an empty one says that nothing is to be done
                self.never.append(Case(step, place, value, possible))
            afters.append(self._block(block, {**facts, path: Fact(frozenset({value}), span)}))
        rest_values = possible - {value for value, _ in step.cases}
        rest = {**facts, path: Fact(rest_values, span)}
        if step.default is None:
            self.left_out += [Case(step, span, value) for value in sorted(map(_shown, rest_values))]
            return _met([*afters, rest if rest_values else None])
        if not rest_values and step.default_place is not None:
            self.never.append(Case(step, step.default_place, "default"))
        return _met([*afters, self._block(step.default, rest if rest_values else facts)])

    def _await(self, step: ir.Await, facts: Facts) -> Facts | None:
        self._beside(step.meanwhile, without(facts, changed(ir.children(step))))
        afters = [self._branch(branch, facts) for branch in step.branches]
        if step.when is not None:
            otherwise = step.branches or step.timeout is not None
            yes, _ = (self._ask if otherwise else self.conditions.outcomes)(step.when, facts)
            afters.append(self._block(step.then, yes if yes is not None else facts))
        if step.timeout is not None:
            afters.append(self._block(step.timeout, facts))
        return _met(afters) if afters else facts

    def _branch(self, branch: ir.Branch, facts: Facts) -> Facts | None:
        inside = without(facts, {"signal"})
        yes, _ = self._ask(branch.where, inside)
        after = self._block(branch.steps, yes if yes is not None else inside)
        return without(after, {"signal"}) if after is not None else None

    def _beside(self, meanwhile: ir.Meanwhile | None, facts: Facts) -> None:
        for branch in meanwhile.branches if meanwhile is not None else ():
            self._branch(branch, facts)
        for timer in meanwhile.timers if meanwhile is not None else ():
            self._block(timer.steps, without(facts, {timer.each or ""}))

    def _loop(self, step: ir.ForEach | ir.Repeat, facts: Facts) -> Facts:
        own = {local.name for local in step.locals} | ({step.item} if isinstance(step, ir.ForEach) else set())
        changing = changed([*ir.children(step), (step,)]) | own
        inside = without(facts, changing)
        condition = step.where if isinstance(step, ir.ForEach) else step.condition
        yes, _ = self._ask(condition, inside)
        self._beside(step.meanwhile, inside)
        self._block(step.steps, yes if yes is not None else inside)
        if isinstance(step, ir.Repeat):
            self._block(step.exhausted or (), inside)
        return inside

    def _failing(self, step: ir.Do, facts: Facts) -> Facts | None:
        blocks = [*(branch.steps for branch in step.catch), step.on_failure_steps or ()]
        after = without(facts, {step.name})
        failed = without(facts, {"error", *(changed(blocks) if step.rounds is not None else {step.name})})
        return _met([after, *(self._block(block, failed) for block in blocks if block)])

    def _group(self, step: ir.Group, facts: Facts) -> Facts | None:
        outside = without(facts, changed([*ir.children(step), (step,)]))
        self._beside(step.meanwhile, outside)
        after = self._block(step.steps, without(facts, {local.name for local in step.locals}))
        failing = [*(branch.steps for branch in step.catch), step.on_failure_steps or (), step.timeout or ()]
        others = [self._block(block, without(outside, {"error"})) for block in failing if block]
        whole = not (step.left or step.catch or step.on_failure != "fail" or step.until is not None)
        return _met([after, *others]) if whole else _met([outside, *others])


def _met(afters: Iterable[Facts | None]) -> Facts | None:
    result: Facts | None = None
    for after in afters:
        result = union(result, after)
    return result


def _shown(value: object) -> str:
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def shown(values: Possible) -> str:
    """Values as a spec writes them."""
    from cityos_compiler.flow.facts import THERE

    return " or ".join("not null" if value is THERE else f"`{_shown(value)}`" for value in sorted(values, key=_shown))
