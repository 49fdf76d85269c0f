"""The class of a workflow: its start, its flow, its queries."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import function_body
from cityos_compiler.backends.python.function import Function, Module
from cityos_compiler.backends.python.naming import attribute, query_method, variable
from cityos_compiler.backends.python.results import expression_names
from cityos_compiler.backends.python.steps.meanwhile import write_meanwhile
from cityos_compiler.backends.python.writer import Writer


def write_class(w: Writer, module: Module) -> None:
    """The class: how it starts, its flow, what is beside it, its last steps, its queries."""
    workflow = module.workflow
    base = workflow.name.removesuffix("Workflow")
    w(f'@workflow.defn(name="{workflow.name}")')
    with w.block(f"class {workflow.name}(City[{base}Input, {base}State, {base}Result]):"):
        w.docstring(workflow.summary)
        w()
        w("@workflow.init")
        with w.block(
            f"def __init__(self, input: {base}Input, context: Context, carried: Carried | None = None) -> None:"
        ):
            w("super().__init__(FACTS, input, context, carried)")
            w("self.done = Done() if carried is None else carried.done_as(Done)")
        w()
        if any(local.init is not None for local in workflow.state):
            with w.block(f"def begin(self) -> {base}State:"):
                w.docstring("What it knows at the start.")
                given = _initial_state(Function(module, w), workflow.state)
                w(f"return {base}State({given})")
            w()
        w("@workflow.run")
        with w.block(
            f"async def run(self, input: {base}Input, context: Context, carried: Carried | None = None) "
            f"-> {base}Result:"
        ):
            last = ", last=self.last" if workflow.last else ""
            beside = ", meanwhile=self.beside()" if workflow.meanwhile is not None else ""
            w(f"return await self.carry_out(self.steps{last}{beside})")
        w()
        with w.block(f"async def steps(self) -> {base}Result:"):
            w.docstring("The workflow's own flow.")
            _flow(Function(module, w), workflow)
        if workflow.meanwhile is not None:
            w()
            with w.block("def beside(self) -> list[Watch]:"):
                w.docstring("What is done whenever a signal comes, at the next wait.")
                _beside(Function(module, w), workflow)
        if workflow.last:
            w()
            with w.block("async def last(self) -> None:"):
                w.docstring("What is done at the end, however it ended.")
                function_body(Function(module, w, from_done=True), workflow.last)
        for query in workflow.queries:
            w()
            _query(w, module, query)


def _initial_state(fn: Function, state: tuple[ir.Local, ...]) -> str:
    """The arguments of a new state; values that a later variable is made from come first, as local variables."""
    given = []
    for number, local in enumerate(state):
        if local.init is None:
            continue
        text = fn.expr(local.init)
        if local.name in expression_names([later.init for later in state[number + 1 :]]):
            fn.names[local.name] = variable(local.name)
            fn.w(f"{variable(local.name)} = {text}")
            text = variable(local.name)
        given.append(f"{attribute(local.name)}={text}")
    return ", ".join(given)


def _flow(fn: Function, workflow: ir.Workflow) -> None:
    for requirement in workflow.require:
        test = f"not ({fn.expr(requirement.that)})"
        if requirement.condition is not None:
            test = f"{fn.expr(requirement.condition)} and {test}"
        with fn.w.block(f"if {test}:"):
            fn.w(f'self.fail("InvalidArgumentError", {"the input must have: " + requirement.that.text!r})')
    function_body(fn, workflow.steps)
    if not workflow.steps or not isinstance(workflow.steps[-1], ir.Return | ir.Fail):
        fn.w(f"return {workflow.output.name}()")


def _beside(fn: Function, workflow: ir.Workflow) -> None:
    """What is done beside the whole flow."""
    listened = write_meanwhile(fn, workflow.meanwhile)
    fn.w(f"return {listened}")


def _query(w: Writer, module: Module, query: ir.Query) -> None:
    """A query's projection; a field that isn't written is filled by name from the input, else null."""
    workflow = module.workflow
    fn = Function(module, w, from_done=True)
    w(f'@workflow.query(name="{query.model.name}")')
    with w.block(f"def {query_method(query.model.name)}(self) -> dict[str, Any]:"):
        w.docstring("Answer the query from what is known so far.")
        kinds = {f.name: f.type for f in query.model.result.fields}
        given = dict(query.fields)
        inputs = {decl.name for decl in workflow.input}
        entries = []
        for name in kinds:
            if name in given:
                text = fn.value(given[name], kinds[name])
            else:
                text = f"self.input.{attribute(name)}" if name in inputs else "None"
            entries.append(f'"{name}": {text}')
        w("return {" + ", ".join(entries) + "}")
