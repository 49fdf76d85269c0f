"""A check that keeps its parts finds after every edit what one finds that keeps nothing, byte for byte."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cityos_compiler.findings.cache import Cache, read_sources
from cityos_compiler.heads import Head
from cityos_compiler.keeping.check import check_sources
from cityos_compiler.keeping.pickled import dumps, loads
from cityos_compiler.parts import Part, Workflows
from cityos_compiler.passes import check
from cityos_compiler.render import as_json

from tests.lint.corpus import BASE, CASES, broken
from tests.lint.hostile import mutated
from tests.test_workspace import edited_at_random

ROOT = Path(__file__).parents[2]
TOWN = ROOT / "tests" / "golden" / "town"
CITY = "specs/cityos.yaml"


class Project:
    """A copy of a project, checked with and without a cache."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.root = folder / "project"
        shutil.copytree(source / "specs", self.root / "specs", ignore=shutil.ignore_patterns("tests"))
        self.cache = Cache(self.root)

    @property
    def files(self) -> list[str]:
        return list(read_sources(self.root))

    def agrees(self) -> str:
        """What is found, after seeing that nothing else is found without the cache."""
        sources = read_sources(self.root)
        kept, fresh, whole = (
            check_sources(self.root, sources, self.cache),
            check_sources(self.root, sources, None),
            check(self.root),
        )
        assert kept.files == fresh.files == list(whole.project.texts)
        found = as_json(kept.findings)
        assert found == as_json(fresh.findings) == as_json(whole.findings)
        assert kept.findings == fresh.findings
        return found

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old} in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYOSC_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The files of the workflows that are checked anew."""
    files: list[str] = []
    whole = Workflows.part

    def part(self: Workflows, head: Head) -> Part:
        files.append(head.file.rpartition("/")[2])
        return whole(self, head)

    monkeypatch.setattr(Workflows, "part", part)
    yield files


@pytest.mark.parametrize(("source", "edits", "seed"), [(BASE, 40, 1), (TOWN, 15, 2), (TOWN, 15, 3), (ROOT, 3, 4)])
def test_random_edits_of_all_kinds_of_files(source: Path, edits: int, seed: int, tmp_path: Path) -> None:
    project = Project(source, tmp_path)
    chance = random.Random(seed)
    sound = {file: (project.root / file).read_bytes() for file in project.files}
    gone = dict[str, bytes]()
    for number in range(edits):
        file = chance.choice(project.files)
        path = project.root / file
        kind = chance.random()
        if kind < 0.1 and file != CITY:
            gone[file] = path.read_bytes()
            path.unlink()
        elif kind < 0.2 and file.startswith("specs/workflows/"):  # another one of the same name, or with another id
            text = path.read_text(encoding="utf-8", errors="replace")
            if chance.random() < 0.7:
                text = text.replace("id: WF-", f"id: WF-{number}", 1).replace("workflow: ", f"workflow: No{number}", 1)
            path.with_name(f"copy-{number}.yaml").write_text(text, encoding="utf-8")
        elif kind < 0.25:
            path.write_bytes(mutated(chance, path.read_bytes()))
        else:
            text = path.read_text(encoding="utf-8", errors="replace")
            path.write_text(edited_at_random(text, chance) if text else "", encoding="utf-8")
        project.agrees()
        if chance.random() < 0.6:  # back again, mostly: or every check is of a heap of rubble
            for back in project.files:
                if back not in sound:
                    (project.root / back).unlink()
                elif chance.random() < 0.8:
                    (project.root / back).write_bytes(sound[back])
            for back, data in gone.items():
                (project.root / back).write_bytes(data)
            gone.clear()
            project.agrees()


def test_the_mistakes_of_the_corpus_come_and_go(tmp_path: Path) -> None:
    project = Project(BASE, tmp_path)
    sound = {file: (project.root / file).read_bytes() for file in project.files}
    for case in random.Random(5).sample(CASES, 40):
        broken(project.root, case)
        project.agrees()
        for file in project.files:
            (project.root / file).write_bytes(sound[file]) if file in sound else (project.root / file).unlink()
    assert project.agrees() == "[]"


@pytest.mark.parametrize(
    ("file", "old", "new", "again"),
    [
        ("workflows/words/wf-906-stroll.yaml", "summary:", "# a\nsummary:", ["wf-906-stroll.yaml"]),
        ("signals/town.yaml", "signals:", "# a\nsignals:", None),
        ("models/town.yaml", "system:", "# a\nsystem:", []),
        ("systems/town.yaml", "system:", "# a\nsystem:", None),
    ],
    ids=["workflow", "signals", "models", "system"],
)
def test_only_what_an_edit_can_change_is_checked_again(
    file: str, old: str, new: str, again: list[str] | None, tmp_path: Path, made: list[str]
) -> None:
    project = Project(TOWN, tmp_path)
    check_sources(project.root, read_sources(project.root), project.cache)
    every = sorted(made)
    made.clear()
    project.replace(f"specs/{file}", old, new)
    check_sources(project.root, read_sources(project.root), project.cache)
    assert again is None or made == again
    assert set(made) <= set(every)
    assert len(made) < len(every) or again is None


def test_two_that_check_at_once_and_one_that_is_late_do_no_harm(tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    project.agrees()
    kept = next((tmp_path / "cache").glob("lint/*/parts/*"))
    late = kept.read_bytes()
    project.replace("specs/systems/town.yaml", "system:", "# a\nsystem:")
    project.agrees()
    kept.write_bytes(late)  # another process, which saw the specs before the edit, writes after this one
    project.agrees()
    project.replace("specs/workflows/words/wf-902-guide.yaml", "input:\n", "input:\n  lantern: bool\n")
    kept.write_bytes(late)
    assert project.agrees() != "[]"


def test_what_is_kept_is_read_as_it_was(tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    findings = check(project.root).findings
    project.replace("specs/workflows/words/wf-902-guide.yaml", "input:\n", "input:\n  lantern: bool\n")
    findings = check(project.root).findings
    assert loads(dumps(findings)) == findings != []


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
