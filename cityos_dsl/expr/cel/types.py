"""The types of CEL, and their text: `int`, `list(string)`, `map(string, dyn)`, `optional_type(A)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class CelType:
    """A type by its name and parameters. A name in capitals or after a `$` is a variable that stands for a type."""

    name: str
    params: tuple[CelType, ...] = ()

    @property
    def is_variable(self) -> bool:
        """Whether it stands for a type that is still to be found."""
        return self.name[0] == "$" or self.name.isupper()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.params))})" if self.params else self.name


DYN = CelType("dyn")
BOOL, INT, UINT, DOUBLE = CelType("bool"), CelType("int"), CelType("uint"), CelType("double")
STRING, BYTES, NULL = CelType("string"), CelType("bytes"), CelType("null_type")
TIMESTAMP, DURATION = CelType("timestamp"), CelType("duration")

NAMES: dict[str, str] = {
    **{name: name for name in ("bool", "int", "uint", "double", "string", "bytes", "null_type", "list", "map", "type")},
    "optional_type": "optional_type",
    "google.protobuf.Timestamp": "timestamp",
    "google.protobuf.Duration": "duration",
}
"""What a type is called in an expression, with the name it has here."""

FULL_NAMES = {short: full for full, short in NAMES.items()}


def list_of(item: CelType) -> CelType:
    """The type of lists of one type."""
    return CelType("list", (item,))


def map_of(key: CelType, value: CelType) -> CelType:
    """The type of maps."""
    return CelType("map", (key, value))


def optional_of(inner: CelType) -> CelType:
    """The type of a value that may not be there."""
    return CelType("optional_type", (inner,))


def type_of(inner: CelType) -> CelType:
    """The type of a type as a value."""
    return CelType("type", (inner,))


_TOKEN = re.compile(r"\s*([\w.$]+|[(),])")


@lru_cache(maxsize=512)
def read_type(text: str) -> CelType:
    """The type from its text; raises ValueError where it is none."""
    tokens = _TOKEN.findall(text)
    found, rest = _read(tokens)
    if rest:
        raise ValueError(f"`{text}` is no type")
    return found


def _read(tokens: list[str]) -> tuple[CelType, list[str]]:
    if not tokens or tokens[0] in "(),":
        raise ValueError("a type's name is missing")
    name, rest = tokens[0], tokens[1:]
    params: list[CelType] = []
    if rest[:1] == ["("]:
        while rest[:1] != [")"]:
            param, rest = _read(rest[1:])
            params.append(param)
            if rest[:1] not in ([","], [")"]):
                raise ValueError(f"the parameters of `{name}` are not closed")
        rest = rest[1:]
    return CelType(name, tuple(params)), rest
