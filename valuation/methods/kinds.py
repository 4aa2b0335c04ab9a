"""Kinds of parameters: what an annotation of a method says about unit, years and bounds.

    def multiple(line, *, metric: Money, multiple: Multiple,
                 basis: Literal["EV/Sales", "P/E"], discount: Share = 0.0)

Every parameter of a method is one of these, or a ``Literal`` of words that chooses between formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from ..formula import Quantity
from ..units import MULTIPLE, NUMBER, RATE, YEARS, Unit


@dataclass(frozen=True)
class Kind:
    """What a quantity is: its noun, its unit (None: money of the case's currency), yearly or not, and its bounds."""

    noun: str
    unit: Unit | None = None
    yearly: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Table:
    """A parameter of named rows, each with the same fields; a field with a default may be left out."""

    fields: Mapping[str, Kind]
    defaults: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A word that chooses between formulas."""

    words: tuple[str, ...]


Parametric = Kind | Table | Choice

MONEY: Final = Kind("money")
PERCENTAGE: Final = Kind("rate", RATE)
SHARE: Final = Kind("share", RATE, low=0.0, high=1.0)
LASTING: Final = Kind("years", YEARS, low=0.0)

Money = Annotated[Quantity, MONEY]
YearlyMoney = Annotated[Quantity, Kind("money", yearly=True)]
Rate = Annotated[Quantity, PERCENTAGE]
YearlyRate = Annotated[Quantity, Kind("rate", RATE, yearly=True)]
Share = Annotated[Quantity, SHARE]
Multiple = Annotated[Quantity, Kind("multiple", MULTIPLE)]
Number = Annotated[Quantity, Kind("number", NUMBER)]
YearlyNumber = Annotated[Quantity, Kind("number", NUMBER, yearly=True)]
Years = Annotated[Quantity, LASTING]
