"""What ends a flow, a block, a pass or a round."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Step, Text, Value


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Return(Step):
    """End with the output."""

    value: Value


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Fail(Step):
    """End with an error class."""

    error: str
    message: Text


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Leave(Step):
    """Out of a loop or group."""

    target: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Next(Step):
    """On with a loop."""

    target: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Retry(Step):
    """The next business round."""
