"""Names that come into being and go: a check that keeps its parts sees both, wherever they are named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lint.kept import Project

TOWN = Path(__file__).parents[1] / "golden" / "town"
pytestmark = pytest.mark.usefixtures("empty_cache")

TYPES, SIGNALS, EVENTS, SYSTEM = "types/town.yaml", "signals/town.yaml", "events.yaml", "systems/town.yaml"
STROLL, LOOK = "workflows/words/wf-906-stroll.yaml", "      - do: look\n"
WAITER = "known_as: {workflows: [WAITER]}"


@dataclass(frozen=True)
class Naming:
    """Something that names what nothing has, and what brings it into being: a text put before or behind another."""

    name: str
    names: tuple[str, str, str]
    comes: tuple[str, str, str]
    code: str


NAMINGS = {
    "operation": Naming(
        "peek",
        (STROLL, LOOK, "      - do: peek\n"),
        (SYSTEM, "  look:\n", "  peek:\n    summary: Look quickly.\n    effect: read\n    idempotency: natural\n"
         "    request: GET /quick\n    example: {}\n  look:\n"),
        "NAME002",
    ),
    "signal": Naming(
        "visitor.lost",
        (STROLL, "      visitor.left:\n", "      visitor.lost:\n"),
        (SIGNALS, "signals:\n", "signals:\n  visitor.lost:\n    summary: The visitor is lost.\n"
         "    payload: {visitor_id: string}\n    example: {visitor_id: v_1}\n"),
        "NAME005",
    ),
    "signal's other name": Naming(
        "visitor.lost",
        (STROLL, "      visitor.left:\n", "      visitor.lost:\n"),
        (SIGNALS, "  visitor.left:\n", "  visitor.left:\n    aliases: [visitor.lost]\n"),
        "NAME005",
    ),
    "type": Naming(
        "Weather",
        (STROLL, "  place: string\n", "  place: string\n  weather: Weather\n"),
        (TYPES, "types:\n", "types:\n  Weather: {enum: [fair, foul]}\n"),
        "TYPE005",
    ),
    "event": Naming(
        "town.seen",
        (STROLL, "  - return:", "  - emit: town.seen\n    with: {visitor_id: input.visitor_id}\n  - return:"),
        (EVENTS, "events:\n", "events:\n  town.seen:\n    summary: Seen.\n    payload: {visitor_id: string}\n"),
        "NAME012",
    ),
    "event that a webhook tells": Naming(
        "town.seen",
        (SYSTEM, "operations:\n", "webhooks:\n  - {event: seen, tells: town.seen}\noperations:\n"),
        (EVENTS, "events:\n", "events:\n  town.seen:\n    summary: Seen.\n    payload: {visitor_id: string}\n"),
        "NAME026",
    ),
    "rows that a schedule goes through": Naming(
        "listStrolls",
        (STROLL, "trigger: {operator: true}\n",
         "trigger: {schedule: daily 06:00, over: listStrolls}\n"),
        (SYSTEM, "  look:\n", "  listStrolls:\n    summary: The strolls.\n    effect: read\n"
         "    output: {rows: {type: \"[object]\", max_items: 10}}\n    idempotency: natural\n"
         "    request: GET /strolls\n    result: {rows: body.rows}\n    example: {rows: []}\n  look:\n"),
        "NAME002",
    ),
}  # fmt: skip


@pytest.mark.parametrize("naming", NAMINGS.values(), ids=NAMINGS)
def test_a_name_that_nothing_had_comes_into_being_and_goes(naming: Naming, tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    file, old, new = naming.names
    project.replace(f"specs/{file}", old, new)
    missing = project.agrees()
    assert f'"{naming.code}"' in missing
    file, old, new = naming.comes
    for _ in range(2):
        project.replace(f"specs/{file}", old, new)
        assert f'"{naming.code}"' not in project.agrees()
        project.replace(f"specs/{file}", new, old)
        assert project.agrees() == missing
    near = new.replace(naming.name, f"{naming.name}s")
    project.replace(f"specs/{file}", old, near)
    assert naming.code in (hinted := project.agrees()) and f"{naming.name}s" in hinted
    project.replace(f"specs/{file}", near, old)
    assert project.agrees() == missing


@pytest.mark.parametrize("step", ["start", "call"])
def test_a_workflow_that_nobody_was_called_comes_into_being_and_goes(step: str, tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    project.replace(f"specs/{STROLL}", LOOK, f"{LOOK}      - {step}: LoiterWorkflow\n")
    missing = project.agrees()
    assert '"NAME011"' in missing
    loiter = project.root / "specs/workflows/words/wf-999-loiter.yaml"
    for name in ("LoiterWorkflow", "LoitererWorkflow"):  # the second one is what is meant, perhaps
        loiter.write_text(LOITER.format(name=name), encoding="utf-8")
        found = project.agrees()
        assert ('"NAME011"' in found) == ("LoitererWorkflow" in found) == (name != "LoiterWorkflow")
        loiter.unlink()
        assert project.agrees() == missing


LOITER = """id: WF-999
workflow: {name}
summary: Nothing is done, for a while.
trigger: {{operator: true}}
task_queue: town
workflow_id: tenant:{{tenant_id}}:visitor:{{visitor_id}}:loiter
input:
  visitor_id: string
steps:
  - sleep: loiter
    for: 10m
"""


def test_what_rows_say_of_an_input_comes_and_goes(tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    project.replace(f"specs/{TYPES}", "types:\n", "types:\n  Tower: {fields: {tenant_id: string, place: string}}\n")
    project.replace(f"specs/{SYSTEM}", "[object]", "[Tower]")
    project.replace(f"specs/{STROLL}", "{operator: true}", "{schedule: daily 06:00, over: listTowers}")
    missing = project.agrees()
    assert "say nothing about the input `visitor_id`" in missing
    project.replace(f"specs/{TYPES}", "place: string}}", "place: string, visitor_id: string}}")
    assert "the input `visitor_id`" not in project.agrees()
    project.replace(f"specs/{TYPES}", "place: string, visitor_id: string}}", "place: string}}")
    assert project.agrees() == missing


def test_another_name_that_two_events_have_is_found_and_goes(tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    sound = project.agrees()
    project.replace(f"specs/{EVENTS}", "    payload:", f"    {WAITER}\n    payload:")
    assert project.agrees() == sound
    second = f"  town.left:\n    summary: Gone.\n    {WAITER}\n    payload: {{visitor_id: string}}\n"
    project.replace(f"specs/{EVENTS}", "events:\n", f"events:\n{second}")
    assert '"NAME022"' in project.agrees()
    project.replace(f"specs/{EVENTS}", second, "")
    assert project.agrees() == sound


def test_a_file_that_cannot_be_read_and_can_again(tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    sound = project.agrees()
    for file in (STROLL, SIGNALS, TYPES, SYSTEM):
        path = project.root / "specs" / file
        data = path.read_bytes()
        path.unlink()
        path.symlink_to(path)
        assert '"YAML001"' in project.agrees()
        path.unlink()
        path.write_text("this file can't be read: Too many levels of symbolic links", encoding="utf-8")
        assert "Too many levels" not in project.agrees()
        path.write_bytes(data)
        assert project.agrees() == sound
