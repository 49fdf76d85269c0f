"""The store of definitions, for commands that run workflows by them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cityos_runtime.interpreter.dynamic import Reference

    from cityos_compiler import ir
    from cityos_compiler.passes import Checked


@dataclass(frozen=True)
class Kept:
    """Definitions that are in a store, and how workflows are started by them."""

    folder: Path
    references: dict[str, Reference]


def definitions_folder(root: Path) -> Path:
    """The store: what `CITYOSC_DEFINITIONS` says, else `.cityos/definitions` of the project."""
    return Path(os.environ.get("CITYOSC_DEFINITIONS") or root / ".cityos" / "definitions")


def keep(root: Path, checked: Checked, names: Iterable[str]) -> Kept:
    """Put the definitions of these workflows, and of all that they start, into the store as the specs say them now."""
    from cityos_runtime.interpreter.dynamic import Reference
    from cityos_runtime.interpreter.store import DefinitionStore

    from cityos_compiler.backends.definition.document import Definitions

    wanted, workflows = set(names), {workflow.name: workflow for workflow in checked.workflows}
    chosen = [workflow.name for workflow in checked.workflows if wanted & {workflow.name, workflow.id}]
    started = {name: _started(name, workflows) for name in chosen}
    definitions = Definitions(checked.project, checked.workflows)
    store = DefinitionStore(definitions_folder(root))
    digests = {
        name: store.put(definitions.of(name)) for name in sorted({*chosen, *(n for s in started.values() for n in s)})
    }
    references = {
        name: Reference(
            workflow=name, digest=digests[name], children={other: digests[other] for other in started[name]}
        )
        for name in chosen
    }
    return Kept(store.folder, references)


def _started(name: str, workflows: Mapping[str, ir.Workflow]) -> list[str]:
    """The workflows that one starts, that those start, and so on."""
    found: dict[str, None] = {}
    open_ = list(_children(workflows[name]))
    while open_:
        other = open_.pop()
        if other not in found:
            found[other] = None
            open_ += _children(workflows[other])
    return sorted(found)


def _children(workflow: ir.Workflow) -> Iterator[str]:
    from cityos_compiler import ir

    return (step.workflow for step in ir.all_steps(workflow) if isinstance(step, ir.Child))


def interpreted_data(root: Path, checked: Checked) -> Path:
    """A folder with what a city needs besides workflows: its systems and its manifest, as the specs say them now."""
    import json

    from cityos_compiler.backends.python.manifest import manifest
    from cityos_compiler.backends.python.systems import systems_data
    from cityos_compiler.disk import replace_file

    folder = root / ".cityos" / "interpreted"
    systems = json.dumps(systems_data(checked.project), indent=1, ensure_ascii=False) + "\n"
    replace_file(folder / "systems.json", systems)
    replace_file(folder / "manifest.json", manifest(checked.project, checked.workflows))
    return folder
