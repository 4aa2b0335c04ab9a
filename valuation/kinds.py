"""Kinds of parameters: what an annotation of a calculation says about unit, years and bounds.

    def multiple(line, *, metric: Money, multiple: Multiple,
                 basis: Literal["EV/Sales", "P/E"], discount: Share = 0.0)

Every parameter of a calculation is one of these, or a ``Literal`` of words that chooses between formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from .formula import Quantity
from .units import FLAG, M_SHARES, MULTIPLE, NUMBER, RATE, YEARS, Unit


@dataclass(frozen=True)
class Kind:
    """What a quantity is: its noun, its unit (None: money of the case's currency), yearly or not, and its bounds.

    ``free`` accepts any unit: the calculation itself says what must fit what. ``each`` makes it money for one of that.
    """

    noun: str
    unit: Unit | None = None
    yearly: bool = False
    low: float | None = None
    high: float | None = None
    free: bool = False
    each: Unit | None = None


@dataclass(frozen=True)
class Choice:
    """A word that chooses between formulas."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class PeerColumn:
    """A column of a table of peers, written ``= peers.table.column``; its values are (peers,), not draws."""


@dataclass(frozen=True, eq=False)  # compared by identity, so that a table with its dicts may be optional (Table | None)
class Table:
    """A parameter of named rows, each with the same fields.

    A field with a default may be left out; with the default None the row then has no such key.
    """

    fields: Mapping[str, Kind | Choice]
    defaults: Mapping[str, float | str | None] = field(default_factory=dict)


Parametric = Kind | Table | Choice | PeerColumn


MONEY: Final = Kind("money")
YEARLY_MONEY: Final = Kind("money", yearly=True)
PERCENTAGE: Final = Kind("rate", RATE)
SHARE: Final = Kind("share", RATE, low=0.0, high=1.0)
LASTING: Final = Kind("years", YEARS, low=0.0)
PLAIN: Final = Kind("number", NUMBER)
SHARES: Final = Kind("shares", M_SHARES, low=0.0)
PRICE: Final = Kind("money a share", low=0.0, each=M_SHARES)
ANY_UNIT: Final = Kind("amount", free=True)

Money = Annotated[Quantity, MONEY]
YearlyMoney = Annotated[Quantity, YEARLY_MONEY]
Rate = Annotated[Quantity, PERCENTAGE]
YearlyRate = Annotated[Quantity, Kind("rate", RATE, yearly=True)]
Share = Annotated[Quantity, SHARE]
YearlyShare = Annotated[Quantity, Kind("share", RATE, yearly=True, low=0.0, high=1.0)]
Multiple = Annotated[Quantity, Kind("multiple", MULTIPLE)]
Number = Annotated[Quantity, PLAIN]
YearlyNumber = Annotated[Quantity, Kind("number", NUMBER, yearly=True)]
Years = Annotated[Quantity, LASTING]
Shares = Annotated[Quantity, SHARES]
Price = Annotated[Quantity, PRICE]
Amount = Annotated[Quantity, ANY_UNIT]
Flag = Annotated[Quantity, Kind("1 or 0", FLAG, low=0.0, high=1.0)]
Peers = Annotated[Quantity, PeerColumn()]
