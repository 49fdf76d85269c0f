"""OrderPlacement as somebody who knows Temporal would write it: the same activities, inputs, retries and undoing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from cityos_generated.systems import erpnext, fleetbase, medusa, payload, payment
    from cityos_generated.workflows.wf_001_order_placement import OrderPlacementInput, OrderPlacementResult
    from cityos_runtime.context import ActivityContext, Context
    from cityos_runtime.model import Model

T = TypeVar("T")
QUICK = RetryPolicy(maximum_attempts=5, initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))


@workflow.defn(name="HandwrittenOrderPlacement")
class HandwrittenOrderPlacement:
    """Place an order; undo what was done where it can't be placed."""

    @workflow.init
    def __init__(self, input: OrderPlacementInput, context: Context) -> None:
        self.input = input
        self.context = context
        self.status = "pending"
        self.undo: list[tuple[str, Model, str]] = []

    @workflow.run
    async def run(self, input: OrderPlacementInput, context: Context) -> OrderPlacementResult:
        """Run the saga."""
        try:
            return await self.place()
        except (ActivityError, asyncio.CancelledError) as error:
            self.status = "cancelled" if is_cancelled_exception(error) else "failed"
            for name, given, queue in reversed(self.undo):
                await self.execute(name, given, queue, dict)
            raise
        finally:
            await self.execute(
                "recordAuditLog",
                medusa.RecordAuditLogInput(
                    action="order_placement", resource_type="order", resource_id=input.order_id, outcome=self.status
                ),
                "medusa-commerce",
                medusa.RecordAuditLogOutput,
            )

    async def place(self) -> OrderPlacementResult:
        """The steps of the order."""
        order, paid = self.input, self.input.payment
        reserved = await self.execute(
            "reserveInventory",
            erpnext.ReserveInventoryInput(
                order_id=order.order_id, customer_id=order.customer_id, vendor_orders=order.vendor_orders
            ),
            "erpnext-backoffice",
            erpnext.ReserveInventoryOutput,
        )
        released = erpnext.ReleaseInventoryInput(reservation_id=reserved.reservation_id)
        self.undo.append(("releaseInventory", released, "erpnext-backoffice"))
        amount = {
            "payment_intent_id": paid.payment_intent_id,
            "amount": paid.amount,
            "currency_code": paid.currency_code,
            "gateway": paid.gateway,
        }
        self.undo.append(("refundPayment", payment.RefundPaymentInput(**amount), "payment-gateway"))
        await self.execute(
            "capturePayment", payment.CapturePaymentInput(**amount), "payment-gateway", payment.types.PaymentResult
        )
        split = medusa.CalculateCommissionsInput(order_id=order.order_id, vendor_orders=order.vendor_orders)
        self.undo.append(
            ("reverseCommissions", medusa.ReverseCommissionsInput(order_id=order.order_id), "medusa-commerce")
        )
        await self.execute("calculateCommissions", split, "medusa-commerce", medusa.CalculateCommissionsOutput)
        delivery = await self.execute(
            "createDeliveryOrder",
            fleetbase.CreateDeliveryOrderInput(
                order_id=order.order_id, vendor_orders=order.vendor_orders, shipping_address=order.shipping_address
            ),
            "fleetbase-logistics",
            fleetbase.CreateDeliveryOrderOutput,
        )
        cancelled = fleetbase.CancelDeliveryOrderInput(delivery_order_id=delivery.delivery_order_id)
        self.undo.append(("cancelDeliveryOrder", cancelled, "fleetbase-logistics"))
        await self.execute(
            "createAccountingEntries",
            erpnext.CreateAccountingEntriesInput(
                order_id=order.order_id, payment=paid, vendor_orders=order.vendor_orders
            ),
            "erpnext-backoffice",
            erpnext.CreateAccountingEntriesOutput,
        )
        self.undo.clear()
        self.status = "placed"
        await self.execute(
            "sendOrderConfirmation",
            payload.SendOrderConfirmationInput(order_id=order.order_id, customer_id=order.customer_id),
            "payload-content",
            payload.SendOrderConfirmationOutput,
        )
        return OrderPlacementResult(
            status="placed", order_id=order.order_id, delivery_order_id=delivery.delivery_order_id
        )

    async def execute(self, name: str, given: Model, queue: str, result: type[T]) -> T:
        """One activity, with its key."""
        info = workflow.info()
        context = ActivityContext(
            tenant=self.context.tenant,
            correlation_id=self.context.correlation_id,
            causation_id=self.context.causation_id,
            idempotency_key=f"{info.workflow_id}_{name}_1",
            workflow_id=info.workflow_id,
            step=name,
        )
        answer: Any = await workflow.execute_activity(
            name,
            args=[given, context],
            task_queue=queue,
            result_type=result,
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=QUICK,
            summary=name,
            priority=Priority(fairness_key=self.context.tenant.id),
        )
        return answer  # type: ignore[no-any-return]  # the SDK's result type is a string's

    @workflow.query(name="getWorkflowStatus")
    def get_workflow_status(self) -> str:
        """Where it stands."""
        return self.status
