"""Playing a run along a trace that `cityosc verify` has written."""

from __future__ import annotations

from cityos_runtime.ids import start_id
from cityos_runtime.virtual.clock import START
from cityos_runtime.virtual.following import Following

from cityos_compiler.backends.python.manifest import id_defaults
from cityos_compiler.simulating.playing import Played
from cityos_compiler.verifying.subject import Subject
from cityos_compiler.verifying.traces import Trace, walked


def play_along(subject: Subject, trace: Trace) -> Played:
    """Play a workflow along a trace, to where that ends.

    Raises WrongTrace where the workflow doesn't go along it.
    """
    workflow, given = subject.workflow, trace.given
    workflow_id = start_id(workflow.workflow_id, id_defaults(workflow), given.input, given.tenant)
    following = Following(workflow_id, START)
    play = walked(subject, trace, listen=following.heard)
    return Played(play.run, following, START, unfinished=play.unfinished)
