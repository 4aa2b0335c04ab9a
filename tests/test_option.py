"""Options: bounds and parity, independent integrals, trees that converge, dilution that is solved to the last digit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from sheets import agreed, only

from valuation.methods import option
from valuation.units import RATE, YEARS, money

CNY = money("CNY")
UNITS = {"spot": CNY, "strike": CNY, "life": YEARS, "risk_free": RATE, "volatility": RATE, "cost_of_delay": RATE}
PATENT = {"spot": 350.0, "strike": 500.0, "life": 17.0, "risk_free": 0.04, "volatility": 0.25, "cost_of_delay": 1 / 17}

markets = st.fixed_dictionaries(
    {
        "spot": st.floats(10, 1000),
        "strike": st.floats(10, 1000),
        "life": st.floats(0.1, 15),
        "risk_free": st.floats(-0.02, 0.12),
        "volatility": st.floats(0.05, 1.2),
        "cost_of_delay": st.floats(0, 0.1),
    }
)


def expected_payoff(market: dict[str, float], kind: str) -> float:
    """The discounted expected payoff under the risk-neutral distribution, by quadrature."""
    deviation = market["volatility"] * np.sqrt(market["life"])
    drift = (market["risk_free"] - market["cost_of_delay"]) * market["life"] - deviation**2 / 2
    edge = (np.log(market["strike"] / market["spot"]) - drift) / deviation

    def payoff(z: float) -> float:
        return abs(market["spot"] * np.exp(drift + deviation * z) - market["strike"]) * norm.pdf(z)

    low, high = (edge, max(edge, 0) + 12) if kind == "call" else (min(edge, 0) - 12, edge)
    points = [z for z in (-2.0, 0.0, deviation, deviation + 2) if low < z < high]
    value = quad(payoff, low, high, points=points, limit=400, epsabs=1e-12, epsrel=1e-11)[0]
    return float(np.exp(-market["risk_free"] * market["life"]) * value)


@given(markets, st.sampled_from(["call", "put"]))
@settings(max_examples=60, deadline=None)
def test_an_option_is_worth_its_expected_payoff(market: dict[str, float], kind: str) -> None:
    assert expected_payoff(market, kind) == pytest.approx(only(option(**market, kind=kind), "Option value"), abs=1e-7)


@given(markets)
def test_a_call_less_a_put_is_the_spot_less_the_strike_and_a_call_keeps_its_bounds(market: dict[str, float]) -> None:
    call, put = option(**market), option(**market, kind="put")
    held, owed = only(call, "Spot less what it yields until expiry"), only(call, "Present value of the strike")
    value = only(call, "Option value")
    assert held - owed == pytest.approx(value - only(put, "Option value"), abs=1e-9)
    assert max(held - owed, 0) - 1e-9 <= value <= held + 1e-9
    assert only(call, "N(d1)") >= only(call, "N(d2)")
    assert only(put, "Risk-neutral probability of exercise") == pytest.approx(1 - only(call, "N(d2)"))


@pytest.mark.parametrize("kind", ["call", "put"])
def test_a_european_tree_approaches_the_formula_and_an_american_is_worth_no_less(kind: str) -> None:
    formula = only(option(**PATENT, kind=kind), "Option value")
    trees = [only(option(**PATENT, kind=kind, model="binomial", steps=n), "Option value") for n in ("5", "10", "30")]
    assert abs(trees[2] - formula) < abs(trees[0] - formula)
    assert trees[2] == pytest.approx(formula, rel=0.02)
    early = only(option(**PATENT, kind=kind, model="binomial", style="american", steps="30"), "Option value")
    assert early > trees[2]


def test_an_american_call_that_yields_nothing_is_never_exercised_early() -> None:
    given_values = {**PATENT, "cost_of_delay": 0.0, "model": "binomial", "steps": "20"}
    early = option(**given_values, style="american")
    assert only(option(**given_values), "Option value") == only(early, "Option value")


def test_a_tree_with_too_few_steps_for_its_rates_is_invalid() -> None:
    lines = option(spot=100, strike=100, life=10, risk_free=0.12, volatility=0.05, model="binomial", steps="5")
    assert only(lines, "Risk-neutral probability of an up move") > 1
    assert np.isnan(only(lines, "Option value"))


@pytest.mark.parametrize("name", ["spot", "strike", "life", "volatility"])
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_what_no_lognormal_has_is_invalid(name: str, value: float) -> None:
    assert np.isnan(only(option(**{**PATENT, name: value}), "Equity value"))


def test_dilution_is_solved_to_the_last_digit_on_a_broad_grid() -> None:
    generator = np.random.default_rng(5)
    draws = 100_000
    spot = np.exp(generator.uniform(np.log(0.05), np.log(20), draws))
    whole = np.exp(generator.uniform(np.log(0.02), np.log(3), draws))
    new = np.exp(generator.uniform(np.log(0.01), np.log(20), draws))  # up to twenty new shares for each old one
    lines = option(
        spot=spot, strike=1.0, life=1.0, risk_free=0.05, volatility=whole, cost_of_delay=0.02,
        new_shares=new, shares_outstanding=1.0,
    )  # fmt: skip
    value, last = lines["Option value"], lines["Option value, step 8"]
    assert np.isfinite(value).all()
    assert np.max(np.abs(value - last) / spot) < 1e-12
    adjusted = (spot + value * new) / (1 + new)
    np.testing.assert_allclose(adjusted * np.exp(-0.02), lines["Spot after exercise"], rtol=1e-12)


def test_without_new_shares_nothing_is_diluted() -> None:
    plain = only(option(**PATENT), "Equity value")
    assert plain == pytest.approx(only(option(**PATENT, new_shares=0.0, shares_outstanding=5.0), "Equity value"))
    assert plain > only(option(**PATENT, new_shares=1.0, shares_outstanding=5.0), "Equity value")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "american formula": ({"style": "american"}, "expected model binomial for an american option, found black-scholes"),
    "a levered put": ({"subject": "levered firm", "kind": "put"}, "expected a call for a levered firm, found a put"),
    "a diluting put": ({"kind": "put", "new_shares": 1, "shares_outstanding": 1}, "expected new_shares with a call"),
    "half a dilution": ({"new_shares": 1}, "shares_outstanding is missing: new_shares comes with it"),
    "the other half": ({"shares_outstanding": 1}, "new_shares is missing: shares_outstanding comes with it"),
}


@pytest.mark.parametrize(("more", "message"), REFUSED.values(), ids=REFUSED)
def test_choices_that_contradict_each_other_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        option(**PATENT, **more)


SHAPES: list[dict[str, str]] = [
    {},
    {"kind": "put"},
    {"subject": "levered firm"},
    {"model": "binomial", "style": "american", "kind": "put", "steps": "5"},
]


@pytest.mark.parametrize("words", SHAPES, ids=str)
@given(market=markets)
@settings(max_examples=8, deadline=None)
def test_every_reading_agrees(words: dict[str, str], market: dict[str, float]) -> None:
    agreed(
        lambda line, g: option.run(line, **g, **words), {name: (value, UNITS[name]) for name, value in market.items()}
    )
