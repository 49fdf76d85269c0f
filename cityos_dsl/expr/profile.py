"""The profile that specs speak: what CEL has beyond it, and what to write instead."""

from __future__ import annotations

from functools import lru_cache

from cityos_dsl.expr.ast import Call, Expr, ListOf, Literal, Macro, MapOf, Method, Name

_OPTIONALS = "a value that may be missing is null in specs: `default(x, y)`, `x.?field`, `x != null && ...`"
_CALLS: dict[str, str] = {
    "dyn": "every value has a type that is known before the run",
    "type": "every value has a type that is known before the run",
    "uint": "use `int`",
    "matches": "write `text.matches(pattern)`",
    "optional.none": _OPTIONALS,
    "optional.of": _OPTIONALS,
    "optional.ofNonZeroValue": _OPTIONALS,
}
_MACROS: dict[str, str] = {
    "bind": "name the value with a step of its own: `set`",
    "optMap": _OPTIONALS,
    "optFlatMap": _OPTIONALS,
    "existsOne": "write `exists_one`",
}


@lru_cache(maxsize=1)
def _of_cel() -> frozenset[tuple[str, bool]]:
    """What all of CEL can call; loaded only where a spec calls what its profile has not."""
    from cityos_dsl.expr.cel.library import DECLARED

    return frozenset(DECLARED)


def not_in_specs(node: Expr) -> tuple[str, str | None] | None:
    """What to say, and the help, where a spec uses something of CEL that only the whole language has.

    Functions and methods are asked about only when the profile's own table has none of that name.
    """
    match node:
        case Literal(kind="uint"):
            return "numbers without a sign are not for specs", "leave out the `u`"
        case Name(name=name) if name.startswith("."):
            return f"`{name}` names what stands outside of all variables, which specs have not", f"write `{name[1:]}`"
        case ListOf(optional=optional) | MapOf(optional=optional) if optional:
            return "an item that is left out where it is missing is not for specs", _OPTIONALS
        case Call(function=name) if (name, False) in _of_cel():
            return f"`{name}` is not for specs", _CALLS.get(name)
        case Method(name="value" | "or" as name):
            return f"`{name}` is not for specs", _OPTIONALS
        case Method(name=name) if (name, True) in _of_cel():
            return f"`{name}` is not for specs", None
        case Macro(second=second, name=name) if second:
            return f"`{name}` with two variables is not for specs", "use one variable: an item, or a map's key"
        case Macro(name=name) if name in _MACROS:
            return f"`{'cel.bind' if name == 'bind' else name}` is not for specs", _MACROS[name]
    return None
