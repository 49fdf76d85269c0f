"""Everything that can be called, for the checker (`DECLARED`) and for the evaluator (`RUNNING`)."""

from __future__ import annotations

from cityos_dsl.expr.cel.collections import COLLECTIONS, DYNAMIC_INDEX, LISTS, OPTIONALS
from cityos_dsl.expr.cel.comparison import COMPARISONS, DYNAMIC
from cityos_dsl.expr.cel.conversions import CONVERSIONS
from cityos_dsl.expr.cel.numbers import ARITHMETIC, MATH
from cityos_dsl.expr.cel.overloads import overload, table_of
from cityos_dsl.expr.cel.strings import STRINGS
from cityos_dsl.expr.cel.times import TIMES

_LOGIC = (
    overload("!_(bool) -> bool", lambda value: not value),
    overload("_&&_(bool, bool) -> bool", lambda left, right: left and right),
    overload("_||_(bool, bool) -> bool", lambda left, right: left or right),
    overload("_?_:_(bool, A, A) -> A", lambda test, then, otherwise: then if test else otherwise),
)
# Of several overloads that fit a type that is still open, the first decides it: the order is the reference's.
_ALL = (
    *_LOGIC,
    *ARITHMETIC,
    *COMPARISONS,
    *CONVERSIONS,
    *COLLECTIONS,
    *STRINGS,
    *TIMES,
    *MATH,
    *LISTS,
    *OPTIONALS,
)

DECLARED = table_of(_ALL)
RUNNING = table_of((*_ALL, *DYNAMIC, *DYNAMIC_INDEX))
