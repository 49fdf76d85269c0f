"""Quotes only where YAML, or a reader of YAML, needs them."""

from __future__ import annotations

import functools
from typing import Any

import yaml

from cityos_dsl.source import Scalar

_TEXT = "tag:yaml.org,2002:str"
_LOADERS = (getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader)
"""Two readers that don't agree in everything: a `?` in a flow map is text for the first one only."""


def written(scalar: Scalar, source: str, *, in_flow: bool, is_key: bool = False) -> str:
    """A scalar of one line as it is written; ``source`` is how it stands in the file, with its quotes."""
    if scalar.plain:
        return source
    if needs_no_quotes(scalar.text, in_flow, is_key):
        return scalar.text
    if scalar.style == "'" and scalar.text.isprintable() and not set('"\\') & set(scalar.text):
        return f'"{scalar.text}"'
    return source


@functools.lru_cache(maxsize=4096)
def needs_no_quotes(text: str, in_flow: bool, is_key: bool) -> bool:
    """Whether the text stands for itself without quotes: every reader of YAML must see the same text.

    ``80.00`` and ``no`` keep theirs, since others read a number and a boolean.
    """
    if not text or not text.isprintable():
        return False
    entry = f"{text}: x" if is_key else f"x: {text}"
    document = "{" + entry + "}" if in_flow else entry
    return all(_stands(text, _read(document, loader), is_key) for loader in _LOADERS)


def _stands(text: str, node: yaml.Node | None, is_key: bool) -> bool:
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return False
    found = node.value[0][0 if is_key else 1]
    return isinstance(found, yaml.ScalarNode) and not found.style and (found.value, found.tag) == (text, _TEXT)


def _read(text: str, loader: Any) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=loader)
    except yaml.YAMLError:
        return None
    return node
