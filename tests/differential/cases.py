"""A random workflow with some stories, and what differs where it is run in two ways."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml
from cityos_compiler.rules.nested_too_deep import check as too_deep
from hypothesis import strategies as st

from tests.differential.compiling import FILE, Built, check
from tests.differential.dice import Dice
from tests.differential.playing import between, tell
from tests.differential.stories import story
from tests.differential.workflows import workflow

STORIES = 5


@dataclass(frozen=True)
class Case:
    """A workflow's spec, as data, and stories of it."""

    spec: dict[str, Any]
    stories: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """The spec as it is written."""
        return yaml.safe_dump(self.spec, sort_keys=False, width=110)


@st.composite
def cases(draw: Any) -> Case:
    """Random cases, as hypothesis makes them: near to each other, since it changes what it has made."""
    return case(Dice(lambda least, most: draw(st.integers(least, most))))


def thrown(seed: int, number: int) -> Case:
    """The case with a number: each of its own, far from the others."""
    return case(Dice(Random(f"{seed} {number}").randint))


def case(dice: Dice) -> Case:
    """A workflow, and stories of it."""
    spec = workflow(dice)
    return Case(spec, [story(dice, spec) for _ in range(dice.number(1, STORIES))])


def build(case: Case) -> Built | None:
    """The case's project; None where its spec has findings, or stands too deep for Python."""
    checked = check({FILE: case.text})
    if checked.findings or any(deep for each in checked.workflows for deep in too_deep(each, checked.project)):
        return None
    return Built(checked)


def differences(built: Built, stories: list[dict[str, Any]]) -> list[str]:
    """What the compiled workflow and its definition did differently in any of the stories."""
    return [
        f"story {number}: {text}"
        for number, each in enumerate(stories)
        for text in between(tell(built, built.compiled, each), tell(built, built.interpreted, each))
    ]


def keep(case: Case, folder: Path) -> None:
    """Write a case down, to be run again."""
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(case.text, encoding="utf-8")
    (folder / "stories.json").write_text(json.dumps(case.stories, indent=1), encoding="utf-8")


def kept(folder: Path) -> Case:
    """A case that was written down."""
    spec = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    return Case(spec, json.loads((folder / "stories.json").read_text(encoding="utf-8")))
