"""The names an expression may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cityos_dsl.expr.types import RecordType, Type


@dataclass(frozen=True)
class Scope:
    """Names with their types, and what is known about them at this place.

    `known` holds dotted paths that are not null here; `missing` says of a name why it may be missing, or why
    it cannot be used at all when it is not among `names`. Where values become `json`, lists and maps may mix types,
    and a member of an enumeration is a text.
    """

    names: Mapping[str, Type]
    known: frozenset[str] = frozenset()
    records: Mapping[str, RecordType] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    json: bool = False

    def knowing(self, paths: Iterable[str]) -> Scope:
        """The same scope where these paths too are known not to be null."""
        return replace(self, known=self.known | frozenset(paths))

    def binding(self, name: str, type: Type) -> Scope:
        """The scope with one more name, which hides what had that name before."""
        known = frozenset(path for path in self.known if path != name and not path.startswith(f"{name}."))
        missing = {key: reason for key, reason in self.missing.items() if key != name}
        return replace(self, names={**self.names, name: type}, known=known, missing=missing)
