"""What `cityosc verify` prints to see a violation again shows it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifying.test_faulty import GOOD
from tests.verifying.town import FILE, TOWN, spec

COMMAND = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()"]
ROOM = GOOD[GOOD.index("- do: openRoom") : GOOD.index("- pivot")]
TELL = "- do: tell\n  with: {text: \"'welcome'\"}\n- pivot\n"
GONE = f"""\
- do: book
  compensate: {{do: unbook, with: {{booking_id: "names[0]"}}}}
{TELL}"""
HEARD = f"""\
- await: farewell
  for: 1d
  signals: {{visitor.left: [{{do: book}}]}}
  timeout:
    - fail: SoldOutError
      message: nobody left
{TELL}"""
FAULTS = {
    "a compensation removed": (GOOD.replace("  compensate: repay\n", ""), "left-pay"),
    "two steps swapped around a pivot": (
        GOOD.replace(ROOM, "").replace("- pivot\n", f"- pivot\n{ROOM}"),
        "late-openRoom",
    ),
    "a timeout dropped": ("- await: farewell\n  signals: {visitor.left: []}\n", "waits-farewell"),
    "a compensation without its input": (GONE, "stuck"),
    "a compensation removed behind a signal": (HEARD, "left-book"),
}
ABOVE = "state: {names: {type: [string], init: '[]', max_items: 3}}\n"


def cityosc(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    shutil.copytree(TOWN / "specs", tmp_path / "specs")
    return tmp_path


@pytest.mark.parametrize(("steps", "problem"), FAULTS.values(), ids=FAULTS)
def test_the_printed_command_shows_how_the_violation_ends(steps: str, problem: str, town: Path) -> None:
    (town / FILE).write_text(spec(steps, ABOVE if "names" in steps else ""), encoding="utf-8")
    told = cityosc("verify", "WF-999", "--faults", "1", folder=town).stdout
    command, *_ = [line for line in re.findall(r"^  again: cityosc (.*)$", told, re.MULTILINE) if problem in line]
    end = next(line for line in told[: told.index(command)].splitlines()[::-1] if "the workflow " in line)
    shown = cityosc(*shlex.split(command), folder=town)
    assert shown.returncode == (0 if "ends: completed" in end else 1), shown.stderr
    at, last = shown.stdout.splitlines()[-1].split("  ", 1)
    assert at.split() == end.split()[:3]
    if "the workflow stands at" in end:
        assert last.startswith(f"still waiting at {end.split('`')[1]}")
    elif "ends: stuck" in end:
        assert last.startswith("can't go on: ")
    else:
        assert last.startswith(re.search(r"ends: (\w+)", end)[1])  # type: ignore[index]  # it ends somehow
    data = json.loads(cityosc(*shlex.split(command), "--format", "json", folder=town).stdout)
    steps_of_trace = [each["name"] for each in data["trace"] if each["kind"] == "attempt"]
    kept = json.loads((town / shlex.split(command)[-1]).read_text(encoding="utf-8"))
    assert steps_of_trace == [
        each["name"] for each in kept["choices"] if each["kind"] not in ("time", "cancel", "signal")
    ]


def test_a_trace_that_the_workflow_does_not_go_along_is_refused(town: Path) -> None:
    (town / FILE).write_text(spec(FAULTS["a compensation removed"][0]), encoding="utf-8")
    cityosc("verify", "WF-999", "--faults", "1", folder=town)
    trace = ".cityos/verify/WF-999-left-pay.json"
    beside = cityosc("simulate", "WF-999", "--trace", trace, "--cancel", "2h", folder=town)
    assert (beside.returncode, "no --cancel beside it" in beside.stderr) == (2, True)
    other = cityosc("simulate", "WF-901", "--trace", trace, folder=town)
    assert (other.returncode, "is a trace of TriedWorkflow, not of HostWorkflow" in other.stderr) == (2, True)
    (town / FILE).write_text(spec("- do: look\n"), encoding="utf-8")
    for command in (("simulate", "WF-999", "--trace", trace), ("verify", "--replay", trace)):
        gone = cityosc(*command, folder=town)
        assert gone.returncode == 1
        assert "the workflow goes another way than its trace: after " in gone.stderr
    (town / trace).write_text("[]", encoding="utf-8")
    assert "is no trace that `cityosc verify` has written" in cityosc("verify", "--replay", trace, folder=town).stderr
