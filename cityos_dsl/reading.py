"""Reading the files of a project: each by itself, before anything is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cityos_dsl.diagnostics import Finding
from cityos_dsl.files import Source, Unreadable, source_of, text_of
from cityos_dsl.source import compose
from cityos_dsl.spec import documents as d
from cityos_dsl.spec.shape import Reader


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """One spec as it was read: its document, where its shape allowed one, and what is wrong in it."""

    file: str
    text: str | None
    document: object | None
    findings: tuple[Finding, ...]

    @property
    def is_workflow(self) -> bool:
        """Whether its place is a workflow's: nothing of another kind refers to one."""
        return d.kind_of(self.file.removeprefix("specs/")) is d.Workflow


def spec_files(root: Path) -> list[Path]:
    """The files of a project that may be specs, in the order in which they are read.

    A folder may be called like a file; what only points to nothing is listed, since somebody meant it to be there.
    """
    return sorted(path for path in (root / "specs").rglob("*.yaml") if not path.is_dir())


def read_specs(root: Path) -> list[ReadSpec]:
    """All specs below ``root/specs``, as they stand on the disk."""
    return [spec for path in spec_files(root) if (spec := _read_file(root, path)) is not None]


def _read_file(root: Path, path: Path) -> ReadSpec | None:
    shown = path.relative_to(root).as_posix()
    if d.kind_of(shown.removeprefix("specs/")) is None:
        return None
    return read_source(shown, source_of(path))


def read_source(file: str, source: Source) -> ReadSpec:
    """Read one spec from what is in its file."""
    text = text_of(source)
    return read_spec(file, text) if isinstance(text, str) else unread_spec(file, text)


def unread_spec(file: str, why: Unreadable) -> ReadSpec:
    """A spec that has no text."""
    return ReadSpec(file, None, None, (Finding("YAML001", why.message, why.place(file)),))


def read_spec(file: str, text: str) -> ReadSpec:
    """Read one spec; ``file`` is its path below the root, which says what kind of document it is."""
    kind = d.kind_of(file.removeprefix("specs/"))
    node, findings = compose(file, text)
    if node is None or kind is None:
        return ReadSpec(file, text, None, tuple(findings))
    reader = Reader()
    document = reader.document(kind, node)
    return ReadSpec(file, text, document, (*findings, *reader.findings))
