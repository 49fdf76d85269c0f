"""Named types and error classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import Fields, key, optional


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TypeDeclaration:
    """A named type."""

    LABEL: ClassVar[str] = "a type"
    summary: Scalar | None = optional("What it is.")
    fields: Fields | None = optional("The fields of a record.")
    enum: tuple[Scalar, ...] | None = optional("The members of an enumeration.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Types:
    """Named types."""

    LABEL: ClassVar[str] = "a file of types"
    types: dict[Scalar, TypeDeclaration] = key("The types by name.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ErrorClass:
    """An error class."""

    LABEL: ClassVar[str] = "an error class"
    summary: Scalar | None = optional("What it means.")
    http: Scalar = key("Its HTTP equivalent.", example="402")
    retryable: Scalar = key("Whether Temporal retries it.", words=("true", "false"))
    outcome: Scalar | None = optional("Whether we know what happened there.", words=("known", "unknown"))
    policy: Scalar | None = optional("How it is retried.")
    compensation: Scalar | None = optional("What the business does about it.")
    alert: Scalar | None = optional("Who is told.", words=("info", "warn", "critical"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Errors:
    """The error taxonomy."""

    LABEL: ClassVar[str] = "the errors"
    errors: dict[Scalar, ErrorClass] = key("The classes by name.")
    groups: dict[Scalar, tuple[Scalar, ...]] | None = optional("Named groups of classes.")
