"""Pages of lines: the rows of a scope with the time axis in the head, one formula a row across the years."""

from __future__ import annotations

import textwrap

from ...formula import Row
from ...lines import Array, single
from ...recording import Heading, Scope, evaluate
from ..address import FIRST_ROW, FIRST_YEAR, HEAD_ROW, LABEL, OPENING, PERIOD_ROW, UNIT, VALUE, Cell, column_name
from ..pages import Draft, FormulaCell, Page

WIDTHS = {LABEL: 40.0, UNIT: 12.0, VALUE: 14.0}
YEAR_FORMAT = "0"
NOTE_WIDTH = 150


def place_rows(page: Page, scope: Scope, draft: Draft) -> None:
    """Give each row of a scope its place on the page, with captions between them."""
    at = FIRST_ROW
    for entry in scope.entries:
        if isinstance(entry, Heading):
            at += 1
            page.text(at, LABEL, entry.text, "section")
        else:
            draft.cells[entry] = page.cell(at, FIRST_YEAR if entry.yearly else VALUE)
        at += 1


def write_rows(
    page: Page, scope: Scope, draft: Draft, first_year: int, *, base_year: Cell | None, note: str = ""
) -> None:
    """Write the head and every row of a scope, and the note below them; without ``base_year`` no time axis."""
    page.heads(HEAD_ROW, {LABEL: "Line", UNIT: "Unit", VALUE: "Value"})
    page.widths = dict(WIDTHS)
    page.freeze = (PERIOD_ROW + 1, VALUE + 1)
    if base_year is not None:
        _time_axis(page, draft, base_year, first_year)
    page.text(FIRST_ROW - 1, LABEL, "Assumptions", "section")
    for row in scope.rows:
        _row(page, row, draft)
    below = max((row for row, _ in page.cells), default=FIRST_ROW) + 2
    for number, text in enumerate(textwrap.wrap(f"Note: {note}", NOTE_WIDTH) if note else ()):
        page.text(below + number, LABEL, text, "subtitle")


def _time_axis(page: Page, draft: Draft, base_year: Cell, first_year: int) -> None:
    last = FIRST_YEAR + draft.years - 1
    page.raw(HEAD_ROW, OPENING, f"={base_year.seen_from(page.title)}", first_year - 1, "head_right", YEAR_FORMAT)
    page.text(PERIOD_ROW, LABEL, "Forecast year", "unit")
    page.text(PERIOD_ROW, UNIT, "number", "unit")
    page.text(HEAD_ROW - 1, OPENING, "Base year", "unit")
    page.text(HEAD_ROW - 1, FIRST_YEAR, "Forecast", "unit")
    for number, column in enumerate(range(FIRST_YEAR, last + 1)):
        left, here = column_name(column - 1), column_name(column)
        page.raw(HEAD_ROW, column, f"={left}{HEAD_ROW + 1}+1", first_year + number, "head_right", YEAR_FORMAT)
        period = f"={here}{HEAD_ROW + 1}-${column_name(OPENING)}${HEAD_ROW + 1}"
        page.raw(PERIOD_ROW, column, period, number + 1, "formula", "0_);(0)")
    page.widths.update(dict.fromkeys(range(OPENING, last + 1), 11.0))


def _row(page: Page, row: Row, draft: Draft) -> None:
    assert row.formula is not None
    at = draft.cells[row].row
    style = "total" if row in draft.results else "formula"
    page.text(at, LABEL, row.label, "total_text" if style == "total" else "text")
    page.text(at, UNIT, str(row.unit), "unit")
    number_format = row.unit.number_format
    values = draft.values[row]
    if not row.yearly:
        page.cells[at, VALUE] = FormulaCell(row.formula, single(values), style, number_format)
        return
    for number in range(draft.years):
        value = single(values[number])
        page.cells[at, FIRST_YEAR + number] = FormulaCell(row.formula, value, style, number_format)
    if row.opening is not None:
        value = _end(row, "opening", draft)
        page.cells[at, OPENING] = FormulaCell(row.opening, value, style, number_format)
    if row.closing is not None:
        after = FIRST_YEAR + draft.years
        page.text(HEAD_ROW, after, "After", "head_right")
        page.widths[after] = 11.0
        page.cells[at, after] = FormulaCell(row.closing, _end(row, "closing", draft), style, number_format)


def _end(row: Row, side: str, draft: Draft) -> float:
    """The value in the cell before a yearly row, or behind it."""
    formula = row.opening if side == "opening" else row.closing
    assert formula is not None
    value: Array = evaluate(formula, draft.values.__getitem__)
    return single(value)
