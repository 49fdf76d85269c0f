"""What a picture is made of: nodes, edges, and frames around them, whatever it is drawn with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True)
class Node:
    """A node.

    ``kind`` is start, step, wait, choice, loop, fork, join, child, signal, pivot, end, failure, compensation,
    beside or last.
    """

    id: str
    label: str
    kind: str


@dataclass(frozen=True)
class Edge:
    """An edge; ``kind`` is flow, failed, back or failed_back (to what is done again), undo, chain, beside or last."""

    source: str
    target: str
    label: str = ""
    kind: str = "flow"


@dataclass(frozen=True)
class Frame:
    """A line around nodes that belong together: those from the first up to, and without, the last."""

    label: str
    first: int
    last: int


class End(NamedTuple):
    """An open end: where the flow comes from, what its edge says, and of what kind it is."""

    source: str
    label: str = ""
    kind: str = "flow"


Ends = list[End]


@dataclass
class Picture:
    """All nodes, edges and frames, and the open ends while it is drawn."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    leaving: dict[str, Ends] = field(default_factory=dict)
    retried: list[str] = field(default_factory=list)
    """The steps whose failures are being drawn, the innermost last."""

    def add(self, label: str, kind: str) -> str:
        """A new node's id."""
        name = f"n{len(self.nodes)}"
        self.nodes.append(Node(name, label, kind))
        return name

    def connect(self, ends: Ends, target: str) -> None:
        """Let the open ends lead to a node."""
        self.edges += [Edge(end.source, target, end.label, end.kind) for end in ends]

    def back(self, ends: Ends, target: str, otherwise: str) -> None:
        """Let the open ends lead back to a node; those that say nothing say ``otherwise``."""
        self.edges += [
            Edge(end.source, target, end.label or otherwise, "failed_back" if end.kind == "failed" else "back")
            for end in ends
        ]

    def put(self, ends: Ends, label: str, kind: str) -> str:
        """A new node that the open ends lead to."""
        node = self.add(label, kind)
        self.connect(ends, node)
        return node
