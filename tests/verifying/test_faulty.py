"""Faulty specs: each is found, with the shortest trace to what is wrong."""

from __future__ import annotations

import pytest
from cityos_compiler.verifying.bounds import Bounds

from tests.verifying.town import verified

GOOD = """\
- do: book
  compensate: unbook
- do: pay
  with: {amount: input.fee}
  compensate: repay
- do: openRoom
  with: {room: input.place}
  compensate: {do: clearRoom, with: {room: input.place}}
- pivot
- do: tell
  with: {text: "'welcome'"}
"""
WAIT = """\
- await: farewell
  for: 1d
  signals: {visitor.left: []}
  timeout:
    - fail: SoldOutError
      message: nobody left
"""


def test_a_sound_saga_has_no_violation_and_every_step_is_reached() -> None:
    report = verified(GOOD)
    assert report.problems == []
    assert report.missed == []
    assert report.reached == {"step": 5, "compensation": 3}
    assert report.is_whole


@pytest.mark.parametrize("compensation", ["  compensate: unbook\n", "  compensate: repay\n"])
def test_a_compensation_that_is_missing(compensation: str) -> None:
    report = verified(GOOD.replace(compensation, ""))
    (wrong,) = report.violations
    step = "book" if "unbook" in compensation else "pay"
    assert (wrong.kind, wrong.step) == ("left", step)
    assert wrong.message.endswith(f"nothing undoes `{step}`")
    made = [choice["kind"] for choice in wrong.trace["choices"]]
    assert sum(kind != "answer" for kind in made) == 1, "one fault is enough"


def test_a_step_that_was_swapped_behind_the_pivot_is_never_undone() -> None:
    room = GOOD[GOOD.index("- do: openRoom") : GOOD.index("- pivot")]
    report = verified(GOOD.replace(room, "").replace("- pivot\n", f"- pivot\n{room}"))
    assert ("late", "openRoom") in {(each.kind, each.step) for each in report.violations}


def test_a_step_that_was_swapped_before_the_pivot_is_left_behind() -> None:
    report = verified(GOOD.replace("- do: tell\n  with: {text: \"'welcome'\"}\n", "").replace(
        "- pivot\n", "- do: record\n  with: {line: input.place}\n- pivot\n"))  # fmt: skip
    assert {(each.kind, each.step) for each in report.violations} == {("left", "record")}


def test_what_is_tried_again_and_found_is_undone_under_the_key_by_which_it_happened() -> None:
    report = verified(GOOD.replace("  compensate: repay\n", "  compensate: repay\n  on_failure: park\n"))
    assert report.violations == []


def test_a_wait_with_a_deadline_ends() -> None:
    report = verified(WAIT)
    assert report.violations == []
    assert report.missed == []


def test_a_wait_without_a_deadline_may_last_for_ever() -> None:
    report = verified("- await: farewell\n  signals: {visitor.left: []}\n")
    (wrong,) = report.violations
    assert (wrong.kind, wrong.step, wrong.line) == ("waits", "farewell", 10)
    assert wrong.timeline[-1].endswith("the workflow stands at `farewell`")


def test_a_wait_for_a_signal_that_nobody_can_send_is_seen_by_what_is_never_reached() -> None:
    report = verified(
        WAIT.replace("signals: {visitor.left: []}", """where: signal.visitor_id == 'v_2' && signal.visitor_id == 'v_3'
  signals:
    visitor.left:
      - do: tell
        with: {text: "'goodbye'"}""")
    )  # fmt: skip
    assert [each.name for each in report.missed] == ["tell"]


def test_a_compensation_whose_input_is_not_there() -> None:
    report = verified(
        """\
        - do: book
          compensate: {do: unbook, with: {booking_id: "names[0]"}}
        - do: tell
          with: {text: "'welcome'"}
        - pivot
        """,
        above="state: {names: {type: [string], init: '[]', max_items: 3}}\n",
    )
    assert {each.kind for each in report.violations} == {"stuck"}


def test_a_bound_that_cuts_something_is_named() -> None:
    bounded = Bounds(faults=0)
    assert set(verified("- do: look\n", bounds=bounded).cut) == {"faults"}
    assert set(verified(GOOD, bounds=Bounds(runs=3)).cut) >= {"runs"}


def test_an_invariant_that_an_end_breaks() -> None:
    spec = GOOD + "- set: {paid: input.fee}\n  if: look.open\n"
    kept = ['ending.status != "completed" || paid == input.fee', "paid <= input.fee"]
    report = verified(
        "- do: look\n" + spec,
        above=f"state: {{paid: {{type: decimal, init: 0}}}}\ninvariant: {kept}\n",
    )
    (wrong,) = report.violations
    assert wrong.kind == "invariant"
    assert wrong.message == f"the workflow ends as completed, and this does not hold: {kept[0]}"
    assert [choice["detail"] for choice in wrong.trace["choices"][:1]] == [
        {"open": False, "mood": "calm", "visitors": 3}
    ]


def test_an_end_that_keeps_its_invariants() -> None:
    assert verified(GOOD, above="invariant: ['pay == null || book != null']\n").violations == []
