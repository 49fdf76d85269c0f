"""The points of a workflow that a scenario can reach, found in its generated module.

Generated code is straight-line Python with a step's name and its line of the spec beside it, so that Python's own
measure of lines and arcs says what ran.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

MARKER = re.compile(r"^( *)# line (\d+)")
METHOD = re.compile(r"^    (async )?def ")
_FLOW = ("steps", "last", "beside")
"""The methods that hold a workflow's flow; queries and set-up are no part of it."""


Lines: TypeAlias = range


@dataclass(frozen=True)
class Point:
    """Something that a run may reach: reached by a line, or by an arc between two."""

    kind: str
    """step, branch, outcome or compensation."""
    name: str
    line: int
    """Of the spec."""
    at: Lines = range(0)
    """Generated lines, one of which must have run."""
    past: tuple[Lines, Lines] | None = None
    """Or a condition's lines, and those it goes to when it holds: reached by going anywhere else."""
    leads: Lines = range(0)
    """The generated lines to which no run gets that doesn't get here."""

    def comes_after(self, other: Point) -> bool:
        """Whether no run gets here that doesn't get to the other, which is written before it."""
        start = self.past[0].start if self.past is not None else self.at.start
        return start in other.leads


def points(text: str, steps: frozenset[str]) -> list[Point]:
    """The points of a generated module, in the order of their lines; ``steps`` are the names of its steps."""
    finder = _Finder(text, steps)
    flow = [method for kind in ast.parse(text).body if isinstance(kind, ast.ClassDef)
            for method in kind.body if isinstance(method, ast.AsyncFunctionDef | ast.FunctionDef)
            and method.name in _FLOW]  # fmt: skip
    return [point for method in flow for point in finder.block(method.body)]


class _Finder:
    def __init__(self, text: str, steps: frozenset[str]) -> None:
        self.steps = steps
        self.seen: set[str] = set()
        self.lines = text.splitlines()
        self.alternatives = 0
        """How many ways the last wait may end."""

    def block(self, body: list[ast.stmt]) -> Iterator[Point]:
        rest = _last(body) if body else 0
        for statement in body:
            yield from self.named(statement, range(statement.lineno, rest + 1))
            yield from self.branches(statement)
            for inner in _blocks(statement):
                yield from self.block(inner)

    def spec_line(self, statement: ast.stmt) -> int:
        """The line of the spec that a statement comes from: the nearest that is noted above it, and no deeper."""
        for text in reversed(self.lines[: statement.lineno]):
            marker = MARKER.match(text)
            if marker is not None and len(marker[1]) <= statement.col_offset:
                return int(marker[2])
            if METHOD.match(text) is not None:
                break
        return 1

    def named(self, statement: ast.stmt, leads: Lines) -> Iterator[Point]:
        """The step that a statement is, if it calls the runtime with a step's name."""
        for node in _own(statement):
            if not isinstance(node, ast.Call) or not _is_own_method(node.func) or not node.args:
                continue
            if node.func.attr == "wait":
                self.alternatives = _ways_to_end(node)
            name = node.args[0]
            if isinstance(name, ast.Constant) and name.value in self.steps and name.value not in self.seen:
                self.seen.add(str(name.value))
                yield Point("step", str(name.value), self.spec_line(statement), head(statement), leads=leads)

    def branches(self, statement: ast.stmt) -> Iterator[Point]:
        """The ways on from a statement."""
        match statement:
            case ast.If():
                yield from self.condition(statement)
            case ast.Match():
                for case in statement.cases:
                    name = f"case {ast.unparse(case.pattern)}"
                    yield self.branch("branch", name, case.body, case.body[0])
            case ast.AsyncFunctionDef() if statement.name.startswith("on_"):
                name = re.sub(r"_\d+$", "", statement.name.removeprefix("on_"))
                yield self.branch("outcome", f"meanwhile {name}", statement.body, statement.body[0])

    def condition(self, statement: ast.If) -> Iterator[Point]:
        test = ast.unparse(statement.test)
        if "self.resuming(" in test or "self.resuming_any(" in test:
            return  # how a run goes on where the one before it stopped, and no branch of the spec
        kind = "outcome" if "heard." in test else "branch"
        self.alternatives -= test.count("heard.")
        shown = _shown(test)
        yield self.branch(kind, shown, statement.body, statement)
        if _is_elif(statement.orelse) or _only_raises(statement.orelse):
            return  # the conditions that follow tell; a failure that isn't caught goes on as one
        if statement.orelse:
            yield self.branch(kind, "otherwise", statement.orelse, statement)
        elif kind == "branch" or self.alternatives > 0:
            arc = (head(statement), head(statement.body[0]))
            yield Point(kind, _negated(shown) if kind == "branch" else "otherwise", self.spec_line(statement), past=arc)

    def branch(self, kind: str, name: str, body: list[ast.stmt], where: ast.stmt) -> Point:
        """A point that is reached where a block's first statement runs."""
        first = next((s for s in body if not isinstance(s, ast.Nonlocal | ast.AsyncFunctionDef)), body[-1])
        return Point(kind, name, self.spec_line(where), head(first), leads=range(body[0].lineno, _last(body) + 1))


def _last(body: list[ast.stmt]) -> int:
    """The last line of a block."""
    return body[-1].end_lineno or body[-1].lineno


def _ways_to_end(wait: ast.Call) -> int:
    """In how many ways a wait may end: its signals, its condition, its deadline."""
    signals = len(wait.args[1].elts) if len(wait.args) > 1 and isinstance(wait.args[1], ast.List) else 0
    given = {keyword.arg for keyword in wait.keywords}
    return signals + ("when" in given) + bool(given & {"lasting", "until"})


def head(statement: ast.stmt) -> Lines:
    """The lines of a statement, without the statements inside it."""
    inner = [block[0].lineno for block in _blocks(statement) if block]
    last = statement.end_lineno or statement.lineno
    return range(statement.lineno, max(min([*inner, last + 1]), statement.lineno + 1))


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks inside a statement."""
    found = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
    found += [handler.body for handler in getattr(statement, "handlers", [])]
    found += [case.body for case in getattr(statement, "cases", [])]
    return found


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """What stands in a statement itself, without the statements inside it."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from ast.walk(child)


def _is_own_method(func: ast.expr) -> TypeGuard[ast.Attribute]:
    return isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "self"


def _only_raises(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def _is_elif(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.If)


def _shown(test: str) -> str:
    """A condition as the spec would say it."""
    if test == "heard.timed_out":
        return "timeout"
    heard = re.findall(r"heard\.by is (\w+)", test)
    if heard:
        return f"signal {' or '.join(heard)}"
    text = test.replace("self.input.", "input.").replace("self.state.", "").replace("self.", "")
    return text if len(text) <= 80 else text[:77] + "..."


def _negated(shown: str) -> str:
    return shown.removeprefix("not ") if shown.startswith("not ") and " and " not in shown else f"not {shown}"
