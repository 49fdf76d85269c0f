"""A definition says of types, operations and facts what the generated code says, for every workflow of the city."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.backends.python.workflow_module import module_name
from cityos_compiler.passes import check
from cityos_runtime.interpreter.definition import Definition
from cityos_runtime.interpreter.operations import Operations
from cityos_runtime.interpreter.types import Types
from cityos_runtime.operation import Operation
from cityos_runtime.worker import load_workflows
from pydantic import BaseModel

from cityos_dsl.fields import camel, snake

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    """The definitions of the city, whose generated code can be imported."""
    load_workflows(ROOT / "generated")
    checked = check(ROOT)
    return Definitions(checked.project, checked.workflows)


def test_the_models_of_every_workflow_are_the_same(definitions: Definitions) -> None:
    for name, workflow in definitions.workflows.items():
        module = importlib.import_module(f"cityos_generated.workflows.{module_name(workflow)}")
        definition, base = Definition(definitions.of(name)), name.removesuffix("Workflow")
        assert shape(definition.input) == shape(getattr(module, f"{base}Input"))
        assert shape(definition.state) == shape(getattr(module, f"{base}State"))
        assert shape(definition.output) == shape(getattr(module, f"{base}Result"))
        assert shape(definition.done) == shape(module.Done)
        assert facts(definition.facts) == facts(module.FACTS)


def test_the_operations_of_every_workflow_are_the_same(definitions: Definitions) -> None:
    for name in definitions.workflows:
        document = definitions.of(name)
        operations = Operations(document["operations"], Types(document["types"]))
        for key in document["operations"]:
            system, operation = key.split(".")
            module = importlib.import_module(f"cityos_generated.systems.{system}")
            generated = getattr(module, "_" + snake(operation).upper())
            assert said(operations[key].operation) == said(generated)
            assert shape(operations[key].input) == shape(getattr(module, f"{camel(operation)}Input"))


def shape(kind: Any) -> Any:
    """A type as plain data: of models the names, types, defaults and bounds of their fields."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = [
            (f.alias or name, shape(f.annotation), f.is_required(), f.default, f.metadata)
            for name, f in kind.model_fields.items()
        ]
        return kind.__name__, getattr(kind, "SIGNAL", None), kind.model_config, fields
    inner, origin = get_args(kind), get_origin(kind)
    return (Union if origin is UnionType else origin, [shape(each) for each in inner]) if inner else kind


def facts(value: Any) -> dict[str, Any]:
    """What is said of a workflow as a whole."""
    told = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    signals = {name: (shape(model), *aliases) for name, (model, *aliases) in told["signals"].items()}
    return {**told, "signals": signals}


def said(operation: Operation[Any]) -> dict[str, Any]:
    """What is said of an operation; how one is asked shows in a run."""
    told = {f.name: getattr(operation, f.name) for f in dataclasses.fields(operation)}
    completes = told["completes"]
    if completes is not None:
        asks = completes.ask is not None
        told["completes"] = {**vars(completes), "ask": asks}
    return {**told, "output": shape(operation.output)}
