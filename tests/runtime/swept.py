"""A workflow that a schedule starts for each row, and that counts on."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from cityos_runtime import Carried, City, Context, Facts, Model, Tenant


class SweptInput(Model):
    shop: str


class Empty(Model):
    pass


class SweptResult(Model):
    tenant: Tenant
    shop: str
    count: int


@workflow.defn(name="SweptFlow")
class SweptFlow(City[SweptInput, Empty, SweptResult]):
    """One more than the last time."""

    @workflow.init
    def __init__(self, input: SweptInput, context: Context, carried: Carried | None = None) -> None:
        super().__init__(Facts(type="SweptFlow"), input, context, carried)

    @workflow.run
    async def run(self, input: SweptInput, context: Context, carried: Carried | None = None) -> SweptResult:
        return await self.carry_out(self.steps)

    async def steps(self) -> SweptResult:
        if self.input.shop == "closed":
            self.fail("ShopClosedError", "nobody there")
        last = self.last_result
        return SweptResult(tenant=self.tenant, shop=self.input.shop, count=1 + (last["count"] if last else 0))
