"""What systems keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.fields import CLASSES
from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import key, optional


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Sync:
    """Which systems hold copies of a model; its owner is the master, and wins."""

    LABEL: ClassVar[str] = "`sync`"
    to: tuple[Scalar, ...] = key("The systems that hold a copy they only read.", example=["medusa", "erpnext"])
    events: tuple[Scalar, ...] | None = optional(
        "The events that bring the copies up to date; without them it reaches its targets in a way of its own.",
        example=["node.created", "node.updated"],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Model:
    """Something that a system keeps."""

    LABEL: ClassVar[str] = "a model"
    summary: Scalar = key("What it is.")
    source: Scalar = key("What the system itself calls it: its table, DocType, resource or collection.")
    class_: Scalar = key("The data class of the most sensitive thing it holds.", words=CLASSES)
    type: Scalar | None = optional("The type by which workflows speak of it.", example="VendorOrder")
    providers: tuple[Scalar, ...] | None = optional("Which of the system's providers keep it.", example=["stripe"])
    sync: Sync | None = optional("Which systems hold copies of it.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ModelDomain:
    """The models of one domain."""

    LABEL: ClassVar[str] = "a domain"
    summary: Scalar = key("What it is about.")
    models: dict[Scalar, Model] = key("The models by name.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Models:
    """What a system keeps: the models that it owns."""

    LABEL: ClassVar[str] = "the models of a system"
    system: Scalar = key("The system that owns them.", example="fleetbase")
    kept_as: Scalar = key(
        "What `source` names there.", words=("table", "doctype", "resource", "collection"), example="table"
    )
    domains: dict[Scalar, ModelDomain] = key("The models by domain.")
