"""Typed expressions of CEL for hypothesis: by type, what may be written there.

`substring` with an end is left out: the reference refuses the text's own end, `'ab'.substring(0, 2)`.
Maps of several entries are not made into lists: which entry comes first is not said by CEL.

`<int>` stands for any expression of that type, `$` for a fresh variable, and `<int|string>` for an
expression in which that variable is a string. `<other>` is an expression of any type: a mistake, mostly.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

VARIABLES: dict[str, str] = {
    "i": "int",
    "u": "uint",
    "d": "double",
    "s": "string",
    "b": "bytes",
    "t": "bool",
    "xs": "list(int)",
    "m": "map(string, int)",
    "a.b": "int",
    "anything": "dyn",
}

LEAVES: dict[str, list[str]] = {
    "int": ["0", "1", "-1", "2", "7", "-3", "64", "9223372036854775807", "-9223372036854775808", "0x1F", "i", "a.b"],
    "uint": ["0u", "1u", "2u", "63u", "0xFFu", "18446744073709551615u", "u"],
    "double": ["0.0", "-0.0", "1.0", "-1.5", "2.5", "0.1", "1e20", "1e-7", "123456.789", "9223372036854775807.0", "d"],
    "string": ["''", "'a'", "'ab,c'", "'Ünï'", "'1'", "'-12'", "' 3 '", "'1.5e3'", "'true'", "'x.y'", "'%s %d'", "s"],
    "bytes": ["b''", "b'abc'", "b'\\xff'", "b'\\303\\277'", "b"],
    "bool": ["true", "false", "t"],
    "null": ["null"],
    "timestamp": [
        "timestamp(0)",
        "timestamp('2009-02-13T23:31:30Z')",
        "timestamp('2024-02-29T00:00:00.123456789+05:30')",
        "timestamp('9999-12-31T23:59:59.999999999Z')",
        "timestamp('0001-01-01T00:00:00Z')",
    ],
    "duration": ["duration('0s')", "duration('1h30m')", "duration('-1.5s')", "duration('1ns')", "duration('87600h')"],
    "list(int)": ["[]", "[1, 2, 3]", "[-1, 0]", "[i]", "xs"],
    "list(string)": ["['a', 'b']", "['']", "'a,b'.split(',')"],
    "list(double)": ["[1.5, -2.0]", "[0.0]"],
    "list(dyn)": ["[1, 'a', 2.0]", "[dyn(1), 1u]"],
    "map(string, int)": ["{'a': 1, 'b': 2}", "{'a': i}", "m"],
    "map(int, string)": ["{1: 'x', -2: 'y'}", "{0: s}"],
    "optional(int)": ["optional.none()", "optional.of(1)", "m.?a", "xs[?0]", "xs[?9]"],
    "optional(string)": ["optional.of('o')", "{1: 'x'}[?2]", "optional.ofNonZeroValue('')"],
    "dyn": ["dyn(1)", "dyn('a')", "dyn(1.0)", "dyn(2u)", "dyn([1])", "dyn({'a': 1})", "dyn(null)", "anything"],
    "type": ["int", "string", "type(1u)", "list", "map", "google.protobuf.Duration", "type(null)", "bytes"],
}

_NUMBERS = ("int", "uint", "double")
_ORDERED = (*_NUMBERS, "string", "bytes", "bool", "timestamp", "duration")
_ZONES = ("'UTC'", "'America/New_York'", "'-02:30'", "'+09:00'", "'Asia/Kathmandu'", "'Nowhere'")
_PARTS = ("FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear", "Hours", "Minutes", "Seconds")

RULES: dict[str, list[str]] = {
    "int": [
        *(f"(<int> {op} <int>)" for op in "+-*/%"),
        "-(<int>)",
        *(f"int(<{kind}>)" for kind in (*_NUMBERS, "string", "timestamp")),
        *(f"size(<{kind}>)" for kind in ("string", "bytes", "list(dyn)", "map(string, int)")),
        "(<string>).size()",
        "(<list(int)>)[<int>]",
        "(<map(string, int)>)[<string>]",
        "(<map(string, int)>).a",
        "(<bool> ? <int> : <int>)",
        "math.abs(<int>)",
        "math.sign(<int>)",
        *(f"math.bit{name}(<int>, <int>)" for name in ("And", "Or", "Xor", "ShiftLeft", "ShiftRight")),
        "math.bitNot(<int>)",
        "math.greatest(<int>, <int>, <int>)",
        "math.least(<list(int)>)",
        "(<string>).indexOf(<string>)",
        "(<string>).lastIndexOf(<string>, <int>)",
        "(<duration>).getMinutes()",
        "(<duration>).getMilliseconds()",
        *(f"(<timestamp>).get{part}()" for part in _PARTS),
        *(f"(<timestamp>).getHours({zone})" for zone in _ZONES),
        "(<timestamp>).getDayOfYear('Australia/Sydney')",
        "(<optional(int)>).orValue(<int>)",
        "(<optional(int)>).value()",
        "cel.bind($, <int>, <int|int>)",
        "cel.bind($, <string>, <int|string>)",
    ],
    "uint": [
        *(f"(<uint> {op} <uint>)" for op in "+-*/%"),
        *(f"uint(<{kind}>)" for kind in (*_NUMBERS, "string")),
        "math.bitAnd(<uint>, <uint>)",
        "math.bitNot(<uint>)",
        "math.bitShiftLeft(<uint>, <int>)",
        "math.greatest(<uint>, <uint>)",
        "math.sign(<uint>)",
        "(<bool> ? <uint> : <uint>)",
    ],
    "double": [
        *(f"(<double> {op} <double>)" for op in "+-*/"),
        "-(<double>)",
        *(f"double(<{kind}>)" for kind in (*_NUMBERS, "string")),
        *(f"math.{name}(<double>)" for name in ("ceil", "floor", "round", "trunc", "abs", "sign", "sqrt")),
        "math.least(<double>, <double>)",
        "math.greatest(<list(double)>)",
        "(<list(double)>)[<int>]",
    ],
    "string": [
        "(<string> + <string>)",
        *(f"string(<{kind}>)" for kind in (*_NUMBERS, "string", "bool", "bytes", "timestamp", "duration")),
        "(<string>).charAt(<int>)",
        "(<string>).substring(<int>)",
        "(<string>).replace(<string>, <string>)",
        "(<string>).replace(<string>, <string>, <int>)",
        *(f"(<string>).{name}()" for name in ("lowerAscii", "upperAscii", "trim")),
        "('' + <string>).reverse()",
        "(<list(string)>).join()",
        "(<list(string)>).join(<string>)",
        "strings.quote(<string>)",
        "base64.encode(<bytes>)",
        "'%s'.format([<other>])",
        *(f"'{clause}'.format([<int>])" for clause in ("%d", "%b", "%o", "%x", "%X", "%e", "%.2f", "%s")),
        *(f"'{clause}'.format([<double>])" for clause in ("%d", "%e", "%.3f", "%.0f")),
        "(<string>).format(<list(dyn)>)",
        "(<list(string)>)[<int>]",
        "(<map(int, string)>)[<int>]",
        "(<optional(string)>).orValue(<string>)",
        "(<bool> ? <string> : <string>)",
        "cel.bind($, <list(int)>, <string|list(int)>)",
    ],
    "bytes": ["(<bytes> + <bytes>)", "bytes(<string>)", "base64.decode(<string>)", "(<bool> ? <bytes> : <bytes>)"],
    "bool": [
        "(<bool> && <bool>)",
        "(<bool> || <bool>)",
        "!(<bool>)",
        *(f"(<{kind}> {op} <{kind}>)" for kind in _ORDERED for op in ("<", "<=", ">", ">=", "==", "!=")),
        *(f"(<{kind}> == <{kind}>)" for kind in LEAVES),
        *(f"(<dyn> {op} <dyn>)" for op in ("<", "<=", ">", ">=", "!=")),
        *(f"(dyn(<{one}>) {op} <{two}>)" for one in _NUMBERS for two in _NUMBERS for op in ("<", "==", ">=")),
        "(<int> in <list(int)>)",
        "(<dyn> in <list(dyn)>)",
        "(<string> in <map(string, int)>)",
        "bool(<string>)",
        *(f"(<string>).{name}(<string>)" for name in ("contains", "startsWith", "endsWith", "matches")),
        "has((<map(string, int)>).a)",
        "has(dyn(<map(string, int)>).zz)",
        *(f"(<list(int)>).{name}($, <bool|int>)" for name in ("all", "exists", "exists_one")),
        "(<list(dyn)>).all($, <bool|dyn>)",
        "(<map(string, int)>).exists($, <bool|string>)",
        "(<optional(int)>).hasValue()",
        *(f"math.{name}(<double>)" for name in ("isNaN", "isInf", "isFinite")),
        "(type(<other>) == <type>)",
    ],
    "timestamp": [
        "(<timestamp> + <duration>)",
        "(<duration> + <timestamp>)",
        "(<timestamp> - <duration>)",
        "timestamp(<int>)",
        "timestamp(string(<timestamp>))",
    ],
    "duration": [
        "(<duration> + <duration>)",
        "(<duration> - <duration>)",
        "(<timestamp> - <timestamp>)",
        "duration(string(<duration>))",
        "duration(<string>)",
    ],
    "list(int)": [
        "(<list(int)> + <list(int)>)",
        "[<int>, <int>]",
        "[?<optional(int)>, <int>]",
        "(<list(int)>).map($, <int|int>)",
        "(<list(int)>).map($, <bool|int>, <int|int>)",
        "(<list(int)>).filter($, <bool|int>)",
        "({<int>: 'one'}).map($, <int|int>)",
        "(<list(string)>).map($, <int|string>)",
    ],
    "list(string)": [
        "[<string>, <string>]",
        "(<string>).split(<string>)",
        "(<string>).split(<string>, <int>)",
        "(<list(int)>).map($, <string|int>)",
        "({<string>: 1}).filter($, <bool|string>)",
    ],
    "list(double)": ["[<double>, <double>]", "(<list(int)>).map($, <double|int>)"],
    "list(dyn)": ["[<other>, <other>]", "dyn(<list(int)>)", "[dyn(<int>), <other>]"],
    "map(string, int)": ["{<string>: <int>}", "{'a': <int>, ?'b': <optional(int)>}", "{'k': <int>, <string>: <int>}"],
    "map(int, string)": ["{<int>: <string>, 5: <string>}"],
    "optional(int)": [
        "optional.of(<int>)",
        "optional.ofNonZeroValue(<int>)",
        "(<map(string, int)>)[?<string>]",
        "(<list(int)>)[?<int>]",
        "(<optional(int)>).or(<optional(int)>)",
        "(<optional(int)>).optMap($, <int|int>)",
        "(<optional(string)>).optFlatMap($, <optional(int)|string>)",
    ],
    "optional(string)": ["optional.of(<string>)", "(<optional(int)>).optMap($, <string|int>)"],
    "dyn": [
        "dyn(<other>)",
        "(<dyn> + <dyn>)",
        "(<dyn> * <dyn>)",
        "(<list(dyn)>)[<int>]",
        "(<dyn>)[<dyn>]",
        "(<dyn>).a",
        "(<bool> ? <dyn> : <other>)",
        "math.greatest(<int>, <double>)",
    ],
    "type": ["type(<other>)"],
    "null": [],
}
_SLOT = re.compile(r"<([a-z]+(?:\([a-z, ]+\))?)(?:\|([a-z]+(?:\([a-z, ]+\))?))?>")

Scope = tuple[tuple[str, str], ...]


@st.composite
def expressions(draw: st.DrawFn, kind: str, depth: int = 3, scope: Scope = ()) -> str:
    """A text of the type over `VARIABLES` and the macros' variables in scope."""
    if kind == "other":
        kind = draw(st.sampled_from(sorted(LEAVES)))
    elif draw(st.integers(0, 60)) == 0:
        kind = draw(st.sampled_from(sorted(LEAVES)))  # a mistake of types, which both sides must find
    known = [name for name, type in scope if type == kind]
    if len(known) > 0 and draw(st.booleans()):
        return draw(st.sampled_from(known))
    if depth == 0 or not RULES[kind] or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(LEAVES[kind]))
    template = draw(st.sampled_from(RULES[kind]))
    variable = f"v{len(scope)}"
    parts: list[str] = []
    last = 0
    for slot in _SLOT.finditer(template):
        inner = (*scope, (variable, slot[2])) if slot[2] else scope
        parts += [template[last : slot.start()], draw(expressions(slot[1], depth - 1, inner))]
        last = slot.end()
    return "".join([*parts, template[last:]]).replace("$", variable)


def whole_expressions() -> st.SearchStrategy[str]:
    """Expressions whose values both sides can hand out: optionals stay inside."""
    shown = sorted(kind for kind in LEAVES if not kind.startswith("optional"))
    return st.sampled_from(shown).flatmap(expressions)
