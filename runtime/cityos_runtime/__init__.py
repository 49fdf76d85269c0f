"""What generated workflows are written with. Knows nothing of the compiler."""

from __future__ import annotations

from cityos_runtime.blocks import Block, Loop
from cityos_runtime.branches import Collected, Failed
from cityos_runtime.children import Sent
from cityos_runtime.context import ActivityContext, Carried, Context, Tenant
from cityos_runtime.core import Facts
from cityos_runtime.errors import Leave, Next, Outcome, Return, StepFailed
from cityos_runtime.model import Cancel, Limits, Model, SignalModel, sure
from cityos_runtime.operation import Call, Completion, Operation, Retry
from cityos_runtime.parking import Decision
from cityos_runtime.progress import Ending, Failure, StatusError, WorkflowStatus
from cityos_runtime.saga import Undo
from cityos_runtime.signals import At, Every, Mailbox, On, Watch
from cityos_runtime.waiting import Heard, Slept
from cityos_runtime.workflow import City

__all__ = [
    "ActivityContext",
    "At",
    "Block",
    "Call",
    "Cancel",
    "Carried",
    "City",
    "Collected",
    "Completion",
    "Context",
    "Decision",
    "Ending",
    "Every",
    "Facts",
    "Failed",
    "Failure",
    "Heard",
    "Leave",
    "Limits",
    "Loop",
    "Mailbox",
    "Model",
    "Next",
    "On",
    "Operation",
    "Outcome",
    "Retry",
    "Return",
    "Sent",
    "SignalModel",
    "Slept",
    "StatusError",
    "StepFailed",
    "Tenant",
    "Undo",
    "Watch",
    "WorkflowStatus",
    "sure",
]
