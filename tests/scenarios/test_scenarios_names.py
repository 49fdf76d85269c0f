"""What scenarios name must exist, and the numbers in them are what the types say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cityos_compiler.passes import Checked, check
from cityos_compiler.scenarios.expect import Happened, compare
from cityos_compiler.scenarios.model import Number, read_scenarios
from cityos_compiler.scenarios.names import Names
from cityos_compiler.scenarios.typed import typed, with_types

from cityos_dsl.diagnostics import Finding
from cityos_dsl.expr import types as t

TOWN = Path(__file__).parents[1] / "golden" / "town"
SAGA = """\
workflow: SagaWorkflow
given: {input: {visitor_id: v_1, place: tower, fee: "2.50", candles: 1}}
scenarios:
  one:
    world: {look: {answers: {open: true, warmth: 0.8}}}
    expect: {calls: {pay: 1}, not_ran: [repay], "announce:visit": {with: {loudness: 3}}}
"""


@pytest.fixture(scope="module")
def town() -> Checked:
    return check(TOWN)


def _findings(town: Checked, root: Path, text: str) -> list[Finding]:
    (root / "a.yaml").write_text(text, encoding="utf-8")
    names = Names(town.project, {workflow.name: workflow for workflow in town.workflows})
    return read_scenarios(root, root, names.of_file)[1]


@pytest.mark.parametrize(
    ("right", "wrong", "message", "help"),
    [
        ("SagaWorkflow", "SagaWorkflw", "there is no workflow `SagaWorkflw`", "`SagaWorkflow`"),
        ("{look: {answers", "{lok: {answers", "there is no operation `lok`", "`look`"),
        (
            "answers: {open: true, warmth: 0.8}",
            "fails: SoldOutEror",
            "there is no error class `SoldOutEror`",
            "SoldOut",
        ),
        ("{pay: 1}", "{pya: 0}", "there is no operation `pya`", "`pay`"),
        ("[repay]", "[repai]", "there is no operation `repai`", "`repay`"),
        ("[repay]", "[announce]", "there is no operation `announce`", "`announce:"),
        ("[repay]", "[listTowers]", "the workflow never runs `listTowers`", None),
        ("announce:visit", "announce:visits", "there is no operation `announce:visits`", "`announce:visit`"),
        ("not_ran: [repay]", "emitted: [tour.began]", "there is no event `tour.began`", None),
        ("not_ran: [repay]", "fails: SoldOut", "there is no error class `SoldOut`", "SoldOutError"),
    ],
)
def test_a_name_that_nothing_has_is_a_finding(
    town: Checked, tmp_path: Path, right: str, wrong: str, message: str, help: str | None
) -> None:
    assert _findings(town, tmp_path, SAGA) == []
    assert right in SAGA
    found = _findings(town, tmp_path, SAGA.replace(right, wrong))
    assert [(finding.code, finding.message) for finding in found] == [("TEST001", message)]
    assert help is None or help in (found[0].help or "")
    span = found[0].span
    line = SAGA.replace(right, wrong).splitlines()[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1].strip('"') in message


def test_what_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("nowhere.yaml")
    _, findings, _ = read_scenarios(tmp_path, tmp_path)
    assert [(finding.code, finding.span.file) for finding in findings] == [("TEST001", "a.yaml")]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (Number("0.8"), t.DOUBLE, 0.8),
        (Number("0.10"), t.DECIMAL, "0.10"),
        (Number("0.8"), t.STRING, "0.8"),
        (Number("0.8"), t.ANY, 0.8),
        ("0.8", t.ANY, "0.8"),
        ([Number("0.8")], t.OptionalType(t.ListType(t.DOUBLE)), [0.8]),
        ({"a": {"b": Number("1.5")}}, t.ANY, {"a": {"b": 1.5}}),
        ({"a": Number("1.5"), "b": Number("1.5")}, t.RecordType("", (t.Field("a", t.DOUBLE), t.Field("b", t.DECIMAL))),
         {"a": 1.5, "b": "1.5"}),
        ({"a": Number("1.5")}, t.MapType(t.DOUBLE), {"a": 1.5}),
        (7, t.DOUBLE, 7),
    ],
)  # fmt: skip
def test_a_fraction_is_what_its_type_says(value: Any, kind: t.Type, expected: Any) -> None:
    found = typed(value, kind)
    assert found == expected and type(found) in (type(expected), Number)


def test_answers_and_inputs_are_typed(town: Checked, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SAGA.replace("{open: true, warmth: 0.8}", "{rows: [{size: 0.8}]}"))
    scenario = read_scenarios(tmp_path, tmp_path)[0][0]
    workflow = next(workflow for workflow in town.workflows if workflow.name == "SagaWorkflow")
    told = with_types(scenario, workflow, town.project)
    assert told.world["look"] == [{"answers": {"rows": [{"size": 0.8}]}}]
    assert told.input["fee"] == "2.50"


def test_nothing_emitted_can_be_expected() -> None:
    quiet, loud = Happened(ended="completed"), Happened(ended="completed", emitted=[("order.placed", {})])
    assert compare({"emitted": []}, quiet) == []
    assert compare({"emitted": []}, loud) != []
