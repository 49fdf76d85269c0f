"""One way to call a function: its types for the checker, its kinds and its code for the evaluator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cityos_dsl.expr.cel.types import CelType, read_type

_TYPE_NAMES = frozenset({"string", "bytes", "list", "map", "timestamp", "duration", "optional_type", "type", "dyn"})


@dataclass(frozen=True, slots=True)
class Overload:
    """A function's name, whether it is called after a dot, what it takes and gives, and its code."""

    name: str
    is_method: bool
    params: tuple[CelType, ...]
    result: CelType
    run: Callable[..., Any]

    def takes(self, kinds: tuple[str, ...]) -> bool:
        """Whether values of these kinds may be given."""
        return len(kinds) == len(self.params) and all(
            param.name == kind or param.is_variable or param.name == "dyn"
            for param, kind in zip(self.params, kinds, strict=True)
        )


def overload(signature: str, run: Callable[..., Any]) -> Overload:
    """An overload from its text: `size(list(A)) -> int`, `string.charAt(int) -> string`, `_+_(int, int) -> int`."""
    head, result = signature.split(" -> ")
    call = CelType("call", tuple(_parts(head)))
    receiver, name, arguments = call.params[0], call.params[1].name, call.params[2].params
    is_method = receiver.name != "none"
    return Overload(name, is_method, (receiver, *arguments) if is_method else arguments, read_type(result), run)


def _parts(head: str) -> tuple[CelType, CelType, CelType]:
    """Receiver, name and parameters of a signature's head."""
    start = head.rindex("(") if head.endswith("()") else _opening(head)
    before, params = head[:start], head[start + 1 : -1]
    owner, dot, name = before.rpartition(".")
    is_method = bool(dot) and owner.split("(")[0] in _TYPE_NAMES
    arguments = read_type(f"arguments({params})") if params else CelType("arguments")
    receiver = read_type(owner) if is_method else CelType("none")
    return receiver, CelType(name if is_method else before), arguments


def _opening(head: str) -> int:
    """Where the parenthesis opens that the last character closes."""
    depth = 0
    for at in range(len(head) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(head[at], 0)
        if depth == 0:
            return at
    raise ValueError(f"`{head}` is no signature")


Table = dict[tuple[str, bool], tuple[Overload, ...]]


def table_of(overloads: Iterable[Overload]) -> Table:
    """The overloads by name and by whether they are called after a dot."""
    found: dict[tuple[str, bool], list[Overload]] = {}
    for each in overloads:
        found.setdefault((each.name, each.is_method), []).append(each)
    return {key: tuple(values) for key, values in found.items()}
