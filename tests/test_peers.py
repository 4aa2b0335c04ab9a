"""Peers: who counts, what follows from what they report, and that the sheet says the same live."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import formualizer
import numpy as np
import openpyxl
import pytest
from conftest import CASES
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from workbooks import need_libreoffice, run_tool

from valuation import columns
from valuation.base_case import base_case
from valuation.distributions import FromPeers
from valuation.peers import column_values, derivation, every_value, ordinal
from valuation.reading import load, read
from valuation.simulation.engine import simulate
from valuation.workbook.book import write_workbook

MARKET = CASES / "good" / "market"
HEADS = (
    "company,exclude,market_cap,debt,cash,sales_fy0,sales_ytd,sales_ytd_prior,sales_fy1,sales_fy2,year_end,window_end"
)
ROWS = [
    "Alpha,,1000,200,50,100,60,40,150,200,2026-03-31,2027-03-31",
    "Beta,,400,,20,90,45,45,100,,2026-12-31,2027-03-31",
    "Gamma,,900,0,0,0,0,0,300,350,2026-12-31,2027-03-31",
    "Delta,first week of trading,90000,0,0,1,0,0,1,2,2026-12-31,2027-03-31",
]
FORMULA = "median(peers.chips.ev_sales_fy1)"
Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """Write a case whose only part is worth 10 CNY m times a formula of peers."""

    def written(formula: str = FORMULA, *rows: str, heads: str = HEADS, value: str = "") -> Path:
        home = tmp_path / "case"
        (home / "peers").mkdir(parents=True, exist_ok=True)
        multiple = value or f"= {formula}"
        (home / "case.yaml").write_text(
            "name: Peers\ncurrency: CNY\ndate: 2026-02-02\nyears: 1\nshares: {diluted: 1 m shares}\nsegments:\n"
            f'  a: {{method: multiple, basis: EV/Sales, metric: 10 CNY m, multiple: "{multiple}"}}\n'
        )
        (home / "peers" / "chips.csv").write_text("\n".join([heads, *(rows or ROWS)]) + "\n")
        return home

    return written


def worth(path: Path) -> float:
    return base_case(load(path)).per_share / 10


def problems(path: Path) -> list[str]:
    return [str(problem).replace(f"{path}/", "") for problem in read(path)[1]]


def test_a_peer_left_out_is_in_no_statistic(folder: Write) -> None:
    ratios = [1150 / 150, 380 / 100, 900 / 300]
    assert worth(folder()) == pytest.approx(np.median(ratios))
    assert worth(folder("count(peers.chips.sales_fy1)")) == 3
    assert worth(folder("largest(peers.chips.market_cap) / 1000")) == 1
    assert worth(folder("smallest(peers.chips.market_cap) / 100")) == 4


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("ev", [1150, 380, 900, 90000]),
        ("sales_ltm", [120, 90, 0, 1]),
        ("ev_sales_ltm", [1150 / 120, 380 / 90, np.nan, 90000]),
        ("ln_ev_sales_fy1", np.log([1150 / 150, 3.8, 3, 90000])),
        ("fy1_left", np.array([57, 332, 332, 332]) / 365),
        ("sales_ntm", [57 / 365 * 150 + 308 / 365 * 200, np.nan, (332 * 300 + 33 * 350) / 365, (332 + 66) / 365]),
        # Alpha's FY1 ends a year before the window, so that all of it is FY2; Gamma's ends 90 days before
        ("sales_cal", [200, np.nan, 275 / 365 * 300 + 90 / 365 * 350, (275 + 180) / 365]),
        ("sales_fy2_sales_fy1", [200 / 150, np.nan, 350 / 300, 2]),
    ],
)
def test_columns_that_follow_from_others(column: str, expected: Any, folder: Write) -> None:
    table = load(folder()).peers["chips"]
    np.testing.assert_allclose(every_value(table, column, "2026-02-02"), expected, rtol=1e-14)
    np.testing.assert_allclose(column_values(table, column, "2026-02-02"), expected[:3], rtol=1e-14)


@pytest.mark.parametrize(
    "column", ["sales", "ev_company", "ln_sales", "debt_ntm", "_ev", "ev_", "", "a_b_c_d_e_f_g_h_i_j"]
)
def test_what_does_not_follow_is_refused(column: str, folder: Write) -> None:
    assert derivation(load(folder()).peers["chips"], column) is None


def test_dates_are_the_numbers_that_a_sheet_keeps_for_them() -> None:
    assert ordinal("1900-03-01") == 61
    assert ordinal("2026-02-02") == 46055
    assert np.isnan(ordinal("2026-02-30"))


@pytest.mark.parametrize(
    ("rows", "formula", "expected"),
    [
        (["A,,1,,,1,1,1,1,1,2026-13-01,"], FORMULA, "chips.csv:2:11: year_end: expected a date such as"),
        (["A,no,1,,,1,1,1,1,1,,", "B,why,1,,,1,1,1,1,1,,"], FORMULA, "chips.csv:1:2: expected a peer that counts"),
        (["A,,1,,,1,1,1,1,1,2025-12-31,"], "median(peers.chips.sales_ntm)", "within a year after the valuation date"),
        (["A,,1,,,1,1,1,1,1,2026-12-31,2028-03-31"], "median(peers.chips.sales_cal)", "a year before window_end"),
        (["A,,1,,,1,1,1,1,1,,"], "median(peers.chips.sales_ntm)", "sales_ntm has no number: each peer is"),
        (["A,,1,,,1,1,1,1,1,,", "B,x,2,,,1,1,1,1,1,2026-12-31,"], "average(peers.chips.sales_ntm)", "has no number"),
        (["A,,1,,,1,1,1,1,1,,"], "median(peers.chips.sales)", "has no column of numbers sales"),
        (["A,,1,,,1,1,1,1,1,,"], "quartile(peers.chips.ev)", "quartile takes 2 arguments, found 1"),
        (["A,,1,,,1,1,1,1,1,,"], "aggregate(peers.chips.ev, 3)", "aggregate reads a column of a peer table"),
        (["A,,1,,,1,1,1,1,1,,"], "peers.chips.ev", "expected a statistic such as median(peers.chips.ev)"),
        (["A,,1,,,1,1,1,1,1,,"], "median(peers.chips.ev) + peers.chips.ev", "a column is no single number"),
        (["A,,n/a,,,1,1,1,1,1,,", "B,,2,,,1,1,1,1,1,,"], "median(peers.chips.ev)", "; market_cap has 'n/a' in row 2"),
        (["A,,1,,,1,1,1,1,1,,"], "quartile(peers.chips.ev, 5)", "found none, as from a division by 0"),
    ],
)  # fmt: skip
def test_what_peers_cannot_say_is_told(rows: list[str], formula: str, expected: str, folder: Write) -> None:
    found = problems(folder(formula, *rows))
    assert any(expected in problem for problem in found), found


def test_percentages_and_thousands_are_numbers(folder: Write) -> None:
    path = folder("median(peers.chips.growth)", "A,4.23%", "B,1.5", 'C,"-1,200"', "D,", heads="company,growth")
    np.testing.assert_array_equal(load(path).peers["chips"].columns["growth"], [0.0423, 1.5, -1200, np.nan])


# Statistics -----------------------------------------------------------------------------------------------------------

some = st.lists(st.floats(0.01, 1e6) | st.just(float("nan")), min_size=1, max_size=12).filter(
    lambda values: not np.isnan(values).all()
)


@given(some, st.floats(0, 1))
def test_statistics_are_those_of_numpy_and_scipy(values: list[float], share: float) -> None:
    column, kept = np.array(values), np.array(values)[~np.isnan(values)]
    for found, expected in (
        (columns.median(column), np.nanmedian(column)),
        (columns.percentile(column, share), np.nanquantile(column, share)),
        (columns.quartile(column, 3), np.nanquantile(column, 0.75)),
        (columns.harmonic_mean(column), stats.hmean(kept)),
        (columns.smallest(column), kept.min()),
        (columns.count(column), len(kept)),
    ):
        assert found == pytest.approx(expected, rel=1e-12)


@given(some)
def test_the_aggregate_ratio_of_positive_peers_is_their_weighted_harmonic_mean(sales: list[float]) -> None:
    below = np.array(sales)
    above = np.linspace(1, 2, len(below))
    weights = above[~np.isnan(below)]
    harmonic = weights.sum() / (weights / (above / below)[~np.isnan(below)]).sum()
    assert columns.aggregate(above, below) == pytest.approx(harmonic)
    assert columns.aggregate(below, below) == pytest.approx(1)


def test_a_percentile_may_be_drawn(folder: Write) -> None:
    path = folder("percentile(peers.chips.sales_fy1, 40%)")
    assert worth(path) == pytest.approx(np.quantile([150, 100, 300], 0.4))


# The sheet ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = load(MARKET)
    return write_workbook(case, tmp_path_factory.mktemp("peers") / "market.xlsx", simulate(case, 32))


def found_row(sheet: Any, text: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == text)


def found_column(sheet: Any, row: int, text: str) -> int:
    return next(column for column in range(1, sheet.max_column + 1) if sheet.cell(row, column).value == text)


def test_the_sheet_shows_who_counts_first_and_the_reason_of_who_does_not(book: Path) -> None:
    sheet = openpyxl.load_workbook(book, data_only=True)["Peers"]
    title = found_row(sheet, "peers.chips")
    assert [sheet.cell(title, column).value for column in (2, 3, 4, 5)] == ["Peers that count", 6, "Left out", 1]
    head, left_out = title + 1, found_row(sheet, "Left out")
    reason = found_column(sheet, head, "exclude")
    assert [sheet.cell(row, 1).value for row in range(head + 1, head + 7)] == [
        "Alpha",
        "Beta",
        "Gamma",
        "Delta",
        "Zeta",
        "Eta",
    ]
    assert (sheet.cell(left_out + 1, 1).value, sheet.cell(left_out + 1, reason).value) == (
        "Epsilon",
        "first week of trading",
    )
    assert found_row(sheet, "Median") < left_out


def test_everything_derived_is_a_formula(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["Peers"]
    head = found_row(sheet, "peers.chips") + 1
    derived = [found_column(sheet, head, name) for name in ("ev", "sales_ltm", "fy1_left", "sales_ntm", "ev_sales_ntm")]
    for column in derived:
        cell = sheet.cell(head + 1, column)
        assert str(cell.value).startswith("=IF(")
        assert cell.font.color.rgb == "FF000000"
        assert len(str(cell.value)) <= 160


def test_a_peer_typed_over_moves_the_value_and_one_emptied_leaves_the_statistic(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["Peers"]
    head, median_row = found_row(sheet, "peers.chips") + 1, found_row(sheet, "Median")
    cap, ratio = found_column(sheet, head, "market_cap"), found_column(sheet, head, "ev_sales_ntm")
    number = found_row(sheet, "Number")
    engine = formualizer.load_workbook(str(book))

    def read(row: int, column: int) -> Any:
        engine.evaluate_all()
        return engine.get_value("Peers", row, column)

    before = read(median_row, ratio)
    assert read(number, ratio) == 5  # Eta has no second year
    for row in range(head + 1, head + 7):
        engine.set_value("Peers", row, cap, 1e6)
    assert read(median_row, ratio) > 100 * before
    engine.set_value("Peers", head + 1, cap, None)
    assert read(head + 1, ratio) == ""
    assert read(number, ratio) == 4


def test_libreoffice_computes_the_sheet_alike(book: Path) -> None:
    need_libreoffice()
    result = run_tool("recalc.py", str(book))
    assert result.returncode == 0, result.stdout


# The distribution -----------------------------------------------------------------------------------------------------


def test_a_distribution_of_peers_has_their_median_and_their_middle_half() -> None:
    values = np.exp(stats.norm.ppf((np.arange(40_000) + 0.5) / 40_000) * 0.7 + 1.2)
    found = FromPeers.of("peers.t.c", values)
    assert found.median == pytest.approx(np.exp(1.2))
    assert found.sigma == pytest.approx(0.7, rel=1e-4)  # 1.349 is rounded
    low, high = found.quantile(np.array([0.25, 0.75]))
    assert high / low == pytest.approx(np.quantile(values, 0.75) / np.quantile(values, 0.25), rel=1e-3)


def test_a_distribution_of_peers_reads_back_as_it_is_written(folder: Write) -> None:
    rows = [f"P{n},,{100 * n},,,1,1,1,{10 + n},1,," for n in range(1, 6)]
    case = load(folder("", *rows, value="~ peers(peers.chips.ev_sales_fy1)"))
    found = case.input("a.multiple")
    assert isinstance(found.distribution, FromPeers)
    ratios = [100 * n / (10 + n) for n in range(1, 6)]
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    assert found.base == pytest.approx(middle)
    assert found.distribution.sigma == pytest.approx(np.log(high / low) / 1.349)
    again = load(folder("", *rows, value=f"~ {found.distribution}"))
    assert again.input("a.multiple").distribution == found.distribution


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("~ peers(peers.chips.ev)", "at least 4 peers with a number in peers.chips.ev expected, found 3"),
        ("~ peers(ev)", "a.multiple: peers: peers(peers.table.column) expected, found ev"),
        ("~ peers()", "a.multiple: peers: peers(peers.table.column) expected, found nothing"),
        ("~ peers(peers.chip.ev)", "a.multiple: peers.chip is not known; did you mean chips"),
        ("~ peers(peers.chips.market)", "a.multiple: peers.chips has no column of numbers market"),
    ],
)  # fmt: skip
def test_a_distribution_of_peers_that_cannot_be_is_refused(value: str, expected: str, folder: Write) -> None:
    found = problems(folder("", value=value))
    assert len(found) == 1
    assert expected in found[0]


def test_peers_that_are_all_alike_or_not_positive_have_no_distribution() -> None:
    assert FromPeers.of("peers.t.c", np.ones(5)).complaints() == [
        "peers that differ in peers.t.c expected, found quartiles that are equal"
    ]
    assert FromPeers.of("peers.t.c", np.array([1.0, 2, -3, 4])).complaints() == [
        "positive numbers in peers.t.c expected, found -3"
    ]
    assert FromPeers.of("peers.t.c", np.array([np.nan])).complaints()
