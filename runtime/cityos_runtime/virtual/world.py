"""A world of runs that share one virtual clock."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pydantic_core
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from cityos_runtime.context import Context
from cityos_runtime.virtual.activities import Perform
from cityos_runtime.virtual.clock import START, Clock
from cityos_runtime.virtual.hosting import Hosting
from cityos_runtime.virtual.others import Child
from cityos_runtime.virtual.programs import Program
from cityos_runtime.virtual.run import Identity, Run
from cityos_runtime.virtual.trace import Entry

LONG_AFTER = 1500
"""The activities after which a run is told to continue as new: about what a server's 10,000 events are."""


class World:
    """Runs, what they may start, and who answers their operations."""

    def __init__(
        self,
        programs: Mapping[str, Program],
        perform: Perform,
        *,
        listen: Callable[[Entry], None] | None = None,
        long_after: int = LONG_AFTER,
        now: datetime = START,
        run_ids: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """``run_ids`` are those of a workflow id's runs, in order, where they are known from elsewhere."""
        self.clock = Clock(now)
        self.programs = programs
        self.perform = perform
        self.runs: dict[str, Run] = {}
        """The latest run of each workflow id."""
        self.long_after = long_after
        self.elsewhere: Callable[[Child, Any], bool] | None = None
        """Asked first of a child: True where somebody else plays it."""
        self._listen = listen
        self._made = 0
        self._run_ids = {name: deque(known) for name, known in run_ids.items()}

    @property
    def listening(self) -> bool:
        """Whether anybody wants to know what happens."""
        return self._listen is not None

    def tell(self, entry: Entry) -> None:
        """Something happened."""
        if self._listen is not None:
            self._listen(entry)

    def new_run_id(self, workflow_id: str) -> str:
        """Run ids count up, so that the same story has the same keys."""
        self._made += 1
        if known := self._run_ids.get(workflow_id):
            return known.popleft()
        return f"run-{self._made}"

    def start(self, workflow: str, input: Any, context: Context, *, workflow_id: str, last_result: Any = None) -> Run:
        """Start a workflow by its type.

        Raises KeyError where there is no such type, and ValueError where one of that id runs.
        """
        if workflow_id in self.runs and not self.runs[workflow_id].is_over:
            raise ValueError(f"{workflow_id} runs already")
        return self._start(self.programs[workflow], input, context, workflow_id, "", last_result)

    def approach(self, moment: datetime) -> None:
        """Go on to a moment; what is to happen at that very moment is still to happen."""
        while (following := self.clock.next) is not None and following < moment:
            self.clock.step()
        self.clock.now = max(self.clock.now, moment)

    def go(self, until: datetime | None = None, enough: Callable[[], bool] = lambda: False) -> None:
        """Let things happen until a time, or until there is nothing more to happen."""
        while not enough():
            following = self.clock.next
            if following is None or (until is not None and following > until):
                break
            self.clock.step()
        if until is not None and not enough():
            self.clock.now = max(self.clock.now, until)

    def settle(self) -> None:
        """Let happen all that happens at this very moment."""
        self.go(self.clock.now)

    def start_child(self, parent: Hosting, workflow: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> Child:
        """A run starts another.

        Raises WorkflowAlreadyStartedError where one of that id runs.
        """
        assert isinstance(parent, Run)
        name = options["id"]
        child = Child(parent, workflow, name)
        input = pydantic_core.to_jsonable_python(args[0])
        parent.note("child", workflow, workflow_id=name, input=input, task_queue=options.get("task_queue"),
                    at_our_end=options["parent_close_policy"].name)  # fmt: skip
        if name in self.runs and not self.runs[name].is_over:
            raise WorkflowAlreadyStartedError(name, workflow)
        if self.elsewhere is not None and self.elsewhere(child, input):
            return child
        if workflow not in self.programs:
            raise ApplicationError(f"no worker runs {workflow}", type="NotFoundError")
        run = self._start(self.programs[workflow], input, args[1], name, parent.identity.workflow_id)
        run.when_over(lambda: child.ended(self.runs[name]))
        child.stop = lambda: self._at_once(lambda: self._cancel(name))
        if options.get("parent_close_policy") is ParentClosePolicy.REQUEST_CANCEL:
            parent.when_over(child.stop)
        return child

    def signal_other(
        self, sender: Hosting, workflow_id: str, name: str, args: Any, answer: asyncio.Future[None]
    ) -> None:
        """A run signals another."""
        assert isinstance(sender, Run)
        run = self.runs.get(workflow_id)
        delivered = run is not None and not run.is_over
        payload, envelope = pydantic_core.to_jsonable_python(args)
        sender.note("told", name, workflow_id=workflow_id, delivered=delivered, payload=payload)
        if run is not None and delivered:
            taker = run
            self._at_once(lambda: taker.signal(name, payload, envelope))

        def tell() -> None:
            if answer.done() or sender.is_over:
                return
            if delivered:
                answer.set_result(None)
            else:
                answer.set_exception(
                    ApplicationError(
                        "Unable to signal external workflow because it was not found",
                        type="ExternalWorkflowExecutionNotFound",
                    )
                )
            sender.turn()

        self._at_once(tell)

    def _start(
        self, program: Program, input: Any, context: Context, name: str, parent: str, last_result: Any = None
    ) -> Run:
        first = self.new_run_id(name)
        run = Run(self, program, Identity(name, first, first, parent), input, context, last_result)
        self.runs[name] = run
        self._at_once(run.start)
        return run

    def _cancel(self, name: str) -> None:
        if not self.runs[name].is_over:
            self.runs[name].cancel()

    def _at_once(self, do: Callable[[], Any]) -> None:
        """In a turn of its own, now."""
        self.clock.at(self.clock.now, do)
