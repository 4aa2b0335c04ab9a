"""Tables of peers: who is left out and why, and columns that follow from others by their names.

    ev_sales        ev / sales
    ln_ev_sales     natural logarithm of ev_sales
    sales_ltm       sales_fy0 + sales_ytd - sales_ytd_prior: the last twelve months
    sales_ntm       the next twelve months, from sales_fy1, sales_fy2 and year_end (when FY1 ends)
    sales_cal       the twelve months to window_end, from the same: years that end elsewhere made comparable
    ev              market_cap plus debt and other claims, less cash and what is outside the operations

A rule is a function over quantities, so the same rule computes here and is spelled on the Peers sheet, peer by peer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .assumptions import PeerTable
from .formula import Column
from .operations import add_up, log, ntm
from .operations import ltm as last_twelve_months
from .units import MULTIPLE, NUMBER, RATE, Unit

Array = NDArray[np.float64]
COMPANY: Final = "company"
EXCLUDE: Final = "exclude"
YEAR_END: Final = "year_end"
WINDOW_END: Final = "window_end"
DATES: Final = (YEAR_END, WINDOW_END)
VALUATION_DATE: Final = "valuation date"
DAYS: Final = "days in a year"
DAYS_IN_A_YEAR: Final = 365.0
FY1_LEFT: Final = "fy1_left"
FY1_IN_WINDOW: Final = "fy1_in_window"
CLAIMS: Final = ("debt", "leases", "preferred", "nci", "pensions")
OUTSIDE: Final = ("cash", "associates", "non_operating")
MOST_WORDS: Final = 8
PRICES: Final = ("ev", "market_cap", "price", "equity", "value")
CURRENCY: Final = "currency"
AMOUNTS: Final = ("market_cap", "ev", "sales", "revenue", "ebitda", "ebita", "ebit", "net_income", *CLAIMS, *OUTSIDE)
"""Columns that hold money, alone or with a period behind: sales_fy1."""
_MONEY: Final = re.compile(rf"({'|'.join(AMOUNTS)})(_(fy\d|ltm|ntm|cal|ytd|ytd_prior|\d{{4}}))?")


@dataclass(frozen=True)
class Derivation:
    """How a column follows from others: ``rule(*columns, *optional)``; an optional column's blanks count as 0."""

    columns: tuple[str, ...]
    rule: Callable[..., Any]
    optional: tuple[str, ...] = ()
    unit: Unit = NUMBER


def derivation(table: PeerTable, column: str) -> Derivation | None:
    """Return how a column follows from the table's; None when it stands in the table or cannot be had."""
    if column in table.columns:
        return None
    return next((found for found in _rules(table, column) if all(has(table, name) for name in found.columns)), None)


def has(table: PeerTable, column: str) -> bool:
    """Whether a table has a column of numbers, in its file or derived."""
    if column in (VALUATION_DATE, DAYS):
        return True
    if column in DATES:
        return column in table.columns
    return column in table.numeric or derivation(table, column) is not None


def _rules(table: PeerTable, column: str) -> Iterator[Derivation]:
    head, _, tail = column.partition("_")
    if column == "ev":
        yield from _enterprise_value(table)
    if column == FY1_LEFT:
        yield Derivation((YEAR_END, VALUATION_DATE, DAYS), lambda end, day, days: (end - day) / days, unit=RATE)
    if column == FY1_IN_WINDOW:
        yield Derivation((WINDOW_END, YEAR_END, DAYS), lambda to, end, days: 1 - (to - end) / days, unit=RATE)
    if head == "ln" and tail:
        yield Derivation((tail,), log)
    words = column.split("_")
    for place in range(1, len(words) if len(words) <= MOST_WORDS else 1):
        above, below = "_".join(words[:place]), "_".join(words[place:])
        yield Derivation((above, below), lambda a, b: a / b, unit=MULTIPLE if _is_price(above) else RATE)
    stem, _, period = column.rpartition("_")
    if stem and period == "ltm":
        yield Derivation((f"{stem}_fy0", f"{stem}_ytd", f"{stem}_ytd_prior"), last_twelve_months)
    if stem and period == "ntm":
        yield Derivation((f"{stem}_fy1", f"{stem}_fy2", FY1_LEFT), ntm)
    if stem and period == "cal":
        yield Derivation((f"{stem}_fy1", f"{stem}_fy2", FY1_IN_WINDOW), ntm)


def _enterprise_value(table: PeerTable) -> Iterator[Derivation]:
    """From the market value of the equity, when the table says what else is claimed or owned."""
    claims = tuple(name for name in CLAIMS if name in table.numeric)
    outside = tuple(name for name in OUTSIDE if name in table.numeric)

    def rule(market_cap: Any, *others: Any) -> Any:
        value = market_cap
        if claims:
            value = value + add_up(*others[: len(claims)])
        return value - add_up(*others[len(claims) :]) if outside else value

    if claims or outside:
        yield Derivation(("market_cap",), rule, (*claims, *outside))


# Values ---------------------------------------------------------------------------------------------------------------


def reasons(table: PeerTable) -> tuple[str, ...]:
    """Why each peer is left out, row by row; an empty text for those that count."""
    size = len(next(iter(table.columns.values())))
    given = table.columns.get(EXCLUDE)
    return given if isinstance(given, tuple) else ("",) * size


def included(table: PeerTable) -> NDArray[np.bool_]:
    """Which rows count."""
    return np.array([not reason for reason in reasons(table)])


def every_value(table: PeerTable, column: str, day: str) -> Array:
    """Return a column for every peer, those left out too: shape (peers,), NaN where blank."""
    found = derivation(table, column)
    if found is None:
        return _given(table, column, day)
    operands = [every_value(table, name, day) for name in found.columns]
    operands += [np.nan_to_num(every_value(table, name, day)) for name in found.optional]
    with np.errstate(all="ignore"):
        values = np.asarray(found.rule(*operands), dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _given(table: PeerTable, column: str, day: str) -> Array:
    size = len(reasons(table))
    if column == DAYS:
        return np.full(size, DAYS_IN_A_YEAR)
    if column == VALUATION_DATE:
        return np.full(size, ordinal(day))
    values = table.columns[column]
    return np.array([ordinal(text) for text in values]) if isinstance(values, tuple) else values


def ordinal(text: str) -> float:
    """Return the number that a sheet keeps for a date such as 2026-03-31; NaN for anything else."""
    try:
        return float(date.fromisoformat(text).toordinal() - date(1899, 12, 30).toordinal())
    except ValueError:
        return float("nan")


def column_values(table: PeerTable, column: str, day: str) -> Array:
    """Return a column of the peers that count: shape (peers,), NaN where blank."""
    return every_value(table, column, day)[included(table)]


def unit_of(table: PeerTable, column: str) -> Unit:
    """How the numbers of a column are shown; a column of a file whose name begins like a price is a multiple."""
    found = derivation(table, column)
    if found is not None:
        return found.unit
    return MULTIPLE if column not in PRICES and _is_price(column) else NUMBER


def _is_price(column: str) -> bool:
    return any(column == price or column.startswith(f"{price}_") for price in PRICES)


def peer_column(table: PeerTable, column: str, day: str, *, recorded: bool) -> Any:
    """Return a column of peers as a reading needs it: an array, or a Column when it records."""
    values = column_values(table, column, day)
    return Column(table.id, column, values, unit_of(table, column)) if recorded else values


def complaint(table: PeerTable, column: str, day: str) -> str:
    """Return why no formula can read a column of a table, or an empty text."""
    if not np.isfinite(column_values(table, column, day)).any():
        return f"peers.{table.id}.{column} has no number: each peer is blank or left out"
    told = currencies(table)
    if len(told) > 1 and _MONEY.fullmatch(column):
        ratio = (
            f"read a ratio of one row, such as ev_{column}"
            if not column.startswith("ev")
            else "read a ratio of one row"
        )
        return f"peers.{table.id}.{column} holds money in {', '.join(told)}: {ratio}, or bring it into one currency"
    for weight in (FY1_LEFT, FY1_IN_WINDOW):
        if weight in _reads(table, column):
            shares = every_value(table, weight, day)[included(table)]
            outside = shares[np.isfinite(shares) & ((shares < 0) | (shares > 366 / DAYS_IN_A_YEAR))]
            if outside.size:
                end = "after the valuation date" if weight == FY1_LEFT else f"before {WINDOW_END}"
                return f"peers.{table.id}.{column}: expected {YEAR_END} within a year {end}"
    return ""


def currencies(table: PeerTable) -> list[str]:
    """The currencies that the peers that count are said to be in, in their order; none where the table does not say."""
    given = table.columns.get(CURRENCY)
    if not isinstance(given, tuple):
        return []
    return [text for text in dict.fromkeys(np.array(given)[included(table)].tolist()) if text]


def _reads(table: PeerTable, column: str) -> set[str]:
    found = derivation(table, column)
    read = {column}
    for name in (*found.columns, *found.optional) if found else ():
        read |= _reads(table, name)
    return read
