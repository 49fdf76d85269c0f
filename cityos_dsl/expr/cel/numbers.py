"""Arithmetic in 64 bits, the comparison of numbers of any type, and the extension `math`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cityos_dsl.expr.cel.overloads import Overload, overload
from cityos_dsl.expr.cel.values import Uint, kind_of
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.library.arithmetic import div, divide_doubles, int64, mod
from cityos_dsl.expr.limits import INT_MAX, INT_MIN, UINT_MAX

_NUMBERS = ("int", "uint", "double")


def uint64(value: int) -> Uint:
    """The number as an unsigned one; raises `EvaluationError` where it does not fit."""
    if not 0 <= value <= UINT_MAX:
        raise EvaluationError("overflow", "the number does not fit into 64 bits without a sign")
    return Uint(value)


def compare(left: Any, right: Any) -> int | None:
    """-1, 0 or 1 as the left number is smaller, equal or greater; None where one is not a number at all."""
    if isinstance(left, float) != isinstance(right, float):
        if isinstance(right, float):
            inverse = compare(right, left)
            return None if inverse is None else -inverse
        return _compare_double(left, right)
    if left != left or right != right:
        return None
    return int(left > right) - int(left < right)


def _compare_double(left: float, right: int) -> int | None:
    """A double against a whole number, which is compared as a double where both could be one."""
    if math.isnan(left):
        return None
    top = UINT_MAX if isinstance(right, Uint) else INT_MAX
    if left > float(top):
        return 1
    if left < (0 if isinstance(right, Uint) else INT_MIN):
        return -1
    other = float(right)
    return int(left > other) - int(left < other)


def _modulus(left: int, right: int) -> int:
    if right == -1 and left == INT_MIN:
        raise EvaluationError("overflow", "the integer does not fit into 64 bits")
    result: int = mod(left, right)
    return result


def _divide_uint(left: int, right: int) -> Uint:
    if right == 0:
        raise EvaluationError("divide_by_zero", "division by zero")
    return Uint(int(left) // int(right))


def _modulus_uint(left: int, right: int) -> Uint:
    if right == 0:
        raise EvaluationError("modulus_by_zero", "remainder of a division by zero")
    return Uint(int(left) % int(right))


ARITHMETIC: tuple[Overload, ...] = (
    overload("_+_(int, int) -> int", lambda a, b: int64(a + b)),
    overload("_+_(uint, uint) -> uint", lambda a, b: uint64(int(a) + int(b))),
    overload("_+_(double, double) -> double", lambda a, b: a + b),
    overload("_-_(int, int) -> int", lambda a, b: int64(a - b)),
    overload("_-_(uint, uint) -> uint", lambda a, b: uint64(int(a) - int(b))),
    overload("_-_(double, double) -> double", lambda a, b: a - b),
    overload("_*_(int, int) -> int", lambda a, b: int64(a * b)),
    overload("_*_(uint, uint) -> uint", lambda a, b: uint64(int(a) * int(b))),
    overload("_*_(double, double) -> double", lambda a, b: a * b),
    overload("_/_(int, int) -> int", div),
    overload("_/_(uint, uint) -> uint", _divide_uint),
    overload("_/_(double, double) -> double", divide_doubles),
    overload("_%_(int, int) -> int", _modulus),
    overload("_%_(uint, uint) -> uint", _modulus_uint),
    overload("-_(int) -> int", lambda a: int64(-a)),
    overload("-_(double) -> double", lambda a: -a),
)


def _round(value: float) -> float:
    """To the nearest whole number, halves away from zero."""
    if not math.isfinite(value) or abs(value) >= 2**52:
        return value
    whole = math.floor(abs(value))
    return math.copysign(float(whole + (abs(value) - whole >= 0.5)), value)


def _whole(rounding: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: math.copysign(float(rounding(value)), value) if math.isfinite(value) else value


def _sign(value: float) -> float:
    return value if math.isnan(value) else float((value > 0) - (value < 0))


def _shifted(value: int, count: int, left: bool) -> int:
    """The 64 bits moved; what leaves them is lost, and zeros come in."""
    if count < 0:
        raise EvaluationError("invalid_argument", "a shift by a negative count")
    if count >= 64:
        return 0
    bits = int(value) & UINT_MAX
    return (bits << count) & UINT_MAX if left else bits >> count


def _signed(bits: int) -> int:
    return bits - 2**64 if bits > INT_MAX else bits


def _square_root(value: float) -> float:
    return math.nan if math.isnan(value) or value < 0 else math.sqrt(value)


def _extreme(sign: int) -> Callable[..., Any]:
    def run(*values: Any) -> Any:
        items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
        if not items:
            raise EvaluationError("invalid_argument", "an empty list has no least or greatest number")
        best = _number(items[0])
        for value in items[1:]:
            if compare(_number(value), best) == sign:
                best = value
        return best

    return run


def _number(value: Any) -> Any:
    if kind_of(value) not in _NUMBERS:
        raise EvaluationError("no_such_overload", f"a {kind_of(value)} is no number")
    return value


def _extremes(name: str, sign: int) -> list[Overload]:
    run = _extreme(sign)
    alone = [overload(f"{name}({kind}) -> {kind}", run) for kind in _NUMBERS]
    lists = [overload(f"{name}(list({kind})) -> {kind}", run) for kind in _NUMBERS]
    pairs = [
        overload(f"{name}({one}, {other}) -> {one if one == other else 'dyn'}", run)
        for one in _NUMBERS
        for other in _NUMBERS
    ]
    return [*alone, *pairs, *lists]


MATH: tuple[Overload, ...] = (
    *_extremes("math.least", -1),
    *_extremes("math.greatest", 1),
    overload("math.ceil(double) -> double", _whole(math.ceil)),
    overload("math.floor(double) -> double", _whole(math.floor)),
    overload("math.trunc(double) -> double", _whole(math.trunc)),
    overload("math.round(double) -> double", _round),
    overload("math.abs(int) -> int", lambda a: int64(abs(a))),
    overload("math.abs(uint) -> uint", lambda a: a),
    overload("math.abs(double) -> double", abs),
    overload("math.sign(int) -> int", lambda a: (a > 0) - (a < 0)),
    overload("math.sign(uint) -> uint", lambda a: Uint(a > 0)),
    overload("math.sign(double) -> double", _sign),
    overload("math.isNaN(double) -> bool", math.isnan),
    overload("math.isInf(double) -> bool", math.isinf),
    overload("math.isFinite(double) -> bool", math.isfinite),
    *(overload(f"math.sqrt({kind}) -> double", lambda a: _square_root(float(a))) for kind in _NUMBERS),
    overload("math.bitAnd(int, int) -> int", lambda a, b: a & b),
    overload("math.bitAnd(uint, uint) -> uint", lambda a, b: Uint(int(a) & int(b))),
    overload("math.bitOr(int, int) -> int", lambda a, b: a | b),
    overload("math.bitOr(uint, uint) -> uint", lambda a, b: Uint(int(a) | int(b))),
    overload("math.bitXor(int, int) -> int", lambda a, b: a ^ b),
    overload("math.bitXor(uint, uint) -> uint", lambda a, b: Uint(int(a) ^ int(b))),
    overload("math.bitNot(int) -> int", lambda a: ~a),
    overload("math.bitNot(uint) -> uint", lambda a: Uint(UINT_MAX ^ int(a))),
    overload("math.bitShiftLeft(int, int) -> int", lambda a, n: _signed(_shifted(a, n, True))),
    overload("math.bitShiftLeft(uint, int) -> uint", lambda a, n: Uint(_shifted(a, n, True))),
    overload("math.bitShiftRight(int, int) -> int", lambda a, n: _signed(_shifted(a, n, False))),
    overload("math.bitShiftRight(uint, int) -> uint", lambda a, n: Uint(_shifted(a, n, False))),
)
