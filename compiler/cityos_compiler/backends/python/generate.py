"""Generation of the whole package: ``{path: text}``, deterministic and formatted."""

from __future__ import annotations

import json
import subprocess
import sys

from cityos_compiler import ir
from cityos_compiler.backends.python import steps
from cityos_compiler.backends.python.dispatch import dispatch_module, events_module
from cityos_compiler.backends.python.manifest import manifest
from cityos_compiler.backends.python.module_text import PACKAGE, module_text
from cityos_compiler.backends.python.naming import Homes, write_types
from cityos_compiler.backends.python.systems import systems_data, write_system
from cityos_compiler.backends.python.workflow_module import module_name, workflow_module
from cityos_compiler.backends.python.writer import Writer
from cityos_dsl.fields import camel
from cityos_dsl.project import OperationModel, Project


def generate(project: Project, workflows: list[ir.Workflow], *, formatted: bool = True) -> dict[str, str]:
    """All generated files by their path below the output folder; unformatted for code that nobody reads."""
    steps.load()
    homes = homes_of(project, workflows)
    files = {
        f"{PACKAGE}/__init__.py": '"""Generated code of the city."""\n',
        f"{PACKAGE}/py.typed": "",
        f"{PACKAGE}/systems/__init__.py": '"""Calls of every system\'s operations."""\n',
        f"{PACKAGE}/workflows/__init__.py": '"""The workflows."""\n',
        f"{PACKAGE}/types.py": _types_module(homes, "types", "specs/types", "Types that several specs share."),
        f"{PACKAGE}/signals.py": _signals_module(project, homes),
        f"{PACKAGE}/queries.py": _types_module(homes, "queries", "specs/queries.yaml", "Answers of the queries."),
    }
    for name in sorted(project.systems):
        files[f"{PACKAGE}/systems/{name}.py"] = _system_module(project, homes, name)
    for workflow in workflows:
        files[f"{PACKAGE}/workflows/{module_name(workflow)}.py"] = workflow_module(project, workflow, homes)
    files[f"{PACKAGE}/events.py"] = events_module(project, homes)
    files[f"{PACKAGE}/dispatch.py"] = dispatch_module(project, workflows, homes)
    files = _formatted(files) if formatted else files
    files["systems.json"] = json.dumps(systems_data(project), indent=1, ensure_ascii=False) + "\n"
    files["manifest.json"] = manifest(project, workflows)
    return files


def homes_of(project: Project, workflows: list[ir.Workflow]) -> Homes:
    """Where each type of the project is defined."""
    homes = Homes()
    signal_types = {model.payload.name for model in project.signals.values()}
    for name, kind in project.types.items():
        if name not in signal_types and not any(name.startswith(camel(q)) for q in project.queries):
            homes.claim("types", kind)
    for model in project.signals.values():
        homes.claim("signals", model.payload)
    for query in project.queries.values():
        homes.claim("queries", query.result)
    for event in project.events.values():
        homes.claim("events", event.payload)
    for operations in project.operations.values():
        for operation in operations:
            module = f"systems.{operation.system}"
            for decl in operation.input:
                homes.claim(module, decl.full_type)
            homes.claim(module, operation.output)
    for workflow in workflows:
        for decl in workflow.input:
            homes.claim(module_name(workflow), decl.full_type)
        for f in workflow.output.fields:
            homes.claim(module_name(workflow), f.type)
        for step in ir.all_steps(workflow):
            if isinstance(step, ir.ForEach) and step.outcome is not None:
                homes.claim(module_name(workflow), step.outcome)
        homes.modules[workflow.output.name] = module_name(workflow)  # `write_models` writes it, with its docstring
    return homes


def _types_module(homes: Homes, module: str, source: str, doc: str) -> str:
    w = Writer()
    write_types(w, homes, module)
    return module_text(source, doc, w.text(), module)


def _signals_module(project: Project, homes: Homes) -> str:
    w = Writer()
    names = {model.payload.name: model.name for model in project.signals.values()}
    write_types(w, homes, "signals", names)
    return module_text("specs/signals", "Payloads of the signals.", w.text(), "signals")


def _system_module(project: Project, homes: Homes, name: str) -> str:
    operations: list[OperationModel] = [op for ops in project.operations.values() for op in ops if op.system == name]
    w = Writer()
    never = sorted(n for n, error in project.errors.items() if error.retryable.text == "false")
    w(f"NEVER = {tuple(never)!r}")
    w()
    module = f"systems.{name}"
    write_types(w, homes, module)
    write_system(w, project, homes, name, operations)
    return module_text(f"specs/systems/{name}.yaml", f"Calls of {name}'s operations.", w.text(), module)


def _formatted(files: dict[str, str]) -> dict[str, str]:
    """Formatted by ruff, so that generated code looks like written code; imports sorted, unused ones gone."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        ruff = [sys.executable, "-m", "ruff"]
        options = ["--isolated", "--quiet", "--line-length=110"]
        # There, not here: what is called first-party in an import block depends on where ruff stands.
        subprocess.run([*ruff, "check", "--select=I,F401,UP", "--fix-only", *options, "."], cwd=folder, check=False)
        subprocess.run([*ruff, "format", *options, "."], cwd=folder, check=False)
        return {path: (root / path).read_text(encoding="utf-8") for path in files}
