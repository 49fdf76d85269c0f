"""Which operation a request is for, and whether it is a request the real system would take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from cityos_dsl.expr.parse import parse
from cityos_dsl.expr.templates import Placeholder, parts
from cityos_runtime.binding import Encoding, Lookup, Systems, Target, Template
from cityos_runtime.encoding import decode, nest, pairs
from cityos_runtime.requests import Shape, credentials_of, lookup_shape_of, shape_of, with_field
from cityos_runtime.sandbox.inversion import Env, assign, assign_all

SAID_BY_REQUESTS = frozenset({"input", "key", "tenant", "workflow"})
PATH_SAFE = "/%:@!$&'()*+,;="
"""What stands in a path as it is."""


@dataclass(frozen=True)
class Arrived:
    """A request as it came in."""

    method: str
    path: str
    """As it was sent: still percent-encoded, without the system's prefix."""
    query: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def queried(self) -> dict[str, Any]:
        """The query, nested."""
        return nest(parse_qsl(self.query, keep_blank_values=True), "form_brackets")


class Refused(Exception):
    """What the real system would not take either."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Route:
    """A request of the specs that the sandbox answers."""

    target: Target
    shape: Shape
    lookup: Lookup | None = None
    pattern: re.Pattern[str] = field(init=False)
    placeholders: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        pieces = parts(self.shape.path)
        segments = (
            "([^/]+)" if isinstance(piece, Placeholder) else re.escape(quote(piece, safe=PATH_SAFE)) for piece in pieces
        )
        expressions = tuple(piece.text.strip() for piece in pieces if isinstance(piece, Placeholder))
        object.__setattr__(self, "pattern", re.compile("".join(segments)))
        object.__setattr__(self, "placeholders", expressions)

    @property
    def name(self) -> str:
        """The operation, or `<operation>.lookup`."""
        return f"{self.target.operation.name}.lookup" if self.lookup else self.target.operation.name

    def fits(self, arrived: Arrived) -> bool:
        """Whether the request has this route's method, path, and the query written into it."""
        if arrived.method != self.shape.method or not self.pattern.fullmatch(arrived.path):
            return False
        sent = dict(parse_qsl(arrived.query, keep_blank_values=True))
        return all(sent.get(name) == value for name, value in self.shape.fixed_query.items())

    def body_of(self, arrived: Arrived) -> Any:
        """The request's body, in the connection's encoding."""
        if not arrived.content:
            return None
        kind = arrived.headers.get("content-type", "")
        wanted = "json" if self.target.connection.encoding == "json" else "x-www-form-urlencoded"
        if wanted not in kind:
            raise Refused(415, f"the body is {kind or 'of no type'}, not {wanted}")
        try:
            return decode(arrived.content, self.target.connection.encoding)
        except ValueError as error:
            raise Refused(400, f"the body cannot be read: {error}") from error

    def check(self, arrived: Arrived, body: Any, environ: Mapping[str, str]) -> None:
        """Refuse what the real system would refuse: strangers, and fields it doesn't have."""
        connection = self.target.connection
        for name, value in credentials_of(connection, environ).items():
            if arrived.headers.get(name.lower()) != value:
                raise Refused(401, f"the header {name} is {'wrong' if name.lower() in arrived.headers else 'missing'}")
        sent = {**arrived.queried, **(body if isinstance(body, dict) else {})}
        for name, variable in connection.extra_params.items():
            if sent.get(name) != environ.get(variable):
                raise Refused(401, f"the parameter {name} is wrong or missing")
        extra = dict.fromkeys(connection.extra_params, "")
        fields = self.body_template(extra)
        if body is not None and (unknown := _unknown(fields, body)):
            raise Refused(400, f"unknown field in the body: {', '.join(unknown)}")
        if unknown := _unknown(self.query_template(extra), arrived.queried):
            raise Refused(400, f"unknown parameter: {', '.join(unknown)}")
        keyed = not self.lookup and self.target.strategy == "header"
        if keyed and self.target.key_place.lower() not in arrived.headers:
            raise Refused(400, f"the header {self.target.key_place} is missing")

    def body_template(self, extra: dict[str, str]) -> Template:
        """The body, with what the adapter adds to it."""
        template = self.shape.body
        if isinstance(template, str):
            return template
        fields = {**(template or {}), **extra}
        if self.target.connection.encoding != "json":
            fields = _nested(fields, self.target.connection.encoding)
        if not self.lookup and self.target.strategy == "body_field":
            fields = with_field(fields, self.target.key_place, "key")
        return fields

    def query_template(self, extra: dict[str, str]) -> Template:
        """The query, with names such as `where[slug][equals]` as the records that they mean."""
        return _nested({**self.shape.fixed_query, **self.shape.query, **extra}, "form_brackets")

    def recover(self, arrived: Arrived, body: Any) -> Env:
        """What the request says of the call: its input, its key."""
        currency = arrived.headers.get("x-cityos-currency", "")
        env: Env = {"input": {}, "key": "", "tenant": {}, "workflow": {}, "currency": currency}
        match = self.pattern.fullmatch(arrived.path)
        for text, value in zip(self.placeholders, match.groups() if match else (), strict=True):
            assign(parse(text), unquote(value), env, SAID_BY_REQUESTS)
        assign_all(_nested(self.shape.query, "form_brackets"), arrived.queried, env, SAID_BY_REQUESTS)
        assign_all(self.body_template({}), body, env, SAID_BY_REQUESTS)
        if not self.lookup and self.target.strategy == "header":
            env["key"] = arrived.headers.get(self.target.key_place.lower(), "")
        env["tenant"].setdefault("id", unquote(arrived.headers.get("x-cityos-tenant", "")))
        return env


def routes_of(systems: Systems) -> dict[str, list[Route]]:
    """The routes of every base URL, by the environment variable that holds it."""
    routes: dict[str, list[Route]] = {}
    for operation in systems.bound():
        for target in operation.targets():
            here = routes.setdefault(target.connection.base_url, [])
            here.append(Route(target, shape_of(target)))
            shape = lookup_shape_of(target)
            if shape is not None:
                here.append(Route(target, shape, target.binding.lookup))
    return routes


def choose(routes: list[Route], arrived: Arrived) -> Route:
    """The route of a request. Where several fit, the tracing header tells, else what the request holds."""
    fitting = [route for route in routes if route.fits(arrived)]
    if not fitting:
        raise Refused(404, f"there is no {arrived.method} {arrived.path}")
    traced = arrived.headers.get("x-cityos-operation")
    named = [route for route in fitting if route.name == traced]
    if named or len(fitting) == 1:
        return (named or fitting)[0]
    return min(fitting, key=lambda route: (len(route.placeholders), len(_misfits(route, arrived))))


def _misfits(route: Route, arrived: Arrived) -> list[str]:
    """What the request has beyond the route."""
    try:
        body = route.body_of(arrived)
    except Refused as refused:
        return [refused.reason]
    extra = dict.fromkeys(route.target.connection.extra_params, "")
    fields, queried = route.body_template(extra), route.query_template(extra)
    return _unknown(fields, body or {}) + _unknown(queried, arrived.queried)


def _nested(template: Mapping[str, Template], encoding: Encoding) -> dict[str, Template]:
    return nest(pairs(dict(template), encoding), encoding)


def _unknown(template: Template, sent: Any, path: str = "") -> list[str]:
    """The fields of what was sent that the template doesn't have."""
    if isinstance(template, dict) and isinstance(sent, dict):
        return [
            name
            for key, value in sent.items()
            for name in (_unknown(template[key], value, f"{path}{key}.") if key in template else [f"{path}{key}"])
        ]
    if isinstance(template, list) and isinstance(sent, list):
        pairs = zip(template, sent, strict=False)
        return [name for inner, value in pairs for name in _unknown(inner, value, path)]
    return []
