"""The sheet of ownership and timeline: owners have the whole, dates follow the years, and both follow the inputs."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import GOOD, SHIPPED
from workbooks import Engine

from valuation import load
from valuation.model import base_value
from valuation.transactions import GROUP, OTHERS, OWNERS
from valuation.workbook.verify import verify_book

SHEET = "Ownership and timeline"
ALIBABA = next(path for path in SHIPPED if path.name == "alibaba")
ROUTES = next(path for path in GOOD if path.stem == "routes")
TRANSACTIONS = next(path for path in GOOD if path.stem == "transactions")


def rows_of(path: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path, data_only=True)[SHEET]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]


@pytest.mark.parametrize("path", [ALIBABA, ROUTES, TRANSACTIONS], ids=lambda path: path.stem)
def test_owners_have_the_whole_before_and_after(path: Path, tmp_path: Path) -> None:
    study = load(path)
    book = study.write_workbook(tmp_path / "book.xlsx")
    assert verify_book(book, 3).proved
    heads, *rows = rows_of(book)
    owners = [head for head in heads[2:] if head]
    assert owners == [name for name in OWNERS if name in owners]
    table = [row for row in rows if row[1] == "%"]
    assert len(table) >= len(study.case.parts) + len(study.case.transactions)
    for row in table:
        shares = row[2 : 2 + len(owners)]
        assert sum(shares) == pytest.approx(1, abs=1e-12)
        assert min(shares) >= -1e-12, row[0]


@pytest.mark.parametrize("path", [ALIBABA, ROUTES, TRANSACTIONS], ids=lambda path: path.stem)
def test_every_route_says_what_the_group_keeps(path: Path) -> None:
    found = base_value(load(path).case)
    for name, outcome in found.transactions.items():
        assert GROUP in outcome.owners, name
        assert OTHERS not in outcome.owners, name
        assert 0 <= float(sum(share for share in outcome.owners.values())[0]) <= 1 + 1e-12, name


def test_a_listing_leaves_the_group_what_its_cap_table_says(tmp_path: Path) -> None:
    study = load(ALIBABA)
    heads, *rows = rows_of(study.write_workbook(tmp_path / "book.xlsx"))
    row = next(row for row in rows if str(row[0]).strip() == "after: T-Head listed in Hong Kong")
    lines = study.value().lines.scopes["t_head_listing"]
    assert row[heads.index(GROUP)] == pytest.approx(float(lines["stake_of_the_parent_after"][0]), rel=1e-12)
    assert row[heads.index("Public and new investors")] == pytest.approx(float(lines["public_float"][0]), rel=1e-12)


def test_dates_follow_the_years_until(tmp_path: Path) -> None:
    study = load(ALIBABA)
    book = study.write_workbook(tmp_path / "book.xlsx")
    rows = rows_of(book)
    start = next(number for number, row in enumerate(rows) if row[0] == "When it may happen")
    heads = rows[start]
    today = date.fromisoformat(study.case.date)
    for row in rows[start + 1 : start + 1 + len(study.case.transactions)]:
        told = row[heads.index("Date")].date()
        assert told == today + timedelta(days=int(row[2] * 365.25)), row[0]
    by_name = {t.name: t for t in study.value().transactions}
    for row in rows[start + 1 : start + 1 + len(by_name)]:
        assert row[heads.index("Probability")] == pytest.approx(by_name[row[0]].probability, rel=1e-12)
        expected = next(number for number, head in enumerate(heads) if str(head).startswith("Expected"))
        assert row[expected] == pytest.approx(by_name[row[0]].expected_per_share, rel=1e-12)


def test_a_later_transaction_moves_its_date(tmp_path: Path) -> None:
    study = load(ALIBABA)
    book = study.write_workbook(tmp_path / "book.xlsx")
    rows, engine = rows_of(book), Engine(book)
    at = next(number for number, row in enumerate(rows, start=4) if row[0] == "T-Head distributed to holders")
    before = engine.read(f"{SHEET}!C{at}")
    engine.type("t_head_distribution.years_until", 3.0)
    assert (before, engine.read(f"{SHEET}!C{at}")) == (2.0, 3.0)


def test_a_whole_company_that_nothing_happens_to_needs_no_sheet(tmp_path: Path) -> None:
    path = next(path for path in GOOD if path.stem == "dcf_by_sales")
    assert SHEET not in openpyxl.load_workbook(load(path).write_workbook(tmp_path / "book.xlsx")).sheetnames
