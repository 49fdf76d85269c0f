"""Random stories of a workflow: what it is given, what its operations come to, what reaches it and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.differential.dice import Dice

MOODS = ("glad", "calm", "sad")
TEXTS = ("", "a", "bee", "c d", "inn")
PRICES = ("0", "1.75", "2", "10.005")
TIMES = ("2200-01-01T02:00:00Z", "2200-01-02T00:00:00Z", "2020-01-01T00:00:00Z")
MOMENTS = ("0", "1s", "5m", "10m", "1h", "90m", "2h", "6h", "1d", "30h", "3d")
FAULTS: tuple[dict[str, Any], ...] = (
    {"fails": "RefusedError"}, {"fails": "NotFoundError"}, {"fails": "SoldOutError"}, {"fails": "ExternalAPIError"},
    {"lost": "request"}, {"lost": "answer"},
)  # fmt: skip
SIGNALS = ("visitor.called", "visitor.left", "visitor.phoned", "order.paid", "order.refused")


def story(dice: Dice, spec: dict[str, Any]) -> dict[str, Any]:
    """One story, as a scenario of `specs/tests`; beside it, in `lasting`, how long operations take."""
    steps = list(named(spec["steps"]))
    running = sorted({step["do"] + (f":{step['as']}" if "as" in step else "") for step in steps if "do" in step})
    caught = {step["do"] for step in steps if "catch" in step}
    return {
        "input": _input(dice),
        "world": {name: _outcomes(dice, name, 75 if name in caught else 45 if name == "reserve" else 25)
                  for name in [*running, *UNDOING] if dice.chance(80 if name in caught else 45)},
        "actions": _actions(dice, [step["id"] for step in steps if step.get("on_failure") == "park"]),
        "lasting": {name: [dice.pick([0, 2, 400]) for _ in range(dice.number(1, 3))]
                    for name in running if dice.chance(50)},
    }  # fmt: skip


UNDOING = ("unbook", "release", "repay", "cancelOrder", "clear")


def named(steps: Any) -> Iterator[dict[str, Any]]:
    """All steps that are maps, wherever they stand."""
    if isinstance(steps, dict):
        if "do" in steps and "id" in steps:
            yield steps
        for inner in steps.values():
            yield from named(inner)
    elif isinstance(steps, list):
        for inner in steps:
            yield from named(inner)


def _input(dice: Dice) -> dict[str, Any]:
    given: dict[str, Any] = {
        "visitor_id": "v_1", "n": dice.number(-1, 4), "fee": dice.pick(PRICES), "mood": dice.pick(MOODS),
        "stops": [_stop(dice) for _ in range(dice.pick([2, 3, 1, 0]))], "hours": [dice.number(-2, 9) for _ in
        range(dice.number(0, 3))], "begins": dice.pick(TIMES), "gate": dice.pick(["north", "south"]),
    }  # fmt: skip
    if dice.chance(40):
        given |= {"rude": dice.chance(50), "patience": dice.pick(["PT10M", "PT2H", "P1D"]), "tip": dice.pick(PRICES)}
    if dice.chance(40):
        given |= {"note": dice.pick(TEXTS), "opens": dice.pick(TIMES), "limit": dice.number(0, 3)}
    return given


def _stop(dice: Dice) -> dict[str, Any]:
    stop = {"place": dice.pick(TEXTS), "price": dice.pick(PRICES), "mood": dice.pick(MOODS), "count": dice.number(0, 3)}
    return {**stop, "at": dice.pick(TIMES)} if dice.chance(30) else stop


def _outcomes(dice: Dice, operation: str, failing: int) -> list[dict[str, Any]]:
    """What the first calls come to; later ones are as usual, so that everything ends."""
    if failing > 50 and dice.chance(40):  # for as long as any rounds last
        return [{**dice.pick(_faults(operation)), "times": 8}, {}]
    found = []
    for _ in range(dice.number(1, 4)):
        if dice.chance(failing):
            found.append({**dice.pick(_faults(operation)), "times": dice.pick([1, 2, 8])})
        else:
            found.append({"answers": _answer(dice, operation), "times": 1})
    return [*found, {}]


def _faults(operation: str) -> list[dict[str, Any]]:
    """Only what the operation's system can say."""
    unsaid = {"count": ("RefusedError", "SoldOutError")}.get(operation, ("NotFoundError",) * (operation in UNDOING))
    if operation == "reserve":  # nothing finds out later what became of one
        return [*FAULTS, *(fault for fault in FAULTS if "lost" in fault)]
    return [fault for fault in FAULTS if fault.get("fails") not in unsaid]


def _answer(dice: Dice, operation: str) -> dict[str, Any]:
    match operation:
        case "look":
            return {
                "open": dice.chance(50), "mood": dice.pick(MOODS), "visitors": dice.number(0, 4),
                "price": dice.pick(PRICES), "lasts": dice.pick(["PT5M", "P1D"]),
                "tags": ["a", "bee"][: dice.number(0, 2)],
                "counts": {"a": dice.number(0, 3)}, **({"note": dice.pick(TEXTS)} if dice.chance(50) else {}),
            }  # fmt: skip
        case "order":
            return {"order_id": "o_1", "status": dice.pick(["open", "paid"])}
        case "book":
            return {"booking_id": dice.pick(["b_1", "b_2"]), "count": dice.number(0, 4)}
        case "pay":
            return {"paid": dice.pick(PRICES)}
        case "record":
            return {"line_number": dice.number(0, 4)}
    return {}


def _actions(dice: Dice, parking: list[str]) -> list[dict[str, Any]]:
    """In order of time, and at the same time in any order."""
    made = [_action(dice, parking) for _ in range(dice.number(0, 5))]
    made.sort(key=lambda action: MOMENTS.index(action["at"]))
    # Where it stands is asked again and again.
    made = [asked for action in made for asked in (action, {"at": action["at"], "query": "getWorkflowStatus"})]
    # In the end whatever is parked is given up, and what still waits is stopped.
    return [*made, {"at": "20d", "query": "getView"}, *({"at": "21d", "decide": "fail", "with": {"step": step}}
            for step in parking), {"at": "22d", "cancel": True}]  # fmt: skip


def _action(dice: Dice, parking: list[str]) -> dict[str, Any]:
    at = dice.pick(MOMENTS)
    match dice.number(0, 9):
        case 7:
            return {"at": at, "cancel": True}
        case 8:
            return {"at": at, "query": dice.pick(["getView", "getWorkflowStatus"])}
        case 9 if parking:
            decision = dice.pick(["retry", "skip", "fail"])
            return {"at": at, "decide": decision, "with": {"step": dice.pick(parking)}}
    name = dice.pick(SIGNALS)
    return {"at": at, "signal": name, "with": _payload(dice, name), "event_id": f"e_{dice.number(1, 6)}"}


def _payload(dice: Dice, name: str) -> dict[str, Any]:
    if name.startswith("order."):
        return {"order_id": "o_1"}
    visitor = "v_1" if dice.chance(75) else "v_2"
    if name == "visitor.left":
        return {"visitor_id": visitor, "mood": dice.pick(MOODS)}
    return {"visitor_id": visitor, "words": dice.pick(TEXTS), "count": dice.number(0, 3), "price": dice.pick(PRICES)}
