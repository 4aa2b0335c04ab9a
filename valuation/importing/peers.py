"""A table of peers from a grid: names, numbers, dates and currencies checked, and laid over the table that is there."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ..peers import AMOUNTS, COMPANY, CURRENCY, DATES, EXCLUDE
from ..problems import nearest
from ..units import RATE, Unit, scaled
from .grid import Grid, Value
from .reading import Found, day, heading, number, spelled
from .wanted import Report, Wanted

Table = dict[str, dict[str, str]]
"""Cells as texts: by company, then by column."""

ALIASES: Final = ("name", "peer", "companies", "company_name", "issuer")
PRICED: Final = ("price_date",)
STALE: Final = 30
LARGE_MULTIPLE: Final = 500.0
FAR: Final = 1000.0


@dataclass(frozen=True)
class _Column:
    """One column: its name, its unit, and the place of each of its cells below the heading."""

    name: str
    unit: Unit | None
    at: int

    @property
    def money(self) -> str:
        """Its currency, where it holds money."""
        powers = dict(self.unit.dimensions) if self.unit is not None else {}
        return next((name for name, power in powers.items() if power == 1 and name.isupper() and len(name) == 3), "")


def peers(grid: Grid, wanted: Wanted, today: str, report: Report) -> Table:
    """Read a table; what is wrong goes to the report, each with its cell."""
    columns = _columns(grid, wanted, report)
    names = {column.name: column for column in columns}
    if COMPANY not in names:
        known = [column.name for column in columns]
        report.wrong(grid.place(0, 0), COMPANY, f"expected a column company{nearest(COMPANY, known)}")
        return {}
    rows = _companies(grid, names[COMPANY], report)
    found: Table = {name: {COMPANY: name} for name in rows}
    for column in columns:
        if column.name != COMPANY:
            texts = _texts(grid, column, rows, wanted, today, report)
            for name, text in texts.items():
                found[name][column.name] = text
    _currencies(grid, columns, found, rows, wanted, report)
    return found


def over(old: Table, new: Table, report: Report) -> Table:
    """New rows over old ones, by company: columns and rows that only the old table has stay."""
    gone = [name for name in old if name not in new]
    if gone:
        report.note(f"kept, as the new data have no such row: {', '.join(gone[:6])}")
    return {name: {**old.get(name, {}), **new.get(name, {})} for name in dict.fromkeys([*old, *new])}


# Columns --------------------------------------------------------------------------------------------------------------


def _columns(grid: Grid, wanted: Wanted, report: Report) -> list[_Column]:
    found: list[_Column] = []
    for at, cell in enumerate(grid.rows[0]):
        where = grid.place(0, at)
        if not isinstance(cell, str):
            report.wrong(where, "", f"expected the name of a column, found {'nothing' if cell is None else cell}")
            continue
        name, unit = heading(cell)
        name = wanted.rename.get(cell, COMPANY if name in ALIASES else name)
        if not name or not name[0].isalpha():
            report.wrong(where, "", f"expected a name such as ev_sales, found {cell!r}")
        elif any(other.name == name for other in found):
            report.wrong(where, name, f"stands twice; rename one: --rename {cell!r}=another_name")
        else:
            found.append(_Column(name, wanted.unit_of(name, unit, report.problems), at))
    unknown = [name for name in wanted.rename if name not in grid.rows[0]]
    for name in unknown:
        report.wrong("rename", name, f"is no heading{nearest(name, [str(cell) for cell in grid.rows[0]])}")
    return found


def _companies(grid: Grid, column: _Column, report: Report) -> dict[str, int]:
    """The row of each company."""
    rows: dict[str, int] = {}
    for at, row in enumerate(grid.rows[1:], start=1):
        cell, where = row[column.at], grid.place(at, column.at)
        if not isinstance(cell, str) or not cell.strip():
            report.wrong(where, COMPANY, f"expected the name of a company, found {'nothing' if cell is None else cell}")
        elif cell.casefold() in (name.casefold() for name in rows):
            report.wrong(where, COMPANY, f"{cell} stands twice: delete one")
        else:
            rows[cell] = at
    return rows


def _texts(
    grid: Grid, column: _Column, rows: Mapping[str, int], wanted: Wanted, today: str, report: Report
) -> dict[str, str]:
    """The cells of a column as texts of a table."""
    cells = {name: grid.rows[at][column.at] for name, at in rows.items()}
    if column.name in (*DATES, *PRICED) or column.name.endswith("_date"):
        return _days(grid, column, rows, cells, today, report)
    read = {name: number(cell) for name, cell in cells.items()}
    good = [one for one in read.values() if one.number is not None]
    wrong = [name for name, one in read.items() if one.wrong]
    if column.name in (EXCLUDE, CURRENCY) or len(wrong) > len(good):
        return {name: _plain(cell) for name, cell in cells.items()}
    for name in wrong:
        report.wrong(grid.place(rows[name], column.at), column.name, read[name].wrong)
    for name, one in read.items():
        if one.note:
            report.note(f"{grid.place(rows[name], column.at)}: {column.name}: {one.note}")
    _percentages(grid, column, rows, read, report)
    percents = column.unit == RATE and any(abs(one.number or 0) > 1 for one in good if not one.percent)
    numbers = {name: _scaled(one, column, wanted, percents) for name, one in read.items() if one.number is not None}
    _plausible(column, numbers, report)
    return {name: spelled(numbers[name]) if name in numbers else "" for name in rows}


def _plain(cell: Value) -> str:
    return "" if cell is None else spelled(cell) if isinstance(cell, float) else str(cell)


def _scaled(one: Found, column: _Column, wanted: Wanted, percents: bool) -> float:
    """A number in the units of a table: shares of one, money in millions, and in one currency where rates are given.

    ``percents`` says that a column of % holds 12 for 12 %; cells that Excel shows in percent hold 0.12.
    """
    assert one.number is not None
    value, unit = one.number, column.unit
    if percents and not one.percent:
        return scaled(value, -2)
    if unit is not None and column.money:
        value = scaled(value, unit.scale - 6)
        return value * wanted.fx.get(column.money, 1.0)
    return value


def _percentages(
    grid: Grid, column: _Column, rows: Mapping[str, int], read: Mapping[str, Found], report: Report
) -> None:
    """A column is told in percent or in numbers, not in both."""
    percent = [name for name, one in read.items() if one.percent]
    plain = [name for name, one in read.items() if one.number and not one.percent]
    if percent and plain and column.unit != RATE:
        where = grid.place(rows[plain[0]], column.at)
        text = f"mixes percentages and plain numbers: {percent[0]} has a percent sign, {plain[0]} has none"
        report.wrong(where, column.name, text)


def _days(
    grid: Grid, column: _Column, rows: Mapping[str, int], cells: Mapping[str, Value], today: str, report: Report
) -> dict[str, str]:
    texts = {}
    for name, cell in cells.items():
        texts[name], wrong = day(cell)
        where = grid.place(rows[name], column.at)
        if wrong:
            report.wrong(where, column.name, wrong)
        elif texts[name] and today and column.name in PRICED:
            age = (date.fromisoformat(today) - date.fromisoformat(texts[name])).days
            if age < 0:
                report.wrong(where, column.name, f"{texts[name]} is after the valuation date {today}")
            elif age > STALE:
                report.note(f"{name}: {column.name} is {age} days before the valuation date")
    return texts


def _plausible(column: _Column, numbers: Mapping[str, float], report: Report) -> None:
    """What is worth a second look."""
    low = [name for name, value in numbers.items() if value < 0 and column.name in ("ev", "market_cap", "sales")]
    if low:
        report.note(f"{column.name} is negative: {', '.join(low)}")
    multiple = column.name.startswith(("ev_", "price_", "equity_"))
    large = [name for name, value in numbers.items() if multiple and value > LARGE_MULTIPLE]
    if large:
        report.note(f"{column.name} is above {LARGE_MULTIPLE:g}: {', '.join(large)}")
    sizes = sorted(abs(value) for value in numbers.values() if value)
    if len(sizes) > 2 and sizes[-1] > FAR * statistics.median(sizes):
        name = next(name for name, value in numbers.items() if abs(value) == sizes[-1])
        report.note(
            f"{column.name}: {name} is {sizes[-1] / statistics.median(sizes):,.0f} times the median: another unit?"
        )


def _currencies(
    grid: Grid, columns: Sequence[_Column], found: Table, rows: Mapping[str, int], wanted: Wanted, report: Report
) -> None:
    """Money of one row must have one currency, or a rate that makes it one."""
    told = {column.name: column.money for column in columns if column.money}
    becomes = {wanted.currency if money in wanted.fx else money for money in told.values()}
    if len(becomes) > 1:
        first, second = (next(name for name, money in told.items() if money == wished) for wished in list(
            dict.fromkeys(told.values()))[:2])  # fmt: skip
        text = f"{first} is in {told[first]} and {second} in {told[second]}: give --currency and a rate, as --fx"
        report.wrong(grid.place(0, 0), second, f"{text} '{told[second]}=0.13 {told[first]}'")
    loose = [column.name for column in columns if column.unit is None and column.name.startswith(AMOUNTS)
             and "_" not in column.name.replace("market_cap", "").replace("net_income", "")]  # fmt: skip
    rows_told = {cells.get(CURRENCY, "") for cells in found.values()} - {""}
    if loose and not wanted.currency and not rows_told:
        report.note(
            f"no currency is said of {', '.join(loose)}: name it in the heading, as Sales (USD m), or --currency"
        )
    money = becomes.pop() if len(becomes) == 1 else wanted.currency
    if money and (told or loose) and not rows_told:
        for cells in found.values():
            cells[CURRENCY] = money
    if len(rows_told) > 1 and (told or loose):
        report.note(f"rows are in {', '.join(sorted(rows_told))}: ratios of one row are right, sums over rows are not")
