"""Each method against a number that somebody published; ids are those of docs, inputs are as printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from test_option import compound

from valuation.base_case import BaseCase, base_case
from valuation.claims import Claim, divide, waterfall
from valuation.dependence import iman_conover
from valuation.dilution import treasury_stock
from valuation.least_squares import least_squares
from valuation.lines import Lines
from valuation.methods import apv, dcf, fcfe, last_round, option, precedent, scenarios, stake, venture
from valuation.operations import maximum
from valuation.rates import capm, in_currency, wacc
from valuation.reading import load
from valuation.schedules import (
    contribution,
    cost_of_capital,
    failure,
    holding_discount,
    marketability,
    regional_premium,
    research,
    stub_value,
)
from valuation.transactions import Before, carve_out, distribution, split_off


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


# Routes out of a group -----------------------------------------------------------------------------------------------


@published("V16", "eBay and PayPal, 17 and 20 July 2015; eBay, Form 8937: basis .4138 eBay, .5862 PayPal")
def test_paypal_leaves_ebay(source: str) -> None:
    """One for one; a share of eBay with the right is its 28.57 without it and PayPal's 38.39 when issued."""
    ebay = Before(equity=38.39, owned=1.0, group_equity=28.57 + 38.39, shares=1.0, factor=1.0)
    lines = distribution(ebay, probability=1.0, new_shares=1.0, market_value=40.47)
    assert pytest.approx(2.08, abs=1e-12) == one(lines["Re-rating"])
    assert pytest.approx(0.054, abs=5e-4) == one(lines["Re-rating"]) / 38.39
    stays, goes = (
        one(lines["Tax basis that stays with the parent's share"]),
        one(lines["Tax basis that goes to the new shares"]),
    )
    assert pytest.approx(0.4138, abs=5e-5) == stays
    assert pytest.approx(0.5862, abs=5e-5) == goes
    assert pytest.approx(28.57, abs=5e-3) == one(lines["Shares of the new company for one share"]) * 0.4138 / 0.5862
    assert pytest.approx(28.57 + 40.47) == one(lines["Share of the parent with the right"])


@published("V17", "GE, Form 10-K 2022 and pro forma of January 2023: GE HealthCare, 1 for 3, 19.9 % retained; USD bn")
def test_ge_healthcare_leaves_ge(source: str) -> None:
    """The last .5 of cash that the pro forma takes off is entered as one-off costs; 5.1 / 19.9 % is the equity."""
    ge = Before(equity=5.1 / 0.199 + 2.0, owned=1.0, group_equity=90.0, shares=1.09, factor=1 / 1.09)
    lines = distribution(
        ge, probability=1.0, new_shares=1 / 3, retained=0.199, debt_push_down=2.0, one_off_costs=0.5,
        group_cash=17.3, part_cash=1.5, group_borrowings=28.6, part_borrowings=8.3, group_securities=0.0,
    )  # fmt: skip
    assert pytest.approx(0.801, abs=1e-12) == one(lines["Share that leaves the parent"])
    assert pytest.approx(17.3, abs=1e-12) == one(lines["Cash of the parent, pro forma"])
    assert pytest.approx(20.3, abs=1e-12) == one(lines["Borrowings of the parent, pro forma"])
    assert pytest.approx(5.1, abs=1e-12) == one(lines["Securities of the parent, pro forma"])
    assert pytest.approx(10.3, abs=1e-12) == one(lines["Borrowings of the new company, pro forma"])
    assert pytest.approx(1.09 / 3 / 0.801) == one(lines["Shares of the new company"])
    assert pytest.approx(-0.5, abs=1e-12) == one(lines["Change of the group's equity"])


@pytest.mark.parametrize(
    ("measure", "ours", "theirs", "expected"),
    [
        pytest.param("revenue", 3_000, 2_000, 0.60, id="V25-revenue"),
        pytest.param("EBITDA", 600, 500, 0.545, id="V25-EBITDA"),
        pytest.param("net income", 350, 280, 0.556, id="V25-net-income"),
        pytest.param("assets", 8_000, 7_000, 0.533, id="V25-assets"),
        pytest.param("market value", 7_500, 5_500, 0.577, id="V25-market-value"),
    ],
)
def test_contribution_by_measure(measure: str, ours: float, theirs: float, expected: float) -> None:
    lines = contribution(measures={measure: {"ours": ours, "theirs": theirs}})
    assert pytest.approx(expected, abs=5e-4) == one(lines[f"Share by {measure}"])


@published("V25", "contribution analysis of A and B: A brings 53 to 60 %")
def test_contribution_has_a_range(source: str) -> None:
    pairs = {
        "revenue": (3e3, 2e3),
        "EBITDA": (600, 500),
        "net income": (350, 280),
        "assets": (8e3, 7e3),
        "cap": (7.5, 5.5),
    }
    lines = contribution(measures={name: {"ours": ours, "theirs": theirs} for name, (ours, theirs) in pairs.items()})
    assert pytest.approx(0.533, abs=5e-4) == one(lines["Lowest share"])
    assert pytest.approx(0.60, abs=5e-4) == one(lines["Highest share"])


@published("IPO-underpriced", "derived: V 20bn, M 2bn, 1,000m old shares, discount 15 %")
def test_an_underpriced_offer_hands_value_to_its_buyers(source: str) -> None:
    group = Before(equity=20_000.0, owned=1.0, group_equity=20_000.0, shares=1_000.0, factor=1e-3)
    lines = carve_out(group, probability=1.0, old_shares=1_000.0, primary=2_000.0, discount=0.15)
    assert pytest.approx(119.76, abs=5e-3) == one(lines["New shares sold"])
    assert pytest.approx(16.70, abs=5e-3) == one(lines["Offer price"])
    assert pytest.approx(19.65, abs=5e-3) == one(lines["Fair price after the offer"])
    assert pytest.approx(353, abs=0.5) == -one(lines["Change of the group's equity"])
    assert pytest.approx(2_000 * 0.15 / 0.85, rel=1e-12) == -one(lines["Change of the group's equity"])


@published("IPO-dilution", "derived: V 20bn, parent 80 %, M 2bn, secondary 1bn, no fees")
def test_dilution_is_no_loss(source: str) -> None:
    group = Before(equity=20.0, owned=0.8, group_equity=16.0, shares=1.0, factor=1.0)
    lines = carve_out(group, probability=1.0, old_shares=1_000.0, primary=2.0, secondary=1.0)
    assert pytest.approx(15 / 22, rel=1e-12) == one(lines["Stake of the parent after"])
    assert pytest.approx(1.0, rel=1e-12) == one(lines["Cash to the parent"])
    assert pytest.approx(16.0, rel=1e-12) == one(lines["After"])


# Peers ---------------------------------------------------------------------------------------------------------------

LONGLEY = """
83.0 234289 2356 1590 107608 1947 60323
88.5 259426 2325 1456 108632 1948 61122
88.2 258054 3682 1616 109773 1949 60171
89.5 284599 3351 1650 110929 1950 61187
96.2 328975 2099 3099 112075 1951 63221
98.1 346999 1932 3594 113270 1952 63639
99.0 365385 1870 3547 115094 1953 64989
100.0 363112 3578 3350 116219 1954 63761
101.2 397469 2904 3048 117388 1955 66019
104.6 419180 2822 2857 118734 1956 67857
108.4 442769 2936 2798 120445 1957 68169
110.8 444546 4681 2637 121950 1958 66513
112.6 482704 3813 2552 123366 1959 68655
114.2 502601 3931 2514 125368 1960 69564
115.7 518173 4806 2572 127852 1961 69331
116.9 554894 4007 2827 130081 1962 70551
"""
CERTIFIED = [
    (-3482258.63459582, 890420.383607373),
    (15.0618722713733, 84.9149257747669),
    (-0.358191792925910e-01, 0.334910077722432e-01),
    (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675),
    (-0.511041056535807e-01, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]


@published("V11", "NIST, Statistical Reference Datasets, Longley: certified to 15 digits")
def test_regression_solves_longley_to_the_certified_digits(source: str) -> None:
    *regressors, employed = np.array([[float(cell) for cell in row.split()] for row in LONGLEY.split("\n") if row]).T
    found = least_squares(employed, *regressors)
    coefficients, errors = np.array(CERTIFIED).T
    np.testing.assert_allclose(found["coefficients"], coefficients, rtol=1e-12, atol=0)
    np.testing.assert_allclose(found["errors"], errors, rtol=1e-13, atol=0)
    assert pytest.approx(0.995479004577296, rel=1e-14) == one(found["r_squared"])
    assert pytest.approx(304.854073561965, rel=1e-13) == one(found["residual"])


# Precedent transactions ----------------------------------------------------------------------------------------------


@published("V18", "Alibaba, offer for Cainiao's minorities, March 2024")
def test_a_minority_offer_implies_the_whole(source: str) -> None:
    lines = stake(paid=3.75, fraction=1 - 0.637, basis="transaction")
    assert pytest.approx(10.33, abs=0.005) == one(lines["Equity value of the company"])
    deal = {"paid": 3_750.0, "acquired": 1 - 0.637, "metric": 6_048 / (1 - 0.637)}  # $m; m shares, 16.66bn in all
    bought = precedent(metric=deal["metric"], deals={"cainiao": deal}, basis="equity")
    assert pytest.approx(10_330, abs=5) == one(bought["Equity of 100 %, cainiao"])
    assert pytest.approx(0.62, abs=5e-4) == one(bought["Multiple of the deals"])
    assert pytest.approx(one(bought["Equity of 100 %, cainiao"])) == one(bought["Equity value by deals"])
    assert pytest.approx(16_660, abs=5) == deal["metric"]


# Sums of the parts ---------------------------------------------------------------------------------------------------

SOFTBANK = ("alibaba", "sbkk", "svf1", "svf2", "latam", "tmus", "deutsche_telekom", "arm", "other")


def softbank(values: str, net_debt: float, shares: int, price: int) -> str:
    """SoftBank Group's own sum of the parts, JPY bn, as a case; each stake is given as what it holds."""
    stakes = "".join(
        f"  {name}: {{method: stake, value: {1000 * float(value):.0f} JPY bn, basis: market value}}\n"
        for name, value in zip(SOFTBANK, values.split(), strict=True)
    )
    return f"""\
name: SoftBank Group
currency: JPY
date: 2023-06-30
segments:
{stakes}bridge: {{net_debt: -{1000 * net_debt:.0f} JPY bn}}
shares: {{diluted: {shares} m shares, price: {price} JPY/share}}
""".replace(" JPY bn", "000 JPY m")


@pytest.mark.parametrize(
    ("values", "net_debt", "shares", "price", "nav", "per_share", "discount", "loan_to_value"),
    [
        pytest.param(
            ".71 2.37 2.80 3.52 .79 1.23 .28 2.87 1.30", 1.75, 1463, 5182, 14.12, 9656, 0.463, 0.110, id="V19-Mar-2023"
        ),
        pytest.param(
            ".02 2.39 3.03 4.04 .91 1.20 .23 3.66 1.42", 1.35, 1464, 6773, 15.54, 10616, 0.362, 0.080, id="V19-Jun-2023"
        ),
    ],
)
def test_softbank_net_asset_value(
    values: str, net_debt: float, shares: int, price: int, nav: float, per_share: float, discount: float,
    loan_to_value: float, write: Callable[[str], Path],
) -> None:  # fmt: skip
    found = base_case(load(write(softbank(values, net_debt, shares, price))))
    assert pytest.approx(nav, abs=0.0101) == found.equity / 1e6  # its parts are rounded to 0.01 trillion each
    assert pytest.approx(per_share, rel=6e-4) == found.per_share
    assert pytest.approx(discount, abs=5e-4) == found.implied_discount
    assert pytest.approx(loan_to_value, abs=5e-4) == found.loan_to_value


@published("V20", "broker's sum of the parts of Alibaba, September 2025 (djyanbao 8004790), US$ an ADS")
def test_a_brokers_parts_sum_to_the_target(source: str, write: Callable[[str], Path]) -> None:
    parts = {"commerce": 93.9, "international": 18.3, "cloud": 90.3, "others": 7.4, "stakes": 13.0}
    segments = "".join(f"  {name}: {{method: stake, value: {value} USD m}}\n" for name, value in parts.items())
    text = f"name: A\ncurrency: USD\ndate: 2025-09-30\nsegments:\n{segments}shares: {{diluted: 1 m shares}}\n"
    found = base_case(load(write(text)))
    assert pytest.approx(222.9, abs=1e-9) == found.per_share
    assert pytest.approx(0.405, abs=5e-4) == found.parts[2].per_share / found.per_share


@published("V21", "DBS, sum of the parts of Alibaba, March 2023, HK$ a share")
def test_three_multiples_sum_to_the_target(source: str, write: Callable[[str], Path]) -> None:
    text = """\
name: Alibaba by DBS
currency: HKD
date: 2023-03-29
segments:
  core: {method: multiple, metric: 8.8 HKD m, multiple: 15, basis: P/E}
  cloud: {method: multiple, metric: 5.2 HKD m, multiple: 5, basis: P/Sales}
  media: {method: multiple, metric: 2 HKD m, multiple: 5, basis: P/Sales}
shares: {diluted: 1 m shares}
"""
    found = base_case(load(write(text)))
    assert pytest.approx([part.per_share for part in found.parts]) == [132, 26, 10]
    assert pytest.approx(168) == found.per_share


# Reconciliation ------------------------------------------------------------------------------------------------------

ALIBABA = """\
name: Alibaba's segments
currency: CNY
date: 2025-03-31
segments:
  group: {method: stake, value: 1 CNY m}
shares: {diluted: 18474.235708 m shares}
reconciliation:
  revenue:
    items:
      commerce: 508380 CNY m
      international: 132300 CNY m
      cloud: 118028 CNY m
      others: 338347 CNY m
      unallocated: 1924 CNY m
      eliminations: -102632 CNY m
    total: 996347 CNY m
  ebita:
    items: {commerce: 193223 CNY m, international: -15137 CNY m, cloud: 10556 CNY m, others: -9499 CNY m}
    total: 179143 CNY m
"""


@published("V26", "Alibaba, annual report of fiscal year 2025, segment note")
def test_alibabas_segments_tie_to_the_group(source: str, write: Callable[[str], Path]) -> None:
    assert fired(base_case(load(write(ALIBABA)))) == []


@published("V26", "the same without the elimination: 1,097,055 of segment revenue counts it twice")
def test_segments_without_the_elimination_do_not_tie(source: str, write: Callable[[str], Path]) -> None:
    text = ALIBABA.replace("      eliminations: -102632 CNY m\n", "")
    assert fired(base_case(load(write(text)))) == ["reconciliation.revenue"]


@published("V26", "the same for fiscal year 2024: segment EBITA ties at 173,804, within 0.5 %")
@pytest.mark.parametrize(("total", "ids"), [(173_804, []), (174_670, []), (174_690, ["reconciliation.ebita"])])
def test_segment_profit_of_2024_ties(source: str, total: int, ids: list[str], write: Callable[[str], Path]) -> None:
    items = "commerce: 186970 CNY m, international: -8035 CNY m, cloud: 6121 CNY m, others: -11252 CNY m"
    head = ALIBABA.partition("reconciliation:")[0]
    text = f"{head}reconciliation: {{ebita: {{items: {{{items}}}, total: {total} CNY m}}}}\n"
    assert ids == fired(base_case(load(write(text))))


def fired(found: BaseCase) -> list[str]:
    return [finding.id for finding in found.checks if finding.severity == "error"]


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


# Cost of capital ------------------------------------------------------------------------------------------------------


@published("V5", "Berk and DeMarzo, Corporate Finance, ch. 18, Avco: WACC 6.8 %, unlevered cost of capital 8 %")
def test_avcos_cost_of_capital(source: str) -> None:
    assert pytest.approx(0.068, abs=1e-12) == wacc(0.10, 0.06, 0.5, 0.4)
    lines = cost_of_capital(
        risk_free=0.06, equity_risk_premium=0.04, beta=1.0, company_spread=0.0, debt_to_value=0.5, tax_rate=0.4
    )
    assert pytest.approx(0.10, abs=1e-12) == one(lines["Cost of equity"])
    assert pytest.approx(0.068, abs=1e-12) == one(lines["WACC"])
    assert pytest.approx(0.08, abs=1e-12) == one(lines["Unlevered cost of capital"])
    assert pytest.approx(61.25, abs=0.005) == sum(18 / (1 + one(lines["WACC"])) ** year for year in range(1, 5))


ARACRUZ = dict(
    risk_free=0.04, equity_risk_premium=0.1249, beta=0.7040, company_spread=0.0, debt_to_value=0.0, tax_rate=0.34
)


@published("V22", "Damodaran, Aracruz: cost of equity in dollars, in real terms and in reais")
def test_aracruz_in_three_currencies(source: str) -> None:
    dollars = one(cost_of_capital(**ARACRUZ)["Cost of equity"])
    assert pytest.approx(0.1279, abs=5e-5) == dollars
    # the real rate starts from a real risk-free rate of 2 %: the nominal one less 2 % inflation
    assert pytest.approx(0.1079, abs=5e-5) == capm(0.04 - 0.02, 0.7040, 0.1249)
    reais = cost_of_capital(**ARACRUZ, inflation_here=0.08, inflation_there=0.02)
    assert pytest.approx(dollars) == one(reais["Cost of equity, in the currency of the risk-free rate"])
    assert pytest.approx(0.1943, abs=5e-5) == one(reais["Cost of equity"])
    assert pytest.approx(0.1943, abs=5e-5) == in_currency(dollars, 0.08, 0.02)


# Early stages ---------------------------------------------------------------------------------------------------------


@published("V12", "the same with the number of old shares: price = pre-money / old shares = investment / new shares")
def test_venture_method_counts_new_shares(source: str) -> None:
    lines = venture(exit_value=40.0, years_to_exit=4, target_return=0.6, investment=4.0, old_shares=1.0)
    assert pytest.approx(1.901578, abs=5e-7) == one(lines["New shares"])
    assert pytest.approx(2.1035, abs=5e-5) == one(lines["Price of a share"])
    assert pytest.approx(4 / one(lines["New shares"])) == one(lines["Price of a share"])


@published("V13", "the weights of the published table, row by row")
def test_first_chicago_row_by_row(source: str) -> None:
    lines = scenarios(outcomes=FIRST_CHICAGO)
    found = [one(lines[f"Weighted value, {name}"]) for name in FIRST_CHICAGO]
    assert found == pytest.approx([3.0, 6.4, 4.0, 0.0, -10.0], abs=1e-12)


# Stubs and net asset value --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "behind", "stub"),
    [pytest.param(1.525, 144.97, -63.16, id="V15"), pytest.param(1.5, 142.59, -60.78, id="V15-ratio-of-1.5")],
)
def test_the_stub_of_3com_is_negative(ratio: float, behind: float, stub: float) -> None:
    # Lamont and Thaler (2003), Can the market add and subtract?; 2 March 2000
    lines = stub_value(parent_price=81.81, subsidiary_price=95.06, ratio=ratio)
    assert pytest.approx(behind, abs=0.005) == one(lines["Subsidiary value per parent share"])
    assert pytest.approx(stub, abs=0.005) == one(lines["Equity stub per share"])
    assert one(lines["Negative stub"]) == 1


SOFTBANK_HOLDINGS = ("alibaba", "sbkk", "svf1", "svf2", "latam", "tmus", "deutsche_telekom", "arm", "other")


@pytest.mark.parametrize(
    ("values", "net_debt", "shares", "price", "nav", "per_share", "discount", "loan_to_value"),
    [
        pytest.param(
            ".71 2.37 2.80 3.52 .79 1.23 .28 2.87 1.30", 1.75, 1463, 5182, 14.12, 9656, 0.463, 0.110,
            id="V19-net-asset-Mar-2023",
        ),
        pytest.param(
            ".02 2.39 3.03 4.04 .91 1.20 .23 3.66 1.42", 1.35, 1464, 6773, 15.54, 10616, 0.362, 0.080,
            id="V19-net-asset-Jun-2023",
        ),
    ],
)  # fmt: skip
def test_softbank_by_the_method_of_net_assets(
    values: str, net_debt: float, shares: int, price: int, nav: float, per_share: float, discount: float,
    loan_to_value: float, write: Callable[[str], Path],
) -> None:  # fmt: skip
    rows = zip(SOFTBANK_HOLDINGS, values.split(), strict=True)
    holdings = ", ".join(f"{name}: {{value: {value} JPY tn}}" for name, value in rows)
    text = f"""\
name: SoftBank Group
currency: JPY
date: 2023-06-30
segments:
  softbank:
    method: net_asset
    holdings: {{{holdings}}}
    holding_net_debt: {net_debt} JPY tn
    market_cap: = shares.diluted * shares.price
    shares: = shares.diluted
shares: {{diluted: {shares} m shares, price: {price} JPY/share}}
"""
    lines = base_case(load(write(text))).lines.scopes["softbank"]
    assert pytest.approx(nav, abs=0.0101) == one(lines["net_asset_value"]) / 1e6  # its parts are rounded to 0.01 each
    assert pytest.approx(per_share, rel=6e-4) == one(lines["net_asset_value_per_share"])
    assert pytest.approx(discount, abs=5e-4) == one(lines["discount_to_net_asset_value"])
    assert pytest.approx(loan_to_value, abs=5e-4) == one(lines["loan_to_value"])


# Iman and Conover -----------------------------------------------------------------------------------------------------

MILDENHALL_X = """
123567 44770 15934 13273
126109 45191 16839 15406
138713 47453 17233 16706
139016 47941 17265 16891
152213 49345 17620 18821
153224 49420 17859 19569
153407 50686 20804 20166
155716 52931 21110 20796
155780 54010 22728 20968
161678 57346 24072 21178
161805 57685 25198 23236
167447 57698 25393 23375
170737 58380 30357 24019
171592 60948 30779 24785
178881 66972 32634 25000
181678 68053 33117 26754
184381 70592 35248 27079
206940 72243 36656 30136
217092 86685 38483 30757
240935 87138 39483 35108
"""
MILDENHALL_SCORES = """
-1.92062 1.22896 -1.00860 -0.49584
-1.50709 -1.50709 -1.50709 0.82015
-1.22896 1.92062 0.82015 -0.65151
-1.00860 -0.20723 1.00860 -1.00860
-0.82015 0.82015 0.34878 1.92062
-0.65151 -1.22896 -0.65151 0.20723
-0.49584 -0.65151 1.22896 -0.34878
-0.34878 -0.49584 -0.49584 -0.06874
-0.20723 -1.00860 0.20723 0.65151
-0.06874 0.49584 0.06874 -1.22896
0.06874 -0.34878 -1.22896 0.49584
0.20723 0.34878 0.65151 0.34878
0.34878 -0.06874 -0.20723 1.22896
0.49584 -1.92062 -0.82015 -0.20723
0.65151 0.20723 1.92062 -1.92062
0.82015 1.00860 1.50709 1.50709
1.00860 -0.82015 -1.92062 1.00860
1.22896 1.50709 0.49584 -1.50709
1.50709 0.06874 -0.06874 0.06874
1.92062 0.65151 -0.34878 -0.82015
"""
MILDENHALL_Y = """
123567 50686 15934 16706
126109 44770 16839 25000
138713 57685 17620 19569
139016 47453 35248 20166
152213 57346 20804 30757
153224 45191 21110 24019
153407 47941 38483 23375
155716 52931 17859 20796
155780 49420 33117 27079
161678 58380 22728 15406
161805 54010 17265 23236
167447 66972 32634 24785
170737 57698 24072 30136
171592 49345 30357 20968
178881 68053 39483 16891
181678 72243 36656 35108
184381 60948 17233 26754
206940 86685 25393 13273
217092 70592 30779 21178
240935 87138 25198 18821
"""
MILDENHALL_TARGET = [[1.0, 0.8, 0.4, 0.0], [0.8, 1.0, 0.3, -0.2], [0.4, 0.3, 1.0, 0.1], [0.0, -0.2, 0.1, 1.0]]
MILDENHALL_FOUND = [[1, 0.85, 0.26, -0.11], [0.85, 1, 0.19, -0.20], [0.26, 0.19, 1, 0.10], [-0.11, -0.20, 0.10, 1]]


def matrix(text: str) -> np.ndarray:
    return np.array([[float(number) for number in row.split()] for row in text.strip().splitlines()])


@published("V10", "Mildenhall (2005), Correlation and aggregate loss distributions with an emphasis on Iman-Conover")
def test_mildenhalls_draws_are_reordered_as_published(source: str) -> None:
    found = iman_conover(matrix(MILDENHALL_X), MILDENHALL_TARGET, scores=matrix(MILDENHALL_SCORES))
    assert matrix(MILDENHALL_Y).tolist() == found.tolist()
    assert np.round(np.corrcoef(found.T), 2).tolist() == MILDENHALL_FOUND
    # ranks of the second column from the highest down
    ranks = 21 - stats.rankdata(found[:, 1]).astype(int)
    assert ranks.tolist() == [14, 20, 10, 18, 11, 19, 17, 13, 15, 8, 12, 6, 9, 16, 5, 3, 7, 2, 4, 1]


@published(
    "GE-Synchrony",
    "General Electric, Form 8-K of 17 November 2015 and offer of 19 October 2015: 84.6 %, 7 %, ratio 1.0505",
)
def test_general_electric_exchanges_synchrony(source: str) -> None:
    """Prices in the ratio of which 1.0505 came; one share of Synchrony is taken as 31."""
    shares = 705.270833 / 0.846
    ge = Before(equity=31.0 * shares, owned=0.846, group_equity=300_000.0, shares=10_100.0, factor=1 / 10_100.0)
    price = 1.0505 * 0.93 * 31.0
    lines = split_off(ge, probability=1.0, part_shares=shares, discount=0.07, parent_price=price)
    assert pytest.approx(1.0505, rel=1e-12) == one(lines["Exchange ratio"])
    assert pytest.approx(671.366809, abs=5e-7) == one(lines["Shares tendered"])
    assert pytest.approx(107.53, abs=5e-3) == 100 * one(lines["Value for a share tendered"]) / price
    assert pytest.approx(0.066, abs=5e-4) == one(lines["Shares tendered"]) / 10_100.0


# Options, rounds and dilution -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected", "digits"),
    [pytest.param("call", 4.76, 4.7594, id="V6-call"), pytest.param("put", 0.81, 0.8086, id="V6-put")],
)
def test_black_scholes_of_hull(kind: str, expected: float, digits: float) -> None:
    lines = option(spot=42.0, strike=40.0, life=0.5, risk_free=0.10, volatility=0.20, kind=kind)
    assert expected == round(one(lines["Option value"]), 2)
    assert digits == round(one(lines["Option value"]), 4)


@pytest.mark.parametrize(
    ("steps", "expected", "tolerance"),
    [pytest.param("5", 4.49, 0.005, id="V6-tree-5"), pytest.param("30", 4.263, 0.0005, id="V6-tree-30")],
)
def test_american_put_of_hull(steps: str, expected: float, tolerance: float) -> None:
    lines = option(
        spot=50.0, strike=50.0, life=5 / 12, risk_free=0.10, volatility=0.40, kind="put", style="american",
        model="binomial", steps=steps,
    )  # fmt: skip
    assert pytest.approx(expected, abs=tolerance) == one(lines["Option value"])


@published("V7", "Damodaran, Investment Valuation (2012), ch. 28: an undeveloped oil reserve")
def test_undeveloped_oil_reserve(source: str) -> None:
    lines = option(spot=544.22, strike=600.0, life=20.0, risk_free=0.08, volatility=np.sqrt(0.03), cost_of_delay=0.05)
    assert pytest.approx(97.08, abs=0.02) == one(lines["Option value"])  # printed with N(d) of four digits
    assert pytest.approx(97.097, abs=0.0005) == one(lines["Option value"])


@published("V8", "Damodaran, Investment Valuation (2012), ch. 30: equity as a call on the firm")
def test_equity_as_a_call(source: str) -> None:
    lines = option(spot=100.0, strike=80.0, life=10.0, risk_free=0.10, volatility=0.40, subject="levered firm")
    assert 75.94 == round(one(lines["Equity value"]), 2)
    assert 24.06 == round(one(lines["Value of the debt"]), 2)
    assert 0.1277 == round(one(lines["Implied interest rate"]), 4)


LONGSTAFF = {
    0.1: {30: 2.324, 180: 5.768, 360: 8.232, 720: 11.793, 1800: 19.128},
    0.2: {30: 4.691, 180: 11.793, 360: 16.984, 720: 24.643, 1800: 40.979},
    0.3: {30: 7.100, 180: 18.082, 360: 26.276, 720: 38.605, 1800: 65.772},
}


@pytest.mark.parametrize(
    ("volatility", "days", "expected"),
    [
        pytest.param(volatility, days, expected, id=f"V9-longstaff-{volatility:.0%}-{days}-days")
        for volatility, row in LONGSTAFF.items()
        for days, expected in row.items()
    ],
)
def test_upper_bounds_of_longstaff(volatility: float, days: int, expected: float) -> None:
    lines = marketability(volatility=volatility, lock_up=days / 360, model="longstaff")
    assert expected == round(100 * one(lines["Discount for lack of marketability"]), 3)


@pytest.mark.parametrize(
    ("volatility", "lock_up", "expected"),
    [
        pytest.param(0.3, 0.5, 7.17, id="V9-chaffe-half-a-year"),
        pytest.param(0.3, 1, 9.35, id="V9-chaffe-one-year"),
        pytest.param(0.3, 2, 11.68, id="V9-chaffe-two-years"),
        pytest.param(0.6, 2, 26.75, id="V9-chaffe-60%"),
        pytest.param(0.8, 2, 36.19, id="V9-chaffe-80%"),
    ],
)
def test_puts_of_chaffe(volatility: float, lock_up: float, expected: float) -> None:
    lines = marketability(volatility=volatility, lock_up=lock_up, risk_free=0.05, model="chaffe")
    assert expected == round(100 * one(lines["Discount for lack of marketability"]), 2)


COMPLEX_CO: dict[str, dict[str, Any]] = {
    "series_a": {"kind": "preferred", "shares": 500.0, "preference": 1_000.0},
    "series_b": {"kind": "preferred", "shares": 300.0, "preference": 1_500.0},
    "common": {"kind": "common", "shares": 1_500.0},
    "warrants": {"kind": "option", "shares": 250.0, "strike": 10.0},
}
BANDS = {  # equity from and to, and who shares it: series A, series B, common, warrants, in percent
    (0, 2_500): (40, 60, 0, 0),
    (2_500, 5_500): (0, 0, 100, 0),
    (5_500, 11_500): (25, 0, 75, 0),
    (11_500, 23_000): (21.7, 13.0, 65.2, 0),
    (23_000, 99_000): (19.6, 11.8, 58.8, 9.8),
}
TERMS = {"value_from": "given equity", "volatility": 0.5, "years_to_exit": 3.0, "risk_free": 0.02}


@published("V14", "Mercer Capital (2016), option pricing method: ComplexCo, its breakpoints and calls")
def test_complex_co(source: str) -> None:
    lines = last_round(classes=COMPLEX_CO, equity=np.array([9_000.0, 30_000.0]), **TERMS)
    points = [
        "Preferences of rank 1",
        "Breakpoint at the conversion of series a",
        "Breakpoint at the conversion of series b",
        "Breakpoint at the exercise of warrants",
    ]
    assert [2_500, 5_500, 11_500, 23_000] == [one(lines[label]) for label in points]
    names = [name.replace("_", " ") for name in COMPLEX_CO]
    np.testing.assert_allclose(sum(lines[f"Value of {name}"] for name in names), [9_000, 30_000], rtol=1e-13)
    junior, senior = (lines[f"Value a share of {name}"] for name in ("common", "series b"))
    assert (junior < senior).all()


@pytest.mark.parametrize(
    ("band", "shares"), [pytest.param(band, shares, id=f"V14-from-{band[0]}") for band, shares in BANDS.items()]
)
def test_shares_of_the_bands_of_complex_co(band: tuple[float, float], shares: tuple[float, ...]) -> None:
    claims = [Claim(name, **fields) for name, fields in COMPLEX_CO.items()]
    lines, equity = Lines(1), np.array([band[0] + 1.0, band[1] - 1.0])
    fall = waterfall(lines, claims)
    values = divide(lines, fall, equity, {label: maximum(equity - point, 0) for label, point in fall.points.items()})
    found = [float(np.diff(value)[0] / np.diff(equity)[0]) for value in values.values()]
    assert pytest.approx(list(shares), abs=0.05) == [100 * share for share in found]


@published("V14", "Mercer Capital (2016): SimpleCo, preferred = equity less a call struck at its preference")
def test_simple_co(source: str) -> None:
    classes = {
        "common": {"kind": "common", "shares": 100.0},
        "preferred": {"kind": "redeemable", "shares": 100.0, "preference": 500.0},
    }
    lines = last_round(classes=classes, equity=800.0, **TERMS)
    call = option(spot=800.0, strike=500.0, life=3.0, risk_free=0.02, volatility=0.5)
    assert pytest.approx(800 - one(call["Option value"]), rel=1e-14) == one(lines["Value of preferred"])
    assert pytest.approx(one(call["Option value"]), rel=1e-14) == one(lines["Value of common"])


@pytest.mark.parametrize(
    ("grants", "price", "expected"),
    [
        pytest.param(
            {"warrants": {"number": 20_000, "strike": 30}, "options": {"number": 50_000, "strike": 50}},
            40,
            5_000,
            id="V23-warrants-and-options",
        ),
        pytest.param({"options": {"number": 10_000, "strike": 10}}, 15, 3_333, id="V23-options"),
    ],
)
def test_treasury_stock_method(grants: dict[str, dict[str, float]], price: float, expected: float) -> None:
    lines = Lines(1)
    treasury_stock(lines, grants, price)
    assert expected == round(one(lines["Incremental shares of grants"]))


# Stages, discounts and failure ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected"),
    [pytest.param("call", 17.5945, id="Haug-call-on-call"), pytest.param("put", 18.7128, id="Haug-call-on-put")],
)
def test_compound_options_of_haug(kind: str, expected: float) -> None:
    # Haug, The Complete Guide to Option Pricing Formulas (2007), ch. 4: a put on the call costs 21.1965, so by parity
    # a call on it 17.5945; QuantLib's compoundoption.cpp prints these and the call on the put
    market = {"spot": 500.0, "strike": 520.0, "life": 0.5, "risk_free": 0.08, "volatility": 0.35, "cost_of_delay": 0.03}
    assert pytest.approx(expected, abs=1e-4) == compound(market, (50.0, 0.25), kind)
    staged = option(**market, kind=kind, model="binomial", steps="30", first_strike=50.0, first_years=0.25)
    assert pytest.approx(expected, rel=0.02) == one(staged["Option value"])


@pytest.mark.parametrize(
    ("nav_per_share", "price", "discount"),
    [
        pytest.param(9656, 5182, 0.463, id="V19-discount-Mar-2023"),
        pytest.param(10616, 6773, 0.362, id="V19-discount-Jun-2023"),
    ],
)
def test_softbanks_observed_discount(nav_per_share: float, price: float, discount: float) -> None:
    lines = holding_discount(nav=nav_per_share * 1464, price=price, shares=1464.0, illiquidity=0.1)
    assert pytest.approx(discount, abs=5e-4) == one(lines["Observed discount"])
    assert pytest.approx(discount - 0.1, abs=5e-4) == one(lines["Unexplained discount"])


@published("Damodaran-distress", "Damodaran (2006), The cost of distress: Global Crossing, 12 % for 8 years at 653")
def test_probability_of_failure_from_the_price_of_a_bond(source: str) -> None:
    years = np.arange(1, 9)
    found = brentq(lambda y: np.sum(120 / (1 + y) ** years) + 1000 / (1 + y) ** 8 - 653, 0, 1)
    lines = failure(bond_yield=found, risk_free=0.05, horizon=10.0)
    assert 0.1353 == round(one(lines["Probability of failure a year"]), 4)
    assert pytest.approx(0.2337, abs=1e-4) == one(lines["Probability of survival"])
    assert pytest.approx(0.7663, abs=1e-4) == one(lines["Probability of failure"])


@published("Damodaran-Disney", "Damodaran, Applied Corporate Finance (2014), ch. 4: Disney by its revenue of 2013")
def test_equity_risk_premium_by_revenue(source: str) -> None:
    sold = {"us_and_canada": (82.01, 5.50), "europe": (11.64, 6.72), "asia_pacific": (6.02, 7.27)}
    rows = {**sold, "latin_america": (0.33, 9.44)}
    lines = regional_premium(
        regions={name: {"revenue": revenue, "premium": premium / 100} for name, (revenue, premium) in rows.items()}
    )
    assert 0.0576 == round(one(lines["Equity risk premium by revenue"]), 4)
