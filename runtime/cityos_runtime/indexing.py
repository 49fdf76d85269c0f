"""Search attributes: what an operator finds runs by."""

from __future__ import annotations

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

#: The attributes of every workflow, with their types.
SEARCH_ATTRIBUTES = {
    "CityTenant": "Keyword",
    "CityCorrelation": "Keyword",
    "CityEntity": "Keyword",
    "CityStatus": "Keyword",
    "CityAddress": "KeywordList",
}


async def is_indexed(client: Client) -> bool:
    """Whether the namespace has them. A workflow task that sets one that doesn't exist would fail for ever."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        known = (await client.operator_service.list_search_attributes(request)).custom_attributes
    except RPCError:  # a cluster may keep its operator's service to itself
        return False
    return all(name in known for name in SEARCH_ATTRIBUTES)
