"""What goes over the wire."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from temporalio.exceptions import ApplicationError

from tests.http.vendor import Vendor, act, operation

CREATE = {"request": "POST /orders"}


async def test_json_body_keeps_the_digits_of_money(vendor: Vendor) -> None:
    bound = operation(
        {**CREATE, "body": {"amount": "input.amount", "note": "input.note", "by": "workflow.id"}},
        spec={"input": {"amount": {"type": "decimal"}, "note": {"optional": True}}},
    )
    await act(vendor, bound, {"amount": "12345678901234567890.10"})
    assert vendor.sent[0].body == '{"amount":12345678901234567890.10,"by":"wf_1"}'


async def test_money_inside_lists_becomes_a_number(vendor: Vendor) -> None:
    bound = operation({**CREATE, "body": {"lines": "input.items"}}, spec={"decimals": ["items[].price"]})
    await act(vendor, bound, {"items": [{"price": "1.50"}, {"price": "2"}]})
    assert vendor.sent[0].body == '{"lines":[{"price":1.50},{"price":2}]}'


async def test_times_are_what_their_types_say_and_go_out_as_they_came(vendor: Vendor) -> None:
    body = {
        "at": "input.at",
        "seconds": "int(input.at)",
        "ends": "input.at + input.lasting",
        "days": "input.days.map(d, string(d.day + 24h))",
        "opens": "input.opens",
        "lasting": "input.lasting",
    }
    times = {"at": "timestamp", "lasting": "duration", "days[].day": "date", "opens{}": "timestamp"}
    bound = operation({**CREATE, "body": body}, spec={"times": times})
    opens = {"monday": "2026-02-02T08:00:00+03:00"}
    given = {"at": "2026-01-31T10:00:00Z", "lasting": "PT1H30M", "days": [{"day": "2026-02-28"}], "opens": opens}
    await act(vendor, bound, given)
    assert json.loads(vendor.sent[0].body) == {
        "at": "2026-01-31T10:00:00Z",
        "seconds": 1769853600,
        "ends": "2026-01-31T11:30:00Z",
        "days": ["2026-03-01"],
        "opens": {"monday": "2026-02-02T05:00:00Z"},
        "lasting": "5400s",
    }


async def test_braces_and_quotes_of_an_expression_do_not_end_it(vendor: Vendor) -> None:
    path = "/${ {'a': 'x'}[input.kind] }/${ input.kind == '}' ? 'b' : 'c?' }?full=1"
    await act(vendor, operation({"request": f"GET {path}"}), {"kind": "a"})
    assert (vendor.sent[0].path, vendor.sent[0].query) == ("/x/c%3F", "full=1")


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        (
            "form_brackets",
            [("amount", "10500"), ("meta[order]", "o 1&"), ("expand[0]", "a"), ("live", "true")],
        ),
        ("form_dotted", [("amount", "10500"), ("meta.order", "o 1&"), ("expand[0]", "a"), ("live", "true")]),
    ],
)
async def test_forms_nest(vendor: Vendor, encoding: str, expected: list[tuple[str, str]]) -> None:
    body = {
        "amount": "minor(input.amount, tenant.currency)",
        "meta": {"order": "input.order"},
        "expand": ["'a'"],
        "live": "true",
    }
    bound = operation({**CREATE, "body": body}, {"encoding": encoding}, {"input": {"amount": {"type": "decimal"}}})
    await act(vendor, bound, {"amount": "10.5", "order": "o 1&"})
    assert parse_qsl(vendor.sent[0].body) == expected


async def test_values_in_paths_are_encoded(vendor: Vendor) -> None:
    bound = operation({"request": "GET /docs/${ input.name }/lines?full=1", "query": {"at": "input.at"}})
    await act(vendor, bound, {"name": "A/B 1?x", "at": "a&b"})
    assert (vendor.sent[0].path, vendor.sent[0].query) == ("/docs/A%2FB%201%3Fx/lines", "full=1&at=a%26b")


@pytest.mark.parametrize("name", ["", "..", None])
async def test_a_path_never_reaches_another_resource(vendor: Vendor, name: str | None) -> None:
    bound = operation({"request": "DELETE /docs/${ input.name }"})
    with pytest.raises(ApplicationError) as refused:
        await act(vendor, bound, {"name": name})
    assert (refused.value.type, vendor.sent) == ("InvalidArgumentError", [])


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"bearer": "VENDOR_KEY"}, "Bearer sk_secret"),
        ({"basic": "VENDOR_KEY"}, "Basic sk_secret"),
        ({"token": ["ID", "VENDOR_KEY"]}, "token id_1:sk_secret"),
        ({"api_key": ["users", "VENDOR_KEY"]}, "users API-Key sk_secret"),
    ],
)
async def test_credentials(vendor: Vendor, auth: dict[str, Any], expected: str) -> None:
    await act(vendor, operation(CREATE, {"auth": auth}), ID="id_1")
    assert vendor.sent[0].headers["authorization"] == expected


async def test_extra_parameters_stand_in_the_body_or_in_the_query(vendor: Vendor) -> None:
    connection = {"auth": {"bearer": "VENDOR_KEY", "params": {"entityId": "ID"}}}
    await act(vendor, operation({**CREATE, "body": {"a": "1"}}, connection), ID="id_1")
    await act(vendor, operation({"request": "GET /orders"}, connection), ID="id_1")
    assert [json.loads(vendor.sent[0].body), vendor.sent[1].query] == [
        {"a": 1, "entityId": "id_1"},
        "entityId=id_1",
    ]


async def test_a_missing_variable_is_named_and_nothing_is_sent(vendor: Vendor) -> None:
    with pytest.raises(ApplicationError, match="VENDOR_KEY") as refused:
        await act(vendor, operation(CREATE), VENDOR_KEY="")
    assert (refused.value.type, refused.value.non_retryable, vendor.sent) == ("ConfigurationError", True, [])


@pytest.mark.parametrize("strategy", [{"header": "Idempotency-Key"}, {"body_field": "reference.idempotent"}])
async def test_the_key_travels_where_the_system_reads_it(vendor: Vendor, strategy: dict[str, str]) -> None:
    bound = operation({**CREATE, "body": {"reference": {"order": "'o'"}}, "idempotency": strategy})
    await act(vendor, bound)
    sent = vendor.sent[0]
    keys = (sent.headers.get("idempotency-key"), json.loads(sent.body)["reference"].get("idempotent"))
    assert keys == (("key_1", None) if "header" in strategy else (None, "key_1"))


async def test_vendors_learn_nothing_of_tenants_unless_traced(vendor: Vendor) -> None:
    await act(vendor, operation(CREATE))
    await act(vendor, operation(CREATE), CITYOS_TRACING_HEADERS="1")
    assert [sent.headers.get("x-cityos-tenant") for sent in vendor.sent] == [None, "t_1"]


async def test_the_gateway_is_the_calls_else_the_tenants_else_the_default(vendor: Vendor) -> None:
    from cityos_runtime.binding import Systems

    providers = {
        name: {"connection": {"base_url": "VENDOR_URL"}, "operations": {"act": {"request": f"POST /{name}"}}}
        for name in ("stripe", "tap", "hyperpay")
    }
    system = {
        "task_queue": "q",
        "default_provider": "stripe",
        "providers": providers,
        "operations": {"act": {"unsupported": ["hyperpay"]}},
    }
    bound = Systems.model_validate({"systems": {"payment": system}}).bound()[0]
    chosen = [bound.choose({"gateway": "tap"}, "stripe"), bound.choose({}, "tap"), bound.choose({}, "")]
    assert [target.provider for target in chosen] == ["tap", "tap", "stripe"]
    with pytest.raises(ApplicationError, match="hyperpay"):
        bound.choose({"gateway": "hyperpay"}, "")
