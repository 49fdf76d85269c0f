"""Chance from outside: signals that a run may hear, at moments that a seed decides."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from cityos_runtime.examples import signal_payload
from cityos_runtime.virtual import Run

OFTEN = 0.25
"""How often something comes at a moment at which the run waits."""


def surprise(run: Run, random: Random, examples: Mapping[str, Any]) -> None:
    """Perhaps a signal: its example, with the values by which this run is found."""
    contracts = list(run.flow.facts.signals)
    if run.is_over or not contracts or random.random() >= OFTEN:
        return
    name = random.choice(contracts)
    run.signal(name, signal_payload(examples, name, {}, run.clock.now))
