"""Spelling the formulas of replicas: the years of a row stand below each other, one column is one replica.

A formula is spelled once for all columns: ``COLUMN`` stands for the letters of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..formula import Block, Column, Formula, Row
from .address import FIRST_YEAR, PERIOD_ROW, VALUE, Cell, column_name, quoted
from .replica import direct
from .spelling import Grammar, is_period

COLUMN: Final = "\x00"
HERE: Final = -1
"""The column of the formula, in a Cell."""


class Spot(NamedTuple):
    """A value of the model: a row, and the year counted from 0 where it has years; -1 is the cell before the first."""

    row: Row
    year: int | None


def spots(row: Row, years: int) -> Iterator[Spot]:
    """The values of a row in the order in which they stand below each other."""
    if not row.yearly:
        yield Spot(row, None)
        return
    first = 0 if row.opening is None else -1
    last = years if row.closing is None else years + 1
    yield from (Spot(row, year) for year in range(first, last))


@dataclass(frozen=True)
class ReplicaSpelling(Grammar):
    """Formulas of one block on a sheet, on which no row of the model stands.

    ``places`` says in which row of the sheet a value of the block stands, ``lanes`` where those of lanes do, in the
    same columns. ``links`` are values of the model that the block reads from its column ``link``, because their own
    addresses are too long. ``varied`` are the rows at which links are not followed further. ``cells`` and ``peers`` are
    those of the book, ``axis`` is a sheet with a time axis. ``model`` reads the model in place of the block.
    ``outside`` notes the rows that are read from other sheets.
    """

    sheet: str
    years: int
    places: Mapping[Spot, int]
    lanes: Mapping[Row, Cell]
    links: Mapping[Spot, int]
    link: int
    varied: frozenset[Row]
    cells: Mapping[Row, Cell]
    peers: Mapping[tuple[str, str], str]
    axis: str
    model: bool = False
    outside: set[Row] = field(default_factory=set)

    def text(self, formula: Formula, spot: Spot) -> str:
        """A formula as it stands in the cells of a value of the block, with COLUMN for the letters of the column."""
        return self.spell(formula, Cell(self.sheet, self.places[spot], _at(spot)))

    def straight(self, formula: Formula) -> Formula:
        return formula  # addresses are straight already, and stop at varied rows

    def here(self, row: Row, at: Cell) -> str:
        return self._address(row, _year(at) if row.yearly else None)

    def shifted(self, row: Row, by: int, at: Cell) -> str:
        return self._address(row, _year(at) + by)

    def before(self, at: Cell) -> str:
        return f"{COLUMN}{at.row}"

    def one(self, row: Row, year: int, at: Cell) -> str:
        return self._address(row, year % self.years)

    def whole(self, row: Row, at: Cell) -> str:
        return self.between(self._cell(row, 0), self._cell(row, self.years - 1), at)

    def listed(self, block: Block, at: Cell) -> str:
        return self._address(block.items[_year(at)].row, None)

    def column(self, column: Column) -> str:
        return self.peers[column.table, column.column]

    def cell(self, row: Row) -> Cell:
        return self._cell(row, None)

    def between(self, first: Cell, last: Cell, at: Cell) -> str:
        return f"{self._prefix(first)}{_letters(first)}${first.row + 1}:{_letters(last)}${last.row + 1}"

    def home(self, spot: Spot) -> Cell:
        """Where the model has a value."""
        if is_period(spot.row):
            return Cell(self.axis, PERIOD_ROW, _at(spot))
        cell = self.cells[spot.row]
        return cell if spot.year is None else Cell(cell.sheet, cell.row, _at(spot))

    def _address(self, row: Row, year: int | None) -> str:
        """The row is relative where a yearly value of the block is read, so that all years have one formula."""
        cell = self._cell(row, year)
        fixed = "" if year is not None and cell.sheet == self.sheet else "$"
        return f"{self._prefix(cell)}{_letters(cell)}{fixed}{cell.row + 1}"

    def _cell(self, row: Row, year: int | None) -> Cell:
        if row in self.lanes:
            return Cell(self.lanes[row].sheet, self.lanes[row].row, HERE)
        spot = Spot(direct(row, () if self.model else self.varied), year)
        if not self.model and spot in self.places:
            return Cell(self.sheet, self.places[spot], HERE)
        if spot in self.links:
            return Cell(self.sheet, self.links[spot], self.link)
        self.outside.add(spot.row)
        return self.home(spot)

    def _prefix(self, cell: Cell) -> str:
        return "" if cell.sheet == self.sheet else f"{quoted(cell.sheet)}!"


def _at(spot: Spot) -> int:
    """The column of a year on the sheets of the model."""
    return FIRST_YEAR + spot.year if spot.year is not None else VALUE


def _year(at: Cell) -> int:
    return at.column - FIRST_YEAR


def _letters(cell: Cell) -> str:
    return COLUMN if cell.column == HERE else f"${column_name(cell.column)}"
