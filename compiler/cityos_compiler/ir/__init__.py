"""The intermediate representation: a workflow as plain data, with every name resolved and every expression typed.

Everything here serialises (:func:`to_data`) and digests (:func:`digest`); places in the source and checked trees ride
along for messages and code, and take no part in equality or digest, so that equal specs give one digest whatever their
formatting.
"""

from __future__ import annotations

from cityos_compiler.ir.base import Block, Expr, Items, Local, Record, Step, Text, Value
from cityos_compiler.ir.branching import If, Switch
from cityos_compiler.ir.data import digest, to_data
from cityos_compiler.ir.do import Catch, Compensation, Do
from cityos_compiler.ir.ending import Fail, Leave, Next, Retry, Return
from cityos_compiler.ir.expressions import expressions
from cityos_compiler.ir.failing import Ways, failure_ways
from cityos_compiler.ir.group import Group
from cityos_compiler.ir.loops import ForEach, Repeat
from cityos_compiler.ir.messages import Child, Emit, SendSignal
from cityos_compiler.ir.parallel import Parallel
from cityos_compiler.ir.saga import Pivot, Undo
from cityos_compiler.ir.set_ import Assignment, Set
from cityos_compiler.ir.triggers import Address, Trigger
from cityos_compiler.ir.waiting import Await, Branch, Meanwhile, Sleep, Timer
from cityos_compiler.ir.walking import all_steps, all_timers, beside, children, undone_by_name, walk
from cityos_compiler.ir.workflow import Query, Requirement, Workflow

__all__ = [
    "Address",
    "Assignment",
    "Await",
    "Block",
    "Branch",
    "Catch",
    "Child",
    "Compensation",
    "Do",
    "Emit",
    "Expr",
    "Fail",
    "ForEach",
    "Group",
    "If",
    "Items",
    "Leave",
    "Local",
    "Meanwhile",
    "Next",
    "Parallel",
    "Pivot",
    "Query",
    "Record",
    "Repeat",
    "Requirement",
    "Retry",
    "Return",
    "SendSignal",
    "Set",
    "Sleep",
    "Step",
    "Switch",
    "Text",
    "Timer",
    "Trigger",
    "Undo",
    "Value",
    "Ways",
    "Workflow",
    "all_steps",
    "all_timers",
    "beside",
    "children",
    "digest",
    "expressions",
    "failure_ways",
    "to_data",
    "undone_by_name",
    "walk",
]
