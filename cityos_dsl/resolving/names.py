"""Names that are given twice."""

from __future__ import annotations

from cityos_dsl.diagnostics import Finding, Related, Span
from cityos_dsl.resolved import Project
from cityos_dsl.source import Scalar


def refuse_second(project: Project, what: str, key: Scalar, first: Span) -> None:
    """A name that another file has given to something else: the first one counts."""
    message = f"`{key.text}` is {'an' if what[0] in 'aeio' else 'a'} {what} already"
    project.findings.append(Finding("NAME023", message, key.span, related=(Related(first, "the other one"),)))
