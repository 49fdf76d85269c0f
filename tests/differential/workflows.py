"""Random workflows: their heads, and the steps below them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.differential.dice import Dice
from tests.differential.making import KINDS, STATUSES
from tests.differential.scope import Scope
from tests.differential.steps import Steps

INPUT = {
    "visitor_id": "string", "n": {"type": "int", "min": -3, "max": 9}, "fee": "decimal", "mood": "Mood",
    "rude": {"type": "bool", "default": "false"}, "patience": {"type": "duration", "default": "1h"},
    "tip": {"type": "decimal", "default": "0.25"}, "stops": {"type": "[Stop]", "max_items": 9},
    "hours": {"type": "[int]", "max_items": 9}, "begins": "timestamp", "gate": "string", "note?": "string",
    "opens?": "timestamp", "limit?": "int",
}  # fmt: skip
STATE = {
    "n": ("int", "input.n"), "total": ("decimal", "input.fee"), "log": ("[string]", None),
    "tally": ("{string: int}", None), "note?": ("string", "input.note"), "mood": ("Mood", "input.mood"),
    "lasts": ("duration", "input.patience"), "place": ("string", "'inn'"), "soon?": ("timestamp", None),
    "many": ("int", "n + LIMIT"),
}  # fmt: skip
FIELDS = ("n", "total", "log", "note", "mood", "lasts", "at", "tally")


def workflow(dice: Dice, number: int = 1, room: int = 24) -> dict[str, Any]:
    """A whole workflow, as the data of its spec."""
    steps = Steps(dice, dice.number(8, room))
    steps.outputs = ["status", *FIELDS[: dice.number(1, len(FIELDS))]]
    scope = _scope()
    spec: dict[str, Any] = {
        "id": f"WF-{number:03}", "workflow": "RandomWorkflow" if number == 1 else f"Random{number}Workflow",
        "summary": "A random workflow.", "trigger": {"operator": True}, "task_queue": "bazaar",
        "workflow_id": f"tenant:{{tenant_id}}:visitor:{{visitor_id}}:random-{number}", "input": INPUT,
        "state": {name: _variable(kind, init) for name, (kind, init) in STATE.items()},
        "constants": {"LIMIT": "3"}, "statuses": list(STATUSES),
        "receives": {"visitor.*": {"visitor_id": "input.visitor_id"}},
    }  # fmt: skip
    spec["compensation"] = dice.pick(["manual_review", "dead_letter", "alert_and_retry"])
    if dice.chance(15):
        spec["within"] = dice.pick(["3d", "4h"])
    if dice.chance(15):
        spec["require"] = [{"if": "input.rude", "that": "input.n >= 0"}, {"that": "input.fee >= 0"}]
    if dice.chance(25):
        spec["meanwhile"] = steps.meanwhile(replace(scope, returns=True))
    spec["steps"], after = steps.block(scope, 3, least=4, most=10)
    if dice.chance(20):
        steps.room += 3
        rounds, after = steps._repeat(after, 1, again=True)
        spec["steps"].append(rounds)
    spec["steps"].append(steps._return(after))
    if dice.chance(30):
        spec["finally"] = _last(dice, steps)
    spec["queries"] = {"getView": {name: steps.expressions.of(KINDS[name], _stored(scope), 1)
                                   for name in ("n", "total", "note", "log", "tally", "mood")}}  # fmt: skip
    return spec


def _variable(kind: str, init: str | None) -> Any:
    bounded: dict[str, Any] = {"max_items": 50} if kind[0] in "[{" else {}
    return {"type": kind, **({"init": init} if init is not None else {}), **bounded}


def _scope() -> Scope:
    sure = {
        "input.visitor_id": "string", "input.n": "int", "input.fee": "decimal", "input.mood": "Mood",
        "input.rude": "bool", "input.patience": "duration", "input.tip": "decimal", "input.begins": "timestamp",
        "LIMIT": "int",
    }  # fmt: skip
    maybe = {"input.note": "string", "input.opens": "timestamp", "input.limit": "int"}
    variables = {name.removesuffix("?"): kind + "?" * name.endswith("?") for name, (kind, _) in STATE.items()}
    return Scope(sure, maybe).holding(variables)


def _stored(scope: Scope) -> Scope:
    """What queries see: no time of their own is asked for."""
    return scope


def _last(dice: Dice, steps: Steps) -> list[Any]:
    return [
        {"do": "tell", "id": "tellEnd",
         "if": dice.pick(["ending.status != completed", "n > 0", "size(ending.undone) > 0"]),
         "with": {"text": dice.pick(["ending.status", "'over'"])}},
        {"do": "record", "id": "recordEnd", "with": {"line": "string(total)", "tags": "log"}},
    ][: dice.number(1, 2)]  # fmt: skip
