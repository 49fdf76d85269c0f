"""The base of every generated data type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")

BORDER = {"border": True}
"""The validation context of what comes in from outside."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of a field, ends included: of a number or duration, of a list's or map's size, of a string's shape.

    They are checked where data comes in, in a workflow's input and a signal's payload, and not in the answers of
    other systems: a run can refuse what it is given, but not what has happened.
    """

    min: Any = None
    max: Any = None
    min_items: int | None = None
    max_items: int | None = None
    pattern: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._checked, handler(source))

    def _checked(self, value: T, info: ValidationInfo) -> T:
        if value is not None and (info.context or {}).get("border"):
            self._check(value)
        return value

    def _check(self, value: Any) -> None:
        if self.min is not None and value < self.min:
            raise ValueError(f"at least {self.min}")
        if self.max is not None and value > self.max:
            raise ValueError(f"at most {self.max}")
        if self.min_items is not None and len(value) < self.min_items:
            raise ValueError(f"at least {self.min_items} items")
        if self.max_items is not None and len(value) > self.max_items:
            raise ValueError(f"at most {self.max_items} items")
        if self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            raise ValueError(f"must look like {self.pattern}")


class Model(BaseModel):
    """A record of the specs. Unknown fields are ignored, so that a sender may be newer than its reader."""

    model_config = ConfigDict(extra="ignore", frozen=False, populate_by_name=True)


class SignalModel(Model):
    """The payload of a signal. `SIGNAL` is the name it is sent under."""

    SIGNAL: ClassVar[str] = ""


class Cancel(SignalModel):
    """Temporal's own cancellation, for a block that wants to say more than "undo"."""

    SIGNAL: ClassVar[str] = "cancel"


def sure(value: T | None) -> T:
    """A value that is there on every path that gets here, as the checker has proven.

    Raises RuntimeError where it isn't: the generated code and its spec have parted.
    """
    if value is None:
        raise RuntimeError("a value that must be there is missing; was the generated code changed?")
    return value
