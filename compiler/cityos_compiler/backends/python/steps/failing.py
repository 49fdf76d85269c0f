"""What is written for a failure: a branch for each error class."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import write_block
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.results import expression_names


def write_caught(
    fn: Function, catch: tuple[ir.Catch, ...], failing: ir.Block | None, only_before: str | None = None
) -> None:
    """The ``except`` of a step: a branch for each error class, then what happens otherwise."""
    only = not catch or (catch[0].classes == ("any",) and not (catch[0].retries and only_before))
    error = fn.fresh("error")
    if only and "error" not in expression_names(catch[0].steps if catch else failing):
        head = "except StepFailed:"
    else:
        head = f"except StepFailed as {error}:"
    with fn.w.block(head):
        inner = fn.inner(error=error)
        if only:
            write_block(inner, catch[0].steps if catch else failing or ())
        else:
            _branches(inner, catch, failing, only_before)


def _branches(fn: Function, catch: tuple[ir.Catch, ...], failing: ir.Block | None, only_before: str | None) -> None:
    """One branch for each error class; `any` takes all that come to it."""
    word = "if"
    for caught in catch:
        tests = []
        if caught.classes != ("any",):
            tests.append(f"{fn.names['error']}.is_a({', '.join(repr(name) for name in caught.classes)})")
        if caught.retries and only_before is not None:
            tests.append(f"{fn.names['round']} < {only_before}")
        with fn.w.block(f"{word} {' and '.join(tests)}:" if tests else "else:"):
            write_block(fn.branch(), caught.steps)
        if not tests:
            return
        word = "elif"
    with fn.w.block("else:"):
        if failing is None:
            fn.w("raise")
        else:
            write_block(fn.branch(), failing)


def write_going_on(fn: Function, name: str) -> None:
    """The ``except`` of what may fail without harm."""
    error = fn.fresh("error")
    with fn.w.block(f"except StepFailed as {error}:"):
        fn.w(f'self.go_on_without("{name}", {error})')
