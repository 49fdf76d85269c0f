"""What is around the workflows, kept entry by entry: a workflow that is checked again needs few of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cityos_compiler.keeping.pickled import dumps, loads
from cityos_compiler.parts import NAMES, TABLES
from cityos_dsl.project import OperationModel, Project
from cityos_dsl.resolving.systems import speaking, without_operations
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d

#: The fields of a project that are kept as one.
_BASE = ("aliases", "errors", "groups", "variants", "city", "zones")


class Shelf(Mapping[str, Any]):
    """A table whose entries are read when they are asked for."""

    def __init__(self, entries: Mapping[str, bytes], made: Callable[[Any], Any] = lambda value: value) -> None:
        self._entries = entries
        self._made = made
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            self._read[name] = self._made(loads(self._entries[name]))
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True, slots=True)
class Shelved:
    """What workflows see of a project around them, as bytes."""

    base: bytes
    systems: Mapping[str, bytes]
    """Without operations, which share them."""
    tables: Mapping[str, Mapping[str, bytes]]
    owners: Mapping[str, tuple[str, ...]]
    """By operation: the systems that have one of that name."""


class Digests:
    """What stands for the entries that a workflow asked for, and for what all of them see."""

    def __init__(self, kept: Shelved) -> None:
        self._kept = kept
        self._base = hashlib.sha256(kept.base)
        self._known: dict[tuple[str, str], bytes] = {}

    def of(self, asked: Iterable[tuple[str, str]]) -> bytes:
        """One digest of all that was asked for."""
        whole = self._base.copy()
        for entry in sorted(asked):
            whole.update(self._entry(entry))
        return whole.digest()

    def _entry(self, entry: tuple[str, str]) -> bytes:
        if entry not in self._known:
            table, name = entry
            entries = self._kept.tables[table]
            said = "\n".join(entries).encode() if name == NAMES else entries.get(name)
            whole = _sized(table.encode()) + _sized(name.encode()) + (_sized(said) if said is not None else b"-")
            for owner in self._kept.owners.get(name, ()) if table == "operations" else ():
                whole += _sized(self._kept.systems[owner])
            self._known[entry] = hashlib.sha256(whole).digest()
        return self._known[entry]


def _sized(data: bytes) -> bytes:
    """The data behind its length: two that stand one after the other can't be mistaken for others."""
    return b"%d %s" % (len(data), data)


def shelved(project: Project) -> Shelved:
    """The bytes of what is around the workflows."""
    tables = {table: {name: dumps(value) for name, value in getattr(project, table).items()} for table in TABLES[:-1]}
    tables["operations"] = {
        name: dumps([_alone(operation) for operation in operations]) for name, operations in project.operations.items()
    }
    systems = {name: dumps(without_operations(system)) for name, system in project.systems.items()}
    owners = {name: tuple(one.system for one in operations) for name, operations in project.operations.items()}
    return Shelved(dumps([getattr(project, name) for name in _BASE]), systems, tables, owners)


def unshelved(kept: Shelved, root: Path) -> Project:
    """The project around the workflows, its entries read when somebody asks for them."""
    base = dict(zip(_BASE, loads(kept.base), strict=True))
    tables: dict[str, Any] = {table: Shelf(kept.tables[table]) for table in TABLES[:-1]}
    systems = Shelf(kept.systems)

    def together(operations: list[tuple[OperationModel, Ways]]) -> list[OperationModel]:
        return [replace(one, owner=speaking(systems[one.system], ways)) for one, ways in operations]

    tables["operations"] = Shelf(kept.tables["operations"], together)
    return replace(Project(root), **base, **tables)


Ways = dict[str, dict[Scalar, d.Binding]]


def _alone(operation: OperationModel) -> tuple[OperationModel, Ways]:
    """An operation without its system, and how the providers speak it."""
    ways = {name.text: one.operations for name, one in (operation.owner.providers or {}).items() if one.operations}
    return replace(operation, owner=_NONE), ways


_NONE: Any = None
