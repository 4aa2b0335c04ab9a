"""The data sheet of a walk between two cases: what the comparison found, stored in blue for formulas to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..comparison import Comparison
from ..comparison.walk import TOLERANCE, Step
from ..formula import Reference, Row
from ..units import Unit
from .address import HEAD_ROW, column_name, quoted
from .pages import Draft, Page

FIRST: Final = HEAD_ROW + 1
UNEXPLAINED: Final = "What no step explains"
ROUNDING: Final = "0.0E+00"
TITLE: Final = "Walk data"
NAME, UNIT, NUMBER, BEFORE, AFTER, BY_FILE, BY_SHARE, ERROR, WHERE = range(9)
ORDERS: Final = {BY_FILE: "File order", BY_SHARE: "Shapley value"}


@dataclass
class WalkDraft:
    """A walk on its way into a workbook: the comparison, the draft, and the stored cells that formulas read.

    ``ends`` are the values of A and B; ``moves`` the cells of each step, by the column of their order; ``rows`` where
    the steps stand on the data sheet, first and last, with the start before them.
    """

    found: Comparison
    draft: Draft
    ends: tuple[Reference, Reference]
    limit: Reference
    moves: Mapping[int, Sequence[Reference]]
    rows: tuple[int, int]

    @property
    def unit(self) -> Unit:
        """The unit of the value per share."""
        return self.found.unit

    def steps(self, column: int) -> str:
        """The cells of all steps in a column of the data sheet, without the start, as other sheets read them."""
        return cells(column, self.rows[0] + 1, self.rows[1])


def cells(column: int, first: int, last: int) -> str:
    """Rows of a column of the data sheet, as other sheets read them."""
    letter = column_name(column)
    return f"{quoted(TITLE)}!${letter}${first + 1}:${letter}${last + 1}"


def orders(found: Comparison) -> list[int]:
    """The columns of the orders that were asked for."""
    return [column for column, name in ((BY_FILE, "shapley"), (BY_SHARE, "files")) if found.order != name]


def write_data(page: Page, found: Comparison, draft: Draft) -> WalkDraft:
    """Write what the comparison found: in blue, as the run stored it."""
    quote, walk, wanted = found.unit, found.walk, orders(found)
    page.widths = {
        NAME: 46,
        UNIT: 12,
        NUMBER: 9,
        BEFORE: 34,
        AFTER: 34,
        BY_FILE: 13,
        BY_SHARE: 13,
        ERROR: 13,
        WHERE: 70,
    }
    page.heads(
        HEAD_ROW, {NAME: "Step", UNIT: "Unit", NUMBER: "Number", BEFORE: "From", AFTER: "To", WHERE: "Where"}, 99
    )
    page.heads(HEAD_ROW, {column: ORDERS[column] for column in wanted})
    if BY_SHARE in wanted:
        page.heads(HEAD_ROW, {ERROR: "Standard error"})
    stored = _Stored(page, draft)
    start = _label(page, FIRST, f"A: {found.a.told}", quote)
    page.number(FIRST, NUMBER, 0, "0")
    first = [stored.put(FIRST, column, walk.start, quote) for column in wanted]
    moves: dict[int, list[Reference]] = {column: [] for column in wanted}
    at = start
    for number, step in enumerate(walk.steps, start=1):
        at = _label(page, at, step.name, quote)
        page.number(at - 1, NUMBER, number, "0")
        _step(stored, at - 1, step, found, moves)
    if walk.unexplained:
        at = _label(page, at, UNEXPLAINED, quote)
        page.number(at - 1, NUMBER, len(walk.steps) + 1, "0")
        for column in wanted:
            moves[column].append(stored.put(at - 1, column, walk.rest, quote))
    last = at - 1
    end = stored.put(_label(page, at + 1, f"B: {found.b.told}", quote) - 1, wanted[0], walk.end, quote)
    size = TOLERANCE * max(abs(walk.start), abs(walk.end), 1.0)
    limit = stored.put(_label(page, at + 2, "Largest rounding", quote) - 1, wanted[0], size, quote, ROUNDING)
    return WalkDraft(found, draft, (first[0], end), limit, moves, (FIRST, last))


def _label(page: Page, at: int, text: str, unit: Unit) -> int:
    """Label a row; returns the next one."""
    page.text(at, NAME, text)
    page.text(at, UNIT, str(unit), "unit")
    return at + 1


def _step(stored: _Stored, at: int, step: Step, found: Comparison, moves: Mapping[int, list[Reference]]) -> None:
    page, told = stored.page, step.difference
    page.text(at, BEFORE, told.before)
    page.text(at, AFTER, told.after)
    page.text(at, WHERE, found.place(step), "unit")
    for column, amount in ((BY_FILE, step.file_order), (BY_SHARE, step.shapley)):
        if amount is not None:
            moves[column].append(stored.put(at, column, amount, found.unit))
    if step.shapley_error is not None:
        page.number(at, ERROR, step.shapley_error, found.unit.number_format)


@dataclass(frozen=True)
class _Stored:
    """Numbers that the run stored, each a cell that formulas can read."""

    page: Page
    draft: Draft

    def put(self, at: int, column: int, value: float, unit: Unit, number_format: str = "") -> Reference:
        row = Row(self.page.title, f"{at},{column}", unit, False)
        self.draft.values[row] = np.array([value])
        self.draft.cells[row] = self.page.cell(at, column)
        self.page.number(at, column, value, number_format or unit.number_format)
        return Reference(row)
