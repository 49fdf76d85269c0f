"""A small city: one delivery service, two gateways, one ledger."""

from __future__ import annotations

from typing import Any

import httpx
from cityos_runtime.binding import Bound
from cityos_runtime.context import ActivityContext, Tenant
from cityos_runtime.http import Attempt, look_up, perform
from cityos_runtime.sandbox import Sandbox

MATCHERS = [
    {"if": "status == 401", "error": "AuthenticationError"},
    {"if": "status == 429", "error": "RateLimitError"},
    {"if": "status >= 500 && body.type != 'invalid'", "error": "ExternalAPIError", "outcome": "unknown"},
]
DELIVERY: dict[str, Any] = {
    "task_queue": "logistics",
    "providers": {
        "": {
            "connection": {
                "base_url": "DELIVERY_URL",
                "auth": {"bearer": "DELIVERY_KEY"},
                "errors": MATCHERS,
                "retry_after": ["X-Wait"],
            },
            "operations": {
                "createOrder": {
                    "request": "POST /orders",
                    "body": {
                        "internal_id": "key",
                        "meta": {"order_id": "input.order_id", "note": "input.note"},
                    },
                    "result": {
                        "delivery_order_id": "body.order.id",
                        "stops": "body.order.stops[1].eta",
                        "order_id": "input.order_id",
                    },
                    "errors": [
                        {
                            "if": "status in [400, 422] && body.errors.exists(e, e.code == 'zone')",
                            "error": "DeliveryZoneUnavailableError",
                        }
                    ],
                    "idempotency": "lookup_first",
                    "lookup": {
                        "request": "GET /orders",
                        "query": {"internal_id": "key"},
                        "pick": "body.data",
                        "result": {"delivery_order_id": "item.id"},
                    },
                },
                "listOrders": {
                    "request": "GET /orders",
                    "query": {"status": "input.status"},
                    "result": {"orders": "body.data.map(o, o.id)"},
                },
                "cancelOrder": {
                    "request": "DELETE /orders/${ input.delivery_order_id }",
                    "result": {},
                    "absent": "success",
                },
            },
        }
    },
    "operations": {
        "createOrder": {
            "input": {"order_id": {}, "note": {"optional": True}},
            "output": {"delivery_order_id": {}, "stops": {"type": "string"}},
            "example": {"delivery_order_id": "do_1", "stops": "18:00"},
        },
        "listOrders": {"effect": "read", "example": {"orders": ["do_1", "do_2"]}},
        "cancelOrder": {"input": {"delivery_order_id": {}}},
    },
}
CHARGED = "{'succeeded': 'captured', 'requires_action': 'requires_action'}[body.status]"
APPROVED = "status == 200 && body.result.code.matches('^(000\\\\.000\\\\.|000\\\\.100\\\\.1)')"
PAYMENT: dict[str, Any] = {
    "task_queue": "payment",
    "default_provider": "stripe",
    "providers": {
        "stripe": {
            "connection": {
                "base_url": "STRIPE_URL",
                "auth": {"bearer": "STRIPE_KEY"},
                "encoding": "form_brackets",
                "idempotency": {"header": "Idempotency-Key"},
                "errors": [
                    {
                        "if": "status == 402 && body.error.decline_code in ['lost_card', 'fraudulent']",
                        "error": "FraudDetectedError",
                    },
                    {"if": "status == 402", "error": "PaymentDeclinedError"},
                    *MATCHERS,
                ],
            },
            "operations": {
                "capture": {
                    "request": "POST /intents/${ input.intent }/capture",
                    "body": {
                        "amount": "minor(input.amount, input.currency)",
                        "metadata": {"by": "workflow.id"},
                    },
                    "result": {"status": CHARGED, "amount": "major(body.amount_received, body.currency)"},
                }
            },
        },
        "hyperpay": {
            "connection": {
                "base_url": "HYPERPAY_URL",
                "auth": {"bearer": "HYPERPAY_KEY", "params": {"entityId": "HYPERPAY_ENTITY"}},
                "encoding": "form_dotted",
                "success": APPROVED,
                "errors": [
                    {
                        "if": "body.result.code.matches('^800\\\\.[17]00\\\\.')",
                        "error": "PaymentDeclinedError",
                    },
                    *MATCHERS,
                ],
            },
            "operations": {
                "capture": {
                    "request": "POST /payments",
                    "body": {"amount": "input.amount", "customer": {"id": "input.intent"}},
                    "result": {
                        "status": "default(body.state, 'x') == 'done' ? 'captured' : 'requires_action'",
                        "amount": "body.amount",
                    },
                }
            },
        },
    },
    "operations": {
        "capture": {
            "effect": "money",
            "input": {"intent": {}, "amount": {"type": "decimal"}, "currency": {}},
            "output": {"status": {}, "amount": {"type": "decimal"}},
            "example": {"status": "captured", "amount": "10.500"},
        }
    },
}
LEDGER: dict[str, Any] = {
    "task_queue": "backoffice",
    "providers": {
        "": {
            "connection": {
                "base_url": "LEDGER_URL",
                "auth": {"token": ["LEDGER_ID", "LEDGER_SECRET"]},
                "errors": [{"if": "body.exc_type == 'UniqueValidationError'", "error": "DuplicateRequestError"}],
            },
            "operations": {
                "post": {
                    "request": "POST /api/resource/Journal Entry",
                    "body": {"custom_op_key": "key", "total": "input.total"},
                    "result": {"entry": "body.data.name"},
                    "idempotency": "unique_field",
                    "lookup": {
                        "request": "GET /api/resource/Journal Entry",
                        "query": {"filters": '\'[["custom_op_key","=","\' + key + \'"]]\''},
                        "pick": "body.data.filter(e, e.custom_op_key == key)",
                        "result": {"entry": "item.name"},
                    },
                }
            },
        }
    },
    "operations": {"post": {"input": {"total": {"type": "decimal"}}, "example": {"entry": "JE-1"}}},
}


def _error(retryable: bool, outcome: str) -> dict[str, Any]:
    return {"retryable": retryable, "outcome": outcome, "http": 500}


TOWN: dict[str, Any] = {
    "systems": {"delivery": DELIVERY, "payment": PAYMENT, "ledger": LEDGER},
    "errors": {
        "TimeoutError": _error(True, "unknown"),
        "NetworkError": _error(True, "unknown"),
        "RateLimitError": _error(True, "known"),
        "ExternalAPIError": _error(True, "unknown"),
        "AuthenticationError": _error(False, "known"),
        "DeliveryZoneUnavailableError": _error(False, "known"),
        "PaymentDeclinedError": _error(False, "known"),
        "FraudDetectedError": _error(False, "known"),
        "DuplicateRequestError": _error(False, "known"),
    },
}


class Caller:
    """The adapter, as a tenant's workflow calls it."""

    def __init__(self, sandbox: Sandbox, client: httpx.AsyncClient, tenant: str = "t_1", gateway: str = "") -> None:
        self.sandbox = sandbox
        self.client = client
        self.tenant = Tenant(id=tenant, gateway=gateway, currency="KWD")

    async def call(self, name: str, input: dict[str, Any], key: str = "key_1", attempt: int = 1) -> dict[str, Any]:
        """Perform an operation."""
        doubt = Attempt(attempt, attempt > 1)
        bound, context = self._bound(name), self._context(name, key)
        return await perform(bound, input, context, self.client, self.sandbox.environ, doubt)

    async def find(self, name: str, input: dict[str, Any], key: str = "key_1") -> dict[str, Any] | None:
        """Look an operation up."""
        bound, context = self._bound(name), self._context(name, key)
        return await look_up(bound, input, context, self.client, self.sandbox.environ)

    def _bound(self, name: str) -> Bound:
        return next(bound for bound in self.sandbox.systems.bound() if bound.name == name)

    def _context(self, step: str, key: str) -> ActivityContext:
        return ActivityContext(
            tenant=self.tenant,
            correlation_id="c_1",
            causation_id="",
            idempotency_key=key,
            workflow_id="wf_1",
            step=step,
        )
