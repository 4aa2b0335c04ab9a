"""A number in the notation of the number that it replaces: 24% becomes 25%, 1_200 becomes 1_350, 7.80 becomes 7.90."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from ..units import RATE, Unit, scaled

_PIECES: Final = re.compile(
    r"(?P<sign>[-+]?)(?P<digits>[\d_,]*)(?:\.(?P<decimals>\d*))?(?:[eE](?P<power>[-+]?\d+))?(?P<percent>%?)"
)
PLAIN: Final = 1e-6, 1e16
"""Beyond these sizes a number is shorter with a power of ten."""


def respelled(value: float, old: str, power: int = 0) -> str:
    """Spell a value as an old numeral is spelled; it reads back as exactly this value.

    ``power`` of ten leads from what is written to the value; a percent sign says its own. Signs, groups of thousands,
    trailing zeros and exponents stay where the old numeral has them. Raises ValueError for a value that is not finite.
    """
    found = _PIECES.fullmatch(old)
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number, found {value}")
    if found is None:
        return spelled(value, power)
    written = digits_of(value, -2 if found["percent"] else power)
    sign = "-" if written < 0 else "+" if found["sign"] == "+" else ""
    body = _body(abs(written), found["decimals"] or "", found["power"])
    for mark in "_,":
        if mark in found["digits"]:
            whole, point, rest = body.partition(".")
            body = f"{int(whole):,}".replace(",", mark) + point + rest
    return f"{sign}{body}{found['percent']}"


def _body(written: Decimal, decimals: str, power: str | None) -> str:
    if power is not None and written:
        mantissa = written.scaleb(-int(power))
        if PLAIN[0] <= mantissa < PLAIN[1]:
            return f"{_fixed(mantissa, decimals)}e{power}"
    return _fixed(written, decimals)


def _fixed(written: Decimal, decimals: str) -> str:
    """Digits with a point; as many decimals as before where those ended in a zero, as 7.80 does."""
    if written and not Decimal(PLAIN[0]) <= written < Decimal(PLAIN[1]):
        return str(written.normalize()).lower().replace("e+", "e")
    text = format(written.normalize(), "f")
    whole, _, rest = text.partition(".")
    if decimals.endswith("0"):
        rest = rest.ljust(len(decimals), "0")
    return f"{whole}.{rest}" if rest else whole


def spelled(value: float, power: int = 0) -> str:
    """Return the shortest plain spelling of a value."""
    written = digits_of(value, power)
    return ("-" if written < 0 else "") + _fixed(abs(written), "")


def digits_of(value: float, power: int) -> Decimal:
    """Return the digits that are read back as exactly this value when ``power`` of ten is applied to them."""
    near = float(Decimal(repr(value)).scaleb(-power))
    around = (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf))
    exact = next((number for number in around if scaled(number, power) == value), near)
    return Decimal(repr(exact))


def in_unit(value: float, unit: Unit) -> str:
    """Spell a value that was written nowhere before, with its unit: 25%, 1.5, 118 CNY m."""
    if unit.pure:
        return f"{spelled(value, -2)}%" if unit.shown == RATE.shown else spelled(value)
    return f"{spelled(value)} {unit}"


def shown(value: float, unit: Unit | None) -> str:
    """Spell a value for a report."""
    return spelled(value) if unit is None else in_unit(value, unit)
