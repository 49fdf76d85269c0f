"""The book of a project, built as its reader gets it."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from cityos_compiler import ir
from cityos_compiler.backends.book import reach
from cityos_compiler.cli.main import main
from cityos_compiler.passes import check

TOWN = Path(__file__).parents[1] / "golden" / "town"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("book") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(TOWN)
        assert main(["docs", "build", "--output", str(output)]) == 0
    return output


def test_every_workflow_has_its_page_with_its_picture(site: Path) -> None:
    for workflow in check(TOWN).workflows:
        folder = site / "workflows" / Path(workflow.file).stem
        page = unescape((folder / "index.html").read_text(encoding="utf-8"))
        drawn = folder.with_suffix(".svg").read_text(encoding="utf-8")
        named = [s for s in ir.all_steps(workflow) if isinstance(s, ir.Do | ir.Await | ir.Sleep)]
        assert named
        for step in named:
            assert step.name in page
            assert step.name in drawn, f"{step.name} is not in the picture of {workflow.id}"
        undone = {s.undo.operation.name for s in named if isinstance(s, ir.Do) and s.undo is not None}
        assert all(name in drawn for name in undone)


def test_every_link_leads_somewhere(site: Path) -> None:
    dead = []
    for page in site.rglob("index.html"):
        here = "/" + page.parent.relative_to(site).as_posix().removeprefix(".") + "/"
        for found in re.findall(r'(?:href|src)="([^"#]+)[^"]*"', page.read_text(encoding="utf-8")):
            target = urldefrag(urljoin(here.replace("//", "/"), unescape(found)))[0]
            if re.match(r"[a-z]+:", found) or not target.startswith("/"):
                continue
            path = site / target.lstrip("/")
            if not (path.is_file() or (path / "index.html").is_file()):
                dead.append(f"{here}: {found}")
    assert dead == []


def test_the_models_of_a_system_are_listed_with_their_class(site: Path) -> None:
    page = unescape((site / "models" / "index.html").read_text(encoding="utf-8"))
    assert "Who comes, and to what" in page
    assert re.search(r"<code>Visit</code></td>\s*<td>One person's visit of the town</td>\s*<td>visit</td>\s*"
                     r"<td>confidential</td>", page)  # fmt: skip


def test_the_search_finds_steps_and_signals(site: Path) -> None:
    index = json.dumps(json.loads((site / "search.json").read_text(encoding="utf-8")))
    for word in ("visitor.greeted", "rudeGuide", "town.visited"):
        assert word in index


def test_what_stood_there_stays_where_the_folder_is_no_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("dear", encoding="utf-8")
    monkeypatch.chdir(TOWN)
    assert main(["docs", "build", "--output", str(tmp_path / "letters")]) == 1
    assert (tmp_path / "letters" / "one.txt").read_text(encoding="utf-8") == "dear"


def test_workflows_reach_each_other_by_events_and_as_children() -> None:
    links = reach.links(check(TOWN).workflows)
    assert {link.how for link in links} == {"call", "start", "event"}
    assert all(link.source.startswith("WF-") and link.target.startswith("WF-") for link in links)


def test_a_signal_reaches_the_workflow_whose_id_it_fits() -> None:
    same = reach.same_id
    assert same("tenant:{tenant_id}:order:{order_id}:placement", "tenant:{tenant_id}:order:{id}:placement")
    assert not same("tenant:{tenant_id}:order:{order_id}:placement", "tenant:{tenant_id}:order:{order_id}:return")
    assert not same("tenant:{tenant_id}:order:{order_id}", "tenant:{tenant_id}:order:{order_id}:placement")
