"""The workbook: live, complete, the same bytes twice, and never half-written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from conftest import CASES, every_good_case, every_shipped_case
from workbooks import Engine, need_libreoffice, run_tool

from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.formula import Row
from valuation.simulation.engine import simulate
from valuation.study import Study, load
from valuation.trial import record
from valuation.workbook import book as book_module
from valuation.workbook.book import write_workbook
from valuation.workbook.sheets.checks import STATUS, TEST
from valuation.workbook.sheets.inputs import SOURCE
from valuation.workbook.verify import verify_book

ALIBABA = Path(__file__).parents[1] / "assumptions" / "alibaba"


@pytest.fixture(scope="session")
def alibaba() -> Study:
    return load(ALIBABA)


@pytest.fixture(scope="session")
def alibaba_book(alibaba: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("books") / "alibaba.xlsx"
    return alibaba.write_workbook(path, alibaba.simulate(4096, seed=7))


@pytest.fixture
def book_of(good: Case, tmp_path: Path) -> Path:
    return write_workbook(good, tmp_path / "book.xlsx", simulate(good, 64), dict.fromkeys(good.scenarios, 1.0))


@every_shipped_case
def test_lint_finds_no_fault_in_a_shipped_workbook(good: Case, book_of: Path) -> None:
    # a holding has no forecast, so no time axis (R45)
    arguments = () if any(row.yearly for row in rows_of(good)) else ("--skip", "R45")
    found = run_tool("workbook_lint.py", str(book_of), *arguments)
    assert found.returncode == 0, found.stdout


def rows_of(case: Case) -> list[Row]:
    return [row for scope in record(case)[0].scopes.values() for row in scope.rows]


@every_good_case
def test_lint_finds_no_fault_in_a_workbook_of_every_method(good: Case, book_of: Path) -> None:
    # a case of fewer than five forecast years has no time axis that the tool recognises (R45)
    arguments = ("--skip", "R45") if good.years < 5 else ()
    found = run_tool("workbook_lint.py", str(book_of), *arguments)
    assert found.returncode == 0, found.stdout


def libreoffice_agrees(book: Path) -> None:
    need_libreoffice()
    found = run_tool("recalc.py", str(book), "--tol", "1e-9")
    assert found.returncode == 0, found.stdout + found.stderr


@every_shipped_case
@pytest.mark.libreoffice
def test_libreoffice_computes_the_stored_values_of_a_shipped_case(book_of: Path) -> None:
    libreoffice_agrees(book_of)


@every_good_case
@pytest.mark.libreoffice
def test_libreoffice_computes_the_stored_values_of_every_method(book_of: Path) -> None:
    libreoffice_agrees(book_of)


@pytest.mark.libreoffice
def test_libreoffice_moves_the_value_when_a_blue_cell_changes(alibaba_book: Path) -> None:
    need_libreoffice()
    cell = openpyxl.load_workbook(alibaba_book).defined_names["drivers.usd_cny"].attr_text.replace("$", "")
    found = run_tool("recalc.py", str(alibaba_book), "--set", f"{cell}=7.5", "--show", "Summary!C5")
    assert found.returncode == 0, found.stdout + found.stderr
    before, after = (float(text) for text in found.stdout.rpartition(": ")[2].split(" -> "))
    assert after < before


def test_a_changed_blue_cell_gives_what_the_changed_file_gives(alibaba_book: Path) -> None:
    engine = Engine(alibaba_book)
    engine.type("cloud.cloud_margin.to", 0.25)
    engine.type("drivers.usd_cny", 7.2)
    changed = load(ALIBABA, {"cloud.cloud_margin.to": "25%", "drivers.usd_cny": "7.2"})
    assert engine.read("Summary!C5") == pytest.approx(changed.value().per_share, rel=1e-12)


def test_the_stored_run_says_when_inputs_changed(alibaba_book: Path) -> None:
    engine = Engine(alibaba_book)
    status = [cell for row in openpyxl.load_workbook(alibaba_book)["Summary"].iter_rows(max_col=1) for cell in row]
    row = next(cell.row for cell in status if cell.value == "The stored run and the inputs")
    assert engine.read(f"Summary!C{row}") == "up to date"
    engine.type("cloud.beta", 1.3)
    assert engine.read(f"Summary!C{row}") == "inputs changed: run again"


def test_pandas_and_previews_see_numbers(alibaba: Study, alibaba_book: Path) -> None:
    frame = pd.read_excel(alibaba_book, sheet_name="Summary", header=None)
    assert frame.iloc[4, 2] == pytest.approx(alibaba.value().per_share, rel=1e-12)


def test_every_input_has_its_name_its_unit_and_its_source(alibaba: Study, alibaba_book: Path) -> None:
    book = openpyxl.load_workbook(alibaba_book)
    sheet = book["Inputs"]
    for found in alibaba.case.inputs:
        row = int(book.defined_names[found.name].attr_text.rpartition("$")[2])
        cells = [sheet.cell(row, column).value for column in (2, 3, SOURCE + 1)]
        assert cells[0] == str(found.unit)
        assert cells[1] == pytest.approx(found.base, rel=1e-15)  # a sheet keeps 16 digits
        assert cells[2]


def test_every_assumption_of_alibaba_has_a_source_and_judgements_a_reason(alibaba: Study) -> None:
    assert alibaba.case.remarks == ()
    for found in alibaba.case.inputs:
        cited = [alibaba.case.evidence[s] for s in found.origin.sources if s in alibaba.case.evidence]
        assert all(fact.fields["kind"] != "recollection" for fact in cited), found.name
        assert "judgement" not in found.origin.sources or found.origin.why, found.name


def test_each_part_has_a_sheet_of_its_own(alibaba: Study, alibaba_book: Path) -> None:
    titles = openpyxl.load_workbook(alibaba_book).sheetnames
    assert len(set(titles)) == len(titles)
    for wanted in ("Cover", "Summary", "Inputs", "Sum of the parts", "Bridge", "Simulation", "Checks"):
        assert wanted in titles
    for segment in alibaba.case.segments.values():
        assert any(segment.name.startswith(title.partition(",")[0]) for title in titles), segment.name


def test_a_workbook_written_twice_has_the_same_bytes(alibaba: Study, tmp_path: Path) -> None:
    simulation = alibaba.simulate(256, seed=3)
    one = alibaba.write_workbook(tmp_path / "one.xlsx", simulation).read_bytes()
    other = load(ALIBABA).write_workbook(tmp_path / "other.xlsx", load(ALIBABA).simulate(256, seed=3)).read_bytes()
    assert one == other


@pytest.mark.parametrize("case", [CASES / "good" / "market", ALIBABA], ids=["market", "alibaba"])
def test_a_workbook_is_the_same_wherever_its_case_stands(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = (Path(shutil.copytree(case, tmp_path / name / case.name)) for name in ("here", "there"))
    monkeypatch.chdir(there.parent)
    books = []
    for at in (here, Path(there.name)):
        study = load(at)
        books.append(study.write_workbook(tmp_path / f"{len(books)}.xlsx", study.simulate(256, seed=3)).read_bytes())
    assert books[0] == books[1]


def test_a_workbook_without_a_simulation_is_whole(alibaba: Study, tmp_path: Path) -> None:
    path = alibaba.write_workbook(tmp_path / "base.xlsx")
    assert "Simulation" not in openpyxl.load_workbook(path).sheetnames
    assert run_tool("workbook_lint.py", str(path)).returncode == 0
    assert Engine(path).read("Summary!C5") == pytest.approx(alibaba.value().per_share, rel=1e-12)


def test_a_failure_leaves_the_old_file_and_no_remains(
    alibaba: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"the old file")

    def failing(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(book_module, "write_page", failing)
    with pytest.raises(OSError, match="No space left"):
        alibaba.write_workbook(path)
    assert path.read_bytes() == b"the old file"
    assert os.listdir(tmp_path) == ["book.xlsx"]


HOSTILE = """\
name: "@cmd|'/c calc'!A1"
currency: CNY
date: 2026-02-02
years: 5
shares: {diluted: 10 m shares}
segments:
  tax2026:
    name: "@SUM(1+1) [x]:*?/ a very long name that no sheet can carry"
    method: stake
    value: {value: 100 CNY m, source: judgement, why: "=HYPERLINK(\\"http://x\\")"}
    note: "+1+1"
  r1c1: {name: Checks, method: stake, value: 5 CNY m}
  other: {name: INPUTS, method: stake, value: "= tax2026.value * 1.5"}
"""


def test_hostile_texts_stay_texts_and_names_stay_legal(write: Callable[[str], Path], tmp_path: Path) -> None:
    study = load(write(HOSTILE))
    path = study.write_workbook(tmp_path / "hostile.xlsx", study.simulate(16))
    found = run_tool("workbook_lint.py", str(path))
    assert found.returncode == 0, found.stdout
    assert Engine(path).read("Summary!C5") == pytest.approx(base_case(study.case).per_share, rel=1e-12)


# Lines without a value ------------------------------------------------------------------------------------------------

UNDEFINED = """segments:
  a: {method: multiple, metric: 5 CNY m, multiple: 10, basis: EV/EBITA, growth: 3%, return_on_capital: 10%, wacc: 3%,
      tax_rate: 25%}
  b: {method: stake, value: ~ uniform(1 CNY m, 3 CNY m)}
schedules:
  trade:
    {schedule: captive, treatment: gross, internal_sales: 5 CNY m, internal_cost: 3 CNY m, external_revenue: -5 CNY m}
reconciliation: {segments: {items: {a: 5 CNY m, b: 1 CNY m}, total: 0 CNY m}}
"""


@pytest.fixture
def undefined(case_of: Callable[..., Case], tmp_path: Path) -> Path:
    case = case_of(UNDEFINED)
    assert base_case(case).per_share > 0
    return write_workbook(case, tmp_path / "book.xlsx", simulate(case, 64))


def test_a_line_without_a_value_is_stored_as_the_error_that_it_is(undefined: Path) -> None:
    book = openpyxl.load_workbook(undefined, data_only=True)
    errors = {sheet.title: [c for row in sheet.iter_rows() for c in row if c.data_type == "e"] for sheet in book}
    assert {title for title, cells in errors.items() if cells} == {
        "A", "Trade", "Reconciliation", "Checks"
    }  # fmt: skip
    assert {cell.value for cells in errors.values() for cell in cells} == {"#N/A"}
    assert len([cell for cell in errors["Trade"] if cell.row == errors["Trade"][0].row]) == 3  # every year of a row


def test_a_book_with_lines_without_a_value_is_proved_and_its_checks_fail(undefined: Path) -> None:
    assert verify_book(undefined, draws=20).proved
    engine = Engine(undefined)
    page = openpyxl.load_workbook(undefined, data_only=True)["Checks"]
    without = [row for row in page.iter_rows() if row[TEST].value == "#N/A"]
    assert without
    for row in without:
        assert row[STATUS].value == engine.read(f"Checks!{row[STATUS].coordinate}") in {"ERROR", "WARNING"}


def errors_in(case: Case, path: Path) -> set[str]:
    """The error values that a reader of the workbook sees."""
    stored = openpyxl.load_workbook(write_workbook(case, path, simulate(case, 64)), data_only=True)
    return {str(cell.value) for sheet in stored for row in sheet.iter_rows() for cell in row if cell.data_type == "e"}


def test_parts_that_are_worth_nothing_leave_no_error(case_of: Callable[..., Case], tmp_path: Path) -> None:
    text = """segments:
  a: {method: dcf, revenue: 0 CNY m, growth: 5%, margin: 20%, tax_rate: 25%, wacc: 9%, sales_to_capital: 2,
      terminal_growth: 2%, terminal_return: 12%}
"""
    assert errors_in(case_of(text), tmp_path / "book.xlsx") == set()


# What stands out ------------------------------------------------------------------------------------------------------


def bold(path: Path) -> dict[str, set[str]]:
    """The labels of the emphasised lines of each sheet."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: {str(row[0].value) for row in sheet.iter_rows(min_row=5, max_col=3) if row[2].font.b}
        for sheet in book
    }


def test_what_calculations_find_stands_out_on_their_sheets(case_of: Callable[..., Case], tmp_path: Path) -> None:
    text = """segments:
  a:
    owned: 80%
    methods:
      right: {method: option, weight: 60%, spot: 9 CNY m, strike: 8 CNY m, life: 2, risk_free: 3%, volatility: 30%}
      held: {method: net_asset, weight: 40%, holdings: {x: {value: 9 CNY m, discount: = illiquidity}},
             illiquidity: = lock_up.discount_for_lack_of_marketability}
schedules:
  lock_up: {schedule: marketability, volatility: 30%, lock_up: 1}
  capital: {schedule: cost_of_capital, risk_free: 3%, equity_risk_premium: 5%, beta: 1, cost_of_debt: 4%,
            debt_to_value: 20%, tax_rate: 25%}
transactions:
  sold: {route: sale, part: a, probability: 10%, premium: 20%}
"""
    found = bold(write_workbook(case_of(text), tmp_path / "book.xlsx"))
    assert found["A, Right"] == {"Equity value"}
    assert found["A, Held"] == {"Net asset value"}
    assert found["A"] == {"Equity value", "Attributable value", "Value per share"}
    assert found["Lock up"] == {"Discount for lack of marketability"}
    assert found["Capital"] == {"WACC"}
    assert found["Sold"] == {"After", "Expected change of the group's equity"}
    assert found["Bridge"] == {"Equity value of the group", "Value per share as quoted"}
