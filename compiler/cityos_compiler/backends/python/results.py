"""Which results a function keeps in variables, and which of them may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import variable


def declared(fn: Function, steps: ir.Block) -> tuple[list[str], frozenset[str]]:
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
    if any(isinstance(step, ir.Repeat) and step.carries for step in block[place:]):
        return False  # a run that begins at the loop has not been at the step
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
    if hasattr(value, "__dataclass_fields__") and type(value).__module__.startswith(ir.__name__):
        return sum(_reads(getattr(value, f), name) for f in value.__dataclass_fields__)
    return 0


def _may_be_missing(step: ir.Step) -> bool:
    if step.guard is not None:
        return True
    if isinstance(step, ir.Child):
        return step.on_failure != "fail"
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
    if not isinstance(step, ir.Group) or step.guard is not None or step.catch or _is_left(step):
        return False
    return step.until is None and step.within is None and step.on_failure == "fail"


def _is_left(group: ir.Group) -> bool:
    """Whether some step, of the group or of what is done beside it, goes on behind the group."""
    return any(isinstance(step, ir.Leave) and step.target == group.name for step in ir.walk((group,)))


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
            return [] if step.apart else [step.steps]
        case ir.Switch():
            return [*(block for _, block in step.cases), step.default or ()]
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
        elif hasattr(item, "__dataclass_fields__") and type(item).__module__.startswith(ir.__name__):
            stack += [getattr(item, f) for f in item.__dataclass_fields__]
    return names


def assign(fn: Function, name: str, text: str) -> None:
    """Keep a result where somebody reads it."""
    target = ""
    if is_read(fn, name):
        target = f"{variable(name)} = "
    fn.w(target + text)


def forget(fn: Function, steps: ir.Block) -> None:
    """Where a later pass or round begins, nothing is left of what the one before gave and this one may not give."""
    again = [variable(name) for name in dict.fromkeys(_given(steps)) if name in fn.optional]
    if again:
        fn.w(f"{' = '.join(again)} = None")


def _given(steps: ir.Block) -> Iterator[str]:
    """The results that a pass gives; a loop inside of it sees to its own."""
    for step in steps:
        yield step.name
        inside = [step.exhausted or ()] if isinstance(step, ir.Repeat) else _own_blocks(step)
        for block in [] if isinstance(step, ir.ForEach) else inside:
            yield from _given(block)


def is_read(fn: Function, name: str) -> bool:
    """Whether a result is to be kept, since some expression reads it."""
    return not fn.from_done and name in _read(fn)


def _read(fn: Function) -> set[str]:
    """Names that the workflow's expressions read anywhere in its flow."""
    cached = getattr(fn.module, "_read", None)
    if cached is None:
        flow = (fn.module.workflow.steps, fn.module.workflow.meanwhile)
        cached = expression_names(flow)
        fn.module.__dict__["_read"] = cached
    return set(cached)
