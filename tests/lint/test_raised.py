"""The error classes that any system may cause are those that the runtime makes by itself."""

from __future__ import annotations

from cityos_compiler.flow.raised import ANY_SYSTEM
from cityos_runtime.answers import BY_STATUS


def test_every_status_has_a_class_that_can_be_caught() -> None:
    assert set(BY_STATUS.values()) <= ANY_SYSTEM
