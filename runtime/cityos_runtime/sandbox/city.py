"""The sandbox city: answers for every system of the specs, at a prefix each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from cityos_runtime.answers import Answer, Success, classify
from cityos_runtime.binding import Systems
from cityos_runtime.encoding import from_json
from cityos_runtime.requests import TRACING, variables_of
from cityos_runtime.sandbox import replies
from cityos_runtime.sandbox.replies import Reply
from cityos_runtime.sandbox.routes import Arrived, Refused, Route, choose, routes_of
from cityos_runtime.sandbox.server import Server, hang_up
from cityos_runtime.sandbox.state import EVERYBODY, CallRecord, State
from cityos_runtime.sandbox.synthesis import differences, refusing_answer, successful_answer, typed_output

OWN = "_city"
IN_PROCESS = "http://sandbox.invalid"
"""Where a sandbox is that nobody serves."""
LOST = ("TimeoutError",)
"""Error classes that no answer means."""


class Sandbox:
    """A sandbox city: served on a port, or asked in this process."""

    def __init__(self, systems_json: dict[str, Any], url: str = IN_PROCESS) -> None:
        self.systems = Systems.model_validate(systems_json)
        self.state = State()
        self.url = url
        """Where it listens."""
        self._mounts: dict[str, list[Route]] = {}
        self._server: Server | None = None
        self.environ: dict[str, str] = {TRACING: "1"}
        """The environment in which adapters talk to the sandbox instead of the real systems."""
        for variable, routes in routes_of(self.systems).items():
            self._mount(variable, routes)

    def _mount(self, variable: str, routes: list[Route]) -> None:
        target = routes[0].target
        name = "-".join(part for part in (target.operation.system_name, target.provider) if part)
        self._mounts[name] = routes
        self.environ[variable] = f"{self.url}/{name}"
        for route in routes:
            for secret in variables_of(route.target.connection):
                self.environ[secret] = f"sandbox-{secret.lower().replace('_', '-')}"

    @classmethod
    async def start(cls, systems_json: dict[str, Any], host: str = "127.0.0.1", port: int = 0) -> Sandbox:
        """Serve all systems of `systems.json` on one port; 0 takes a free one."""

        async def serve(scope: Any, receive: Any, send: Any) -> None:
            await sandbox._serve(scope, receive, send)

        server = Server(serve, host, port)
        sandbox = cls(systems_json, server.url)
        sandbox._server = server
        await server.start()
        return sandbox

    async def stop(self) -> None:
        """Stop serving."""
        if self._server is not None:
            await self._server.stop()

    def script(self, tenant: str, operation: str, entries: Sequence[dict[str, Any]]) -> None:
        """Say what the next calls of an operation meet with; raises `ValueError` for what cannot be."""
        for entry in entries:
            self._check_entry(operation, entry)
        self.state.script(tenant, operation, list(entries))

    def clear(self, tenant: str | None = None) -> None:
        """Forget scripts: a tenant's, or all."""
        self.state.clear(tenant)

    def calls(self, tenant: str | None = None) -> list[CallRecord]:
        """The calls so far, of one tenant or of all."""
        return [call for call in self.state.calls if tenant in (None, call.tenant)]

    def inexact(self) -> list[str]:
        """Operations whose example cannot be put into an answer from which their binding would read it."""
        found = []
        for route in (route for routes in self._mounts.values() for route in routes if route.lookup is None):
            target, env = route.target, replies.blank()
            output = typed_output(target, target.operation.spec.example)
            answer = successful_answer(target, output, env)
            verdict = classify(target, answer, env)
            wrong = (
                differences(target, verdict.result, output, answer, env)
                if isinstance(verdict, Success)
                else ["is no success"]
            )
            if wrong:
                at = "/".join(part for part in (target.operation.system_name, target.provider) if part)
                found.append(f"{at} {route.name}: {', '.join(wrong)}")
        return found

    def _check_entry(self, operation: str, entry: dict[str, Any]) -> None:
        unknown = entry.keys() - replies.ENTRY
        if unknown:
            raise ValueError(f"a script has no {', '.join(sorted(unknown))}; it has {', '.join(replies.ENTRY)}")
        named = [op for op in self.systems.bound() if operation in (op.name, f"{op.name}.lookup")]
        if not named:
            raise ValueError(f"there is no operation {operation}")
        error = entry.get("fails")
        targets = [target for op in named for target in op.targets()]
        if error and error not in LOST and not any(refusing_answer(t, error, replies.blank()) for t in targets):
            raise ValueError(f"no error matcher of {operation} gives {error}: add one to its binding")

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        path = scope["raw_path"].decode()
        mount, _, rest = path.removeprefix("/").partition("/")
        if mount == OWN:
            answer: Answer | None = self._own(
                request.method, rest, request.query_params.get("tenant"), await request.body()
            )
        else:
            headers = {name.lower(): value for name, value in request.headers.items()}
            arrived = Arrived(request.method, f"/{rest}", request.url.query, headers, await request.body())
            answer = await self.answer(mount, arrived)
        if answer is None:
            await hang_up(scope, receive)
        else:
            await replies.respond(answer)(scope, receive, send)

    async def answer(self, mount: str, arrived: Arrived) -> Answer | None:
        """The answer to a request to a system; None where it is to be lost."""
        route, body, env = None, None, replies.blank()
        try:
            route = choose(self._mounts.get(mount, []), arrived)
            body = route.body_of(arrived)
            route.check(arrived, body, self.environ)
            env = route.recover(arrived, body)
            reply = await replies.reply(self.state, route, arrived, body, env)
        except Refused as refused:
            answer = Answer(refused.status, {"error": refused.reason, "message": refused.reason})
            reply = Reply(answer, refused=refused.reason)
        self.state.calls.append(self._record(mount, arrived, route, body, env, reply))
        return reply.answer

    def _record(
        self, mount: str, arrived: Arrived, route: Route | None, body: Any, env: dict[str, Any], reply: Reply
    ) -> CallRecord:
        return CallRecord(
            sequence=len(self.state.calls) + 1,
            tenant=arrived.headers.get("x-cityos-tenant", ""),
            workflow_id=arrived.headers.get("x-cityos-workflow", ""),
            system=route.target.operation.system_name if route else mount,
            operation=route.name if route else "",
            method=arrived.method,
            path=arrived.path,
            key=replies.key_of(arrived, env),
            input=env["input"],
            body=body,
            status=reply.answer.status if reply.answer else None,
            committed=reply.committed,
            refused=reply.refused,
        )

    def _own(self, method: str, path: str, tenant: str | None, content: bytes) -> Answer:
        """The sandbox's own resources, for tests and people."""
        match method, path:
            case "GET", "health":
                return Answer(200, {"status": "ok"})
            case "GET", "calls":
                return Answer(200, [call.to_data() for call in self.calls(tenant)])
            case "GET", "environ":
                return Answer(200, self.environ)
            case "DELETE", "faults":
                self.clear(tenant)
                return Answer(200, {})
            case "POST", "faults":
                return self._scripted(content)
            case _:
                return Answer(404, {"error": f"there is no {method} /{OWN}/{path}"})

    def _scripted(self, content: bytes) -> Answer:
        try:
            said = from_json(content)
            self.script(said.get("tenant", EVERYBODY), said["operation"], said["script"])
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            return Answer(400, {"error": str(error)})
        return Answer(200, {})
