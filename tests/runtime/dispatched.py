"""A workflow that messages reach, and the routes to it, in the shape the compiler generates."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cityos_runtime import Carried, City, Context, Facts, Model, On, SignalModel
    from cityos_runtime.dispatch import EventRoute, Routes, SignalRoute, Starts

    from tests.runtime import catalogue
    from tests.runtime.catalogue import QUEUE


class OrderPlaced(Model):
    """An event."""

    order_id: str
    gift: bool = False


class Settled(SignalModel):
    """A webhook's signal: it knows the payment, and nothing of the order."""

    SIGNAL = "payment.settled"
    payment_id: str


class Called(SignalModel):
    """A signal that knows the order."""

    SIGNAL = "order.called"
    order_id: str


class OrderInput(Model):
    order_id: str


class Empty(Model):
    pass


class OrderResult(Model):
    heard: str
    duplicates: int


@workflow.defn(name="ReachedFlow")
class ReachedFlow(City[OrderInput, Empty, OrderResult]):
    """Capture a payment, then wait for what the gateway or the shop says of it."""

    @workflow.init
    def __init__(self, input: OrderInput, context: Context, carried: Carried | None = None) -> None:
        facts = Facts(
            type="ReachedFlow",
            signals={"payment.settled": (Settled,), "order.called": (Called, "order.rung")},
            receives=(("payment.*", "payment_id", "capturePayment.payment_id"),),
        )
        super().__init__(facts, input, context, carried)

    @workflow.run
    async def run(self, input: OrderInput, context: Context, carried: Carried | None = None) -> OrderResult:
        return await self.carry_out(self.steps)

    async def steps(self) -> OrderResult:
        await self.do("capturePayment", catalogue.capture_payment(order_id=self.input.order_id, amount=1))
        settled, called = On(Settled), On(Called)
        heard = await self.wait("awaitWord", [settled, called])
        name = settled.model.SIGNAL if heard.by is settled else called.model.SIGNAL
        return OrderResult(heard=name, duplicates=self.mailbox.counts["duplicate"])


def order(event: OrderPlaced) -> OrderInput | None:
    """Every order."""
    return OrderInput(order_id=event.order_id)


def gift(event: OrderPlaced) -> OrderInput | None:
    """Orders that are gifts."""
    return OrderInput(order_id=f"gift-{event.order_id}") if event.gift else None


def _starts(**how: object) -> Starts[OrderPlaced]:
    usual = {"workflow": "ReachedFlow", "task_queue": QUEUE, "input": order}
    return Starts(**{**usual, "workflow_id": "tenant:{tenant_id}:order:{order_id}", **how})  # type: ignore[arg-type]  # spelt out by the callers


EVENTS: dict[str, EventRoute[Any]] = {
    "order.placed": EventRoute(model=OrderPlaced, first_of=(_starts(input=gift), _starts())),
    "order.repeated": EventRoute(model=OrderPlaced, beside=(_starts(again="after_end"),)),
    "order.queued": EventRoute(model=OrderPlaced, beside=(_starts(again="after_end", while_running="queue"),)),
    "order.called": EventRoute(model=OrderPlaced, beside=(_starts(again="after_end", while_running="signal"),)),
    "gift.placed": EventRoute(model=OrderPlaced, beside=(_starts(input=gift),)),
}

EVENTS |= {
    "order.made": EVENTS["order.placed"],
}

ROUTES = Routes(
    events=EVENTS,
    signals={
        "payment.settled": SignalRoute(model=Settled, addresses=(("payment.*", "payment_id"),)),
        "order.rung": SignalRoute(model=Called, ids=("tenant:{tenant_id}:order:{order_id}",)),
    },
)
