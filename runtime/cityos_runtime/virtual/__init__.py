"""Running workflows in this process on a virtual clock: no server, no network, no waiting."""

from __future__ import annotations

from cityos_runtime.virtual.activities import Answered, Asked, Failing, Lost, Pending, Perform
from cityos_runtime.virtual.clock import Clock
from cityos_runtime.virtual.programs import Compiled, Program
from cityos_runtime.virtual.run import Run
from cityos_runtime.virtual.trace import Entry
from cityos_runtime.virtual.world import World

__all__ = [
    "Answered",
    "Asked",
    "Clock",
    "Compiled",
    "Entry",
    "Failing",
    "Lost",
    "Pending",
    "Perform",
    "Program",
    "Run",
    "World",
]
