"""Where a project begins."""

from __future__ import annotations

from pathlib import Path

MARKER = "cityos.yaml"


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above ``start`` that holds ``specs/cityos.yaml``, as git finds its repository."""
    for folder in (start, *start.parents):
        if (folder / "specs" / MARKER).is_file():
            return folder
    return None
