"""A workflow as a picture: its flow, its compensations, what is done beside it, and what comes last on every path."""

from __future__ import annotations

from collections.abc import Collection

from cityos_compiler import ir
from cityos_compiler.backends.diagrams import labels
from cityos_compiler.backends.diagrams.shapes import Edge, End, Ends, Frame, Picture
from cityos_dsl.expr import types as t


def picture(workflow: ir.Workflow) -> Picture:
    """Draw a workflow."""
    drawn = Picture()
    start = drawn.add(labels.started_by(workflow), "start")
    _beside(drawn, start, workflow.meanwhile)
    ends = _block(drawn, workflow.steps, [End(start)])
    if ends:
        drawn.put(ends, "completed", "end")
    drawn.edges = _merged(drawn.edges)
    _chain(drawn)
    if workflow.last:
        last = drawn.add("\n".join(["at the end, on every path:", *labels.said(workflow.last)]), "last")
        ended = [node.id for node in drawn.nodes if node.kind in ("end", "failure")]
        drawn.edges += [Edge(node, last, "", "last") for node in ended]
    return drawn


def _merged(edges: list[Edge]) -> list[Edge]:
    """What leads from one place to another in several ways, as one edge that says them all."""
    ways: dict[tuple[str, str, str], list[str]] = {}
    for edge in edges:
        ways.setdefault((edge.source, edge.target, edge.kind), []).append(edge.label)
    return [Edge(source, target, "\n".join(said for said in dict.fromkeys(labels) if said), kind)
            for (source, target, kind), labels in ways.items()]  # fmt: skip


def _chain(drawn: Picture) -> None:
    """Undoing goes backwards: from each compensation to those that were registered before it, up to a pivot."""
    undone = {edge.source: edge.target for edge in drawn.edges if edge.kind == "undo"}
    place = {node.id: number for number, node in enumerate(drawn.nodes)}
    next_ones = {  # what stands further down comes from a loop's earlier pass
        undone[step]: [undone[each] for each in _earlier(drawn, step, undone) if place[each] < place[step]]
        for step in undone
    }
    for compensation, following in next_ones.items():
        for each in following:
            if not any(each in next_ones[other] for other in following if other != each):  # it comes there anyway
                drawn.edges.append(Edge(compensation, each, "", "chain"))


def _earlier(drawn: Picture, step: str, undone: Collection[str]) -> list[str]:
    """The nearest steps before this one, on each way that leads to it, that have something to be undone."""
    found: list[str] = []
    seen, ahead = {step}, [step]
    pivots = {node.id for node in drawn.nodes if node.kind == "pivot"}
    while ahead:
        node = ahead.pop()
        for edge in drawn.edges:
            if (
                edge.target != node
                or edge.kind not in ("flow", "failed", "back", "failed_back")
                or edge.source in seen | pivots
            ):
                continue
            seen.add(edge.source)
            (found if edge.source in undone else ahead).append(edge.source)
    return found


def _beside(drawn: Picture, node: str, meanwhile: ir.Meanwhile | None) -> None:
    if meanwhile is not None:
        drawn.edges.append(Edge(node, drawn.add(labels.beside(meanwhile), "beside"), "", "beside"))


def _block(drawn: Picture, steps: ir.Block, ends: Ends) -> Ends:
    for step in steps:
        if not ends:
            break
        ends = _step(drawn, step, ends)
    return ends


def _step(drawn: Picture, step: ir.Step, ends: Ends) -> Ends:
    if _is_silent(step):
        return ends  # an assignment is no place in the picture, and neither is its condition
    skipped: Ends = []
    if step.guard is not None and not isinstance(step, ir.If):
        choice = drawn.put(ends, labels.written(step.guard), "choice")
        ends, skipped = [End(choice, "yes")], [End(choice, "no")]
    return _drawn(drawn, step, ends) + skipped


def _is_silent(step: ir.Step) -> bool:
    """Whether all that a step may do is to remember something."""
    match step:
        case ir.Set():
            return True
        case ir.If():
            return all(map(_is_silent, (*step.then, *(step.otherwise or ()))))
        case ir.Switch():
            return all(_is_silent(inner) for _, steps in step.cases for inner in steps) and all(
                map(_is_silent, step.default or ())
            )
    return False


def _drawn(drawn: Picture, step: ir.Step, ends: Ends) -> Ends:
    match step:
        case ir.Do():
            return _do(drawn, step, ends)
        case ir.Sleep():
            return [End(drawn.put(ends, labels.timed(step.name, step.lasting, step.until), "wait"))]
        case ir.Await():
            return _await(drawn, step, ends)
        case ir.If():
            return _if(drawn, step, ends)
        case ir.Switch():
            return _switch(drawn, step, ends)
        case ir.Group():
            return _group(drawn, step, ends)
        case ir.ForEach() | ir.Repeat():
            return _loop(drawn, step, ends)
        case ir.Parallel():
            return _parallel(drawn, step, ends)
        case ir.Return():
            drawn.put(ends, labels.returned(step), "end")
            return []
        case ir.Fail():
            drawn.put(ends, f"fail {step.error}", "failure")
            return []
        case ir.Leave():
            drawn.leaving.setdefault(step.target, []).extend(ends)
            return []
        case ir.Next():
            if step.target in drawn.heads:
                drawn.back(ends, drawn.heads[step.target], "next")
            return []
        case ir.Retry():
            drawn.back(ends, drawn.retried[-1], "again")
            return []
        case ir.Pivot():
            return [End(drawn.put(ends, "pivot: it is committed", "pivot"))]
        case ir.Undo():
            return [End(drawn.put(ends, f"undo {step.only or 'all'}", "compensation"))]
        case ir.Emit():
            return [End(drawn.put(ends, f"emit {step.event}", "signal"))]
        case ir.Child():
            return _child(drawn, step, ends)
        case ir.SendSignal():
            return [End(drawn.put(ends, f"signal {step.signal.name}", "signal"))]
    return ends


def _if(drawn: Picture, step: ir.If, ends: Ends) -> Ends:
    choice = drawn.put(ends, labels.written(step.guard) if step.guard else "?", "choice")
    taken = _block(drawn, step.then, [End(choice, "yes")])
    return taken + _block(drawn, step.otherwise or (), [End(choice, "no")])


def _switch(drawn: Picture, step: ir.Switch, ends: Ends) -> Ends:
    choice = drawn.put(ends, labels.written(step.on), "choice")
    out: Ends = []
    for value, steps in step.cases:
        out += _block(drawn, steps, [End(choice, value)])
    if step.default is None and isinstance(step.on.type, t.EnumType):
        return out  # every member has its case
    return out + _block(drawn, step.default or (), [End(choice, "otherwise")])


def _parallel(drawn: Picture, step: ir.Parallel, ends: Ends) -> Ends:
    fork = drawn.put(ends, f"{step.name}: {'the first counts' if step.first else 'side by side'}", "fork")
    out: Ends = []
    for name, steps in step.branches:
        own = len(steps) == 1 and steps[0].name == name  # a branch of one step is called like it
        out += _block(drawn, steps, [End(fork, "" if own else name)])
    return [End(drawn.put(out, "the first is done" if step.first else "all are done", "join"))] if out else []


def _group(drawn: Picture, step: ir.Group, ends: Ends) -> Ends:
    first = len(drawn.nodes)
    out = _block(drawn, step.steps, ends)
    if len(drawn.nodes) == first:  # it only sets what others use, and is a step of the business all the same
        left = drawn.leaving.pop(step.name, [])
        return [End(drawn.put([*out, *left], step.name, "step"))] if out or left else []
    head = drawn.nodes[first].id
    _beside(drawn, head, step.meanwhile)
    if step.undo is not None:
        _undo(drawn, head, step.undo)
    drawn.frames.append(Frame(labels.grouped(step), first, len(drawn.nodes)))
    out += _failing(drawn, head, step.catch, step.on_failure_steps)
    if step.timeout is not None:
        out += _block(drawn, step.timeout, [End(head, "time is over", "failed")])
    return out + drawn.leaving.pop(step.name, [])


def _undo(drawn: Picture, node: str, compensation: ir.Compensation) -> None:
    drawn.edges.append(Edge(node, drawn.add(compensation.operation.name, "compensation"), "", "undo"))


def _do(drawn: Picture, step: ir.Do, ends: Ends) -> Ends:
    node = drawn.put(ends, labels.done(step), "step")
    if step.undo is not None:
        _undo(drawn, node, step.undo)
    return [End(node), *_failing(drawn, node, step.catch, step.on_failure_steps)]


def _failing(drawn: Picture, node: str, catches: tuple[ir.Catch, ...], otherwise: ir.Block | None) -> Ends:
    """Draw where the failures of a step or block go."""
    drawn.retried.append(node)
    out: Ends = []
    for caught in catches:
        out += _block(drawn, caught.steps, [End(node, " or ".join(caught.classes), "failed")])
    if otherwise is not None:
        out += _block(drawn, otherwise, [End(node, "failed", "failed")])
    drawn.retried.pop()
    return out


def _child(drawn: Picture, step: ir.Child, ends: Ends) -> Ends:
    name = f"{step.number} {step.workflow.removesuffix('Workflow')}"
    node = drawn.put(ends, f"{'call' if step.awaited else 'start'} {name}", "child")
    return [End(node), *_failing(drawn, node, (), step.on_failure_steps)]


def _await(drawn: Picture, step: ir.Await, ends: Ends) -> Ends:
    node = drawn.put(ends, labels.timed(step.name, step.lasting, step.until), "wait")
    _beside(drawn, node, step.meanwhile)
    out: Ends = []
    for branch in step.branches:
        out += _block(drawn, branch.steps, [End(node, "\n".join(model.name for model in branch.signals))])
    if step.when is not None:
        out += _block(drawn, step.then, [End(node, labels.written(step.when))])
    if step.timeout is not None:
        out += _block(drawn, step.timeout, [End(node, "timeout")])
    return out


def _loop(drawn: Picture, step: ir.ForEach | ir.Repeat, ends: Ends) -> Ends:
    head = drawn.put(ends, labels.looped(step), "loop")
    _beside(drawn, head, step.meanwhile)
    drawn.heads[step.name] = head
    again = _block(drawn, step.steps, [End(head, "each" if isinstance(step, ir.ForEach) else "")])
    drawn.back(again, head, "again")
    out = drawn.leaving.pop(step.name, [])
    if isinstance(step, ir.ForEach):
        return [*out, End(head, "done")]
    if step.exhausted is not None:
        out += _block(drawn, step.exhausted, [End(head, "exhausted")])
    ends_by_itself = step.condition is not None or (step.at_most is not None and step.exhausted is None)
    return [*out, End(head, "done")] if ends_by_itself else out
