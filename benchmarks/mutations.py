"""Random single-point mutations of the real specs: which of them does `cityosc lint` find?

usage: python benchmarks/mutations.py [COUNT [SEED]]

Prints by kind how many were found, how many changed nothing (the same digests), and which survived.
"""

from __future__ import annotations

import collections
import functools
import json
import multiprocessing
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cityos_compiler import ir
from cityos_compiler.backends.python.systems import systems_data
from cityos_compiler.passes import Checked, check
from mutating import (
    EFFECTS,
    TYPES,
    Change,
    Document,
    Mutation,
    dropping,
    in_other_unit,
    item_dropped,
    item_swapped,
    maps,
    marker_dropped,
    misspelt,
    other_of,
    requirement_dropped,
    rewriting,
    turned,
)

from cityos_dsl import project as loading
from cityos_dsl.expr import types as t
from cityos_dsl.project import Project, load
from cityos_dsl.source import Mapping

ROOT = Path(__file__).parents[1]
FOUND, HARMLESS, SURVIVED = "found", "harmless", "survived"


def changes(project: Project) -> dict[str, list[Change]]:
    """The kinds of changes to workflows and to systems; some take another name of the project."""
    operations = tuple(sorted(name for name in project.operations if ":" not in name))
    signals, errors = tuple(sorted(project.signals)), tuple(sorted(project.errors))
    enums = [kind.members for kind in project.types.values() if isinstance(kind, t.EnumType)]
    workflows: list[Change] = [
        rewriting("a name misspelt", (), misspelt),
        rewriting("another operation", ("do",), other_of(operations)),
        rewriting("another compensation", ("compensate",), other_of(operations)),
        rewriting("another error class", ("fail",), other_of(errors)),
        rewriting("another enum member", (), _other_member(enums)),
        rewriting("another type", (), other_of(TYPES)),
        rewriting("another unit of time", (), in_other_unit),
        rewriting("a comparison turned round", (), turned),
        rewriting("another bound", ("at_most", "max_items", "concurrency", "rounds"), _ten_times),
        _other_key("another signal", signals),
        dropping("a compensation removed", "compensate"),
        dropping("a no_undo removed", "no_undo"),
        dropping("a condition dropped", "if", beside=("do", "leave", "next", "group", "await", "call", "set", "emit")),
        dropping("a where dropped", "where"),
        dropping("a timeout branch dropped", "timeout"),
        dropping("a duration dropped", "for", "until", "within"),
        dropping("a catch dropped", "catch"),
        dropping("an on_failure dropped", "on_failure"),
        dropping("rounds dropped", "rounds"),
        dropping("a key dropped", "key"),
        dropping("inputs dropped", "with", beside=("do", "call", "start", "emit", "fail")),
        dropping("a bound dropped", "at_most", "max_items"),
        dropping("an exhausted branch dropped", "exhausted"),
        dropping("a receives dropped", "receives"),
        dropping("a meanwhile dropped", "meanwhile"),
        dropping("a default branch dropped", "default", "else"),
    ]
    systems: list[Change] = [
        rewriting("another effect", ("effect",), other_of(EFFECTS)),
        rewriting("another type of an operation", (), other_of(TYPES)),
        rewriting("another unit of time in a system", ("timeout", "first", "max", "within"), in_other_unit),
        dropping("an idempotency dropped", "idempotency"),
        dropping("a lookup dropped", "lookup"),
        dropping("an absent dropped", "absent"),
        dropping("a completes dropped", "completes"),
        rewriting("a name misspelt in a system", ("retry", "error", "match", "else", "request"), misspelt),
    ]
    return {"specs/workflows": workflows, "specs/systems": systems}


def _other_member(enums: list[tuple[str, ...]]) -> Callable[[str, random.Random], str | None]:
    """Another member of the same enumeration, for one that stands in the text."""
    others = {one: [other for other in members if other != one] for members in enums for one in members}

    def rewrite(text: str, rng: random.Random) -> str | None:
        found = [one for one in re.finditer(r"[A-Za-z_]+", text) if others.get(one[0])]
        if not found:
            return None
        one = rng.choice(found)
        return text[: one.start()] + rng.choice(others[one[0]]) + text[one.end() :]

    return rewrite


def _other_key(kind: str, names: tuple[str, ...]) -> Change:
    """Another name of the project, where one stands as a key."""

    def change(document: Document, holder: Mapping, rng: random.Random) -> Iterator[Mutation]:
        for key, _ in holder:
            if key.text in names:
                yield from document.replaced(kind, key, rng.choice([name for name in names if name != key.text]))

    return change


def _ten_times(text: str, rng: random.Random) -> str | None:
    return f"{text}0" if text.isdigit() else None


def mutations(root: Path, rng: random.Random) -> dict[str, list[Mutation]]:
    """Every mutation that can be made, by kind; what a change writes is drawn once for each place."""
    made: dict[str, list[Mutation]] = collections.defaultdict(list)
    for folder, kinds in changes(load(root)).items():
        for path in sorted((root / folder).rglob("*.yaml")):
            document = Document(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
            found = [one for holder in maps(document.tree) for change in kinds for one in change(document, holder, rng)]
            if folder == "specs/workflows":
                for anywhere in (item_dropped, item_swapped, marker_dropped, requirement_dropped):
                    found += anywhere(document, rng)
            for one in found:
                made[one.kind].append(one)
    return made


def drawn(made: dict[str, list[Mutation]], count: int, rng: random.Random) -> list[Mutation]:
    """So many mutations, each kind in turn, as long as it has any."""
    left = {kind: rng.sample(found, len(found)) for kind, found in sorted(made.items())}
    chosen: list[Mutation] = []
    while len(chosen) < count and any(left.values()):
        chosen += [found.pop() for found in left.values() if found]
    return chosen[:count]


def digests(checked: Checked) -> str:
    """What the specs mean, as one text: equal where a change makes no difference."""
    meant = [ir.digest(workflow) for workflow in checked.workflows]
    return json.dumps([meant, systems_data(checked.project)], sort_keys=True)


class Judge:
    """One process' own copy of the specs, in which it makes one mutation after the other."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="mutations-"))
        shutil.copytree(ROOT / "specs", self.root / "specs")
        clean = check(self.root)
        assert not clean.findings, "the specs have findings of their own"
        self.meant = digests(clean)
        # All files but one are as before: they are composed once a process.
        loading.compose = functools.lru_cache(maxsize=512)(loading.compose)

    def verdict(self, mutation: Mutation) -> tuple[str, str]:
        """Whether a mutation is found, and by which code."""
        file = self.root / mutation.file
        text = file.read_text(encoding="utf-8")
        file.write_text(mutation.applied(text), encoding="utf-8")
        try:
            checked = check(self.root)
        finally:
            file.write_text(text, encoding="utf-8")
        if checked.findings:
            return FOUND, checked.findings[0].code
        return (HARMLESS, "") if digests(checked) == self.meant else (SURVIVED, "")


_judges: list[Judge] = []


def judged(mutation: Mutation) -> tuple[str, str]:
    """The verdict of this process' judge."""
    if not _judges:
        _judges.append(Judge())
    return _judges[0].verdict(mutation)


def main() -> None:
    """Draw, judge, and print the rates by kind and the survivors."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    chosen = drawn(mutations(ROOT, rng), count, rng)
    start = time.perf_counter()
    with multiprocessing.Pool(2) as pool:
        verdicts = pool.map(judged, chosen, chunksize=10)
    for line in shown(chosen, verdicts):
        print(line)
    print(f"{len(chosen)} mutations, seed {seed}, {time.perf_counter() - start:.0f} s")


def shown(chosen: list[Mutation], verdicts: list[tuple[str, str]]) -> Iterator[str]:
    """A table by kind, then every survivor with its place."""
    by_kind: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for mutation, (verdict, _) in zip(chosen, verdicts, strict=True):
        by_kind[mutation.kind][verdict] += 1
    yield "| kind | made | found | harmless | survived |"
    yield "|---|---|---|---|---|"
    total = sum(by_kind.values(), collections.Counter())
    for kind, counts in [*sorted(by_kind.items()), ("all", total)]:
        each = " | ".join(str(counts[verdict]) for verdict in (FOUND, HARMLESS, SURVIVED))
        yield f"| {kind} | {counts.total()} | {each} |"
    codes = collections.Counter(code for verdict, code in verdicts if verdict == FOUND)
    yield "found by: " + ", ".join(f"{code} {number}" for code, number in codes.most_common())
    for mutation, (verdict, _) in sorted(zip(chosen, verdicts, strict=True), key=lambda pair: pair[0].kind):
        if verdict == SURVIVED:
            yield f"survived: {mutation.kind}: {mutation.file}:{mutation.line} {mutation.text.strip()[:60]}"


if __name__ == "__main__":
    main()
