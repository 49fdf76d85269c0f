"""What is written for a failure: a branch for each error class."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import write_block
from cityos_compiler.backends.python.function import Function


def write_caught(
    fn: Function, catch: tuple[ir.Catch, ...], failing: ir.Block | None, only_before: str | None = None
) -> None:
    """The ``except`` of a step: a branch for each error class, then what happens otherwise."""
    with fn.w.block("except StepFailed as error:"):
        word = "if"
        for caught in catch:
            classes = ", ".join(f'"{name}"' for name in caught.classes)
            test = "True" if caught.classes == ("any",) else f"error.is_a({classes})"
            if caught.retries and only_before is not None:
                test += f" and round_number < {only_before}"
            with fn.w.block(f"{word} {test}:"):
                write_block(fn.branch().inner(error="error"), caught.steps)
            word = "elif"
        if not catch:
            write_block(fn.branch().inner(error="error"), failing or ())
            return
        with fn.w.block("else:"):
            if failing is None:
                fn.w("raise")
            else:
                write_block(fn.branch().inner(error="error"), failing)
