"""Scenarios in this process, on a virtual clock: no server, no network, the same expectations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cityos_runtime.context import ActivityContext, Context, Tenant
from cityos_runtime.dispatch.messages import Message
from cityos_runtime.dispatch.routing import Routing
from cityos_runtime.examples import signal_payload
from cityos_runtime.ids import start_id
from cityos_runtime.parking import Decision
from cityos_runtime.sandbox import Sandbox
from cityos_runtime.virtual import Answered, Asked, Failing, Pending, Program, Run, World
from cityos_runtime.virtual.activities import Outcome as VirtualOutcome
from cityos_runtime.virtual.adapter import Adapter
from cityos_runtime.virtual.apart import apart
from cityos_runtime.virtual.clock import START
from cityos_runtime.virtual.following import Following, NeverBegan
from cityos_runtime.virtual.others import Child
from temporalio.exceptions import ApplicationError

from cityos_compiler.scenarios.expect import Happened, compare, differences, note_calls
from cityos_compiler.scenarios.model import Action, Scenario
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.pace import Moment, Pace


@dataclass
class Place:
    """What scenarios run in: the city's workflows, its systems, and what is known of both."""

    programs: Mapping[str, Program]
    sandbox: Sandbox
    manifest: Mapping[str, Any]
    examples: Mapping[str, Any] = field(default_factory=dict)
    routes: Any = None
    """The generated routes of events and signals, where there are any."""
    lasting: Callable[[Asked], timedelta] | None = None
    """How long an attempt at an operation takes; no time at all where nothing is said."""
    horizon: timedelta | None = None
    """When a run that still goes on is left alone; never where nothing is said."""

    def entry(self, workflow: str) -> Mapping[str, Any]:
        """What the manifest says of a workflow."""
        found: Mapping[str, Any] = next(
            entry for entry in self.manifest["workflows"] if workflow in (entry["type"], entry["id"])
        )
        return found


def simulate(
    place: Place, scenario: Scenario, number: int = 0, now: datetime = START, pace: Pace | None = None
) -> Outcome:
    """Run one scenario; what it expects is compared as it is for a run on Temporal.

    With the pace of a run on a server it has the same run ids, and its operations take as long.
    """
    return apart(lambda: _Simulated(place, scenario, number, now, pace).outcome())


class _Simulated:
    def __init__(self, place: Place, scenario: Scenario, number: int, now: datetime, pace: Pace | None) -> None:
        self.place = place
        self.pace = pace or Pace()
        self.ends: list[datetime] = []
        """When operations that are under way will have answered."""
        self.start = now
        self.scenario = scenario
        self.tenant = f"{scenario.tenant}-{number}"
        self.queried: list[str] = []
        entry = place.entry(scenario.workflow)
        self.type: str = entry["type"]
        self.workflow_id = start_id(entry["workflow_id"], entry.get("defaults", {}), scenario.input, self.tenant)
        self.following = Following(self.workflow_id, now)
        self.answered: list[Any] = []

    def outcome(self) -> Outcome:
        for operation, entries in self.scenario.world.items():
            self.place.sandbox.script(self.tenant, operation, entries)
        adapter = Adapter(self.place.sandbox)
        try:
            self.world = World(self.place.programs, self._perform, listen=self.following.heard, now=self.start,
                               run_ids=self.pace.run_ids)  # fmt: skip
            self.world.elsewhere = self._in_a_world_of_its_own
            self.adapter, world = adapter, self.world
            wrong = self._play(world)
        finally:
            adapter.close()
        happened = self._happened(self.following.run_in(world))
        return Outcome(
            self.scenario, wrong or compare(self.scenario.expect, happened), happened, trace=self.following.trace
        )

    def _play(self, world: World) -> list[str]:
        scenario = self.scenario
        self.context = Context(
            tenant=Tenant.of(self.place.manifest, scenario.tenant).model_copy(update={"id": self.tenant}),
            correlation_id=f"scenario-{self.tenant}",
            search_attributes=any(action.kind == "event" for action in scenario.actions),
        )
        world.start(
            self.type, scenario.input, self.context, workflow_id=self.workflow_id, last_result=scenario.last_result
        )
        for number, action in enumerate(scenario.actions):
            try:
                self.following.reach(world, action.at.after, action.at.seconds)
            except NeverBegan as step:
                return [f"`{step}` never began"]
            self._come_to(world, self.pace.moment(number))
            self._act(world, action)
            world.settle()
            self._settle(world)
        until = self.start + self.place.horizon if self.place.horizon is not None else None
        world.go(until, enough=lambda: self.following.run_in(world).is_over)
        world.settle()  # what it has started begins as well
        return []

    def _settle(self, world: World, under_way: int = 0) -> None:
        """At the pace of a server: let end what is under way, as is done there before and after each action."""
        while sum(end > world.clock.now for end in self.ends) > under_way:
            self.ends = [end for end in self.ends if end > world.clock.now]
            world.go(min(self.ends))

    def _come_to(self, world: World, moment: Moment) -> None:
        """Of what happens at this very moment, let that happen which on the server came before an action."""
        latest = world.clock.now + timedelta(seconds=self.pace.really_took)
        self._settle(world, moment.under_way)
        while self.following.fired < moment.fired:
            if world.clock.next is None or world.clock.next > latest:
                return
            world.clock.step()
            world.settle()
            self._settle(world, moment.under_way)

    def _act(self, world: World, action: Action) -> None:
        run = self.following.run_in(world)
        match action.kind:
            case "signal":
                for number in range(action.times):
                    envelope = {"event_id": action.event_id or f"{action.name}-{id(action)}-{number}"}
                    run.signal(action.name, self._payload(world, action), envelope)
            case "event":
                self._send(world, action)
            case "cancel":
                run.cancel()
            case "decide":
                try:
                    run.decide(Decision.model_validate({"action": action.name, **action.payload}))
                except ApplicationError as error:
                    self.queried.append(f"decide {action.name}: {error.message}")
            case "query":
                answer = run.query(action.name)
                self.answered.append(answer)
                self.queried += [f"{action.name}: {text}" for text in differences(action.gives, answer)]

    def _payload(self, world: World, action: Action) -> dict[str, Any]:
        return signal_payload(self.place.examples, action.name, action.payload, world.clock.now)

    def _send(self, world: World, action: Action) -> None:
        """A message goes through an inbox, as on Temporal."""
        message = Message(
            name=action.name,
            payload=self._payload(world, action),
            event_id=action.event_id or f"event-{len(self.following.trace)}",
        )
        inbox = world.start("InboxWorkflow", message, self.context, workflow_id=f"inbox:{message.event_id}")
        world.settle()
        found = (inbox.result or {}).get("delivered_to", [])
        if self.workflow_id not in found:
            self.queried.append(f"the event {action.name} did not find the workflow, but {found or 'nobody'}")

    def _perform(self, asked: Asked) -> VirtualOutcome:
        if asked.operation != "routeMessage":
            return self._in_turn(asked) if self.pace.comes_later(asked) else self._carried_out(asked)
        routing = Routing(self.place.routes, self._find)
        assert isinstance(asked.context, Context)
        return Answered(self.adapter.run(routing.route(asked.input, asked.context)))

    def _in_a_world_of_its_own(self, child: Child, input: Any) -> bool:
        """On a test server each workflow has a clock of its own: what a child waits costs its parent no time."""
        lasting = self.pace.children.get(child.workflow_id)
        if lasting is None:
            return False
        clock, context = self.world.clock, self.context.caused_by(child.parent.identity.workflow_id)
        own = World(self.place.programs, self._carried_out, listen=self.following.heard, now=clock.now,
                    run_ids=self.pace.run_ids)  # fmt: skip

        def play() -> None:
            own.start(child.workflow, input, context, workflow_id=child.workflow_id)
            own.go()

        clock.at(clock.now, play)
        clock.after(lasting, lambda: child.ended(own.runs[child.workflow_id]))
        return True

    def _in_turn(self, asked: Asked) -> VirtualOutcome:
        """Of calls that are sent at one moment, this one arrives after another, as long as others arrive."""
        pending, before = Pending(), self.pace.arrivals

        def arrive() -> None:
            later = self.pace.arrivals > before and self.pace.comes_later(asked)
            pending.come(self._in_turn(asked) if later else self._carried_out(asked))

        self.world.clock.at(self.world.clock.now, arrive)
        return pending

    def _carried_out(self, asked: Asked) -> VirtualOutcome:
        self.pace.arrived(asked)
        outcome = self.adapter(asked)
        lasting = self.place.lasting(asked) if self.place.lasting is not None else self._paced(asked)
        return replace(outcome, after=lasting) if lasting and isinstance(outcome, Answered | Failing) else outcome

    def _paced(self, asked: Asked) -> timedelta:
        now = self.world.clock.now
        own = isinstance(asked.context, ActivityContext) and asked.context.workflow_id == self.workflow_id
        lasting = self.pace.lasting(asked, now) if own else timedelta(0)
        self.ends.append(now + lasting)
        return lasting

    async def _find(self, tenant: str, addresses: list[str]) -> list[str]:
        runs = self.world.runs.items()
        return [name for name, run in runs if not run.is_over and set(addresses) & set(run.addresses)]

    def _happened(self, run: Run) -> Happened:
        happened = Happened(ended=run.status, result=run.result, queried=self.queried, answered=self.answered)
        happened.really_took = self.pace.really_took
        if run.failure is not None:
            happened.message = str(run.failure)
            happened.error_class = getattr(run.failure, "type", None) or ""
        if run.stuck:
            happened.message = run.stuck
        elif run.flow._refusal is None:
            status = run.query("getWorkflowStatus")
            happened.status = status
            happened.undone, happened.not_undone = status["undone"], status["not_undone"]
            if not run.is_over:
                happened.parked = status["parked"]
        if run.ended_at is not None:
            happened.took = (run.ended_at - run.began_at).total_seconds()
        happened.signalled = [
            (entry.name, entry.details["workflow_id"].replace(self.tenant, self.scenario.tenant))
            for entry in self.following.trace
            if entry.kind == "told" and entry.workflow == self.workflow_id
        ]
        note_calls(happened, self.place.sandbox.calls(self.tenant))
        return happened
