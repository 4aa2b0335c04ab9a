"""A block of replicas on a page: labels and units at the left, a column a replica, the years below each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..formula import Formula, Reference, Row
from ..lines import Array
from ..operations import rows_read
from ..recording import INPUTS, Recording, Values, evaluate
from .address import Cell, column_name, quoted
from .pages import Draft, Page, RawCell
from .replica import Replica, direct
from .replica_spelling import COLUMN, ReplicaSpelling, Spot, spots

LABEL, UNIT, MODEL, FIRST = range(4)
LONGEST: Final = 160
LAST: Final = "ZZZ"
"""Letters of a column far to the right."""
WIDTHS: Final = {LABEL: 60.0, UNIT: 12.0, MODEL: 14.0}
COLUMN_WIDTH: Final = 13.0


@dataclass(frozen=True)
class Lanes:
    """Rows that have a value in each column and are no part of the model: where they stand, and their values."""

    cells: Mapping[Row, Cell]
    values: Mapping[Row, Array]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max(np.size(values) for values in self.values.values())


@dataclass(frozen=True)
class Block:
    """A block that stands on its page: where each value is, and what it is worth in every column."""

    page: Page
    places: Mapping[Spot, int]
    values: Values
    varied: frozenset[Row]
    columns: int
    below: int

    def row(self, row: Row) -> Cell:
        """The first cell of a single value of the model."""
        return self.page.cell(self.places[Spot(direct(row, self.varied), None)], FIRST)

    def range(self, row: Row, sheet: str) -> str:
        """The cells of a single value in all columns, as another sheet reads them."""
        first = self.row(row)
        prefix = "" if sheet == first.sheet else f"{quoted(first.sheet)}!"
        return f"{prefix}{first.fixed}:{Cell(first.sheet, first.row, FIRST + self.columns - 1).fixed}"

    def of(self, row: Row) -> Array:
        """The values of a row in all columns: (columns,), or (years, columns)."""
        found = self.values[direct(row, self.varied)]
        return np.broadcast_to(found, (*found.shape[:-1], self.columns))


def write_block(page: Page, at: int, recording: Recording, draft: Draft, replica: Replica, lanes: Lanes) -> Block:
    """Write what a replica repeats on a page.

    Where addresses on other sheets would make a formula too long, the block links to these cells and reads the links.
    """
    links: list[Row] = []
    brought: list[Row] = []
    while True:
        spelling = _spelling(page, at, recording, draft, replica, lanes, links, brought)
        outside, far = _too_long(spelling, replica, page.title)
        if new := [row for row in outside if row not in links]:
            links += new
        elif far:
            brought += far
        else:
            break
    values = replica.values(draft.values, lanes.values, draft.years)
    known = {**draft.values, **lanes.values, **values}
    writer = _Writer(page, recording, draft, spelling, known, lanes.columns)
    for row in links:
        writer.link(row)
    for row in brought:
        writer.bring(row, lanes.cells[row])
    for row in replica.rows:
        writer.row(row, replica)
    page.widths.update(WIDTHS | dict.fromkeys(range(FIRST, FIRST + lanes.columns), COLUMN_WIDTH))
    below = at + len(spelling.links) + len(brought) + len(spelling.places)
    return Block(page, spelling.places, values, spelling.varied, lanes.columns, below)


def _spelling(
    page: Page,
    at: int,
    recording: Recording,
    draft: Draft,
    replica: Replica,
    lanes: Lanes,
    links: Sequence[Row],
    brought: Sequence[Row],
) -> ReplicaSpelling:
    """Give every value its row: first what is linked, then lanes brought from other sheets, then the block."""
    linked = [spot for row in links for spot in spots(row, draft.years)]
    repeated = [spot for row in replica.rows for spot in spots(row, draft.years)]
    here = {row: page.cell(at + len(linked) + number, FIRST) for number, row in enumerate(brought)}
    first = at + len(linked) + len(brought)
    return ReplicaSpelling(
        sheet=page.title,
        years=draft.years,
        places={spot: first + number for number, spot in enumerate(repeated)},
        lanes={**lanes.cells, **here},
        links={spot: at + number for number, spot in enumerate(linked)},
        link=MODEL,
        varied=frozenset(replica.varied),
        cells=draft.cells,
        peers=draft.peers,
        axis=next((draft.cells[row].sheet for row in recording.written if row.yearly), ""),
    )


def _formulas(replica: Replica, spelling: ReplicaSpelling, row: Row) -> Iterator[tuple[Spot, Formula, str]]:
    """The cells of a row with their formulas and texts, in which COLUMN stands for the letters of the column."""
    model = replace(spelling, model=True)
    for spot in spots(row, spelling.years):
        if spot.year is not None and not 0 <= spot.year < spelling.years:
            end = row.opening if spot.year < 0 else row.closing
            assert end is not None
            yield spot, end, spelling.text(end, spot)
        else:
            formula = replica.formula(row)
            yield spot, formula, (model if row in replica.varied else spelling).text(formula, spot)


def _too_long(spelling: ReplicaSpelling, replica: Replica, sheet: str) -> tuple[list[Row], list[Row]]:
    """What makes formulas longer than their readers like: rows of the model, and lanes on other sheets."""
    outside: dict[Row, None] = {}
    far: dict[Row, None] = {}
    for row in replica.rows:
        spelling.outside.clear()
        longest = max(len(text.replace(COLUMN, LAST)) for _, _, text in _formulas(replica, spelling, row))
        if longest > LONGEST:
            outside.update(dict.fromkeys(sorted(spelling.outside, key=lambda row: (row.scope, row.label))))
            read = rows_read(replica.formula(row))
            far.update(
                dict.fromkeys(lane for lane in read if lane in spelling.lanes and spelling.lanes[lane].sheet != sheet)
            )
    return list(outside), list(far)


@dataclass(frozen=True)
class _Writer:
    """Writes rows of a block; ``known`` are the values of the model and of the block."""

    page: Page
    recording: Recording
    draft: Draft
    spelling: ReplicaSpelling
    known: Values
    columns: int

    def link(self, row: Row) -> None:
        """A value of the model, read once for all columns."""
        for spot in spots(row, self.draft.years):
            at = self.spelling.links[spot]
            self._label(at, spot)
            source = self.spelling.home(_source(spot)).seen_from(self.page.title)
            value = float(np.ravel(self._value(spot, self.draft.values))[0])
            self.page.raw(at, MODEL, f"={source}", value, "formula", row.unit.number_format)

    def bring(self, row: Row, there: Cell) -> None:
        """A lane of another sheet, linked in its own columns."""
        at = self.spelling.lanes[row].row
        self._label(at, Spot(row, None))
        values = np.broadcast_to(self.known[row], (self.columns,))
        for number, value in enumerate(values.tolist(), start=FIRST):
            text = f"={quoted(there.sheet)}!{column_name(number)}${there.row + 1}"
            self.page.cells[at, number] = RawCell(text, value, "formula", row.unit.number_format)

    def row(self, row: Row, replica: Replica) -> None:
        """A row of the block: one formula in all columns of a value."""
        for spot, _, text in _formulas(replica, self.spelling, row):
            at = self.spelling.places[spot]
            self._label(at, spot)
            values = np.broadcast_to(self._value(spot, self.known), (self.columns,))
            for number, value in enumerate(values.tolist(), start=FIRST):
                formula = text.replace(COLUMN, column_name(number))
                self.page.cells[at, number] = RawCell(formula, value, "formula", row.unit.number_format)

    def _value(self, spot: Spot, known: Values) -> Array:
        row, year = spot
        if year is None:
            return known[row]
        if 0 <= year < self.draft.years:
            return np.asarray(known[row][year])
        end = row.opening if year < 0 else row.closing
        assert end is not None
        return np.asarray(evaluate(end, known.__getitem__))

    def _label(self, at: int, spot: Spot) -> None:
        self.page.text(at, LABEL, label(spot, self.recording))
        self.page.text(at, UNIT, str(spot.row.unit), "unit")


def _source(spot: Spot) -> Spot:
    """Where a value is worked out, when the cell before the first year is a link."""
    opening = spot.row.opening
    return Spot(direct(opening.row), None) if spot.year == -1 and isinstance(opening, Reference) else spot


def label(spot: Spot, recording: Recording) -> str:
    """What a value is: the title of its sheet, its line and its year."""
    row, year = spot
    scope = recording.scopes.get(row.name.partition(".")[0] if row.scope == INPUTS else row.scope)
    text = f"{scope.title}: {row.label}" if scope is not None and scope.title else row.label
    if year is None:
        return text
    return f"{text}, {'opening' if year < 0 else f'year {year + 1}' if year < recording.years else 'after the last'}"
