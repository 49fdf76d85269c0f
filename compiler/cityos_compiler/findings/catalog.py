"""Every code there is, whoever finds it: reading, lowering, expressions, rules."""

from __future__ import annotations

import functools

from cityos_compiler.codes import CODES, WARNINGS
from cityos_compiler.findings.about import About
from cityos_compiler.rules import all_rules
from cityos_dsl.diagnostics import Severity
from cityos_dsl.expr.errors import CODES as EXPRESSION_CODES

ALL = "all"


@functools.cache
def catalog() -> dict[str, About]:
    """What each code says about itself, by code."""
    known: dict[str, About] = {
        code: About(code, title, text, "", "", Severity.WARNING if code in WARNINGS else Severity.ERROR)
        for code, (title, text) in CODES.items()
    }
    for code, title in EXPRESSION_CODES.items():
        known[code] = About(code, title[0].upper() + title[1:], "The message says the particulars.", "", "")
    return dict(sorted({**known, **all_rules()}.items()))


@functools.cache
def switchable() -> frozenset[str]:
    """The codes that can be switched off: those of rules, and of suppressions; without the others nothing compiles."""
    return frozenset({*all_rules(), *WARNINGS})


def family(code: str) -> str:
    """The family of a code: `SAGA` of `SAGA001`."""
    return code.rstrip("0123456789")


@functools.cache
def names() -> frozenset[str]:
    """What `select`, `ignore` and `severity` may name: codes, families, all."""
    return frozenset({ALL, *catalog(), *(family(code) for code in catalog())})


def can_be_switched(name: str) -> bool:
    """Whether there is something to switch under a code's, a family's or everything's name."""
    return name == ALL or any(name in (code, family(code)) for code in switchable())
