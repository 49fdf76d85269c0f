"""The intermediate representation: a workflow as plain data, with every name resolved and every expression typed.

Everything here serialises (:func:`to_data`) and digests (:func:`digest`); places in the source and checked trees ride
along for messages and code, and take no part in equality or digest, so that equal specs give one digest whatever their
formatting.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import types as t
from cityos_dsl.expr.check import Checked
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import OperationModel, QueryModel, SignalModel


def _place() -> Any:
    """A field that says where something stands and takes no part in equality."""
    return field(default=None, compare=False, repr=False, metadata={"aside": True})


@dataclass(frozen=True)
class Expr:
    """A checked expression."""

    text: str
    type: t.Type
    checked: Checked = field(compare=False, repr=False, metadata={"aside": True})
    known: frozenset[str] = field(default=frozenset(), compare=False, repr=False, metadata={"aside": True})
    names: dict[str, t.Type] = field(default_factory=dict, compare=False, repr=False, metadata={"aside": True})
    """The free names and the types that they have at this point."""


@dataclass(frozen=True)
class Record:
    """A record or map written out in YAML, its values expressions."""

    fields: tuple[tuple[str, Value], ...]
    type: t.Type


@dataclass(frozen=True)
class Items:
    """A list written out in YAML."""

    items: tuple[Value, ...]
    type: t.Type


Value: TypeAlias = Expr | Record | Items


@dataclass(frozen=True, kw_only=True)
class Step:
    """What every step has."""

    name: str
    summary: str | None = None
    status: str | None = None
    guard: Expr | None = None
    span: Span = _place()


Block: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Compensation:
    """What undoes a step: an operation, its inputs, and whether they need the step's own result."""

    operation: OperationModel
    inputs: tuple[tuple[str, Value], ...]
    needs_result: bool
    system: Expr | None = None


@dataclass(frozen=True, kw_only=True)
class Catch:
    """A branch for some error classes."""

    classes: tuple[str, ...]
    steps: Block
    retries: bool


@dataclass(frozen=True, kw_only=True)
class Do(Step):
    """Run an operation."""

    operation: OperationModel
    inputs: tuple[tuple[str, Value], ...]
    wired: tuple[tuple[str, str], ...] = ()
    undo: Compensation | None = None
    no_undo: str | None = None
    catch: tuple[Catch, ...] = ()
    rounds: Expr | None = None
    on_failure: str = "default"
    """default (fail; after a pivot park), fail, continue, park, or steps."""
    on_failure_steps: Block | None = None
    within: Expr | None = None
    key: Expr | None = None
    system: Expr | None = None


@dataclass(frozen=True, kw_only=True)
class Sleep(Step):
    """Wait for a time."""

    lasting: Expr | None = None
    until: Expr | None = None


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A branch of one or more signals."""

    signals: tuple[SignalModel, ...]
    where: Expr | None
    steps: Block


@dataclass(frozen=True, kw_only=True)
class Timer:
    """A timer in a ``meanwhile``."""

    name: str
    steps: Block
    every: Expr | None = None
    at: Expr | None = None
    each: str | None = None
    among: Expr | None = None
    skip_past: bool = False


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """What is done beside a block's flow, at its waits."""

    branches: tuple[Branch, ...] = ()
    timers: tuple[Timer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Await(Step):
    """Wait for signals, a condition, or a deadline."""

    branches: tuple[Branch, ...] = ()
    when: Expr | None = None
    then: Block = ()
    lasting: Expr | None = None
    until: Expr | None = None
    timeout: Block | None = None
    meanwhile: Meanwhile | None = None


@dataclass(frozen=True, kw_only=True)
class If(Step):
    """Choose between two branches."""

    then: Block
    otherwise: Block | None = None


@dataclass(frozen=True, kw_only=True)
class Switch(Step):
    """Choose by a value."""

    on: Expr
    cases: tuple[tuple[str, Block], ...]
    default: Block | None = None


@dataclass(frozen=True, kw_only=True)
class Local:
    """State of a loop or group: fresh each pass."""

    name: str
    type: t.Type
    init: Expr | None


@dataclass(frozen=True, kw_only=True)
class Group(Step):
    """Steps that belong together."""

    steps: Block
    locals: tuple[Local, ...] = ()
    catch: tuple[Catch, ...] = ()
    until: Expr | None = None
    timeout: Block | None = None
    meanwhile: Meanwhile | None = None
    on_failure: str = "fail"
    on_failure_steps: Block | None = None
    left: bool = False


@dataclass(frozen=True, kw_only=True)
class ForEach(Step):
    """Go through a list or a range."""

    item: str
    item_type: t.Type
    among: Expr | None = None
    first: Expr | None = None
    last: Expr | None = None
    where: Expr | None = None
    concurrency: Expr | None = None
    failing: str = "stop"
    give: Expr | None = None
    locals: tuple[Local, ...] = ()
    meanwhile: Meanwhile | None = None
    steps: Block = ()


@dataclass(frozen=True, kw_only=True)
class Repeat(Step):
    """Repeat, bounded or for ever."""

    at_most: Expr | None = None
    every: Expr | None = None
    condition: Expr | None = None
    locals: tuple[Local, ...] = ()
    meanwhile: Meanwhile | None = None
    steps: Block = ()
    exhausted: Block | None = None
    carries: bool = False


@dataclass(frozen=True, kw_only=True)
class Parallel(Step):
    """Several branches at once."""

    branches: tuple[tuple[str, Block], ...]
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class Child(Step):
    """Run or start another workflow."""

    workflow: str
    awaited: bool
    inputs: tuple[tuple[str, Value], ...]
    workflow_id: str = ""


@dataclass(frozen=True, kw_only=True)
class SendSignal(Step):
    """Send a signal to another workflow."""

    signal: SignalModel
    to: str
    payload: tuple[tuple[str, Value], ...]
    missing: str


@dataclass(frozen=True, kw_only=True)
class Emit(Step):
    """Put an event into the outbox."""

    event: str
    payload: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One assignment of state: a whole variable, or one entry of a map."""

    variable: str
    entry: Expr | None
    value: Value


@dataclass(frozen=True, kw_only=True)
class Set(Step):
    """Assign state."""

    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, kw_only=True)
class Undo(Step):
    """Run registered compensations now."""

    only: str | None = None


@dataclass(frozen=True, kw_only=True)
class Pivot(Step):
    """Commit."""


@dataclass(frozen=True, kw_only=True)
class Return(Step):
    """End with the output."""

    value: Value


@dataclass(frozen=True, kw_only=True)
class Fail(Step):
    """End with an error class."""

    error: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Leave(Step):
    """Out of a loop or group."""

    target: str


@dataclass(frozen=True, kw_only=True)
class Next(Step):
    """On with a loop."""

    target: str


@dataclass(frozen=True, kw_only=True)
class Retry(Step):
    """The next business round."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A query's projection."""

    model: QueryModel
    fields: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What must hold of the input, and under which condition."""

    condition: Expr | None
    that: Expr


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A workflow, resolved."""

    id: str
    name: str
    summary: str
    task_queue: str
    workflow_id: str
    triggers: tuple[dict[str, Any], ...]
    input: tuple[FieldDecl, ...]
    require: tuple[Requirement, ...]
    state: tuple[Local, ...]
    constants: tuple[Local, ...]
    statuses: tuple[str, ...]
    within: Expr | None
    compensation: str
    receives: tuple[tuple[str, str, str], ...]
    signals: tuple[SignalModel, ...]
    meanwhile: Meanwhile | None
    steps: Block
    last: Block
    queries: tuple[Query, ...]
    output: t.RecordType
    results: tuple[tuple[str, t.Type], ...]
    file: str = field(compare=False, default="", metadata={"aside": True})


def to_data(value: Any) -> Any:
    """The plain data of an IR value: maps, lists and scalars, without places."""
    match value:
        case OperationModel():
            return f"{value.system}.{value.name}"
        case SignalModel() | QueryModel():
            return value.name
        case t.Primitive() | t.ListType() | t.MapType() | t.EnumType() | t.RecordType() | t.OptionalType():
            return t.show(value)
        case FieldDecl():
            options = {name: scalar.text for name, scalar in value.options.items()}
            return {"name": value.name, "type": t.show(value.full_type), "class": value.data_class, **options}
        case tuple() | list():
            return [to_data(item) for item in value]
        case dict():
            return {key: to_data(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        data = {
            f.name: to_data(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if not f.metadata.get("aside") and getattr(value, f.name) not in (None, (), False)
        }
        return {"kind": type(value).__name__, **data}
    return value


def digest(value: Any) -> str:
    """SHA-256 over the canonical JSON of an IR value."""
    text = json.dumps(to_data(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def walk(block: Block) -> list[Step]:
    """All steps of a block, nested ones too, in the order in which they are written."""
    steps: list[Step] = []
    for step in block:
        steps.append(step)
        for inner in children(step):
            steps += walk(inner)
    return steps


def children(step: Step) -> list[Block]:
    """The blocks inside a step, in order."""
    match step:
        case Do():
            return [c.steps for c in step.catch] + ([step.on_failure_steps] if step.on_failure_steps else [])
        case Await():
            own = [branch.steps for branch in step.branches]
            return [*own, *beside(step.meanwhile), step.then, step.timeout or ()]
        case If():
            return [step.then, step.otherwise or ()]
        case Switch():
            return [*(block for _, block in step.cases), step.default or ()]
        case Group():
            failing = [c.steps for c in step.catch] + ([step.on_failure_steps] if step.on_failure_steps else [])
            return [step.steps, *beside(step.meanwhile), *failing, step.timeout or ()]
        case ForEach():
            return [step.steps, *beside(step.meanwhile)]
        case Repeat():
            return [step.steps, *beside(step.meanwhile), step.exhausted or ()]
        case Parallel():
            return [block for _, block in step.branches]
    return []


def beside(meanwhile: Meanwhile | None) -> list[Block]:
    """The blocks of what is done beside a block: signals first, then timers."""
    if meanwhile is None:
        return []
    return [branch.steps for branch in meanwhile.branches] + [timer.steps for timer in meanwhile.timers]


def all_steps(workflow: Workflow) -> list[Step]:
    """Every step of a workflow: its flow, what is beside it, and what comes last."""
    steps = walk(workflow.steps)
    for block in beside(workflow.meanwhile):
        steps += walk(block)
    return steps + walk(workflow.last)
