"""The cost of capital: formulas that undo each other, a build-up without double counting, betas weighted by value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from agreement import readings_agree
from hypothesis import given
from hypothesis import strategies as st
from test_published import one

from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.calculation import MissingAssumption
from valuation.expressions import FUNCTIONS
from valuation.rates import (
    capm,
    cash_adjusted,
    country_risk,
    debt_market_value,
    failure_adjusted,
    forward_rate,
    in_currency,
    relever,
    relever_constant,
    unlever,
    unlever_constant,
    wacc,
)
from valuation.schedules import cost_of_capital, segment_betas

BASIC: dict[str, Any] = dict(
    risk_free=0.04, equity_risk_premium=0.0423, beta=1.2, company_spread=0.015, debt_to_value=0.2, tax_rate=0.25
)
RNG = np.random.default_rng(5)
FLOWS = st.floats(-100, 100).map(lambda amount: round(amount, 9))  # no money is told in 1e-320 of a million
SHARES, BETAS, RATES = st.floats(0, 0.9), st.floats(0.1, 3), st.floats(-0.05, 0.5)


# Formulas ---------------------------------------------------------------------------------------------------------


@given(BETAS, SHARES, st.floats(0, 0.5), st.floats(0, 0.5))
def test_relevering_undoes_unlevering(beta: float, leverage: float, tax_rate: float, beta_debt: float) -> None:
    assert pytest.approx(beta, rel=1e-12) == relever(unlever(beta, leverage, tax_rate), leverage, tax_rate)
    unlevered = unlever_constant(beta, beta_debt, leverage)
    assert pytest.approx(beta, rel=1e-9) == relever_constant(unlevered, beta_debt, leverage)


@given(BETAS, SHARES)
def test_without_tax_and_with_riskless_debt_the_two_ways_of_relevering_agree(beta: float, leverage: float) -> None:
    hamada = relever(beta, leverage / (1 - leverage), 0)
    assert pytest.approx(hamada, rel=1e-9) == relever_constant(beta, 0, leverage)


@given(RATES, RATES, RATES)
def test_a_rate_that_goes_to_another_currency_and_back_is_the_same(rate: float, here: float, there: float) -> None:
    assert pytest.approx(rate, abs=1e-12) == in_currency(in_currency(rate, here, there), there, here)
    assert pytest.approx(rate, abs=1e-12) == in_currency(rate, here, here)


@given(st.lists(FLOWS, min_size=1, max_size=12), st.floats(0.01, 200), RATES, RATES, RATES)
def test_flows_turned_at_forwards_and_discounted_here_are_worth_their_value_there_at_the_spot_rate(
    flows: list[float], spot: float, here: float, there: float, rate: float
) -> None:
    years = np.arange(1.0, len(flows) + 1)
    turned = np.array(flows) * forward_rate(spot, here, there, years)
    abroad = np.sum(np.array(flows) / (1 + rate) ** years) * spot
    rate_here = in_currency(rate, here, there)
    size = np.sum(np.abs(flows) / (1 + rate) ** years) * spot
    assert pytest.approx(abroad, rel=0, abs=1e-9 * size) == np.sum(turned / (1 + rate_here) ** years)


@given(st.floats(0.01, 200), RATES, RATES, st.floats(0, 20), st.floats(0, 20))
def test_a_forward_seen_from_abroad_is_one_over_it_and_forwards_follow_one_another(
    spot: float, here: float, there: float, years: float, more: float
) -> None:
    ahead = forward_rate(spot, here, there, years)
    assert pytest.approx(1 / ahead, rel=1e-9) == forward_rate(1 / spot, there, here, years)
    assert pytest.approx(forward_rate(spot, here, there, years + more), rel=1e-9) == forward_rate(
        ahead, here, there, more
    )
    assert spot == forward_rate(spot, here, here, years) == forward_rate(spot, here, there, 0)


def test_dollar_flows_of_a_case_are_worth_the_same_both_ways(case_of: Callable[..., Case]) -> None:
    # covered interest parity, or that of inflation: the rates that turn the cost of capital turn the money too
    case = case_of("""drivers: {usd: 7 CNY/USD, here: 1.5%, there: 2.2%, there_rate: 9%}
segments:
  by_forwards:
    method: apv
    dollars: [10 USD m, -4 USD m, 30 USD m]
    free_cash_flow: = dollars * forward_rate(drivers.usd, drivers.here, drivers.there, period)
    unlevered_cost: = in_currency(drivers.there_rate, drivers.here, drivers.there)
    tax_rate: 25%
    cost_of_debt: 4%
    debt: 0 CNY m
  by_spot:
    method: apv
    free_cash_flow: = by_forwards.dollars * drivers.usd
    unlevered_cost: = drivers.there_rate
    tax_rate: 25%
    cost_of_debt: 4%
    debt: 0 CNY m
""")
    by_forwards, by_spot = base_case(case).parts
    assert by_forwards.equity_value == pytest.approx(by_spot.equity_value, rel=1e-12)


@given(st.floats(0, 1), st.floats(1, 1000), st.floats(0.001, 0.3), st.integers(1, 30))
def test_debt_is_worth_its_payments(coupon: float, book: float, cost_of_debt: float, maturity: int) -> None:
    payments = [coupon * book] * maturity
    payments[-1] += book
    expected = sum(payment / (1 + cost_of_debt) ** year for year, payment in enumerate(payments, start=1))
    assert pytest.approx(expected, rel=1e-9) == debt_market_value(coupon * book, book, cost_of_debt, maturity)


def test_debt_that_pays_its_cost_is_worth_its_book_value() -> None:
    assert pytest.approx(250) == debt_market_value(250 * 0.06, 250, 0.06, 7.5)


@given(RATES, st.floats(0, 0.9), st.integers(1, 10))
def test_a_failure_adjusted_rate_discounts_as_survival_times_the_plain_rate(rate: float, q: float, years: int) -> None:
    plain = (1 - q) ** years / (1 + rate) ** years
    assert pytest.approx(plain, rel=1e-9) == (1 + failure_adjusted(rate, q)) ** (-years)


def test_the_equity_risk_premium_of_china_in_january_2026() -> None:
    # Damodaran, January 2026: mature 4.23 %, China's spread 0.60 % and country risk premium 0.91 %, in all 5.14 %
    ratio = 0.0091 / 0.006
    assert pytest.approx(0.0091) == country_risk(0.006, 0.1 * ratio, 0.1)
    lines = cost_of_capital(
        risk_free=0.0, equity_risk_premium=0.0423, beta=1.0, country_risk_by="beta", country_risk_premium=0.0091,
        cost_of_debt=0.0, debt_to_value=0.0, tax_rate=0.0,
    )  # fmt: skip
    assert pytest.approx(0.0514) == one(lines["WACC"])


FORMULAS = [
    ("capm(4%, 0.704, 12.49%)", capm(0.04, 0.704, 0.1249)),
    ("unlever(1.2, 50%, 25%)", unlever(1.2, 0.5, 0.25)),
    ("relever(0.9, 50%, 25%)", relever(0.9, 0.5, 0.25)),
    ("unlever_constant(1.2, 0.2, 30%)", unlever_constant(1.2, 0.2, 0.3)),
    ("relever_constant(0.9, 0.2, 30%)", relever_constant(0.9, 0.2, 0.3)),
    ("cash_adjusted(0.9, 10%)", cash_adjusted(0.9, 0.1)),
    ("country_risk(0.6%, 30%, 20%)", country_risk(0.006, 0.3, 0.2)),
    ("in_currency(12.79%, 8%, 2%)", in_currency(0.1279, 0.08, 0.02)),
    ("0.1 * forward_rate(7, 1.5%, 2.2%, 2.5)", 0.1 * forward_rate(7, 0.015, 0.022, 2.5)),
    ("wacc(10%, 6%, 50%, 40%)", wacc(0.1, 0.06, 0.5, 0.4)),
    ("failure_adjusted(12%, 5%)", failure_adjusted(0.12, 0.05)),
]


@pytest.mark.parametrize(("written", "expected"), FORMULAS)
def test_a_formula_of_a_file_calls_it(written: str, expected: float, case_of: Callable[..., Case]) -> None:
    case = case_of(
        f'segments:\n  a: {{method: stake, value: "= 100 * unit * rate", unit: 1 CNY m, rate: = {written}}}\n'
    )
    assert pytest.approx(100 * expected, rel=1e-14) == base_case(case).equity


def test_a_formula_of_a_file_values_debt(case_of: Callable[..., Case]) -> None:
    case = case_of("segments:\n  a: {method: stake, value: = debt_market_value(due, book, 6%, 5), due: 4 CNY m, "
                   "book: 100 CNY m}\n")  # fmt: skip
    assert pytest.approx(debt_market_value(4, 100, 0.06, 5), rel=1e-14) == base_case(case).equity


def test_every_formula_of_this_file_has_its_test_in_a_case() -> None:
    names = {written.partition("(")[0].rpartition(" ")[2] for written, _ in FORMULAS} | {"debt_market_value"}
    ours = {name for name, (function, _, _) in FUNCTIONS.items() if function.__module__.endswith(".rates")}
    assert ours == names


# The build-up -----------------------------------------------------------------------------------------------------


def rates(**given: Any) -> dict[str, float]:
    lines = cost_of_capital(**given)
    return {label: one(lines[label]) for label in lines}


def test_the_build_up_of_a_levered_beta() -> None:
    found = rates(**BASIC)
    equity = 0.04 + 1.2 * 0.0423
    assert found == pytest.approx(
        {
            "Levered beta": 1.2,
            "Cost of equity": equity,
            "Cost of debt before tax": 0.055,
            "Cost of debt after tax": 0.055 * 0.75,
            "Unlevered cost of capital": equity * 0.8 + 0.055 * 0.2,
            "WACC": equity * 0.8 + 0.055 * 0.75 * 0.2,
        }
    )


@pytest.mark.parametrize(
    ("terms", "beta"),
    [
        ({}, 1.2),
        ({"adjustment": "Blume"}, 0.67 * 1.2 + 0.33),
        ({"relevering": "Hamada"}, 1.2 * (1 + 0.75 * 0.25)),
        ({"relevering": "Hamada", "cash_to_value": 0.1}, 1.2 / 0.9 * (1 + 0.75 * 0.25)),
        ({"relevering": "constant", "beta_debt": 0.1}, (1.2 - 0.1 * 0.2) / 0.8),
    ],
)
def test_the_beta_is_as_chosen(terms: dict[str, Any], beta: float) -> None:
    assert pytest.approx(beta) == rates(**BASIC, **terms)["Levered beta"]


@pytest.mark.parametrize(
    ("terms", "cost"),
    [
        ({"country_risk_by": "beta", "country_risk_premium": 0.01}, 0.04 + 1.2 * (0.0423 + 0.01)),
        ({"country_risk_by": "lambda", "country_risk_premium": 0.01, "exposure": 0.5}, 0.04 + 1.2 * 0.0423 + 0.005),
        (
            {"country_risk_by": "beta", "country_spread": 0.006, "equity_volatility": 0.3, "bond_volatility": 0.2},
            0.04 + 1.2 * (0.0423 + 0.009),
        ),
        ({"size_premium": 0.01, "specific_premium": 0.02}, 0.04 + 1.2 * 0.0423 + 0.03),
        ({"inflation_here": 0.08, "inflation_there": 0.02}, (1.04 + 1.2 * 0.0423) * 1.08 / 1.02 - 1),
    ],
)
def test_the_cost_of_equity_is_as_chosen(terms: dict[str, Any], cost: float) -> None:
    assert pytest.approx(cost) == rates(**BASIC, **terms)["Cost of equity"]


def test_the_countrys_spread_and_inflation_reach_the_cost_of_debt() -> None:
    found = rates(**BASIC, country_spread=0.006, inflation_here=0.08, inflation_there=0.02)
    assert pytest.approx(1.061 * 1.08 / 1.02 - 1) == found["Cost of debt before tax"]


def test_relevered_at_constant_leverage_the_unlevered_cost_of_capital_is_that_of_the_unlevered_beta() -> None:
    # the identity of Harris and Pringle: leverage moves risk between holders, and k_U stays
    found = rates(**{**BASIC, "company_spread": 0.2 * 0.0423}, relevering="constant", beta_debt=0.2)
    assert pytest.approx(capm(0.04, 1.2, 0.0423)) == found["Unlevered cost of capital"]


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"country_risk_premium": 0.01}, "expected country_risk_by beta or lambda"),
        ({"country_risk_by": "beta", "country_risk_premium": 0.01, "exposure": 1}, "only with country_risk_by lambda"),
        ({"country_risk_by": "lambda", "country_risk_premium": 0.01}, "exposure is missing"),
        ({"country_risk_by": "beta"}, "country_spread is missing"),
        ({"cash_to_value": 0.1}, "expected relevering Hamada or constant"),
        ({"relevering": "Hamada", "beta_debt": 0.1}, "only with relevering constant"),
        ({"relevering": "constant"}, "beta_debt is missing"),
        ({"cost_of_debt": 0.05}, "either cost_of_debt or company_spread"),
        ({"inflation_here": 0.05}, "inflation_there is missing"),
    ],
)
def test_terms_that_do_not_fit_are_refused(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        cost_of_capital(**BASIC, **terms)


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"adjustment": "Blume", "relevering": "Hamada", "cash_to_value": RNG.uniform(0, 0.3, 20)},
        {"relevering": "constant", "beta_debt": 0.15, "country_risk_by": "lambda", "exposure": 0.4,
         "country_spread": 0.006, "equity_volatility": 0.3, "bond_volatility": RNG.uniform(0.1, 0.3, 20)},
        {"country_risk_by": "beta", "country_risk_premium": RNG.uniform(0, 0.02, 20), "size_premium": 0.01,
         "inflation_here": RNG.uniform(0, 0.05, 20), "inflation_there": 0.02},
    ],
)  # fmt: skip
def test_readings_of_the_build_up_agree(terms: dict[str, Any]) -> None:
    drawn = {**BASIC, "beta": RNG.uniform(0.5, 2, 20), "debt_to_value": np.append(RNG.uniform(0, 0.9, 19), 1.0)}
    lines = readings_agree(cost_of_capital, **drawn, **terms)
    # a company without equity has no beta to relever
    assert int(np.isnan(lines["WACC"]).sum()) == (1 if "relevering" in terms else 0)


# Betas of a group -------------------------------------------------------------------------------------------------

GROUP = {
    "chips": {"beta": 1.869, "revenue": 10.0, "ev_sales": 10.62},
    "retail": {"beta": 0.95, "revenue": 100.0, "ev_sales": 1.93},
    "transport": {"beta": 0.747, "revenue": 50.0, "ev_sales": 1.32},
}


def test_betas_are_weighted_by_value_and_not_by_revenue() -> None:
    lines = segment_betas(businesses=GROUP)
    worth = {name: row["revenue"] * row["ev_sales"] for name, row in GROUP.items()}
    weights = [one(lines[f"Weight, {name}"]) for name in GROUP]
    assert weights == pytest.approx([value / sum(worth.values()) for value in worth.values()])
    beta = one(lines["Unlevered beta of the group"])
    assert pytest.approx(sum(worth[name] * row["beta"] for name, row in GROUP.items()) / sum(worth.values())) == beta
    by_revenue = sum(row["revenue"] * row["beta"] for row in GROUP.values()) / 160
    assert beta - by_revenue > 0.2  # the trap: chips are a sixteenth of the revenue and a third of the value


def test_waccs_of_businesses_average_to_that_of_the_group_by_value() -> None:
    priced = {name: {**row, "wacc": 0.05 + 0.04 * row["beta"]} for name, row in GROUP.items()}
    lines = segment_betas(businesses=priced)
    assert pytest.approx(0.05 + 0.04 * one(lines["Unlevered beta of the group"])) == one(lines["WACC of the group"])
    with pytest.raises(TypeError, match="a wacc for each business or for none, found none for chips"):
        segment_betas(businesses={**priced, "chips": GROUP["chips"]})


def test_the_levered_beta_of_the_group_stands_on_the_market_value_of_its_debt() -> None:
    lines = segment_betas(businesses=GROUP, interest=2.0, book_debt=50.0, cost_of_debt=0.05, maturity=4, tax_rate=0.25)
    debt, whole = debt_market_value(2, 50, 0.05, 4), one(lines["Value of the businesses"])
    assert pytest.approx(debt) == one(lines["Market value of debt"])
    levered = relever(one(lines["Unlevered beta of the group"]), debt / (whole - debt), 0.25)
    assert pytest.approx(levered) == one(lines["Levered beta of the group"])
    with pytest.raises(MissingAssumption, match="maturity"):
        segment_betas(businesses=GROUP, interest=2.0, book_debt=50.0, cost_of_debt=0.05)


def test_readings_of_the_betas_of_a_group_agree() -> None:
    drawn = {**GROUP, "chips": {**GROUP["chips"], "revenue": np.append(RNG.uniform(1, 30, 9), -1), "wacc": 0.14}}
    drawn = {name: {"wacc": 0.08, **row} for name, row in drawn.items()}
    debt = {"interest": 2.0, "book_debt": 50.0, "cost_of_debt": RNG.uniform(0.02, 0.1, 10), "maturity": 4.5}
    lines = readings_agree(segment_betas, businesses=drawn, **debt, tax_rate=0.25)
    assert np.isnan(lines["Unlevered beta of the group"]).tolist() == [False] * 9 + [True]
