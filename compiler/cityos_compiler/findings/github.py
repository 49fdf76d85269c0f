"""Findings as workflow commands of GitHub Actions, which shows them beside the changed lines."""

from __future__ import annotations

from collections.abc import Sequence

from cityos_dsl.diagnostics import Finding, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def as_github(findings: Sequence[Finding], prefix: str = "") -> str:
    """One command a finding; ``prefix`` is the project's folder below the repository's, with its slash."""
    return "\n".join(_command(finding, prefix) for finding in findings)


def _command(finding: Finding, prefix: str) -> str:
    span = finding.span
    properties = {"file": prefix + span.file, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:  # columns of several lines mean nothing to GitHub
        properties |= {"col": span.column, "endColumn": span.end_column}
    said = ",".join(f"{name}={_property(str(value))}" for name, value in {**properties, "title": finding.code}.items())
    text = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    return f"::{_COMMANDS[finding.severity]} {said}::{_data(text)}"


def _data(text: str) -> str:
    """Escaped as GitHub's own toolkit does it (actions/toolkit, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
