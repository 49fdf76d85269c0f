"""DATA009: personal data stays in its residency zone."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.fields import CLASSES


@one_rule(
    "DATA009",
    "Personal data leaves its zone",
    "A system lists the zones whose personal data it may hold (architecture §7.2). Where it lacks one, confidential "
    "and restricted inputs go to it only under an `if` on `tenant.zone`; the worker refuses them otherwise, in the "
    "middle of a run.",
    bad="- do: createShippingLabel        # zones: [EU]; takes an address\n",
    good="- do: createShippingLabel\n  if: tenant.zone == 'EU'\n",
)
def check(one: One) -> Iterator[Finding]:
    """Compare the zones in which a step's tenant may be with those of its system."""
    zones = frozenset(one.project.zones)
    for taken in one.flowing.carried:
        allowed = {scalar.text for scalar in taken.operation.owner.zones or ()}
        if not allowed:
            continue
        outside = one.known.zones_at.get(taken.step.name, zones) - allowed
        if outside:
            held = max(CLASSES.index(taken.field.data_class), taken.level.rank)
            yield Finding(
                "DATA009",
                f"`{taken.field.name}` is {CLASSES[held]}, and `{taken.operation.system}` may not hold personal data "
                f"of {', '.join(sorted(outside))}",
                taken.span,
                f"guard the step: if: tenant.zone in [{', '.join(repr(zone) for zone in sorted(allowed))}]",
                related=(
                    *taken.level.trail,
                    Related(taken.field.span, f"taken by `{taken.operation.name}` here"),
                ),
            )
