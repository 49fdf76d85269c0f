"""Loops as Python."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import function_body, write_block, writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import variable
from cityos_compiler.backends.python.results import assign, expression_names, forget, is_read
from cityos_compiler.backends.python.steps.meanwhile import write_meanwhile, write_nonlocal
from cityos_dsl.expr import types as t


def write_locals(fn: Function, variables: tuple[ir.Local, ...]) -> Function:
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


@writes(ir.ForEach)
def for_each(fn: Function, step: ir.ForEach) -> None:
    """A loop through a list or a range."""
    if step.apart:
        _apart(fn, step)
        return
    item, passes = variable(step.item), fn.fresh("pass_number")
    outer = fn.inner(**{step.item: item, "pass": passes})
    if step.give is not None:
        fn.w(f"{variable(step.name)}_given: list[{fn.module.homes.annotation(step.give.type, fn.module.name)}] = []")
    source = _source(fn, step)
    meanwhile = write_meanwhile(outer, step.meanwhile)
    with fn.w.block(_loop_head(fn, step, meanwhile)):
        loop = outer.looping(step.name)
        head = f"for {item} in {source}:"
        number = item
        if step.among is not None:
            head, number = f"for {passes}, {item} in enumerate({source}, start=1):", passes
        elif _is_numbered(step):
            head = f"for {passes}, {item} in enumerate({source}, start=1):"
        with fn.w.block(head):
            if step.where is not None:
                with fn.w.block(f"if not ({loop.expr(step.where)}):"):
                    fn.w("continue")
            with fn.w.block(f"async with {variable(step.name)}.turn({number}):"):
                forget(loop, step.steps)
                inner = write_locals(loop, step.locals).branch()
                write_block(inner, step.steps)
                if step.give is not None:
                    fn.w(f"{variable(step.name)}_given.append({inner.expr(step.give)})")
    if step.give is not None:
        _leave(fn, step, f"{variable(step.name)}_given")


def _apart(fn: Function, step: ir.ForEach) -> None:
    """A loop whose passes run side by side, or may fail alone: its body is a function."""
    item = variable(step.item)
    annotation = fn.module.homes.annotation(step.item_type, fn.module.name)
    gives = fn.module.homes.annotation(step.give.type, fn.module.name) if step.give is not None else "None"
    body = f"{variable(step.name)}_pass"
    number = "pass_number: int, " if _is_numbered(step) else ""
    with fn.w.block(f"async def {body}({number}{item}: {annotation}) -> {gives}:"):
        write_nonlocal(fn, step.steps)
        inner = write_locals(fn.closure(**{step.item: item, "pass": "pass_number"}), step.locals)
        function_body(inner, step.steps)
        if step.give is not None:
            fn.w(f"return {inner.expr(step.give)}")
    meanwhile = write_meanwhile(fn, step.meanwhile)
    if not meanwhile:
        _each(fn, step, body)
        return
    with fn.w.block(f'with self.block("{step.name}", meanwhile={meanwhile}):'):
        _each(fn, step, body)


def _each(fn: Function, step: ir.ForEach, body: str) -> None:
    element = variable(step.item)
    source, each = _source(fn, step), "each"
    if _is_numbered(step):
        element, each = f"(pass_number, {element})", "each_numbered"
        source = f"enumerate({source}, start=1)"
    if step.where is not None:
        where = fn.inner(**{step.item: variable(step.item), "pass": "pass_number"}).expr(step.where)
        where = f"({where})" if " else " in where else where  # a choice can't stand there bare
        source = f"[{element} for {element} in {source} if {where}]"
    elif each == "each_numbered":
        source = f"list({source})"
    limit = f", limit={fn.expr(step.concurrency)}" if step.concurrency is not None else ""
    text = f'await self.{each}("{step.name}", {source}, {body}{limit}, on_failure="{step.failing}")'
    if step.outcome is not None:
        _collected(fn, step, step.outcome, text)
    elif step.give is not None:
        _leave(fn, step, f"({text}).values")
    else:
        fn.w(text)


def _collected(fn: Function, step: ir.ForEach, outcome: t.RecordType, text: str) -> None:
    """What a loop that collects its failures leaves, as its own model."""
    if not is_read(fn, step.name) and step.name not in fn.module.stored:
        fn.w(text)
        return
    collected = f"{variable(step.name)}_collected"
    fn.w(f"{collected} = {text}")
    given = f"given={collected}.values, " if step.give is not None else ""
    failed = (
        f"{outcome.name}Failed(item=one.item, name=one.error.error_class, message=one.error.message, "
        "outcome=one.error.outcome)"
    )
    _leave(fn, step, f"{outcome.name}({given}failed=[{failed} for one in {collected}.failed])")


def _leave(fn: Function, step: ir.ForEach, text: str) -> None:
    """What a loop leaves is known behind it, and kept where queries, the last steps or a later run need it."""
    kept = f"self.done.{variable(step.name)} = " if step.name in fn.module.stored else ""
    if kept and not is_read(fn, step.name):
        fn.w(kept + text)
    else:
        assign(fn, step.name, kept + text)


def _is_numbered(step: ir.ForEach) -> bool:
    """Whether something in the loop asks for the number of the pass."""
    return "pass" in expression_names((step.where, step.give, step.locals, step.steps, step.meanwhile))


def _source(fn: Function, step: ir.ForEach) -> str:
    if step.among is not None:
        return fn.expr(step.among)
    assert step.first is not None and step.last is not None
    return f"range({fn.expr(step.first)}, {fn.expr(step.last)} + 1)"


@writes(ir.Repeat)
def repeat(fn: Function, step: ir.Repeat) -> None:
    """A loop up to a bound, or for ever."""
    passes = fn.fresh("pass_number")
    outer = fn.inner(**{"pass": passes})
    meanwhile = write_meanwhile(outer, step.meanwhile)
    extra = ", carry=True" if step.carries else ""
    if step.every is not None:
        extra += f", every={fn.expr(step.every)}"
    with fn.w.block(_loop_head(fn, step, meanwhile, extra)):
        name = variable(step.name)
        if step.at_most is not None:
            head = f"for {passes} in range(1, {fn.expr(step.at_most)} + 1):"
        else:
            head = f"for {passes} in {name}.over(count(1)):"
        loop = outer.looping(step.name)
        with fn.w.block(head):
            if step.condition is not None:
                with fn.w.block(f"if not ({loop.expr(step.condition)}):"):
                    fn.w("break")
            with fn.w.block(f"async with {name}.turn({passes}):"):
                forget(loop, step.steps)
                write_block(write_locals(loop, step.locals).branch(), step.steps)
        if step.exhausted:
            with fn.w.block("else:"):
                write_block(fn.branch(), step.exhausted)
