"""Scenario files as data (language reference, Scenario tests)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cityos_dsl.diagnostics import Finding, Span, did_you_mean
from cityos_dsl.fields import seconds
from cityos_dsl.files import read_text
from cityos_dsl.source import Mapping, Node, Scalar, Sequence, compose

EXPECTATIONS = ("result", "fails", "cancelled", "undone", "not_undone", "ran", "not_ran", "calls", "keys", "took",
                "parked",
                "status", "emitted", "signalled")  # fmt: skip
_ACTIONS = ("signal", "cancel", "decide", "query", "event")
_KEYS = ("workflow", "given", "world", "unexercised", "scenarios")


class Number(str):
    """A fraction as it is written: the types decide what it is."""


@dataclass(frozen=True)
class When:
    """A moment: so many seconds after the start, or after a step began."""

    after: str | None
    seconds: float


@dataclass(frozen=True)
class Action:
    """Something that happens from outside."""

    at: When
    kind: str
    name: str
    payload: dict[str, Any] = field(default_factory=dict)
    gives: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    event_id: str = ""


@dataclass(frozen=True)
class Scenario:
    """One scenario of a workflow."""

    file: str
    line: int
    name: str
    workflow: str
    tenant: str
    input: dict[str, Any]
    last_result: Any
    world: dict[str, list[dict[str, Any]]]
    actions: tuple[Action, ...]
    expect: dict[str, Any]
    unexercised: dict[str, str] = field(default_factory=dict)
    """Of its whole file: points that no scenario needs to reach, and why."""


def read_scenarios(
    folder: Path,
    root: Path,
    names: Callable[[Mapping], Iterable[Finding]] = lambda _: (),
    only: str | None = None,
) -> tuple[list[Scenario], list[Finding], dict[str, str]]:
    """All scenarios below a folder, or only those of a workflow; what is wrong with them; and their texts.

    ``names`` looks at a file's names.
    """
    scenarios: list[Scenario] = []
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        shown = path.relative_to(root).as_posix()
        text = read_text(path)
        if not isinstance(text, str):
            findings.append(Finding("TEST001", text.message, text.place(shown)))
            continue
        if only is not None and only not in text:
            continue
        texts[shown] = text
        node, found = compose(shown, text)
        findings += found
        if isinstance(node, Mapping):
            reader = _Reader(shown)
            scenarios += reader.file_of(node)
            findings += [*reader.findings, *names(node)]
    return scenarios, findings, texts


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def refuse(self, message: str, span: Span, help_text: str | None = None) -> None:
        self.findings.append(Finding("TEST001", message, span, help_text))

    def file_of(self, node: Mapping) -> list[Scenario]:
        for key, _ in node:
            if key.text not in _KEYS:
                self.refuse(f"a test file has no `{key.text}`", key.span, did_you_mean(key.text, _KEYS, "its keys"))
        workflow, given, scenarios = node.get("workflow"), node.get("given"), node.get("scenarios")
        if not isinstance(workflow, Scalar) or not isinstance(scenarios, Mapping):
            self.refuse("a test file says `workflow:` and `scenarios:`", node.span)
            return []
        common = data(given) if isinstance(given, Mapping) else {}
        world = self.world(node.get("world"))
        reasons = self.reasons(node.get("unexercised"))
        read = []
        for key, value in scenarios:
            if isinstance(value, Mapping):
                read.append(replace(self.scenario(key, value, workflow.text, common, world), unexercised=reasons))
        return read

    def reasons(self, node: Node | None) -> dict[str, str]:
        """What no scenario needs to reach, and why."""
        if not isinstance(node, Mapping):
            return {}
        for key, value in node:
            if not isinstance(value, Scalar) or value.is_null or not value.text.strip():
                self.refuse(f"why is `{key.text}` not exercised?", key.span, "say the reason after it")
        return {key.text: value.text for key, value in node if isinstance(value, Scalar)}

    def scenario(
        self,
        key: Scalar,
        node: Mapping,
        workflow: str,
        common: dict[str, Any],
        world: dict[str, list[dict[str, Any]]],
    ) -> Scenario:
        for inner, _ in node:
            known = ("given", "world", "then do", "expect")
            if inner.text not in known:
                self.refuse(
                    f"a scenario has no `{inner.text}`",
                    inner.span,
                    did_you_mean(inner.text, known, "its keys"),
                )
        own = node.get("given")
        given = merged(common, data(own) if isinstance(own, Mapping) else {})
        expect = node.get("expect")
        if not isinstance(expect, Mapping) or not expect.entries:
            self.refuse("a scenario that expects nothing can't fail", key.span, "add `expect:`")
        elif isinstance(expect, Mapping):
            self._expectations(expect)
        done = node.get("then do")
        actions = tuple(
            action for item in (done.items if isinstance(done, Sequence) else ()) if (action := self.action(item))
        )
        return Scenario(
            file=self.file, line=key.span.line, name=key.text, workflow=workflow,
            tenant=str(given.get("tenant_id", "t_001")), input=given.get("input", {}),
            last_result=given.get("last_result"),
            world={**world, **self.world(node.get("world"))}, actions=actions,
            expect=data(expect) if isinstance(expect, Mapping) else {},
        )  # fmt: skip

    def _expectations(self, node: Mapping) -> None:
        for key, value in node:
            # An operation's own name expects something of its calls: {capturePayment: {with: {...}}}.
            if key.text not in EXPECTATIONS and not (isinstance(value, Mapping) and value.get("with") is not None):
                self.refuse(f"nothing can be expected of `{key.text}`", key.span,
                            did_you_mean(key.text, EXPECTATIONS, "expectations"))  # fmt: skip

    def world(self, node: Node | None) -> dict[str, list[dict[str, Any]]]:
        if not isinstance(node, Mapping):
            return {}
        return {key.text: [data(item) for item in (value.items if isinstance(value, Sequence) else (value,))]
                for key, value in node}  # fmt: skip

    def action(self, node: Node) -> Action | None:
        if not isinstance(node, Mapping):
            self.refuse("an action is a map with `at:` and what happens", node.span)
            return None
        plain = data(node)
        kind = next((word for word in _ACTIONS if word in plain), None)
        at = self.when(node.get("at"))
        if kind is None or at is None:
            self.refuse(f"an action says `at:` and one of {', '.join(_ACTIONS)}", node.span)
            return None
        return Action(
            at=at, kind=kind, name=str(plain[kind]), payload=plain.get("with") or {}, gives=plain.get("gives") or {},
            times=int(plain.get("times", 1)), event_id=str(plain.get("event_id", "")),
        )  # fmt: skip

    def when(self, node: Node | None) -> When | None:
        if not isinstance(node, Scalar):
            return None
        found = moment(node.text)
        if found is None:
            self.refuse(f"`{node.text.strip()}` is no moment", node.span, "a duration since the start, or `step + 20m`")
        return found


def moment(text: str) -> When | None:
    """A moment as it is written, `2h` or `step + 20m`; None where it is none."""
    text = text.strip()
    plain = seconds(text) if text != "0" else 0.0
    if plain is not None:
        return When(None, plain)
    match = re.fullmatch(r"(\w+)(?:\s*\+\s*(\S+))?", text)
    after = seconds(match.group(2)) if match and match.group(2) else 0.0
    return None if match is None or after is None else When(match.group(1), after)


def data(node: Node) -> Any:
    """A node as plain JSON data. Numbers keep their text (0.10 is no float): the types decide."""
    match node:
        case Mapping():
            return {key.text: data(value) for key, value in node}
        case Sequence():
            return [data(item) for item in node.items]
        case Scalar():
            if not node.plain:
                return node.text
            if node.is_null:
                return None
            if node.text in ("true", "false"):
                return node.text == "true"
            if re.fullmatch(r"-?(0|[1-9]\d*)", node.text):
                return int(node.text)
            return Number(node.text) if re.fullmatch(r"-?\d+\.\d+(?:[eE][+-]?\d+)?", node.text) else node.text


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Maps merge down to the input's fields; a field that a scenario names is replaced whole."""
    result = {**base, **over}
    if isinstance(base.get("input"), dict) and isinstance(over.get("input"), dict):
        result["input"] = {**base["input"], **over["input"]}
    return result
