"""One mistake, one finding: what only follows from another finding is left out until that one is mended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project

# Codes that say "there is no such name": the name may stand in a file that couldn't be read.
UNKNOWN = ("NAME002", "NAME004", "NAME005", "NAME011", "NAME012", "NAME013", "NAME017", "TYPE005")
# Codes that say "something is missing": it may be what an unknown key was meant to say.
ABSENT = ("FLOW001", "LOOP001", "LOOP003", "LOOP004", "LOOP005", "WAIT", "WIRE")
# Codes after which a step gives nothing that is known.
UNRESOLVED = ("NAME002", "NAME003", "NAME011", "NAME019")
# Codes after which a type is unknown, and with it what wiring could have found.
UNTYPED = ("TYPE", "NAME002", "NAME003", "NAME005")

# Codes that a type which couldn't be read may be the cause of: its members are words, its fields are asked for.
OF_TYPES = ("EXPR010", "EXPR011", "EXPR013", "EXPR014", "EXPR016", "EXPR020")


def ill_shaped(project: Project, file: str) -> bool:
    """Whether keys of this document were refused; what they were meant to say is then unknown."""
    return any(finding.span.file == file and finding.code.startswith("SPEC") for finding in project.findings)


class Causes:
    """What was found in the files themselves: it may explain what seems wrong in what they mean."""

    def __init__(self, findings: Iterable[Finding], texts: Mapping[str, str]) -> None:
        codes: dict[str, set[str]] = {}
        for finding in findings:
            codes.setdefault(finding.span.file, set()).add(finding.code)
        self._ill_shaped = {file for file, found in codes.items() if any(code.startswith("SPEC") for code in found)}
        broken = {file for file, found in codes.items() if any(code.startswith(("YAML", "SPEC")) for code in found)}
        self._broken = {file: texts.get(file) for file in sorted(broken)}
        self._types_unread = any(
            file.startswith("specs/types/") and any(code.startswith("YAML") for code in found)
            for file, found in codes.items()
        )

    def first(self, file: str, findings: Iterable[Finding]) -> list[Finding]:
        """The findings of one workflow without those that another finding explains."""
        findings = list(findings)
        doubtful: list[str] = ["WIRE001"] if any(finding.code.startswith(UNTYPED) for finding in findings) else []
        if any(finding.code.startswith(UNRESOLVED) for finding in findings):
            doubtful.append("EXPR010")  # the step's own name, or a word of its enumeration
        if file in self._ill_shaped:
            doubtful += ABSENT
        if self._types_unread:
            doubtful += OF_TYPES
        return self.surely_unknown(finding for finding in findings if not finding.code.startswith(tuple(doubtful)))

    def surely_unknown(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings without the names that may stand in a file that couldn't be read."""
        return [finding for finding in findings if finding.code not in UNKNOWN or not self._may_stand(finding)]

    def _may_stand(self, finding: Finding) -> bool:
        """Whether the name that a finding calls unknown may be written in another file that couldn't be read."""
        return any(
            text is None or _stands_in(f"{Path(name).stem}\n{text}", finding)  # a system's file is called like it
            for name, text in self._broken.items()
            if name != finding.span.file
        )


def _stands_in(text: str, finding: Finding) -> bool:
    """Whether the name that a finding calls unknown is written in a file that couldn't be read."""
    quoted = re.search(r"`([^`]+)`", finding.message)
    if quoted is None:
        return False
    name = quoted[1] if finding.code != "NAME002" else quoted[1].rpartition(".")[2]
    if name.endswith("*"):  # `receives: {delivery.*: ...}`
        return name[:-1] in text
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", text) is not None
