"""The Sum of the parts sheet: numbers are the model's, sums are sums, multiples times metrics are values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import GOOD, SHIPPED
from workbooks import Engine

from valuation import Study, load
from valuation.simulation.views import view_draws
from valuation.workbook.verify import verify_book

SHEET = "Sum of the parts"
HEAD = 4
ALIBABA = next(path for path in SHIPPED if path.name == "alibaba")
SEVERAL = next(path for path in GOOD if path.stem == "several_methods")


class Sheet:
    """The rows of the sheet by label, their numbers by the beginning of the head of their column."""

    def __init__(self, path: Path) -> None:
        values = openpyxl.load_workbook(path, data_only=True)[SHEET]
        self.heads = [str(cell.value or "") for cell in values[HEAD]]
        self.rows = {str(row[0].value): [cell.value for cell in row] for row in values.iter_rows(HEAD + 1)}
        self.at = {str(row[0].value): row[0].row for row in values.iter_rows(HEAD + 1)}

    def column(self, head: str) -> int:
        return next(number for number, text in enumerate(self.heads) if text.startswith(head))

    def __call__(self, label: str, head: str) -> Any:
        return self.rows[label][self.column(head)]

    def cell(self, label: str, head: str) -> str:
        letters = openpyxl.utils.get_column_letter(self.column(head) + 1)
        return f"{SHEET}!{letters}{self.at[label]}"


@pytest.fixture(scope="module")
def study() -> Study:
    return load(ALIBABA)


@pytest.fixture(scope="module")
def book(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study.write_workbook(tmp_path_factory.mktemp("sotp") / "book.xlsx", study.simulate(1024, seed=7))


def test_every_part_is_the_models(study: Study, book: Path) -> None:
    sheet, base = Sheet(book), study.value()
    for part in base.parts:
        told = [sheet(part.name, head) for head in ("Equity value", "Owned", "Attributable", "Value, USD/ADS")]
        assert told == pytest.approx([part.equity_value, part.owned, part.attributable, part.per_share], rel=1e-12)
        if part.enterprise_value is not None:
            assert sheet(part.name, "Enterprise value") == pytest.approx(part.enterprise_value, rel=1e-12)


def test_the_foot_adds_up_to_the_value_of_one_share(study: Study, book: Path) -> None:
    sheet, base = Sheet(book), study.value()
    labels = list(sheet.rows)
    first, last = labels.index("Sum of the parts"), labels.index("Equity value of the group")
    amounts = [sheet(label, "Attributable") for label in labels[first:last]]
    shares = [sheet(label, "Value, USD/ADS") for label in labels[first:last]]
    assert len(amounts) == 1 + len(base.bridge) + 1 + len(base.transactions)
    assert sum(amounts) == pytest.approx(base.equity, rel=1e-12)
    assert sum(shares) == pytest.approx(base.per_share, rel=1e-12)
    assert sheet("Value per share", "Value, USD/ADS") == pytest.approx(base.per_share, rel=1e-12)
    assert sheet("Value per share", "Value, CNY/share") == pytest.approx(base.per_ordinary_share, rel=1e-12)
    assert sheet("Sum of the parts", "Attributable") == pytest.approx(base.sum_of_parts, rel=1e-12)
    assert sum(sheet(part.name, "Share of") for part in base.parts) == pytest.approx(1, abs=1e-12)


def test_sums_are_formulas_over_the_rows_above(book: Path) -> None:
    sheet, formulas = Sheet(book), openpyxl.load_workbook(book)[SHEET]
    for label in ("Sum of the parts", "Equity value of the group"):
        address = sheet.cell(label, "Attributable").rpartition("!")[2]
        assert str(formulas[address].value).startswith("=SUM(")


def test_a_metric_times_its_multiple_is_the_value(book: Path) -> None:
    sheet = Sheet(book)
    rows = [label for label in sheet.rows if isinstance(sheet(label, "Multiple"), float)]
    assert len(rows) == 3
    for label in rows:
        assert sheet(label, "Metric, amount") * sheet(label, "Multiple") == pytest.approx(
            sheet(label, "Enterprise value"), rel=1e-12
        )


def test_an_implied_multiple_times_the_forecast_is_the_enterprise_value(study: Study, book: Path) -> None:
    sheet, lines = Sheet(book), study.value().lines
    for head, row, year in (
        ("EV/Sales FY2027", "revenue_forecast", 0),
        ("EV/Sales FY2028", "revenue_forecast", 1),
        ("EV/EBITA FY2027", "ebita", 0),
        ("EV/EBITA FY2028", "ebita", 1),
    ):
        amount = float(lines.scopes["all_others"][row][year, 0])
        label = study.case.segments["all_others"].name
        told = sheet(label, head)
        if amount > 0:
            assert told * amount == pytest.approx(sheet(label, "Enterprise value"), rel=1e-12)
        else:
            assert told == "-"


def test_what_a_method_has_none_of_is_a_dash(study: Study, book: Path) -> None:
    sheet = Sheet(book)
    heads = ("Metric, amount", "Multiple", "Discount rate", "Growth", "Enterprise", "Net debt", "EV/Sales FY2027")
    assert {sheet(study.case.segments["ant_group"].name, head) for head in heads} == {"-"}


def test_a_dcf_shows_its_discount_rate_and_growth(study: Study, book: Path) -> None:
    sheet, scope = Sheet(book), study.value().lines.scopes["all_others"]
    name = study.case.segments["all_others"].name
    told = [sheet(name, "Discount rate"), sheet(name, "Growth for ever")]
    wanted = [float(scope["all_others.wacc"][0, 0]), float(scope["all_others.terminal_growth"][0])]
    assert told == pytest.approx(wanted, rel=1e-12)


def test_the_range_is_that_of_the_run_and_the_base_is_live(study: Study, book: Path) -> None:
    sheet, found = Sheet(book), study.simulate(1024, seed=7)
    for name, part in study.case.parts.items():
        low, high = (found.part_quantiles(name)[q] for q in (0.05, 0.95))
        told = [sheet(part.name, head) for head in ("Low", "Base", "High")]
        assert told == pytest.approx([low, sheet(part.name, "Value, USD/ADS"), high], rel=1e-12)
    for view, draws in view_draws(study.case, 7).items():
        title = study.case.workings[view].title.rpartition(": ")[2]
        label = next(text for text in sheet.rows if text.strip() == f"{title} (share: its weight)")
        assert [sheet(label, "Low"), sheet(label, "High")] == pytest.approx(draws.quantiles((0.05, 0.95)), rel=1e-12)


def test_a_changed_input_moves_the_table(study: Study, book: Path) -> None:
    engine, sheet = Engine(book), Sheet(book)
    changed = load(ALIBABA, {"aidc.multiple": "1.5", "aidc.net_debt": "1000 CNY m"}).value()
    engine.type("aidc.multiple", 1.5)
    engine.type("aidc.net_debt", 1000)
    part = next(part for part in changed.parts if part.id == "aidc")
    told = [
        engine.read(sheet.cell(part.name, head)) for head in ("Multiple", "Enterprise", "Net debt", "Equity", "Base")
    ]
    wanted = [1.5, part.enterprise_value, 1000, part.equity_value, part.per_share]
    assert told == pytest.approx(wanted, rel=1e-12)
    assert engine.read(sheet.cell("Value per share", "Value, USD/ADS")) == pytest.approx(changed.per_share, rel=1e-12)


def test_methods_of_a_part_weighted_are_the_part(tmp_path: Path) -> None:
    study = load(SEVERAL)
    path = study.write_workbook(tmp_path / "book.xlsx", study.simulate(256, seed=7))
    assert verify_book(path, 5).proved
    sheet, labels = Sheet(path), []
    for name, segment in study.case.parts.items():
        if len(segment.views) == 1:
            continue
        start = list(sheet.rows).index(segment.name) + 1
        labels = list(sheet.rows)[start : start + len(segment.views)]
        weighed = sum(sheet(label, "Equity value") * sheet(label, "Share of") for label in labels)
        assert weighed == pytest.approx(sheet(segment.name, "Equity value"), rel=1e-9), name
    assert labels


@pytest.mark.parametrize("path", [*SHIPPED, *GOOD], ids=lambda path: path.stem)
def test_columns_stand_only_where_a_case_has_something_for_them(path: Path, tmp_path: Path) -> None:
    study = load(path)
    book = study.write_workbook(tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(book)[SHEET]
    heads = [cell.value for cell in sheet[HEAD] if cell.value]
    assert len(set(heads)) == len(heads)
    for column, head in enumerate(heads, start=1):
        below = [sheet.cell(row, column).value for row in range(HEAD + 1, sheet.max_row + 1)]
        assert any(value not in (None, "-") for value in below), head
