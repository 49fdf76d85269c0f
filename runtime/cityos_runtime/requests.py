"""Requests to the systems, made from an operation's binding and a call's input."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import httpx
from pydantic import TypeAdapter
from temporalio.exceptions import ApplicationError

from cityos_dsl.expr.templates import Placeholder, parts, split_outside
from cityos_runtime.binding import READ_ONLY_METHODS, Bound, Connection, Target, Template
from cityos_runtime.context import ActivityContext
from cityos_runtime.encoding import encode, pairs, text_of
from cityos_runtime.expressions import calculate, fill, render

TRACING = "CITYOS_TRACING_HEADERS"
"""Where this variable is set, requests say which tenant, workflow, operation and key they are for.

It is not set towards the systems of others, whom our tenants and workflows don't concern.
"""


@dataclass(frozen=True)
class Shape:
    """The parts of a request as the specs write them: an operation's own or its lookup's."""

    request: str
    query: Mapping[str, Template]
    headers: Mapping[str, Template]
    body: Template
    is_lookup: bool = False

    @property
    def method(self) -> str:
        """GET, POST ..."""
        return self.request.split(" ", 1)[0].upper()

    @property
    def path(self) -> str:
        """The path with its `${ ... }`, without a query."""
        return split_outside(self.request.split(" ", 1)[1].strip(), "?")[0]

    @property
    def fixed_query(self) -> dict[str, str]:
        """What the specs wrote behind the path's `?`."""
        return dict(parse_qsl(split_outside(self.request, "?")[1], keep_blank_values=True))


def shape_of(target: Target) -> Shape:
    """The request that carries the operation out."""
    binding = target.binding
    return Shape(binding.request or "", binding.query, binding.headers, binding.body)


def lookup_shape_of(target: Target) -> Shape | None:
    """The request that finds what an unanswered call left behind, where there is one.

    It takes the operation's own headers along: they say for whom we ask, a connected account for instance.
    """
    binding, lookup = target.binding, target.binding.lookup
    if lookup is None:
        return None
    return Shape(lookup.request, lookup.query, binding.headers, lookup.body, is_lookup=True)


def environment_of(operation: Bound, input: dict[str, Any], context: ActivityContext) -> dict[str, Any]:
    """The names that a binding's expressions may use."""
    typed = dict.fromkeys(operation.spec.input) | copy.deepcopy(input)
    for path in _money_paths(operation):
        _convert(typed, _steps(path), _decimal)
    for path, kind in operation.spec.times.items():
        _convert(typed, _steps(path), _TIMES[kind])
    return {
        "input": typed,
        "key": context.idempotency_key,
        "tenant": context.tenant.model_dump(),
        "workflow": {
            "id": context.workflow_id,
            "correlation_id": context.correlation_id,
            "causation_id": context.causation_id,
            "step": context.step,
        },
    }


def _money_paths(operation: Bound) -> list[str]:
    spec = operation.spec
    return [*spec.decimals, *(name for name, decl in spec.input.items() if decl.plain_type == "decimal")]


def _steps(path: str) -> list[str]:
    """A path such as `items[].price` or `by_day{}`, step by step."""
    return re.sub(r"(\[\]|\{\})", r".\1", path).split(".")


def _convert(value: Any, path: list[str], typed: Callable[[Any], Any]) -> None:
    """Money and times travel as text through Temporal; here they become what their types say."""
    match value, path:
        case list(), ["[]", *rest]:
            _convert_all(value, range(len(value)), rest, typed)
        case dict(), ["{}", *rest]:
            _convert_all(value, list(value), rest, typed)
        case dict(), [name, *rest] if name in value:
            _convert_all(value, [name], rest, typed)
        case _:
            pass


def _convert_all(container: Any, places: Iterable[Any], rest: list[str], typed: Callable[[Any], Any]) -> None:
    for place in places:
        if rest:
            _convert(container[place], rest, typed)
        else:
            container[place] = typed(container[place])


def _decimal(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, str | int | float) else value


def _from_text(kind: type[datetime | date | timedelta]) -> Callable[[Any], Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def typed(value: Any) -> Any:
        return adapter.validate_python(value) if isinstance(value, str) else value

    return typed


_TIMES = {"timestamp": _from_text(datetime), "date": _from_text(date), "duration": _from_text(timedelta)}


def build(
    target: Target, shape: Shape, env: dict[str, Any], client: httpx.AsyncClient, environ: Mapping[str, str]
) -> httpx.Request:
    """The request, with its credentials."""
    connection = target.connection
    query = {**shape.fixed_query, **render(dict(shape.query), env)}
    body = render(shape.body, env) if shape.body is not None else None
    extra = {name: variable_of(variable, environ) for name, variable in connection.extra_params.items()}
    in_query = shape.method in (*READ_ONLY_METHODS, "DELETE")
    if extra and in_query:
        query |= extra
    elif extra:
        body = {**(body or {}), **extra}
    if not shape.is_lookup and target.strategy == "body_field":
        body = with_field(body or {}, target.key_place, env["key"])
    content, content_type = encode(body, connection.encoding) if body is not None else (None, "")
    headers = headers_of(target, shape, env, environ) | ({"Content-Type": content_type} if content_type else {})
    url = variable_of(connection.base_url, environ).rstrip("/") + path_of(shape.path, env)
    params = httpx.QueryParams(urlencode(pairs(query))) if query else None
    return client.build_request(shape.method, url, params=params, content=content, headers=headers)


def path_of(template: str, env: dict[str, Any]) -> str:
    """The path with its values percent-encoded, so that none can reach another resource."""

    def segment(expression: str) -> str:
        value = calculate(expression, env)
        text = text_of(value) if value is not None else ""
        if text in ("", ".", ".."):
            raise _refused("InvalidArgumentError", f"the path {template} has no value for {expression}")
        return quote(text, safe="")

    pieces = parts(template)
    return "".join(segment(one.text.strip()) if isinstance(one, Placeholder) else one for one in pieces)


def with_field(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with a value at a dotted path."""
    name, _, rest = path.partition(".")
    inner = body.get(name)
    return {
        **body,
        name: with_field(inner if isinstance(inner, dict) else {}, rest, value) if rest else value,
    }


def headers_of(target: Target, shape: Shape, env: dict[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """The headers of one request."""
    connection = target.connection
    headers = {"Accept": "application/json"}
    headers |= {name: fill(text, env) for name, text in connection.headers.items()}
    headers |= {name: text_of(value) for name, value in render(dict(shape.headers), env).items()}
    if not shape.is_lookup and target.strategy == "header":
        headers[target.key_place] = env["key"]
    if environ.get(TRACING):
        headers |= _tracing(target, shape, env)
    return headers | credentials_of(connection, environ)


def _tracing(target: Target, shape: Shape, env: dict[str, Any]) -> dict[str, str]:
    name = target.operation.name
    values = {
        "X-CityOS-Tenant": env["tenant"]["id"],
        "X-CityOS-Workflow": env["workflow"]["id"],
        "X-CityOS-Operation": f"{name}.lookup" if shape.is_lookup else name,
        "X-CityOS-Key": env["key"],
        "X-CityOS-Currency": _currency(env),
    }
    # Headers are ASCII; ids need not be.
    return {name: quote(str(value), safe=":/-_.~ ") for name, value in values.items()}


def _currency(env: dict[str, Any]) -> str:
    """The currency that amounts are in: minor units alone don't tell."""
    given = env["input"]
    return str(given.get("currency") or given.get("currency_code") or env["tenant"]["currency"])


def credentials_of(connection: Connection, environ: Mapping[str, str]) -> dict[str, str]:
    """The header that says who we are. Secrets come from the environment and go nowhere else."""
    for kind, value in connection.credentials.items():
        match kind:
            case "bearer":
                return {"Authorization": f"Bearer {variable_of(value, environ)}"}
            case "basic":
                return {"Authorization": f"Basic {variable_of(value, environ)}"}
            case "token":
                key, secret = (variable_of(name, environ) for name in value)
                return {"Authorization": f"token {key}:{secret}"}
            case "api_key":
                slug, variable = value
                return {"Authorization": f"{slug} API-Key {variable_of(variable, environ)}"}
            case "header":
                name, variable = value
                return {name: variable_of(variable, environ)}
            case "none":
                return {}
            case _:
                raise _refused("ConfigurationError", f"unknown kind of authentication: {kind}")
    return {}


def variables_of(connection: Connection) -> list[str]:
    """The environment variables with credentials that a connection needs."""
    names = list(connection.extra_params.values())
    for kind, value in connection.credentials.items():
        listed = [value] if isinstance(value, str) else list(value)
        names += listed[1:] if kind in ("api_key", "header") else listed if kind != "none" else []
    return names


def variable_of(name: str, environ: Mapping[str, str]) -> str:
    """The value of an environment variable that must be there."""
    value = environ.get(name, "")
    if not value:
        raise _refused("ConfigurationError", f"the environment variable {name or '(none named)'} is not set")
    return value


def _refused(error: str, message: str) -> ApplicationError:
    """Nothing was sent, and sending it again would not help."""
    return ApplicationError(message, {"outcome": "known"}, type=error, non_retryable=True)
