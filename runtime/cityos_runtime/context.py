"""What travels with a workflow: who it works for, and what it takes along into its next run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

ModelT = TypeVar("ModelT", bound=BaseModel)


class Tenant(BaseModel):
    """The tenant, read once at the start."""

    model_config = ConfigDict(extra="ignore")

    id: str
    zone: str = ""
    currency: str = ""
    gateway: str = ""
    timezone: str = "UTC"
    locale: str = "en"

    @classmethod
    def of(cls, manifest: Mapping[str, Any], id: str) -> Tenant:
        """A tenant with the profile that the specs give it, if any."""
        return cls(**{**manifest.get("tenants", {}).get(id, {}), "id": id})

    def of_row(self, row: Mapping[str, Any], known: Mapping[str, Mapping[str, str]]) -> Tenant:
        """The tenant that a row is for: this one, or another whose profile the row tells or the specs know.

        One tenant's zone, currency or gateway must never stand for another's. Raises `LookupError` where the row
        is for another tenant and something of that tenant's profile is told nowhere.
        """
        told = {name: row[name] for name in PROFILE if row.get(name)}
        id = str(row.get("tenant_id") or self.id)
        if id == self.id:
            return self.model_copy(update=told)
        profile = {**known.get(id, {}), **told}
        missing = [name for name in PROFILE if not profile.get(name)]
        if missing:
            raise LookupError(f"nothing says the {', '.join(missing)} of tenant {id}")
        return Tenant(**{**profile, "id": id})


PROFILE = tuple(name for name in Tenant.model_fields if name != "id")
"""What is true of a tenant and must not be taken for true of another."""


class Context(BaseModel):
    """The second argument of every workflow."""

    model_config = ConfigDict(extra="ignore")

    tenant: Tenant
    correlation_id: str = ""
    causation_id: str = ""
    last_result: Any = None
    """What this workflow gave in its schedule's previous sweep."""
    search_attributes: bool = False
    """Whether the namespace has the attributes of `indexing.SEARCH_ATTRIBUTES`."""

    def caused_by(self, workflow_id: str) -> Context:
        """The context of what this workflow starts."""
        return self.model_copy(update={"causation_id": workflow_id, "last_result": None})


class ActivityContext(BaseModel):
    """The second argument of every activity."""

    model_config = ConfigDict(extra="ignore")

    tenant: Tenant
    correlation_id: str
    causation_id: str
    idempotency_key: str
    workflow_id: str
    step: str


class Carried(BaseModel):
    """What one run hands to the next over continue-as-new."""

    at: str
    """The loop or wait at which the next run resumes."""
    position: int = 0
    """The passes of that loop which are done."""
    run: int = 1
    started_at: datetime
    state: Any = None
    done: Any = None
    deadlines: dict[str, datetime] = Field(default_factory=dict)
    timers: dict[str, datetime] = Field(default_factory=dict)
    numbers: dict[str, int] = Field(default_factory=dict)
    pivoted: bool = False
    cancel_requested: bool = False
    saga: dict[str, Any] = Field(default_factory=dict)
    mailbox: dict[str, Any] = Field(default_factory=dict)
    progress: dict[str, Any] = Field(default_factory=dict)

    def state_as(self, model: type[ModelT]) -> ModelT:
        """The state variables, as the workflow's own type."""
        return model.model_validate(self.state or {})

    def done_as(self, model: type[ModelT]) -> ModelT:
        """The results of the steps so far, as the workflow's own type."""
        return model.model_validate(self.done or {})
