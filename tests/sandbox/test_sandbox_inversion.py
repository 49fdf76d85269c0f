"""What the sandbox reads back out of requests."""

from __future__ import annotations

import pytest
from cityos_runtime.sandbox.inversion import assign, assign_all

from cityos_dsl.expr.parse import parse


@pytest.mark.parametrize("said", ["1767225600", "2026-01-01T00:00:00Z"])
def test_a_time_is_counted_in_seconds_however_it_is_said(said: str) -> None:
    env: dict[str, object] = {"input": {}}
    assign(parse("int(timestamp(input.since))"), said, env, frozenset({"input"}))
    assert env == {"input": {"since": 1767225600}}


MINE = "body.rows.filter(r, r.?about.?tenant == tenant.id && r.size > 1).map(r, r.name)"


def test_what_is_filtered_by_something_known_passes_the_filter() -> None:
    env: dict[str, object] = {"tenant": {"id": "t_1"}, "body": {}}
    assign(parse(MINE), ["one"], env, frozenset({"body"}))
    assert env["body"] == {"rows": [{"name": "one", "about": {"tenant": "t_1"}}]}


@pytest.mark.parametrize(
    ("last", "rows"), [("b", [{"id": "a"}, {"id": "b"}]), ("c", [{"id": "a"}, {"id": "b"}, {"id": "c"}])]
)
def test_what_stands_last_in_a_list(last: str, rows: list[dict[str, str]]) -> None:
    env: dict[str, object] = {"body": {}}
    result = {"last": "body.rows[?size(body.rows) - 1].?id", "all": "body.rows"}
    assign_all(result, {"last": last, "all": [{"id": "a"}, {"id": "b"}]}, env, frozenset({"body"}))
    assert env["body"] == {"rows": rows}
