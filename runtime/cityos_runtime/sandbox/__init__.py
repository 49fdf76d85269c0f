"""The sandbox city: every system of the specs over real HTTP, on this machine."""

from cityos_runtime.sandbox.city import Sandbox
from cityos_runtime.sandbox.state import CallRecord

__all__ = ["CallRecord", "Sandbox"]
