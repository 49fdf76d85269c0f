"""Generated files on disk: written atomically, untouched where nothing changed, guarded against hand edits."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

RECORD = ".cityosc.json"


@dataclass
class Changes:
    """What writing would change, by path."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def is_clean(self) -> bool:
        """True where the folder is what the specs say."""
        return not (self.written or self.removed or self.edited)


def compare(folder: Path, files: dict[str, str]) -> Changes:
    """What is out of date, what is stale, and what was edited by hand since it was generated."""
    recorded = _recorded(folder)
    changes = Changes()
    for path, text in files.items():
        present = _read(folder / path)
        if present == text:
            changes.unchanged += 1
        else:
            changes.written.append(path)
            if present is not None and path in recorded and recorded[path] != _hash(present):
                changes.edited.append(path)
    for path in recorded:
        present = _read(folder / path)
        if path not in files and present is not None:
            changes.removed.append(path)
            if recorded[path] != _hash(present):
                changes.edited.append(path)
    return changes


def write(folder: Path, files: dict[str, str], changes: Changes) -> None:
    """Make the folder what ``files`` say; each file is replaced in one step."""
    for path in changes.written:
        replace_file(folder / path, files[path])
    for path in changes.removed:
        (folder / path).unlink()
    record = {path: _hash(text) for path, text in sorted(files.items())}
    text = json.dumps(record, indent=1) + "\n"
    if _read(folder / RECORD) != text:
        replace_file(folder / RECORD, text)


def diff(folder: Path, files: dict[str, str], changes: Changes) -> str:
    """The unified diff from the folder to what the specs say."""
    parts: list[str] = []
    for path in (*changes.written, *changes.removed):
        before = (_read(folder / path) or "").splitlines(keepends=True)
        after = files.get(path, "").splitlines(keepends=True)
        parts += difflib.unified_diff(before, after, f"{path} (on disk)", f"{path} (from the specs)")
    return "".join(parts)


def _recorded(folder: Path) -> dict[str, str]:
    text = _read(folder / RECORD)
    if text is None:
        return {}
    try:
        data = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return {str(path): str(digest) for path, digest in data.items()} if isinstance(data, dict) else {}


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def replace_file(path: Path, text: str) -> None:
    """Write a file in one step: a reader sees the old text or the new one. A file that is there keeps its mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
