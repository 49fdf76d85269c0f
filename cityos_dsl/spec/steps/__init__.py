"""The steps of a workflow: what each kind may carry (language reference, Steps). One module a kind."""

from __future__ import annotations

from cityos_dsl.spec.steps.await_ import Await
from cityos_dsl.spec.steps.base import Branch, BranchMap, Step, Timer, Undoing
from cityos_dsl.spec.steps.branching import If, Switch
from cityos_dsl.spec.steps.do import Do
from cityos_dsl.spec.steps.ending import Fail, Leave, Next, Retry, Return
from cityos_dsl.spec.steps.group import Group
from cityos_dsl.spec.steps.loops import ForEach, Repeat
from cityos_dsl.spec.steps.messages import Call, Emit, Signal, Start
from cityos_dsl.spec.steps.parallel import Parallel
from cityos_dsl.spec.steps.reading import BARE_WORDS, STEP_KINDS
from cityos_dsl.spec.steps.saga import Pivot, Undo
from cityos_dsl.spec.steps.set_ import Set
from cityos_dsl.spec.steps.sleep import Sleep

__all__ = [
    "BARE_WORDS",
    "STEP_KINDS",
    "Await",
    "Branch",
    "BranchMap",
    "Call",
    "Do",
    "Emit",
    "Fail",
    "ForEach",
    "Group",
    "If",
    "Leave",
    "Next",
    "Parallel",
    "Pivot",
    "Repeat",
    "Retry",
    "Return",
    "Set",
    "Signal",
    "Sleep",
    "Start",
    "Step",
    "Switch",
    "Timer",
    "Undo",
    "Undoing",
]
