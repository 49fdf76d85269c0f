"""What the sandbox answers a well-formed request: by script, by idempotency, by example."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from cityos_runtime.answers import Answer
from cityos_runtime.encoding import to_json
from cityos_runtime.http import ANSWERED_BY_KEY
from cityos_runtime.sandbox.inversion import Env
from cityos_runtime.sandbox.routes import Arrived, Route
from cityos_runtime.sandbox.state import Commit, State
from cityos_runtime.sandbox.synthesis import found_answer, refusing_answer, successful_answer

ENTRY = ("answers", "fails", "status", "body", "lost", "delay", "rate_limit", "times")
"""What an entry of a script may say."""
REFUSES_TWICE = ("unique_field", "client_id")


@dataclass(frozen=True)
class Reply:
    """An answer, or None where it is lost, and whether the request was carried out."""

    answer: Answer | None
    committed: bool = False
    refused: str = ""


def blank() -> Env:
    """A call of which nothing is known."""
    return {"input": {}, "key": "", "tenant": {}, "workflow": {}, "currency": ""}


def key_of(arrived: Arrived, env: Env) -> str:
    """The idempotency key: from where the real system would read it, else from the tracing header."""
    return str(env["key"] or unquote(arrived.headers.get("x-cityos-key", "")))


async def reply(state: State, route: Route, arrived: Arrived, body: Any, env: Env) -> Reply:
    """Answer by the script's next entry, and as usual where it has none."""
    tenant = arrived.headers.get("x-cityos-tenant", "")
    entry = state.next_entry(tenant, route.name)
    if "delay" in entry:
        await asyncio.sleep(float(entry["delay"]))
    if entry.get("lost") == "request":
        return Reply(None)
    refusal = _scripted_refusal(route, entry, env)
    if refusal is not None:
        return refusal
    usual = (
        Reply(_found(state, route, arrived, env, tenant))
        if route.lookup
        else _carry_out(state, route, body, env, (tenant, key_of(arrived, env)), entry.get("answers") or {})
    )
    return Reply(None, usual.committed) if entry.get("lost") == "answer" else usual


def _scripted_refusal(route: Route, entry: dict[str, Any], env: Env) -> Reply | None:
    if "status" in entry:
        return Reply(Answer(int(entry["status"]), entry.get("body", {})))
    error = "RateLimitError" if "rate_limit" in entry else entry.get("fails")
    if error is None:
        return None
    answer = refusing_answer(route.target, error, env)
    if answer is None:
        # No answer at all is what a timeout looks like; anything else was refused when it was scripted.
        return Reply(None)
    if "rate_limit" in entry:
        name = next(iter(route.target.connection.retry_after), "Retry-After")
        answer = Answer(answer.status, answer.body, {**answer.headers, name: str(entry["rate_limit"])})
    return Reply(answer)


def _carry_out(
    state: State, route: Route, body: Any, env: Env, whose: tuple[str, str], answers: dict[str, Any]
) -> Reply:
    """Do it, unless the system's way of idempotency says that it was done."""
    target, (tenant, key) = route.target, whose
    strategy, name = target.strategy, target.operation.name
    earlier = state.committed(tenant, name, key)
    if earlier is not None and strategy in (*ANSWERED_BY_KEY, *REFUSES_TWICE):
        twice = refusing_answer(target, "DuplicateRequestError", env) if strategy in REFUSES_TWICE else None
        return Reply(twice or Answer(earlier.status, earlier.answer))
    output = {**target.operation.spec.example, **answers}
    answer = successful_answer(target, output, env)
    changes = target.operation.spec.effect != "read" or target.binding.lookup is not None
    if changes:
        state.commits.append(Commit(tenant, name, key, env, body, output, answer.status, answer.body))
    return Reply(answer, committed=changes)


def _found(state: State, route: Route, arrived: Arrived, env: Env, tenant: str) -> Answer:
    """What earlier calls left behind, found as the lookup asks: by key, else by the input it names."""
    assert route.lookup is not None
    commits = state.of_operation(tenant, route.target.operation.name)
    sent = unquote(f"{arrived.path}?{arrived.query}") + arrived.content.decode()
    keys = {env["key"], *(commit.key for commit in commits if commit.key and commit.key in sent)} - {""}
    if keys:
        commits = [commit for commit in commits if commit.key in keys]
    else:
        commits = [commit for commit in commits if _agrees(env["input"], commit.env["input"])]
    items = [(commit.output, commit.body, commit.env) for commit in commits]
    return found_answer(route.target, route.lookup, items)


def _agrees(asked: dict[str, Any], made: dict[str, Any]) -> bool:
    """Whether what a lookup asks for is what an earlier call was about, as far as both say."""
    return all(str(made[name]) == str(value) for name, value in asked.items() if name in made)


def respond(answer: Answer) -> Response:
    """The answer as a response."""
    headers = {name: str(value) for name, value in answer.headers.items()}
    return Response(to_json(answer.body), answer.status, headers, "application/json")
