"""A document, read: everything that runs of a workflow share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from cityos_runtime.core import Facts, snake
from cityos_runtime.interpreter import steps
from cityos_runtime.interpreter.reading import Data, Reading, Work
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.interpreter.store import DefinitionError, digest_of
from cityos_runtime.interpreter.types import Types
from cityos_runtime.interpreter.watching import watches

FORMAT = 1


class Definition:
    """What a document says, ready to run."""

    reading: type[Reading] = Reading
    """What reads its parts; one that watches them can be put in its place."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        if document.get("format") != FORMAT:
            raise DefinitionError(f"the document's format is {document.get('format')}, and {FORMAT} is known here")
        steps.load()
        types = self.types = Types(document["types"])
        reading = self.reading(document, types)
        self.variables = frozenset(each["name"] for each in document["state"])
        self.results = frozenset(document["results"])
        self.carries: bool = document["carries"]
        self.input = types.record(document["input"])
        self.output = types[document["output"]]
        self.state = types.model(
            self.input.__name__.removesuffix("Input") + "State",
            {each["name"]: (types.of(each["type"]), ... if each["init"] is not None else None)
             for each in document["state"]},
        )  # fmt: skip
        self.kept = [name for name, _ in document["done"]]
        self.done = types.model("Done", {snake(name): (types.of({"optional": kind}), None)
                                         for name, kind in document["done"]})  # fmt: skip
        self.constants: dict[str, Any] = {}
        for name, text in document["constants"]:
            self.constants[name] = reading.expression(text)(_Alone(self))
        self.initial = [(each["name"], reading.expression(each["init"]))
                        for each in document["state"] if each["init"] is not None]  # fmt: skip
        self.require = [(reading.maybe(each["if"]), reading.expression(each["that"]), each["message"])
                        for each in document["require"]]  # fmt: skip
        self.flow = _flow(reading, document["flow"])
        self.watches = watches(reading, document["meanwhile"])
        self.last = reading.block(document["last"]) if document["last"] else None
        self.queries = {name: reading.pairs(fields) for name, fields in document["queries"].items()}
        self.facts = self._facts(document, reading)

    def _facts(self, document: Mapping[str, Any], reading: Reading) -> Facts:
        within = reading.maybe(document["within"])
        lasting: timedelta | None = within(_Alone(self)) if within is not None else None
        return Facts(
            type=document["type"],
            digest=document["ir"],
            steps=tuple(document["steps"]),
            signals={name: (self.types[each["payload"]], *each["aliases"])
                     for name, each in document["signals"].items()},
            receives=tuple(tuple(each) for each in document["receives"]),
            entity=document["entity"],
            compensation=document["compensation"],
            within=lasting,
        )  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A part of a flow, and the loops behind its beginning: a run that begins at one of these leaves the part out."""

    done_before: tuple[str, ...]
    work: Work


def _flow(reading: Reading, flow: Sequence[Data]) -> list[Part]:
    """The flow, cut before each loop at which a later run may begin."""
    places = [number for number, step in enumerate(flow) if "carries" in step]
    cuts = [0, *places, len(flow)]
    return [
        Part(tuple(flow[later]["name"] for later in places if later >= end), reading.block(flow[begin:end]))
        for begin, end in pairwise(cuts)
    ]


class _Alone(Scope):
    """What is known before there is a run: the constants so far."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # there is none
        self._constants = definition.constants

    def __getitem__(self, name: str) -> Any:
        return self._constants[name]


_LOADED: dict[str, Definition] = {}


def load(document: Mapping[str, Any], digest: str) -> Definition:
    """The definition that a document is, read once for each digest.

    Raises DefinitionError where the document isn't the one of that digest, or can't be read.
    """
    known = _LOADED.get(digest)
    if known is None:
        if digest_of(document) != digest:
            raise DefinitionError(f"the document isn't the one with the digest {digest}")
        try:
            known = Definition(document)
        except (KeyError, TypeError, ValueError) as error:
            raise DefinitionError(f"the document can't be read: {type(error).__name__}: {error}") from error
        _LOADED[digest] = known
    return known
