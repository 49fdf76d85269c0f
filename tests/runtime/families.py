"""Workflows that talk to each other, and blocks with a deadline."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cityos_runtime import Cancel, Carried, City, Context, Facts, Leave, Model, On, StepFailed, Undo

    from tests.runtime import catalogue
    from tests.runtime.catalogue import Paid


class ChildInput(Model):
    order_id: str
    fails: bool = False


class ChildResult(Model):
    payments: int


class Empty(Model):
    pass


@workflow.defn(name="ChildFlow")
class ChildFlow(City[ChildInput, Empty, ChildResult]):
    """Wait for one payment."""

    @workflow.init
    def __init__(self, input: ChildInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(Facts(type="ChildFlow", signals={"payment.paid": (Paid,)}), input, context, carried)

    @workflow.run
    async def run(self, input: ChildInput, context: Context, carried: Carried | None = None) -> ChildResult:
        return await self.carry_out(self.steps)

    async def steps(self) -> ChildResult:
        if self.input.fails:
            raise self.fail("ChildError", "as asked")
        paid = On(Paid)
        heard = await self.wait("awaitPaid", [paid])
        return ChildResult(payments=paid.payload(heard).number)


class ParentInput(Model):
    order_id: str
    fails: bool = False


class ParentResult(Model):
    payments: int
    signalled: list[bool]
    error: str = ""
    in_time: bool = True


@workflow.defn(name="ParentFlow")
class ParentFlow(City[ParentInput, Empty, ParentResult]):
    """Start one workflow, signal it, call another, and try something with a deadline."""

    @workflow.init
    def __init__(self, input: ParentInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(Facts(type="ParentFlow"), input, context, carried)

    @workflow.run
    async def run(self, input: ParentInput, context: Context, carried: Carried | None = None) -> ParentResult:
        return await self.carry_out(self.steps)

    async def both(self) -> int:
        done = await self.call(
            "callChild",
            "ChildFlow",
            ChildInput(order_id=self.input.order_id, fails=self.input.fails),
            workflow_id=f"{self.id}:called",
            result=ChildResult,
        )
        return done.payments

    async def pay(self) -> bool:
        await self.sleep("letItStart", lasting=timedelta(seconds=5))
        sent = await self.signal_other("pay", f"{self.id}:called", "payment.paid", Paid(number=7), missing="ignore")
        return sent.delivered

    async def dawdle(self) -> None:
        await self.do(
            "reserveInventory",
            catalogue.reserve_inventory(order_id=self.input.order_id),
            undo=Undo(lambda done: catalogue.release_inventory(reservation_id=done.reservation_id)),
        )
        await self.sleep("dawdle", lasting=timedelta(days=3))

    async def steps(self) -> ParentResult:
        signalled = [(await self.signal_other("nobody", "no-such-id", "x", {}, missing="ignore")).delivered]
        started = f"{self.id}:started"
        await self.start("startChild", "ChildFlow", ChildInput(order_id="s"), workflow_id=started)
        sent = await self.signal_other("payStarted", started, "payment.paid", Paid(number=1))
        signalled.append(sent.delivered)
        try:
            results = await self.parallel("family", {"call": self.both, "pay": self.pay})
        except StepFailed as error:
            return ParentResult(payments=0, signalled=signalled, error=error.error_class)
        in_time = await self.bounded("gather", self.dawdle, lasting=timedelta(days=1))
        await self.undo("gather")
        return ParentResult(payments=results["call"], signalled=[*signalled, results["pay"]], in_time=in_time)


class ListenResult(Model):
    status: str


@workflow.defn(name="ListenFlow")
class ListenFlow(City[ChildInput, Empty, ListenResult]):
    """Says more to a cancellation than "undo"."""

    @workflow.init
    def __init__(self, input: ChildInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(Facts(type="ListenFlow"), input, context, carried)

    @workflow.run
    async def run(self, input: ChildInput, context: Context, carried: Carried | None = None) -> ListenResult:
        return await self.carry_out(self.steps)

    async def on_cancel(self, signal: Cancel) -> None:
        await self.do("tell", catalogue.notify_customer(order_id=self.input.order_id))
        raise Leave("served")

    async def steps(self) -> ListenResult:
        with self.block("served", meanwhile=[On(Cancel, do=self.on_cancel)]):
            await self.sleep("service", lasting=timedelta(days=30))
            return ListenResult(status="served")
        return ListenResult(status="called off")


FAMILY: list[type] = [ChildFlow, ParentFlow, ListenFlow]
