"""A bar shows how far a long command is: on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()"]
COMMANDS = {"verify": "verifying", "test": "running"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("progress") / "shop"
    for arguments in (["new", str(folder)], ["compile"]):
        where = folder if folder.exists() else folder.parent
        subprocess.run([*COMMAND, *arguments], cwd=where, capture_output=True, check=True, timeout=120)
    return folder


def _on_a_terminal(command: str, folder: Path, *, all_of_it: bool) -> tuple[str, str]:
    """What goes to the terminal, and what to a pipe: the errors alone, or both, are on a terminal."""
    mine, other = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "200"}
    out = other if all_of_it else subprocess.PIPE
    with subprocess.Popen([*COMMAND, command], cwd=folder, stdout=out, stderr=other, env=environ) as process:
        os.close(other)
        shown = b""
        while part := _read(mine):
            shown += part
        piped = process.stdout.read() if process.stdout is not None else b""
    os.close(mine)
    return shown.decode(), piped.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # nobody writes to it any more
        return b""


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_of_it_is_piped(command: str, shop: Path) -> None:
    done = subprocess.run([*COMMAND, command], cwd=shop, capture_output=True, text=True, timeout=300, check=True)
    assert done.stderr == ""
    assert "OrderWorkflow" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_on_the_terminal_of_the_errors_while_results_are_piped(command: str, shop: Path) -> None:
    shown, piped = _on_a_terminal(command, shop, all_of_it=False)
    assert COMMANDS[command] in shown
    assert re.search(r"\d/\d", shown)
    assert "OrderWorkflow" in piped
    assert "\x1b" not in piped and COMMANDS[command] not in piped


def test_results_on_the_same_terminal_stand_above_it(shop: Path) -> None:
    shown, _ = _on_a_terminal("verify", shop, all_of_it=True)
    assert "ok  WF-001 OrderWorkflow:" in shown
    assert "verifying" in shown
