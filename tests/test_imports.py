"""Dependencies point one way: the table of docs/architecture.md."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("cityos_dsl", "cityos_compiler", "cityos_runtime", "cityos_generated")
MEETING = tuple(f"compiler/cityos_compiler/{folder}/" for folder in ("cli", "scenarios", "simulating", "verifying"))
ALLOWED = {
    "cityos_dsl": {"cityos_dsl"},
    "compiler/cityos_compiler": {"cityos_dsl", "cityos_compiler"},
    "runtime/cityos_runtime": {"cityos_dsl", "cityos_runtime"},
    "generated/cityos_generated": {"cityos_dsl", "cityos_runtime", "cityos_generated"},
}


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name for name in names if name.split(".")[0] in OURS}


@pytest.mark.parametrize("package", ALLOWED)
def test_packages_import_only_what_stands_above_them(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files, f"{package} has no modules"
    for path in files:
        shown = path.relative_to(ROOT).as_posix()
        if shown.startswith(MEETING):
            continue
        for name in _imported(path):
            assert name.split(".")[0] in ALLOWED[package], f"{shown} imports {name}"
            if package in ("runtime/cityos_runtime", "generated/cityos_generated") and name.startswith("cityos_dsl"):
                assert name.startswith("cityos_dsl.expr"), f"{shown} imports {name}: only expressions are shared"
