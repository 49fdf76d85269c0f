"""SIGNAL003: a signal that a workflow waits for is sent by somebody."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import Whole, mention, whole_rule
from cityos_dsl.diagnostics import Finding, Related, did_you_mean
from cityos_dsl.project import SignalModel

SENDERS = ("workflow", "operator")


@whole_rule(
    "SIGNAL003",
    "A signal that nobody sends",
    "A signal's contract says with `source:` who sends it: a system, which tells us by its webhook, a `workflow`, or "
    "an `operator`. Where it is a workflow, one of them has a `signal:` step that sends it; else who waits for it "
    "waits in vain. Without `source:` it comes from outside.",
    bad="# specs/signals: escrow.released: {source: workflow, ...}\n- await: awaitRelease\n"
    "  signals: {escrow.released: []}       # no workflow sends it",
    good="# in another workflow\n- signal: escrow.released\n  to: tenant:{tenant_id}:escrow:{escrow_id}:holding",
)
def check(whole: Whole) -> Iterator[Finding]:
    """Compare what workflows take with what workflows send; a source is a system or one of two words."""
    for model in whole.project.signals.values():
        source = model.contract.source
        if source is not None and source.text not in SENDERS and source.text not in whole.project.systems:
            known = [*SENDERS, *whole.project.systems]
            yield Finding("SIGNAL003", f"`{source.text}` is neither a system nor workflow nor operator", source.span,
                          did_you_mean(source.text, known))  # fmt: skip
    if whole.is_sound:
        sent = {s.signal.name for w in whole.workflows for s in ir.all_steps(w) if isinstance(s, ir.SendSignal)}
        for workflow in whole.workflows:
            for model in workflow.signals:
                if _from_workflows(model) and model.name not in sent:
                    yield _in_vain(whole, workflow, model)


def _from_workflows(model: SignalModel) -> bool:
    return model.contract.source is not None and model.contract.source.text == "workflow"


def _in_vain(whole: Whole, workflow: ir.Workflow, model: SignalModel) -> Finding:
    return Finding(
        "SIGNAL003",
        f"`{model.name}` comes from a workflow, and none sends it",
        mention(workflow, whole.project, {model.name, *model.aliases}),
        "send it with a `signal:` step, or correct its `source:`",
        related=(Related(model.span, "its contract"),),
    )
