"""The reference page of a code, from what the code says about itself and an example that was really checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cityos_compiler.findings.about import About
from cityos_compiler.findings.catalog import catalog, family, switchable

#: Beside the package where it is installed, in the checkout where it is not.
FOLDERS = (Path(__file__).parents[1] / "_rules", Path(__file__).parents[3] / "docs" / "rules")
INDEX = "README.md"
_ALWAYS = "always an error"


@dataclass(frozen=True)
class Example:
    """A mistake, the same lines without it, and what the tool prints."""

    wrong: str
    right: str
    output: str


def page(about: About, example: Example | None = None) -> str:
    """The page of a code, in Markdown."""
    kind = "a rule" if about.code in switchable() else _ALWAYS
    head = (
        f"# {about.code}: {about.title}\n\n{about.severity.value}, {kind}, since {about.since}\n\n{about.explanation}\n"
    )
    wrong = about.bad or (example.wrong if example is not None else "")
    right = about.good or (example.right if example is not None else "")
    parts = [head]
    if wrong:
        parts.append(f"## Wrong\n\n```yaml\n{wrong}\n```\n")
    if example is not None:
        parts.append(f"What `cityosc lint` prints, of a case of its tests:\n\n```text\n{example.output}\n```\n")
    if right:
        parts.append(f"## Right\n\n```yaml\n{right}\n```\n")
    parts.append(f"## Switching it off\n\n{_switching(about.code)}")
    return "\n".join(parts)


def _switching(code: str) -> str:
    if code not in switchable():
        return "It can't be switched off.\n"
    return (
        "At one place, with the reason; on the line of the finding, or on a line of its own above it:\n\n"
        f"```yaml\n# cityosc: ignore[{code}] why that is right here\n```\n\n"
        "Everywhere, in some files, or only down to a warning, in `specs/cityos.yaml`:\n\n"
        f"```yaml\nlint:\n  ignore: [{code}]                  # or its family: {family(code)}\n"
        f"  severity: {{{code}: warning}}      # error, warning, note, off\n"
        f"  per_path:\n    specs/workflows/legacy/*: {{ignore: [{code}]}}\n```\n"
    )


def index(codes: Iterable[About]) -> str:
    """The list of all codes by family."""
    lines = [
        "# What cityosc finds",
        "",
        "A code a page; `cityosc explain CODE` prints it. How findings are switched and suppressed stands in the",
        "[language reference](../language.md), how they get into reviews in [ci.md](../ci.md).",
        "",
        "| code | | what is wrong |",
        "|---|---|---|",
    ]
    for about in codes:
        kind = about.severity.value if about.code in switchable() else _ALWAYS
        lines.append(f"| [{about.code}]({about.code}.md) | {kind} | {about.title} |")
    return "\n".join(lines) + "\n"


def listing() -> str:
    """All codes with their titles, for a terminal."""
    width = max(map(len, catalog()))
    return "\n".join(f"{code:<{width}}  {about.title}" for code, about in catalog().items())


def explained(code: str) -> str | None:
    """The page of a code: the one with its example where it is at hand; ``None`` where there is no such code."""
    about = catalog().get(code)
    if about is None:
        return None
    stored = next((path for folder in FOLDERS if (path := folder / f"{code}.md").is_file()), None)
    return stored.read_text(encoding="utf-8") if stored is not None else page(about)
