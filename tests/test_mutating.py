"""The mutations of `benchmarks/mutations.py` change what they say, and leave a document that can be read."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks import mutating as m
from cityos_dsl.source import compose

SPEC = """\
# a comment
steps:
  - do: reserve
    compensate: release        # given back
  - do: pay
    if: input.total > 5
    within: 10m

  # beside the next
  - pivot
  - await: answer
    signals: {paid: [], refused: []}
"""
ROOT = Path(__file__).parents[1]


def _made(change: m.Change) -> list[str]:
    document = m.Document("spec.yaml", SPEC)
    rng = random.Random(1)
    return [one.applied(SPEC) for holder in m.maps(document.tree) for one in change(document, holder, rng)]


def test_an_entry_goes_with_its_lines() -> None:
    (without,) = _made(m.dropping("a compensation removed", "compensate"))
    assert without == SPEC.replace("    compensate: release        # given back\n", "")


def test_an_entry_between_braces_goes() -> None:
    assert _made(m.dropping("a signal dropped", "paid")) == [SPEC.replace("paid: [], ", "")]
    assert _made(m.dropping("a signal dropped", "refused")) == [SPEC.replace(", refused: []", "")]


def test_two_steps_change_places_and_what_stands_between_stays() -> None:
    swapped = [one.applied(SPEC) for one in m.item_swapped(m.Document("spec.yaml", SPEC), random.Random(1))]
    assert len(swapped) == 3
    assert swapped[1].index("- pivot") < swapped[1].index("# beside the next") < swapped[1].index("- do: pay")


def test_a_pivot_is_removed() -> None:
    (without,) = m.marker_dropped(m.Document("spec.yaml", SPEC), random.Random(1))
    assert without.applied(SPEC) == SPEC.replace("  - pivot\n", "")


def test_texts_are_rewritten_in_place() -> None:
    assert SPEC.replace("10m", "10h") in _made(m.rewriting("another unit", (), m.in_other_unit))
    assert SPEC.replace("> 5", "<= 5") in _made(m.rewriting("turned", (), m.turned))


def test_every_mutation_of_a_real_spec_is_one_place_that_can_be_read() -> None:
    path = ROOT / "specs/workflows/order/wf-001-order-placement.yaml"
    text = path.read_text(encoding="utf-8")
    document, rng = m.Document("spec.yaml", text), random.Random(1)
    changes = [m.dropping("x", "compensate", "with", "timeout", "if"), m.rewriting("y", (), m.misspelt)]
    made = [one for holder in m.maps(document.tree) for change in changes for one in change(document, holder, rng)]
    made += [*m.item_dropped(document, rng), *m.item_swapped(document, rng)]
    assert len(made) > 100
    for one in made:
        assert one.applied(text) != text
        tree, findings = compose("spec.yaml", one.applied(text))
        assert tree is not None and not findings, (one, findings)
