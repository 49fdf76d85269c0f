"""CEL's own conformance suite, where it lies beside the checkout, through its runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.cel import main

CASES = Path(__file__).resolve().parents[3] / "shared" / "cel" / "conformance.json"
CORRUPT = "parse/bytes_literals/triple_single_quoted_unescaped_punctuation"
r"""The stored case asks for a backslash that its expression does not have: the suite writes the bytes as `\?`, which
its text format reads as `?` (as the same case of strings was read); the reference gives the bytes without it too."""


def test_every_case_of_the_suite_passes(capsys: pytest.CaptureFixture[str]) -> None:
    if not CASES.exists():
        pytest.skip("the conformance cases are not beside this checkout")
    count = len(json.loads(CASES.read_text(encoding="utf-8")))
    main([str(CASES)])
    *failures, summary = capsys.readouterr().out.splitlines()
    print(summary)
    assert [line.split(": ")[0] for line in failures] == [CORRUPT]
    assert count > 1000 and summary == f"passed {count - 1} of {count}"


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ({"expr": "1 + 1", "value": {"int": "2"}}, None),
        ({"expr": "1 + 1", "value": {"int": "3"}}, "gives 2, not 3"),
        ({"expr": "1", "value": {"uint": "1"}}, "gives 1, not 1u"),
        ({"expr": "1 / 0", "error": True}, None),
        ({"expr": "1 / 1", "error": True}, "gives 1, not an error"),
        ({"expr": "1 / 0", "value": {"int": "1"}}, "has no value: division by zero"),
        ({"expr": "1 +", "error": True}, None),
        ({"expr": "[1]", "type": {"list": "int"}, "check_only": True}, None),
        ({"expr": "[1]", "type": {"list": "uint"}, "check_only": True}, "has the type list(int), not list(uint)"),
        ({"expr": "x", "bindings": {"x": {"int": "1"}}, "types": {"x": "int"}, "value": {"int": "1"}}, None),
        ({"expr": "x || true", "value": {"bool": True}, "unchecked": True}, None),
    ],
)
def test_the_runner_says_what_is_wrong(
    case: dict[str, Any], says: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([{"id": "one", **case}]), encoding="utf-8")
    assert main([str(file)]) == (0 if says is None else 1)
    lines = capsys.readouterr().out.splitlines()
    assert lines == (["passed 1 of 1"] if says is None else [f"one: {says}", "passed 0 of 1"])
