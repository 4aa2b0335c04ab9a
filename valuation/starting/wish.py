"""What a new case should hold, as the analyst says it, and what is wrong with that."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from ..assumptions import RESERVED
from ..lines import snake
from ..methods import METHODS
from ..problems import nearest
from ..reading.files import NAME
from ..transactions import ROUTES

CURRENCY: Final = re.compile(r"[A-Z]{3}")
QUOTE: Final = re.compile(r"([A-Z]{3})/(share|ADS)")
MOST_YEARS: Final = 30
PRICE: Final = 100.0
SHARES: Final = 1000.0


@dataclass(frozen=True)
class PartWish:
    """One part: its name, the methods that value it, and what the group owns of it (1 is all)."""

    name: str
    methods: tuple[str, ...]
    owned: float = 1.0

    @property
    def id(self) -> str:
        """Its name in formulas and of its file."""
        return snake(self.name)

    @classmethod
    def read(cls, text: str) -> PartWish:
        """Read ``Cloud=dcf``, ``Cloud=dcf+multiple`` or ``Pay=stake:33%``; ValueError says what was expected."""
        found = re.fullmatch(r"\s*([^=]+?)\s*=\s*([a-z_+\s]+?)\s*(?::\s*(\d+(?:\.\d+)?)\s*%)?\s*", text)
        if found is None:
            raise ValueError(f"expected a part such as Cloud=dcf, Cloud=dcf+multiple or Pay=stake:33%, found {text!r}")
        owned = 1.0 if found[3] is None else float(found[3]) / 100
        return cls(found[1], tuple(word.strip() for word in found[2].split("+")), owned)


@dataclass(frozen=True)
class Leaving:
    """A part that may leave the group, by its id, and the route."""

    part: str
    route: str

    @property
    def id(self) -> str:
        """Its name and that of its file."""
        return f"{self.part}_{self.route}"

    @classmethod
    def read(cls, text: str) -> Leaving:
        """Read ``cloud=carve_out``; ValueError says what was expected."""
        part, equals, route = text.partition("=")
        if not equals or not part.strip():
            raise ValueError(f"expected a transaction such as cloud=carve_out, found {text!r}")
        return cls(snake(part), route.strip())


@dataclass(frozen=True)
class Wish:
    """A case to be written. ``price`` is of what ``quote`` names, ``shares`` are ordinary ones in millions.

    ``fx`` is the case's currency for one of the quote's. None stands for what the analyst did not say: the file then
    has a placeholder.
    """

    id: str
    company: str
    currency: str
    date: str
    quote: str = ""
    base_year: int | None = None
    years: int = 10
    price: float | None = None
    shares: float | None = None
    fx: float | None = None
    ads_ratio: float | None = None
    parts: tuple[PartWish, ...] = (PartWish("Core business", ("dcf",)),)
    leaving: tuple[Leaving, ...] = ()

    @property
    def quoted_in(self) -> tuple[str, str]:
        """The currency of the price, and what it is the price of: a share or an ADS."""
        found = QUOTE.fullmatch(self.quote)
        return (found[1], found[2]) if found else (self.currency, "share")

    @property
    def last_year(self) -> int:
        """The fiscal year before the first that is forecast."""
        return self.base_year if self.base_year is not None else int(self.date[:4]) - 1

    def faults(self) -> list[str]:
        """What is wrong with it, all at once."""
        return [*self._frame(), *self._numbers(), *self._parts(), *self._leaving()]

    def _frame(self) -> Iterator[str]:
        yield from _name(self.id, "the case")
        if not self.company.strip() or self.company.strip().startswith("="):
            yield f"company: expected a name, found {self.company!r}"
        if not CURRENCY.fullmatch(self.currency):
            yield f"currency: expected a code such as CNY, found {self.currency!r}"
        if self.quote and not QUOTE.fullmatch(self.quote):
            yield f"quote: expected a currency per share or ADS such as USD/ADS, found {self.quote!r}"
        try:
            date.fromisoformat(self.date)
        except ValueError:
            yield f"date: expected a date such as 2026-02-02, found {self.date!r}"

    def _numbers(self) -> Iterator[str]:
        if not 1 <= self.years <= MOST_YEARS:
            yield f"years: expected a whole number from 1 to {MOST_YEARS}, found {self.years}"
        if self.base_year is not None and not 1900 <= self.base_year <= 9999:
            yield f"base year: expected a year such as 2025, found {self.base_year}"
        for name in ("price", "shares", "fx", "ads_ratio"):
            amount = getattr(self, name)
            if amount is not None and not 0 < amount < 1e15:
                yield f"{name}: expected a number above 0, found {amount:g}"

    def _parts(self) -> Iterator[str]:
        if not self.parts:
            yield "parts: expected at least one, such as Cloud=dcf"
        names = [part.id for part in self.parts]
        for part in self.parts:
            yield from _name(part.id, f"part {part.name}")
            if names.count(part.id) > 1:
                yield f"part {part.name}: expected a name of its own, found {part.id} again"
            if len(set(part.methods)) < len(part.methods):
                yield f"part {part.name}: expected different methods, found {'+'.join(part.methods)}"
            if not 0 < part.owned <= 1:
                yield f"part {part.name}: expected to own more than 0% and at most 100%, found {part.owned:.4g}"
            yield from (f"part {part.name}: {_unknown(word, METHODS)}" for word in part.methods if word not in METHODS)

    def _leaving(self) -> Iterator[str]:
        names = [part.id for part in self.parts]
        for one in self.leaving:
            if one.part not in names:
                yield f"transaction: {_unknown(one.part, names, 'part')}"
            if one.route not in ROUTES:
                yield f"transaction of {one.part}: {_unknown(one.route, ROUTES, 'route')}"
            if self.leaving.count(one) > 1:
                yield f"transaction of {one.part}: {one.route} stands twice"


def _name(name: str, what: str) -> Iterator[str]:
    if not NAME.fullmatch(name) or name in RESERVED or keyword.iskeyword(name):
        yield f"{what}: expected a name of at most 60 small letters, digits and _, a letter first, found {name!r}"


def _unknown(word: str, known: Iterable[str], what: str = "method") -> str:
    return f"{word!r} is no {what}{nearest(word, known)}"
