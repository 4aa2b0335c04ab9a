"""The page Two-way workings: the model's own formulas once for each cell of the two-way tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...formula import Row
from ...units import Unit
from ..address import HEAD_ROW, Cell, column_name, quoted
from ..pages import Draft, Page
from ..replica_block import FIRST, LABEL, MODEL, UNIT, Block, Lanes, write_block
from ..sheet import Material, Sheet
from ..two_way import COLUMNS, Table, tables

TITLE: Final = "Two-way workings"
NOTHING: Final = "n/a"
FINER: Final = {"rate": "0.00%_);(0.00%)", "years": "0.00_);(0.00)"}


def write_head(page: Page) -> None:
    """Write the head; its cells also say which column of the workings one is."""
    page.heads(HEAD_ROW, {LABEL: "Line", UNIT: "Unit", MODEL: "From the model"})
    for number in range(COLUMNS):
        page.text(HEAD_ROW, FIRST + number, f"Cell {number + 1}", "head_right")
    page.freeze = (HEAD_ROW + 1, FIRST)


def write_workings(
    page: Page, at: int, table: Table, down: Sequence[Cell], across: Sequence[Cell], made: Material, draft: Draft
) -> tuple[Block, int]:
    """Write the levels of each cell, the model at them and what is shown; returns the row behind them."""
    page.text(at, LABEL, table.heading, "section")
    rows, columns = (f"{quoted(cells[0].sheet)}!{cells[0].fixed}:{cells[-1].fixed}" for cells in (down, across))
    number = f"COLUMNS(${column_name(FIRST)}${HEAD_ROW + 1}:{{}}${HEAD_ROW + 1})-1"
    _levels(page, at + 1, table, 0, f"=INDEX({rows},INT(({number})/COLUMNS({columns}))+1)")
    _levels(page, at + 2, table, 1, f"=INDEX({columns},MOD({number},COLUMNS({columns}))+1)")
    cells = {lane: page.cell(at + 1 + place, FIRST) for place, lane in enumerate(table.lanes)}
    lanes = Lanes(cells, dict(zip(table.lanes, table.levels, strict=True)))
    block = write_block(page, at + 3, made.recording, draft, table.replica, lanes)
    for place, row in enumerate(table.replica.outputs):
        _shown(page, block.below + place, row, block)
    return block, block.below + len(table.replica.outputs) + 1


def shown_in(block: Block, number: int) -> str:
    """The cells of what a table shows of an output, as another sheet reads them."""
    first = block.page.cell(block.below + number, FIRST)
    last = block.page.cell(block.below + number, FIRST + COLUMNS - 1)
    return f"{quoted(first.sheet)}!{first.fixed}:{last.fixed}"


def finer(unit: Unit) -> str:
    """The format of a level: a step may be smaller than what the model shows."""
    return FINER.get(unit.shown, unit.number_format) if unit.pure else unit.number_format


def _levels(page: Page, at: int, table: Table, which: int, text: str) -> None:
    axis = table.axes[which]
    page.text(at, LABEL, f"Level: {axis.label}")
    page.text(at, UNIT, str(axis.unit), "unit")
    for column, value in enumerate(table.levels[which].tolist(), start=FIRST):
        page.raw(at, column, text.format(column_name(column)), value, "formula", finer(axis.unit))


def _shown(page: Page, at: int, row: Row, block: Block) -> None:
    """A row of what a table shows: an impossible pair of levels is told by a word."""
    page.text(at, LABEL, f"{row.label}, where it can be")
    page.text(at, UNIT, str(row.unit), "unit")
    values = np.broadcast_to(block.of(row), (COLUMNS,))
    for column, value in enumerate(values.tolist(), start=FIRST):
        cell = f"{column_name(column)}{block.row(row).row + 1}"
        shown = value if np.isfinite(value) else NOTHING
        page.raw(at, column, f'=IF(ISNUMBER({cell}),{cell},"{NOTHING}")', shown, "total", row.unit.number_format)


def _write(page: Page, made: Material, draft: Draft) -> None:
    """The page of the tables writes this one with them."""


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: TITLE,
    subtitle=lambda made: "The model's own formulas once for each cell of the two-way tables; nothing to type here",
    about="What stands behind the two-way tables",
    write=_write,
    needed=lambda made: bool(tables(made)),
)
