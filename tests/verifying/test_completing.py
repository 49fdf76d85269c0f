"""Operations that complete later: signals, refusals, and the answer to how things stand, in every order."""

from __future__ import annotations

from pathlib import Path

import pytest
from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.verifying.bounds import Bounds
from cityos_compiler.verifying.city import City
from cityos_compiler.verifying.report import Report
from cityos_compiler.workspace import Workspace
from cityos_runtime.doing import Doing
from cityos_runtime.errors import StepFailed

from tests.verifying.town import FILE, spec

PLACE = Path(__file__).parents[1] / "differential" / "place"
BAZAAR = "specs/systems/bazaar.yaml"
ORDER = """\
- do: order
  with: {amount: input.fee}
  compensate: cancelOrder
- pivot
"""
LOOKUP = """\
    lookup:
      request: GET /orders
      query: {reference: key}
      pick: body.data
      result: {order_id: item.id, status: item.status}
    example: {order_id: o_1, status: open}
"""


def _ordered(steps: str) -> Report:
    workspace = Workspace.at(PLACE)
    bazaar = (PLACE / BAZAAR).read_text(encoding="utf-8")
    found = bazaar.replace("    example: {order_id: o_1, status: open}\n", LOOKUP)
    assert found != bazaar
    text = spec(steps).replace("task_queue: town", "task_queue: bazaar")
    checked = workspace.check({BAZAAR: found, FILE: text})
    city = City(checked.project, Definitions(checked.project, checked.workflows), [])
    assert any(each.id == "WF-999" for each in checked.workflows), checked.findings
    return city.verify("TriedWorkflow", Bounds(faults=2, runs=1500))


def test_what_completes_later_is_undone_however_it_ends() -> None:
    report = _ordered(ORDER)
    assert report.violations == []
    assert report.missed == []


def test_what_completes_later_and_has_no_compensation_is_left() -> None:
    report = _ordered(ORDER.replace("  compensate: cancelOrder\n", ""))
    assert ("left", "order") in {(each.kind, each.step) for each in report.violations}


def test_a_question_that_is_not_answered_must_not_count_as_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Doing._asked

    async def forgetful(*given: object) -> object:
        try:
            return await ask(*given)  # type: ignore[arg-type]  # whatever it is given
        except StepFailed as error:
            raise StepFailed(error.error_class, error.message, "known", error.step) from error

    monkeypatch.setattr(Doing, "_asked", forgetful)
    # Who forgets is found out by the operations: nothing takes the order back.
    assert {(each.kind, each.step) for each in _ordered(ORDER).violations} == {("left", "order")}
