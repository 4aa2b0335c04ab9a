"""Reading a table of peers: a CSV that analysts paste into becomes columns of numbers and of texts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ..assumptions import PeerTable
from ..peers import CLAIMS, COMPANY, DATES, EXCLUDE, OUTSIDE, complaint, has, ordinal, reasons
from ..problems import Place, Problems, nearest
from ..units import scaled


def read_peers(path: Path, heads: list[str], rows: list[list[str]], problems: Problems) -> PeerTable:
    """Read a table from the cells below its head row; cells that make no sense are problems."""
    columns = {head: _column(head, [row[i].strip() for row in rows]) for i, head in enumerate(heads)}
    if "ev" not in columns and "market_cap" in columns:
        columns |= {head: _nothing_for_blanks(columns[head]) for head in heads if head in (*CLAIMS, *OUTSIDE)}
    for number, head in enumerate(heads, start=1):
        if head in DATES:
            _check_dates(Place(str(path), 1, number), head, columns[head], problems)
    table = PeerTable(path.stem, columns, Place(str(path)))
    _check_companies(table, heads, problems)
    if EXCLUDE in columns and all(columns[EXCLUDE]):
        problems.add(Place(str(path), 1, heads.index(EXCLUDE) + 1), "", "expected a peer that counts: all are excluded")
    return table


def _check_companies(table: PeerTable, heads: list[str], problems: Problems) -> None:
    """A company that counts twice would weigh twice in every statistic."""
    names = table.columns.get(COMPANY)
    rows: dict[str, int] = {}
    for row, (name, reason) in (
        enumerate(zip(names, reasons(table), strict=True), 2) if isinstance(names, tuple) else ()
    ):
        if name and not reason:
            first = rows.setdefault(name.casefold(), row)
            if first != row:
                place = Place(table.place.file, row, heads.index(COMPANY) + 1)
                problems.add(place, COMPANY, f"{name} stands in row {first} already: delete one, or exclude it")


def _column(head: str, cells: list[str]) -> tuple[str, ...] | np.ndarray:
    """A column is numeric when every filled cell is a finite number and one is filled; reasons and dates are texts."""
    if head in (EXCLUDE, *DATES):
        return tuple(cells)
    try:
        values = [number(cell) if cell else math.nan for cell in cells]
    except ValueError:
        return tuple(cells)
    numeric = any(math.isfinite(value) for value in values) and not any(math.isinf(value) for value in values)
    return np.array(values) if numeric else tuple(cells)


def number(cell: str) -> float:
    """Read a cell such as 1,200 or 4.23%; ValueError for what is no number."""
    return scaled(float(cell[:-1]), -2) if cell.endswith("%") else float(cell.replace(",", ""))


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(number(cell))
    except ValueError:
        return False


def _nothing_for_blanks(values: tuple[str, ...] | np.ndarray) -> tuple[str, ...] | np.ndarray:
    """A claim or an asset beside the market value that is not told is none, and the enterprise value needs it."""
    if isinstance(values, tuple):
        return values if any(values) else np.zeros(len(values))
    return np.where(np.isnan(values), 0.0, values)


def _check_dates(place: Place, head: str, cells: tuple[str, ...] | np.ndarray, problems: Problems) -> None:
    for number, cell in enumerate(cells, start=2):
        if cell and math.isnan(ordinal(str(cell))):
            there = Place(place.file, number, place.column)
            problems.add(there, head, f"expected a date such as 2026-03-31, found {str(cell)!r}")


def column_complaint(tables: Mapping[str, PeerTable], day: str, dotted: str) -> str:
    """Return what is wrong with ``table.column`` in a formula, or an empty text; ``day`` is the valuation date."""
    name, _, column = dotted.partition(".")
    if name not in tables:
        return f"peers.{name} is not known{nearest(name, tables)}"
    if has(tables[name], column):
        return complaint(tables[name], column, day)
    spoilt = list(_spoilt(tables[name]))
    advice = (
        f"; {', '.join(spoilt)}: leave blank what is not known" if spoilt else nearest(column, tables[name].numeric)
    )
    return f"peers.{name} has no column of numbers {column}{advice}"


def _spoilt(table: PeerTable) -> Iterator[str]:
    """Say of each column of numbers and texts which cell is the first that is no number."""
    for head, cells in table.columns.items():
        if head not in (EXCLUDE, *DATES) and isinstance(cells, tuple) and any(map(_is_number, cells)):
            row = next(row for row, cell in enumerate(cells) if cell and not _is_number(cell))
            yield f"{head} has {cells[row]!r} in row {row + 2}"
