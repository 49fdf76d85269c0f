"""What the sandbox city remembers: calls, what was carried out, and the script of faults."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

EVERYBODY = ""
"""The script of this tenant is for all that have none of their own."""


@dataclass(frozen=True)
class CallRecord:
    """One request as it arrived, and what became of it."""

    sequence: int
    tenant: str
    workflow_id: str
    system: str
    operation: str
    """The operation, `<operation>.lookup`, or empty where the request was for none."""
    method: str
    path: str
    key: str
    input: dict[str, Any]
    """What the request says of the operation's input."""
    body: Any
    status: int | None
    """None where the answer was lost."""
    committed: bool
    """Whether this very request was carried out."""
    refused: str = ""
    """Why the request itself was wrong."""

    def to_data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return asdict(self)


@dataclass
class Commit:
    """Something that was carried out."""

    tenant: str
    operation: str
    key: str
    env: dict[str, Any]
    body: Any
    output: dict[str, Any]
    status: int
    answer: Any


@dataclass
class State:
    """All of it; each tenant sees only what is its own."""

    calls: list[CallRecord] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    scripts: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def script(self, tenant: str, operation: str, entries: list[dict[str, Any]]) -> None:
        """Replace the script of an operation. Its last entry stays, unless it says how many `times`."""
        self.scripts[tenant, operation] = [dict(entry) for entry in entries]

    def clear(self, tenant: str | None = None) -> None:
        """Forget the scripts, of one tenant or of all."""
        for place in [place for place in self.scripts if tenant in (None, place[0])]:
            del self.scripts[place]

    def next_entry(self, tenant: str, operation: str) -> dict[str, Any]:
        """What the script says of this call; nothing where it says nothing."""
        for place in ((tenant, operation), (EVERYBODY, operation)):
            if place in self.scripts:
                return self._take(self.scripts[place])
        return {}

    def _take(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        if not entries:
            return {}
        entry = entries[0]
        if "times" in entry:
            entry["times"] -= 1
            if entry["times"] <= 0:
                entries.pop(0)
        elif len(entries) > 1:
            entries.pop(0)
        return entry

    def committed(self, tenant: str, operation: str, key: str) -> Commit | None:
        """What was carried out under this key."""
        found = (c for c in self.commits if (c.tenant, c.operation, c.key) == (tenant, operation, key))
        return next(found, None) if key else None

    def of_operation(self, tenant: str, operation: str) -> list[Commit]:
        """Everything an operation brought about for a tenant, newest first."""
        return [c for c in reversed(self.commits) if (c.tenant, c.operation) == (tenant, operation)]
