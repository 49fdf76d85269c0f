"""`cityosc fmt` moves text and makes none: every comment and every value stays."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
import yaml
from cityos_compiler import ir
from cityos_compiler.formatting import format_spec
from cityos_compiler.formatting.kinds import keys_of
from cityos_compiler.formatting.order import order_of
from cityos_compiler.passes import check
from hypothesis import given, settings
from hypothesis import strategies as st

from cityos_dsl.spec import documents as d
from cityos_dsl.spec import steps as s
from tests.formatting.disturbing import Disturbed, specs_of

ROOT = Path(__file__).parents[2]
TOWN = ROOT / "tests" / "golden" / "town"
SPECS = [*specs_of(ROOT), *specs_of(TOWN), *specs_of(ROOT / "tests" / "lint" / "base")]
HERE = Path(__file__).parent


def _digests(root: Path) -> dict[str, str]:
    checked = check(root)
    assert not checked.findings, checked.findings
    return {workflow.id: ir.digest(workflow) for workflow in checked.workflows}


@pytest.mark.parametrize("root", [ROOT, TOWN], ids=["city", "town"])
def test_formatting_the_specs_keeps_every_digest_and_changes_little(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "specs", tmp_path / "specs")
    changed, total = 0, 0
    for file, text in specs_of(root):
        formatted = format_spec(file, text)
        assert formatted.findings == ()
        kept = set(formatted.text.splitlines())
        changed += sum(line not in kept for line in text.splitlines())
        total += text.count("\n")
        (tmp_path / file).write_text(formatted.text, encoding="utf-8")
    assert changed < total / 15, "the specs are the style"
    assert _digests(tmp_path) == _digests(root)


@pytest.mark.parametrize(("file", "text"), SPECS, ids=[file for file, _ in SPECS])
def test_formatting_twice_is_formatting_once(file: str, text: str) -> None:
    once = format_spec(file, text).text
    assert format_spec(file, once).text == once


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(SPECS), st.integers(0, 2**32))
def test_a_disturbed_spec_is_formatted_without_losing_a_comment(spec: tuple[str, str], seed: int) -> None:
    file, text = spec
    disturbed = Disturbed(file, text, seed)
    formatted = format_spec(file, disturbed.text)
    assert formatted.text != disturbed.text, "it was left as it is"
    assert format_spec(file, formatted.text).text == formatted.text
    for comment in disturbed.comments:
        assert formatted.text.count(comment + "\n") == 1


@pytest.mark.parametrize("flow", [None, True, False])
@pytest.mark.parametrize("width", [40, 1000])
def test_what_another_writer_wrote_is_formatted(flow: bool | None, width: int) -> None:
    for file, text in specs_of(TOWN):
        data = yaml.load(text, Loader=yaml.CBaseLoader)
        other = yaml.dump(data, default_flow_style=flow, width=width, indent=4, sort_keys=False)
        formatted = format_spec(file, other).text
        assert formatted != other, "it was left as it is"
        assert yaml.load(formatted, Loader=yaml.CBaseLoader) == data
        assert format_spec(file, formatted).text == formatted
        assert max(map(len, formatted.splitlines())) <= 130 or width == 1000


@pytest.mark.parametrize("seed", range(3))
def test_disturbed_and_formatted_specs_give_the_same_digests(seed: int, tmp_path: Path) -> None:
    for file, text in specs_of(TOWN):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        disturbed = Disturbed(file, text, random.Random(seed).randrange(2**32)).text
        path.write_text(format_spec(file, disturbed).text, encoding="utf-8")
    assert _digests(tmp_path) == _digests(TOWN)


CASES = sorted((HERE / "cases").glob("*.before.yaml"))


@pytest.mark.parametrize("before", CASES, ids=[path.name.split(".")[0] for path in CASES])
def test_cases_come_out_as_they_are_written_down(before: Path) -> None:
    after = before.with_name(before.name.replace(".before.", ".after."))
    formatted = format_spec("specs/workflows/x/case.yaml", before.read_text(encoding="utf-8"))
    assert formatted.text == after.read_text(encoding="utf-8")


def test_the_order_names_every_declared_key_once() -> None:
    kinds = [*s.STEP_KINDS.values(), d.Workflow, d.Operation, d.Binding, d.Variant, d.System, d.ErrorClass, d.City]
    for kind in kinds:
        assert sorted(order_of(kind)) == sorted(keys_of(kind)), kind


def test_what_cannot_be_read_is_left_as_it_is_with_the_finding() -> None:
    text = "id: WF-1\nsteps: [\n"
    formatted = format_spec("specs/workflows/x/x.yaml", text)
    assert (formatted.text, [f.code for f in formatted.findings]) == (text, ["YAML001"])


def test_anchors_are_none_of_the_language_and_are_left_alone() -> None:
    text = "id:   &a WF-1\nworkflow:   *a\n"
    assert format_spec("specs/workflows/x/x.yaml", text).text == text
