"""A project in a folder of its own, checked with and without what was kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from cityos_compiler.findings.cache import Cache, read_sources
from cityos_compiler.keeping.check import check_sources
from cityos_compiler.passes import check
from cityos_compiler.render import as_json


class Project:
    """A copy of a project, checked with and without a cache."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.root = folder / "project"
        shutil.copytree(source / "specs", self.root / "specs", ignore=shutil.ignore_patterns("tests"))
        self.cache = Cache(self.root)

    @property
    def files(self) -> list[str]:
        return list(read_sources(self.root))

    def agrees(self) -> str:
        """What is found, after seeing that nothing else is found without the cache."""
        sources = read_sources(self.root)
        kept, fresh, whole = (
            check_sources(self.root, sources, self.cache),
            check_sources(self.root, sources, None),
            check(self.root),
        )
        assert kept.files == fresh.files == list(whole.project.texts)
        found = as_json(kept.findings)
        assert found == as_json(fresh.findings) == as_json(whole.findings)
        assert kept.findings == fresh.findings
        return found

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old} in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
