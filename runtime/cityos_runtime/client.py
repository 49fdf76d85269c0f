"""Connecting to Temporal."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cityos_runtime.setup import SetupError

ADDRESS = "localhost:7233"
NAMESPACE = "default"


async def connect(address: str = ADDRESS, namespace: str = NAMESPACE) -> Client:
    """A client that speaks the types of generated workflows.

    Raises SetupError where no server answers.
    """
    try:
        return await Client.connect(address, namespace=namespace, data_converter=pydantic_data_converter)
    except RuntimeError as error:
        raise SetupError(f"no Temporal server answers at {address}; is it running?") from error
