"""An edited book: its cells as they are now, beside the draft of the same book as it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ..workbook.address import Cell
from ..workbook.book import Plan
from ..workbook.opening import open_book
from ..workbook.pages import FormulaCell, NumberCell, RawCell, TextCell
from ..workbook.sheets import baseline, inputs
from ..workbook.verify import drafted
from .targets import Target, targets

Value = float | str | None
AUDITED: Final = (inputs.BASE, inputs.DISTRIBUTION, *inputs.NUMBERS)
Sheets = Mapping[str, Mapping[tuple[int, int], Any]]


@dataclass(frozen=True)
class Row:
    """What a book says of one input: its numbers now, edited or not, and those of its distribution then."""

    base: Value
    numbers: Sequence[Value]
    then_numbers: Sequence[float]


@dataclass(frozen=True)
class Book:
    """A workbook as it is now, and the draft of the same workbook as it was written."""

    path: Path
    plan: Plan
    formulas: Sheets
    constants: Sheets

    @cached_property
    def targets(self) -> dict[Cell, Target]:
        """What each cell of the draft stands for in the files."""
        return targets(self.plan)

    @cached_property
    def _rows(self) -> dict[int, int]:
        """Where each row of the Inputs sheet stands now, by its name in the files; one that is gone is left out."""
        page, there = self.plan.draft.pages[inputs.TITLE], self.constants.get(inputs.TITLE, {})
        now = {str(text).strip(): row for (row, column), text in there.items() if column == inputs.ID}
        named = {row: cell.text for (row, column), cell in page.cells.items()
                 if column == inputs.ID and isinstance(cell, TextCell)}  # fmt: skip
        return {row: now[name] for row, name in named.items() if name in now}

    def where(self, cell: Cell) -> Cell | None:
        """Where a cell of the draft stands now; None when its row is gone."""
        if cell.sheet != inputs.TITLE or (cell.row, inputs.ID) not in self.plan.draft.pages[cell.sheet].cells:
            return cell
        row = self._rows.get(cell.row)
        return None if row is None else Cell(cell.sheet, row, cell.column)

    def _audited(self, row: int) -> bool:
        """Whether the audit sheet tells of the input that has this row."""
        name = self.plan.draft.pages[inputs.TITLE].cells.get((row, inputs.ID))
        said = self.constants.get(baseline.TITLE, {}).get((row, inputs.NAME))
        return isinstance(name, TextCell) and said == name.text

    def then(self, cell: Cell) -> Value:
        """What stood in a cell when the book was written: a number, a text, or nothing that somebody chose.

        Inputs are told by the audit sheet: a book may have been written with other values than its files have.
        """
        if cell.sheet == inputs.TITLE and cell.column in AUDITED and self._audited(cell.row):
            given = _chosen(self.constants[baseline.TITLE].get((cell.row, cell.column)))
            if given is not None:
                return given
        match self.plan.draft.pages[cell.sheet].cells.get((cell.row, cell.column)):
            case NumberCell(value=value):
                return value
            case TextCell(text=text):
                return text.strip() or None
            case FormulaCell() | RawCell() | None:
                return None

    def now(self, cell: Cell) -> Value:
        """What somebody chose in a cell of the draft, as it is now; blank texts are nothing."""
        there = self.where(cell)
        return None if there is None else _chosen(self.constants.get(there.sheet, {}).get((there.row, there.column)))

    def formula(self, cell: Cell) -> str | None:
        """The formula that stands in a cell of the draft now."""
        there = self.where(cell)
        return None if there is None else self.formulas.get(there.sheet, {}).get((there.row, there.column))

    def row(self, name: str) -> Row:
        """What the book says of an input."""
        cells = {(target.kind, target.part): cell for cell, target in self.targets.items() if target.name == name}
        numbers = [cells[key] for key in sorted(key for key in cells if key[0] == "number")]
        then = [value for cell in numbers if isinstance(value := self.then(cell), float)]
        return Row(self.now(cells["base", ""]), [self.now(cell) for cell in numbers], then)


def _chosen(found: Any) -> Value:
    if isinstance(found, bool):
        return str(found).upper()
    if isinstance(found, (int, float)):
        return float(found)
    return str(found).strip() or None if found is not None else None


def open_edited(path: Path) -> Book:
    """Open a book and draft what was written then; raises InvalidAssumptions when it is not one of ours."""
    book = open_book(path)
    return Book(path, drafted(book), book.formulas, book.constants)
