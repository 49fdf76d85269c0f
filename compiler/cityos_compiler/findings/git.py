"""What git knows of a project's specs."""

from __future__ import annotations

import subprocess
from pathlib import Path


class GitError(Exception):
    """Says in a sentence why git can't answer."""


def changed_specs(root: Path, ref: str) -> dict[str, str | None]:
    """The specs that differ from a ref, with the text that they had there; ``None`` for new ones.

    Raises GitError where there is no repository, no such ref, or no git.
    """
    if _git(root, "rev-parse", "--is-inside-work-tree") is None:
        raise GitError("this project is in no git repository, so nothing is known of changes")
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit is None:
        raise GitError(f"git knows no commit `{ref}`; a shallow clone may lack it (fetch-depth: 0)")
    commit = commit.strip()
    differing = _names(_git(root, "diff", "--name-only", "--no-renames", "--relative", "-z", commit, "--", "specs"))
    new = _names(_git(root, "ls-files", "--others", "-z", "--", "specs"))
    return {name: _git(root, "show", f"{commit}:./{name}") for name in sorted({*differing, *new})}


def _names(output: str | None) -> list[str]:
    return [name for name in (output or "").split("\0") if name]


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints; ``None`` where it says no."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise GitError("`--since` asks git, and there is no git here") from None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
