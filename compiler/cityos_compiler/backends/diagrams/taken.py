"""Which part of a picture one run went through."""

from __future__ import annotations

from collections.abc import Collection

from cityos_compiler.backends.diagrams.shapes import Picture

BETWEEN = ("choice", "fork", "join", "loop", "pivot")
"""Nodes that no run names: it went through them where it was on both sides."""


def taken(drawn: Picture, names: Collection[str]) -> frozenset[str]:
    """The nodes that a run went through, by the steps, operations, signals and ends that it names."""
    found = {
        node.id
        for node in drawn.nodes
        if node.kind == "start"
        or (node.kind not in ("choice", "beside", "last") and node.label.split("\n")[0] in names)
    }
    moved = True
    while moved:
        into = {edge.target for edge in drawn.edges if edge.source in found}
        out_of = {edge.source for edge in drawn.edges if edge.target in found}
        more = {node.id for node in drawn.nodes if node.kind in BETWEEN} & into & out_of - found
        more |= {node.id for node in drawn.nodes if node.kind == "choice"} & into & _towards(drawn, found) - found
        moved = bool(more)
        found |= more
    return frozenset(found)


def _towards(drawn: Picture, found: set[str]) -> set[str]:
    """Choices from which other choices lead on to what was gone through."""
    choices = {node.id for node in drawn.nodes if node.kind == "choice"}
    towards = {edge.source for edge in drawn.edges if edge.target in found} & choices
    while more := {edge.source for edge in drawn.edges if edge.target in towards} & choices - towards:
        towards |= more
    return towards
