"""Each method against a number that somebody published; ids are those of docs, inputs are as printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from valuation.base_case import base_case
from valuation.methods import dcf, scenarios, venture
from valuation.reading import load
from valuation.schedules import contribution
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

AMAZON_MARGIN = 65_139 / 574_785
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
    ebit: 65139 USD m
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


@published("V24", "Wall Street Oasis, mid-year convention: flows half a year earlier, an exit multiple at the end")
def test_mid_year_periods(source: str) -> None:
    given = dict(revenue=100.0, growth=[0.05] * 5, margin=0.2, tax_rate=0.25, wacc=0.1, return_on_new_capital=0.15)
    perpetual = {**given, "terminal_growth": 0.02, "terminal_return": 0.12}
    ratio = dcf(**perpetual)["Enterprise value"] / dcf(**perpetual, timing="end-year")["Enterprise value"]
    assert pytest.approx(1.1**0.5, rel=1e-14) == one(ratio)
    sold = {**given, "terminal_value": "exit multiple", "exit_multiple": 8.0}
    exits = [one(dcf(**sold, timing=word)["Present value of terminal value"]) for word in ("mid-year", "end-year")]
    assert exits[0] == exits[1]
    periods = np.log(dcf(**perpetual)["Discount factor of cash flows"][:, 0]) / -np.log(1.1)
    assert pytest.approx(periods.tolist()) == [0.5, 1.5, 2.5, 3.5, 4.5]


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
