"""A workflow's steps as rows that a page shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cityos_compiler import ir
from cityos_compiler.backends.diagrams.labels import written

_UNNAMED = (ir.If, ir.Switch, ir.Pivot, ir.Undo, ir.Return, ir.Fail, ir.Leave, ir.Next, ir.Retry)


@dataclass(frozen=True)
class Row:
    """A step, or the heading of a branch."""

    depth: int
    name: str
    does: str
    where: str = ""
    condition: str = ""
    undone_by: str = ""
    failing: str = ""
    summary: str = ""
    heading: bool = False


def rows(block: ir.Block, depth: int = 0) -> Iterator[Row]:
    """The steps of a block, nested ones below."""
    for step in block:
        if isinstance(step, ir.Set):
            continue  # an assignment shows in what uses it
        yield _row(step, depth)
        for title, inner in _branches(step):
            if title and (inner or title == "timeout"):
                yield Row(depth + 1, title, "", heading=True)
            yield from rows(inner, depth + (2 if title else 1))


def _row(step: ir.Step, depth: int) -> Row:
    guard = written(step.guard) if step.guard is not None and not isinstance(step, ir.If) else ""
    does, where = _does(step)
    undo = getattr(step, "undo", None)
    return Row(
        depth=depth,
        name="" if isinstance(step, _UNNAMED) else step.name,
        does=does,
        where=where,
        condition=guard,
        undone_by=undo.operation.name if undo is not None else "",
        failing=_failing(step),
        summary=_prose(step.summary),
    )


def _does(step: ir.Step) -> tuple[str, str]:
    """What a step does, in words, and on which system."""
    match step:
        case ir.Do():
            said = step.operation.spec.summary
            return said.text if said is not None else step.operation.name, step.operation.system
        case ir.Sleep():
            return f"waits {_time(step.lasting, step.until)}", ""
        case ir.Await():
            return "waits" + (f" {_time(step.lasting, step.until)}" if step.lasting or step.until else ""), ""
        case ir.If():
            return f"if `{written(step.guard) if step.guard else ''}`", ""
        case ir.Switch():
            return f"by `{written(step.on)}`", ""
        case ir.Group():
            return "together" + (f", {_time(step.within, step.until)}" if step.within or step.until else ""), ""
        case ir.ForEach():
            among = f"`{written(step.among)}`" if step.among is not None else "the numbers"
            return f"for each `{step.item}` of {among}", ""
        case ir.Repeat():
            return f"at most {written(step.at_most)} times" if step.at_most is not None else "again and again", ""
        case ir.Parallel():
            return "side by side" + (", the first one counts" if step.first else ""), ""
        case ir.Child():
            return f"{'calls' if step.awaited else 'starts'} {step.number} {step.workflow}", ""
        case ir.SendSignal():
            return f"tells `{step.to}` {step.signal.name}", ""
        case ir.Emit():
            return f"emits {step.event}", ""
        case ir.Undo():
            return f"undoes {step.only or 'everything'}", ""
        case ir.Pivot():
            return "**commits**: what was done so far stays", ""
        case ir.Return():
            return "ends", ""
        case ir.Fail():
            return f"fails with {step.error}, undoing first", ""
        case ir.Leave() | ir.Next():
            return f"{'leaves' if isinstance(step, ir.Leave) else 'goes on with'} {step.target}", ""
        case ir.Retry():
            return "tries again", ""
    return type(step).__name__.lower(), ""


def _time(lasting: ir.Expr | None, until: ir.Expr | None) -> str:
    if lasting is not None:
        return f"at most `{written(lasting)}`"
    return f"until `{written(until)}`" if until is not None else ""


def _failing(step: ir.Step) -> str:
    if isinstance(step, ir.Do):
        caught = [", ".join(catch.classes) for catch in step.catch]
        own = {"default": "", "steps": "other steps"}.get(step.on_failure, step.on_failure)
        reason = f"stays: {step.no_undo}" if step.no_undo else ""
        return "; ".join(part for part in (*caught, own, reason) if part)
    return ""


def _branches(step: ir.Step) -> list[tuple[str, ir.Block]]:
    match step:
        case ir.Await():
            own = [(" or ".join(model.name for model in branch.signals), branch.steps) for branch in step.branches]
            when = [(f"when {written(step.when)}", step.then)] if step.when is not None else []
            late = [("timeout", step.timeout)] if step.timeout is not None else []
            return [*own, *when, *late, *_beside(step.meanwhile)]
        case ir.If():
            return [("then", step.then), ("else", step.otherwise or ())]
        case ir.Switch():
            return [*step.cases, ("otherwise", step.default or ())]
        case ir.Do():
            caught = [("if it fails with " + " or ".join(c.classes), c.steps) for c in step.catch]
            return [*caught, ("if it fails", step.on_failure_steps or ())]
        case ir.Group():
            caught = [("if it fails with " + " or ".join(c.classes), c.steps) for c in step.catch]
            late = [("timeout", step.timeout)] if step.timeout is not None else []
            return [("", step.steps), *late, *caught, ("if it fails", step.on_failure_steps or ()),
                    *_beside(step.meanwhile)]  # fmt: skip
        case ir.ForEach():
            return [("", step.steps), *_beside(step.meanwhile)]
        case ir.Repeat():
            return [("", step.steps), ("exhausted", step.exhausted or ()), *_beside(step.meanwhile)]
        case ir.Parallel():
            return list(step.branches)
        case ir.Child():
            return [("if it fails", step.on_failure_steps or ())]
    return []


def _beside(meanwhile: ir.Meanwhile | None) -> list[tuple[str, ir.Block]]:
    if meanwhile is None:
        return []
    heard = [
        (f"meanwhile {' or '.join(model.name for model in branch.signals) or 'cancel'}", branch.steps)
        for branch in meanwhile.branches
    ]
    return [*heard, *((f"meanwhile {timer.name}", timer.steps) for timer in meanwhile.timers)]


def beside(meanwhile: ir.Meanwhile | None) -> Iterator[Row]:
    """The rows of what is done beside a workflow's whole flow."""
    for title, steps in _beside(meanwhile):
        yield Row(0, title, "", heading=True)
        yield from rows(steps, 1)


def _prose(text: ir.Text | None) -> str:
    parts = text.parts if text is not None else ()
    return "".join(part if isinstance(part, str) else f"`{part.text}`" for part in parts)


def shown(value: ir.Value) -> str:
    """A value as the spec writes it."""
    match value:
        case ir.Expr():
            return value.text
        case ir.Items():
            return "[" + ", ".join(shown(item) for item in value.items) + "]"
        case ir.Record():
            return "{" + ", ".join(f"{name}: {shown(inner)}" for name, inner in value.fields) + "}"
