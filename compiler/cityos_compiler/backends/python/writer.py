"""Lines of Python at an indentation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager


class Writer:
    """Collects lines; blocks indent."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0

    def __call__(self, line: str = "") -> None:
        """Write a line, or several, at the present indentation."""
        for part in line.split("\n"):
            self.lines.append("    " * self.depth + part if part else "")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """A compound statement; an empty one passes."""
        self(head)
        self.depth += 1
        before = len(self.lines)
        yield
        if not any(line.strip() and not line.strip().startswith("#") for line in self.lines[before:]):
            self("pass")
        self.depth -= 1

    def docstring(self, text: str) -> None:
        """A docstring of one or several lines."""
        clean = text.strip().replace("\\", "\\\\").replace('"""', "'''")
        if len(clean) <= 96 and "\n" not in clean:
            self(f'"""{clean}"""')
            return
        self('"""' + "\n".join(textwrap.wrap(clean, 96)))
        self('"""')

    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"
