"""The base of every generated data type."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


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
