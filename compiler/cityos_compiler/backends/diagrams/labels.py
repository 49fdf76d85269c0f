"""What stands in a picture's nodes."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_dsl.expr.ast import Conditional, Expr, Literal
from cityos_dsl.expr.unparse import unparse


def written(expression: ir.Expr) -> str:
    """An expression as the spec has it, on one line: `kind == van`, where its text would be `kind == "van"`."""
    return " ".join(expression.source.text.split())


def started_by(workflow: ir.Workflow) -> str:
    """What starts a workflow, a line each."""
    return "\n".join(_trigger(trigger) for trigger in workflow.triggers)


def _trigger(trigger: ir.Trigger) -> str:
    if trigger.event is not None:
        return trigger.event + (f" if {written(trigger.condition)}" if trigger.condition is not None else "")
    return trigger.schedule or "started by hand"


def beside(meanwhile: ir.Meanwhile) -> str:
    """What is done beside a block, at its waits."""
    lines: list[str] = []
    for branch in meanwhile.branches:
        title = " or ".join(model.name for model in branch.signals) or "cancel"
        lines += [f"meanwhile {title}", *_done(branch.steps)]
    for timer in meanwhile.timers:
        when = (
            f"every {written(timer.every)}"
            if timer.every is not None
            else f"at {written(timer.at)}"
            if timer.at
            else ""
        )
        lines += [f"meanwhile {timer.name} {when}".strip(), *_done(timer.steps)]
    return "\n".join(lines)


def _done(block: ir.Block) -> list[str]:
    return [f"    {line}" for line in said(block) or ["is noted"]]


def said(block: ir.Block) -> list[str]:
    """The steps of a block, a line each, nested ones too."""
    return [line for step in ir.walk(block) if (line := _line(step))]


def _line(step: ir.Step) -> str:
    match step:
        case ir.Do() | ir.Await() | ir.Sleep() | ir.Child():
            return step.name
        case ir.Emit():
            return f"emit {step.event}"
        case ir.SendSignal():
            return f"signal {step.signal.name}"
        case ir.Undo():
            return f"undo {step.only or 'all'}"
        case ir.Pivot():
            return "pivot"
        case ir.Return():
            return returned(step)
        case ir.Fail():
            return f"fail {step.error}"
        case ir.Leave() | ir.Next():
            return f"{'leave' if isinstance(step, ir.Leave) else 'next'} {step.target}"
    return ""


def returned(step: ir.Return) -> str:
    """A business end with its status, or with those that it may have."""
    status = dict(step.value.fields).get("status") if isinstance(step.value, ir.Record) else None
    return f"return {' or '.join(_possible(status.checked.expr))}" if isinstance(status, ir.Expr) else "return"


def _possible(status: Expr) -> list[str]:
    match status:
        case Conditional(then=then, otherwise=otherwise):
            return list(dict.fromkeys([*_possible(then), *_possible(otherwise)]))
        case Literal(value=value) if value is not None:
            return [str(value)]
    return [unparse(status)]


def timed(name: str, lasting: ir.Expr | None, until: ir.Expr | None) -> str:
    """A wait with its time."""
    if lasting is not None:
        return f"{name}\nfor {written(lasting)}"
    return f"{name}\nuntil {written(until)}" if until is not None else name


def done(step: ir.Do) -> str:
    """An operation with its system."""
    spec = step.operation.spec
    later = f"\nanswered by a signal within {spec.completes.within.text}" if spec.completes is not None else ""
    system = f"the system: {written(step.system)}" if step.system is not None else step.operation.system
    return f"{step.name}\n{system}{later}"


def looped(step: ir.ForEach | ir.Repeat) -> str:
    """A loop with how often it goes round, and how its passes stand to each other."""
    if isinstance(step, ir.Repeat):
        often = [f"at most {written(step.at_most)} times"] if step.at_most is not None else []
        often += [f"while {written(step.condition)}"] if step.condition is not None else []
        return "\n".join([step.name, *(often or ["for ever"])])
    how = [f"for each {step.item}"]
    if step.concurrency is not None:
        how.append(f"{written(step.concurrency)} at once")
    if step.failing != "stop":
        how.append("each fails alone")
    return "\n".join([step.name, *how])


def grouped(step: ir.Group) -> str:
    """A group's name and its time."""
    if step.within is not None:
        return f"{step.name} (within {written(step.within)})"
    return step.name + (f" (until {written(step.until)})" if step.until is not None else "")
