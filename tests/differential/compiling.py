"""From the text of a random workflow to what can be run: compiled, and as a definition."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.backends.python.generate import generate
from cityos_compiler.backends.python.module_text import PACKAGE
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import Checked
from cityos_compiler.workspace import Workspace
from cityos_runtime.interpreter.definition import Definition
from cityos_runtime.sandbox import Sandbox
from cityos_runtime.virtual.programs import Compiled, Dispatch, Interpreted, Program

PLACE = Path(__file__).parent / "place"
FILE = "specs/workflows/words/wf-001-random.yaml"


@lru_cache(maxsize=1)
def _workspace() -> Workspace:
    return Workspace.at(PLACE)


def check(texts: dict[str, str]) -> Checked:
    """The place with these workflows in it."""
    return _workspace().check(texts)


@dataclass
class Built:
    """A checked project, ready to be run in both ways."""

    checked: Checked

    @cached_property
    def files(self) -> dict[str, str]:
        """The generated files."""
        return generate(self.checked.project, self.checked.workflows, formatted=False)

    @cached_property
    def compiled(self) -> dict[str, Program]:
        """The generated workflows."""
        manifest = self.manifest
        with loaded(self.files) as modules:
            found = {
                entry["class"]: (modules[f"{PACKAGE}.workflows.{entry['module']}"], entry["task_queue"])
                for entry in manifest["workflows"]
            }
            return {Dispatch.type: Dispatch()} | {
                name: Compiled(getattr(module, name), queue) for name, (module, queue) in found.items()
            }

    @cached_property
    def interpreted(self) -> dict[str, Program]:
        """The definitions."""
        definitions = Definitions(self.checked.project, self.checked.workflows)
        return {Dispatch.type: Dispatch()} | {
            name: interpreted(json.dumps(definitions.of(name))) for name in definitions.workflows
        }

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The generated manifest."""
        manifest: dict[str, Any] = json.loads(self.files["manifest.json"])
        return manifest

    @cached_property
    def sandbox(self) -> Sandbox:
        """A sandbox city of the place's systems."""
        return Sandbox(json.loads(self.files["systems.json"]))

    @cached_property
    def examples(self) -> dict[str, Any]:
        """Example payloads of the signals."""
        return signal_examples(self.checked.project)


@lru_cache(maxsize=8)
def interpreted(document: str) -> Program:
    """A definition, read; once where it comes again and again."""
    data = json.loads(document)
    return Interpreted(Definition(data), data["task_queue"])


_STANDING: dict[str, tuple[str, types.ModuleType]] = {}
"""Modules that were loaded before, with their texts: most of the place is the same in every case."""


@contextmanager
def loaded(files: dict[str, str]) -> Iterator[dict[str, types.ModuleType]]:
    """The generated modules in memory, importable meanwhile under their own names."""
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == PACKAGE}
    for name in before:
        del sys.modules[name]
    finder = _Finder(files)
    sys.modules.update(finder.standing())
    sys.meta_path.insert(0, finder)
    try:
        for name in finder.texts:
            __import__(name)
        yield {name: module for name, module in sys.modules.items() if name.split(".")[0] == PACKAGE}
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.modules.update(before)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class _Finder:
    """Finds generated modules by their texts."""

    def __init__(self, files: dict[str, str]) -> None:
        # What takes messages to workflows is for a server.
        self.texts = {
            _module(path): text for path, text in files.items() if path.endswith(".py") and "/dispatch" not in path
        }
        self._packages = {_module(path) for path in files if path.endswith("__init__.py")}

    def standing(self) -> dict[str, types.ModuleType]:
        """The modules, but for the workflows that change, as they were loaded before."""
        known = {name: module for name, (text, module) in _STANDING.items() if self.texts.get(name) == text}
        around = {name for name in self.texts if ".workflows." not in name}
        return known if around <= known.keys() else {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """What the import system asks."""
        if name not in self.texts:
            return None
        return ModuleSpec(name, self, is_package=name in self._packages)  # type: ignore[arg-type]  # duck-typed

    def create_module(self, spec: Any) -> types.ModuleType | None:
        """A plain module."""
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        """Run its text."""
        text = self.texts[module.__name__]
        exec(compile(text, module.__name__, "exec"), module.__dict__)
        _STANDING[module.__name__] = (text, module)
