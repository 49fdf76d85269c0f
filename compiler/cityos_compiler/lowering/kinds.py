"""How each step kind is lowered."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from cityos_compiler import ir
from cityos_compiler.lowering.env import ERROR, Env, merge
from cityos_compiler.lowering.steps import Lowered, Lowering, Target, lowers
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.parse import parse
from cityos_dsl.project import OperationModel
from cityos_dsl.source import Mapping as YamlMapping
from cityos_dsl.source import Node, Scalar
from cityos_dsl.spec import steps as s


@lowers(s.Do)
def do(low: Lowering, step: s.Do, env: Env) -> Lowered:
    """An operation: its inputs wired, its compensation checked, its failures lowered."""
    operation = low.operation(step.do, step.system)
    name = low.name(step, step.do.text.rpartition(".")[2])
    if operation is None:
        return None, env.with_result(name, t.ANY)
    expected = {decl.name: decl.full_type for decl in operation.input}
    rounds = low.values.expr(step.rounds, env, t.INT) if step.rounds else None
    calling = env.with_extra(round=t.INT) if rounds else env
    wanted: frozenset[str] = frozenset()
    refused: Set[str] = frozenset()
    given: dict[str, ir.Value] = {}
    if isinstance(step.with_, tuple):
        wanted = frozenset(item.text for item in step.with_)
        for item in step.with_:
            if item.text not in expected:
                low.values.refuse("NAME016", f"`{operation.name}` has no input `{item.text}`", item.span,
                                  did_you_mean(item.text, expected, "it has"))  # fmt: skip
    else:
        given = dict(low.assigned(step.with_, calling, expected, f"`{operation.name}`"))
        refused = {key.text for key in step.with_ or {}} - given.keys()
    inputs, wired = low.values.wire(operation, given, wanted, calling, step.do.span, refused)
    for signal_name in operation.spec.completes.signals if operation.spec.completes is not None else ():
        low.signal_models(signal_name)
    result_env = env.with_result(name, operation.output)
    low.results[name] = operation.output
    undo = _compensation(low, step.compensate, operation, dict(inputs), name, env, step.system)
    low.retrying.append(rounds is not None)
    catch, afters = low.catches(step.catch, calling)
    failing_steps, failing_env = None, None
    mode = "continue" if operation.spec.courtesy is not None else "default"
    if isinstance(step.on_failure, Scalar):
        mode = step.on_failure.text
        if mode not in ("fail", "continue", "park"):
            low.values.refuse("SPEC004", "`on_failure` is fail, continue, park or steps", step.on_failure.span,
                              did_you_mean(mode, ("fail", "continue", "park")))  # fmt: skip
    elif step.on_failure is not None:
        mode = "steps"
        failing_steps, failing_env = low.block(step.on_failure, calling.with_extra(error=ERROR))
        failing_env = replace(failing_env, extra=env.extra) if failing_env is not None else None
    low.retrying.pop()
    lowered = ir.Do(
        name=name,
        operation=operation,
        inputs=tuple(inputs),
        wired=tuple(wired),
        undo=undo,
        no_undo=step.no_undo.text if step.no_undo else None,
        catch=catch,
        rounds=rounds,
        on_failure=mode,
        on_failure_steps=failing_steps,
        within=low.values.expr(step.within, env, t.DURATION) if step.within else None,
        key=low.values.expr(step.key, calling) if step.key else None,
        system=low.values.expr(step.system, env) if step.system else None,
    )
    if mode == "continue":
        afters.append(env)
    return lowered, merge([result_env, *afters, failing_env])


def _compensation(
    low: Lowering, spec: Scalar | s.Undoing | None, forward: OperationModel, inputs: dict[str, ir.Value],
    step: str, env: Env, chosen: Scalar | None = None,
) -> ir.Compensation | None:  # fmt: skip
    """A compensation's inputs: what is given, its step's result, its step's inputs, then what is in scope."""
    if spec is None:
        return None
    name = spec if isinstance(spec, Scalar) else spec.do
    operation = low.operation(name, chosen)
    if operation is None:
        return None
    own = env.with_result(step, forward.output)
    expected = {decl.name: decl.full_type for decl in operation.input}
    given: dict[str, ir.Value] = {}
    refused: Set[str] = frozenset()
    if isinstance(spec, s.Undoing):
        given = dict(low.assigned(spec.with_, own, expected, f"`{operation.name}`"))
        refused = {key.text for key in spec.with_ or {}} - given.keys()
    output = {f.name: f.type for f in forward.output.fields} if isinstance(forward.output, t.RecordType) else {}
    for decl in operation.input:
        if decl.name in given or decl.name in refused:
            continue
        if decl.name in output and t.assignable(output[decl.name], decl.full_type):
            value = low.values.expr(Scalar(f"{step}.{decl.name}", name.span), own, decl.full_type)
            if value is not None:
                given[decl.name] = value
        elif decl.name in inputs and t.assignable(inputs[decl.name].type, decl.full_type):
            given[decl.name] = inputs[decl.name]
    filled, _ = low.values.wire(operation, given, frozenset(), own, name.span, refused)
    return ir.Compensation(
        operation=operation,
        inputs=tuple(filled),
        needs_result=any(_mentions(value, step) for _, value in filled),
        system=low.values.expr(chosen, env) if chosen is not None else None,
    )


def _mentions(value: ir.Value, name: str) -> bool:
    match value:
        case ir.Expr():
            return name in value.names
        case ir.Record():
            return any(_mentions(inner, name) for _, inner in value.fields)
        case ir.Items():
            return any(_mentions(inner, name) for inner in value.items)


@lowers(s.Sleep)
def sleep(low: Lowering, step: s.Sleep, env: Env) -> Lowered:
    """A sleep: for a duration or until an instant."""
    name = low.name(step, step.sleep.text)
    if (step.for_ is None) == (step.until is None):
        low.values.refuse("WAIT001", "a sleep says `for:` or `until:`", step.sleep.span)
    lasting = low.values.expr(step.for_, env, t.DURATION) if step.for_ else None
    until = low.values.expr(step.until, env, t.TIMESTAMP) if step.until else None
    slept = t.RecordType("Slept", (t.Field("was_past", t.BOOL),))
    return ir.Sleep(name=name, lasting=lasting, until=until), env.with_result(name, slept)


@lowers(s.Await)
def await_(low: Lowering, step: s.Await, env: Env) -> Lowered:
    """A wait: every branch ends it, and so may a condition or the clock."""
    name = low.name(step, step.await_.text)
    lasting = low.values.expr(step.for_, env, t.DURATION) if step.for_ else None
    until = low.values.expr(step.until, env, t.TIMESTAMP) if step.until else None
    deadline = step.for_ or step.until
    if not step.signals and step.when is None and deadline is None:
        low.values.refuse("WAIT002", "nothing can ever end this wait", step.await_.span,
                          "add `signals:`, `when:`, or a deadline with `for:` or `until:`")  # fmt: skip
    if deadline is not None and step.timeout is None:
        low.values.refuse("WAIT003", "this wait has a deadline and no `timeout:` branch", deadline.span,
                          "say what happens when the time is over; `timeout: []` goes on")  # fmt: skip
    if deadline is None and step.timeout is not None:
        low.values.refuse("WAIT004", "a `timeout:` branch without a deadline is never taken", step.await_.span,
                          "add `for:` or `until:`")  # fmt: skip
    meanwhile = low.meanwhile(step.meanwhile, env)
    branches, afters = [], list[Env | None]()
    if not step.signals and step.when is None and deadline is None:
        afters.append(env)  # reported above; what follows is checked all the same
    for key, branch in (step.signals or {}).items():
        if step.where is not None:
            branch = _narrowed(branch, step.where)
        lowered, after = low.branch(key, branch, env)
        if lowered is not None:
            branches.append(lowered)
        afters.append(after)
    when = low.values.condition(step.when, env) if step.when else None
    then: ir.Block = ()
    if step.when is not None:
        then, after = low.block(step.then or (), env.knowing(when.checked.when_true) if when else env)
        afters.append(after)
    timeout = None
    if step.timeout is not None:
        timeout, after = low.block(step.timeout, env)
        afters.append(after)
    lowered_await = ir.Await(
        name=name, branches=tuple(branches), when=when, then=then, lasting=lasting, until=until,
        timeout=timeout, meanwhile=meanwhile,
    )  # fmt: skip
    return lowered_await, merge(afters)


def _narrowed(branch: s.Branch, where: Scalar) -> s.Branch:
    """A branch under the await's own `where`."""
    if branch.where is None:
        return replace(branch, where=where)
    both = replace(branch.where, text=f"({where.text}) && ({branch.where.text})")
    return replace(branch, where=both)


@lowers(s.If)
def if_(low: Lowering, step: s.If, env: Env) -> Lowered:
    """A branching; `env` already knows what its condition says."""
    if step.if_ is None:
        low.values.refuse("SPEC002", "`then` needs an `if`", step.node.span)
        return None, env
    guard = low.values.condition(step.if_, env)
    then, after_then = low.block(step.then, env)
    otherwise = None
    bare = replace(env, known=env.known - (guard.checked.when_true if guard else frozenset()))
    after_else: Env | None = bare.knowing(guard.checked.when_false) if guard else bare
    if step.else_ is not None and after_else is not None:
        otherwise, after_else = low.block(step.else_, after_else)
    return ir.If(name=low.name(step, ""), then=then, otherwise=otherwise), merge([after_then, after_else])


@lowers(s.Switch)
def switch(low: Lowering, step: s.Switch, env: Env) -> Lowered:
    """A choice by value; an enumeration must be complete or have a default."""
    on = low.values.expr(step.switch, env)
    cases, afters = [], list[Env | None]()
    kind = on.type if on else t.ANY
    for key, steps in step.cases.items():
        if isinstance(kind, t.EnumType) and key.text not in kind.members:
            low.values.refuse("NAME008", f"`{key.text}` is no value of {t.show(kind)}", key.span,
                              did_you_mean(key.text, kind.members))  # fmt: skip
        block, after = low.block(steps, env)
        cases.append((key.text, block))
        afters.append(after)
    default = None
    if step.default is not None:
        default, after = low.block(step.default, env)
        afters.append(after)
    elif not (isinstance(kind, t.EnumType) and set(kind.members) <= {key.text for key in step.cases}):
        afters.append(env)
    if on is None:
        return None, merge(afters)
    return ir.Switch(name=low.name(step, ""), on=on, cases=tuple(cases), default=default), merge(afters)


@lowers(s.Group)
def group(low: Lowering, step: s.Group, env: Env) -> Lowered:
    """A group: its own names end with it; it may be left, caught, and cut off by a deadline."""
    name = low.name(step, step.group.text)
    target = Target(name, is_loop=False)
    until = low.values.expr(step.until, env, t.TIMESTAMP) if step.until else None
    local, inner = low.local_state(step.state, env)
    low.targets.append(target)
    meanwhile = low.meanwhile(step.meanwhile, inner)
    steps, after = low.block(step.steps, inner)
    low.targets.pop()
    catch, afters = low.catches(step.catch, env)
    timeout = None
    if step.timeout is not None:
        timeout, after_timeout = low.block(step.timeout, env)
        afters.append(merge([after_timeout, after]) if after_timeout is not None else None)
    left = [env.leaving(x) for x in target.left]
    mode = step.on_failure.text if isinstance(step.on_failure, Scalar) else "fail"
    failing = None
    if isinstance(step.on_failure, tuple):
        mode = "steps"
        failing, after_failing = low.block(step.on_failure, env.with_extra(error=ERROR))
        afters.append(replace(after_failing, extra=env.extra) if after_failing is not None else None)
    if mode == "continue":
        afters.append(env)
    lowered = ir.Group(
        name=name, steps=steps, locals=local, catch=catch, until=until, timeout=timeout, meanwhile=meanwhile,
        on_failure=mode, on_failure_steps=failing, left=bool(target.left) or meanwhile is not None,
    )  # fmt: skip
    return lowered, merge([env.leaving(after) if after is not None else None, *left, *afters])


@lowers(s.ForEach)
def for_each(low: Lowering, step: s.ForEach, env: Env) -> Lowered:
    """A loop over a list or a range; each pass is fresh, and what it learns is not known after it."""
    name = low.name(step, step.for_each.text)
    among = low.values.expr(step.in_, env) if step.in_ else None
    first = low.values.expr(step.from_, env, t.INT) if step.from_ else None
    last = low.values.expr(step.to, env, t.INT) if step.to else None
    if (step.in_ is None) == (step.from_ is None):
        low.values.refuse("LOOP001", "a `for_each` goes through a list (`in:`) or a range (`from:`, `to:`)",
                          step.for_each.span)  # fmt: skip
    item: t.Type = t.INT
    if among is not None:
        item = among.type.item if isinstance(among.type, t.ListType) else t.ANY
        if not isinstance(among.type, t.ListType):
            low.values.refuse("LOOP002", f"`in:` is a list, and this is {t.show(among.type)}",
                              step.in_.span if step.in_ else step.for_each.span)  # fmt: skip
    inner = env.with_locals({step.as_.text: item}).with_extra(**{"pass": t.INT})
    where = low.values.condition(step.where, inner) if step.where else None
    if where is not None:
        inner = inner.knowing(where.checked.when_true)
    local, inner = low.local_state(step.state, inner)
    target = Target(name, is_loop=True)
    low.targets.append(target)
    meanwhile = low.meanwhile(step.meanwhile, inner)
    before = set(low.results)
    steps, after = low.block(step.steps, inner)
    give = low.values.expr(step.give, after, None) if step.give and after is not None else None
    low.targets.pop()
    out = env.after_loop([n for n in low.results if n not in before], name)
    if give is not None:
        out = out.with_result(name, t.ListType(give.type))
        low.results[name] = t.ListType(give.type)
    lowered = ir.ForEach(
        name=name, item=step.as_.text, item_type=item, among=among, first=first, last=last, where=where,
        concurrency=low.values.expr(step.concurrency, env, t.INT) if step.concurrency else None,
        failing=step.failing.text if step.failing else "stop", give=give, locals=local,
        meanwhile=meanwhile, steps=steps,
    )  # fmt: skip
    return lowered, out


@lowers(s.Repeat)
def repeat(low: Lowering, step: s.Repeat, env: Env) -> Lowered:
    """A repetition: bounded, with what is done when the bound is reached, or for ever."""
    name = low.name(step, step.repeat.text)
    if step.at_most is None and step.forever is None:
        low.values.refuse("LOOP003", "this loop has no bound", step.repeat.span,
                          "add `at_most:` with an `exhausted:` branch, or `forever: true`")  # fmt: skip
    if step.at_most is not None and step.exhausted is None and step.while_ is None:
        low.values.refuse("LOOP004", "what happens when the bound is reached?", step.at_most.span,
                          "add an `exhausted:` branch; `exhausted: []` goes on")  # fmt: skip
    at_most = low.values.expr(step.at_most, env, t.INT) if step.at_most else None
    target = Target(name, is_loop=True)
    inner = env.with_extra(**{"pass": t.INT})
    condition = low.values.condition(step.while_, inner) if step.while_ else None
    local, inner = low.local_state(step.state, inner)
    outermost = not any(x.is_loop for x in low.targets)
    low.targets.append(target)
    meanwhile = low.meanwhile(step.meanwhile, inner)
    before = set(low.results)
    steps, _ = low.block(step.steps, inner)
    low.targets.pop()
    inside = [n for n in low.results if n not in before]
    exhausted, after = None, None
    if step.exhausted is not None:
        exhausted, after = low.block(step.exhausted, env)
    ends: list[Env | None] = [env.after_loop(inside, name) for _ in target.left]
    if condition is not None or (step.exhausted is None and step.forever is None):
        ends.append(env.after_loop(inside, name))
    every = low.values.expr(step.every, env, t.INT) if step.every else None
    lowered = ir.Repeat(
        name=name, at_most=at_most, every=every, condition=condition, locals=local, meanwhile=meanwhile, steps=steps,
        exhausted=exhausted, carries=outermost and step.forever is not None,
    )  # fmt: skip
    return lowered, merge([*ends, after])


@lowers(s.Parallel)
def parallel(low: Lowering, step: s.Parallel, env: Env) -> Lowered:
    """Branches at once; each begins with what is known here, and all of their results are known after them."""
    name = low.name(step, step.parallel.text)
    named: list[tuple[str, tuple[s.Step, ...]]] = []
    if isinstance(step.branches, dict):
        named = [(key.text, steps) for key, steps in step.branches.items()]
    else:
        named = [((x.name.text if x.name else f"branch{i}"), (x,)) for i, x in enumerate(step.branches)]
    branches, after = [], env
    for branch, steps in named:
        block, end = low.block(steps, env)
        branches.append((branch, block))
        for result, kind in (end.results if end is not None else {}).items():
            if result not in env.results:
                after = after.with_result(result, kind)
    first = step.first is not None and step.first.text == "true"
    return ir.Parallel(name=name, branches=tuple(branches), first=first), after


@lowers(s.Set)
def set_(low: Lowering, step: s.Set, env: Env) -> Lowered:
    """Assignments: all values are read before any variable changes."""
    assignments, after = [], env
    for key, node in step.set.items():
        variable, _, rest = key.text.partition("[")
        kind = {**env.state, **env.locals}.get(variable)
        if kind is None:
            known = [*env.state, *env.locals]
            low.values.refuse("NAME006", f"there is no state variable `{variable}`", key.span,
                              did_you_mean(variable, known, "state here"))  # fmt: skip
            continue
        entry = low.values.expr(Scalar(rest.removesuffix("]"), key.span), env, t.STRING) if rest else None
        if rest:
            kind = kind.value if isinstance(kind, t.MapType) else t.ANY
        value = low.values.value(node, env, kind)
        if value is None:
            continue
        assignments.append(ir.Assignment(variable=variable, entry=entry, value=value))
        if not rest:
            after = after.forget(variable)
            if isinstance(kind, t.OptionalType) and not isinstance(value.type, t.OptionalType) and value.type != t.NULL:
                after = after.knowing([variable])
    return ir.Set(name=low.name(step, ""), assignments=tuple(assignments)), after


@lowers(s.Undo)
def undo(low: Lowering, step: s.Undo, env: Env) -> Lowered:
    """Undo all that is registered, or one step's."""
    only = step.undo.text if step.undo is not None and not step.undo.is_null else None
    if step.undo is not None and only is not None:
        low.undos.append(step.undo)  # checked at the end: beside the flow, a step may come later in the text
    return ir.Undo(name="", only=only), env


@lowers(s.Pivot)
def pivot(low: Lowering, step: s.Pivot, env: Env) -> Lowered:
    """Commit."""
    return ir.Pivot(name=""), env


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


@lowers(s.Fail)
def fail(low: Lowering, step: s.Fail, env: Env) -> Lowered:
    """End with an error class."""
    if step.fail.text not in low.project.errors:
        low.values.refuse("NAME004", f"there is no error class `{step.fail.text}`", step.fail.span,
                          did_you_mean(step.fail.text, low.project.errors))  # fmt: skip
    message = step.message.text if step.message else f"the workflow failed with {step.fail.text}"
    return ir.Fail(name="", error=step.fail.text, message=message), None


@lowers(s.Leave)
def leave(low: Lowering, step: s.Leave, env: Env) -> Lowered:
    """Out of a loop or group."""
    target = low.target(step.leave, step, loop_only=False)
    if target is None:
        return _astray(low, env)
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
        return None, None
    return ir.Retry(name=""), None


@lowers(s.Call)
def call(low: Lowering, step: s.Call, env: Env) -> Lowered:
    """A child workflow, awaited."""
    return _child(low, step, step.call, env, awaited=True)


@lowers(s.Start)
def start(low: Lowering, step: s.Start, env: Env) -> Lowered:
    """Another workflow, detached."""
    return _child(low, step, step.start, env, awaited=False)


def _child(low: Lowering, step: s.Call | s.Start, named: Scalar, env: Env, awaited: bool) -> Lowered:
    known = {workflow.workflow.text: workflow for _, workflow in low.project.workflows}
    name = low.name(step, named.text)
    if named.text not in known:
        low.values.refuse(
            "NAME011", f"there is no workflow `{named.text}`", named.span, did_you_mean(named.text, known)
        )
        return None, env
    other = known[named.text]
    declared = low.types.fields(other.input, named.text) if other.input is not None else ()
    expected = {decl.name: decl.full_type for decl in declared}
    inputs = low.assigned(step.with_, env, expected, f"`{named.text}`")
    pattern = step.workflow_id.text if step.workflow_id else other.workflow_id.text
    lowered = ir.Child(name=name, workflow=named.text, awaited=awaited, inputs=tuple(inputs), workflow_id=pattern)
    return lowered, env.with_result(name, t.ANY) if awaited else env


@lowers(s.Signal)
def signal(low: Lowering, step: s.Signal, env: Env) -> Lowered:
    """A signal to another workflow."""
    models = low.signal_models(step.signal)
    name = low.name(step, step.signal.text)
    if not models:
        return None, env
    low.signals.pop(models[0].name, None)  # sent here, not received
    expected = {f.name: f.type for f in models[0].payload.fields}
    payload = low.assigned(step.with_, env, expected, f"`{models[0].name}`")
    sent = t.RecordType("Sent", (t.Field("delivered", t.BOOL),))
    return (
        ir.SendSignal(name=name, signal=models[0], to=step.to.text, payload=tuple(payload), missing=step.missing.text),
        env.with_result(name, sent),
    )


@lowers(s.Emit)
def emit(low: Lowering, step: s.Emit, env: Env) -> Lowered:
    """An event into the outbox."""
    event = low.project.events.get(step.emit.text)
    if event is None:
        low.values.refuse("NAME012", f"there is no event `{step.emit.text}`", step.emit.span,
                          did_you_mean(step.emit.text, low.project.events))  # fmt: skip
        return None, env
    expected = {f.name: f.type for f in event.payload.fields}
    payload = low.assigned(step.with_, env, expected, f"`{event.name}`")
    return ir.Emit(name=low.name(step, step.emit.text), event=event.name, payload=tuple(payload)), env
