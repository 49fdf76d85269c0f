"""Findings as SARIF 2.1.0, which code scanning and editors read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from cityos_compiler.findings.about import About
from cityos_compiler.findings.catalog import catalog
from cityos_dsl.diagnostics import Finding, Severity, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(findings: Sequence[Finding], version: str, prefix: str = "") -> str:
    """One run of the tool, with what the codes mean that it found.

    Args:
        findings: what was found.
        version: cityosc's own.
        prefix: the project's folder below the repository's, with its slash, where they differ.
    """
    codes = sorted({finding.code for finding in findings})
    driver = {"name": "cityosc", "version": version, "rules": [_rule(catalog()[code]) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code), prefix) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)


def _rule(about: About) -> dict[str, Any]:
    return {
        "id": about.code,
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.explanation},
        "help": {"text": f"{about.explanation}\n\n`cityosc explain {about.code}` says more."},
        "defaultConfiguration": {"level": _level(about.severity)},
    }


def _level(severity: Severity) -> str:
    return severity.value  # SARIF has the same three words


def _result(finding: Finding, index: int, prefix: str) -> dict[str, Any]:
    text = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _level(finding.severity),
        "message": {"text": text},
        "locations": [_location(finding.span, prefix)],
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": related.message}, **_location(related.span, prefix)}
            for number, related in enumerate(finding.related)
        ]
    return result


def _location(span: Span, prefix: str) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(prefix + span.file), "uriBaseId": "%SRCROOT%"},
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
            },
        }
    }
