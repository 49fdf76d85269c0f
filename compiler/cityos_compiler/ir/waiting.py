"""Sleeping, waiting, and what is done beside a wait."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Block, Expr, Step
from cityos_dsl.project import SignalModel


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sleep(Step):
    """Wait for a time."""

    lasting: Expr | None = None
    until: Expr | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Branch:
    """A branch of one or more signals; under ``meanwhile``, without any, of the workflow's cancellation."""

    signals: tuple[SignalModel, ...]
    where: Expr | None
    steps: Block


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Timer:
    """A timer in a ``meanwhile``."""

    name: str
    steps: Block
    every: Expr | None = None
    at: Expr | None = None
    each: str | None = None
    among: Expr | None = None
    skip_past: bool = False


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Meanwhile:
    """What is done beside a block's flow, at its waits."""

    branches: tuple[Branch, ...] = ()
    timers: tuple[Timer, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Await(Step):
    """Wait for signals, a condition, or a deadline."""

    branches: tuple[Branch, ...] = ()
    when: Expr | None = None
    then: Block = ()
    lasting: Expr | None = None
    until: Expr | None = None
    timeout: Block | None = None
    meanwhile: Meanwhile | None = None
