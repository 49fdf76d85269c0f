"""One run of a workflow, with all that happens to it chosen from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cityos_runtime.context import Context, Tenant
from cityos_runtime.ids import start_id
from cityos_runtime.operation import Call
from cityos_runtime.parking import Decision
from cityos_runtime.virtual import Answered, Asked, Entry, Failing, Pending, Program, Run
from cityos_runtime.virtual.others import Child
from temporalio.exceptions import ApplicationError, CancelledError

from cityos_compiler import ir
from cityos_compiler.backends.python.manifest import id_defaults
from cityos_compiler.verifying.choices import Choice
from cityos_compiler.verifying.ledger import UNDO, Ledger
from cityos_compiler.verifying.offering import Offering
from cityos_compiler.verifying.standing import Standing, standing
from cityos_compiler.verifying.subject import Given, Subject
from cityos_compiler.verifying.underway import Asking, Calling, Chosen, Telling, Underway
from cityos_compiler.verifying.watched import WatchedProgram


class Play:
    """One run, from its start to where it rests."""

    def __init__(
        self,
        subject: Subject,
        given: Given,
        listen: Callable[[Entry], None] | None = None,
        program: Program | None = None,
    ) -> None:
        """Start it; what runs is the definition that tells of its steps, unless a program is given.

        Raises MissingField where the input lacks what the workflow's id is made of.
        """
        self.subject = subject
        self.ledger = Ledger()
        self.reached: set[int] = set()
        """The identities of the steps that began."""
        self.undone: set[str] = set()
        """The operations that undid something."""
        self.open: list[Underway] = []
        self.written_failure = False
        """Whether a `fail` of the spec, or an operator, ended the flow."""
        self.called_off = False
        """Whether an operator did."""
        definition = subject.definition
        program = program or WatchedProgram(definition, subject.workflow.task_queue, self)
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

    def refused(self, step: str, key: str) -> None:
        """An operation that was under way elsewhere came to nothing."""
        self.ledger.refused(step, key)

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
        stands.state = (stands.state, tuple(each.state() for each in self.open))
        return Offering(self.subject, self.ledger, self.run, self.open).choices(self.world, stands), stands

    def allows(self, choice: Choice) -> bool:
        """Whether a choice that was made in another run can happen in this one."""
        match choice.kind:
            case "time":
                return self.world.clock.next is not None
            case "decide":
                return choice.name in self.run.flow._parked
            case "cancel" | "signal":
                return not self.run.is_over
        waiting = [each for each in self.open if each.is_open]
        return choice.place < len(waiting) and waiting[choice.place].step == choice.name

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

    def _settle(self, each: Underway, choice: Choice) -> None:
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
            each.note(delivered=True)
            self._told(each, lambda: each.answer.set_result(None))
        else:
            each.note(delivered=False)
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
            if done:
                self.undone.add(asked.operation)
            return
        model = self.subject.operations.get(asked.operation)
        if model is None or model.effect not in ("write", "money"):
            if choice.kind == "fail":
                self.ledger.unanswered(asked.key)
            return
        happened, doubtful = choice.kind in ("answer", "happened"), choice.kind in ("happened", "lost")
        if self.run.is_over:
            self.ledger.wrong.append(("after", asked.step, f"`{asked.step}` ended after the workflow did"))
        exempt = self.run.flow._closing
        output = choice.detail
        self.ledger.note(asked.step, asked.operation, asked.key, happened=happened, doubtful=doubtful, output=output)
        if exempt:
            self.ledger.effects[-1].exempt = True
