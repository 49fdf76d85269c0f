"""`cityosc demo`: the tour."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cityos_compiler.cli.common import checked_project, project_root

if TYPE_CHECKING:
    from cityos_runtime.context import Context
    from cityos_runtime.local import LocalCity


@click.command()
@click.option("--keep", is_flag=True, help="Leave the server, its Web UI, the city and the workers running at the end.")
def demo_command(keep: bool) -> int:
    """Place an order, break one and watch it undone, onboard a vendor through two days of waiting.

    Everything is real but for the six systems, which the sandbox city serves over HTTP, and for time, which the
    Temporal server skips where nothing is to do.
    """
    from cityos_runtime.setup import SetupError

    from cityos_compiler import disk
    from cityos_compiler.backends.python.generate import generate
    from cityos_compiler.cli.scenarios import signal_examples

    root = Path(os.environ["CITYOSC_PROJECT"]) if "CITYOSC_PROJECT" in os.environ else project_root()
    checked = checked_project(root)
    files = generate(checked.project, checked.workflows)
    folder = root / "generated"
    changes = disk.compare(folder, files)
    if changes.edited:
        raise click.ClickException("generated code was edited by hand: `cityosc compile` says which")
    disk.write(folder, files, changes)
    _say(f"1. compiled {len(checked.workflows)} workflows to {folder.name}/")
    try:
        return asyncio.run(_tour(root, folder, signal_examples(checked.project), keep))
    except SetupError as error:
        raise click.ClickException(str(error)) from error


def _say(text: str) -> None:
    bold = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    click.echo(f"\n{bold[0]}{text}{bold[1]}")


async def _tour(root: Path, generated: Path, examples: dict[str, Any], keep: bool) -> int:
    from cityos_runtime.local import LocalCity

    city = await LocalCity.open(generated, ui=True, examples=examples)
    try:
        _say("2. started the Temporal server with its Web UI, the sandbox city, and the workers")
        click.echo(f"   Web UI        {city.ui_url}\n   sandbox city  {city.sandbox.url}")
        inputs = _inputs(root)
        codes = [await _order(city, inputs["OrderPlacementWorkflow"])]
        codes.append(await _broken_order(city, inputs["OrderPlacementWorkflow"]))
        codes.append(await _onboarding(city, inputs["VendorOnboardingWorkflow"]))
        if keep:
            _say("Everything is still running. Stop with Ctrl-C.")
            await asyncio.Event().wait()
        else:
            _say("That was the tour. `make demo ARGS=--keep` leaves everything running, to look at it in the Web UI.")
        return 0 if codes == [0, 1, 0] else 1
    finally:
        await city.stop()


def _inputs(root: Path) -> dict[str, dict[str, Any]]:
    """The inputs that the scenario tests share."""
    from cityos_compiler.scenarios.model import read_scenarios

    scenarios, _, _ = read_scenarios(root / "specs" / "tests", root)
    inputs: dict[str, dict[str, Any]] = {}
    for scenario in scenarios:
        inputs.setdefault(scenario.workflow, scenario.input)
    return inputs


async def _webhook(city: LocalCity, name: str, payload: dict[str, Any]) -> None:
    """A message from outside: it knows the verification or the account, and finds the workflow by that."""
    delivery = await city.send(name, payload, _context(city), event_id=f"evt_demo_{name}")
    click.echo(f"   webhook {name} found {', '.join(delivery.delivered_to)}")


async def _start(city: LocalCity, workflow: str, given: dict[str, Any]) -> Any:
    handle = await city.start(workflow, given, _context(city))
    click.echo(f"   in the Web UI {city.link(handle)}")
    return handle


def _context(city: LocalCity) -> Context:
    from cityos_runtime.context import Context, Tenant

    tenant = Tenant.of(city.manifest, next(iter(city.tenants), "t_001"))
    return Context(tenant=tenant, correlation_id="demo", search_attributes=True)


async def _order(city: LocalCity, given: dict[str, Any]) -> int:
    from cityos_compiler.cli.run import follow

    _say(
        "3. a shopper places an order: stock is reserved, the payment captured, a delivery ordered, the ledger written"
    )
    return await follow(await _start(city, "OrderPlacementWorkflow", {**given, "order_id": "ord_demo_1"}), "human")


async def _broken_order(city: LocalCity, given: dict[str, Any]) -> int:
    from cityos_compiler.cli.run import follow

    _say("4. another order, but no van drives there: what was done is undone, newest first")
    tenant = next(iter(city.tenants), "t_001")
    city.sandbox.script(tenant, "createDeliveryOrder", [{"fails": "DeliveryZoneUnavailableError"}])
    return await follow(await _start(city, "OrderPlacementWorkflow", {**given, "order_id": "ord_demo_2"}), "human")


async def _onboarding(city: LocalCity, given: dict[str, Any]) -> int:
    """The identity check takes its 48 hours and a reminder, all of it in virtual time."""
    from datetime import timedelta

    from cityos_compiler.cli.run import follow

    _say(
        "5. a vendor registers; nobody looks at the documents for 48 hours, a reminder goes out, "
        "a day later it is approved"
    )
    with city.environment.with_time_skipping_disabled():
        handle = await _start(city, "VendorOnboardingWorkflow", given)
    following = asyncio.create_task(follow(handle, "human"))
    await city.waits(handle, "awaitKYCApproval")
    verification = await city.result_of(handle, "initiateKYC", "verification_id")
    await city.environment.fast_forward(handle, timedelta(hours=49))
    await city.environment.fast_forward(handle, timedelta(hours=24))
    payload = city.signal_payload(
        "kyc.verification.approved", {"verification_id": verification}, await city.now(handle)
    )
    await _webhook(city, "kyc.verification.approved", payload)
    await city.waits(handle, "awaitPaymentAccountVerified")
    account = await city.result_of(handle, "createConnectedPaymentAccount", "connected_account_id")
    payload = city.signal_payload("payment_account.verified", {"connected_account_id": account}, await city.now(handle))
    await _webhook(city, "payment_account.verified", payload)
    return await following
