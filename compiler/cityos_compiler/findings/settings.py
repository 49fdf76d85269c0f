"""`lint:` of specs/cityos.yaml: which rules apply where, and how much their findings weigh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from cityos_compiler.findings.catalog import ALL, can_be_switched, family, names
from cityos_dsl.diagnostics import Finding, Severity, did_you_mean
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d

_OFF = "off"


@dataclass(frozen=True)
class Layer:
    """What one place says: which rules apply, and which don't."""

    select: frozenset[str]
    ignore: frozenset[str]

    def says(self, code: str) -> bool | None:
        """Whether the code applies; ``None`` where this place says nothing of it. The nearer name wins."""
        on, off = _nearness(self.select, code), _nearness(self.ignore, code)
        return on > off if on or off else None


@dataclass(frozen=True)
class Settings:
    """What a project says about its findings."""

    everywhere: Layer = Layer(frozenset({ALL}), frozenset())
    severities: dict[str, str] = field(default_factory=dict)
    per_path: tuple[tuple[str, Layer], ...] = ()

    def applies(self, code: str, file: str) -> bool:
        """Whether a rule applies to a file; of several patterns that match it, the last one that says something."""
        said = self.everywhere.says(code)
        for pattern, layer in self.per_path:
            here = layer.says(code) if fnmatchcase(file, pattern) else None
            said = said if here is None else here
        return bool(said) and self._severity(code) != _OFF

    def severity(self, finding: Finding) -> Severity:
        """How much a finding weighs here."""
        word = self._severity(finding.code)
        return Severity(word) if word not in (None, _OFF) else finding.severity

    def _severity(self, code: str) -> str | None:
        return next((self.severities[name] for name in (code, family(code), ALL) if name in self.severities), None)


def _nearness(named: Collection[str], code: str) -> int:
    return 3 if code in named else 2 if family(code) in named else 1 if ALL in named else 0


def settings_of(lint: d.Lint | None) -> Settings:
    """What the project says; names that are none switch nothing, see :func:`mistakes`."""
    if lint is None:
        return Settings()
    return Settings(
        Layer(_texts(lint.select) if lint.select is not None else frozenset({ALL}), _texts(lint.ignore)),
        {name.text: word.text for name, word in (lint.severity or {}).items()},
        tuple(
            (pattern.text, Layer(_texts(rules.select), _texts(rules.ignore)))
            for pattern, rules in (lint.per_path or {}).items()
        ),
    )


def _texts(scalars: Iterable[Scalar] | None) -> frozenset[str]:
    return frozenset(scalar.text for scalar in scalars or ())


def mistakes(lint: d.Lint | None, files: Collection[str]) -> Iterator[Finding]:
    """Codes that are none, findings that can't be switched off, patterns that match none of the ``files``."""
    if lint is None:
        return
    places: list[d.Lint | d.PathRules] = [lint, *(lint.per_path or {}).values()]
    for rules in places:
        yield from (found for name in rules.select or () for found in unknown(name))
        yield from (found for name in rules.ignore or () for found in unswitchable(name))
    for name in lint.severity or {}:
        yield from unswitchable(name)
    for pattern in lint.per_path or {}:
        if not any(fnmatchcase(file, pattern.text) for file in files):
            yield Finding("LINT005", f"no spec matches `{pattern.text}`", pattern.span,
                          "from the project's folder on, as in specs/workflows/legacy/*", Severity.WARNING)  # fmt: skip


def unknown(name: Scalar) -> Iterator[Finding]:
    """The finding of a name that is no code, no family and not all."""
    if name.text not in names():
        help_text = did_you_mean(name.text.upper(), names()) or "`cityosc explain` lists the codes"
        yield Finding("LINT001", f"there is no code `{name.text}`", name.span, help_text)


def unswitchable(name: Scalar) -> Iterator[Finding]:
    """The finding of a name that can't be switched off, or is none."""
    if name.text in names() and not can_be_switched(name.text):
        yield Finding("LINT002", f"`{name.text}` can't be switched off", name.span,
                      "nothing compiles before it is mended; rules can be switched")  # fmt: skip
    yield from unknown(name)
