"""Workflows written by hand in exactly the shape the compiler generates."""

from __future__ import annotations

import itertools
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cityos_runtime import (
        Carried,
        City,
        Context,
        Every,
        Facts,
        Leave,
        Model,
        On,
        StepFailed,
        Undo,
    )
    from pydantic import Field

    from tests.runtime import catalogue
    from tests.runtime.catalogue import Approved, Paid, Rejected, Revoked


class OrderInput(Model):
    order_id: str
    pivot: bool = False
    cancellable_wait: bool = False


class Empty(Model):
    pass


class OrderDone(Model):
    reserve_inventory: catalogue.ReserveOutput | None = None
    capture_payment: catalogue.PaymentOutput | None = None


class OrderResult(Model):
    status: str
    payment_id: str


ORDER = Facts(
    type="OrderFlow",
    steps=("reserveInventory", "capturePayment", "awaitShipping", "notifyCustomer"),
    entity="order_id",
)


@workflow.defn(name="OrderFlow")
class OrderFlow(City[OrderInput, Empty, OrderResult]):
    """Reserve, capture, perhaps commit, wait an hour, tell the customer."""

    @workflow.init
    def __init__(self, input: OrderInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(ORDER, input, context, carried)
        self.state = Empty() if carried is None else carried.state_as(Empty)
        self.done = carried.done_as(OrderDone) if carried else OrderDone()

    @workflow.run
    async def run(self, input: OrderInput, context: Context, carried: Carried | None = None) -> OrderResult:
        return await self.carry_out(self.steps, last=self.last)

    async def steps(self) -> OrderResult:
        order_id = self.input.order_id
        await self.do(
            "reserveInventory",
            catalogue.reserve_inventory(order_id=order_id),
            undo=Undo(lambda done: catalogue.release_inventory(reservation_id=done.reservation_id)),
        )
        payment = await self.do(
            "capturePayment",
            catalogue.capture_payment(order_id=order_id, amount=100),
            undo=Undo(lambda done: catalogue.refund_payment(payment_id=done.payment_id)),
        )
        if self.input.pivot:
            await self.pivot()
        await self.sleep("awaitShipping", lasting=timedelta(hours=1))
        await self.do("notifyCustomer", catalogue.notify_customer(order_id=order_id))
        return OrderResult(status="placed", payment_id=payment.payment_id)

    async def last(self) -> None:
        await self.do("recordAuditLog", catalogue.record_audit_log(order_id=self.input.order_id))


class KycState(Model):
    revocations: int = 0
    reminders: int = 0


class KycResult(Model):
    status: str
    by: str = ""
    revocations: int = 0
    reminders: int = 0


KYC = Facts(
    type="KycFlow",
    steps=("collectDocuments", "awaitKYCApproval"),
    signals={
        "kyc.approved": (Approved, "identity.approved"),
        "kyc.rejected": (Rejected,),
        "credential.revoked": (Revoked,),
    },
)


@workflow.defn(name="KycFlow")
class KycFlow(City[OrderInput, KycState, KycResult]):
    """Wait for somebody of level 2 to approve, for a week; remind every two days; stop when revoked."""

    @workflow.init
    def __init__(self, input: OrderInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(KYC, input, context, carried)
        self.state = KycState() if carried is None else carried.state_as(KycState)

    @workflow.run
    async def run(self, input: OrderInput, context: Context, carried: Carried | None = None) -> KycResult:
        return await self.carry_out(self.steps)

    async def steps(self) -> KycResult:
        status, by = "revoked", ""
        await self.sleep("collectDocuments", lasting=timedelta(hours=1))
        with self.block("establish", meanwhile=[On(Revoked, do=self.on_revoked)]):
            approved = On(Approved, where=lambda signal: signal.level >= 2)
            rejected = On(Rejected)
            heard = await self.wait(
                "awaitKYCApproval",
                [approved, rejected],
                lasting=timedelta(days=7),
                meanwhile=[Every(timedelta(days=2), do=self.remind)],
            )
            if heard.by is approved:
                status, by = "approved", approved.payload(heard).by
            elif heard.by is rejected:
                status = "rejected"
            else:
                status = "expired"
        return KycResult(status=status, by=by, revocations=self.state.revocations, reminders=self.state.reminders)

    async def on_revoked(self, signal: Revoked) -> None:
        self.state.revocations += 1
        if signal.leave:
            raise Leave("establish")

    async def remind(self) -> None:
        self.state.reminders += 1
        await self.do("remind", catalogue.notify_customer(order_id=self.input.order_id))


class PlanState(Model):
    paid: list[int] = Field(default_factory=list)
    runs: int = 0


class PlanResult(Model):
    paid: list[int]
    runs: int


PLAN = Facts(type="PlanFlow", steps=("reserveInventory", "charge"), signals={"payment.paid": (Paid,)})


@workflow.defn(name="PlanFlow")
class PlanFlow(City[OrderInput, PlanState, PlanResult]):
    """Five payments, one signal each, a new run after every two; the last is refused in the end."""

    @workflow.init
    def __init__(self, input: OrderInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(PLAN, input, context, carried)
        self.state = PlanState() if carried is None else carried.state_as(PlanState)

    @workflow.run
    async def run(self, input: OrderInput, context: Context, carried: Carried | None = None) -> PlanResult:
        return await self.carry_out(self.steps)

    async def steps(self) -> PlanResult:
        if not self.resuming("instalments"):
            await self.do(
                "reserveInventory",
                catalogue.reserve_inventory(order_id=self.input.order_id),
                undo=Undo(lambda done: catalogue.release_inventory(reservation_id=done.reservation_id)),
            )
        with self.loop("instalments", carry=True, every=2) as instalments:
            for number in instalments.over(range(1, 6)):
                async with instalments.turn(number):
                    await self.wait("awaitPaid", [On(Paid)], lasting=timedelta(days=1))
                    await self.do(
                        "capturePayment",
                        catalogue.capture_payment(order_id=self.input.order_id, amount=number),
                    )
                    self.state.paid.append(number)
        return PlanResult(paid=self.state.paid, runs=self.run_number)


@workflow.defn(name="RoundsFlow")
class RoundsFlow(City[OrderInput, Empty, OrderResult]):
    """Try a payment four times, a day apart."""

    @workflow.init
    def __init__(self, input: OrderInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(Facts(type="RoundsFlow", steps=("capturePayment",)), input, context, carried)

    @workflow.run
    async def run(self, input: OrderInput, context: Context, carried: Carried | None = None) -> OrderResult:
        return await self.carry_out(self.steps)

    async def steps(self) -> OrderResult:
        for round in self.rounds("capturePayment", 4):
            try:
                payment = await self.do(
                    "capturePayment",
                    catalogue.capture_payment(order_id=self.input.order_id, amount=100),
                    undo=Undo(lambda done: catalogue.refund_payment(payment_id=done.payment_id)),
                    on_failure="fail",
                )
            except StepFailed as error:
                if not error.is_a("PaymentDeclinedError", "TimeoutError"):
                    raise
                await self.sleep("waitBeforeRetry", lasting=timedelta(days=round))
                continue
            return OrderResult(status="paid", payment_id=payment.payment_id)
        raise self.fail("PaymentDeclinedError", "four times")


class ManyInput(Model):
    orders: list[str]
    on_failure: str = "collect"


class ManyResult(Model):
    reserved: list[str]
    failed: list[str]


@workflow.defn(name="ManyFlow")
class ManyFlow(City[ManyInput, Empty, ManyResult]):
    """Reserve for many orders, two at once, then two things side by side."""

    @workflow.init
    def __init__(self, input: ManyInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(Facts(type="ManyFlow"), input, context, carried)

    @workflow.run
    async def run(self, input: ManyInput, context: Context, carried: Carried | None = None) -> ManyResult:
        return await self.carry_out(self.steps)

    async def reserve(self, order_id: str) -> str:
        done = await self.do(
            "reserveInventory",
            catalogue.reserve_inventory(order_id=order_id),
            undo=Undo(lambda done: catalogue.release_inventory(reservation_id=done.reservation_id)),
        )
        return done.reservation_id

    async def quick(self) -> str:
        await self.sleep("quick", lasting=timedelta(minutes=1))
        return "quick"

    async def slow(self) -> str:
        await self.do(
            "capturePayment",
            catalogue.capture_payment(order_id="slow", amount=1),
            undo=Undo(lambda done: catalogue.refund_payment(payment_id=done.payment_id)),
        )
        await self.sleep("slow", lasting=timedelta(days=1))
        return "slow"

    async def steps(self) -> ManyResult:
        stop = self.input.on_failure == "stop"
        results = await self.each(
            "orders", self.input.orders, self.reserve, limit=2, on_failure="stop" if stop else "collect"
        )
        raced = await self.parallel("race", {"slow": self.slow, "quick": self.quick}, first=True)
        return ManyResult(reserved=[*results.values, *raced], failed=[failed.item for failed in results.failed])


class LateInput(Model):
    order_id: str
    pivot: bool = False


@workflow.defn(name="DeadlineFlow")
class DeadlineFlow(City[LateInput, Empty, OrderResult]):
    """Reserves, then waits for longer than the workflow may take."""

    @workflow.init
    def __init__(self, input: LateInput, context: Context, carried: Carried | None = None) -> None:
        facts = Facts(type="DeadlineFlow", within=timedelta(hours=24))
        super().__init__(facts, input, context, carried)

    @workflow.run
    async def run(self, input: LateInput, context: Context, carried: Carried | None = None) -> OrderResult:
        return await self.carry_out(self.steps)

    async def steps(self) -> OrderResult:
        await self.do(
            "reserveInventory",
            catalogue.reserve_inventory(order_id=self.input.order_id),
            undo=Undo(lambda done: catalogue.release_inventory(reservation_id=done.reservation_id)),
        )
        if self.input.pivot:
            await self.pivot()
        for day in itertools.count(1):
            await self.sleep(f"day{day}", lasting=timedelta(days=3))
            if self.pivoted:
                break
        return OrderResult(status="late", payment_id="")


WORKFLOWS: list[type] = [OrderFlow, KycFlow, PlanFlow, RoundsFlow, ManyFlow, DeadlineFlow]
