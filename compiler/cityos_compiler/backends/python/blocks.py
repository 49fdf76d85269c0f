"""Steps as straight-line Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import attribute, variable
from cityos_dsl.expr import types as t
from cityos_dsl.fields import snake
from cityos_dsl.project import OperationModel


def write_block(fn: Function, steps: ir.Block) -> None:
    """Write steps one after the other."""
    for step in steps:
        write_step(fn, step)


def write_step(fn: Function, step: ir.Step) -> None:
    """Write one step: where it stands in the spec, its guard, then itself."""
    if step.span is not None and not isinstance(step, ir.Set | ir.Leave | ir.Next | ir.Retry | ir.Return):
        label = f" {step.name}" if step.name else ""
        fn.w(f"# line {step.span.line}:{label}" if label else f"# line {step.span.line}")
    if step.guard is not None and not isinstance(step, ir.If):
        with fn.w.block(f"if {fn.expr(step.guard)}:"):
            _write(fn.branch(), step)
        return
    _write(fn, step)


def _write(fn: Function, step: ir.Step) -> None:
    if step.status is not None:
        fn.w(f'self.status("{step.status}")')
    _WRITERS[type(step)](fn, step)


def function_body(fn: Function, steps: ir.Block) -> None:
    """The body of a function: results that not every path gives are declared first."""
    names, optional = _declared(fn, steps)
    fn.optional = fn.optional | optional
    for name in names:
        if name in optional:
            kind = dict(fn.module.workflow.results)[name]
            annotation = fn.module.homes.annotation(kind, fn.module.name)
            carried = fn.module.carries and not fn.nested and name in fn.module.stored
            initial = f"self.done.{variable(name)}" if carried else "None"  # a resumed run goes on with what it knew
            fn.w(f"{variable(name)}: {annotation} | None = {initial}")
    _resumable(fn, steps)


def _resumable(fn: Function, steps: ir.Block) -> None:
    """Steps before a loop that may begin in a new run are skipped there: an earlier run did them."""
    place = next((i for i, step in enumerate(steps) if isinstance(step, ir.Repeat) and step.carries), 0)
    if fn.nested or not place:
        write_block(fn, steps)
        return
    with fn.w.block(f'if not self.resuming("{steps[place].name}"):'):
        write_block(fn.branch(), steps[:place])
    write_block(fn, steps[place:])


def _declared(fn: Function, steps: ir.Block) -> tuple[list[str], frozenset[str]]:
    """The results that this function gives and somebody in it reads, and which of them may be missing."""
    own = _flow(steps)
    read = {name for step in ir.walk(steps) for name in expression_names(step)}
    given = [step.name for step, _ in own if step.name in dict(fn.module.workflow.results)]
    names = list(dict.fromkeys(name for name in given if name in read))
    sure = {step.name for step, plain in own if plain and not _may_be_missing(step)}
    return names, frozenset(name for name in names if name not in sure and not _is_confined(steps, name))


def _is_confined(steps: ir.Block, name: str) -> bool:
    """Whether a result is only read behind its step, in the step's own block: a plain local variable will do."""
    found = _block_of(steps, name)
    if found is None:
        return False
    block, place = found
    return not _may_be_missing(block[place]) and _reads(block[place:], name) == _reads(steps, name)


def _block_of(steps: ir.Block, name: str) -> tuple[ir.Block, int] | None:
    """The block in which a step stands, and its place there."""
    for place, step in enumerate(steps):
        if step.name == name:
            return steps, place
        for block in _own_blocks(step):
            found = _block_of(block, name)
            if found is not None:
                return found
    return None


def _reads(value: Any, name: str) -> int:
    """How many expressions of an IR value read a name."""
    if isinstance(value, ir.Expr):
        return int(name in value.names)
    if isinstance(value, tuple | list):
        return sum(_reads(item, name) for item in value)
    if isinstance(value, ir.Do) and value.undo is not None and value.name == name:
        return _reads(replace(value, undo=None), name)
    if hasattr(value, "__dataclass_fields__") and type(value).__module__ == ir.__name__:
        return sum(_reads(getattr(value, f), name) for f in value.__dataclass_fields__)
    return 0


def _may_be_missing(step: ir.Step) -> bool:
    if step.guard is not None:
        return True
    return isinstance(step, ir.Do) and (bool(step.catch) or step.on_failure in ("continue", "steps"))


def _flow(steps: ir.Block, plain: bool = True) -> list[tuple[ir.Step, bool]]:
    """The steps of a function's own flow (not those of its inner functions), and whether each surely runs."""
    found: list[tuple[ir.Step, bool]] = []
    carrying = any(isinstance(step, ir.Repeat) and step.carries for step in steps)
    for step in steps:
        found.append((step, plain and not carrying))
        inside = plain and not carrying and _always_runs(step)
        for block in _own_blocks(step):
            found += _flow(block, inside)
    return found


def _always_runs(step: ir.Step) -> bool:
    """Whether what stands inside a step surely runs with it, in the same function."""
    return isinstance(step, ir.Group) and step.guard is None and not step.catch and step.until is None


def _own_blocks(step: ir.Step) -> list[ir.Block]:
    """Blocks that are written into the same function."""
    match step:
        case ir.Await():
            return [*(b.steps for b in step.branches), step.then, step.timeout or ()]
        case ir.Group():
            return [
                step.steps,
                *(c.steps for c in step.catch),
                step.on_failure_steps or (),
                step.timeout or (),
            ]
        case ir.ForEach():
            return [] if step.concurrency is not None else [step.steps]
        case ir.Repeat():
            return [step.steps, step.exhausted or ()]
        case ir.Parallel():
            return [block for _, block in step.branches]
    return ir.children(step)


def expression_names(value: Any) -> set[str]:
    """All free names of the expressions in an IR value, nested steps excluded only where they are tuples of steps."""
    names: set[str] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, ir.Expr):
            names |= set(item.names)
        elif isinstance(item, ir.Do) and item.undo is not None:
            # Inside its compensation, a step's own result is the argument `done`.
            names |= expression_names(item.undo) - {item.name}
            stack.append(replace(item, undo=None))
        elif isinstance(item, tuple | list):
            stack += list(item)
        elif hasattr(item, "__dataclass_fields__") and type(item).__module__ == ir.__name__:
            stack += [getattr(item, f) for f in item.__dataclass_fields__]
    return names


def call_text(
    fn: Function,
    operation: OperationModel,
    inputs: tuple[tuple[str, ir.Value], ...],
    system: ir.Expr | None = None,
) -> str:
    """An operation with its inputs: ``erpnext.reserve_inventory(order_id=..., items=...)``."""
    fn.module.systems.add(operation.system)
    callee = f"{operation.system}.{snake(operation.name)}"
    if system is not None:
        fn.module.chosen.add(operation.name)
        callee = f"{snake(operation.name).upper()}[{fn.expr(system)}]"
    kinds = {decl.name: decl.full_type for decl in operation.input}
    arguments = ", ".join(f"{attribute(name)}={fn.value(value, kinds.get(name))}" for name, value in inputs)
    return f"{callee}({arguments})"


def _undo_text(fn: Function, step: ir.Do) -> str | None:
    if step.undo is None:
        return None
    argument = "done" if step.undo.needs_result else "_"
    inner = fn.closure(**({step.name: "done"} if step.undo.needs_result else {}))
    call = call_text(inner, step.undo.operation, step.undo.inputs, step.undo.system)
    needs = "" if step.undo.needs_result else ", needs_result=False"
    return f"Undo(lambda {argument}: {call}{needs})"


def _do(fn: Function, step: ir.Do) -> None:
    if step.rounds is not None:
        _rounds(fn, step, step.rounds)
    elif step.catch or step.on_failure == "steps":
        with fn.w.block("try:"):
            _plain_do(fn.branch(), step)
        _caught(fn, step.catch, step.on_failure_steps)
    else:
        _plain_do(fn, step)


def _plain_do(fn: Function, step: ir.Do) -> None:
    arguments = [f'"{step.name}"', call_text(fn, step.operation, step.inputs, step.system)]
    undo = _undo_text(fn, step)
    if undo is not None:
        arguments.append(f"undo={undo}")
    if step.summary:
        arguments.append(f"summary={step.summary!r}")
    if step.within is not None:
        arguments.append(f"within={fn.expr(step.within)}")
    if step.key is not None:
        arguments.append(f"key=str({fn.expr(step.key)})")
    caught = [name for catch in step.catch for name in catch.classes]
    if caught:
        arguments.append(f"catches={tuple(caught)!r}")
    if step.on_failure in ("steps", "fail"):
        arguments.append('on_failure="fail"')
    if step.on_failure == "park":
        arguments.append('on_failure="park"')
    method = "attempt" if step.on_failure == "continue" else "do"
    _assign(fn, step.name, f"await self.{method}({', '.join(arguments)})")


def _assign(fn: Function, name: str, text: str) -> None:
    """Keep a result where somebody reads it."""
    target = ""
    if not fn.from_done and name in _read(fn):
        target = f"{variable(name)} = "
    fn.w(target + text)


def _read(fn: Function) -> set[str]:
    """Names that the workflow's expressions read anywhere in its flow."""
    cached = getattr(fn.module, "_read", None)
    if cached is None:
        flow = (fn.module.workflow.steps, fn.module.workflow.meanwhile)
        cached = expression_names(flow)
        fn.module.__dict__["_read"] = cached
    return set(cached)


def _caught(
    fn: Function, catch: tuple[ir.Catch, ...], failing: ir.Block | None, only_before: str | None = None
) -> None:
    """The ``except`` of a step: a branch for each error class, then what happens otherwise."""
    with fn.w.block("except StepFailed as error:"):
        word = "if"
        for caught in catch:
            classes = ", ".join(f'"{name}"' for name in caught.classes)
            test = "True" if caught.classes == ("any",) else f"error.is_a({classes})"
            if caught.retries and only_before is not None:
                test += f" and round_number < {only_before}"
            with fn.w.block(f"{word} {test}:"):
                write_block(fn.branch().inner(error="error"), caught.steps)
            word = "elif"
        if not catch:
            write_block(fn.branch().inner(error="error"), failing or ())
            return
        with fn.w.block("else:"):
            if failing is None:
                fn.w("raise")
            else:
                write_block(fn.branch().inner(error="error"), failing)


def _rounds(fn: Function, step: ir.Do, rounds: ir.Expr) -> None:
    """A step in business rounds: ``retry`` goes on with the next one, anything else leaves the rounds."""
    bound = fn.expr(rounds)
    with fn.w.block(f'for round_number in self.rounds("{step.name}", {bound}):'):
        inner = fn.looping("rounds").branch()
        with fn.w.block("try:"):
            _plain_do(inner.branch(), step)
        _caught(inner, step.catch, step.on_failure_steps, bound)
        fn.w("break")


def _sleep(fn: Function, step: ir.Sleep) -> None:
    when = f"lasting={fn.expr(step.lasting)}" if step.lasting is not None else ""
    if step.until is not None:
        when = f"until={fn.expr(step.until)}"
    _assign(fn, step.name, f'await self.sleep("{step.name}", {when})')


def _await(fn: Function, step: ir.Await) -> None:
    meanwhile = write_meanwhile(fn, step.meanwhile)
    names = _listeners(fn, step)
    arguments = [f'"{step.name}"']
    if names:
        arguments.append("[" + ", ".join(name for group in names for name in group) + "]")
    if step.when is not None:
        arguments.append(f"when=lambda: {fn.closure().expr(step.when)}")
    if step.until is not None:
        arguments.append(f"until=lambda: {fn.closure().expr(step.until)}")
    if step.lasting is not None:
        arguments.append(f"lasting={fn.expr(step.lasting)}")
    if meanwhile:
        arguments.append(f"meanwhile={meanwhile}")
    waiting = f"await self.wait({', '.join(arguments)})"
    endings = _endings(fn, step, names)
    if not any(steps for _, steps, _ in endings):
        fn.w(waiting)
        return
    heard = "heard"
    fn.w(f"{heard} = {waiting}")
    word = "if"
    for test, steps, prologue in endings:
        if not steps:
            continue
        with fn.w.block(f"{word} {test}:"):
            inner = fn.branch()
            prologue(inner)
            write_block(inner, steps)
        word = "elif"


def _endings(
    fn: Function, step: ir.Await, names: list[list[str]]
) -> list[tuple[str, ir.Block, Callable[[Function], None]]]:
    """How a wait may end: a test, what is done, and how the branch's signal is got at."""
    found: list[tuple[str, ir.Block, Callable[[Function], None]]] = []
    for branch, listeners in zip(step.branches, names, strict=True):
        test = f"heard.by is {listeners[0]}"
        if len(listeners) > 1:
            test = " or ".join(f"heard.by is {name}" for name in listeners)
        found.append((test, branch.steps, _signal_prologue(branch, listeners)))
    if step.when is not None:
        found.append(("heard.met", step.then, lambda _: None))
    if step.timeout is not None:
        found.append(("heard.timed_out", step.timeout, lambda _: None))
    return found


def _signal_prologue(branch: ir.Branch, listeners: list[str]) -> Callable[[Function], None]:
    def write(fn: Function) -> None:
        if "signal" not in {name for inner in branch.steps for name in expression_names(inner)}:
            return
        fn.names["signal"] = f"{listeners[0]}_signal"
        if len(listeners) == 1:
            fn.w(f"{fn.names['signal']} = {listeners[0]}.payload(heard)")
        else:
            either = "Or".join(model.payload.name for model in branch.signals)
            fn.names["signal"] = f"{listeners[0]}_or_other"
            fn.w(f"{fn.names['signal']} = {either}.model_validate(dict(heard.payload or {{}}))")

    return write


def _listeners(fn: Function, step: ir.Await) -> list[list[str]]:
    """Write what a wait listens to, one variable a signal of a branch."""
    used: set[str] = set()
    names = []
    for branch in step.branches:
        group = []
        for model in branch.signals:
            name = variable(model.name)
            while name in used:
                name += "_again"
            used.add(name)
            where = ""
            if branch.where is not None:
                where = f", where=lambda signal: {fn.closure(signal='signal').expr(branch.where)}"
            fn.w(f"{name} = On(signals.{model.payload.name}{where})")
            group.append(name)
        names.append(group)
    return names


def write_meanwhile(fn: Function, meanwhile: ir.Meanwhile | None) -> str:
    """Write the functions of what is done beside a block; returns the list that the block is given."""
    if meanwhile is None:
        return ""
    entries = []
    for branch in meanwhile.branches:
        for model in branch.signals:
            name = f"on_{variable(model.name)}_{fn.counter[0]}" if fn.counter[0] else f"on_{variable(model.name)}"
            fn.counter[0] += 1
            with fn.w.block(f"async def {name}(signal: signals.{model.payload.name}) -> None:"):
                _nonlocal(fn, branch.steps)
                function_body(fn.closure(signal="signal"), branch.steps)
            where = ""
            if branch.where is not None:
                where = f"where=lambda signal: {fn.closure(signal='signal').expr(branch.where)}, "
            entries.append(f"On(signals.{model.payload.name}, {where}do={name})")
    entries += [_timer(fn, timer) for timer in meanwhile.timers]
    return "[" + ", ".join(entries) + "]"


def _timer(fn: Function, timer: ir.Timer) -> str:
    name = f"at_{variable(timer.name)}"
    item = {timer.each: variable(timer.each)} if timer.each is not None else {}
    argument = ", ".join(f"{python}: Any" for python in item.values())
    with fn.w.block(f"async def {name}({argument}) -> None:"):
        _nonlocal(fn, timer.steps)
        function_body(fn.closure(**item), timer.steps)
    if timer.every is not None:
        return f"Every({fn.expr(timer.every)}, do={name})"
    past = ', past="skip"' if timer.skip_past else ""
    at = fn.closure(**item).expr(timer.at) if timer.at is not None else "None"
    if timer.among is None:
        return f'At(lambda: {at}, do={name}, key="{timer.name}"{past})'
    python = variable(timer.each or "item")
    return (
        f"*(At(lambda {python}={python}: {at}, do=partial({name}, {python}), "
        f'key=f"{timer.name}:{{number}}"{past}) for number, {python} in enumerate({fn.expr(timer.among)}))'
    )


def _nonlocal(fn: Function, steps: ir.Block) -> None:
    """Variables of the enclosing function that an inner one assigns."""
    assigned = {
        a.variable for step in ir.walk(steps) if isinstance(step, ir.Set) for a in step.assignments if a.entry is None
    }
    local = sorted(fn.names[name] for name in assigned if name in fn.names)
    if local:
        fn.w(f"nonlocal {', '.join(local)}")


def _if(fn: Function, step: ir.If) -> None:
    assert step.guard is not None
    with fn.w.block(f"if {fn.expr(step.guard)}:"):
        write_block(fn.branch(), step.then)
    if step.otherwise:
        with fn.w.block("else:"):
            write_block(fn.branch(), step.otherwise)


def _switch(fn: Function, step: ir.Switch) -> None:
    with fn.w.block(f"match {fn.expr(step.on)}:"):
        for value, steps in step.cases:
            with fn.w.block(f'case "{value}":'):
                write_block(fn.branch(), steps)
        if step.default is not None:
            with fn.w.block("case _:"):
                write_block(fn.branch(), step.default)


def _group(fn: Function, step: ir.Group) -> None:
    inner = _locals(fn, step.locals)
    meanwhile = write_meanwhile(inner, step.meanwhile)
    guarded = bool(step.catch) or step.on_failure in ("steps", "continue")
    if guarded:
        fn.w("try:")
        fn.w.depth += 1
    arguments = f'"{step.name}"' + (f", meanwhile={meanwhile}" if meanwhile else "")
    if step.until is not None:
        _bounded(fn, inner, step, meanwhile)
    elif step.left:
        with fn.w.block(f"with self.block({arguments}):"):
            write_block(inner, step.steps)
    else:
        write_block(inner, step.steps)
    if guarded:
        fn.w.depth -= 1
        failing: ir.Block | None = step.on_failure_steps if step.on_failure == "steps" else None
        _caught(fn, step.catch, () if step.on_failure == "continue" else failing)


def _bounded(fn: Function, inner: Function, step: ir.Group, meanwhile: str) -> None:
    """A group with a deadline: its steps are a function, which is stopped when the time is over."""
    work = f"{variable(step.name)}_steps"
    given = [s.name for s in ir.walk(step.steps) if s.name in fn.optional]
    with fn.w.block(f"async def {work}() -> None:"):
        if given:
            fn.w(f"nonlocal {', '.join(variable(name) for name in given)}")
        write_block(inner.closure(), step.steps)
    listened = f", meanwhile={meanwhile}" if meanwhile else ""
    assert step.until is not None
    waiting = f'await self.bounded("{step.name}", {work}, until={fn.expr(step.until)}{listened})'
    if not step.timeout:
        fn.w(waiting)
        return
    fn.w(f"in_time = {waiting}")
    with fn.w.block("if not in_time:"):
        write_block(fn.branch(), step.timeout)


def _locals(fn: Function, variables: tuple[ir.Local, ...]) -> Function:
    """Write state of a block as local variables."""
    inner = fn.inner()
    for local in variables:
        python = variable(local.name)
        kind = local.type
        if local.init is None and not isinstance(kind, t.OptionalType):
            kind = t.OptionalType(kind)
        initial = inner.expr(local.init) if local.init is not None else "None"
        inner.w(f"{python}: {fn.module.homes.annotation(kind, fn.module.name)} = {initial}")
        inner.names[local.name] = python
    return inner


def _loop_head(fn: Function, step: ir.ForEach | ir.Repeat, meanwhile: str, extra: str = "") -> str:
    name = variable(step.name)
    listened = f", meanwhile={meanwhile}" if meanwhile else ""
    return f'with self.loop("{step.name}"{listened}{extra}) as {name}:'


def _for_each(fn: Function, step: ir.ForEach) -> None:
    if step.concurrency is not None:
        _concurrent(fn, step)
        return
    item = variable(step.item)
    outer = fn.inner(**{step.item: item})
    if step.give is not None:
        fn.w(f"{variable(step.name)}_given: list[{fn.module.homes.annotation(step.give.type, fn.module.name)}] = []")
    if step.among is not None:
        source = fn.expr(step.among)
    else:
        assert step.first is not None and step.last is not None
        source = f"range({fn.expr(step.first)}, {fn.expr(step.last)} + 1)"
    meanwhile = write_meanwhile(outer, step.meanwhile)
    with fn.w.block(_loop_head(fn, step, meanwhile)):
        loop = outer.looping(step.name)
        head = f"for {item} in {source}:"
        number = item
        if step.among is not None:
            head, number = f"for pass_number, {item} in enumerate({source}, start=1):", "pass_number"
        with fn.w.block(head):
            if step.where is not None:
                with fn.w.block(f"if not ({loop.expr(step.where)}):"):
                    fn.w("continue")
            with fn.w.block(f"async with {variable(step.name)}.turn({number}):"):
                inner = _locals(loop, step.locals).branch()
                write_block(inner, step.steps)
                if step.give is not None:
                    fn.w(f"{variable(step.name)}_given.append({inner.expr(step.give)})")
    if step.give is not None:
        _assign(fn, step.name, f"{variable(step.name)}_given")


def _concurrent(fn: Function, step: ir.ForEach) -> None:
    """A loop whose passes run side by side: its body is a function."""
    item = variable(step.item)
    annotation = fn.module.homes.annotation(step.item_type, fn.module.name)
    gives = fn.module.homes.annotation(step.give.type, fn.module.name) if step.give is not None else "None"
    body = f"{variable(step.name)}_pass"
    with fn.w.block(f"async def {body}({item}: {annotation}) -> {gives}:"):
        inner = _locals(fn.closure(**{step.item: item}), step.locals)
        function_body(inner, step.steps)
        if step.give is not None:
            fn.w(f"return {inner.expr(step.give)}")
    assert step.among is not None and step.concurrency is not None
    source = fn.expr(step.among)
    if step.where is not None:
        source = f"[{item} for {item} in {source} if {fn.inner(**{step.item: item}).expr(step.where)}]"
    text = (
        f'await self.each("{step.name}", {source}, {body}, limit={fn.expr(step.concurrency)}, '
        f'on_failure="{step.failing}")'
    )
    if step.give is not None:
        _assign(fn, step.name, f"({text}).values")
    else:
        fn.w(text)


def _repeat(fn: Function, step: ir.Repeat) -> None:
    outer = fn.inner()
    meanwhile = write_meanwhile(outer, step.meanwhile)
    extra = ", carry=True" if step.carries else ""
    if step.every is not None:
        extra += f", every={fn.expr(step.every)}"
    with fn.w.block(_loop_head(fn, step, meanwhile, extra)):
        name = variable(step.name)
        if step.at_most is not None:
            head = f"for pass_number in range(1, {fn.expr(step.at_most)} + 1):"
        else:
            head = f"for pass_number in {name}.over(count(1)):"
        loop = outer.looping(step.name)
        with fn.w.block(head):
            if step.condition is not None:
                with fn.w.block(f"if not ({loop.expr(step.condition)}):"):
                    fn.w("break")
            with fn.w.block(f"async with {name}.turn(pass_number):"):
                write_block(_locals(loop, step.locals).branch(), step.steps)
        if step.exhausted:
            with fn.w.block("else:"):
                write_block(outer.branch(), step.exhausted)


def _parallel(fn: Function, step: ir.Parallel) -> None:
    """Branches as functions; what they give is assigned in the enclosing one."""
    entries = []
    for name, steps in step.branches:
        function = f"branch_{variable(name)}"
        given = [s.name for s in ir.walk(steps) if s.name in fn.optional]
        with fn.w.block(f"async def {function}() -> None:"):
            if given:
                fn.w(f"nonlocal {', '.join(variable(g) for g in given)}")
            inner = fn.closure()
            inner.nested = fn.nested
            write_block(inner, steps)
        entries.append(f'"{name}": {function}')
    first = ", first=True" if step.first else ""
    fn.w(f'await self.parallel("{step.name}", {{{", ".join(entries)}}}{first})')


def _set(fn: Function, step: ir.Set) -> None:
    """Assignments: all values are read before any variable changes."""
    targets, values = [], []
    for assignment in step.assignments:
        state = {local.name: local.type for local in fn.module.workflow.state}
        target = fn.names.get(assignment.variable, f"self.state.{attribute(assignment.variable)}")
        kind = state.get(assignment.variable)
        if assignment.entry is not None:
            target += f"[{fn.expr(assignment.entry)}]"
            kind = kind.value if isinstance(kind, t.MapType) else None
        targets.append(target)
        values.append(fn.value(assignment.value, kind))
    if not _reads_assigned(step):
        for target, value in zip(targets, values, strict=True):
            fn.w(f"{target} = {value}")
    else:
        fn.w(f"{', '.join(targets)} = {', '.join(values)}")


def _reads_assigned(step: ir.Set) -> bool:
    """Whether a value reads a variable that the same step assigns before it."""
    before: set[str] = set()
    for assignment in step.assignments:
        if before & expression_names((assignment.value, assignment.entry)):
            return True
        before.add(assignment.variable)
    return False


def _child(fn: Function, step: ir.Child) -> None:
    inputs = ", ".join(f"{attribute(name)}={fn.value(value)}" for name, value in step.inputs)
    method = "call" if step.awaited else "start"
    model = f"{step.workflow.removesuffix('Workflow')}Input"
    text = (
        f'await self.{method}("{step.name}", "{step.workflow}", {model}({inputs}), workflow_id=f"{step.workflow_id}")'
    )
    if step.awaited:
        _assign(fn, step.name, text)
    else:
        fn.w(text)


def _send(fn: Function, step: ir.SendSignal) -> None:
    payload = "{" + ", ".join(f'"{name}": {fn.value(value)}' for name, value in step.payload) + "}"
    _assign(fn, step.name, f'await self.signal_other("{step.name}", f"{step.to}", "{step.signal.name}", {payload}, '
            f'missing="{step.missing}")')  # fmt: skip


def _emit(fn: Function, step: ir.Emit) -> None:
    payload = "{" + ", ".join(f'"{name}": {fn.value(value)}' for name, value in step.payload) + "}"
    fn.w(f'await self.emit("{step.event}", {payload})')


def _undo(fn: Function, step: ir.Undo) -> None:
    fn.w(f'await self.undo("{step.only}")' if step.only else "await self.undo()")


def _pivot(fn: Function, step: ir.Pivot) -> None:
    fn.w("await self.pivot()")


def _return(fn: Function, step: ir.Return) -> None:
    text = fn.value(step.value, fn.module.workflow.output)
    if fn.nested:
        fn.w(f"raise Return({text})")
    else:
        fn.w(f"return {text}")


def _fail(fn: Function, step: ir.Fail) -> None:
    fn.w(f'self.fail("{step.error}", {step.message!r})')


def _leave(fn: Function, step: ir.Leave) -> None:
    if fn.loops and fn.loops[-1] == step.target:
        fn.w("break")
    else:
        fn.w(f'raise Leave("{step.target}")')


def _next(fn: Function, step: ir.Next) -> None:
    if fn.loops and fn.loops[-1] == step.target:
        fn.w("continue")
    else:
        fn.w(f'raise Next("{step.target}")')


def _retry(fn: Function, step: ir.Retry) -> None:
    fn.w("continue")


_WRITERS: dict[type[ir.Step], Callable[[Function, Any], None]] = {
    ir.Do: _do,
    ir.Sleep: _sleep,
    ir.Await: _await,
    ir.If: _if,
    ir.Switch: _switch,
    ir.Group: _group,
    ir.ForEach: _for_each,
    ir.Repeat: _repeat,
    ir.Parallel: _parallel,
    ir.Child: _child,
    ir.SendSignal: _send,
    ir.Emit: _emit,
    ir.Set: _set,
    ir.Undo: _undo,
    ir.Pivot: _pivot,
    ir.Return: _return,
    ir.Fail: _fail,
    ir.Leave: _leave,
    ir.Next: _next,
    ir.Retry: _retry,
}
