"""Helpers of the workbook tests: recalculating in an independent engine and in LibreOffice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import formualizer
import numpy as np
import openpyxl
import pytest

from valuation.formula import Row
from valuation.recording import Recording, Scope
from valuation.workbook.address import FIRST_YEAR, HEAD_ROW, PERIOD_ROW, Cell
from valuation.workbook.pages import Draft
from valuation.workbook.sheets.lines import place_rows

SHARED_TOOLS = Path(__file__).parents[2] / "shared" / "tools"


def shared_tool(name: str) -> Path:
    """An acceptance tool beside the checkout; missing in CI is a failure, elsewhere a skip with its reason."""
    tool = SHARED_TOOLS / name
    if not tool.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{tool} is missing")
        pytest.skip(f"{name} does not stand beside this checkout")
    return tool


def run_tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(shared_tool(name)), *arguments], capture_output=True, text=True, timeout=300, check=False
    )


def need_libreoffice() -> None:
    """LibreOffice judges: missing in CI is a failure, elsewhere a skip with its reason."""
    if shutil.which("soffice") is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice (soffice) is not installed")
        pytest.skip("LibreOffice (soffice) is not installed")


class Engine:
    """A workbook in the independent engine: type into cells, read others."""

    def __init__(self, path: Path) -> None:
        self.book = formualizer.load_workbook(str(path))
        names = openpyxl.load_workbook(path).defined_names
        self.names = {name: entry.attr_text for name, entry in names.items()}

    def _address(self, name: str) -> tuple[str, int, int]:
        sheet, _, cell = self.names.get(name, name).rpartition("!")
        letters, row = openpyxl.utils.cell.coordinate_from_string(cell.replace("$", ""))
        return sheet.strip("'"), row, openpyxl.utils.column_index_from_string(letters)

    def row(self, name: str) -> int:
        """The row of a named cell, counted from 1."""
        return self._address(name)[1]

    def type(self, name: str, value: float) -> None:
        self.book.set_value(*self._address(name), float(value))

    def read(self, name: str) -> Any:
        self.book.evaluate_all()
        return self.book.get_value(*self._address(name))


def recalculated(recording: Recording, inputs: dict[str, float]) -> dict[Row, np.ndarray]:
    """Spell a recording on one sheet of the independent engine and return what it computes for each row.

    Inputs and constants stand on a second sheet.
    """
    constants = {label: value for label, (_, value) in recording.constants.items()}
    given = recording.inputs | {label: row for label, (row, _) in recording.constants.items()}
    numbers = inputs | constants
    draft, scope = Draft(recording.years), recording.scopes[""]
    page = draft.page("Model", "Model")
    inputs_page = draft.page("Inputs", "Inputs")
    for number, (name, row) in enumerate(given.items()):
        draft.cells[row] = inputs_page.cell(number, 2)
        assert name in numbers
    place_rows(page, Scope("", "", list(scope.entries)), draft)
    book = formualizer.Workbook()
    for title in ("Model", "Inputs"):
        book.add_sheet(title)
    for name, row in given.items():
        cell = draft.cells[row]
        if np.isnan(numbers[name]):
            book.set_formula("Inputs", cell.row + 1, cell.column + 1, "=NA()")
        else:
            book.set_value("Inputs", cell.row + 1, cell.column + 1, float(numbers[name]))
    for year in range(recording.years):
        book.set_value("Model", PERIOD_ROW + 1, FIRST_YEAR + year + 1, float(year + 1))
        book.set_value("Model", HEAD_ROW + 1, FIRST_YEAR + year + 1, float(2027 + year))
    for row in scope.rows:
        _spell(book, row, draft)
    book.evaluate_all()
    return {row: _read(book, draft.cells[row], recording.years if row.yearly else 1) for row in scope.rows}


def _spell(book: Any, row: Row, draft: Draft) -> None:
    spelling, cell = draft.spelling, draft.cells[row]
    ends = {cell.column - 1: row.opening, cell.column + draft.years: row.closing} if row.yearly else {}
    years = range(draft.years) if row.yearly else range(1)
    formulas = {cell.column + year: row.formula for year in years} | ends
    for column, formula in formulas.items():
        if formula is not None:
            at = Cell(cell.sheet, cell.row, column)
            book.set_formula(at.sheet, at.row + 1, at.column + 1, spelling.spell(formula, at))


def _read(book: Any, cell: Cell, years: int) -> np.ndarray:
    found = [book.get_value(cell.sheet, cell.row + 1, cell.column + 1 + year) for year in range(years)]
    return np.array([float(value) if isinstance(value, (int, float)) else np.nan for value in found])
