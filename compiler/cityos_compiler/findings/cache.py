"""What `lint` found the last times, kept by the content of every spec: the same files give the same findings.

The key covers the bytes of all specs, the code that checks them and the Python it runs on; so a hit can't be wrong, and
a change anywhere is a miss, after which parts are looked for (`keeping/`). The cache is the user's and not the
project's: no branch can bring one that hides findings.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cityos_compiler.keeping.pickled import dumps, loads
from cityos_dsl import diagnostics
from cityos_dsl.diagnostics import Finding
from cityos_dsl.files import Source, Unreadable, source_of

FOLDER = "CITYOSC_CACHE_DIR"
RESULTS, PARTS, AROUND = "results", "parts", "around"
_KEPT = {RESULTS: 8, PARTS: 1, AROUND: 2}  # results: those of some branches
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found, and in which files it was looked for."""

    findings: list[Finding]
    files: list[str]


def read_sources(root: Path) -> dict[str, Source]:
    """The bytes of every spec by its path below the root, or why there are none."""
    start = len(os.path.join(root, ""))  # noqa: PTH118  # a Path a file takes twice as long as reading it
    found = (
        os.path.join(folder, name)  # noqa: PTH118
        for folder, _, names in os.walk(os.path.join(root, "specs"))  # noqa: PTH118
        for name in names
        if name.endswith(".yaml")
    )
    paths = sorted(found, key=lambda path: path.split(os.sep))  # noqa: PTH206
    return {path[start:].replace(os.sep, "/"): source_of(path) for path in paths}


def digest_of(source: Source) -> bytes:
    """What stands for the content of a file; of one that can't be read, for why it can't: no content has that one."""
    if isinstance(source, Unreadable):
        return b"-" + hashlib.sha256(source.message.encode()).digest()
    return hashlib.sha256(source).digest()


def key_of(sources: Mapping[str, Source]) -> str:
    """What stands for these specs, checked by this code."""
    digest = hashlib.sha256(code())
    for name, source in sources.items():
        digest.update(f"{len(name)} {name} ".encode() + digest_of(source))
    return digest.hexdigest()


@functools.cache
def code() -> bytes:
    """The version of everything that checks: Python, and each of our modules as it lies on the disk."""
    parts = [sys.version, f"{os.stat(Path(click.__file__).parents[1]).st_mtime_ns}"]  # noqa: PTH116  # what is installed
    for package in (Path(diagnostics.__file__).parent, Path(__file__).parents[1]):
        for folder, _, names in os.walk(package):
            for name in names:
                if not name.endswith(".pyc"):
                    status = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118  # a Path costs ten times as much
                    parts.append(f"{folder}/{name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(sorted(parts)).encode()


class Cache:
    """What is kept for one project. What can't be read, or was damaged, is not there; nothing here raises."""

    def __init__(self, root: Path) -> None:
        self._folder = _base() / "lint" / hashlib.sha256(str(root).encode()).hexdigest()[:16]

    def get(self, kind: str, name: str) -> Any:
        """What is kept under a name; None where nothing is."""
        try:
            data = (self._folder / kind / name).read_bytes()
            if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
                return None
            return loads(data[_DIGEST:])
        except Exception:  # whatever a damaged file makes of the reader, it is as good as no file
            return None

    def put(self, kind: str, name: str, value: object) -> None:
        """Keep something, and let the oldest of its kind go."""
        import tempfile  # half of what a hit costs, and hits don't write

        payload = dumps(value)
        folder = self._folder / kind
        with contextlib.suppress(OSError):  # a cache that can't be written is a slow one
            folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as out:
                out.write(hashlib.sha256(payload).digest() + payload)
            Path(temporary).replace(folder / name)
            for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[: -_KEPT[kind]]:
                path.unlink(missing_ok=True)


def _base() -> Path:
    named = os.environ.get(FOLDER)
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("cityosc")
