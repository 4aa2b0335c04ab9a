"""The Inputs sheet: numbers of distributions in cells, ranges as formulas of these, and counts of what changed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from workbooks import Engine

from valuation.distributions.written import LONGEST, numbers_of
from valuation.study import Study, load
from valuation.workbook.sheets.inputs import BASE, DISTRIBUTION, HEADS, HIGH, LOW, MIDDLE, NUMBERS, WHY

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def alibaba() -> Study:
    return load(ROOT / "assumptions" / "alibaba")


@pytest.fixture(scope="module")
def book(alibaba: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return alibaba.write_workbook(tmp_path_factory.mktemp("inputs") / "alibaba.xlsx")


def letters(column: int) -> str:
    return str(openpyxl.utils.get_column_letter(column + 1))


def test_each_number_of_a_distribution_has_a_cell(alibaba: Study, book: Path) -> None:
    read = openpyxl.load_workbook(book)
    sheet = read["Inputs"]
    for found in alibaba.case.inputs:
        row = int(read.defined_names[found.name].attr_text.rpartition("$")[2])
        cells = [sheet.cell(row, column + 1).value for column in NUMBERS]
        numbers = numbers_of(found.written) if found.distribution is not None else []
        wanted = [number.value for number in numbers] if len(numbers) <= LONGEST else []
        assert wanted == pytest.approx([cell for cell in cells if cell is not None], rel=1e-15), found.name
        assert found.base == pytest.approx(sheet.cell(row, BASE + 1).value, rel=1e-15), found.name  # 16 digits
        assert found.origin.why == (sheet.cell(row, WHY + 1).value or "")
        if wanted:
            assert not any(number.text in sheet.cell(row, DISTRIBUTION + 1).value for number in numbers), found.name


def test_the_range_is_a_formula_and_equals_the_distribution(alibaba: Study, book: Path) -> None:
    engine = Engine(book)
    engine.book.evaluate_all()
    live = 0
    formulas = openpyxl.load_workbook(book)["Inputs"]
    for found in alibaba.case.inputs:
        if found.distribution is None:
            continue
        row = engine.row(found.name)
        for column, q in ((LOW, 0.05), (MIDDLE, 0.5), (HIGH, 0.95)):
            value = engine.book.get_value("Inputs", row, column + 1)
            assert float(found.distribution.quantile(q)) == pytest.approx(value, rel=1e-9, abs=1e-12), found.name
        live += "Audit" not in str(formulas.cell(row, LOW + 1).value)
    assert live >= 55


def test_another_number_moves_the_range_and_is_counted(alibaba: Study, book: Path) -> None:
    engine, name = Engine(book), "cloud.second_half_growth"
    found = alibaba.case.input(name)
    before = engine.read(f"Inputs!{letters(HIGH)}{engine.row(name)}")
    engine.type(f"Inputs!{letters(NUMBERS[2])}{engine.row(name)}", 0.60)
    assert engine.read(f"Inputs!{letters(HIGH)}{engine.row(name)}") > before + 0.05
    assert (1, 0) == (engine.read("Audit baseline!C6"), engine.read("Audit baseline!C5"))
    engine.type(name, found.base + 0.01)
    assert 1 == engine.read("Audit baseline!C5")


def test_an_edited_correlation_is_counted_and_tested(book: Path) -> None:
    engine = Engine(book)
    assert ("OK", 0) == (engine.read("Input correlations!F5"), engine.read("Audit baseline!C7"))
    engine.type("Input correlations!C5", 1.5)
    assert ("ERROR", 1) == (engine.read("Input correlations!F5"), engine.read("Audit baseline!C7"))


def test_the_head_of_the_sheet_says_what_each_column_is(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["Inputs"]
    assert list(HEADS.values()) == [cell.value for cell in sheet[4]]
