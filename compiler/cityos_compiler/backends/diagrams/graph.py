"""A workflow as a picture's nodes and edges, whatever it is drawn with."""

from __future__ import annotations

from dataclasses import dataclass, field

from cityos_compiler import ir


@dataclass(frozen=True)
class Node:
    """A node: ``kind`` is step, wait, choice, pivot, end, failure, compensation, beside or last."""

    id: str
    label: str
    kind: str


@dataclass(frozen=True)
class Edge:
    """An edge; ``kind`` is flow, undo or beside."""

    source: str
    target: str
    label: str = ""
    kind: str = "flow"


@dataclass
class Picture:
    """All nodes and edges, and the open ends while it is drawn."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    leaving: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    retried: list[str] = field(default_factory=list)
    """The steps whose failures are being drawn, the innermost last."""

    def add(self, label: str, kind: str) -> str:
        """A new node's id."""
        name = f"n{len(self.nodes)}"
        self.nodes.append(Node(name, label, kind))
        return name


#: Open ends: where the flow comes from, and what its edge says.
Ends = list[tuple[str, str]]


def picture(workflow: ir.Workflow) -> Picture:
    """Draw a workflow's flow with its compensations, what is done beside it, and what comes last on every path."""
    drawn = Picture()
    start = drawn.add(_trigger(workflow), "start")
    _beside(drawn, start, workflow.meanwhile)
    ends = _block(drawn, workflow.steps, [(start, "")])
    if ends:
        done = drawn.add("completed", "end")
        _connect(drawn, ends, done)
    if workflow.last:
        last = drawn.add("\n".join(["at the end, always:", *_said(workflow.last)]), "last")
        ended = [node.id for node in drawn.nodes if node.kind in ("end", "failure")]
        drawn.edges += [Edge(node, last, "", "last") for node in ended]
    return drawn


def _beside(drawn: Picture, node: str, meanwhile: ir.Meanwhile | None) -> None:
    """Draw what is done beside a block, at its waits."""
    if meanwhile is None:
        return
    lines: list[str] = []
    for branch in meanwhile.branches:
        title = " or ".join(model.name for model in branch.signals) or "cancel"
        lines += [f"meanwhile {title}", *(f"    {line}" for line in _said(branch.steps))]
    for timer in meanwhile.timers:
        when = f"every {timer.every.text}" if timer.every is not None else f"at {timer.at.text}" if timer.at else ""
        lines += [f"meanwhile {timer.name} {when}".strip(), *(f"    {line}" for line in _said(timer.steps))]
    drawn.edges.append(Edge(node, drawn.add("\n".join(lines), "beside"), "", "beside"))


def _said(block: ir.Block) -> list[str]:
    """The steps of a block, a line each, nested ones too."""
    return [line for step in ir.walk(block) if (line := _line(step))]


def _line(step: ir.Step) -> str:
    match step:
        case ir.Do() | ir.Await() | ir.Sleep() | ir.Child():
            return step.name
        case ir.Emit():
            return f"emit {step.event}"
        case ir.Undo():
            return f"undo {step.only or 'all'}"
        case ir.Pivot():
            return "pivot"
        case ir.Return():
            return f"return {_status(step)}".strip()
        case ir.Fail():
            return f"fail {step.error}"
        case ir.Leave() | ir.Next():
            return f"{'leave' if isinstance(step, ir.Leave) else 'next'} {step.target}"
    return ""


def _trigger(workflow: ir.Workflow) -> str:
    first = workflow.triggers[0]
    return first.event or first.schedule or "started by hand"


def _connect(drawn: Picture, ends: Ends, target: str) -> None:
    for source, label in ends:
        drawn.edges.append(Edge(source, target, label))


def _block(drawn: Picture, steps: ir.Block, ends: Ends) -> Ends:
    for step in steps:
        if not ends:
            break
        ends = _step(drawn, step, ends)
    return ends


def _step(drawn: Picture, step: ir.Step, ends: Ends) -> Ends:
    if isinstance(step, ir.Set):
        return ends  # an assignment is no place in the picture, and neither is its condition
    skipped: Ends = []
    if step.guard is not None and not isinstance(step, ir.If):
        choice = drawn.add(step.guard.text, "choice")
        _connect(drawn, ends, choice)
        ends, skipped = [(choice, "yes")], [(choice, "no")]
    return _drawn(drawn, step, ends) + skipped


def _drawn(drawn: Picture, step: ir.Step, ends: Ends) -> Ends:
    match step:
        case ir.Do():
            return _do(drawn, step, ends)
        case ir.Sleep():
            return _plain(drawn, ends, _timed(step.name, step.lasting, step.until), "wait")
        case ir.Await():
            return _await(drawn, step, ends)
        case ir.If():
            choice = drawn.add(step.guard.text if step.guard else "?", "choice")
            _connect(drawn, ends, choice)
            return _block(drawn, step.then, [(choice, "yes")]) + _block(drawn, step.otherwise or (), [(choice, "no")])
        case ir.Switch():
            choice = drawn.add(step.on.text, "choice")
            _connect(drawn, ends, choice)
            out: Ends = []
            for value, steps in step.cases:
                out += _block(drawn, steps, [(choice, value)])
            return out + _block(drawn, step.default or (), [(choice, "otherwise")])
        case ir.Group():
            return _group(drawn, step, ends)
        case ir.ForEach() | ir.Repeat():
            return _loop(drawn, step, ends)
        case ir.Parallel():
            fork = drawn.add(step.name, "fork")
            _connect(drawn, ends, fork)
            out = []
            for name, steps in step.branches:
                out += _block(drawn, steps, [(fork, name)])
            return out
        case ir.Return():
            return _end(drawn, ends, f"return {_status(step)}".strip(), "end")
        case ir.Fail():
            return _end(drawn, ends, f"fail {step.error}", "failure")
        case ir.Leave():
            drawn.leaving.setdefault(step.target, []).extend(ends)
            return []
        case ir.Next():
            if step.target in drawn.heads:
                _connect(drawn, [(source, label or "next") for source, label in ends], drawn.heads[step.target])
            return []
        case ir.Retry():
            _connect(drawn, [(source, label or "again") for source, label in ends], drawn.retried[-1])
            return []
        case ir.Pivot():
            return _plain(drawn, ends, "pivot", "pivot")
        case ir.Undo():
            return _plain(drawn, ends, f"undo {step.only or 'all'}", "compensation")
        case ir.Emit():
            return _plain(drawn, ends, f"emit {step.event}", "signal")
        case ir.Child():
            return _child(drawn, step, ends)
        case ir.SendSignal():
            return _plain(drawn, ends, f"signal {step.signal.name}", "signal")
    return ends


def _status(step: ir.Return) -> str:
    if isinstance(step.value, ir.Record):
        status = dict(step.value.fields).get("status")
        if isinstance(status, ir.Expr):
            return status.text.strip("'\"")
    return ""


def _timed(name: str, lasting: ir.Expr | None, until: ir.Expr | None) -> str:
    if lasting is not None:
        return f"{name}\nfor {lasting.text}"
    return f"{name}\nuntil {until.text}" if until is not None else name


def _plain(drawn: Picture, ends: Ends, label: str, kind: str) -> Ends:
    node = drawn.add(label, kind)
    _connect(drawn, ends, node)
    return [(node, "")]


def _end(drawn: Picture, ends: Ends, label: str, kind: str) -> Ends:
    _plain(drawn, ends, label, kind)
    return []


def _group(drawn: Picture, step: ir.Group, ends: Ends) -> Ends:
    first = len(drawn.nodes)
    out = _block(drawn, step.steps, ends)
    if len(drawn.nodes) == first:
        return out + drawn.leaving.pop(step.name, [])
    head = drawn.nodes[first].id
    _beside(drawn, head, step.meanwhile)
    if step.undo is not None:
        undo = drawn.add(step.undo.operation.name, "compensation")
        drawn.edges.append(Edge(head, undo, "", "undo"))
    out += _failing(drawn, head, step.catch, step.on_failure_steps)
    if step.timeout is not None:
        out += _block(drawn, step.timeout, [(head, "time is over")])
    return out + drawn.leaving.pop(step.name, [])


def _do(drawn: Picture, step: ir.Do, ends: Ends) -> Ends:
    node = drawn.add(f"{step.name}\n{step.operation.system}", "step")
    _connect(drawn, ends, node)
    if step.undo is not None:
        undo = drawn.add(step.undo.operation.name, "compensation")
        drawn.edges.append(Edge(node, undo, "", "undo"))
    return [(node, ""), *_failing(drawn, node, step.catch, step.on_failure_steps)]


def _failing(drawn: Picture, node: str, catches: tuple[ir.Catch, ...], otherwise: ir.Block | None) -> Ends:
    """Draw where the failures of a step or block go."""
    drawn.retried.append(node)
    out: Ends = []
    for caught in catches:
        out += _block(drawn, caught.steps, [(node, " or ".join(caught.classes))])
    if otherwise is not None:
        out += _block(drawn, otherwise, [(node, "failed")])
    drawn.retried.pop()
    return out


def _child(drawn: Picture, step: ir.Child, ends: Ends) -> Ends:
    out = _plain(drawn, ends, f"{'call' if step.awaited else 'start'} {step.workflow}", "child")
    return out + _failing(drawn, out[0][0], (), step.on_failure_steps)


def _await(drawn: Picture, step: ir.Await, ends: Ends) -> Ends:
    node = drawn.add(_timed(step.name, step.lasting, step.until), "wait")
    _connect(drawn, ends, node)
    _beside(drawn, node, step.meanwhile)
    out: Ends = []
    for branch in step.branches:
        label = " or ".join(model.name for model in branch.signals)
        out += _block(drawn, branch.steps, [(node, label)])
    if step.when is not None:
        out += _block(drawn, step.then, [(node, step.when.text)])
    if step.timeout is not None:
        out += _block(drawn, step.timeout, [(node, "timeout")])
    return out


def _loop(drawn: Picture, step: ir.ForEach | ir.Repeat, ends: Ends) -> Ends:
    if isinstance(step, ir.ForEach):
        label = f"{step.name}\nfor each {step.item}"
    else:
        label = f"{step.name}\n" + (f"at most {step.at_most.text} times" if step.at_most else "for ever")
    head = drawn.add(label, "loop")
    _connect(drawn, ends, head)
    _beside(drawn, head, step.meanwhile)
    drawn.heads[step.name] = head
    again = _block(drawn, step.steps, [(head, "each" if isinstance(step, ir.ForEach) else "")])
    _connect(drawn, [(source, label or "again") for source, label in again], head)
    out = drawn.leaving.pop(step.name, [])
    if isinstance(step, ir.ForEach):
        return [*out, (head, "done")]
    if step.exhausted is not None:
        return out + _block(drawn, step.exhausted, [(head, "exhausted")])
    return out if step.at_most is None and step.condition is None else [*out, (head, "done")]
