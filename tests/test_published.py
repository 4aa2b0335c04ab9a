"""Each method against a number that somebody published; ids are those of docs, inputs are as printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from valuation.base_case import base_case
from valuation.methods import apv, dcf, fcfe, scenarios, venture
from valuation.reading import load
from valuation.schedules import research


def published(number: str, source: str) -> Any:
    """Parametrise a test by nothing but the id of its example."""
    return pytest.mark.parametrize("source", [source], ids=[number])


def fade(first: float, last: float, hold: int, years: int) -> list[float]:
    """``first`` for ``hold`` years, then linear, ``last`` in the last year."""
    return [first + (last - first) * max(0, year - hold) / (years - hold) for year in range(1, years + 1)]


def one(value: Any) -> float:
    return float(np.ravel(value)[0])


# Damodaran's workbook ------------------------------------------------------------------------------------------------

AMAZON_RESEARCH = {
    "2023": {"expense": 85_622, "age": 0},
    "2022": {"expense": 73_213, "age": 1},
    "2021": {"expense": 56_052, "age": 2},
    "2020": {"expense": 42_740, "age": 3},
}
AMAZON_CAPITALISED = research(expenses=AMAZON_RESEARCH, life=3, ebita=36_852, revenue=574_785)
AMAZON_MARGIN = one(AMAZON_CAPITALISED["Adjusted EBITA margin"])
AMAZON = {
    "revenue": 574_785.0,
    "growth": fade(0.12, 0.0408, 5, 10),
    # the margin of year 1 is the base year's; from year 2 it is on the line from year 0 to the target in year 5
    "margin": [AMAZON_MARGIN] + [AMAZON_MARGIN + (0.14 - AMAZON_MARGIN) * t / 5 for t in range(2, 6)] + [0.14] * 5,
    "tax_rate": fade(0.19, 0.25, 5, 10),
    "wacc": fade(0.086, 0.0819, 5, 10),
    "sales_to_capital": 1.5,
    "lag": "1",
    "terminal_growth": 0.0408,
    "terminal_return": 0.0819,
    "timing": "end-year",
}
AMAZON_CASE = """\
name: Amazon
currency: USD
date: 2024-02-01
base_year: 2023
years: 10
segments:
  amazon:
    method: dcf
    revenue: 574785 USD m
    growth: fade(12% for 5 years to 4.08% over 5 years)
    ebit: 65139 USD m   # 36,852 as reported and the adjustment for research, 28,287
    base_margin: = ebit / revenue
    on_the_way: = base_margin + (14% - base_margin) * min(period, 5) / 5
    margin: = if(period <= 1, base_margin, on_the_way)
    tax_rate: fade(19% for 5 years to 25% over 5 years)
    wacc: fade(8.6% for 5 years to 8.19% over 5 years)
    sales_to_capital: 1.5
    lag: 1
    terminal_growth: 4.08%
    terminal_return: 8.19%
    timing: end-year
bridge: {debt: -161574 USD m, cash: 86780 USD m, non_operating_assets: 2954 USD m}
shares: {diluted: 10492 m shares, price: 169 USD/share}
"""


@published("V1", "Damodaran, fcffsimpleginzu.xlsx, Amazon, 1 February 2024: R&D converter")
def test_amazon_capitalises_its_research(source: str) -> None:
    assert pytest.approx(153_114.667, abs=5e-4) == one(AMAZON_CAPITALISED["Research asset"])
    assert pytest.approx(57_335, rel=1e-12) == one(AMAZON_CAPITALISED["Amortisation"])
    assert pytest.approx(28_287, rel=1e-12) == one(AMAZON_CAPITALISED["Adjustment to EBITA"])
    assert pytest.approx(65_139, rel=1e-12) == one(AMAZON_CAPITALISED["Adjusted EBITA"])
    assert pytest.approx(0.1133275921, abs=5e-11) == AMAZON_MARGIN


@published("V1", "Damodaran, fcffsimpleginzu.xlsx, Amazon, 1 February 2024")
def test_amazon_of_2024_row_by_row(source: str) -> None:
    lines = dcf(**AMAZON)
    revenue = [643_759, 721_010, 807_532, 904_435, 1_012_968, 1_118_478, 1_217_262, 1_305_489, 1_379_432, 1_435_713]
    ebit = [72_956, 89_403, 104_439, 121_796, 141_815, 156_587, 170_417, 182_769, 193_121, 201_000]
    flow = [7_593, 14_735, 19_993, 26_300, 44_530, 59_100, 75_129, 92_168, 109_637, 111_698]
    assert revenue == np.round(lines["Revenue forecast"][:, 0]).tolist()
    assert ebit == np.round(lines["EBITA"][:, 0]).tolist()
    assert flow == np.round(lines["Free cash flow"][:, 0]).tolist()
    assert pytest.approx(78_737.6, abs=0.05) == one(lines["Free cash flow after the forecast"])
    assert pytest.approx(311_735.068, rel=1e-8) == one(lines["Present value of forecast years"])
    assert pytest.approx(1_915_756.789, rel=1e-8) == one(lines["Terminal value"])
    assert pytest.approx(849_117.416, rel=1e-8) == one(lines["Present value of terminal value"])
    assert pytest.approx(1_160_852.484, rel=1e-8) == one(lines["Enterprise value"])


@published("V1", "the same, through a file to equity and one share")
def test_amazon_of_2024_to_one_share(source: str, write: Callable[[str], Path]) -> None:
    found = base_case(load(write(AMAZON_CASE)))
    assert pytest.approx(1_089_012.484, rel=1e-8) == found.equity
    assert pytest.approx(103.7945563, rel=1e-8) == found.per_share
    assert pytest.approx(103.7945563 / 169 - 1, rel=1e-7) == found.upside


@published("V1", "derived: a failure of 10 % at half of the fair value")
def test_amazon_that_may_fail(source: str, write: Callable[[str], Path]) -> None:
    lines = dcf(**AMAZON, failure=0.1, distress_proceeds=0.5)
    assert pytest.approx(1_160_852.484, rel=1e-9) == one(lines["Enterprise value as a going concern"])
    assert pytest.approx(1_102_809.860, rel=1e-9) == one(lines["Enterprise value"])
    failing = AMAZON_CASE.replace(
        "timing: end-year\n", "timing: end-year\n    failure: 10%\n    distress_proceeds: 50%\n"
    )
    assert pytest.approx(98.2625, abs=5e-5) == base_case(load(write(failing))).per_share


@published("V2", "Damodaran, fcffsimpleginzu.xlsx as distributed, 1 February 2026")
def test_the_template_as_distributed(source: str) -> None:
    lines = dcf(
        revenue=21_765.4,
        growth=fade(0.05, 0.0458, 5, 10),
        margin=3_060.9 / 21_765.4,
        tax_rate=fade(0.175, 0.25, 5, 10),
        wacc=fade(0.07055015741, 0.0881, 5, 10),
        sales_to_capital=1.708537671,
        lag="1",
        terminal_growth=0.0458,
        terminal_return=0.0881,
        timing="end-year",
    )
    worth = one(lines["Enterprise value"])
    assert pytest.approx(37_517.53, abs=0.005) == worth
    assert pytest.approx(7.18784027, abs=5e-7) == (worth - 45_063 + 19_000 + 21_119 - 1_558) / 4_315


@published("V3", "Damodaran, Narrative and Numbers (2017), table 9.7")
def test_amazon_of_2014(source: str) -> None:
    lines = dcf(
        revenue=85_246.0,
        growth=fade(0.15, 0.022, 5, 10),
        margin=[0.0047 + (0.0738 - 0.0047) * t / 10 for t in range(1, 11)],
        tax_rate=0.318,
        wacc=fade(0.0839, 0.08, 5, 10),
        sales_to_capital=3.68,
        terminal_growth=0.022,
        terminal_return=0.10,
        timing="end-year",
    )
    assert pytest.approx(243_405.1, abs=0.05) == one(lines["Revenue forecast"][-1])
    assert pytest.approx(168_379, abs=0.5) == one(lines["Terminal value"])
    assert pytest.approx(76_029, rel=1e-3) == one(lines["Present value of terminal value"])
    assert pytest.approx(4_064, rel=1e-3) == one(lines["Present value of forecast years"])
    assert pytest.approx(175.25, rel=1e-3) == (one(lines["Enterprise value"]) - 9_202 + 10_252) / 463.01


# Koller, Goedhart, Wessels -------------------------------------------------------------------------------------------


@published("V4", "Koller, Goedhart, Wessels, Valuation (2020), ch. 14: continuing value")
def test_continuing_value_is_four_fifths(source: str) -> None:
    lines = dcf(
        revenue=100 / 1.09, growth=[0.09] * 5, margin=1.0, tax_rate=0.0, wacc=0.12, return_on_new_capital=0.16,
        terminal_growth=0.06, terminal_return=0.12, timing="end-year",
    )  # fmt: skip
    assert pytest.approx(185.1, abs=0.05) == one(lines["Present value of forecast years"])
    assert pytest.approx(1_246.9, abs=0.05) == one(lines["Terminal value"])
    assert pytest.approx(707.5, abs=0.05) == one(lines["Present value of terminal value"])
    assert pytest.approx(892.6, abs=0.05) == one(lines["Enterprise value"])
    assert pytest.approx(0.79, abs=0.005) == one(lines["Terminal value share"])


@pytest.mark.parametrize(
    ("nopat", "wacc", "ronic", "growth", "expected", "tolerance"),
    [
        pytest.param(10, 0.11, 0.12, 0.06, 100, 1e-9, id="V4-b"),
        pytest.param(100, 0.10, 0.14, 0.06, 1_428.6, 0.05, id="V4-c-6%"),
        pytest.param(100, 0.10, 0.14, 0.08, 2_142.9, 0.05, id="V4-c-8%"),
    ],
)
def test_value_driver_formula(
    nopat: float, wacc: float, ronic: float, growth: float, expected: float, tolerance: float
) -> None:
    lines = dcf(
        revenue=nopat / (1 + growth) ** 2, growth=[growth], margin=1.0, tax_rate=0.0, wacc=wacc,
        return_on_new_capital=ronic, terminal_growth=growth, terminal_return=ronic, timing="end-year",
    )  # fmt: skip
    assert pytest.approx(expected, abs=tolerance) == one(lines["Terminal value"])


@published(
    "V4", "Koller, Goedhart, Wessels, Valuation (2020), ch. 14: a hundred years of flows, and nothing after them"
)
def test_a_hundred_years_are_nearly_for_ever(source: str) -> None:
    lines = dcf(
        revenue=10 / 1.06, growth=[0.06] * 100, margin=1.0, tax_rate=0.0, wacc=0.11, return_on_new_capital=0.12,
        terminal_value="none", timing="end-year",
    )  # fmt: skip
    assert pytest.approx(99.0, abs=0.05) == one(lines["Enterprise value"])


# Venture capital -----------------------------------------------------------------------------------------------------


@published("V12", "the venture capital method; a published answer of 3.21 a share divides by the new shares")
def test_venture_method_gives_the_price_of_an_old_share(source: str) -> None:
    lines = venture(exit_value=40e6, years_to_exit=4, target_return=0.6, investment=4e6)
    assert pytest.approx(6_103_515.63, abs=0.0051) == one(lines["Post-money value"])
    assert pytest.approx(2_103_515.63, abs=0.0051) == one(lines["Pre-money value"])
    stake_of_new = one(lines["Stake of the new money today"])
    assert pytest.approx(0.65536, abs=1e-12) == stake_of_new
    assert pytest.approx(1_901_578, abs=0.5) == 1e6 * stake_of_new / (1 - stake_of_new)
    assert pytest.approx(2.1035, abs=5e-5) == one(lines["Pre-money value"]) / 1e6


FIRST_CHICAGO = {
    "star": {"probability": 0.02, "value": 150.0},
    "good": {"probability": 0.08, "value": 80.0},
    "fair": {"probability": 0.20, "value": 20.0},
    "nothing": {"probability": 0.30, "value": 0.0},
    "loss": {"probability": 0.40, "value": -25.0},
}


@pytest.mark.parametrize(
    ("floor", "expected"),
    [pytest.param("none", 3.4, id="V13"), pytest.param("zero", 13.4, id="V13-limited-liability")],
)
def test_first_chicago(floor: str, expected: float) -> None:
    lines = scenarios(outcomes=FIRST_CHICAGO, floor=floor)
    assert pytest.approx(expected, abs=1e-12) == one(lines["Equity value of the outcomes"])


# Timing ---------------------------------------------------------------------------------------------------------


@published("V24", "Wall Street Oasis, mid-year convention and stub: 290 days of the first year are left")
def test_periods_of_a_stub(source: str) -> None:
    stub = 290 / 365
    lines = dcf(
        revenue=100.0, growth=[0.05] * 5, margin=0.2, tax_rate=0.25, wacc=0.1, return_on_new_capital=0.15,
        stub=stub, terminal_value="exit multiple", exit_multiple=8.0,
    )  # fmt: skip
    assert pytest.approx(0.7945, abs=5e-5) == stub
    published = [0.3973, 1.2945, 2.2945, 3.2945, 4.2945]
    assert pytest.approx(published, abs=5e-5) == periods(lines["Discount factor of cash flows"]).tolist()
    exit_factor = lines["Present value of terminal value"] / lines["Terminal value"]
    assert pytest.approx(4.7945, abs=5e-5) == one(periods(exit_factor))
    counted = lines["Present value of cash flow"] / (lines["Free cash flow"] * lines["Discount factor of cash flows"])
    assert pytest.approx([stub, 1, 1, 1, 1], rel=1e-12) == counted[:, 0].tolist()


def periods(factor: Any) -> Any:
    """Years over which a factor discounts at 10 %."""
    return np.ravel(np.log(factor) / -np.log(1.1))


# Debt and its tax shields ---------------------------------------------------------------------------------------


@published("V5", "Berk and DeMarzo, Corporate Finance, ch. 18: Avco")
def test_avco_by_adjusted_present_value(source: str) -> None:
    lines = apv(free_cash_flow=[18.0] * 4, unlevered_cost=0.08, tax_rate=0.4, cost_of_debt=0.06, leverage=0.5)
    assert pytest.approx([0.068] * 4, rel=1e-12) == lines["WACC at the target leverage"][:, 0].tolist()
    assert pytest.approx(61.246, abs=5e-4) == one(lines["Levered value"])
    assert pytest.approx(59.62, abs=5e-3) == one(lines["Unlevered value"])
    assert pytest.approx([0.735, 0.569, 0.392, 0.202], abs=5e-4) == lines["Interest tax shield"][:, 0].tolist()
    assert pytest.approx(1.63, abs=5e-3) == one(lines["Value of tax shields"])
    assert pytest.approx(one(lines["Levered value"]), rel=1e-14) == one(lines["Enterprise value"])


@published("V5", "the same by flow to equity: at a cost of equity of 10 % the owners have half of it")
def test_avco_by_flow_to_equity(source: str) -> None:
    owed = apv(free_cash_flow=[18.0] * 4, unlevered_cost=0.08, tax_rate=0.4, cost_of_debt=0.06, leverage=0.5)
    debt = owed["Debt at the start of the year"]
    lines = fcfe(free_cash_flow=18.0, debt=debt, cost_of_debt=0.06, tax_rate=0.4, cost_of_equity=0.10)
    assert pytest.approx(61.246 / 2, abs=5e-4) == one(lines["Equity value"])
    assert pytest.approx(61.246, abs=5e-4) == one(lines["Equity value"]) + one(debt[0])
