"""Where values flow: their data classes, from where they are declared to what takes them."""

from __future__ import annotations

from cityos_compiler.dataflow.city import Carried, Leak, follow

__all__ = ["Carried", "Leak", "follow"]
