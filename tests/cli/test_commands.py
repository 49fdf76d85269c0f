"""The command as its users call it: a real process, its output and its exit code."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()"]


def cityosc(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    assert cityosc("new", str(folder)).returncode == 0
    return folder


def test_a_new_project_lints_and_compiles_and_stays_compiled(project: Path) -> None:
    assert cityosc("lint", folder=project).returncode == 0
    assert cityosc("compile", "--check", folder=project).returncode == 1
    assert cityosc("compile", folder=project).returncode == 0
    assert cityosc("compile", "--check", folder=project).returncode == 0
    assert " 0 files written" in cityosc("compile", folder=project).stdout


def test_a_mistake_is_shown_at_its_characters_with_what_to_do(project: Path) -> None:
    path = project / "specs/workflows/order/wf-001-order.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("confirmOrder", "confirmOrdr"), encoding="utf-8")
    shown = cityosc("lint", folder=project)
    assert shown.returncode == 1
    assert "wf-001-order.yaml:12:9 error NAME002" in shown.stdout
    assert "^^^^^^^^^^^" in shown.stdout
    assert "did you mean `confirmOrder`?" in shown.stdout
    found = json.loads(cityosc("lint", "--format", "json", folder=project).stdout)
    assert [(f["code"], f["line"], f["column"], f["end_column"]) for f in found] == [("NAME002", 12, 9, 20)]


def test_a_generated_file_that_was_edited_by_hand_is_refused(project: Path) -> None:
    cityosc("compile", folder=project)
    path = next((project / "generated").rglob("wf_001_order.py"))
    edited = path.read_text(encoding="utf-8") + "# mine\n"
    path.write_text(edited, encoding="utf-8")
    refused = cityosc("compile", folder=project)
    assert refused.returncode == 1
    assert "was edited by hand" in refused.stderr
    assert path.read_text(encoding="utf-8") == edited
    assert cityosc("compile", "--force", folder=project).returncode == 0


def test_a_workflow_that_is_gone_takes_its_module_with_it(project: Path) -> None:
    cityosc("compile", folder=project)
    (project / "specs/workflows/order/wf-001-order.yaml").unlink()
    assert cityosc("compile", folder=project).returncode == 0
    assert not list((project / "generated").rglob("wf_001_order.py"))


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shown = cityosc("sandbox", "--port", str(port))
    assert (shown.returncode, "Traceback" in shown.stderr) == (1, False)
    assert f"port {port} can't be had" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["lnt"], 2, "Did you mean `lint`?"),
        (["graph", "WF-999"], 2, "there is no workflow"),
        (["query", "x", "--address", "127.0.0.1:1"], 1, "no Temporal server answers at 127.0.0.1:1"),
        (["worker", "--queue", "nowhere"], 2, "no system has the queue nowhere"),
        (["run", "WF-001"], 2, "Missing option '--input'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: list[str], code: int, says: str) -> None:
    shown = cityosc(*arguments)
    assert (shown.returncode, "Traceback" in shown.stderr) == (code, False)
    assert says in shown.stderr


def test_outside_of_a_project_it_says_how_to_make_one(tmp_path: Path) -> None:
    shown = cityosc("lint", folder=tmp_path)
    assert shown.returncode == 1
    assert "cityosc new" in shown.stderr


def test_explain_shows_the_wiring_of_a_workflow() -> None:
    shown = cityosc("explain", "WF-001").stdout
    assert "customer_id = input.customer_id   [by name]" in shown
    assert "amount = input.payment.amount   [given]" in shown
    assert "undone by refundPayment" in shown


def test_graph_draws_compensations_dashed() -> None:
    shown = cityosc("graph", "WF-001").stdout
    assert shown.startswith("flowchart TD")
    assert "-.->" in shown
    assert cityosc("graph", "WF-001", "--format", "dot").stdout.startswith("digraph")


def test_the_inventory_names_the_timers_beside_a_flow_as_well() -> None:
    shown = json.loads(cityosc("inventory", "--json", folder=ROOT / "tests/golden/town").stdout)
    clock = next(workflow for workflow in shown["workflows"] if workflow["id"] == "WF-904")
    assert [step["id"] for step in clock["steps"] if step["kind"] == "timer"] == ["tick", "bell", "remind"]


def test_verify_says_what_is_wrong_in_json_and_by_its_exit_code(project: Path) -> None:
    sound = cityosc("verify", "--json", folder=project)
    assert sound.returncode == 0
    (report,) = json.loads(sound.stdout)
    assert report["id"] == "WF-001"
    assert report["problems"] == []
    path = project / "specs/workflows/order/wf-001-order.yaml"
    path.write_text(
        path.read_text(encoding="utf-8") + "\ninvariant:\n  - ending.status != confirmed\n", encoding="utf-8"
    )
    broken = cityosc("verify", "WF-001", folder=project)
    assert broken.returncode == 1
    assert "this does not hold: ending.status" in broken.stdout
    assert cityosc("verify", "WF-002", folder=project).returncode == 2
