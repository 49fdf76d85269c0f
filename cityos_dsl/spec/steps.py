"""The steps of a workflow: what each kind may carry (language reference, Steps)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec.shape import READERS, Fields, Reader, Value, key, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every step may carry."""

    LABEL: ClassVar[str] = "a step"
    WORD: ClassVar[str] = ""

    node: Node
    if_: Scalar | None = optional("Run the step only where this condition holds.", example="input.is_b2b")
    id: Scalar | None = optional("A name of its own, where the same operation stands twice.", example="recordFailure")
    summary: Scalar | None = optional("What it is for, shown in diagrams and in the Temporal UI.")
    status: Scalar | None = optional("The workflow's status from here on.", example="active")

    @property
    def name(self) -> Scalar | None:
        """The step's name: its ``id``, else what stands after its word."""
        if self.id is not None:
            return self.id
        named: object = getattr(self, self.WORD.rstrip("_"), None) if self.WORD else None
        return named if isinstance(named, Scalar) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """The compensation of a step with inputs of its own."""

    LABEL: ClassVar[str] = "a compensation"
    do: Scalar = key("The operation that undoes the step.", example="refundPayment")
    with_: dict[Scalar, Value] | None = optional("Inputs that aren't wired by name.")


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of signals: which ones it takes (``where``) and what it does."""

    where: Scalar | None
    steps: tuple[Step, ...]
    timer: Timer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A timer under ``meanwhile``: at a computed time, for each of a list, or every so often."""

    LABEL: ClassVar[str] = "a timer"
    each: Scalar | None = optional("One timer for each element.", example="r in input.reminders")
    at: Scalar | None = optional("When it fires; a moved time re-arms it, null means never.")
    every: Scalar | None = optional("How often it fires.", example="15m")
    past: Scalar | None = optional("What happens to a time that is over already.", words=("skip", "run"))
    then: tuple[Step, ...] = key("What is done.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _BranchMap:
    LABEL: ClassVar[str] = "a branch"
    where: Scalar | None = optional("Which signals it takes.", example="signal.payment_id == paymentId")
    then: tuple[Step, ...] = key("What is done.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Step):
    """Run an operation of the catalogue."""

    LABEL: ClassVar[str] = "`do`"
    WORD: ClassVar[str] = "do"
    do: Scalar = key("The operation, by its name in `specs/systems`.", example="capturePayment")
    with_: dict[Scalar, Value] | tuple[Scalar, ...] | None = optional(
        "Inputs that aren't wired by name; a list names optional inputs to wire.",
        example={"amount": "input.amount"},
    )
    compensate: Scalar | Undoing | None = optional("What undoes it.", example="refundPayment")
    no_undo: Scalar | None = optional("Why it needs no compensation.", example="it was owed")
    catch: dict[Scalar, tuple[Step, ...]] | None = optional("Branches by error class.")
    rounds: Scalar | None = optional("How many business rounds `retry` may start.", example="3")
    on_failure: Scalar | tuple[Step, ...] | None = optional("What happens when it fails for good.")
    within: Scalar | None = optional("All the time it may take, queue and retries included.", example="10m")
    key: Scalar | None = optional("What distinguishes this call from the step's others.", example="cycle")
    as_: Scalar | None = optional("Which variant of the operation.")
    system: Scalar | None = optional("The system, where it is chosen at run time.", example="input.source_system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep(Step):
    """Wait for a time."""

    LABEL: ClassVar[str] = "`sleep`"
    WORD: ClassVar[str] = "sleep"
    sleep: Scalar = key("Its name.", example="awaitAuctionStart")
    for_: Scalar | None = optional("How long.", example="24h")
    until: Scalar | None = optional("Until when.", example="input.start_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Await(Step):
    """Wait for a signal, a condition or both, up to a deadline."""

    LABEL: ClassVar[str] = "`await`"
    WORD: ClassVar[str] = "await"
    await_: Scalar = key("Its name.", example="awaitApproval")
    where: Scalar | None = optional("Which signals are meant.")
    when: Scalar | None = optional("A condition over state that ends the wait.")
    for_: Scalar | None = optional("How long at most.", example="72h")
    until: Scalar | None = optional("Until when at most; a moved deadline re-arms.")
    signals: dict[Scalar, Branch] | None = optional("The signals that end it, each with its branch.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done without ending the wait.")
    then: tuple[Step, ...] | None = optional("What is done when `when` became true.")
    timeout: tuple[Step, ...] | None = optional("What is done when the time is over.")

    @property
    def name(self) -> Scalar | None:
        """The await's name."""
        return self.await_


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Step):
    """Choose between two branches."""

    LABEL: ClassVar[str] = "`if`"
    WORD: ClassVar[str] = "then"
    then: tuple[Step, ...] = key("What is done where the condition holds.")
    else_: tuple[Step, ...] | None = optional("What is done otherwise.")

    @property
    def name(self) -> Scalar | None:
        """A branching has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Step):
    """Choose by a value."""

    LABEL: ClassVar[str] = "`switch`"
    WORD: ClassVar[str] = "switch"
    switch: Scalar = key("The value to choose by.", example="input.gateway")
    cases: dict[Scalar, tuple[Step, ...]] = key("A branch for each value.")
    default: tuple[Step, ...] | None = optional("What is done for every other value.")

    @property
    def name(self) -> Scalar | None:
        """A switch has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Step):
    """Steps that belong together."""

    LABEL: ClassVar[str] = "`group`"
    WORD: ClassVar[str] = "group"
    group: Scalar = key("Its name.")
    steps: tuple[Step, ...] = key("Its steps.")
    state: Fields | None = optional("State of its own.")
    catch: dict[Scalar, tuple[Step, ...]] | None = optional("Branches by error class.")
    until: Scalar | None = optional("A deadline: what runs is cancelled, what is done stays.")
    timeout: tuple[Step, ...] | None = optional("What is done when the time is over.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done on the way.")
    compensate: Scalar | Undoing | None = optional("What undoes the whole group.")
    on_failure: Scalar | tuple[Step, ...] | None = optional("What happens when it fails for good.")
    no_undo: Scalar | None = optional("Why its steps need no compensation.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Step):
    """Go through a list or a range."""

    LABEL: ClassVar[str] = "`for_each`"
    WORD: ClassVar[str] = "for_each"
    for_each: Scalar = key("Its name.")
    in_: Scalar | None = optional("The list.", example="input.lots")
    from_: Scalar | None = optional("The first number.", example="2")
    to: Scalar | None = optional("The last number.", example="input.plan.num_installments")
    as_: Scalar = key("The name of the element.", example="lot")
    where: Scalar | None = optional("Which elements.")
    concurrency: Scalar | None = optional("How many at a time.", example="5")
    failing: Scalar | None = optional("What a failing element means.", words=("stop", "skip", "collect"))
    state: Fields | None = optional("State of its own, fresh each pass.")
    give: Scalar | None = optional("What each pass gives; the loop's name is then the list.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done on the way.")
    steps: tuple[Step, ...] = key("What is done for each.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat(Step):
    """Repeat, up to a bound or for as long as the workflow lives."""

    LABEL: ClassVar[str] = "`repeat`"
    WORD: ClassVar[str] = "repeat"
    repeat: Scalar = key("Its name.")
    at_most: Scalar | None = optional("How often at most.", example="4")
    forever: Scalar | None = optional("Without bound, with continue-as-new.", words=("true",))
    every: Scalar | None = optional("After how many passes a new run begins.", example="30")
    while_: Scalar | None = optional("Only while this holds.")
    state: Fields | None = optional("State of its own, fresh each pass.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done on the way.")
    steps: tuple[Step, ...] = key("What is repeated.")
    exhausted: tuple[Step, ...] | None = optional("What is done when the bound is reached.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(Step):
    """Several branches at once."""

    LABEL: ClassVar[str] = "`parallel`"
    WORD: ClassVar[str] = "parallel"
    parallel: Scalar = key("Its name.")
    branches: dict[Scalar, tuple[Step, ...]] | tuple[Step, ...] = key("The branches: steps, or named lists of steps.")
    first: Scalar | None = optional("Whether the first to end cancels the others.", words=("true", "false"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Step):
    """Run a child workflow and wait for it."""

    LABEL: ClassVar[str] = "`call`"
    WORD: ClassVar[str] = "call"
    call: Scalar = key("The workflow.", example="SubscriptionTrialEndWorkflow")
    with_: dict[Scalar, Value] | None = optional("Inputs that aren't wired by name.")
    workflow_id: Scalar | None = optional("Its id, where it isn't the workflow's own pattern.")
    on_failure: Scalar | tuple[Step, ...] | None = optional("What happens when it fails.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Step):
    """Start a workflow and go on."""

    LABEL: ClassVar[str] = "`start`"
    WORD: ClassVar[str] = "start"
    start: Scalar = key("The workflow.")
    with_: dict[Scalar, Value] | None = optional("Inputs that aren't wired by name.")
    workflow_id: Scalar | None = optional("Its id, where it isn't the workflow's own pattern.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Step):
    """Send a signal to another workflow."""

    LABEL: ClassVar[str] = "`signal`"
    WORD: ClassVar[str] = "signal"
    signal: Scalar = key("The signal.")
    to: Scalar = key("The workflow.")
    with_: dict[Scalar, Value] | None = optional("Its payload.")
    missing: Scalar = key("What a missing workflow means.", words=("ignore", "fail"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Emit(Step):
    """Put an event into the outbox."""

    LABEL: ClassVar[str] = "`emit`"
    WORD: ClassVar[str] = "emit"
    emit: Scalar = key("The event.", example="dispute.resolved")
    with_: dict[Scalar, Value] | None = optional("Its payload.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Step):
    """Assign state."""

    LABEL: ClassVar[str] = "`set`"
    WORD: ClassVar[str] = "set"
    set: dict[Scalar, Value] = key("Names and their new values.", example={"missed": "missed + 1"})

    @property
    def name(self) -> Scalar | None:
        """An assignment has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Step):
    """Run the registered compensations now."""

    LABEL: ClassVar[str] = "`undo`"
    WORD: ClassVar[str] = "undo"
    undo: Scalar | None = optional("Only this step's or block's.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivot(Step):
    """Commit: what is registered so far is no longer undone."""

    LABEL: ClassVar[str] = "`pivot`"
    WORD: ClassVar[str] = "pivot"
    pivot: Scalar | None = optional("Nothing: the word stands alone.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Step):
    """End with the output."""

    LABEL: ClassVar[str] = "`return`"
    WORD: ClassVar[str] = "return"
    return_: Value = key("The output.", example={"status": "placed"})

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(Step):
    """End with an error class, undoing first."""

    LABEL: ClassVar[str] = "`fail`"
    WORD: ClassVar[str] = "fail"
    fail: Scalar = key("The error class.", example="TimeoutError")
    message: Scalar | None = optional("What happened, for people.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Step):
    """Out of the loop or group."""

    LABEL: ClassVar[str] = "`leave`"
    WORD: ClassVar[str] = "leave"
    leave: Scalar | None = optional("Which one; the innermost loop otherwise.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Next(Step):
    """On with the loop's next pass."""

    LABEL: ClassVar[str] = "`next`"
    WORD: ClassVar[str] = "next"
    next: Scalar | None = optional("Which loop; the innermost otherwise.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Step):
    """In a ``catch``: the next business round."""

    LABEL: ClassVar[str] = "`retry`"
    WORD: ClassVar[str] = "retry"
    retry: Scalar | None = optional("Nothing: the word stands alone.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


#: Every step kind by its word; ``then`` (of ``if``) comes last, since `if` also guards single steps.
STEP_KINDS: dict[str, type[Step]] = {
    kind.WORD: kind
    for kind in (
        Do, Sleep, Await, Switch, Group, ForEach, Repeat, Parallel, Call, Start, Signal, Emit, Set, Undo, Pivot,
        Return, Fail, Leave, Next, Retry, If,
    )
}  # fmt: skip
BARE_WORDS = ("pivot", "undo", "leave", "next", "retry")


def read_step(reader: Reader, node: Node) -> Step | None:
    """Read one step: a map that carries a step's word, or one of the bare words."""
    if isinstance(node, Scalar):
        if node.text in BARE_WORDS:
            return STEP_KINDS[node.text](node=node)
        reader.refuse(
            "SPEC005",
            f"`{node.text}` is not a step",
            node,
            did_you_mean(node.text, BARE_WORDS, "single words"),
        )
        return None
    if not isinstance(node, Mapping):
        reader.refuse("SPEC005", "a step is a map that begins with its word", node, "such as `- do: capturePayment`")
        return None
    words = [name for name, _ in node if name.text in STEP_KINDS and not (name.text == "then" and _waits(node))]
    if not words:
        first = node.entries[0][0] if node.entries else node
        written = first.text if isinstance(first, Scalar) else "{}"
        reader.refuse(
            "SPEC005",
            f"`{written}` is not a step's word",
            first,
            did_you_mean(written, STEP_KINDS, "step words"),
        )
        return None
    if len(words) > 1:
        reader.refuse("SPEC006", f"one step can't be `{words[0].text}` and `{words[1].text}`", words[1], "make it two")
        return None
    return reader.document(STEP_KINDS[words[0].text], node)


def _waits(node: Mapping) -> bool:
    """An await has a ``then`` of its own."""
    return node.get("await") is not None


def read_branch(reader: Reader, node: Node) -> Branch | None:
    """Read a branch: a list of steps, or a map with ``where`` or a timer and ``then``."""
    if isinstance(node, Scalar) and node.is_null:
        return Branch(None, ())
    if isinstance(node, Sequence):
        steps = tuple(step for item in node.items if (step := read_step(reader, item)) is not None)
        return Branch(None, steps)
    if isinstance(node, Mapping) and any(node.get(word) is not None for word in ("at", "every")):
        timer = reader.document(Timer, node)
        return Branch(None, timer.then, timer) if timer else None
    read = reader.document(_BranchMap, node)
    return Branch(read.where, read.then) if read else None


READERS[Step] = read_step
READERS[Branch] = read_branch
