"""The page Two-way tables: the value per share for each pair of levels of two figures, by formulas and never stale.

Each cell reads a replica of the model on the page Two-way workings, where the model's own formulas run once a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...formula import Row
from ...recording import evaluate
from ..address import HEAD_ROW, Cell, column_name
from ..pages import Draft, Page
from ..replica import direct
from ..replica_block import Block
from ..sheet import Material, Sheet
from ..two_way import COLUMNS, LEVELS, Table, tables
from . import two_way_workings as workings

TITLE: Final = "Two-way tables"
LABEL, UNIT, LEVEL, CELLS = range(4)
LAST: Final = CELLS + LEVELS - 1
BESIDE: Final = LAST + 2
HEIGHT: Final = LEVELS + 5


@dataclass(frozen=True)
class _Place:
    """Where a table stands: its title in row ``top``, the levels across below it, then those down with the cells."""

    page: Page
    top: int

    @property
    def across(self) -> list[Cell]:
        """The cells of the levels across."""
        return [self.page.cell(self.top + 1, CELLS + number) for number in range(LEVELS)]

    @property
    def down(self) -> list[Cell]:
        """The cells of the levels down."""
        return [self.page.cell(self.top + 2 + number, LEVEL) for number in range(LEVELS)]


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write every table, and below each whether its middle is the model."""
    page.heads(HEAD_ROW, {LABEL: "Table", UNIT: "Unit", LEVEL: "Level"})
    page.widths = {LABEL: 52.0, UNIT: 12.0, LEVEL: 14.0, **dict.fromkeys(range(CELLS, BESIDE + LEVELS), 14.0)}
    page.widths[LAST + 1] = 3.0
    page.freeze = (HEAD_ROW + 1, LEVEL + 1)
    behind = draft.pages[workings.TITLE]
    workings.write_head(behind)
    below = top = HEAD_ROW + 1
    for table in tables(made):
        place = _Place(page, top)
        block, below = workings.write_workings(behind, below, table, place.down, place.across, made, draft)
        _table(place, table, block, made, draft)
        top += HEIGHT
    page.lights = (HEAD_ROW + 1, LEVEL, top, LEVEL)


def _table(place: _Place, table: Table, block: Block, made: Material, draft: Draft) -> None:
    page, (down, across) = place.page, table.axes
    page.text(place.top, LABEL, table.heading, "section")
    page.text(place.top + 1, LABEL, across.label)
    page.text(place.top + 1, UNIT, str(across.unit), "unit")
    page.text(place.top + 1, LEVEL, f"Value, {made.case.quote}", "head_right")
    for cell in place.down:
        page.text(cell.row, LABEL, down.label)
        page.text(cell.row, UNIT, str(down.unit), "unit")
    _levels(place, place.down, "ROWS({1}:{0})-ROWS({0}:{2})", table, 0, draft)
    _levels(place, place.across, "COLUMNS({1}:{0})-COLUMNS({0}:{2})", table, 1, draft)
    for number, (row, left) in enumerate(zip(table.replica.outputs, (CELLS, BESIDE), strict=False)):
        if number:
            page.text(place.top, left, f"{row.label}, {row.unit}, at the same levels", "section")
        _cells(place, row, block, workings.shown_in(block, number), left)
    _test(place, made, draft)


def _levels(place: _Place, cells: list[Cell], position: str, table: Table, which: int, draft: Draft) -> None:
    """The base and as many steps below and above it, by one formula: where a level stands tells its steps, twice."""
    axis, step = table.axes[which], table.steps[which].row
    base = float(np.ravel(evaluate(axis.base, draft.values.__getitem__))[0])
    size = float(draft.values[step][0])
    first, last = (_beside(cells[end], fixed=True) for end in (0, -1))
    for number, cell in enumerate(cells):
        moves = position.format(_beside(cell), first, last)
        start, by = draft.spelling.spell(axis.base, cell), draft.cells[step].seen_from(place.page.title)
        value = base + size * (number - (LEVELS - 1) / 2)
        place.page.raw(
            cell.row, cell.column, f"{start}+{by}*({moves})/(1+1)", value, "head_right", workings.finer(axis.unit)
        )


def _beside(cell: Cell, *, fixed: bool = False) -> str:
    """A cell with a text in the same row, or above: only its place is read."""
    down = cell.column == LEVEL
    there = Cell(cell.sheet, cell.row, UNIT) if down else Cell(cell.sheet, HEAD_ROW, cell.column)
    if fixed:
        return there.fixed
    return f"${column_name(there.column)}{there.row + 1}" if down else f"{column_name(there.column)}${there.row + 1}"


def _cells(place: _Place, row: Row, block: Block, source: str, left: int) -> None:
    """One formula for all cells: the column of the workings is counted from the first, row by row."""
    across, values = place.across, np.broadcast_to(block.of(row), (COLUMNS,))
    whole = f"{across[0].fixed}:{across[-1].fixed}"
    for number, value in enumerate(values.tolist()):
        down, right = divmod(number, LEVELS)
        at = place.page.cell(place.down[down].row, left + right)
        rows = f"ROWS(${column_name(UNIT)}${place.down[0].row + 1}:${column_name(UNIT)}{at.row + 1})-1"
        columns = f"COLUMNS(${column_name(CELLS)}${place.top + 2}:{column_name(CELLS + right)}${place.top + 2})"
        text = f"=INDEX({source},({rows})*COLUMNS({whole})+{columns})"
        shown = value if np.isfinite(value) else workings.NOTHING
        style = "key" if number == COLUMNS // 2 else "formula"
        place.page.raw(at.row, at.column, text, shown, style, row.unit.number_format)


def _test(place: _Place, made: Material, draft: Draft) -> None:
    """The middle of the table is the model."""
    page, at = place.page, place.down[-1].row + 1
    page.text(at, LABEL, "The middle is the value of the model")
    page.text(at, UNIT, "text", "unit")
    middle = page.cell(place.down[LEVELS // 2].row, CELLS + LEVELS // 2).name
    model = draft.cells[direct(made.valuation.per_share.row)].seen_from(page.title)
    page.raw(at, LEVEL, f'=IF({middle}={model},"OK","ERROR")', "OK", "status")


def _prepare(made: Material, draft: Draft) -> None:
    """Name the steps, which are constants of the book."""
    tables(made)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: TITLE,
    subtitle=lambda made: f"Value per share, {made.case.quote}, by two figures at a time; their steps stand on Inputs",
    about="The value per share by two figures at a time, live: the model runs once a cell",
    write=_write,
    needed=lambda made: bool(tables(made)),
    prepare=_prepare,
)
