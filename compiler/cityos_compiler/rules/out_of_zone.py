"""DATA009: personal data stays in its residency zone."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import Whole, whole_rule
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.fields import CLASSES


@whole_rule(
    "DATA009",
    "Personal data leaves its zone",
    "A system lists the zones whose personal data it may hold (architecture §7.2). Where it lacks one, confidential "
    "and restricted inputs go to it only under an `if` on `tenant.zone`; the worker refuses them otherwise, in the "
    "middle of a run.",
    bad="- do: createShippingLabel        # zones: [EU]; takes an address\n",
    good="- do: createShippingLabel\n  if: tenant.zone == 'EU'\n",
)
def check(whole: Whole) -> Iterator[Finding]:
    """Compare the zones in which a step's tenant may be with those of its system."""
    zones = whole.zones
    for one in whole.followed.carried:
        allowed = {scalar.text for scalar in one.operation.owner.zones or ()}
        if not allowed:
            continue
        outside = whole.known[one.workflow].zones_at.get(one.step.name, zones) - allowed
        if outside:
            held = max(CLASSES.index(one.field.data_class), one.level.rank)
            yield Finding(
                "DATA009",
                f"`{one.field.name}` is {CLASSES[held]}, and `{one.operation.system}` may not hold personal data of "
                f"{', '.join(sorted(outside))}",
                one.span,
                f"guard the step: if: tenant.zone in [{', '.join(repr(zone) for zone in sorted(allowed))}]",
                related=(*one.level.trail, Related(one.field.span, f"taken by `{one.operation.name}` here")),
            )
