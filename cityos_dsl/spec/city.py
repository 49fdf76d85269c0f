"""The project's defaults, and which rules apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import Value, key, optional
from cityos_dsl.spec.systems import RetryPolicy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PathRules:
    """Which rules apply to some files."""

    LABEL: ClassVar[str] = "the rules of a path"
    select: tuple[Scalar, ...] | None = optional("Rules that apply here besides: codes, families, or all.")
    ignore: tuple[Scalar, ...] | None = optional("Rules that don't apply here.", example=["STYLE"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Lint:
    """Which rules apply, where, and how much their findings weigh."""

    LABEL: ClassVar[str] = "lint"
    select: tuple[Scalar, ...] | None = optional(
        "Rules that apply: codes (SAGA001), families (SAGA), or all, which is meant where nothing is said.",
        example=["all"],
    )
    ignore: tuple[Scalar, ...] | None = optional("Rules that don't; a code wins over its family, a family over all.")
    severity: dict[Scalar, Scalar] | None = optional(
        "How much findings weigh, by code, family, or all.", words=("error", "warning", "note", "off")
    )
    per_path: dict[Scalar, PathRules] | None = optional(
        "The same by path: a pattern such as specs/workflows/legacy/*, where * reaches into folders below."
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class City:
    """The project's defaults."""

    LABEL: ClassVar[str] = "the project"
    name: Scalar = key("Its name.", example="dakkah-cityos")
    summary: Scalar | None = optional("What it is.")
    retry: RetryPolicy | None = optional("The default retry policy.")
    timeouts: Value | None = optional("Default timeouts.")
    workflow_id: Value | None = optional("The convention for workflow ids.")
    task_queues: Value | None = optional("The queues.")
    zones: Value | None = optional("Residency zones.")
    tenants: Value | None = optional("Tenants of the demo and the tests.")
    lint: Lint | None = optional("Which rules apply, where, and how much their findings weigh.")
