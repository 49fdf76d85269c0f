"""The cache changes no result, survives damage, and lets no strange object in."""

from __future__ import annotations

import pickle
import random
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from cityos_compiler.cli.lint import _lint
from cityos_compiler.findings.cache import Cache, Linted, key_of, read_sources
from cityos_compiler.passes import check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lint.corpus import BASE, CASES, broken
from tests.lint.hostile import mutated


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CITYOSC_CACHE_DIR", str(tmp_path / "cache"))
    shutil.copytree(BASE, tmp_path / "project")
    return tmp_path / "project"


def _cached(root: Path) -> Linted:
    return _lint(root, read_sources(root), no_cache=False)


def _kept(root: Path) -> list[Path]:
    return sorted(path for path in (root.parent / "cache").rglob("*") if path.is_file())


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
    monkeypatch.setattr("cityos_compiler.passes.check", None)
    assert _cached(root) == first


def test_a_damaged_cache_is_none(root: Path) -> None:
    broken(root, CASES[0])
    first = _cached(root)
    (kept,) = _kept(root)
    data = kept.read_bytes()
    rng = random.Random(1)
    for _ in range(40):
        kept.write_bytes(mutated(rng, data))
        assert _cached(root) == first
    kept.unlink()
    kept.mkdir()
    assert _cached(root) == first


def test_a_cache_with_something_else_in_it_runs_nothing(root: Path) -> None:
    _cached(root)
    (kept,) = _kept(root)
    ran = root.parent / "ran"
    payload = b"cposix\nsystem\n(S'touch " + str(ran).encode() + b"'\ntR."
    kept.write_bytes(sha256(payload).digest() + payload)
    assert Cache(root).get(kept.name) is None
    assert not ran.exists()
    pickle.loads(payload)  # the same bytes do run something where pickle may
    assert ran.exists()


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
    assert len(_kept(root)) == 8


def test_names_and_contents_can_not_be_mistaken_for_each_other() -> None:
    assert key_of({"a": b"b", "c": b""}) != key_of({"a": b"", "c": b"b"})
    assert key_of({"a": b"1 c 0 "}) != key_of({"a": b"", "c": b"1"})
