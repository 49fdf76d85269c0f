"""`cityosc simulate`, as an architect calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()", "simulate"]


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def data(*arguments: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(simulate(*arguments, "--format", "json").stdout)
    return shown


def attempts(shown: dict[str, Any], step: str) -> list[str]:
    found = [each for each in shown["trace"] if each["kind"] == "attempt" and each["name"] == step]
    return [each["outcome"]["kind"] for each in found]


def test_a_lost_answer_is_found_by_the_next_attempt_and_nothing_is_undone() -> None:
    shown = data("wf-001", "--lose", "capturePayment:answer*1")
    assert shown["status"] == "completed"
    assert attempts(shown, "capturePayment") == ["lost", "answered"]
    assert len({each["key"] for each in shown["trace"] if each["name"] == "capturePayment" and "key" in each}) == 1


def test_faults_come_as_often_as_is_said_then_the_step_answers() -> None:
    shown = data("wf-001", "--fail", "createDeliveryOrder:NetworkError*2", "--delay", "createDeliveryOrder:1m")
    assert attempts(shown, "createDeliveryOrder") == ["failing", "failing", "answered"]
    assert shown["took"] > 180


def test_a_cancellation_undoes_and_a_query_tells_of_it() -> None:
    asked = (
        "wf-029",
        "--cancel",
        "2d",
        "--fail",
        "retryPayment:PaymentDeclinedError",
        "--query",
        "getWorkflowStatus@1d",
        "--query",
        "getWorkflowStatus@3d",
    )
    shown = data(*asked)
    assert shown["status"] == "cancelled"
    assert [each["answer"]["cancel_requested"] for each in shown["queries"]] == [False, True]


def test_chance_is_the_same_for_the_same_seed() -> None:
    first, again, other = (data("wf-038", "--seed", seed) for seed in ("7", "7", "8"))
    assert first == again
    assert first["trace"] != other["trace"]


def test_a_parked_step_waits_for_the_operator_and_goes_on_as_they_decide() -> None:
    fault = ("wf-010", "--fail", "createSettlementReport:InvalidArgumentError*1")
    parked = simulate(*fault)
    assert parked.returncode == 1
    assert "parked at createSettlementReport: an operator has to decide" in parked.stdout
    decided = data(*fault, "--decide", "createSettlementReport:retry@1h")
    assert (decided["status"], decided["took"]) == ("completed", 3600)
    refused = simulate(*fault, "--decide", "validatePayoutEligibility:retry@1h")
    assert refused.returncode == 2
    assert "is not parked; parked: createSettlementReport" in refused.stderr


def test_a_signal_that_nobody_listens_for_is_said_to_wait() -> None:
    shown = simulate("wf-038", "--signal", "kyc.verification.rejected@2h")
    assert "comes, and nobody listens for it yet" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("wf-001", "--fail", "capturePaymnt:NetworkError"), "did you mean `capturePayment`"),
        (("wf-001", "--fail", "capturePayment:NetworkEror"), "did you mean `NetworkError`"),
        (("wf-001", "--fail", "capturePayment"), "write step:ErrorClass"),
        (("wf-001", "--lose", "capturePayment:reply"), "there is no loss `reply`"),
        (("wf-001", "--delay", "capturePayment:soon"), "write step:2h"),
        (("wf-001", "--answer", "capturePayment=captured"), "needs a JSON map"),
        (("wf-001", "--signal", "payment.intent.captured"), "write name@2h"),
        (("wf-001", "--signal", "payment.intent.capturd@2h"), "did you mean `payment.intent.captured`"),
        (("wf-001", "--query", "getOrder@2h"), "there is no query `getOrder`"),
        (("wf-001", "--until", "tomorrow"), "there is no step or operation `tomorrow`"),
        (("wf-001", "--until", "in 2 days"), "is no moment"),
        (("wf-001", "--decide", "capturePaymnt:retry@1h"), "did you mean `capturePayment`"),
        (("wf-001", "--decide", "capturePayment:explode@1h"), "there is no decision `explode`"),
        (("wf-001", "--cancel", "soon"), "there is no step or operation `soon`"),
        (("wf-001", "--scenario", "no such story"), "no scenario of OrderPlacementWorkflow"),
        (("wf-999",), "there is no workflow `wf-999`"),
    ],
)
def test_what_cannot_be_asked_for_is_said_with_what_can(arguments: tuple[str, ...], told: str) -> None:
    shown = simulate(*arguments)
    assert shown.returncode == 2
    assert told in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_step_that_never_begins_is_no_moment_for_anything() -> None:
    shown = simulate("wf-001", "--signal", "payment.intent.captured@awaitCapture+1h")
    assert shown.returncode == 1
    assert "`awaitCapture` never began" in shown.stderr


def test_the_picture_shows_the_path_that_was_taken(tmp_path: Path) -> None:
    target = tmp_path / "run.dot"
    simulate("wf-001", "--fail", "createDeliveryOrder:DeliveryZoneUnavailableError", "--picture", str(target))
    lines = target.read_text(encoding="utf-8").splitlines()
    thick = {line.split("label=")[1].split(",")[0] for line in lines if "penwidth=3" in line and "->" not in line}
    assert any("refundPayment" in label for label in thick)
    assert not any("createAccountingEntries" in label or "cancelDeliveryOrder" in label for label in thick)


def test_an_input_without_what_the_id_is_made_of_is_said_by_its_field(tmp_path: Path) -> None:
    source = tmp_path / "input.json"
    source.write_text("{}", encoding="utf-8")
    shown = simulate("wf-001", "--input", str(source))
    assert shown.returncode == 1
    assert "the workflow's id needs `order_id`, and the input has no such field" in shown.stderr
