"""What docs/editors.md shows is what the server says, and nobody else pays for the server."""

from __future__ import annotations

import subprocess
import sys

from tests.lsp.transcript import PAGE, ROOT, played


def test_the_transcript_is_what_the_server_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == played(page), "python -m tests.lsp.transcript"


def test_lint_and_version_import_nothing_of_the_server() -> None:
    code = (
        "import sys; from cityos_compiler.cli.main import main; main(['--version']); main(['lint']);"
        "print([name for name in ('pygls', 'lsprotocol', 'cityos_compiler.lsp', 'cityos_compiler.formatting',"
        " 'cityos_compiler.fixes', 'cityos_compiler.workspace') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
