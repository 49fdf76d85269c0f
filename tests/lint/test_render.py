"""Findings as people and machines read them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cityos_compiler.findings.github import as_github
from cityos_compiler.findings.junit import as_junit
from cityos_compiler.findings.sarif import as_sarif
from cityos_compiler.render import as_json, has_color, human
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from cityos_dsl.diagnostics import Finding, Related, Severity, Span

FILE = "specs/workflows/a b.yaml"
TEXT = 'id: WF-1\nsummary: "価格 é x"\nsteps:\n  - do: pay\n\n  - do: ship\n  - a\n  - b\n  - c\n\tend\n'
SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))


def _finding(*place: int, severity: Severity = Severity.ERROR, related: tuple[Related, ...] = ()) -> Finding:
    line, column, end_line, end_column = place
    span = Span(FILE, line, column, end_line, end_column)
    return Finding("SAGA001", "100% wrong: this, that", span, "mend it", severity, related)


def _human(*findings: Finding, color: bool = False) -> list[str]:
    return human(findings, {FILE: TEXT}, color=color).split("\n")


def test_the_characters_of_one_line_are_underlined() -> None:
    assert _human(_finding(1, 5, 1, 9)) == [
        f"{FILE}:1:5 error SAGA001: 100% wrong: this, that",
        " 1 | id: WF-1",
        "   |     ^^^^",
        "   = help: mend it",
        "",
        "1 error",
    ]


def test_wide_characters_take_two_cells_and_tabs_four() -> None:
    assert _human(_finding(2, 13, 2, 15))[1:3] == [' 2 | summary: "価格 é x"', "   |               ^^"]
    assert _human(_finding(2, 11, 2, 13))[2] == "   |           ^^^^"
    assert _human(_finding(10, 2, 10, 5))[1:3] == [" 10 |     end", "    |     ^^^"]


def test_several_lines_are_marked_each_and_long_ones_cut() -> None:
    assert _human(_finding(3, 1, 5, 3))[1:5] == [" 3 | steps:", "   | ^^^^^^", " 4 |   - do: pay", "   |   ^^^^^^^^^"]
    assert _human(_finding(3, 1, 9, 4))[1:6] == [" 3 | steps:", "   | ^^^^^^", "   | ...", " 9 |   - c", "   |   ^"]


def test_a_block_that_ends_at_the_next_lines_beginning_ends_above_it() -> None:
    assert _human(_finding(4, 5, 6, 3))[1:4] == [" 4 |   - do: pay", "   |     ^^^^^^^", "   = help: mend it"]


def test_related_places_show_their_own_lines() -> None:
    related = Related(Span(FILE, 6, 5, 6, 13), "the other one")
    assert _human(_finding(4, 5, 4, 12, related=(related,)))[4:7] == [
        f"   = see: {FILE}:6 the other one",
        " 6 |   - do: ship",
        "   |     --------",
    ]


def test_the_last_line_counts_by_weight() -> None:
    findings = [_finding(1, 1, 1, 2), _finding(2, 1, 2, 2), _finding(3, 1, 3, 2, severity=Severity.WARNING)]
    findings.append(_finding(4, 1, 4, 2, severity=Severity.NOTE))
    assert _human(*findings)[-1] == "2 errors, 1 warning, 1 note"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "colored"),
    [
        (_Terminal(), {}, True),
        (_Terminal(), {"NO_COLOR": "1"}, False),
        (_Terminal(), {"NO_COLOR": ""}, True),
        (_Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals(
    stream: io.StringIO, environment: dict[str, str], colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert has_color(stream) is colored
    assert ("\x1b[" in "".join(_human(_finding(1, 1, 1, 2), color=colored))) is colored


def test_nothing_of_a_spec_reaches_the_terminal_as_a_command() -> None:
    span = Span("f", 1, 1, 1, 4)
    said = human([Finding("YAML001", "\x1b[2Jgone \u202e", span, "\x07")], {"f": "\x1b[31m\u202e"})
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\x07" not in said


def test_sarif_is_valid_and_says_it_all() -> None:
    related = (Related(Span(FILE, 6, 5, 6, 13), "the other one"),)
    findings = [_finding(4, 5, 4, 12, related=related), _finding(1, 1, 2, 1, severity=Severity.NOTE)]
    log = json.loads(as_sarif(findings, "0.1.0", "city/"))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    run = log["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["SAGA001"]
    first = run["results"][0]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "city/specs/workflows/a%20b.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 12},
    }
    assert first["relatedLocations"][0]["message"] == {"text": "the other one"}
    assert [result["level"] for result in run["results"]] == ["error", "note"]


def test_the_schema_refuses_what_is_no_sarif() -> None:
    log = json.loads(as_sarif([_finding(1, 1, 1, 2)], "0.1.0"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(log)


def test_github_commands_are_escaped() -> None:
    assert as_github([_finding(1, 5, 1, 9), _finding(1, 1, 2, 1, severity=Severity.NOTE)], "a,b/").split("\n") == [
        "::error file=a%2Cb/specs/workflows/a b.yaml,line=1,endLine=1,col=5,endColumn=9,title=SAGA001"
        "::100%25 wrong: this, that%0Amend it",
        "::notice file=a%2Cb/specs/workflows/a b.yaml,line=1,endLine=2,title=SAGA001"
        "::100%25 wrong: this, that%0Amend it",
    ]


def test_junit_counts_files_and_findings() -> None:
    report = JUnitXml.fromstring(
        as_junit([_finding(1, 5, 1, 9), _finding(2, 1, 2, 2)], [FILE, "specs/b.yaml"]).encode()
    )
    suites: Any = list(report)
    assert [(suite.name, suite.tests, suite.failures) for suite in suites] == [("specs/b.yaml", 1, 0), (FILE, 2, 2)]
    failed = next(iter(suites[1]))
    assert (failed.name, failed.result[0].type) == ("SAGA001 1:5", "SAGA001")
    assert "help: mend it" in failed.result[0].text


@given(st.text(max_size=30), st.text(max_size=80), st.tuples(*[st.integers(1, 9)] * 4))
def test_every_format_takes_every_text(message: str, text: str, place: tuple[int, int, int, int]) -> None:
    line, column, more, width = place
    finding = Finding("SAGA001", message, Span("f", line, column, line + more - 1, column + width), message)
    human([finding], {"f": text})
    jsonschema.Draft4Validator(SCHEMA).validate(json.loads(as_sarif([finding], "1")))
    JUnitXml.fromstring(as_junit([finding], ["f"]).encode("utf-8", "surrogatepass"))
    assert as_github([finding]).count("\n") == 0
    assert json.loads(as_json([finding]))[0]["message"] == message
