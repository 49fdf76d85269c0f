"""What `lint` found the last times, kept by the content of every spec: the same files give the same findings.

The key covers the bytes of all specs, the code that checks them and the Python it runs on; so a hit can't be wrong, and
a change anywhere is a miss. The cache is the user's and not the project's: no branch can bring one that hides findings.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cityos_dsl import diagnostics
from cityos_dsl.diagnostics import Finding

FOLDER = "CITYOSC_CACHE_DIR"
_KEPT = 8  # results of a project: those of some branches
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found, and in which files it was looked for."""

    findings: list[Finding]
    files: list[str]


def read_sources(root: Path) -> dict[str, bytes]:
    """The bytes of every spec by its path below the root."""
    paths = sorted(path for path in (root / "specs").rglob("*.yaml") if not path.is_dir())
    return {path.relative_to(root).as_posix(): _bytes(path) for path in paths}


def _bytes(path: Path) -> bytes:
    """What is in a file; of one that can't be read, why it can't: that is found again until it is mended."""
    try:
        return path.read_bytes()
    except OSError as error:
        return repr(error).encode()


def key_of(sources: Mapping[str, bytes]) -> str:
    """What stands for these specs, checked by this code."""
    digest = hashlib.sha256(_code())
    for name, data in sources.items():
        digest.update(f"{len(name)} {name} {len(data)} ".encode())
        digest.update(data)
    return digest.hexdigest()


def _code() -> bytes:
    """The version of everything that checks: Python, and each of our modules as it lies on the disk."""
    parts = [sys.version]
    for package in (Path(diagnostics.__file__).parent, Path(__file__).parents[1]):
        for folder, _, names in os.walk(package):
            for name in names:
                if not name.endswith(".pyc"):
                    status = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118  # a Path costs ten times as much
                    parts.append(f"{folder}/{name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(sorted(parts)).encode()


class Cache:
    """The results kept for one project. What can't be read, or was damaged, is not there; nothing here raises."""

    def __init__(self, root: Path) -> None:
        self._folder = _base() / "lint" / hashlib.sha256(str(root).encode()).hexdigest()[:16]

    def get(self, key: str) -> Linted | None:
        """What was found under the key."""
        try:
            data = (self._folder / key).read_bytes()
            if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
                return None
            findings, files = _Findings(io.BytesIO(data[_DIGEST:])).load()
            return Linted(findings, files)
        except Exception:  # whatever a damaged file makes of the reader, it is as good as no file
            return None

    def put(self, key: str, linted: Linted) -> None:
        """Keep what was found, and let the oldest go."""
        import tempfile  # half of what a hit costs, and hits don't write

        payload = pickle.dumps((linted.findings, linted.files), protocol=5)
        with contextlib.suppress(OSError):  # a cache that can't be written is a slow one
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(handle, "wb") as out:
                out.write(hashlib.sha256(payload).digest() + payload)
            Path(temporary).replace(self._folder / key)
            for path in sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
                path.unlink(missing_ok=True)


class _Findings(pickle.Unpickler):
    """Reads findings and nothing else: a pickle could name any function of any module."""

    def find_class(self, module: str, name: str) -> Any:
        if module != diagnostics.__name__ or not isinstance(found := getattr(diagnostics, name, None), type):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a finding")
        return found


def _base() -> Path:
    named = os.environ.get(FOLDER)
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("cityosc")
