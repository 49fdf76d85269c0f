"""The cache changes no result, survives damage, and lets no strange object in."""

from __future__ import annotations

import pickle
import random
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from cityos_compiler.cli.lint import _lint
from cityos_compiler.findings.cache import AROUND, PARTS, RESULTS, Cache, Linted, key_of, read_sources
from cityos_compiler.keeping.pickled import loads
from cityos_compiler.passes import check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lint.corpus import BASE, CASES, broken
from tests.lint.hostile import mutated


@pytest.fixture
def root(tmp_path: Path, empty_cache: None) -> Path:
    shutil.copytree(BASE, tmp_path / "project")
    return tmp_path / "project"


def _cached(root: Path) -> Linted:
    return _lint(root, read_sources(root), no_cache=False)


def _kept(root: Path, kind: str = "*") -> list[Path]:
    return sorted(path for path in (root.parent / "cache").glob(f"lint/*/{kind}/*") if path.is_file())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_edits_back_and_forth_give_what_an_uncached_run_gives(root: Path, seed: int) -> None:
    rng = random.Random(seed)
    files = sorted((root / "specs").rglob("*.yaml"))
    sound = {path: path.read_bytes() for path in files}
    for _ in range(6):
        path = rng.choice(files)
        path.write_bytes(sound[path] if rng.random() < 0.4 else mutated(rng, path.read_bytes()))
        for _ in range(2):
            linted = _cached(root)
            fresh = check(root)
            assert linted.findings == fresh.findings
            assert linted.files == list(fresh.project.texts)
    for path, data in sound.items():
        path.write_bytes(data)


def test_a_second_run_checks_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(root, CASES[0])
    first = _cached(root)
    assert first.findings
    monkeypatch.setattr("cityos_compiler.keeping.check.check_sources", None)
    assert _cached(root) == first


@pytest.mark.parametrize("kind", [RESULTS, PARTS, AROUND])
def test_a_damaged_cache_is_none(root: Path, kind: str) -> None:
    broken(root, CASES[0])
    first = _cached(root)
    (kept,) = _kept(root, kind)
    data = kept.read_bytes()
    rng = random.Random(1)
    for number in range(20):
        _another_edit(root, number)
        kept.write_bytes(mutated(rng, data))
        assert _cached(root) == first
    kept.unlink(missing_ok=True)
    kept.mkdir()
    _another_edit(root, 20)
    assert _cached(root) == first


def _another_edit(root: Path, number: int) -> None:
    """An edit that changes no finding: the whole result is looked for in vain, and parts are asked."""
    path = root / "specs/workflows/order/wf-002-reminder.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"# {number}\n", encoding="utf-8")


@pytest.mark.parametrize("kind", [RESULTS, PARTS, AROUND])
def test_a_cache_with_something_else_in_it_runs_nothing(root: Path, kind: str) -> None:
    _cached(root)
    (kept,) = _kept(root, kind)
    ran = root.parent / "ran"
    payload = b"cposix\nsystem\n(S'touch " + str(ran).encode() + b"'\ntR."
    kept.write_bytes(sha256(payload).digest() + payload)
    assert Cache(root).get(kind, kept.name) is None
    assert not ran.exists()
    pickle.loads(payload)  # the same bytes do run something where pickle may
    assert ran.exists()


@pytest.mark.parametrize("name", ["subprocess.Popen", "cityos_compiler.heads.Heads", "cityos_dsl.project.load"])
def test_nothing_is_read_but_data(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    with pytest.raises(pickle.UnpicklingError):
        loads(f"c{module}\n{attribute}\n.".encode())


def test_a_cache_that_can_not_be_written_is_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root.parent / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CITYOSC_CACHE_DIR", str(root.parent / "file"))
    assert _cached(root).findings == []


def test_without_the_cache_nothing_is_kept(root: Path) -> None:
    _lint(root, read_sources(root), no_cache=True)
    assert _kept(root) == []


def test_only_the_last_results_are_kept(root: Path) -> None:
    path = root / "specs/cityos.yaml"
    for number in range(12):
        path.write_text(path.read_text(encoding="utf-8") + f"# {number}\n", encoding="utf-8")
        _cached(root)
    assert [len(_kept(root, kind)) for kind in (RESULTS, PARTS, AROUND)] == [8, 1, 2]


def test_names_and_contents_can_not_be_mistaken_for_each_other() -> None:
    assert key_of({"a": b"b", "c": b""}) != key_of({"a": b"", "c": b"b"})
    assert key_of({"a": b"1 c 0 "}) != key_of({"a": b"", "c": b"1"})
