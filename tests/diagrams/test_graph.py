"""Pictures of workflows: everything is on them, forwards is down, and undoing goes backwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from cityos_compiler import ir
from cityos_compiler.backends.diagrams.graph import picture
from cityos_compiler.backends.diagrams.text import dot, mermaid
from cityos_compiler.passes import check

ROOT = Path(__file__).parents[2]
WORKFLOWS = {w.id: w for w in (*check(ROOT).workflows, *check(ROOT / "tests" / "golden" / "town").workflows)}


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=list(WORKFLOWS))
def test_a_picture_of_each_workflow(workflow: ir.Workflow) -> None:
    drawn = picture(workflow)
    place = {node.id: number for number, node in enumerate(drawn.nodes)}
    shown = "\n".join(node.label for node in drawn.nodes)
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do | ir.Await | ir.Sleep):
            assert step.name in shown
    reached = {edge.target for edge in drawn.edges}
    assert [node.label for node in drawn.nodes[1:] if node.id not in reached] == []
    for edge in drawn.edges:
        if edge.kind in ("flow", "failed"):
            assert place[edge.source] < place[edge.target], "what leads upwards is not said to lead back"
        elif edge.kind in ("back", "failed_back"):  # what is tried again at once leads to itself
            assert place[edge.source] >= place[edge.target]
        elif edge.kind == "chain":
            assert place[edge.source] > place[edge.target]
    for one in drawn.frames:
        for other in drawn.frames:
            apart = one.last <= other.first or other.last <= one.first
            assert apart or one.first <= other.first <= other.last <= one.last or (
                other.first <= one.first <= one.last <= other.last
            )  # fmt: skip


def test_what_is_undone_next_is_what_was_done_before() -> None:
    drawn = picture(WORKFLOWS["WF-001"])
    label = {node.id: node.label for node in drawn.nodes}
    chain = [(label[edge.source], label[edge.target]) for edge in drawn.edges if edge.kind == "chain"]
    assert chain == [
        ("refundPayment", "releaseInventory"),
        ("reverseCommissions", "refundPayment"),
        ("cancelDeliveryOrder", "reverseCommissions"),
        ("reverseAccountingEntries", "cancelDeliveryOrder"),
    ]


def test_a_commit_ends_what_is_undone() -> None:
    """The subscription's second part has a saga of its own."""
    drawn = picture(WORKFLOWS["WF-027"])
    label = {node.id: node.label for node in drawn.nodes}
    assert "deactivateSubscription" not in {label[e.source] for e in drawn.edges if e.kind == "chain"}


def test_several_ways_from_one_place_to_another_are_one_edge() -> None:
    for workflow in WORKFLOWS.values():
        edges = [(edge.source, edge.target, edge.kind) for edge in picture(workflow).edges]
        assert len(edges) == len(set(edges)), workflow.id


def test_a_switch_over_all_members_has_no_other_way() -> None:
    drawn = picture(WORKFLOWS["WF-103"])
    assert "otherwise" not in {edge.label for edge in drawn.edges}


def test_conditions_are_shown_as_they_are_written() -> None:
    text = dot(picture(WORKFLOWS["WF-003"]), "")
    assert "input.refund_amount >" in text
    assert "decimal(" not in text


def test_both_texts_say_the_same() -> None:
    drawn = picture(WORKFLOWS["WF-016"])
    assert mermaid(drawn).count("subgraph") == dot(drawn, "").count("subgraph") == len(drawn.frames)
    assert dot(drawn, "").count("{") == dot(drawn, "").count("}")
    assert mermaid(drawn).count("\n  end\n") == len(drawn.frames)
