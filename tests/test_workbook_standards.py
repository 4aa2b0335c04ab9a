"""What every shipped workbook promises, with a run and without: rules of the profession, the schema, two engines."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest
import standards
from conftest import GOOD, SHIPPED
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.datetime import to_excel
from openxml_audit import OpenXmlValidator
from standards import Written
from workbooks import need_libreoffice, run_tool

from valuation.study import Study, load
from valuation.workbook.address import FIRST_YEAR, HEAD_ROW, OPENING, PERIOD_ROW, VALUE, column_name
from valuation.workbook.book import draft_book
from valuation.workbook.pages import NumberCell, RawCell, TextCell
from valuation.workbook.sheets import checks, football

DRAWS = 512
EXACT = 1e-9
ROUNDING = 1e-14
LISTS = (checks.SHEET.title, football.SHEET.title)
every_book = pytest.mark.parametrize(
    ("path", "run"),
    [(path, run) for path in SHIPPED for run in (False, True)],
    ids=lambda value: value.name if isinstance(value, Path) else "run" if value else "base",
)
every_draft = pytest.mark.parametrize(
    ("path", "run"),
    [(path, run) for path in SHIPPED for run in (False, True)] + [(path, False) for path in GOOD],
    ids=lambda value: value.stem if isinstance(value, Path) else "run" if value else "base",
)


@cache
def study_of(path: Path) -> Study:
    return load(path)


@cache
def drafted(path: Path, run: bool) -> Written:
    study = study_of(path)
    simulation = study.simulate(DRAWS, seed=7) if run else None
    return Written(draft_book(study.case, simulation, study.scenarios(), study._quick(7) if run else None))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("standards")


@pytest.fixture
def book(path: Path, run: bool, folder: Path) -> Path:
    """The workbook of a shipped case, written once."""
    target = folder / f"{path.name}_{run}.xlsx"
    if not target.exists():
        study = study_of(path)
        study.write_workbook(target, study.simulate(DRAWS, seed=7) if run else None)
    return target


# Rules over drafted pages ---------------------------------------------------------------------------------------------


@every_draft
def test_one_formula_a_row_across_time(path: Path, run: bool) -> None:
    assert standards.rows_of_several_formulas(drafted(path, run)) == []


@every_draft
def test_a_column_is_the_same_period_on_every_sheet(path: Path, run: bool) -> None:
    book = drafted(path, run)
    assert book.timed
    assert standards.periods_out_of_place(book, study_of(path).case.base_year) == []


@every_draft
def test_no_number_stands_in_a_formula(path: Path, run: bool) -> None:
    assert standards.numbers_in_formulas(drafted(path, run)) == []


@every_draft
def test_no_function_is_volatile_opaque_or_new(path: Path, run: bool) -> None:
    assert standards.banned_functions(drafted(path, run)) == []


@every_draft
def test_formulas_are_short_and_no_if_stands_in_an_if(path: Path, run: bool) -> None:
    assert standards.hard_to_read(drafted(path, run)) == []


@every_draft
def test_no_cell_reads_itself(path: Path, run: bool) -> None:
    assert standards.circles(drafted(path, run)) == []


@every_draft
def test_numbers_are_blue_formulas_black_and_links_green(path: Path, run: bool) -> None:
    assert standards.colours(drafted(path, run)) == []


@every_draft
def test_every_row_has_a_label_and_a_unit(path: Path, run: bool) -> None:
    assert standards.without_label_or_unit(drafted(path, run)) == []


@every_draft
def test_negatives_have_brackets_and_multiples_an_x(path: Path, run: bool) -> None:
    assert standards.formats(drafted(path, run)) == []


# A breach of each rule is found ---------------------------------------------------------------------------------------

DCF = next(path for path in GOOD if path.stem == "dcf_by_sales")
YEAR_2, YEAR_3 = FIRST_YEAR + 1, FIRST_YEAR + 2
ROW = 200
FORMAT = "0.0_);(0.0)"


def broken(*cells: tuple[int, int, Any]) -> Written:
    """The book of a DCF with some cells of its sheet put in or replaced."""
    study = study_of(DCF)
    plan = draft_book(study.case, None, study.scenarios())
    for row, column, content in cells:
        plan.draft.pages["Core"].cells[row, column] = content
    return Written(plan)


def formula(text: str, style: str = "formula", shape: str = FORMAT) -> RawCell:
    return RawCell(text, 1.0, style, shape)


def number(style: str = "input", shape: str = FORMAT) -> NumberCell:
    return NumberCell(2.0, style, shape)


def test_a_year_with_another_formula_is_found() -> None:
    years = range(FIRST_YEAR, FIRST_YEAR + 6)
    alike = [(ROW, column, formula(f"={column_name(column)}$5")) for column in years]
    assert standards.rows_of_several_formulas(broken(*alike)) == []
    for other in (formula("=F$5*1"), number()):
        found = standards.rows_of_several_formulas(broken(*alike, (ROW, YEAR_3, other)))
        assert len(found) == 1 and found[0].startswith("Core")


@pytest.mark.parametrize("row", [HEAD_ROW, PERIOD_ROW])
def test_a_column_of_another_year_is_found(row: int) -> None:
    book = broken((row, YEAR_2, RawCell("=E4+1", 7, "formula", "0")))
    assert standards.periods_out_of_place(book, study_of(DCF).case.base_year) == ["Core"]


BREACHES = {
    "=E4*2": standards.numbers_in_formulas,
    "=IF(E4>0.5,1,0)": standards.numbers_in_formulas,
    "=SUM(E4,-3)": standards.numbers_in_formulas,
    "=NPV(E4,F4:G4)": standards.banned_functions,
    "=1+OFFSET(E4,1,1)": standards.banned_functions,
    "=_xlfn._xlws.FILTER(E4:E9,F4:F9)": standards.banned_functions,
    "=_xlfn.XLOOKUP(E4,F4:F9,G4:G9)": standards.banned_functions,
    "{=E4:E6}": standards.banned_functions,
    "=IF(E4,IF(F4,1,0),0)": standards.hard_to_read,
    "=1+IF(E4,(1+IF(F4,1,0)),0)": standards.hard_to_read,
    "=" + "+".join(["E4"] * 60): standards.hard_to_read,
    "=C202": standards.circles,
    "=SUM(C200:C202)": standards.circles,
    "=1+IF(E4,Core!$C$202,0)": standards.circles,
}


@pytest.mark.parametrize("text", BREACHES)
def test_a_formula_against_a_rule_is_found(text: str) -> None:
    back = (ROW + 1, VALUE, formula("=C201"))
    assert len(BREACHES[text](broken((ROW, VALUE, formula(text)), back))) == 1
    assert BREACHES[text](broken((ROW, VALUE, formula("=-1+IF(E4,E4,0)")), back)) == []


def test_a_cell_in_the_wrong_colour_is_found() -> None:
    assert standards.colours(broken((ROW, 2, number("formula")))) == ["Core!C201: a number that is not blue"]
    assert standards.colours(broken((ROW, 2, formula("=E4", "input")))) == ["Core!C201: a blue formula"]
    assert standards.colours(broken((ROW, 2, formula("=Inputs!C5")), (ROW, 3, number()))) == []


@pytest.mark.parametrize(
    ("shape", "breach"),
    [
        ("", "no number format"),
        ("#,##0", "#,##0 has no brackets for negatives"),
        ('0.00"x"_);(0.00"x")', '0.00"x"_);(0.00"x") is not that of a multiple'),
    ],
)
def test_a_number_in_the_wrong_format_is_found(shape: str, breach: str) -> None:
    assert standards.formats(broken((ROW, 2, number(shape=shape)))) == [f"Core!C201: {breach}"]


def test_a_row_without_label_or_unit_is_found() -> None:
    row = [(ROW, 0, TextCell("A line", "text")), (ROW, 1, TextCell("%", "unit")), (ROW, 2, number())]
    assert standards.without_label_or_unit(broken(*row)) == []
    assert standards.without_label_or_unit(broken(*row[1:])) == ["Core: row 201 has no label"]
    assert standards.without_label_or_unit(broken(row[0], row[2])) == ["Core: row 201 has no unit"]


# The files ------------------------------------------------------------------------------------------------------------


@every_book
def test_the_lint_has_nothing_to_say(path: Path, run: bool, book: Path) -> None:
    # a holding has no forecast, so no time axis (R45)
    forecast = any(row.yearly for row in drafted(path, run).plan.made.recording.written)
    found = run_tool("workbook_lint.py", "--strict", str(book), *(() if forecast else ("--skip", "R45")))
    assert found.returncode == 0, found.stdout


@every_book
def test_sheets_are_set_up_to_be_read_and_printed(path: Path, run: bool, book: Path) -> None:
    loaded = openpyxl.load_workbook(book)
    for sheet in loaded.worksheets:
        assert not sheet.merged_cells.ranges, sheet.title
        assert sheet.sheet_state == "visible", sheet.title
        kept = (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
        assert not any(one.hidden for one in kept), sheet.title
        assert sheet.freeze_panes, sheet.title
        assert sheet.page_setup.orientation and sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert sheet.page_setup.fitToWidth in (None, 1) and sheet.page_setup.paperSize == 9, sheet.title
        assert sheet.print_title_rows and sheet.oddFooter.right.text == "&P of &N", sheet.title
    assert not loaded.calculation.iterate


@every_book
def test_the_file_keeps_to_the_schema_of_office_open_xml(path: Path, run: bool, book: Path) -> None:
    assert OpenXmlValidator(strict=True).validate(book).errors == []


def test_a_file_against_the_schema_is_found(tmp_path: Path) -> None:
    good = study_of(DCF).write_workbook(tmp_path / "good.xlsx")
    spoilt = rewritten(
        good, tmp_path / "spoilt.xlsx", "xl/worksheets/sheet3.xml", b"<sheetData>", b"<sheetData><cell/>"
    )
    assert OpenXmlValidator(strict=True).validate(good).errors == []
    assert OpenXmlValidator(strict=True).validate(spoilt).errors != []


def rewritten(book: Path, target: Path, part: str, old: bytes, new: bytes) -> Path:
    """Copy a book with one text of one part replaced."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old in text
                text = text.replace(old, new, 1)
            copy.writestr(name, text)
    return target


# Another auditor ------------------------------------------------------------------------------------------------------


def grave_findings(book: Path, folder: Path) -> list[dict[str, Any]]:
    """What spreadsheet-auditor finds that is high or critical; LibreOffice recalculates in a test of its own."""
    settings = folder / "auditor.json"
    settings.write_text(json.dumps({"recalc": {"enabled": False}, "limits": {"timeout_seconds": 0}}))
    command = [sys.executable, "-m", "spreadsheet_auditor", str(book), "--json", "-", "--config", str(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode in (0, 1), done.stderr  # 6 is an audit that is not whole
    return [found for found in json.loads(done.stdout)["findings"] if found["severity"] in ("Critical", "High")]


def end_of_a_row(book: Written, finding: dict[str, Any]) -> bool:
    """Whether a formula that breaks a pattern is the opening value of a yearly row, or the one behind its years.

    Such a cell begins or ends a chain that goes through another row, as the balance of a corkscrew does; the auditor
    knows chains within one row only.
    """
    letters, row = coordinate_from_string(finding["cell"])
    ends = {
        (cell.sheet, cell.row + 1, column)
        for line, cell in book.plan.draft.cells.items()
        for column, end in ((OPENING, line.opening), (FIRST_YEAR + book.plan.draft.years, line.closing))
        if end is not None
    }
    return (finding["sheet"], row, column_index_from_string(letters) - 1) in ends


def row_of_a_list(finding: dict[str, Any]) -> bool:
    """Whether it differs from what stands above it on a sheet where each row is a thing of its own.

    Checks that follow one another may share a threshold by chance, and ranges of a football field their base.
    """
    return finding["sheet"] in LISTS and "in this column" in finding["evidence"][0]


@every_book
def test_another_auditor_finds_nothing_high(path: Path, run: bool, book: Path, tmp_path: Path) -> None:
    draft = drafted(path, run)
    unexpected = [
        f"{found['rule_id']} {found['location']}: {found['formula']}"
        for found in grave_findings(book, tmp_path)
        if found["rule_id"] != "FORMULA_DRIFT" or not (end_of_a_row(draft, found) or row_of_a_list(found))
    ]
    assert unexpected == []


def test_the_other_auditor_finds_a_formula_that_breaks_its_row(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(study_of(DCF).write_workbook(tmp_path / "book.xlsx"))
    sheet = book["Core"]
    row = next(cell.row for cell in sheet["A"] if cell.value == "EBITA")
    sheet[f"G{row}"] = f"=F{row}"
    book.save(tmp_path / "broken.xlsx")
    found = grave_findings(tmp_path / "broken.xlsx", tmp_path)
    assert [one["location"] for one in found if not end_of_a_row(drafted(DCF, False), one)] == [f"Core!G{row}"]


# Two engines ----------------------------------------------------------------------------------------------------------


@every_book
@pytest.mark.libreoffice
def test_libreoffice_computes_the_stored_values(path: Path, run: bool, book: Path) -> None:
    need_libreoffice()
    found = run_tool("recalc.py", str(book), "--tol", str(EXACT))
    assert found.returncode == 0, found.stdout + found.stderr


def differences(book: Path) -> list[str]:
    """Formulas whose stored value is not what the other engine computes."""
    formulas, stored = openpyxl.load_workbook(book), openpyxl.load_workbook(book, data_only=True)
    engine = formualizer.load_workbook(str(book))
    engine.evaluate_all()
    found = []
    for sheet in formulas.worksheets:
        # a difference of large numbers is nothing when it is their rounding
        nothing = ROUNDING * max(map(abs, numbers_on(stored[sheet.title])), default=0.0)
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            kept = stored[sheet.title][cell.coordinate].value
            kept = to_excel(kept) if isinstance(kept, datetime) else kept
            computed = engine.get_value(sheet.title, cell.row, cell.column)
            computed = to_excel(computed) if isinstance(computed, date) else computed
            if not alike(kept, computed, nothing):
                found.append(f"{sheet.title}!{cell.coordinate}: {kept!r} stored, {computed!r} computed")
    return found


def numbers_on(sheet: Any) -> list[float]:
    return [value for row in sheet.iter_rows(values_only=True) for value in row if isinstance(value, float | int)]


def alike(kept: Any, computed: Any, nothing: float) -> bool:
    if isinstance(kept, float | int) and isinstance(computed, float | int):
        return math.isclose(kept, computed, rel_tol=EXACT, abs_tol=nothing)
    return bool(kept == computed)


@every_book
def test_another_engine_computes_the_stored_values(path: Path, run: bool, book: Path) -> None:
    assert differences(book) == []


def test_a_stored_value_that_is_off_is_found(tmp_path: Path) -> None:
    good = study_of(DCF).write_workbook(tmp_path / "good.xlsx")
    part = "xl/worksheets/sheet2.xml"
    with zipfile.ZipFile(good) as book:
        found = re.search(rb'<c r="C5"[^>]*><f>[^<]*</f><v>', book.read(part))
    assert found is not None
    off = rewritten(good, tmp_path / "off.xlsx", part, found[0], found[0] + b"1")
    assert differences(good) == []
    assert "Summary!C5" in [text.partition(":")[0] for text in differences(off)]
