"""All expressions of a piece of the IR."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from cityos_compiler.ir.base import Expr
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import OperationModel, QueryModel, SignalModel


def expressions(value: Any) -> Iterator[Expr]:
    """Every expression in a step, a workflow or anything of theirs, in the order in which it is held."""
    match value:
        case Expr():
            yield value
        case tuple() | list():
            for each in value:
                yield from expressions(each)
        case FieldDecl() | OperationModel() | QueryModel() | SignalModel():
            return
        case _ if dataclasses.is_dataclass(value):
            for f in dataclasses.fields(value):
                if not f.metadata.get("aside"):
                    yield from expressions(getattr(value, f.name))
