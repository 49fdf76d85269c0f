"""The models of a project: what each system keeps, by whom it is owned and who holds a copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d


@dataclass(frozen=True, slots=True)
class OwnedModel:
    """A model with what its document says of all its models."""

    written: Scalar
    owner: Scalar
    """The system that owns it: the master of its copies."""
    kept_as: str
    domain: str
    """What its domain is about."""
    spec: d.Model

    @property
    def name(self) -> str:
        """Its name, which no other model of its owner has."""
        return self.written.text

    @property
    def system(self) -> str:
        """The name of its owner."""
        return self.owner.text

    @property
    def data_class(self) -> str:
        """``public``, ``internal``, ``confidential`` or ``restricted``."""
        return self.spec.class_.text

    @property
    def targets(self) -> tuple[str, ...]:
        """The systems that hold a copy."""
        return tuple(target.text for target in self.spec.sync.to) if self.spec.sync is not None else ()

    @property
    def events(self) -> tuple[str, ...]:
        """The events that bring its copies up to date."""
        sync = self.spec.sync
        return tuple(event.text for event in sync.events or ()) if sync is not None else ()


def owned_models(documents: Iterable[d.Models]) -> list[OwnedModel]:
    """All models, in the order in which they are written."""
    return [
        OwnedModel(name, document.system, document.kept_as.text, domain.summary.text, spec)
        for document in documents
        for domain in document.domains.values()
        for name, spec in domain.models.items()
    ]
