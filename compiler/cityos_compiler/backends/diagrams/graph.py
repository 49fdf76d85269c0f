"""A workflow as a picture's nodes and edges, whatever it is drawn with."""

from __future__ import annotations

from dataclasses import dataclass, field

from cityos_compiler import ir


@dataclass(frozen=True)
class Node:
    """A node: ``kind`` is step, wait, choice, pivot, end, failure or compensation."""

    id: str
    label: str
    kind: str


@dataclass(frozen=True)
class Edge:
    """An edge; ``kind`` is flow or undo."""

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

    def add(self, label: str, kind: str) -> str:
        """A new node's id."""
        name = f"n{len(self.nodes)}"
        self.nodes.append(Node(name, label, kind))
        return name


#: Open ends: where the flow comes from, and what its edge says.
Ends = list[tuple[str, str]]


def picture(workflow: ir.Workflow) -> Picture:
    """Draw a workflow's own flow with its compensations, dashed and backwards."""
    drawn = Picture()
    start = drawn.add(_trigger(workflow), "start")
    ends = _block(drawn, workflow.steps, [(start, "")])
    if ends:
        done = drawn.add("completed", "end")
        _connect(drawn, ends, done)
    return drawn


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
            out = _block(drawn, step.steps, ends)
            return out + drawn.leaving.pop(step.name, [])
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
        case ir.Pivot():
            return _plain(drawn, ends, "pivot", "pivot")
        case ir.Undo():
            return _plain(drawn, ends, f"undo {step.only or 'all'}", "compensation")
        case ir.Emit():
            return _plain(drawn, ends, f"emit {step.event}", "signal")
        case ir.Child():
            return _plain(drawn, ends, f"{'call' if step.awaited else 'start'} {step.workflow}", "child")
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


def _do(drawn: Picture, step: ir.Do, ends: Ends) -> Ends:
    node = drawn.add(f"{step.name}\n{step.operation.system}", "step")
    _connect(drawn, ends, node)
    if step.undo is not None:
        undo = drawn.add(step.undo.operation.name, "compensation")
        drawn.edges.append(Edge(node, undo, "", "undo"))
    out: Ends = [(node, "")]
    for caught in step.catch:
        out += _block(drawn, caught.steps, [(node, " or ".join(caught.classes))])
    if step.on_failure_steps is not None:
        out += _block(drawn, step.on_failure_steps, [(node, "failed")])
    return out


def _await(drawn: Picture, step: ir.Await, ends: Ends) -> Ends:
    node = drawn.add(_timed(step.name, step.lasting, step.until), "wait")
    _connect(drawn, ends, node)
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
    drawn.heads[step.name] = head
    again = _block(drawn, step.steps, [(head, "each" if isinstance(step, ir.ForEach) else "")])
    _connect(drawn, [(source, label or "again") for source, label in again], head)
    out = drawn.leaving.pop(step.name, [])
    if isinstance(step, ir.ForEach):
        return [*out, (head, "done")]
    if step.exhausted is not None:
        return out + _block(drawn, step.exhausted, [(head, "exhausted")])
    return out if step.at_most is None and step.condition is None else [*out, (head, "done")]
