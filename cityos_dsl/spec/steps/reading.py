"""Reading steps: which kind a map is, and the short forms of branches."""

from __future__ import annotations

from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec.shape import READERS, Reader
from cityos_dsl.spec.steps.await_ import Await
from cityos_dsl.spec.steps.base import Branch, BranchMap, Step, Timer
from cityos_dsl.spec.steps.branching import If, Switch
from cityos_dsl.spec.steps.do import Do
from cityos_dsl.spec.steps.ending import Fail, Leave, Next, Retry, Return
from cityos_dsl.spec.steps.group import Group
from cityos_dsl.spec.steps.loops import ForEach, Repeat
from cityos_dsl.spec.steps.messages import Call, Emit, Signal, Start
from cityos_dsl.spec.steps.parallel import Parallel
from cityos_dsl.spec.steps.saga import Pivot, Undo
from cityos_dsl.spec.steps.set_ import Set
from cityos_dsl.spec.steps.sleep import Sleep

#: Every step kind by its word; ``then`` (of ``if``) comes last, since `if` also guards single steps.
STEP_KINDS: dict[str, type[Step]] = {
    kind.WORD: kind
    for kind in (
        Do, Sleep, Await, Switch, Group, ForEach, Repeat, Parallel, Call, Start, Signal, Emit, Set, Undo, Pivot,
        Return, Fail, Leave, Next, Retry, If,
    )
}  # fmt: skip


BARE_WORDS = ("pivot", "undo", "leave", "next", "retry")


def read_step(reader: Reader, node: Node) -> Step | None:
    """Read one step: a map that carries a step's word, or one of the bare words."""
    if isinstance(node, Scalar):
        if node.text in BARE_WORDS:
            return STEP_KINDS[node.text](node=node)
        reader.refuse(
            "SPEC005",
            f"`{node.text}` is not a step",
            node,
            did_you_mean(node.text, BARE_WORDS, "single words"),
        )
        return None
    if not isinstance(node, Mapping):
        reader.refuse("SPEC005", "a step is a map that begins with its word", node, "such as `- do: capturePayment`")
        return None
    words = [name for name, _ in node if name.text in STEP_KINDS and not (name.text == "then" and _waits(node))]
    if not words:
        first = node.entries[0][0] if node.entries else node
        written = first.text if isinstance(first, Scalar) else "{}"
        reader.refuse(
            "SPEC005",
            f"`{written}` is not a step's word",
            first,
            did_you_mean(written, STEP_KINDS, "step words"),
        )
        return None
    if len(words) > 1:
        reader.refuse("SPEC006", f"one step can't be `{words[0].text}` and `{words[1].text}`", words[1], "make it two")
        return None
    return reader.document(STEP_KINDS[words[0].text], node)


def _waits(node: Mapping) -> bool:
    """An await has a ``then`` of its own."""
    return node.get("await") is not None


def read_branch(reader: Reader, node: Node) -> Branch | None:
    """Read a branch: a list of steps, or a map with ``where`` or a timer and ``then``."""
    if isinstance(node, Scalar) and node.is_null:
        return Branch(None, ())
    if isinstance(node, Sequence):
        steps = tuple(step for item in node.items if (step := read_step(reader, item)) is not None)
        return Branch(None, steps)
    if isinstance(node, Mapping) and any(node.get(word) is not None for word in ("at", "every")):
        timer = reader.document(Timer, node)
        return Branch(None, timer.then, timer) if timer else None
    read = reader.document(BranchMap, node)
    return Branch(read.where, read.then) if read else None


READERS[Step] = read_step
READERS[Branch] = read_branch
