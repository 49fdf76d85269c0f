"""The index by which signals find workflows: a search attribute that says which values a workflow knows."""

from __future__ import annotations

import hashlib
import re

from temporalio.common import SearchAttributeKey

ADDRESSES = SearchAttributeKey.for_keyword_list("CityAddress")
REMEMBERED = 100
"""How many addresses a workflow keeps: a subscription's earlier payments are still told of."""

_TENANT = re.compile(r"[A-Za-z0-9_.\-]{1,100}")


def address(signal: str, field: str, value: object) -> str:
    """What is indexed for a value. The value itself stays out of the index: it may be personal."""
    told = hashlib.sha256(str(value).encode()).hexdigest()[:24]
    return f"{signal}|{field}|{told}"


def query(tenant: str, addresses: list[str]) -> str:
    """The visibility query for the tenant's running workflows with one of these addresses.

    Raises ValueError where the tenant's name could change what the query means.
    """
    if not _TENANT.fullmatch(tenant):
        raise ValueError(f"{tenant!r} is no tenant's id")
    listed = ", ".join(f"'{each}'" for each in addresses)
    return f"CityTenant = '{tenant}' AND CityAddress IN ({listed}) AND ExecutionStatus = 'Running'"
