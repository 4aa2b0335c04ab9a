"""Each method against a number that somebody published; ids are those of docs, inputs are as printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from valuation.base_case import base_case
from valuation.iman_conover import iman_conover
from valuation.methods import dcf, scenarios, venture
from valuation.reading import load
from valuation.schedules import cost_of_capital, stub_value
from valuation.schedules.cost_of_capital import capm, in_currency, wacc


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
