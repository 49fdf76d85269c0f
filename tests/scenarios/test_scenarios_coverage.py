"""What counts as reached: steps, branches, outcomes of waits, compensations of a generated workflow."""

from __future__ import annotations

import textwrap
from pathlib import Path

from cityos_compiler.passes import check
from cityos_compiler.scenarios.coverage.measuring import Ran
from cityos_compiler.scenarios.coverage.points import Point, points
from cityos_compiler.scenarios.coverage.report import exercised

TOWN = Path(__file__).parents[1] / "golden" / "town"
MODULE = textwrap.dedent(
    """
    class Shop:
        async def steps(self):
            # line 10: await
            paid = On(signals.Paid)
            refused = On(signals.Refused)
            heard = await self.wait(
                "await",
                [paid, refused],
                lasting=timedelta(days=1),
            )
            if heard.by is paid:
                self.state.paid = True
            elif heard.timed_out:
                # line 18
                return
            # line 20: ship
            if self.input.heavy and (
                self.state.paid
            ):
                await self.do(
                    "ship",
                )

        @workflow.query(name="q")
        def q(self):
            if self.state.paid:
                return 1
    """
)


def _found() -> dict[str, Point]:
    return {point.name: point for point in points(MODULE, frozenset({"await", "ship"}))}


def test_a_wait_has_its_outcomes_and_a_guard_its_two_ways() -> None:
    found = _found()
    assert [(p.kind, p.name, p.line) for p in found.values()] == [
        ("step", "await", 10),
        ("outcome", "signal paid", 10),
        ("outcome", "timeout", 10),
        ("outcome", "otherwise", 10),  # the refusal, which has nothing to do
        ("branch", "input.heavy and paid", 20),
        ("branch", "not input.heavy and paid", 20),
        ("step", "ship", 20),
    ]


def test_a_wait_whose_ways_are_all_written_has_no_other() -> None:
    names = [point.name for point in points(MODULE.replace("[paid, refused]", "[paid]"), frozenset({"await"}))]
    assert "otherwise" not in names


def test_a_condition_of_several_lines_fails_where_the_run_goes_past_its_block() -> None:
    found = _found()
    lines = MODULE.splitlines()
    last = lines.index("            self.state.paid") + 1
    do = next(number for number, line in enumerate(lines, 1) if "await self.do(" in line)
    holds, fails = found["input.heavy and paid"], found["not input.heavy and paid"]
    went_in = Ran(frozenset({last, do}), frozenset({(last, do)}))
    went_past = Ran(frozenset({last}), frozenset({(last - 1, last), (last, -2)}))
    assert (went_in.reached(holds), went_in.reached(fails)) == (True, False)
    assert (went_past.reached(holds), went_past.reached(fails)) == (False, True)


def test_what_is_excused_is_not_missed_and_an_idle_excuse_is_told() -> None:
    workflow = next(w for w in check(TOWN).workflows if w.id == "WF-905")
    nothing = exercised(TOWN / "generated", [workflow], {}, {}, {})[0]
    kinds = {point.kind for point in nothing.missed}
    assert kinds >= {"step", "compensation"}
    assert sum(nothing.total.values()) == len(nothing.missed)
    some = next(point.name for point in nothing.missed if point.kind == "compensation")
    excused = exercised(TOWN / "generated", [workflow], {}, {}, {workflow.name: {some: "why", "nowhere": "why"}})[0]
    assert [point.name for point, _ in excused.excused] == [some]
    assert excused.idle == ["nowhere"]
    undone = exercised(TOWN / "generated", [workflow], {}, {workflow.name: frozenset({some})}, {})[0]
    assert undone.reached("compensation") == 1
