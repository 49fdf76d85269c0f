"""Money: decimals and the minor units of currencies."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from typing import TypeVar

from cityos_dsl.expr.errors import EvaluationError

Number = TypeVar("Number", int, float, Decimal)

_EXPONENTS: dict[str, int] = {
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX"), 0),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
}


def exponent(currency: str) -> int:
    """How many digits the currency has after the point (ISO 4217)."""
    return _EXPONENTS.get(currency.upper(), 2)


def round_money(amount: Decimal | int, currency: str) -> Decimal:
    """The amount in whole minor units of the currency, halves away from zero."""
    try:
        return Decimal(amount).quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_UP)
    except DecimalException as error:
        raise EvaluationError("overflow", "the amount has too many digits") from error


def minor(amount: Decimal | int, currency: str) -> int:
    """The amount in minor units: 10.5 SAR are 1050, 10.5 KWD are 10500; rounded as `round` does."""
    return int(round_money(amount, currency).scaleb(exponent(currency)))


def major(amount: Decimal | int, currency: str) -> Decimal:
    """The amount in the currency from its minor units: 1050 are 10.50 SAR."""
    return Decimal(amount).scaleb(-exponent(currency))


def absolute(value: Number) -> Number:
    """The number without its sign."""
    return abs(value)


def ceil(value: Number) -> Number:
    """The next whole number that is not smaller."""
    return _whole(value, ROUND_CEILING)


def floor(value: Number) -> Number:
    """The next whole number that is not greater."""
    return _whole(value, ROUND_FLOOR)


def _whole(value: Number, rounding: str) -> Number:
    if isinstance(value, Decimal):
        return value.to_integral_value(rounding)
    if isinstance(value, int) or not math.isfinite(value):
        return value
    return math.copysign(float(math.ceil(value) if rounding == ROUND_CEILING else math.floor(value)), value)
