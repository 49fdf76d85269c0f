"""Workflow ids from their patterns (architecture §8.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class MissingField(KeyError):
    """A workflow's id is made of a field that the input doesn't have; its name is the error's one argument."""


def told(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an input: what is given, and the defaults of what isn't."""
    return {**defaults, **{name: value for name, value in values.items() if value is not None or name not in defaults}}


def start_id(pattern: str, defaults: Mapping[str, Any], input: Mapping[str, Any], tenant_id: str) -> str:
    """The id under which an input starts: its pattern, filled from the input, the defaults of its id, and the tenant.

    Raises MissingField where neither says a value.
    """
    return filled(pattern, {**told(defaults, input), "tenant_id": tenant_id})


def filled(pattern: str, values: Mapping[str, Any]) -> str:
    """The pattern with every `{name}` replaced by its value.

    Raises MissingField where there is no such value.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise MissingField(match[1])
        return str(values[match[1]])

    return re.sub(r"\{(\w+)\}", value, pattern)
