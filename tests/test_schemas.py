"""The published schemas are what the declarations say, and agree with the reader about the city's own specs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cityos_compiler.cli.schemas import texts

from cityos_dsl.source import compose
from cityos_dsl.spec.documents import kind_of
from cityos_dsl.spec.schema import KINDS, schema
from cityos_dsl.spec.shape import Reader

ROOT = Path(__file__).parents[1]
SPECS = [
    path for path in sorted((ROOT / "specs").rglob("*.yaml")) if kind_of(path.relative_to(ROOT / "specs").as_posix())
]


def _verdicts(path: Path, text: str) -> tuple[bool, bool]:
    """What the schema says of a document, and what the reader says of it."""
    kind = kind_of(path.relative_to(ROOT / "specs").as_posix())
    assert kind is not None
    name = next(name for name, known in KINDS.items() if known is kind)
    plain: Any = yaml.load(text, yaml.BaseLoader)  # texts only, nothing is constructed
    by_schema = jsonschema.Draft202012Validator(schema(name)).is_valid(plain)
    node, findings = compose(path.name, text)
    assert node is not None, findings
    reader = Reader()
    reader.document(kind, node)
    return by_schema, not reader.findings


def test_schemas_on_disk_are_what_the_declarations_say() -> None:
    for name, text in texts().items():
        assert (ROOT / "schemas" / name).read_text(encoding="utf-8") == text, (
            f"{name}: python -m cityos_compiler.cli.schemas"
        )
        jsonschema.Draft202012Validator.check_schema(schema(name.removesuffix(".schema.json")))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_schema_and_reader_accept_the_citys_specs(path: Path) -> None:
    assert _verdicts(path, path.read_text(encoding="utf-8")) == (True, True)


@pytest.mark.parametrize(
    "change",
    [
        ("steps:\n", "stepps:\n"),
        ("summary:", "sumary:"),
        ("    compensate: releaseInventory", "    compensates: releaseInventory"),
        ("  - pivot\n", "  - pivott\n"),
        ("task_queue: medusa-commerce\n", ""),
        ("compensation: manual_review", "compensation: manual"),
    ],
)
def test_schema_and_reader_refuse_the_same_mistakes(change: tuple[str, str]) -> None:
    path = ROOT / "specs/workflows/order/wf-001-order-placement.yaml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    assert _verdicts(path, text.replace(change[0], change[1], 1)) == (False, False)
