"""Values followed through one workflow, round by round until nothing changes.

State is looked at as a whole: a variable is of the highest class that is put into it anywhere. Results of operations,
signals and events are of the classes that their contracts declare, so each workflow is followed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cityos_compiler import ir
from cityos_compiler.dataflow.held import (
    INTERNAL,
    PERSONAL,
    RANK,
    Held,
    Level,
    field_of,
    highest_of,
    item_of,
    join,
    joined,
    moved,
    shape,
    top,
)
from cityos_compiler.dataflow.leaks import Carried, Leak, as_field, first_place
from cityos_compiler.dataflow.reading import Lookup, by_name, typed, value_of
from cityos_compiler.dataflow.takers import Excess, beyond, too_high
from cityos_compiler.lowering.env import ERROR
from cityos_compiler.lowering.steps import common_payload
from cityos_dsl.diagnostics import Related
from cityos_dsl.expr import types as t
from cityos_dsl.fields import record
from cityos_dsl.project import OperationModel, Project

Names = Mapping[str, Held]


class Flowing:
    """The values of one workflow."""

    def __init__(self, workflow: ir.Workflow, project: Project, output_of: Callable[[str], Held]) -> None:
        self.workflow = workflow
        self.project = project
        self.output_of = output_of
        self.variables: dict[str, Held] = {}
        self.results: dict[str, Held] = {}
        self.returned: list[Held] = []
        self.leaks: list[Leak] = []
        self.carried: list[Carried] = []
        self.input = typed(record(workflow.name + "Input", workflow.input))

    @property
    def output(self) -> Held:
        """What the workflow gives."""
        return joined(self.returned)

    def follow(self) -> None:
        """Follow all values; each round only raises classes, so it ends."""
        before: object = None
        while True:
            self.leaks, self.carried, self.returned = [], [], []
            self._round()
            kept = [*self.variables.items(), *self.results.items()]
            if all(top(held).rank <= INTERNAL for _, held in kept):
                return  # nothing that is read before it is put there can be of a higher class
            after = [(name, shape(held)) for name, held in kept]
            if after == before:
                return
            before = after

    def _round(self) -> None:
        names: Names = {}
        for local in (*self.workflow.constants, *self.workflow.state):
            self._declare(local, names)
        for trigger in self.workflow.triggers:
            self._trigger(trigger)
        self._beside(self.workflow.meanwhile, names)
        self._block(self.workflow.steps, names)
        ending = {"ending": Held(parts={"result": self.output, "reason": Held(), "error": Held(Level(PERSONAL))})}
        self._block(self.workflow.last, ending)
        for query in self.workflow.queries:
            fields = {f.name: f for f in query.model.result.fields}
            for name, value in query.fields:
                self._take("query", f"the query `{query.model.name}`", value, fields[name], {})
            self._filled(query)

    def _filled(self, query: ir.Query) -> None:
        """The fields of a query that are filled from the input by name."""
        written = {name for name, _ in query.fields}
        for f in query.model.result.fields:
            if f.name not in written and query.place is not None:
                worst = beyond(field_of(self.input, f.name), RANK[f.data_class], f.type)
                if worst is not None:
                    excess = Excess(worst[0], query.place, f"input.{f.name}", worst[1])
                    self.leaks.append(Leak("query", f"`{f.name}` of the query `{query.model.name}`", excess, f.place))

    def _trigger(self, trigger: ir.Trigger) -> None:
        event = self.project.events.get(trigger.event or "")
        if event is None:
            return
        names = {"event": typed(event.payload)}
        for decl in self.workflow.input:
            value = dict(trigger.inputs).get(decl.name)
            if value is not None:
                self._take("input", f"the input of {self.workflow.name}", value, as_field(decl), names)

    def _look(self, names: Names) -> Lookup:
        return by_name(names, self.variables, self.results, {"input": self.input})

    def _take(self, kind: str, taker: str, value: ir.Value, field: t.Field, names: Names) -> None:
        """A field takes a value; what is too much of it is noted."""
        for excess in too_high(value, self._look(names), RANK[field.data_class], field.type):
            self.leaks.append(Leak(kind, f"`{field.name}` of {taker}", excess, field.place))

    def _text(self, text: ir.Text | None, limit: int, taker: str, names: Names) -> None:
        for part in text.parts if text is not None else ():
            if isinstance(part, ir.Expr):
                for excess in too_high(part, self._look(names), limit, t.STRING):
                    self.leaks.append(Leak("text", taker, excess))

    def _id(self, taker: str, value: ir.Value, names: Names) -> None:
        for excess in too_high(value, self._look(names), INTERNAL, t.STRING):
            self.leaks.append(Leak("id", taker, excess))

    def _declare(self, local: ir.Local, names: Names) -> None:
        """A variable begins with its initial value, and is at least of the class that it declares."""
        begun = value_of(local.init, self._look(names)) if local.init is not None else Held()
        begun = replace(begun, type=local.type) if begun.type == t.ANY and begun.parts is None else begun
        if local.span is not None:
            begun = moved(begun, Related(local.span, f"put into `{local.name}` here"))
            if RANK[local.data_class] > top(begun).rank:
                told = Related(local.span, f"`{local.name}` is declared {local.data_class} here")
                begun = join(begun, Held(Level(RANK[local.data_class], (told,)), local.type))
        self._put(local.name, begun)

    def _put(self, name: str, held: Held) -> None:
        known = self.variables.get(name)
        self.variables[name] = join(known, held) if known is not None else held

    def _block(self, block: ir.Block, names: Names) -> None:
        for step in block:
            self._step(step, names)

    def _step(self, step: ir.Step, names: Names) -> None:
        self._text(step.summary, INTERNAL, "a step's summary", names)
        match step:
            case ir.Do():
                self._do(step, names)
            case ir.Set():
                self._set(step, names)
            case ir.Return():
                self.returned.append(value_of(step.value, self._look(names)))
            case ir.Fail():
                self._text(step.message, PERSONAL, "the message of a failure", names)
            case ir.Child():
                self._child(step, names)
            case ir.SendSignal():
                self._signal(step, names)
            case ir.Emit():
                self._emit(step, names)
            case ir.ForEach():
                self._for_each(step, names)
            case ir.Await():
                self._await(step, names)
            case ir.Group():
                self._group(step, names)
            case ir.Repeat():
                for local in step.locals:
                    self._declare(local, names)
                self._beside(step.meanwhile, names)
                self._block(step.steps, names)
                self._block(step.exhausted or (), names)
            case _:
                for inner in ir.children(step):
                    self._block(inner, names)

    def _do(self, step: ir.Do, names: Names) -> None:
        self._operation(step, step.operation, step.inputs, names)
        self.results[step.name] = typed(step.operation.output)
        if step.undo is not None:
            self._operation(step, step.undo.operation, step.undo.inputs, names)
        if step.key is not None:
            self._id(f"the key of `{step.name}`", step.key, names)
        self._failing(step, step.catch, step.on_failure_steps, names)

    def _operation(
        self, step: ir.Step, operation: OperationModel, inputs: tuple[tuple[str, ir.Value], ...], names: Names
    ) -> None:
        declared = {decl.name: decl for decl in operation.input}
        for name, value in inputs:
            self._take("operation", f"`{operation.name}`", value, as_field(declared[name]), names)
            decl = declared[name]
            level = top(value_of(value, self._look(names)))
            if max(level.rank, RANK[decl.data_class], highest_of(decl.type)) >= PERSONAL:
                where = first_place(value) or step.span
                self.carried.append(Carried(self.workflow, step, operation, decl, level, where))

    def _failing(self, step: ir.Step, catch: tuple[ir.Catch, ...], failing: ir.Block | None, names: Names) -> None:
        failure = Related(step.span, f"what `{step.name}` fails with may quote confidential data")
        inside = {**names, "error": moved(typed(ERROR), failure)}
        for branch in catch:
            self._block(branch.steps, inside)
        self._block(failing or (), inside)

    def _set(self, step: ir.Set, names: Names) -> None:
        for one in step.assignments:
            held = value_of(one.value, self._look(names))
            where = first_place(one.value) or step.span
            held = moved(held, Related(where, f"put into `{one.variable}` here"))
            self._put(one.variable, held if one.entry is None else Held(item=held))

    def _child(self, step: ir.Child, names: Names) -> None:
        inputs = self._inputs_of(step.workflow)
        for name, value in step.inputs:
            if name in inputs:
                self._take("child", f"`{step.workflow}`", value, inputs[name], names)
        if step.awaited:
            self.results[step.name] = moved(
                self.output_of(step.workflow), Related(step.span, f"returned by `{step.workflow}` here")
            )
        self._failing(step, (), step.on_failure_steps, names)

    def _inputs_of(self, workflow: str) -> dict[str, t.Field]:
        reader = self.project.reader()
        spec = next((spec for _, spec in self.project.workflows if spec.workflow.text == workflow), None)
        declared = reader.fields(spec.input, workflow) if spec is not None and spec.input is not None else ()
        return {decl.name: as_field(decl) for decl in declared}

    def _signal(self, step: ir.SendSignal, names: Names) -> None:
        fields = {f.name: f for f in step.signal.payload.fields}
        for name, value in step.payload:
            self._take("signal", f"the signal `{step.signal.name}`", value, fields[name], names)
        for name, value in step.values:
            if name not in dict(step.payload):
                self._id(f"`{{{name}}}` in another workflow's id", value, names)

    def _emit(self, step: ir.Emit, names: Names) -> None:
        fields = {f.name: f for f in self.project.events[step.event].payload.fields}
        for name, value in step.payload:
            self._take("event", f"the event `{step.event}`", value, fields[name], names)

    def _for_each(self, step: ir.ForEach, names: Names) -> None:
        among = value_of(step.among, self._look(names)) if step.among is not None else Held()
        item = item_of(among)
        inside = {**names, step.item: item}
        for local in step.locals:
            self._declare(local, inside)
        self._beside(step.meanwhile, inside)
        self._block(step.steps, inside)
        given = Held(item=value_of(step.give, self._look(inside))) if step.give is not None else Held()
        if step.failing == "collect":
            failed = Held(parts={"item": item, "message": Held(Level(PERSONAL))})
            self.results[step.name] = Held(parts={"given": given, "failed": Held(item=failed)})
        elif step.give is not None:
            self.results[step.name] = given

    def _await(self, step: ir.Await, names: Names) -> None:
        self._branches(step.branches, names)
        self._beside(step.meanwhile, names)
        self._block(step.then, names)
        self._block(step.timeout or (), names)

    def _branches(self, branches: tuple[ir.Branch, ...], names: Names) -> None:
        for branch in branches:
            self._block(branch.steps, {**names, "signal": typed(common_payload(branch.signals))})

    def _group(self, step: ir.Group, names: Names) -> None:
        for local in step.locals:
            self._declare(local, names)
        if step.undo is not None:
            self._operation(step, step.undo.operation, step.undo.inputs, names)
        self._beside(step.meanwhile, names)
        self._block(step.steps, names)
        self._failing(step, step.catch, step.on_failure_steps, names)
        self._block(step.timeout or (), names)

    def _beside(self, meanwhile: ir.Meanwhile | None, names: Names) -> None:
        if meanwhile is None:
            return
        self._branches(meanwhile.branches, names)
        for timer in meanwhile.timers:
            inside = dict(names)
            if timer.each is not None and timer.among is not None:
                inside[timer.each] = item_of(value_of(timer.among, self._look(names)))
            self._block(timer.steps, inside)
