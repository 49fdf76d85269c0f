"""Findings as JUnit XML, which most CI servers show: a suite a file, a failed case a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from cityos_dsl.diagnostics import Finding, Severity

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(findings: Sequence[Finding], files: Iterable[str]) -> str:
    """The report over all ``files`` that were checked; one without findings is a case that passed."""
    suites = ElementTree.Element("testsuites", name="cityosc lint")
    for file in sorted({*files, *(finding.span.file for finding in findings)}):
        _suite(suites, file, [finding for finding in findings if finding.span.file == file])
    for count in ("tests", "failures"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ElementTree.indent(suites, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")


def _suite(suites: ElementTree.Element, file: str, findings: list[Finding]) -> None:
    failed = sum(finding.severity is not Severity.NOTE for finding in findings)
    suite = ElementTree.SubElement(
        suites, "testsuite", name=_text(file), tests=str(len(findings) or 1), failures=str(failed)
    )
    if not findings:
        ElementTree.SubElement(suite, "testcase", classname=_text(file), name="no findings")
    for finding in findings:
        place = f"{finding.code} {finding.span.line}:{finding.span.column}"
        case = ElementTree.SubElement(suite, "testcase", classname=_text(file), name=place)
        tag = "system-out" if finding.severity is Severity.NOTE else "failure"
        attributes = {} if tag == "system-out" else {"message": _text(finding.message), "type": finding.code}
        said = ElementTree.SubElement(case, tag, attributes)
        said.text = _text(
            f"{finding.span.file}:{finding.span.line}:{finding.span.column} {finding.severity.value} {finding.code}: "
            f"{finding.message}" + (f"\nhelp: {finding.help}" if finding.help else "")
        )


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
