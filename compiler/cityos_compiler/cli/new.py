"""`cityosc new`."""

from __future__ import annotations

from pathlib import Path

import click

_CITY = """\
name: {name}
summary: A city of workflows.
retry: {{attempts: 5, first: 1s, max: 5m, backoff: 2.0}}
tenants:
  t_001: {{zone: GCC, currency: SAR, gateway: stripe, timezone: Asia/Riyadh, locale: en}}
"""
_ERRORS = """\
errors:
  NetworkError: {http: 503, retryable: true, outcome: unknown, alert: warn}
  TimeoutError: {http: 504, retryable: true, outcome: unknown, alert: warn}
  InvalidArgumentError: {http: 400, retryable: false, outcome: known, alert: info}
  AuthenticationError: {http: 401, retryable: false, outcome: known, alert: critical}
  ConfigurationError: {http: 500, retryable: false, outcome: known, alert: critical}
  ExternalAPIError: {http: 502, retryable: true, outcome: unknown, alert: warn}
"""
_EVENTS = """\
events:
  order.placed:
    payload: {order_id: string}
"""
_SYSTEM = """\
system: shop
summary: The shop.
task_queue: shop
connection:
  base_url: SHOP_URL
  auth: {bearer: SHOP_KEY}
  success: status in [200, 201]
  errors:
    - {if: status == 401, error: AuthenticationError}
    - {if: status >= 500, error: ExternalAPIError, outcome: unknown}
    - {if: status >= 400, error: InvalidArgumentError}
operations:
  confirmOrder:
    summary: Confirm an order.
    effect: write
    input: {order_id: string}
    output: {confirmed: bool}
    idempotency: natural
    request: POST /orders/${ input.order_id }/confirm
    result: {confirmed: body.confirmed}
    example: {confirmed: true}
"""
_WORKFLOW = """\
id: WF-001
workflow: OrderWorkflow
summary: Confirm an order.
trigger: {event: order.placed}
task_queue: shop
workflow_id: tenant:{tenant_id}:order:{order_id}:placement

input:
  order_id: string

steps:
  - do: confirmOrder
    no_undo: nothing comes after it
  - return: {status: confirmed, order_id: input.order_id}
"""
_SCENARIOS = """\
workflow: OrderWorkflow
given: {tenant_id: t_001, input: {order_id: ord_1}}
scenarios:
  an order is confirmed:
    expect: {result: {status: confirmed, order_id: ord_1}, calls: {confirmOrder: 1}}
  the shop refuses it:
    world: {confirmOrder: {fails: InvalidArgumentError}}
    expect: {fails: InvalidArgumentError}
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new_command(folder: Path) -> int:
    """Make a small project in FOLDER: one system, one workflow, ready to lint, compile and change."""
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty")
    files = {
        "specs/cityos.yaml": _CITY.format(name=folder.resolve().name),
        "specs/errors.yaml": _ERRORS,
        "specs/events.yaml": _EVENTS,
        "specs/systems/shop.yaml": _SYSTEM,
        "specs/workflows/order/wf-001-order.yaml": _WORKFLOW,
        "specs/tests/wf-001.yaml": _SCENARIOS,
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    click.echo(f"{folder}: {len(files)} specs. Next: cd {folder} && cityosc lint && cityosc compile && cityosc test")
    return 0
