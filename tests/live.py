"""Distributions whose numbers stand in cells: written on a sheet as formulas, for the engines that judge them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from valuation.distributions import Distribution
from valuation.distributions.written import live_quantile, numbers_of
from valuation.formula import Formula, Row
from valuation.recording import Recording, evaluate
from valuation.units import NUMBER, RATE, Unit
from valuation.workbook.address import Cell
from valuation.workbook.spelling import Spelling

FIRST_ROW, SHEET = 123, "Inputs"


@dataclass(frozen=True)
class OnSheet:
    """One distribution with its numbers as cells of a row, and its quantile at one probability as a formula."""

    distribution: Distribution
    written: str
    unit: Unit = NUMBER

    @cached_property
    def recording(self) -> Recording:
        return Recording(1)

    @cached_property
    def numbers(self) -> dict[Row, float]:
        found = {"u": 0.5} | {f"n{k}": number.value for k, number in enumerate(numbers_of(self.written))}
        units = [RATE, *(NUMBER if number.free else self.unit for number in numbers_of(self.written))]
        named = zip(found.items(), units, strict=True)
        return {self.recording.input(name, name, unit).row: value for (name, value), unit in named}

    @cached_property
    def formula(self) -> Formula | None:
        u, *numbers = (self.recording.input(row.label, row.label, row.unit) for row in self.numbers)
        found: Formula | None = live_quantile(self.distribution, self.written, numbers, u, self.recording.constant)
        return found

    @cached_property
    def cells(self) -> dict[Row, float]:
        assert self.formula is not None
        return self.numbers | dict(self.recording.constants.values())

    def evaluated(self, u: np.ndarray) -> np.ndarray:
        first, *_ = self.numbers
        assert self.formula is not None
        return np.asarray(evaluate(self.formula, lambda row: u if row is first else self.cells[row]))

    def spelled(self, place: int) -> str:
        at = {row: Cell(SHEET, FIRST_ROW + place, column) for column, row in enumerate(self.cells)}
        assert self.formula is not None
        return Spelling(at, 1, {}).spell(self.formula, Cell(SHEET, FIRST_ROW + place, len(at)))


def write_book(path: Path, shown: list[tuple[OnSheet, float]]) -> list[str]:
    """Write a row for each distribution at each probability; return the addresses of the formulas."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        found = []
        for place, (live, u) in enumerate(shown):
            row = FIRST_ROW + place
            for column, value in enumerate([u, *list(live.cells.values())[1:]]):
                sheet.write_number(row, column, value)
            sheet.write_formula(row, len(live.cells), live.spelled(place))
            found.append(Cell(SHEET, row, len(live.cells)).name)
    return found


def by_formualizer(path: Path, cells: list[str]) -> np.ndarray:
    import formualizer
    from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

    book = formualizer.load_workbook(str(path))
    book.evaluate_all()
    places = [coordinate_from_string(cell) for cell in cells]
    return np.array([book.get_value(SHEET, row, column_index_from_string(letters)) for letters, row in places])


ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""


def by_libreoffice(path: Path, cells: list[str]) -> np.ndarray:
    """Converted in a profile of its own that never trusts stored values; those of the book are all 0."""
    import openpyxl

    profile, out = path.parent / "profile", path.parent / "out"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), str(path)], capture_output=True, timeout=300, check=True)
    sheet = openpyxl.load_workbook(out / path.name, data_only=True)[SHEET]
    return np.array([sheet[cell].value for cell in cells])


ENGINES: dict[str, Callable[[Path, list[str]], np.ndarray]] = {
    "formualizer": by_formualizer,
    "libreoffice": by_libreoffice,
}
NUMBER_IN_FORMULA = re.compile(r"(?<![A-Z$\d.])(?!\b[01]\b)\d")
