"""Playing a workflow: its definition made from the specs, the systems played, what comes from outside, the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from cityos_runtime.context import Context, Tenant
from cityos_runtime.examples import signal_payload
from cityos_runtime.ids import start_id
from cityos_runtime.interpreter.definition import Definition
from cityos_runtime.parking import Decision
from cityos_runtime.virtual import Program, Run, World
from cityos_runtime.virtual.clock import START
from cityos_runtime.virtual.following import Following
from cityos_runtime.virtual.programs import Dispatch, Interpreted
from pydantic import ValidationError
from temporalio.exceptions import ApplicationError

from cityos_compiler import ir
from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.backends.python.manifest import id_defaults, tenants_of
from cityos_compiler.backends.python.systems import plain
from cityos_compiler.flow.raised import raised
from cityos_compiler.scenarios.model import When
from cityos_compiler.simulating.actors import Actors
from cityos_compiler.simulating.chance import surprise
from cityos_compiler.simulating.wishes import Arrival, Known, Wishes, WrongWish
from cityos_dsl.project import Project

MOST = 100_000
"""The things that happen after which a simulation is left: a workflow may go on for ever."""


class Programs(Mapping[str, Program]):
    """A project's workflows, each read when it is first started."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._read: dict[str, Program] = {Dispatch.type: Dispatch()}

    def __getitem__(self, name: str) -> Program:
        if name not in self._read:
            document = self._definitions.of(name)
            self._read[name] = Interpreted(Definition(document), document["task_queue"])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._definitions.workflows)

    def __len__(self) -> int:
        return len(self._definitions.workflows)


class Operations(Mapping[str, Any]):
    """What is known of each operation: its system, its example, its error classes; looked at when it is asked for."""

    def __init__(self, project: Project) -> None:
        self._models = {model.name: model for models in project.operations.values() for model in models}
        self._known: dict[str, dict[str, Any]] = {}

    def __getitem__(self, name: str) -> dict[str, Any]:
        if name not in self._known:
            model = self._models[name]
            self._known[name] = {"example": plain(model.spec.example) or {}, "errors": sorted(raised(model))}
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)

    @property
    def systems(self) -> dict[str, str]:
        """At which system each operation is."""
        return {name: model.system for name, model in self._models.items()}


@dataclass
class Stage:
    """A project, ready for any of its workflows to be played."""

    project: Project
    programs: Programs
    operations: Operations
    errors: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, workflows: list[ir.Workflow]) -> Stage:
        """The stage of a checked project."""
        errors = {name: spec.retryable.text != "false" for name, spec in project.errors.items()}
        return cls(project, Programs(Definitions(project, workflows)), Operations(project), errors)

    def heard(self, workflow: ir.Workflow) -> dict[str, list[str]]:
        """The signals that each wait of a workflow listens to."""
        waits = [step for step in ir.all_steps(workflow) if isinstance(step, ir.Await)]
        return {wait.name: [model.name for branch in wait.branches for model in branch.signals] for wait in waits}

    def known(self, workflow: ir.Workflow) -> Known:
        """The names that can be spoken of."""
        steps = ir.all_steps(workflow)
        calls = [step.operation.name for step in steps if isinstance(step, ir.Do)]
        undone = [step.undo.operation.name for step in steps if isinstance(step, ir.Do | ir.Group) and step.undo]
        signals = [name for model in workflow.signals for name in (model.name, *model.aliases)]
        return Known(
            steps=[step.name for step in steps if step.name],
            operations=[*calls, *undone],
            errors=list(self.errors),
            signals=signals,
            queries=[*(query.model.name for query in workflow.queries), "getWorkflowStatus"],
        )


@dataclass
class Played:
    """What became of it."""

    run: Run
    following: Following
    start: datetime
    answers: list[tuple[str, Any]] = field(default_factory=list)
    """What queries were answered."""
    late: list[Arrival] = field(default_factory=list)
    """What came when it had ended."""
    left: bool = False
    """Whether it was left while it still went on."""
    unfinished: list[str] = field(default_factory=list)
    """The steps whose operations were still under way at its end."""


def play(
    stage: Stage,
    workflow: ir.Workflow,
    input: Mapping[str, Any],
    tenant: str,
    wishes: Wishes,
    *,
    examples: Mapping[str, Any],
    seed: int | None = None,
    until: When | None = None,
) -> Played:
    """Play a workflow to its end, or until it waits for what never comes.

    Raises NeverBegan where something is to come after a step that never begins, and WrongWish for a decision that
    doesn't fit what is parked.
    """
    random = Random(seed) if seed is not None else None
    actors = Actors(stage.operations, stage.errors, wishes, random)
    workflow_id = start_id(workflow.workflow_id, id_defaults(workflow), input, tenant)
    following = Following(workflow_id, START)
    world = World(stage.programs, actors, listen=following.heard)
    context = Context(tenant=Tenant.of({"tenants": tenants_of(stage.project)}, tenant))
    run = world.start(workflow.name, dict(input), context, workflow_id=workflow_id)
    played = Played(run, following, START)
    for arrival in sorted(wishes.arrivals, key=_moment):
        following.reach(world, arrival.at.after, arrival.at.seconds)
        _arrive(world, played, arrival, examples)
        world.settle()
    if until is not None:
        following.reach(world, until.after, until.seconds)
    else:
        _to_the_end(world, played, random, examples)
    played.run = following.run_in(world)
    return played


def _moment(arrival: Arrival) -> tuple[bool, float]:
    """Moments since the start in their order; those after a step stay where they are written."""
    return arrival.at.after is not None, arrival.at.seconds if arrival.at.after is None else 0.0


def _to_the_end(world: World, played: Played, random: Random | None, examples: Mapping[str, Any]) -> None:
    for _ in range(MOST):
        run = played.following.run_in(world)
        if run.is_over:
            world.settle()
            return
        if random is not None:
            world.settle()
            surprise(run, random, examples)
        if not world.clock.step():
            return
    played.left = True


def _arrive(world: World, played: Played, arrival: Arrival, examples: Mapping[str, Any]) -> None:
    run = played.following.run_in(world)
    if run.is_over and arrival.kind != "query":
        played.late.append(arrival)
        return
    match arrival.kind:
        case "signal":
            run.signal(arrival.name, signal_payload(examples, arrival.name, arrival.payload, world.clock.now))
        case "cancel":
            run.cancel()
        case "decide":
            step, _, action = arrival.name.partition(":")
            try:
                run.decide(Decision.model_validate({"step": step, "action": action or "retry", **arrival.payload}))
            except (ApplicationError, ValidationError) as error:
                raise WrongWish(f"`{arrival.name}` can't be decided then: {error}") from None
        case "query":
            played.answers.append((arrival.name, run.query(arrival.name)))
