"""Signals that a run listens to now, with payloads that find it and fit what it listens for."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from cityos_runtime.model import BORDER, Cancel
from cityos_runtime.sandbox.conditions import OTHER, alternatives
from cityos_runtime.sandbox.inversion import place
from cityos_runtime.signals import On
from cityos_runtime.virtual import Run

from cityos_compiler import ir
from cityos_compiler.verifying.standing import Wait
from cityos_compiler.verifying.subject import Subject
from cityos_dsl.expr.ast import Binary, Expr
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.parse import parse

MOST = 8


def payloads(run: Run, subject: Subject, waits: list[Wait]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Name, payload, and whether it is the usual one: of what fits something that is listened to now."""
    for wait in waits:
        seen: set[str] = set()
        for on in (*wait.signals, *(each for each in wait.beside if isinstance(each, On))):
            name = on.model.SIGNAL
            if name not in seen and not issubclass(on.model, Cancel):
                made = list(_fitting(run, subject, wait, on))
                if made:
                    seen.add(name)
                yield from made


def _fitting(run: Run, subject: Subject, wait: Wait, on: On[Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    name = on.model.SIGNAL
    known = _known(run, subject, name) | wait.overlay
    found: list[dict[str, Any]] = []
    wheres = _wheres(subject.workflow, name)
    for candidate in subject.signals.get(name, [{}]):
        for overlay in (*(_meant(run, wait, where) for where in wheres), {}):
            payload = _timely(run, {**candidate, **known, **overlay})
            if payload in found or len(found) >= MOST:
                continue
            try:
                fits = on.fits(name, on.model.model_validate(payload, context=BORDER))
            except (ValueError, EvaluationError):
                continue
            if fits:
                found.append(payload)
                yield name, payload, len(found) == 1
                break


def _known(run: Run, subject: Subject, signal: str) -> dict[str, Any]:
    """The values by which messages of this name find the run."""
    found = {}
    for address in subject.workflow.receives:
        if fnmatchcase(signal, address.signal):
            value = _at(run, address.path)
            if value is not None:
                found[address.field] = value
    return found


def _at(run: Run, path: str) -> Any:
    root, *fields = path.split(".")
    value = run.flow.announced.get(root)
    for name in fields:
        value = getattr(value, name, None)
    return value


def _timely(run: Run, payload: dict[str, Any]) -> dict[str, Any]:
    return {name: run.clock.now.isoformat() if name.endswith("_at") and isinstance(value, str) else value
            for name, value in payload.items()}  # fmt: skip


def _wheres(workflow: ir.Workflow, signal: str) -> list[Expr]:
    blocks = [workflow.meanwhile]
    branches: list[ir.Branch] = []
    for step in ir.all_steps(workflow):
        blocks.append(getattr(step, "meanwhile", None))
        if isinstance(step, ir.Await):
            branches += step.branches
    branches += [branch for block in blocks if block is not None for branch in block.branches]
    return [parse(branch.where.text) for branch in branches
            if branch.where is not None and any(model.name == signal for model in branch.signals)]  # fmt: skip


def _meant(run: Run, wait: Wait, where: Expr) -> dict[str, Any]:
    """Values of the signal's fields with which a condition holds here."""
    found: dict[str, Any] = {}
    for part in _parts(where):
        match part:
            case Binary(op="==", left=left, right=right):
                for field_side, other in ((left, right), (right, left)):
                    path = place(field_side)
                    if path is not None and len(path) == 2 and path[0] == "signal" and wait.scope is not None:
                        try:
                            found[str(path[1])] = evaluate(other, wait.scope, run.clock.now)
                        except (EvaluationError, KeyError):
                            continue
            case _:
                for expr, value in next(iter(alternatives(part)), []):
                    path = place(expr)
                    if path is not None and len(path) == 2 and path[0] == "signal" and value != OTHER:
                        found[str(path[1])] = value
    return found


def _parts(condition: Expr) -> Iterator[Expr]:
    if isinstance(condition, Binary) and condition.op == "&&":
        yield from _parts(condition.left)
        yield from _parts(condition.right)
    else:
        yield condition
