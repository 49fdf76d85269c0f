"""A bar for what takes its time: on a terminal, and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show on standard error how many of something are done; what comes back is called for each.

    Where standard error is no terminal, nothing is written. The bar goes when it is full.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Drawn when something is done, and not by a thread of its own: processes are forked meanwhile. What is printed to
    # the same terminal is put above the bar.
    bar = Progress(
        *columns, console=Console(stderr=True), auto_refresh=False, transient=True,
        redirect_stdout=sys.stdout.isatty(), redirect_stderr=False,
    )  # fmt: skip
    with bar:
        task = bar.add_task(what, total=total)
        bar.refresh()

        def done() -> None:
            bar.advance(task)
            bar.refresh()

        yield done
