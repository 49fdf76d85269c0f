"""Variants: one operation with other inputs in other workflows, each an operation of its own."""

from __future__ import annotations

import dataclasses

from cityos_dsl.source import Mapping
from cityos_dsl.spec import documents as d

SEPARATOR = ":"
"""Between an operation's name and its variant's: ``createAccountingEntry:payout``."""


def variant_name(operation: str, variant: str) -> str:
    """The name under which a variant is an operation."""
    return f"{operation}{SEPARATOR}{variant}"


def plain_name(operation: str) -> str:
    """An operation's name without its variant's."""
    return operation.partition(SEPARATOR)[0]


def varied(operation: d.Operation, variant: d.Variant) -> d.Operation:
    """The operation as the variant says it: its keys win, and its inputs come behind the common ones."""
    names = {f.name for f in dataclasses.fields(variant)} - {"input", "node"}
    own = {name: getattr(variant, name) for name in names if getattr(variant, name) is not None}
    return dataclasses.replace(operation, variants=None, input=_inputs(operation.input, variant.input), **own)


def _inputs(common: Mapping | None, own: Mapping | None) -> Mapping | None:
    if common is None or own is None:
        return own or common
    named = {name.text.removesuffix("?") for name, _ in own}
    kept = tuple(entry for entry in common.entries if entry[0].text.removesuffix("?") not in named)
    return Mapping((*kept, *own.entries), own.span)
