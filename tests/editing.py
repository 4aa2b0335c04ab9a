"""Editing a workbook as an analyst does: in a book held in memory, or in the file by openpyxl."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl

from valuation.pulling.book import Book
from valuation.reading import load
from valuation.workbook.address import Cell
from valuation.workbook.book import Plan, draft_book
from valuation.workbook.pages import FormulaCell, NumberCell, RawCell, TextCell
from valuation.workbook.sheets import inputs

COLUMNS: Mapping[str, int] = {
    "base": inputs.BASE,
    "distribution": inputs.DISTRIBUTION,
    "why": inputs.WHY,
    "unit": inputs.UNIT,
    **dict(zip("abcdef", inputs.NUMBERS, strict=True)),
}


def drafted(path: Path) -> Plan:
    """The book of a case, drafted and not written."""
    case = load(path, evidence=False)
    return draft_book(case, None, dict.fromkeys(case.scenarios, 0.0), judged=False)


def at(plan: Plan, name: str, what: str) -> Cell:
    """The cell of an input by name and column: base, a to f, distribution, why."""
    return Cell(inputs.TITLE, plan.draft.names[name].row, COLUMNS[what])


def held(plan: Plan, edits: Mapping[Cell, Any] | None = None) -> Book:
    """A draft as if it had been written and opened again, with some cells typed over (None empties one)."""
    formulas: dict[str, dict[tuple[int, int], Any]] = {title: {} for title in plan.draft.pages}
    constants: dict[str, dict[tuple[int, int], Any]] = {title: {} for title in plan.draft.pages}
    spelling = plan.draft.spelling
    for title, page in plan.draft.pages.items():
        for place, content in page.cells.items():
            match content:
                case FormulaCell():
                    formulas[title][place] = spelling.spell(content.formula, page.cell(*place))
                case RawCell(text=text):
                    formulas[title][place] = text
                case NumberCell(value=value):
                    constants[title][place] = value
                case TextCell(text=text):
                    constants[title][place] = text
    for cell, value in (edits or {}).items():
        formulas[cell.sheet].pop((cell.row, cell.column), None)
        constants[cell.sheet].pop((cell.row, cell.column), None)
        if isinstance(value, str) and value.startswith("="):
            formulas[cell.sheet][cell.row, cell.column] = value
        elif value is not None:
            constants[cell.sheet][cell.row, cell.column] = value
    return Book(Path("book.xlsx"), plan, formulas, constants)


@contextmanager
def open_in_openpyxl(path: Path) -> Iterator[Any]:
    """A workbook to edit, saved by openpyxl at the end: stored values of formulas are lost, as they are then."""
    book = openpyxl.load_workbook(path)
    yield book
    book.save(path)


def typed(path: Path, edits: Mapping[Cell, Any]) -> None:
    """Type values into the cells of a workbook."""
    with open_in_openpyxl(path) as book:
        for cell, value in edits.items():
            book[cell.sheet].cell(cell.row + 1, cell.column + 1).value = value


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, to the byte."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
