"""The assumption log and the evidence: all is there, live, with links that lead to its row and its facts."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from conftest import ASSUMPTIONS, SHIPPED
from workbooks import Engine, run_tool

from valuation.checks.hygiene import day_of
from valuation.study import Study, load
from valuation.workbook.sheets.assumption_log import EDITED, ID, P5, P95, SINCE, TITLE, VALUE, WRITTEN
from valuation.workbook.sheets.evidence import AGE, CITED, STATUS, evidence_row, facts_in
from valuation.workbook.sheets.evidence import ID as FACT
from valuation.workbook.sheets.evidence import TITLE as EVIDENCE
from valuation.workbook.verify import verify_book

LINK = re.compile(r"'?([^'!]+)'?!([A-Z]+)(\d+)")


@pytest.fixture(scope="module", params=SHIPPED, ids=lambda path: path.name)
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    study = load(request.param)
    path = tmp_path_factory.mktemp("log") / "book.xlsx"
    return study, study.write_workbook(path, study.simulate(256, seed=7))


@pytest.fixture(scope="module")
def alibaba(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    study = load(ASSUMPTIONS / "alibaba")
    path = tmp_path_factory.mktemp("log") / "alibaba.xlsx"
    return study, study.write_workbook(path, study.simulate(256, seed=7))


def rows_of(path: Path, sheet: str, values: bool = True) -> dict[str, tuple[openpyxl.cell.Cell, ...]]:
    """The rows of a sheet by what stands in their first column; of rows that begin alike the first."""
    found: dict[str, tuple[openpyxl.cell.Cell, ...]] = {}
    for row in openpyxl.load_workbook(path, data_only=values)[sheet].iter_rows(min_row=5):
        if row[0].value is not None:
            found.setdefault(str(row[0].value), row)
    return found


def test_every_input_and_every_formula_is_logged_with_what_it_is_worth(shipped: tuple[Study, Path]) -> None:
    study, path = shipped
    rows = rows_of(path, TITLE)
    for found in study.case.inputs:
        row = rows[found.name]
        assert row[VALUE].value == pytest.approx(found.base, rel=1e-15), found.name
        if found.distribution is None:
            assert row[P5].value is None
            continue
        low, high = found.distribution.quantile([0.05, 0.95])
        assert (row[P5].value, row[P95].value) == pytest.approx((low, high), rel=1e-9, abs=1e-12), found.name
    lines = study.value().lines
    for name, assumption in study.case.assumptions.items():
        if assumption.written.startswith("="):
            scope = "bridge" if assumption.scope == "holding" else assumption.scope
            first_year = float(lines.scopes[scope][name].ravel()[0])
            assert rows[name][VALUE].value == pytest.approx(first_year, rel=1e-12), name
            assert rows[name][WRITTEN].value == assumption.written


def test_links_lead_to_the_row_of_the_same_assumption(shipped: tuple[Study, Path]) -> None:
    study, path = shipped
    book = openpyxl.load_workbook(path)
    inputs = {found.name for found in study.case.inputs}
    followed = 0
    for row in book[TITLE].iter_rows(min_row=5):
        name, link = row[ID].value, row[ID].hyperlink
        if name in inputs:
            sheet, letters, number = LINK.fullmatch(link.location).groups()
            assert book.defined_names[str(name)].attr_text == f"{sheet}!${letters}${number}"
            followed += 1
    assert followed == len(inputs)


def test_the_log_says_which_numbers_were_edited(alibaba: tuple[Study, Path]) -> None:
    _, path = alibaba
    rows = rows_of(path, TITLE)
    engine = Engine(path)
    engine.type("cloud.beta", 1.3)
    base = engine.names["drivers.growth_share"].replace("$C$", "$E$")  # the first number of its distribution
    engine.type(base, 0.5)
    said = {name: engine.read(f"{TITLE}!{rows[name][SINCE].coordinate}") for name in
            ("cloud.beta", "drivers.growth_share", "drivers.usd_cny")}  # fmt: skip
    assert said == {"cloud.beta": EDITED, "drivers.growth_share": EDITED, "drivers.usd_cny": "no"}
    assert engine.read(f"{TITLE}!{rows['cloud.beta'][VALUE].coordinate}") == 1.3


def test_the_log_shows_the_value_of_the_scenario_that_is_chosen(alibaba: tuple[Study, Path]) -> None:
    _, path = alibaba
    at = rows_of(path, TITLE)["cloud.cloud_margin.to"][VALUE].coordinate
    engine = Engine(path)
    engine.book.set_value("Scenarios", 5, 3, "bull")
    assert engine.read(f"{TITLE}!{at}") == pytest.approx(0.24, rel=1e-15)


def test_citations_lead_to_facts_and_back(shipped: tuple[Study, Path]) -> None:
    study, path = shipped
    sheet = openpyxl.load_workbook(path)[EVIDENCE]
    pairs = {(source, found.name) for found in study.case.inputs for source in found.origin.sources
             if source in study.case.evidence}  # fmt: skip
    names = {f"{cell.attr_text}".replace("$", ""): name for name, cell in
             openpyxl.load_workbook(path).defined_names.items()}  # fmt: skip
    seen = set()
    for row in sheet.iter_rows(min_row=5):
        if row[FACT].hyperlink is not None:
            fact = str(row[FACT].value)
            there = evidence_row(study.case, fact)
            assert there is not None
            assert row[FACT].hyperlink.location == f"'{EVIDENCE}'!{there.name}"
            assert sheet[there.name].value == fact
            seen.add((fact, names[row[FACT + 1].hyperlink.location.replace("'", "")]))
    assert seen == pairs
    cited = {str(row[FACT].value) for row in sheet.iter_rows(min_row=5) if row[CITED].hyperlink is not None}
    assert cited == {fact for fact, _ in pairs}


def test_the_age_of_a_fact_is_counted_from_its_day_to_the_valuation(shipped: tuple[Study, Path]) -> None:
    study, path = shipped
    rows, today = rows_of(path, EVIDENCE), date.fromisoformat(study.case.date)
    aged = 0
    for fact in study.case.evidence.values():
        row, day = rows[fact.id], day_of(fact)
        if row[AGE].value is not None:
            assert day is not None
            assert row[AGE].value == (today - day).days, fact.id
            assert row[STATUS].value == ("WARNING" if row[AGE].value > 180 else "OK")
            aged += 1
    assert aged > 0


def test_a_day_that_is_none_is_not_taken_for_one() -> None:
    study = load(ASSUMPTIONS / "alibaba")
    odd = [fact for fact in study.case.evidence.values() if fact.fields.get("as_of") == "2025-26"]
    assert odd
    assert all(day_of(fact) is None or day_of(fact) != date(2025, 12, 28) for fact in odd)


def test_facts_are_read_back_from_the_sheet(shipped: tuple[Study, Path]) -> None:
    study, path = shipped
    sheet = openpyxl.load_workbook(path)[EVIDENCE]
    cells = {(cell.row - 1, cell.column - 1): cell.value for row in sheet.iter_rows() for cell in row
             if cell.value is not None and cell.data_type != "f"}  # fmt: skip
    found = facts_in(cells)
    assert set(found) == set(study.case.evidence)
    for name, fact in study.case.evidence.items():
        assert found[name].statement == fact.statement
        assert found[name].fields.get("as_of", "") == fact.fields.get("as_of", "")
        assert day_of(found[name]) == day_of(fact)


def test_a_book_with_these_sheets_is_proved(shipped: tuple[Study, Path]) -> None:
    assert verify_book(shipped[1], draws=4).proved


RULES = "R01,R02,R03,R05,R06,R07,R08,R14,R15,R16,R17,R22,R23,R24,R25,R27,R32,R33,R34,R35,R36,R37,R39,R43"


def test_the_strict_rules_find_nothing_on_these_sheets(shipped: tuple[Study, Path]) -> None:
    found = run_tool("workbook_lint.py", str(shipped[1]), "--strict", "--only", RULES, "--show", "99")
    assert f"{TITLE}!" not in found.stdout, found.stdout
    assert f"{EVIDENCE}!" not in found.stdout, found.stdout
