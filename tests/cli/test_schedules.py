"""Schedules in words and as times, offline; the times are those of the server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from cityos_compiler.cli.main import main
from cityos_compiler.passes import check
from cityos_compiler.schedules import in_words, scheduled, spelled
from cityos_runtime.context import Context, Tenant
from cityos_runtime.dispatch.schedules import apply, schedules
from cityos_runtime.local import LocalCity, read_json

from tests.cli.test_commands import ROOT


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("every 15m", "every 15 minutes"),
        ("every 1m", "every minute"),
        ("every: 36h", "every 36 hours"),
        ("daily 06:00", "every day at 06:00"),
        ("weekly wed 9:30", "every Wednesday at 9:30"),
        ("monthly 1 03:00", "on day 1 of every month at 03:00"),
        ("quarterly 03:00", "on the first day of every quarter at 03:00"),
        ("*/15 6-18 * * 1", "by cron */15 6-18 * * 1"),
    ],
)
def test_a_cadence_in_words(schedule: str, words: str) -> None:
    assert in_words(schedule) == words


def test_durations_in_their_largest_unit() -> None:
    assert [spelled(each) for each in (86_400, 43_200, 5_400, 90)] == ["1 day", "12 hours", "90 minutes", "90 seconds"]


async def test_the_next_times_are_those_of_the_server() -> None:
    """Temporal itself is asked when each schedule of the city would run."""
    city = await LocalCity.open(ROOT / "generated")
    try:
        manifest = read_json(ROOT / "generated" / "manifest.json")
        await apply(city.client, schedules(manifest, Context(tenant=Tenant.of(manifest, "platform"))))
        checked = check(ROOT)
        for entry in scheduled(checked.project, checked.workflows):
            description = await city.client.get_schedule_handle(f"cityos:{entry.workflow.id}").describe()
            theirs = [each.astimezone(UTC) for each in description.info.next_action_times[:3]]
            assert len(theirs) == 3
            assert entry.next_times(theirs[0] - timedelta(seconds=1)) == theirs, entry.workflow.id
    finally:
        await city.stop()


def test_day_and_weekday_must_both_fit_as_they_must_for_temporal(monkeypatch: pytest.MonkeyPatch) -> None:
    from cityos_compiler.schedules import _cron

    assert _cron("0 0 13 * 5", datetime(2026, 1, 1, tzinfo=UTC), 2) == [
        datetime(2026, 2, 13, tzinfo=UTC),
        datetime(2026, 3, 13, tzinfo=UTC),
    ]


def test_all_of_them_are_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["schedules", "--list", "--after", "2026-02-01"]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = next(line for line in lines if line.startswith("WF-052"))
    assert found.split("  ")[0] == "WF-052 TenantBilling"
    for said in ("on day 1 of every month at 03:00", "each row of listTenantsToBill", "one waits for its end",
                 "made up for 1 day", "2026-02-01 03:00, 2026-03-01 03:00, 2026-04-01 03:00"):  # fmt: skip
        assert said in found
    assert any(line.startswith("WF-033") and "each tenant (listActiveTenants)" in line for line in lines)
    assert main(["schedules", "--list", "--json", "--after", "2026-02-01"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert len(data) == len(lines) - 1
    assert next(each for each in data if each["workflow"] == "WF-054")["scope"] == "the platform (listMonitoredSystems)"
