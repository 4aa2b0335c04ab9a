"""Units of quantities and their algebra: CNY m, m shares, CNY/USD, rates, multiples.

A unit has dimensions (CNY, share, USD ...) with powers, a decimal scale (m = 6) and a way to be shown. Adding needs
equal dimensions and scales; multiplying adds both. Nothing is converted silently: CNY m + CNY bn is refused like CNY +
USD.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

SCALES: Final[Mapping[str, int]] = {"": 0, "k": 3, "m": 6, "bn": 9, "tn": 12}
_SCALE_NAMES: Final = {power: name for name, power in SCALES.items()}
_WORD: Final = re.compile(r"[A-Za-z]+")
_PLAIN: Final[Mapping[str, str]] = {
    "%": "rate", "rate": "rate", "x": "multiple", "multiple": "multiple",
    "years": "years", "year": "years", "number": "number", "beta": "number", "flag": "flag",
}  # fmt: skip
_FORMATS: Final[Mapping[str, str]] = {
    "rate": '0.0%_);(0.0%);0.0%_)',
    "multiple": '0.0"x"_);(0.0"x")',
    "years": "0.0_);(0.0)",
    "number": "0.000_);(0.000)",
    "flag": "0_);(0)",
    "whole": "0_);(0)",
    "date": "yyyy-mm-dd",
}  # fmt: skip


class UnitMismatch(TypeError):
    """Two quantities that cannot be combined, such as CNY + USD."""


@dataclass(frozen=True)
class Unit:
    """Dimensions with their powers, a power of ten, and how a pure number is shown."""

    dimensions: tuple[tuple[str, int], ...] = ()
    scale: int = 0
    shown: str = "number"

    @property
    def pure(self) -> bool:
        """Whether this is a plain number: a rate, a multiple, a beta."""
        return not self.dimensions and not self.scale

    def like(self, other: Unit) -> bool:
        """Whether the two may be added or compared."""
        return self.dimensions == other.dimensions and self.scale == other.scale

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.dimensions)
        for name, power in other.dimensions:
            powers[name] = powers.get(name, 0) + power
        dimensions = tuple(sorted((name, power) for name, power in powers.items() if power))
        return Unit(dimensions, self.scale + other.scale, _product_shown(self, other))

    def __truediv__(self, other: Unit) -> Unit:
        inverse = Unit(tuple((name, -power) for name, power in other.dimensions), -other.scale, other.shown)
        ratio = self * inverse
        return replace(ratio, shown="number") if ratio.pure and not other.pure else ratio

    def __str__(self) -> str:
        if self.pure:
            return {"rate": "%", "multiple": "x", "number": "number", "whole": "number"}.get(self.shown, self.shown)
        above = [_power(name, power) for name, power in self.dimensions if power > 0]
        below = [_power(name, -power) for name, power in self.dimensions if power < 0]
        if self.scale < 0 and below:
            below[-1] += f" {_SCALE_NAMES.get(-self.scale, f'e{-self.scale}')}"
        scale = _SCALE_NAMES.get(max(self.scale, 0) if below else self.scale, f"e{self.scale}")
        money = any(name.isupper() for name in above)
        head = " ".join(above) or "1"
        if scale:
            head = f"{head} {scale}" if money else f"{scale} {head}"
        if not below:
            return head if money or not above else f"{head}s"
        return f"{head if money or not above else head + 's'}/{'/'.join(below)}"

    @property
    def number_format(self) -> str:
        """The Excel number format: negatives in brackets, two decimals for amounts a share or a unit."""
        if self.pure:
            return _FORMATS[self.shown]
        if self.scale < 0:
            return "0.000000_);(0.000000)"
        return "#,##0_);(#,##0)" if self.scale == SCALES["m"] and not _is_ratio(self) else "#,##0.00_);(#,##0.00)"


def _is_ratio(unit: Unit) -> bool:
    return any(power < 0 for _, power in unit.dimensions)


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


def _product_shown(left: Unit, right: Unit) -> str:
    """A number times a rate is a rate (beta x premium); any other product is a plain number."""
    shown = {left.shown, right.shown}
    return "rate" if shown in ({"rate"}, {"rate", "number"}) and left.pure and right.pure else "number"


NUMBER: Final = Unit()
RATE: Final = Unit(shown="rate")
MULTIPLE: Final = Unit(shown="multiple")
YEARS: Final = Unit(shown="years")
FLAG: Final = Unit(shown="flag")
WHOLE: Final = Unit(shown="whole")
DATE: Final = Unit(shown="date")
"""A day as spreadsheets count them."""
M_SHARES: Final = Unit((("share", 1),), SCALES["m"])


def money(currency: str, scale: str = "m") -> Unit:
    """Return the unit of amounts in a currency; the scale is '', k, m, bn or tn."""
    return Unit(((currency, 1),), SCALES[scale])


def scaled(number: float, power: int) -> float:
    """Return a number times a power of ten, to the digit: 4.23 % is 0.0423, not 4.23 / 100 = 0.042300000000000004."""
    return float(Decimal(repr(number)).scaleb(power)) if power else number


def kept(unit: Unit, wanted: Unit | None = None) -> tuple[Unit, int]:
    """Return the unit in which an amount is kept and the power of ten that leads there.

    Amounts of one thing are kept in m when they are written in bn or tn, shares always, and anything in the scale that
    is ``wanted`` of it; ratios such as CNY k/chip stay as they are written.
    """
    single = len(unit.dimensions) == 1 and unit.dimensions[0][1] == 1
    if wanted is not None and single and unit.dimensions == wanted.dimensions:
        return replace(unit, scale=wanted.scale), unit.scale - wanted.scale
    if single and (unit.scale > SCALES["m"] or unit.dimensions[0][0] == "share"):
        return replace(unit, scale=SCALES["m"]), unit.scale - SCALES["m"]
    return unit, 0


def parse_unit(text: str) -> Unit | None:
    """Read 'CNY m', 'm shares', 'USD/ADS', 'k chips', '%', 'x'; None when the text is no unit."""
    text = text.strip()
    if text in _PLAIN:
        return Unit(shown=_PLAIN[text])
    parts = [_factor(part) for part in text.split("/")]
    if not text or any(part is None for part in parts) or len(parts) > 2:
        return None
    units = [part for part in parts if part is not None]
    return units[0] if len(units) == 1 else replace(units[0] / units[1], shown="number")


def _factor(text: str) -> Unit | None:
    words = text.split()
    if not 1 <= len(words) <= 2 or not all(_WORD.fullmatch(word) for word in words):
        return None
    names = [word for word in words if word not in SCALES]
    scales = [word for word in words if word in SCALES]
    if len(names) != 1 or len(scales) != len(words) - 1:
        return None
    name = names[0]
    singular = name if name.isupper() or not name.endswith("s") else name[:-1]
    return Unit(((singular, 1),), SCALES[scales[0]] if scales else 0)


def shown(amount: float, unit: Unit) -> str:
    """An amount with its unit, as messages and tables print it."""
    amount = float(amount)
    if unit.pure:
        formats = {"rate": f"{100 * amount:,.2f}%", "multiple": f"{amount:,.2f}x", "years": f"{amount:,.2f} years"}
        return formats.get(unit.shown, f"{amount:,.4g}")
    large = unit.like(money(unit.dimensions[0][0])) if len(unit.dimensions) == 1 else False
    return f"{amount:,.0f} {unit}" if large and abs(amount) >= 10 else f"{amount:,.2f} {unit}"


def amount(value: float, unit: Unit) -> str:
    """An amount as a column prints it whose heading names the unit; rates and multiples keep their sign."""
    if not math.isfinite(value):
        return "n/a"
    text = shown(value, unit)
    return text.removesuffix(f" {unit}") if not unit.pure else text


def change(value: float, unit: Unit) -> str:
    """A difference with its sign; rates differ by points."""
    text = shown(value, unit)
    text = text if value < 0 else f"+{text}"
    return text.replace("%", " points") if unit.pure and unit.shown == "rate" else text
