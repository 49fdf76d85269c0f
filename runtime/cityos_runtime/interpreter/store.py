"""Where definitions are kept: a folder of documents, each named by the digest of what it says."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_DIGEST = re.compile(r"[0-9a-f]{64}")


class DefinitionError(Exception):
    """A definition that isn't there, isn't what it is said to be, or can't be read."""


def canonical(document: Mapping[str, Any]) -> str:
    """The one text of a document."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a document's one text."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


class DefinitionStore:
    """A folder of documents. What was put there stays: a running workflow may ask for it as long as it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, document: Mapping[str, Any]) -> str:
        """Keep a document; returns its digest. One that is there already is left alone."""
        digest = digest_of(document)
        path = self._path(digest)
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("wb", dir=self.folder, suffix=".new", delete=False) as new:
                new.write(canonical(document).encode())
            Path(new.name).replace(path)
        return digest

    def get(self, digest: str) -> dict[str, Any]:
        """The document of a digest.

        Raises DefinitionError where there is none, or where what is there has another digest.
        """
        if _DIGEST.fullmatch(digest) is None:
            raise DefinitionError("a definition is named by a SHA-256 digest")
        try:
            document = json.loads(self._path(digest).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DefinitionError(f"there is no definition {digest}") from None
        except ValueError:
            raise DefinitionError(f"the definition {digest} is no JSON") from None
        if not isinstance(document, dict) or digest_of(document) != digest:
            raise DefinitionError(f"what is kept as {digest} is another document")
        return document

    def _path(self, digest: str) -> Path:
        return self.folder / f"{digest}.json"
