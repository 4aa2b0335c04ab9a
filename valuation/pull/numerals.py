"""The numbers of a value as its file writes them: where each stands, and the power of ten of its unit."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..units import Unit, kept, parse_unit, scaled
from .notation import respelled

_NUMERAL: Final = re.compile(r"(?:(?<=[(,=\[\s])|^)[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?%?(?=[,)\]\s]|$)")
_SUFFIX: Final = re.compile(r"\s+([A-Za-z][A-Za-z/]*(?:\s[A-Za-z/]+)*?)(?=\s*(?:[,)]|$)|\sat\s|\sbase\s)")
_LETTER: Final = re.compile(r"(?<![\w.~])([a-z])(?![\w.(]|\s*=)")
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Numeral:
    """A number in a text: its characters and the power of ten that leads from it to the unit of its input."""

    text: str
    start: int
    end: int
    power: int

    @property
    def value(self) -> float:
        """The number in the unit of the input."""
        plain = self.text.rstrip("%").replace("_", "")
        return scaled(float(plain), -2 if self.text.endswith("%") else self.power)

    def becomes(self, value: float) -> str:
        """Spell another value in the same notation; the same value keeps its text."""
        return self.text if math.isclose(value, self.value, rel_tol=1e-13) else respelled(value, self.text, self.power)


def numerals(text: str, unit: Unit, power: int) -> list[Numeral]:
    """Return the numbers of a value or a distribution; ``power`` is that of numbers without a unit of their own."""
    return [
        Numeral(found[0], found.start(), found.end(), _power(text, found.end(), unit, power))
        for found in _NUMERAL.finditer(text)
    ]


def _power(text: str, end: int, unit: Unit, power: int) -> int:
    suffix = _SUFFIX.match(text, end)
    own = parse_unit(suffix[1]) if suffix else None
    return power if own is None else kept(own, unit)[1]


def suffix_of(text: str) -> str:
    """The unit behind the first number of a text, with its blank; '' when there is none."""
    first = next(_NUMERAL.finditer(text), None)
    found = _SUFFIX.match(text, first.end()) if first else None
    return found[0] if found and parse_unit(found[1]) is not None else ""


def agreeing(found: Sequence[Numeral], values: Sequence[float]) -> list[Numeral] | None:
    """Return numerals whose values are those that a book shows; None where they are not the same numbers.

    A number without a unit, such as a shape, is not scaled: its power is then 0.
    """
    if len(found) != len(values):
        return None
    agreed = []
    for one, value in zip(found, values, strict=True):
        choices = (one, Numeral(one.text, one.start, one.end, 0))
        right = next((choice for choice in choices if math.isclose(choice.value, value, rel_tol=1e-12)), None)
        if right is None:
            return None
        agreed.append(right)
    return agreed


def with_numbers(template: str, spellings: Sequence[str | None]) -> str | int:
    """Put numbers in the place of letters: ``~ pert(a, b, c)``; a letter that has none is returned by its number."""
    missing: list[int] = []

    def put(found: re.Match[str]) -> str:
        number = LETTERS.index(found[1])
        text = spellings[number] if number < len(spellings) else None
        if text is None:
            missing.append(number)
            return found[0]
        return text

    text = _LETTER.sub(put, template)
    return missing[0] if missing else text
