"""Options: bounds and parity, independent integrals, trees that converge, dilution that is solved to the last digit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import agreed, only
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from valuation.lines import Lines
from valuation.methods import option
from valuation.methods.binomial import Stage, tree
from valuation.units import RATE, YEARS, money

CNY = money("CNY")
UNITS = {"spot": CNY, "strike": CNY, "life": YEARS, "risk_free": RATE, "volatility": RATE, "cost_of_delay": RATE,
         "first_strike": CNY, "first_years": YEARS}  # fmt: skip
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
    assert trees[2] == pytest.approx(formula, rel=0.02)  # the error of a tree falls as 1 / steps
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


# Stages ---------------------------------------------------------------------------------------------------------------


def compound(market: dict[str, float], first: tuple[float, float], kind: str = "call") -> float:
    """A call on a European call or put, by Geske's closed form with a yield (1979; Haug, 2007, ch. 4)."""
    cost, years = first
    spot, life, volatility = market["spot"], market["life"], market["volatility"]
    sign, root, whole = (1 if kind == "call" else -1), np.sqrt(years), np.sqrt(life)
    later = {**market, "life": life - years, "kind": kind}
    edge = brentq(lambda s: only(option(**{**later, "spot": s}), "Option value") - cost, 1e-6, 1e6, xtol=1e-12)
    drift = market["risk_free"] - market["cost_of_delay"] - volatility**2 / 2
    near = (np.log(spot / edge) + drift * years) / (volatility * root)
    far = (np.log(spot / market["strike"]) + drift * life) / (volatility * whole)

    def bivariate(a: float, b: float) -> float:
        covariance = [[1, root / whole], [root / whole, 1]]
        return float(multivariate_normal.cdf([sign * a, sign * b], mean=[0, 0], cov=covariance))

    held = (
        spot * np.exp(-market["cost_of_delay"] * life) * bivariate(near + volatility * root, far + volatility * whole)
    )
    owed = market["strike"] * np.exp(-market["risk_free"] * life) * bivariate(near, far)
    paid = cost * np.exp(-market["risk_free"] * years) * norm.cdf(sign * near)
    return float(sign * (held - owed) - paid)


PROJECT = {"spot": 100.0, "strike": 100.0, "life": 3.0, "risk_free": 0.04, "volatility": 0.3, "cost_of_delay": 0.02}
TREE = {"model": "binomial", "steps": "30"}


@pytest.mark.parametrize(
    ("kind", "years", "tolerance"),
    [("call", 1.0, 0.01), ("call", 1.73, 0.01), ("put", 1.0, 0.01), ("put", 2.5, 0.02), ("call", 0.02, 0.01)],
)
def test_a_tree_in_two_stages_is_near_geske(kind: str, years: float, tolerance: float) -> None:
    found = only(option(**PROJECT, **TREE, kind=kind, first_strike=5.0, first_years=years), "Option value")
    assert compound(PROJECT, (5.0, years), kind) == pytest.approx(found, rel=tolerance)


@pytest.mark.parametrize("kind", ["call", "put"])
def test_a_tree_in_two_stages_comes_to_geske_with_its_steps(kind: str) -> None:
    given_values = {"spot": 100.0, "strike": 100.0, "years": 3.0, "risk_free": 0.04, "volatility": 0.3}

    def missed(steps: int) -> float:
        value = tree(
            Lines(1), **given_values, cost_of_delay=0.02, kind=kind, early=False, steps=steps, stage=Stage(5.0, 1.0)
        )
        return abs(float(value) / compound(PROJECT, (5.0, 1.0), kind) - 1)

    misses = [missed(steps) for steps in (12, 48, 192)]
    assert misses == sorted(misses, reverse=True)
    assert misses[-1] < 0.002  # it falls as 1 / steps: a call misses by 2.4 % at 10, 0.6 % at 30 and 0.1 % at 192 steps


@given(markets, st.sampled_from(["european", "american"]), st.sampled_from(["call", "put"]), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_a_first_stage_that_costs_nothing_changes_a_european_option_not(
    market: dict[str, float], style: str, kind: str, when: float
) -> None:
    words = {"model": "binomial", "steps": "10", "style": style, "kind": kind}
    plain = only(option(**market, **words), "Option value")
    free = only(option(**market, **words, first_strike=0.0, first_years=when * market["life"]), "Option value")
    if np.isnan(plain):
        assert np.isnan(free)
    elif style == "european":
        assert free == plain
    else:  # before the first stage it cannot be exercised
        european = only(option(**market, **{**words, "style": "european"}), "Option value")
        assert european - 1e-9 <= free <= plain + 1e-9


@given(market=markets, cost=st.floats(0, 300), when=st.floats(0, 1), style=st.sampled_from(["european", "american"]))
@settings(max_examples=40, deadline=None)
def test_a_first_outlay_costs_at_most_its_present_value(
    market: dict[str, float], cost: float, when: float, style: str
) -> None:
    words = {"model": "binomial", "steps": "10", "style": style}
    years = when * market["life"]
    free = only(option(**market, **words, first_strike=0.0, first_years=years), "Option value")
    dear = only(option(**market, **words, first_strike=cost, first_years=years), "Option value")
    if not np.isnan(free):
        step = market["life"] / 10
        at_most = cost * np.exp(-market["risk_free"] * years + abs(market["risk_free"]) * step / 2)
        assert max(free - at_most, 0) - 1e-9 <= dear <= free


def test_stages_that_follow_at_once_or_together_are_one_outlay() -> None:
    at_expiry = option(**PROJECT, **TREE, first_strike=5.0, first_years=3.0)
    together = option(**{**PROJECT, "strike": 105.0}, **TREE)
    assert only(at_expiry, "Option value") == pytest.approx(only(together, "Option value"), rel=1e-12)
    at_once = option(**PROJECT, **TREE, first_strike=5.0, first_years=0.0)
    assert only(at_once, "Option value") == pytest.approx(only(option(**PROJECT, **TREE), "Option value") - 5)


@pytest.mark.parametrize("first", [{"first_strike": -1.0}, {"first_years": -0.1}, {"first_years": 3.1}])
def test_a_first_outlay_below_nothing_or_after_the_expiry_is_invalid(first: dict[str, float]) -> None:
    lines = option(**PROJECT, **TREE, **{"first_strike": 5.0, "first_years": 1.0, **first})
    assert np.isnan(only(lines, "Equity value"))


# What is refused ------------------------------------------------------------------------------------------------------


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
    "a stage by formula": (
        {"first_strike": 1, "first_years": 1},
        "with a project by model binomial, found a project by",
    ),
    "a levered stage": (
        {"first_strike": 1, "first_years": 1, "model": "binomial", "subject": "levered firm"},
        "expected first_strike with a project by model binomial, found a levered firm by binomial",
    ),
    "half a stage": ({"first_strike": 1, "model": "binomial"}, "first_years is missing: first_strike comes with it"),
    "no outlay": ({"first_years": 1, "model": "binomial"}, "first_strike is missing: first_years comes with it"),
    "the other half": ({"shares_outstanding": 1}, "new_shares is missing: shares_outstanding comes with it"),
}


@pytest.mark.parametrize(("more", "message"), REFUSED.values(), ids=REFUSED)
def test_choices_that_contradict_each_other_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        option(**PATENT, **more)


SHAPES: list[dict[str, Any]] = [
    {},
    {"kind": "put"},
    {"subject": "levered firm"},
    {"model": "binomial", "style": "american", "kind": "put", "steps": "5"},
    {"model": "binomial", "style": "american", "steps": "5", "first_strike": 30.0, "first_years": 0.7},
    {"model": "binomial", "kind": "put", "steps": "5", "first_strike": 0.0, "first_years": 20.0},
]
# what an American put is worth beyond its exercise is then a rounding
EXERCISED_NOW = {"spot": 10.0, "strike": 18.0, "life": 0.5, "risk_free": 0.0, "volatility": 0.2610171110635252}
EXERCISED_NOW |= {"cost_of_delay": 0.0}


@pytest.mark.parametrize("more", SHAPES, ids=str)
@given(market=markets)
@example(market=EXERCISED_NOW)
@settings(max_examples=8, deadline=None)
def test_every_reading_agrees(more: dict[str, Any], market: dict[str, float]) -> None:
    words = {name: value for name, value in more.items() if isinstance(value, str)}
    numbers = market | {name: value for name, value in more.items() if name not in words}
    agreed(
        lambda line, g: option.run(line, **g, **words), {name: (value, UNITS[name]) for name, value in numbers.items()}
    )
