"""The control flow of a workflow as a directed graph.

A node is a point: just before a step, or one where paths part or meet. An edge has a kind: ``next`` (the step is done),
``failed`` (it isn't), ``beside`` (a wait was interrupted), ``resumed`` (it goes on) or ``again`` (the next pass of a
loop or round of a step). Branches of a `parallel` are drawn as alternatives: every path through the graph is one
branch's view of what happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from cityos_compiler import ir
from cityos_compiler.flow.around import Around

if TYPE_CHECKING:
    import networkx as nx

WAITS = (ir.Await, ir.Sleep, ir.Do, ir.Child)


@dataclass
class Flow:
    """A workflow's graph, its ends, and the step behind each point."""

    edges: list[dict[int, str]] = field(default_factory=list)
    """By point: where control may go from it, and the kind of that edge."""
    start: int = 0
    end: int = 0
    failed: int = 0
    steps: dict[int, ir.Step] = field(default_factory=dict)
    own: dict[int, frozenset[str]] = field(default_factory=dict)
    """By the point from which a wait goes on: the steps done beside it."""

    def point(self, step: ir.Step | None = None) -> int:
        """A new point."""
        number = len(self.edges)
        self.edges.append({})
        if step is not None:
            self.steps[number] = step
        return number

    def edge(self, here: int, there: int, kind: str = "next") -> None:
        """Control may go from here to there. Of two edges the one on which more is done stays."""
        if self.edges[here].get(there) != "next":
            self.edges[here][there] = kind

    def graph(self) -> nx.DiGraph[int]:
        """The graph for networkx's algorithms, each edge with its ``kind``."""
        import networkx as nx  # a tenth of a second: only where a question needs it

        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(len(self.edges)))
        graph.add_edges_from(
            (here, there, {"kind": kind}) for here, ends in enumerate(self.edges) for there, kind in ends.items()
        )
        return graph


@lru_cache(maxsize=128)
def flow_of(workflow: ir.Workflow) -> Flow:
    """The graph of a workflow's steps, with what it does beside them; without `finally`.

    Several rules walk it and none changes it, so that it is drawn once.
    """
    flow = Flow()
    flow.end, flow.failed = flow.point(), flow.point()
    around = Around(flow.failed)
    around = _beside(flow, workflow.meanwhile, around)
    flow.start = _block(flow, workflow.steps, flow.end, around)
    return flow


def _block(flow: Flow, steps: ir.Block, after: int, around: Around) -> int:
    """Draw a block before the point that comes after it; its first point."""
    for step in reversed(steps):
        after = _step(flow, step, after, around)
    return after


def _step(flow: Flow, step: ir.Step, after: int, around: Around) -> int:
    here = flow.point(step)
    _inside(flow, step, here, after, around)
    if isinstance(step, WAITS):
        _interruptions(flow, here, around)
    if step.guard is None or isinstance(step, ir.If):
        return here
    gate = flow.point()
    flow.edge(gate, here)
    flow.edge(gate, after)
    return gate


def _inside(flow: Flow, step: ir.Step, here: int, after: int, around: Around) -> None:
    """Draw what a step leads to."""
    match step:
        case ir.Do():
            _do(flow, step, here, after, around)
        case ir.Await():
            _await(flow, step, here, after, around)
        case ir.If():
            flow.edge(here, _block(flow, step.then, after, around))
            flow.edge(here, _block(flow, step.otherwise or (), after, around))
        case ir.Switch():
            for block in (*(block for _, block in step.cases), step.default or ()):
                flow.edge(here, _block(flow, block, after, around))
        case ir.Parallel():
            for _, block in step.branches:
                flow.edge(here, _block(flow, block, after, around))
        case ir.Group():
            _group(flow, step, here, after, around)
        case ir.ForEach() | ir.Repeat():
            _loop(flow, step, here, after, around)
        case ir.Return():
            flow.edge(here, flow.end)
        case ir.Fail():
            flow.edge(here, around.failing, "failed")
        case ir.Child() if step.awaited:
            _child(flow, step, here, after, around)
        case ir.SendSignal() if step.missing == "fail":
            flow.edge(here, after)
            flow.edge(here, around.failing, "failed")
        case ir.Leave():
            flow.edge(here, around.leaving.get(step.target, flow.end))
        case ir.Next():
            flow.edge(here, around.passing.get(step.target, flow.end))
        case ir.Retry():
            flow.edge(here, around.retrying if around.retrying is not None else after, "again")
        case _:
            flow.edge(here, after)


def _do(flow: Flow, step: ir.Do, here: int, after: int, around: Around) -> None:
    flow.edge(here, after)
    for catch in step.catch:
        flow.edge(here, _block(flow, catch.steps, after, replace(around, retrying=here)), "failed")
    _failing(flow, step, here, after, around)


def _failing(flow: Flow, step: ir.Do | ir.Child, here: int, after: int, around: Around) -> None:
    """Draw where a failure goes that no branch takes."""
    if step.on_failure == "continue":
        flow.edge(here, after, "failed")
    elif step.on_failure_steps is not None:
        flow.edge(here, _block(flow, step.on_failure_steps, after, around), "failed")
    else:
        flow.edge(here, around.failing, "failed")


def _child(flow: Flow, step: ir.Child, here: int, after: int, around: Around) -> None:
    flow.edge(here, after)
    _failing(flow, step, here, after, around)


def _await(flow: Flow, step: ir.Await, here: int, after: int, around: Around) -> None:
    for branch in step.branches:
        flow.edge(here, _block(flow, branch.steps, after, around))
    if step.when is not None:
        flow.edge(here, _block(flow, step.then, after, around))
    if step.timeout is not None:
        flow.edge(here, _block(flow, step.timeout, after, around))
    elif step.lasting is not None or step.until is not None:
        flow.edge(here, after)
    _interruptions(flow, here, _beside(flow, step.meanwhile, replace(around, beside=())))


def _group(flow: Flow, step: ir.Group, here: int, after: int, around: Around) -> None:
    failing = flow.point()
    for catch in step.catch:
        flow.edge(failing, _block(flow, catch.steps, after, replace(around, retrying=here)))
    if step.on_failure == "continue":
        flow.edge(failing, after)
    elif step.on_failure_steps is not None:
        flow.edge(failing, _block(flow, step.on_failure_steps, after, around))
    else:
        flow.edge(failing, around.failing)
    inner = _beside(flow, step.meanwhile, around.inside(step.name, leaving=after, failing=failing))
    if step.until is not None:
        deadline = _block(flow, step.timeout or (), after, around)
        inner = replace(inner, beside=(*inner.beside, (deadline, None)))
    if step.within is not None:
        inner = replace(inner, beside=(*inner.beside, (failing, None)))
    flow.edge(here, _block(flow, step.steps, after, inner))


def _loop(flow: Flow, step: ir.ForEach | ir.Repeat, here: int, after: int, around: Around) -> None:
    back, failing = flow.point(), around.failing
    flow.edge(back, here, "again")
    if isinstance(step, ir.Repeat):
        if step.exhausted is not None:
            flow.edge(here, _block(flow, step.exhausted, after, around))
        if step.condition is not None:
            flow.edge(here, after)
    else:
        flow.edge(here, after)
        failing = back if step.failing != "stop" else failing
    inner = around.inside(step.name, leaving=after, passing=back, failing=failing)
    inner = _beside(flow, step.meanwhile, inner)
    flow.edge(here, _block(flow, step.steps, back, inner))


def _beside(flow: Flow, meanwhile: ir.Meanwhile | None, around: Around) -> Around:
    """Draw what is done beside a block; what surrounds the block then."""
    if meanwhile is None:
        return around
    entries = []
    for steps in (*(branch.steps for branch in meanwhile.branches), *(timer.steps for timer in meanwhile.timers)):
        resumed = flow.point()
        entries.append((_block(flow, steps, resumed, replace(around, beside=())), resumed))
        flow.own[resumed] = frozenset(step.name for step in ir.walk(steps))
    return replace(around, beside=(*around.beside, *entries))


def _interruptions(flow: Flow, here: int, around: Around) -> None:
    """What may interrupt this wait, and how it goes on after it."""
    for entry, resumed in around.beside:
        flow.edge(here, entry, "beside")
        if resumed is not None:
            flow.edge(resumed, here, "resumed")
