"""What an answer, or none, means for the workflow."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from cityos_runtime.http import Attempt
from temporalio.exceptions import ApplicationError

from tests.http.vendor import HANG_UP, NEVER, Vendor, act, find, operation

CREATE: dict[str, Any] = {"request": "POST /orders", "body": {"internal_id": "key"}}
RESULT = {"result": {"order": "body.id"}}
LOOKUP = {
    "lookup": {
        "request": "GET /orders",
        "query": {"internal_id": "key"},
        "pick": "body.data",
        "result": {"order": "item.id"},
    }
}


async def refused(vendor: Vendor, *args: Any, **more: Any) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        await act(vendor, *args, **more)
    return caught.value


def outcome(error: ApplicationError) -> str:
    return str(error.details[0]["outcome"])


async def test_results_have_their_declared_types(vendor: Vendor) -> None:
    vendor.answers = [(200, '{"id": 7, "total": 1050, "lat": 1.5, "state": "succeeded"}')]
    result = {
        "order": "body.id",
        "total": "major(body.total, 'KWD')",
        "lat": "body.lat",
        "status": "{'succeeded': 'captured'}[body.state]",
        "note": "body.note",
    }
    output = {
        "order": {"type": "string"},
        "total": {"type": "decimal"},
        "lat": {"type": "double"},
        "note": {"type": "string?", "optional": True},
    }
    got = await act(vendor, operation({**CREATE, "result": result}, spec={"output": output}))
    assert got == {"order": "7", "total": Decimal("1.050"), "lat": 1.5, "status": "captured", "note": None}


async def test_an_answer_that_cannot_be_read_is_not_sent_for_again(vendor: Vendor) -> None:
    bound = operation({**CREATE, **RESULT}, spec={"output": {"order": {"type": "string"}}})
    error = await refused(vendor, bound)
    assert (error.type, error.non_retryable, outcome(error)) == ("SchemaValidationError", True, "unknown")


async def test_the_first_matcher_wins_and_the_operations_come_first(vendor: Vendor) -> None:
    vendor.answers = [(429, '{"code": "quota"}')]
    binding = {**CREATE, "errors": [{"if": "body.code == 'quota'", "error": "PaymentDeclinedError"}]}
    error = await refused(vendor, operation(binding))
    assert (error.type, error.non_retryable, outcome(error)) == ("PaymentDeclinedError", True, "known")


async def test_a_refusal_inside_a_good_status(vendor: Vendor) -> None:
    vendor.answers = [(200, '{"response": {"code": "505"}}')]
    errors = [{"if": "body.response.code == '505'", "error": "PaymentDeclinedError"}]
    connection = {"success": "status == 200 && body.response.code == '000'", "errors": errors}
    assert (await refused(vendor, operation(CREATE, connection))).type == "PaymentDeclinedError"


async def test_a_matcher_without_error_is_a_success(vendor: Vendor) -> None:
    vendor.answers = [(400, '{"code": "already"}')]
    errors = [{"if": "body.code == 'already'", "result": {"order": "'o_1'"}}]
    assert await act(vendor, operation({**CREATE, "errors": errors})) == {"order": "o_1"}


async def test_absent_is_success_where_there_was_something_to_undo(vendor: Vendor) -> None:
    vendor.answers = [(404, "")]
    assert await act(vendor, operation({"request": "DELETE /orders/1", "absent": "success"})) == {}
    assert (await refused(vendor, operation({"request": "DELETE /orders/1"}))).type == "InvalidArgumentError"


@pytest.mark.parametrize(("header", "delay"), [("7", 7), ("0.5", 0.5), ("999999", 3600)])
async def test_retry_after_is_honoured(vendor: Vendor, header: str, delay: float) -> None:
    vendor.answers = [(429, "{}", {"Retry-After": header})]
    error = await refused(vendor, operation(CREATE))
    assert (error.type, error.next_retry_delay) == ("RateLimitError", timedelta(seconds=delay))


async def test_messages_hold_codes_and_no_secrets(vendor: Vendor) -> None:
    vendor.answers = [(500, '{"error": {"code": "E_1", "message": "card of Ms. Doe"}, "key": "sk_secret"}')]
    error = await refused(vendor, operation(CREATE))
    assert error.message == "act: vendor answered 500 (E_1)"


async def test_nobody_there_is_known_not_to_have_happened(vendor: Vendor) -> None:
    error = await refused(vendor, operation(CREATE), VENDOR_URL="http://127.0.0.1:1")
    assert (error.type, outcome(error)) == ("NetworkError", "known")


@pytest.mark.parametrize("lost", [HANG_UP, NEVER])
@pytest.mark.parametrize(("request_", "expected"), [("POST /orders", "unknown"), ("GET /orders", "known")])
async def test_no_answer_leaves_a_write_in_doubt(vendor: Vendor, lost: str, request_: str, expected: str) -> None:
    vendor.answers = [lost]
    error = await refused(vendor, operation({"request": request_}, spec={"timeout": 0.2}))
    assert (error.type, error.non_retryable, outcome(error)) == ("TimeoutError", False, expected)


async def test_a_repeated_attempt_first_looks_whether_it_happened(vendor: Vendor) -> None:
    vendor.answers = [(200, '{"data": [{"id": "o_1"}]}')]
    bound = operation({**CREATE, **RESULT, **LOOKUP, "idempotency": "unique_field"})
    assert await act(vendor, bound, attempt=Attempt(2, doubtful=True)) == {"order": "o_1"}
    assert [(sent.method, sent.query) for sent in vendor.sent] == [("GET", "internal_id=key_1")]


async def test_lookup_first_looks_even_the_first_time(vendor: Vendor) -> None:
    vendor.answers = [(200, '{"data": []}'), (200, '{"id": "o_2"}')]
    bound = operation({**CREATE, **RESULT, **LOOKUP, "idempotency": "lookup_first"})
    assert await act(vendor, bound) == {"order": "o_2"}
    assert [sent.method for sent in vendor.sent] == ["GET", "POST"]


async def test_a_duplicate_is_what_is_already_there(vendor: Vendor) -> None:
    vendor.answers = [(409, "{}"), (200, '{"data": [{"id": "o_1"}]}')]
    bound = operation({**CREATE, **RESULT, **LOOKUP, "idempotency": "unique_field"})
    assert await act(vendor, bound) == {"order": "o_1"}


async def test_doubt_stays_until_something_settles_it(vendor: Vendor) -> None:
    vendor.answers = [(429, "{}")]
    assert outcome(await refused(vendor, operation(CREATE))) == "known"
    doubtful = await refused(vendor, operation(CREATE), attempt=Attempt(2, doubtful=True))
    assert outcome(doubtful) == "unknown"
    vendor.answers = [(200, '{"data": []}'), (429, "{}")]
    settled = operation({**CREATE, **LOOKUP, "idempotency": "lookup_first"})
    assert outcome(await refused(vendor, settled, attempt=Attempt(2, doubtful=True))) == "known"


@pytest.mark.parametrize("nothing", [(404, ""), (200, '{"data": []}'), (200, "{}")])
async def test_a_lookup_that_finds_nothing(vendor: Vendor, nothing: tuple[int, str]) -> None:
    vendor.answers = [nothing]
    assert await find(vendor, operation({**CREATE, **RESULT, **LOOKUP})) is None


async def test_a_lookup_asks_for_whom_the_operation_acts(vendor: Vendor) -> None:
    vendor.answers = [(200, '{"data": [{"id": "o_1"}]}')]
    on_behalf = operation({**CREATE, **RESULT, **LOOKUP, "headers": {"Stripe-Account": "'acct_1'"}})
    assert await find(vendor, on_behalf) == {"order": "o_1"}
    assert vendor.sent[0].headers["stripe-account"] == "acct_1"


async def test_a_lookup_that_fails_does_not_say_that_there_is_nothing(vendor: Vendor) -> None:
    vendor.answers = [(500, "{}")]
    with pytest.raises(ApplicationError) as caught:
        await find(vendor, operation({**CREATE, **RESULT, **LOOKUP}))
    assert caught.value.type == "ExternalAPIError"
