"""Generated modules of systems, and their data twin that the adapters work from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cityos_compiler.backends.python.naming import Homes, attribute, write_fields
from cityos_compiler.backends.python.writer import Writer
from cityos_compiler.lowering.completions import asking
from cityos_compiler.policies import retry_of, timeout_of
from cityos_dsl.expr import types as t
from cityos_dsl.fields import camel, record, seconds, snake
from cityos_dsl.project import OperationModel, Project
from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec import documents as d


def plain(node: Node) -> Any:
    """A node as plain data; what YAML leaves as text stays text, but for numbers and booleans."""
    match node:
        case Mapping():
            return {key.text: plain(value) for key, value in node}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return _scalar(node)


def _scalar(node: Scalar) -> Any:
    if not node.plain:
        return node.text
    if node.is_null:
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    return (
        int(node.text)
        if (node.text.lstrip("-").isdigit() and not node.text.startswith("0")) or node.text == "0"
        else node.text
    )


def expressions(node: Node | None) -> Any:
    """A tree of expressions: its leaves stay text."""
    match node:
        case None:
            return None
        case Mapping():
            return {key.text: expressions(value) for key, value in node}
        case Sequence():
            return [expressions(item) for item in node.items]
        case Scalar():
            return node.text


def write_system(w: Writer, project: Project, homes: Homes, name: str, operations: list[OperationModel]) -> None:
    """One system's module: a typed constructor for the call of each operation."""
    module = f"systems.{name}"
    for operation in operations:
        inputs = record(camel(operation.name) + "Input", operation.input)
        with w.block(f"class {inputs.name}(Model):"):
            write_fields(w, homes, module, inputs)
        w()
    for operation in operations:
        _write_operation(w, project, homes, module, operation)


def _write_operation(w: Writer, project: Project, homes: Homes, module: str, operation: OperationModel) -> None:
    constant = "_" + snake(operation.name).upper()
    output = homes.annotation(operation.output, module)
    retry = retry_of(project, operation)
    timeout = timeout_of(project, operation)
    lookup = ", lookup=True" if operation.has_lookup else ""
    lookup += _completion(project, operation)
    lookup += f", summary={operation.spec.summary.text!r}" if operation.spec.summary is not None else ""
    w(
        f'{constant} = Operation("{operation.name}", system="{operation.system}", task_queue="{operation.task_queue}", '
        f'output={output}, effect="{operation.effect}", timeout={_delta(timeout)}, '
        f"retry=Retry(attempts={retry['attempts']}, first={_delta(retry['first'])}, max={_delta(retry['max'])}, "
        f"backoff={retry['backoff']}, never=NEVER){lookup})"
    )
    w()
    w()
    arguments = [_argument(homes, module, f) for f in record("", operation.input).fields]
    arguments.sort(key=lambda text: text.endswith("= None"))
    listed = f"*, {', '.join(arguments)}" if arguments else ""
    with w.block(f"def {snake(operation.name)}({listed}) -> Call[{output}]:"):
        w.docstring(operation.spec.summary.text if operation.spec.summary else f"Run {operation.name}.")
        given = ", ".join(f"{attribute(decl.name)}={attribute(decl.name)}" for decl in operation.input)
        w(f"return Call({constant}, {camel(operation.name)}Input({given}))")
    w()


def _completion(project: Project, operation: OperationModel) -> str:
    """How the answer comes later, with the signals under their own names."""
    spec = operation.spec.completes
    if spec is None:
        return ""
    signals = {}
    for key, meaning in spec.signals.items():
        model = project.signal(key.text)
        signals[model.name if model is not None else key.text] = "" if meaning.text == "ok" else meaning.text
    settled = tuple(scalar.text for scalar in spec.settled or ())
    within = _delta(seconds(spec.within.text) or 86_400.0)
    return (
        f", completes=Completion(signals={signals!r}, match={spec.match.text!r}, within={within}, settled={settled!r}"
        f"{_asking(project, operation)})"
    )


def _asking(project: Project, operation: OperationModel) -> str:
    """The operation that is asked when no signal came, and what the statuses of its answer mean."""
    asked, spec = asking(project, operation), operation.spec.completes
    if asked is None or spec is None:
        return ""
    inputs = ", ".join(f"{attribute(name)}={source}.{attribute(name)}" for name, source in asked.inputs)
    statuses = {
        key.text: "" if meaning.text == "ok" else meaning.text for key, meaning in (spec.statuses or {}).items()
    }
    statuses = statuses or {scalar.text: "" for scalar in spec.settled or ()}
    whole = "" if asked.whole else ", takes_its_answer=False"
    return f", ask=lambda given, first: {snake(asked.operation.name)}({inputs}), statuses={statuses!r}{whole}"


def _argument(homes: Homes, module: str, f: t.Field) -> str:
    default = " = None" if isinstance(f.type, t.OptionalType) else ""
    return f"{attribute(f.name)}: {homes.annotation(f.type, module)}{default}"


def _delta(value: float) -> str:
    if value >= 60 and value % 60 == 0:
        return f"timedelta(minutes={int(value // 60)})"
    return f"timedelta(seconds={int(value) if value == int(value) else value})"


def systems_data(project: Project) -> dict[str, Any]:
    """What the adapters and the sandbox city work from: connections, bindings and operations as plain data."""
    return {
        "systems": {name: _system_data(project, name, system) for name, system in sorted(project.systems.items())},
        "errors": {
            name: {
                "http": int(error.http.text),
                "retryable": error.retryable.text == "true",
                "outcome": error.outcome.text if error.outcome else "known",
                "alert": error.alert.text if error.alert else "info",
            }
            for name, error in project.errors.items()
        },
    }


def _system_data(project: Project, name: str, system: d.System) -> dict[str, Any]:
    operations = [op for ops in project.operations.values() for op in ops if op.system == name]
    if system.providers:
        providers = {
            key.text: {
                "connection": _connection(provider.connection),
                "operations": {op.text: _binding(binding) for op, binding in provider.operations.items()},
                **_webhooks(provider.webhooks),
            }
            for key, provider in system.providers.items()
        }
    else:
        providers = {
            "": {
                "connection": _connection(system.connection) if system.connection is not None else {},
                "operations": {op.name: _binding(op.spec) for op in operations},
                **_webhooks(system.webhooks),
            }
        }
    return {
        "task_queue": system.task_queue.text,
        "default_provider": system.default_provider.text if system.default_provider else "",
        "circuit_breaker": _breaker(system),
        "zones": [scalar.text for scalar in system.zones or ()],
        "providers": providers,
        "operations": {op.name: _operation(project, op) for op in operations},
    }


def _webhooks(webhooks: tuple[d.Webhook, ...] | None) -> dict[str, Any]:
    """What a receiver of webhooks reads: which message is which signal or event."""
    told = [
        {"event": webhook.event.text, "tells": webhook.tells.text}
        | ({"if": webhook.if_.text} if webhook.if_ is not None else {})
        for webhook in webhooks or ()
    ]
    return {"webhooks": told} if told else {}


def _breaker(system: d.System) -> dict[str, Any] | None:
    breaker = system.circuit_breaker
    if breaker is None:
        return None
    return {
        "failures": int(breaker.failures.text),
        "within": seconds(breaker.within.text),
        "recover_after": seconds(breaker.recover_after.text),
        "probes": int(breaker.probes.text) if breaker.probes is not None else 1,
    }


def _connection(connection: d.Connection) -> dict[str, Any]:
    after = connection.retry_after
    data: dict[str, Any] = {
        "base_url": connection.base_url.text,
        "auth": plain(connection.auth) if connection.auth is not None else None,
        "params": plain(connection.params) if connection.params is not None else None,
        "headers": expressions(connection.headers),
        "encoding": connection.encoding.text if connection.encoding else "json",
        "success": connection.success.text if connection.success else None,
        "retry_after": [s.text for s in after] if isinstance(after, tuple) else ([after.text] if after else None),
        "limits": plain(connection.limits) if connection.limits is not None else None,
        "errors": [_matcher(m) for m in connection.errors or ()],
        "idempotency": _idempotency(connection.idempotency),
    }
    return {key: value for key, value in data.items() if value is not None}


def _matcher(matcher: d.ErrorMatcher) -> dict[str, Any]:
    data: dict[str, Any] = {"if": matcher.if_.text}
    for name in ("error", "outcome"):
        scalar = getattr(matcher, name)
        if scalar is not None:
            data[name] = scalar.text
    if matcher.retryable is not None:
        data["retryable"] = matcher.retryable.text == "true"
    if matcher.result is not None:
        data["result"] = expressions(matcher.result)
    return data


def _idempotency(spec: Scalar | dict[Scalar, Scalar] | None) -> Any:
    if spec is None:
        return None
    return spec.text if isinstance(spec, Scalar) else {key.text: value.text for key, value in spec.items()}


def _binding(binding: d.Binding) -> dict[str, Any]:
    lookup = binding.lookup
    data: dict[str, Any] = {
        "request": binding.request.text if binding.request else None,
        "query": expressions(binding.query),
        "headers": expressions(binding.headers),
        "body": expressions(binding.body),
        "absent": binding.absent.text if binding.absent else None,
        "success": binding.success.text if binding.success else None,
        "result": expressions(binding.result),
        "errors": [_matcher(m) for m in binding.errors] if binding.errors else None,
        "idempotency": _idempotency(binding.idempotency),
    }
    if lookup is not None:
        data["lookup"] = {
            "request": lookup.request.text,
            "query": expressions(lookup.query),
            "body": expressions(lookup.body),
            "pick": lookup.pick.text if lookup.pick else None,
            "result": expressions(lookup.result),
        }
        data["lookup"] = {key: value for key, value in data["lookup"].items() if value is not None}
    return {key: value for key, value in data.items() if value is not None}


def _leaves(path: str, kind: t.Type) -> Iterator[tuple[str, t.Type]]:
    """What an input is made of, at whatever depth: money and times travel as text, and the adapter must know."""
    match kind:
        case t.OptionalType(inner):
            yield from _leaves(path, inner)
        case t.ListType(item):
            yield from _leaves(f"{path}[]", item)
        case t.MapType(value):
            yield from _leaves(f"{path}{{}}", value)
        case t.RecordType():
            for f in kind.fields:
                yield from _leaves(f"{path}.{f.name}", f.type)
        case _:
            yield path, kind


def _is_personal(kind: t.Type, data_class: str) -> bool:
    """Whether a value holds confidential or restricted data, at whatever depth."""
    if data_class in ("confidential", "restricted"):
        return True
    match kind:
        case t.OptionalType(inner) | t.ListType(inner) | t.MapType(inner):
            return _is_personal(inner, "internal")
        case t.RecordType():
            return any(_is_personal(f.type, f.data_class) for f in kind.fields)
    return False


def _operation(project: Project, operation: OperationModel) -> dict[str, Any]:
    timeout = timeout_of(project, operation)
    output = operation.output.fields if isinstance(operation.output, t.RecordType) else ()
    leaves = [leaf for decl in operation.input for leaf in _leaves(decl.name, decl.type)]
    times = {path: t.show(kind) for path, kind in leaves if kind in (t.TIMESTAMP, t.DATE, t.DURATION)}
    data: dict[str, Any] = {
        "effect": operation.effect,
        "timeout": timeout,
        "retry": retry_of(project, operation),
        "input": {decl.name: {"optional": decl.optional, "type": t.show(decl.type)} for decl in operation.input},
        "decimals": [path for path, kind in leaves if kind == t.DECIMAL],
        **({"times": times} if times else {}),
        "output": {f.name: {"optional": isinstance(f.type, t.OptionalType), "type": t.show(f.type)} for f in output},
        "example": plain(operation.spec.example),
        "unsupported": [scalar.text for scalar in operation.spec.unsupported or ()],
        "personal": [decl.name for decl in operation.input if _is_personal(decl.type, decl.data_class)],
    }
    completion = operation.spec.completes
    if completion is not None:
        data["completes"] = {
            "signals": {key.text: value.text for key, value in completion.signals.items()},
            "match": completion.match.text,
            "within": seconds(completion.within.text),
        }
    return data
