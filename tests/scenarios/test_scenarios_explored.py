"""`cityosc test --explore`: what neither a scenario nor a run of the search gets to is a finding."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cityos_compiler import ir
from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.passes import Checked, check
from cityos_compiler.scenarios.coverage.report import exercised
from cityos_compiler.scenarios.coverage.searched import Searched, searched
from cityos_compiler.scenarios.coverage.unreached import findings
from cityos_compiler.verifying.bounds import Bounds
from cityos_compiler.verifying.city import City
from cityos_compiler.verifying.exploring import explore
from cityos_runtime.virtual.programs import Program, compiled_programs

TOWN = Path(__file__).parents[1] / "golden" / "town"
COMMAND = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()"]
SHOP = "specs/workflows/order/wf-001-order.yaml"
NEVER = """\
  - if: size(input.order_id) > 200
    then:
      - do: confirmOrder
        id: confirmAtLength
        no_undo: nothing comes after it
"""
SOMETIMES = """\
  - if: "!confirmOrder.confirmed"
    then:
      - fail: InvalidArgumentError
        message: not confirmed
"""


def cityosc(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A new project, with a branch that no run takes and one that no scenario takes."""
    folder = tmp_path / "shop"
    assert cityosc("new", str(folder), folder=tmp_path).returncode == 0
    path = folder / SHOP
    path.write_text(path.read_text(encoding="utf-8").replace("  - return:", f"{NEVER}{SOMETIMES}  - return:"), "utf-8")
    assert cityosc("lint", folder=folder).returncode == 0
    assert cityosc("compile", folder=folder).returncode == 0
    return folder


@pytest.fixture
def program_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The compiled workflows of the town, beside those of other projects in this process."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "cityos_generated"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(TOWN / "generated"))
    programs = compiled_programs(TOWN / "generated")
    yield programs.__getitem__
    for name in [name for name in sys.modules if name.partition(".")[0] == "cityos_generated"]:
        del sys.modules[name]


def test_what_nothing_reaches_is_found_once_and_what_a_run_reaches_is_not(shop: Path) -> None:
    shown = cityosc("test", "--explore", "--format", "json", folder=shop)
    assert shown.returncode == 1, shown.stderr
    told = json.loads(shown.stdout)
    (finding,) = told["findings"]
    line = (shop / SHOP).read_text(encoding="utf-8").splitlines().index(NEVER.splitlines()[0]) + 1
    assert (finding["code"], finding["file"], finding["line"], finding["column"]) == ("COVER001", SHOP, line, 9)
    assert "the step `confirmAtLength`" in finding["message"]
    assert "mend the condition" in finding["help"]
    (covered,) = told["coverage"]
    assert [(each["kind"], each["line"]) for each in covered["search"]["reached"]] == [("branch", line + 5)]
    assert [each["kind"] for each in covered["search"]["unreached"]] == ["branch", "step"]
    assert covered["search"]["cut"] == {}


def test_where_a_bound_cuts_the_search_nothing_is_found_and_the_bound_is_named(shop: Path) -> None:
    shown = cityosc("test", "--explore", "--faults", "0", folder=shop).stdout
    assert "COVER001" not in shown
    assert "step reached by nothing within the bounds: confirmAtLength" in shown
    assert "cut by faults" in shown


def test_a_bound_without_a_search_is_refused(shop: Path) -> None:
    shown = cityosc("test", "--coverage", "--runs", "3", folder=shop)
    assert shown.returncode == 2
    assert "--runs bounds the search of --explore" in shown.stderr


@pytest.fixture(scope="module")
def town() -> Checked:
    return check(TOWN)


def _searched(town: Checked, workflow: ir.Workflow, program: Program) -> tuple[City, Searched]:
    city = City(town.project, Definitions(town.project, town.workflows), [])
    (found,) = exercised(TOWN / "generated", [workflow], {}, {}, {})
    subject = city.subject(workflow.name)
    return city, searched(subject, program, found.missed, TOWN / "generated", Bounds(faults=1, runs=60))


def test_the_generated_code_gets_to_the_steps_that_the_search_gets_to(town: Checked, program_of: Any) -> None:
    for workflow in town.workflows:
        city, by_code = _searched(town, workflow, program_of(workflow.name))
        subject = city.subject(workflow.name)
        (found,) = exercised(TOWN / "generated", [workflow], {}, {}, {})
        reached = explore(subject, Bounds(faults=1, runs=by_code.runs)).reached
        known = {point.name for point in found.missed if point.kind == "step"}
        by_search = {step.name for step in ir.all_steps(workflow) if id(step) in reached} & known
        assert {point.name for point in by_code.reached if point.kind == "step"} == by_search, workflow.id
        assert {point.kind for point in by_code.reached} >= {"step"}


def test_of_what_nothing_reaches_only_the_first_is_found(town: Checked) -> None:
    workflow = next(each for each in town.workflows if each.id == "WF-910")
    (found,) = exercised(TOWN / "generated", [workflow], {}, {}, {})
    assert findings([found]) == []
    found.searched = Searched(10, {"runs": 1}, frozenset())
    assert findings([found]) == []
    found.searched = Searched(10, {}, frozenset())
    (finding,) = findings([found])
    assert finding.message.startswith("nothing reaches the step `stops`, and with it the step `pay`: no scenario does")
    found.searched = Searched(10, {}, frozenset(found.missed))
    assert findings([found]) == []
