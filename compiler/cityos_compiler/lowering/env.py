"""What is known at one point of a workflow: the names in scope, their types, and which of them surely have a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cityos_dsl.expr import types as t
from cityos_dsl.expr.scope import Scope

TENANT = t.RecordType(
    "Tenant",
    tuple(t.Field(name, t.STRING) for name in ("id", "zone", "currency", "gateway", "timezone", "locale")),
)
RUNNING = t.RecordType(
    "RunningWorkflow",
    (
        t.Field("id", t.STRING),
        t.Field("run_id", t.STRING),
        t.Field("correlation_id", t.STRING),
        t.Field("progress", t.INT),
        t.Field("last_result", t.OptionalType(t.ANY)),
    ),
)
ERROR = t.RecordType(
    "StepError",
    (t.Field("name", t.STRING), t.Field("message", t.STRING, "confidential"), t.Field("outcome", t.STRING)),
)


@dataclass(frozen=True)
class Env:
    """Names by layer (the order in which wiring looks), and the paths that are known not to be null."""

    input: t.RecordType
    state: Mapping[str, t.Type]
    constants: Mapping[str, t.Type]
    locals: Mapping[str, t.Type] = field(default_factory=dict)
    results: Mapping[str, t.Type] = field(default_factory=dict)
    extra: Mapping[str, t.Type] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    missing: Mapping[str, str] = field(default_factory=dict)

    def scope(self, records: Mapping[str, t.RecordType]) -> Scope:
        """The scope that expressions see here."""
        names: dict[str, t.Type] = {"input": self.input, "tenant": TENANT, "workflow": RUNNING}
        names |= {**self.constants, **self.results, **self.state, **self.locals, **self.extra}
        return Scope(names, self.known, records, self.missing)

    def with_result(self, name: str, kind: t.Type) -> Env:
        """After a step that surely gave a result."""
        missing = {key: why for key, why in self.missing.items() if key != name}
        return replace(self, results={**self.results, name: kind}, missing=missing).forget(name)

    def with_locals(self, names: Mapping[str, t.Type]) -> Env:
        """Inside a block that has names of its own."""
        return replace(self, locals={**self.locals, **names})

    def with_extra(self, **names: t.Type) -> Env:
        """With names such as ``signal`` or ``error``."""
        return replace(self, extra={**self.extra, **names})

    def knowing(self, paths: Iterable[str]) -> Env:
        """Where these paths are known not to be null."""
        more = self.known | frozenset(paths)
        return self if len(more) == len(self.known) else replace(self, known=more)

    def forget(self, root: str) -> Env:
        """After an assignment: what was known of the old value no longer holds."""
        kept = frozenset(path for path in self.known if path != root and not path.startswith(root + "."))
        return self if len(kept) == len(self.known) else replace(self, known=kept)

    def leaving(self, inner: Env) -> Env:
        """After a block whose names don't reach further: this scope, with what the inner one learnt of results."""
        return replace(self, results=inner.results, known=inner.known, missing=inner.missing)

    def after_loop(self, inner_names: Iterable[str], loop: str) -> Env:
        """After a loop: results of its passes are unknown."""
        why = {
            name: f"`{name}` runs inside `{loop}`, and its result is not known after the loop" for name in inner_names
        }
        return replace(self, missing={**self.missing, **why})


def maybe(kind: t.Type) -> t.Type:
    """The type of a value that may be missing."""
    return kind if isinstance(kind, t.OptionalType) else t.OptionalType(kind)


def merge(branches: Iterable[Env | None]) -> Env | None:
    """Where branches meet: a result is sure if it is sure on every branch that gets here."""
    alive = [env for env in branches if env is not None]
    if not alive:
        return None
    first = alive[0]
    if len(alive) == 1:
        return first
    names = dict.fromkeys(name for env in alive for name in env.results)
    results: dict[str, t.Type] = {}
    for name in names:
        kinds = [env.results[name] for env in alive if name in env.results]
        sure = len(kinds) == len(alive) and not any(isinstance(kind, t.OptionalType) for kind in kinds)
        kind = next((k.inner for k in kinds if isinstance(k, t.OptionalType)), kinds[0])
        plain = kind.inner if isinstance(kind, t.OptionalType) else kind
        results[name] = plain if sure else t.OptionalType(plain)
    known = frozenset.intersection(*(env.known for env in alive))
    missing = {name: why for env in alive for name, why in env.missing.items() if name not in results}
    return replace(first, results=results, known=known, missing=missing)
