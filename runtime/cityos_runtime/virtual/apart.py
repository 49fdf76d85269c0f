"""Playing runs so that what is left of one reaches no other."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def apart(play: Callable[[], T]) -> T:
    """Play runs in a context of their own, with no garbage collected but before and after.

    An abandoned run is a heap of suspended coroutines. Collected in the middle of another run, they would end in that
    run's context and leave their own blocks as the ones it stands in.
    """
    enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        return copy_context().run(play)
    finally:
        copy_context().run(gc.collect)
        gc.unfreeze()
        if enabled:
            gc.enable()
