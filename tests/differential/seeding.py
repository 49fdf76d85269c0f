"""Bugs that are put in on purpose: a function's text is changed while it is in use, and put back."""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Bug:
    """A bug: in which function, and what stands there instead of what."""

    name: str
    side: Literal["compiled", "interpreted"]
    place: str
    right: str
    wrong: str

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """With the bug in place.

        Raises LookupError where the function's text isn't as it is said to be.
        """
        function = self._function()
        text = textwrap.dedent(inspect.getsource(function))
        if text.count(self.right) != 1:
            raise LookupError(f"{self.place}: {self.right!r} stands there {text.count(self.right)} times")
        lines = text.splitlines()
        while lines[0].startswith("@"):
            del lines[0]  # its registration stays as it is
        made: dict[str, Any] = {}
        exec(compile("\n".join(lines).replace(self.right, self.wrong), self.place, "exec", 1 << 24),  # annotations
             function.__globals__, made)  # fmt: skip
        before = function.__code__
        function.__code__ = made[function.__name__].__code__
        try:
            yield
        finally:
            function.__code__ = before

    def _function(self) -> Any:
        module, _, path = self.place.partition(":")
        found: Any = importlib.import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
        return found


_PYTHON, _STEPS = "cityos_compiler.backends.python", "cityos_runtime.interpreter.steps"

BUGS = (
    Bug("the last of two branches of a `catch` wins", "compiled", f"{_PYTHON}.steps.failing:_branches",
        "for caught in catch:",
        "for caught in sorted(catch, key=lambda one: (one.classes == ('any',), -catch.index(one))):"),
    Bug("one business round too many", "compiled", f"{_PYTHON}.steps.do:_rounds",
        "bound = fn.expr(rounds)", "bound = fn.expr(rounds) + ' + 1'"),
    Bug("values of one `set` see each other", "compiled", f"{_PYTHON}.steps.set_:_reads_assigned",
        "return True", "return False"),
    Bug("`where` of a signal's branch is forgotten", "compiled", f"{_PYTHON}.steps.await_:_listeners",
        "if branch.where is not None:", "if False:"),
    Bug("a compensation that needs no result waits for one", "compiled", f"{_PYTHON}.steps.do:_undo_text",
        '"" if step.undo.needs_result else ", needs_result=False"', '""'),
    Bug("`key` is forgotten", "compiled", f"{_PYTHON}.steps.do:_plain_do",
        "if step.key is not None:", "if False:"),
    Bug("`first` of a `parallel` is forgotten", "compiled", f"{_PYTHON}.steps.parallel:parallel",
        'first = ", first=True" if step.first else ""', 'first = ""'),
    Bug("a timer whose time is over runs where it is to be skipped", "compiled", f"{_PYTHON}.steps.meanwhile:_timer",
        """', past="skip"' if timer.skip_past else \"\"""", '""'),
    Bug("a `status` is not set", "compiled", f"{_PYTHON}.blocks:_write",
        "if step.status is not None:", "if False:"),
    Bug("an element that isn't meant ends the loop", "compiled", f"{_PYTHON}.steps.loops:for_each",
        'fn.w("continue")', 'fn.w("break")'),
    Bug("values of one `set` see each other", "interpreted", f"{_STEPS}.ending:set_",
        "read = [(name, entry(scope) if entry else None, value(scope)) for name, entry, value in assignments]",
        "read = ((name, entry(scope) if entry else None, value(scope)) for name, entry, value in assignments)"),
    Bug("a branch with `retry` is taken in the last round too", "interpreted", f"{_STEPS}.do:_rounds",
        "number < bound(inner)", "number <= bound(inner)"),
    Bug("a moved time doesn't arm its timer again", "interpreted", "cityos_runtime.interpreter.watching:_timer",
        "lambda: at(scope) if at is not None else None  #", "lambda fixed=at and at(scope): fixed  #"),
    Bug("`where` of a loop whose passes are apart is forgotten", "interpreted", f"{_STEPS}.loops:_apart",
        "if where is not None:", "if False:"),
    Bug("passes are counted from 0", "interpreted", f"{_STEPS}.loops:_in_turn", "start=1", "start=0"),
    Bug("a wait's condition is looked at once, at its start", "interpreted", f"{_STEPS}.waiting:await_",
        "(lambda: when(scope))", "(lambda met=when(scope): met)"),
    Bug("of the error classes of a branch only the first is taken", "interpreted",
        "cityos_runtime.interpreter.failing:handler", "error.is_a(*classes)", "error.is_a(classes[0])"),
    Bug("state of a block doesn't begin anew in each pass", "interpreted", f"{_STEPS}.loops:repeat",
        "begin(inner)", "number > 1 or begin(inner)"),
    Bug("a later run does again what an earlier one did", "interpreted",
        "cityos_runtime.interpreter.city:InterpretedCity._steps",
        "if not self.resuming_any(*part.done_before):", "if True:"),
    Bug("`within` of a step is forgotten", "interpreted", f"{_STEPS}.do:_plain",
        '"within": within(scope) if within is not None else None,', '"within": None,'),
)  # fmt: skip
