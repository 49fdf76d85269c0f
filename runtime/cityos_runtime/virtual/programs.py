"""What a run runs: a generated workflow class, or a definition that is interpreted."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from cityos_runtime.context import Carried, Context
from cityos_runtime.dispatch.inbox import InboxWorkflow
from cityos_runtime.dispatch.messages import QUEUE, Message
from cityos_runtime.interpreter.city import InterpretedCity
from cityos_runtime.interpreter.definition import Definition
from cityos_runtime.worker import load_workflows

Flow: TypeAlias = Any
"""A run's object: a `City`, or one of the dispatch's own workflows."""


class Program(Protocol):
    """A workflow, ready to be run."""

    @property
    def type(self) -> str:
        """Its workflow type."""

    @property
    def task_queue(self) -> str:
        """The queue that it runs on."""

    def begin(self, input: Any, context: Context, carried: Carried | None) -> Flow:
        """A new run's object."""

    def run(self, flow: Flow, input: Any, context: Context, carried: Carried | None) -> Coroutine[Any, Any, Any]:
        """Its whole flow."""

    def query(self, flow: Flow, name: str) -> Any:
        """A query's answer.

        Raises KeyError where there is no such query.
        """


class Dispatch:
    """The inbox of messages."""

    type = "InboxWorkflow"
    task_queue = QUEUE

    def begin(self, input: Any, context: Context, carried: Carried | None) -> Flow:
        """A new inbox for one message."""
        return InboxWorkflow(Message.model_validate(input), context)

    def run(self, flow: Flow, input: Any, context: Context, carried: Carried | None) -> Coroutine[Any, Any, Any]:
        """Deliver it."""
        coroutine: Coroutine[Any, Any, Any] = flow.run(flow.message, context)
        return coroutine

    def query(self, flow: Flow, name: str) -> Any:
        """Where the message stands."""
        return flow.state()


class Compiled:
    """A generated workflow class."""

    def __init__(self, workflow: type[Flow], task_queue: str) -> None:
        self._class = workflow
        self.type = workflow.__name__
        self.task_queue = task_queue
        self._queries = {
            definition.name: name
            for base in reversed(workflow.__mro__)
            for name, member in vars(base).items()
            if (definition := getattr(member, "__temporal_query_definition", None)) is not None
        }

    def begin(self, input: Any, context: Context, carried: Carried | None) -> Flow:
        """A new run's object."""
        return self._class(input, context, carried)

    def run(self, flow: Flow, input: Any, context: Context, carried: Carried | None) -> Coroutine[Any, Any, Any]:
        """Its whole flow."""
        coroutine: Coroutine[Any, Any, Any] = flow.run(input, context, carried)
        return coroutine

    def query(self, flow: Flow, name: str) -> Any:
        """A query's answer."""
        return getattr(flow, self._queries[name])()


class Interpreted:
    """A definition."""

    def __init__(self, definition: Definition, task_queue: str) -> None:
        self.definition = definition
        self.type = definition.facts.type
        self.task_queue = task_queue

    def begin(self, input: Any, context: Context, carried: Carried | None) -> Flow:
        """A new run's object."""
        return InterpretedCity(self.definition, input, context, carried)

    def run(self, flow: Flow, input: Any, context: Context, carried: Carried | None) -> Coroutine[Any, Any, Any]:
        """Its whole flow."""
        coroutine: Coroutine[Any, Any, Any] = flow.run()
        return coroutine

    def query(self, flow: Flow, name: str) -> Any:
        """A query's answer."""
        return flow.get_workflow_status() if name == "getWorkflowStatus" else flow.answer(name)


def interpreted_programs(documents: Iterable[Mapping[str, Any]]) -> dict[str, Program]:
    """The workflows that these documents define, by type, and the dispatch's inbox."""
    programs: dict[str, Program] = {Dispatch.type: Dispatch()}
    for document in documents:
        program = Interpreted(Definition(document), document["task_queue"])
        programs[program.type] = program
    return programs


def compiled_programs(folder: Path) -> dict[str, Program]:
    """Every generated workflow below a folder, by type, and the dispatch's inbox."""
    programs: dict[str, Program] = {Dispatch.type: Dispatch()}
    for queue, workflows in load_workflows(folder).items():
        programs |= {workflow.__name__: Compiled(workflow, queue) for workflow in workflows}
    return programs
