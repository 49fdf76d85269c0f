"""One run of a workflow, with all that happens to it chosen from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pydantic_core
from cityos_runtime.context import Context, Tenant
from cityos_runtime.ids import start_id
from cityos_runtime.operation import Call
from cityos_runtime.parking import Decision
from cityos_runtime.virtual import Answered, Asked, Entry, Failing, Pending, Run, World
from cityos_runtime.virtual.activities import Terms
from cityos_runtime.virtual.hosting import Hosting
from cityos_runtime.virtual.others import Child
from temporalio.exceptions import ApplicationError, CancelledError

from cityos_compiler import ir
from cityos_compiler.backends.python.manifest import id_defaults
from cityos_compiler.verifying.bounds import Cost
from cityos_compiler.verifying.choices import Choice
from cityos_compiler.verifying.ledger import UNDO, Ledger
from cityos_compiler.verifying.payloads import payloads
from cityos_compiler.verifying.standing import Standing, standing
from cityos_compiler.verifying.subject import Given, Subject
from cityos_compiler.verifying.values import example
from cityos_compiler.verifying.watched import WatchedProgram

FAULT = Cost(faults=1)
VARIANT = Cost(variants=1)


@dataclass
class Asking:
    """An operation that is under way."""

    asked: Asked
    pending: Pending

    @property
    def is_open(self) -> bool:
        """Whether anybody still waits for it."""
        return not self.pending.activity.result.done()


@dataclass
class Calling:
    """A child that is under way."""

    child: Child
    step: str
    stopped: bool = False

    @property
    def is_open(self) -> bool:
        """Whether anybody still waits for it."""
        return not self.child.result.done()


class Telling:
    """A message to another workflow that is under way."""

    def __init__(self, sender: Hosting, name: str, answer: asyncio.Future[None]) -> None:
        self.sender = sender
        self.step = name
        self.answer = answer

    @property
    def is_open(self) -> bool:
        """Whether anybody still waits for it."""
        return not self.answer.done()


class Chosen(World):
    """A world in which nothing happens by itself."""

    told: Callable[[Telling], None]

    def signal_other(self, sender: Hosting, workflow_id: str, name: str, args: Any, answer: Any) -> None:
        """Whether there is anybody to be told is chosen."""
        self.told(Telling(sender, name, answer))


def longest(terms: Terms) -> timedelta | None:
    """How long an operation may take with all its attempts; None where nothing limits it."""
    retry = terms.retry
    if terms.within is not None or terms.timeout is None or not retry.maximum_attempts:
        return terms.within
    most = retry.maximum_interval or retry.initial_interval * 100
    rests = [
        min(retry.initial_interval * retry.backoff_coefficient**n, most) for n in range(retry.maximum_attempts - 1)
    ]
    return sum(rests, terms.timeout * retry.maximum_attempts)


class Play:
    """One run, from its start to where it rests."""

    def __init__(self, subject: Subject, given: Given, listen: Callable[[Entry], None] | None = None) -> None:
        self.subject = subject
        self.ledger = Ledger()
        self.reached: set[int] = set()
        """The identities of the steps that began."""
        self.compensated: set[str] = set()
        self.open: list[Asking | Calling | Telling] = []
        self.written_failure = False
        """Whether a `fail` of the spec, or an operator, ended the flow."""
        self.called_off = False
        """Whether an operator did."""
        definition = subject.definition
        program = WatchedProgram(definition, subject.workflow.task_queue, self)
        self.world = Chosen({program.type: program}, self._asked, listen=listen)
        self.world.told = lambda telling: self.open.append(telling)
        self.world.elsewhere = self._called
        tenant = Tenant.of({"tenants": subject.tenants}, given.tenant)
        workflow = subject.workflow
        self.workflow_id = start_id(workflow.workflow_id, id_defaults(workflow), given.input, tenant.id)
        self.world.start(
            program.type, given.input, Context(tenant=tenant), workflow_id=self.workflow_id,
            last_result=given.last_result,
        )  # fmt: skip
        self.world.settle()

    @property
    def run(self) -> Run:
        """The run, or the one that goes on for it."""
        return self.world.runs[self.workflow_id]

    @property
    def ends_as_written(self) -> bool:
        """Whether the flow ended by its own words, and not by an operator or a deadline."""
        return self.run.status == "completed" or (self.written_failure and not self.called_off)

    @property
    def unfinished(self) -> list[str]:
        """The steps whose operations are under way and wanted."""
        return [each.asked.step for each in self.open if isinstance(each, Asking) and each.is_open]

    # What the run tells

    def stepped(self, step: ir.Step) -> None:
        """A step begins."""
        self.reached.add(id(step))
        if isinstance(step, ir.Fail):
            self.written_failure = True

    def committed(self) -> None:
        """A pivot was passed."""
        self.ledger.commit()

    def undoing(self, name: str | None) -> None:
        """An `undo` begins; what is done after one of all belongs to the ending."""
        self.ledger.sweeps += 1
        if name is None:
            self.ledger.ending = True

    def covered(self, step: str, call: Call[Any], key: str) -> None:
        """A block with one compensation begins."""
        self.ledger.note(step, "", key, happened=True, doubtful=False)

    # What the run asks

    def _asked(self, asked: Asked) -> Pending:
        pending = Pending()
        self.open.append(Asking(asked, pending))
        return pending

    def _called(self, child: Child, input: Any) -> bool:
        step = child.parent.flow._progress.step
        calling = Calling(child, step)

        def stop() -> None:
            calling.stopped = True

        child.stop = stop
        self.open.append(calling)
        return True

    # What may happen next

    def offers(self) -> tuple[list[Choice], Standing]:
        """What may happen next, the usual first; and where the run stands."""
        self.open = [each for each in self.open if each.is_open]
        stands = standing(self.run, self.ledger.state(), self.subject.reads.fields, self.subject.reads.whole)
        stands.state = (stands.state, tuple(_open(each) for each in self.open))
        offers: list[Choice] = []
        for place, each in enumerate(self.open[:2]):
            offers += self._outcomes(each, place)
        if not self.open:
            offers += self._from_outside(stands)
        if self._may_pass():
            late = FAULT if self.open else Cost()
            offers.append(Choice("time", self._next_timer(stands), cost=late + Cost(jumps=1)))
        if not self.run.cancel_requested:
            offers.append(Choice("cancel", "", cost=FAULT))
        return offers, stands

    def _may_pass(self) -> bool:
        """Whether a timer may ring before what is under way comes to its end."""
        following = self.world.clock.next
        if following is None:
            return False
        left = [longest(each.pending.activity.terms) for each in self.open if isinstance(each, Asking)]
        return all(each is None or following - self.world.clock.now <= each for each in left)

    def _next_timer(self, stands: Standing) -> str:
        at = self.world.clock.next
        return next((wait.step for wait in stands.waits if wait.armed == at), "a deadline")

    def _outcomes(self, each: Asking | Calling | Telling, place: int) -> list[Choice]:
        late = FAULT if place else Cost()
        if isinstance(each, Telling):
            return [
                Choice("answer", each.step, True, place, late),
                Choice("fail", each.step, "missing", place, FAULT + late),
            ]
        if isinstance(each, Calling):
            return self._child_outcomes(each, place, late)
        asked, step = each.asked, each.asked.step
        if asked.operation == "emitEvent":
            return [Choice("answer", step, {}, place, late)]
        if asked.looked_up is not None:
            found = self.ledger.found(asked.looked_up, asked.key)
            return [
                Choice("answer", step, found, place, late),
                Choice("fail", step, "ExternalAPIError", place, FAULT + late),
            ]
        undoing = asked.key.startswith(UNDO)
        answers = self.subject.answers("" if undoing else step, asked.operation)
        offers = [
            Choice("answer", step, answer, place, late + (VARIANT if n else Cost())) for n, answer in enumerate(answers)
        ]
        offers += [Choice("fail", step, error, place, FAULT + late) for error in self.subject.errors(asked.operation)]
        model = self.subject.operations.get(asked.operation)
        if not undoing and model is not None and model.effect in ("write", "money"):
            offers += [
                Choice("happened", step, answers[0], place, FAULT + late),
                Choice("lost", step, None, place, FAULT + late),
            ]
        return offers

    def _child_outcomes(self, each: Calling, place: int, late: Cost) -> list[Choice]:
        if each.stopped:
            return [Choice("fail", each.step, "CancelledError", place, late)]
        step = self.subject.steps.get(each.step)
        output = example(step.output) if isinstance(step, ir.Child) and step.output is not None else {}
        return [
            Choice("answer", each.step, output, place, late),
            Choice("fail", each.step, "ChildFailedError", place, FAULT + late),
        ]

    def _from_outside(self, stands: Standing) -> list[Choice]:
        offers = []
        for place in self.run.flow._parked:
            offers.append(Choice("decide", place, "retry"))
            offers.append(Choice("decide", place, "fail", cost=FAULT))
            if self.run.flow._parked[place] is not None:
                offers.append(Choice("decide", place, "skip", cost=FAULT))
        for name, payload, usual in payloads(self.run, self.subject, stands.waits):
            offers.append(Choice("signal", name, payload, cost=Cost(signals=1, variants=0 if usual else 1)))
        return offers

    # How it happens

    def take(self, choice: Choice) -> None:
        """Let a choice happen."""
        match choice.kind:
            case "time":
                self.world.clock.step()
            case "cancel":
                self.run.cancel()
            case "signal":
                self.run.signal(choice.name, choice.detail)
            case "decide":
                self._decide(choice)
            case _:
                self.open = [each for each in self.open if each.is_open]
                each = self.open.pop(choice.place)
                self._settle(each, choice)
        self.world.settle()

    def _decide(self, choice: Choice) -> None:
        result = None
        call = self.run.flow._parked.get(choice.name)
        if choice.detail == "skip" and call is not None:
            result = self.subject.answers("", call.operation.name)[0]
        if choice.detail == "fail":
            self.written_failure = self.called_off = True
        self.run.decide(Decision(step=choice.name, action=choice.detail, result=result))

    def _settle(self, each: Asking | Calling | Telling, choice: Choice) -> None:
        if isinstance(each, Asking):
            self._answer(each, choice)
        elif isinstance(each, Calling):
            if choice.kind == "answer":
                each.child.answer(choice.detail)
            elif choice.detail == "CancelledError":
                each.child.fail(CancelledError("cancelled"))
            else:
                each.child.fail(ApplicationError("the child failed", type=choice.detail, non_retryable=True))
        elif choice.kind == "answer":
            self._told(each, lambda: each.answer.set_result(None))
        else:
            missing = ApplicationError("no such workflow", type="ExternalWorkflowExecutionNotFound")
            self._told(each, lambda: each.answer.set_exception(missing))

    def _told(self, each: Telling, settle: Callable[[], None]) -> None:
        if not self.run.is_over:
            settle()
            each.sender.turn()

    def _answer(self, each: Asking, choice: Choice) -> None:
        asked = each.asked
        self._account(asked, choice)
        match choice.kind:
            case "answer":
                each.pending.come(Answered(choice.detail))
            case "fail":
                each.pending.come(Failing(choice.detail, retryable=False))
            case _:
                each.pending.come(Failing("TimeoutError", outcome="unknown", retryable=False))

    def _account(self, asked: Asked, choice: Choice) -> None:
        """Write down what it did."""
        if asked.looked_up is not None:
            if choice.kind == "fail":
                self.ledger.lookup_failed(asked.looked_up, asked.key)
            return
        if asked.key.startswith(UNDO):
            done = choice.kind == "answer"
            self.ledger.undone(asked.step, asked.key, done=done)
            self.compensated.add(asked.key)
            return
        model = self.subject.operations.get(asked.operation)
        if model is None or model.effect not in ("write", "money"):
            return
        happened, doubtful = choice.kind in ("answer", "happened"), choice.kind in ("happened", "lost")
        if self.run.is_over:
            self.ledger.wrong.append(("after", asked.step, f"`{asked.step}` ended after the workflow did"))
        exempt = self.run.flow._closing
        output = choice.detail
        self.ledger.note(asked.step, asked.operation, asked.key, happened=happened, doubtful=doubtful, output=output)
        if exempt:
            self.ledger.effects[-1].exempt = True


def _open(each: Asking | Calling | Telling) -> Any:
    if isinstance(each, Asking):
        return (each.asked.operation, each.asked.key, pydantic_core.to_json(each.asked.input))
    if isinstance(each, Calling):
        return (each.step, each.stopped)
    return each.step
