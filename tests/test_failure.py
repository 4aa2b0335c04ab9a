"""Probability of failure: bonds priced by expectation, rates that follow from one another, and what is impossible."""

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
from valuation.rates import failure_adjusted
from valuation.schedules import failure

RNG = np.random.default_rng(9)
shares, years = st.floats(0, 0.95), st.integers(1, 30)


def expected_price(coupon: float, life: int, riskless: float, p: float, recovery: float) -> float:
    """What a bond of 1 is worth to somebody who expects the riskless rate: all ways of failing, weighted."""
    payments = np.full(life, coupon)
    payments[-1] += 1
    price, alive, growth = 0.0, 1.0, (1 - p + p * recovery) / (1 + riskless)
    worth = [float(np.sum(payments[at:] * growth ** np.arange(life - at))) for at in range(life)]  # with what is due
    for at in range(life):
        price += alive * (p * recovery * worth[at] + (1 - p) * payments[at]) / (1 + riskless) ** (at + 1)
        alive *= 1 - p
    return price


@given(st.floats(0, 0.2), years, st.floats(-0.02, 0.1), st.floats(0.001, 0.5), st.floats(0, 0.9))
def test_a_bond_priced_by_expectation_gives_its_probability_back(
    coupon: float, life: int, riskless: float, p: float, recovery: float
) -> None:
    asked = (1 + riskless) / (1 - p + p * recovery) - 1
    cash = np.full(life, coupon)
    cash[-1] += 1
    at_yield = float(np.sum(cash / (1 + asked) ** np.arange(1, life + 1)))
    assert pytest.approx(at_yield, rel=1e-9) == expected_price(coupon, life, riskless, p, recovery)
    lines = failure(bond_yield=asked, risk_free=riskless, recovery=recovery, horizon=float(life))
    assert pytest.approx(p, abs=1e-9) == one(lines["Probability of failure a year"])
    assert pytest.approx(1 - (1 - p) ** life, abs=1e-9) == one(lines["Probability of failure"])


@given(st.floats(-0.02, 0.2), shares, st.floats(0, 30))
def test_without_recovery_it_undoes_a_rate_that_was_adjusted_for_failure(rate: float, p: float, over: float) -> None:
    lines = failure(bond_yield=failure_adjusted(rate, p), risk_free=rate, horizon=over)
    if not np.isnan(one(lines["Probability of failure"])):  # a rounding below 0 is no probability
        by_rate = failure(annual_rate=p, horizon=over)
        assert pytest.approx(one(by_rate["Probability of failure"]), abs=1e-9) == one(lines["Probability of failure"])


@given(shares, st.floats(0.5, 30), st.floats(0, 30))
def test_a_cumulative_rate_is_kept_over_its_own_years_and_follows_the_horizon(
    c: float, own: float, over: float
) -> None:
    same = failure(cumulative_rate=c, cumulative_years=own, horizon=own)
    assert pytest.approx(c, abs=1e-12) == one(same["Probability of failure"])
    unless_given = failure(cumulative_rate=c, horizon=own)
    assert one(unless_given["Probability of failure"]) == one(same["Probability of failure"])
    other = failure(cumulative_rate=c, cumulative_years=own, horizon=over)
    assert pytest.approx((1 - c) ** (over / own), rel=1e-9) == one(other["Probability of survival"])


def test_a_rating_over_ten_years_and_over_five() -> None:
    # B: 23.7 % within ten years by S&P's default study
    lines = failure(cumulative_rate=0.237, cumulative_years=10.0, horizon=np.array([5.0, 10.0]))
    assert [1 - 0.763**0.5, 0.237] == pytest.approx(lines["Probability of failure"].tolist())


@pytest.mark.parametrize(
    "given_",
    [
        {"bond_yield": 0.03, "risk_free": 0.04},  # less than the riskless rate
        {"bond_yield": 0.5, "risk_free": 0.04, "recovery": 0.8},  # more than certain failure
        {"bond_yield": 0.5, "risk_free": 0.04, "recovery": 1.0},
        {"annual_rate": -0.1},
        {"annual_rate": 1.1},
        {"cumulative_rate": 1.5, "cumulative_years": 0.5},
        {"cumulative_rate": -0.1},
        {"annual_rate": 0.1, "horizon": -1.0},
        {"annual_rate": 1.0, "horizon": 0.0},  # 0^0
    ],
)
def test_what_is_no_probability_is_invalid(given_: dict[str, float]) -> None:
    assert np.isnan(one(failure(**{"horizon": 5.0, **given_})["Probability of failure"]))


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({}, "expected one of bond_yield, annual_rate, cumulative_rate, found none"),
        ({"annual_rate": 0.1, "cumulative_rate": 0.1}, "found annual_rate and cumulative_rate"),
        ({"bond_yield": 0.1}, "risk_free is missing: bond_yield comes with it"),
        ({"annual_rate": 0.1, "recovery": 0.1}, "expected recovery only with bond_yield"),
        ({"annual_rate": 0.1, "cumulative_years": 3.0}, "expected cumulative_years only with cumulative_rate"),
    ],
)
def test_choices_that_contradict_each_other_are_refused(given_: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        failure(horizon=5.0, **given_)


@pytest.mark.parametrize(
    "given_",
    [
        {"bond_yield": RNG.uniform(0.02, 0.3, 20), "risk_free": 0.04},
        {"bond_yield": RNG.uniform(0.02, 0.9, 20), "risk_free": 0.04, "recovery": RNG.uniform(0, 1, 20)},
        {"annual_rate": RNG.uniform(-0.1, 1.1, 20)},
        {"cumulative_rate": RNG.uniform(-0.1, 1.1, 20), "cumulative_years": RNG.uniform(0, 10, 20)},
        {"cumulative_rate": RNG.uniform(0, 1, 20)},
    ],
    ids=["bond", "recovery", "annual", "cumulative", "over the horizon"],
)
def test_every_reading_agrees(given_: dict[str, Any]) -> None:
    readings_agree(failure, horizon=np.append(RNG.uniform(0, 10, 19), -1.0), **given_)


def test_a_cash_flow_reads_it(case_of: Callable[..., Case]) -> None:
    text = """schedules:
  chance: {schedule: failure, horizon: 3, annual_rate: 10%%}
segments:
  a:
    method: dcf
    revenue: 100 CNY m
    growth: 10%%
    margin: 10%%
    tax_rate: 25%%
    wacc: 10%%
    sales_to_capital: 2
    terminal_growth: 2%%
    terminal_return: 12%%
%s"""
    going = base_case(case_of(text % "")).equity
    weighed = base_case(
        case_of(text % "    failure: = chance.probability_of_failure\n    distress_proceeds: 0%\n")
    ).equity
    assert weighed == pytest.approx(0.9**3 * going)
