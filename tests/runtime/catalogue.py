"""A small catalogue, in the shape the compiler generates."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from cityos_runtime import Call, Model, Operation, Retry, SignalModel

QUEUE = "runtime-tests"
ONCE = Retry(attempts=1)
THRICE = Retry(attempts=3, first=timedelta(seconds=5), never=("PaymentDeclinedError",))


class OrderInput(Model):
    order_id: str


class PaymentInput(Model):
    order_id: str
    amount: int


class ReserveOutput(Model):
    reservation_id: str


class PaymentOutput(Model):
    payment_id: str


class ReleaseInput(Model):
    reservation_id: str


class RefundInput(Model):
    payment_id: str


class Nothing(Model):
    pass


_RESERVE = Operation(
    "reserveInventory", system="erp", task_queue=QUEUE, output=ReserveOutput, retry=THRICE, lookup=True
)
_RELEASE = Operation("releaseInventory", system="erp", task_queue=QUEUE, output=Nothing, retry=THRICE)
_CAPTURE = Operation(
    "capturePayment",
    system="gateway",
    task_queue=QUEUE,
    effect="money",
    output=PaymentOutput,
    retry=ONCE,
    lookup=True,
)
_REFUND = Operation("refundPayment", system="gateway", task_queue=QUEUE, effect="money", output=Nothing, retry=ONCE)
_NOTIFY = Operation("notifyCustomer", system="mail", task_queue=QUEUE, effect="notify", output=Nothing, retry=ONCE)
_AUDIT = Operation("recordAuditLog", system="audit", task_queue=QUEUE, output=Nothing, retry=ONCE)


def reserve_inventory(*, order_id: str) -> Call[ReserveOutput]:
    return Call(_RESERVE, OrderInput(order_id=order_id))


def release_inventory(*, reservation_id: str) -> Call[Nothing]:
    return Call(_RELEASE, ReleaseInput(reservation_id=reservation_id))


def capture_payment(*, order_id: str, amount: int) -> Call[PaymentOutput]:
    return Call(_CAPTURE, PaymentInput(order_id=order_id, amount=amount))


def refund_payment(*, payment_id: str) -> Call[Nothing]:
    return Call(_REFUND, RefundInput(payment_id=payment_id))


def notify_customer(*, order_id: str) -> Call[Nothing]:
    return Call(_NOTIFY, OrderInput(order_id=order_id))


def record_audit_log(*, order_id: str) -> Call[Nothing]:
    return Call(_AUDIT, OrderInput(order_id=order_id))


class Approved(SignalModel):
    SIGNAL: ClassVar[str] = "kyc.approved"
    by: str
    level: int = 1


class Rejected(SignalModel):
    SIGNAL: ClassVar[str] = "kyc.rejected"
    reason: str


class Revoked(SignalModel):
    SIGNAL: ClassVar[str] = "credential.revoked"
    leave: bool = True


class Paid(SignalModel):
    SIGNAL: ClassVar[str] = "payment.paid"
    number: int
