"""The numbers of a value as its file writes them: where each stands, and the power of ten of its unit."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

from ..distributions.written import numbers_of
from ..units import Unit, kept, parse_unit, scaled
from .notation import respelled

_NUMERAL: Final = re.compile(
    r"\s*(?P<number>[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?%?)(?:\s*(?P<unit>[A-Za-z].*))?\s*"
)
_LETTER: Final = re.compile(r"(?<![\w.~])([a-f])(?![\w.(]|\s*=)")


@dataclass(frozen=True)
class Numeral:
    """A number in a text: its characters, the unit behind it, and the power of ten that leads from it to its input."""

    text: str
    start: int
    end: int
    power: int
    unit: str = ""

    @property
    def value(self) -> float:
        """The number in the unit of the input."""
        plain = self.text.rstrip("%").replace("_", "")
        return scaled(float(plain), -2 if self.text.endswith("%") else self.power)

    @property
    def suffix(self) -> str:
        """Its unit with a blank before it, or nothing."""
        return f" {self.unit}" if self.unit else ""

    def becomes(self, value: float) -> str:
        """Spell another value in the same notation; the same value keeps its text."""
        return self.text if math.isclose(value, self.value, rel_tol=1e-13) else respelled(value, self.text, self.power)


def numeral(text: str, unit: Unit, power: int) -> Numeral | None:
    """Return the number of a plain value such as 25% or 118 CNY bn; ``power`` is that of one without a unit."""
    found = _NUMERAL.fullmatch(text)
    if found is None:
        return None
    own = (found["unit"] or "").strip()
    return Numeral(found["number"], *found.span("number"), _power(own, unit, power), own)


def numerals(text: str, unit: Unit, power: int) -> list[Numeral]:
    """Return the numbers of a distribution; ``power`` is that of numbers without a unit of their own."""
    return [
        Numeral(one.text, one.start, one.end, 0 if one.free else _power(one.unit, unit, power), one.unit)
        for one in numbers_of(text)
    ]


def _power(own: str, unit: Unit, power: int) -> int:
    parsed = parse_unit(own) if own else None
    return power if parsed is None else kept(parsed, unit)[1]


def agree(found: Sequence[Numeral], values: Sequence[float]) -> bool:
    """Whether numerals are the numbers that a book shows."""
    if len(found) != len(values):
        return False
    return all(math.isclose(one.value, value, rel_tol=1e-12) for one, value in zip(found, values, strict=True))


def with_numbers(template: str, spellings: Sequence[str | None]) -> str | int:
    """Put numbers in the place of letters: ``~ pert(a, b, c)``; a letter that has none is returned by its number."""
    missing: list[int] = []

    def put(found: re.Match[str]) -> str:
        number = ascii_lowercase.index(found[1])
        text = spellings[number] if number < len(spellings) else None
        if text is None:
            missing.append(number)
            return found[0]
        return text

    text = _LETTER.sub(put, template)
    return missing[0] if missing else text
