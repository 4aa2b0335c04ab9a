"""The waterfall against plain arithmetic: a price found by bisection, payoffs class by class, integrals of payoffs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from agreement import agreed, only
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from valuation.claims import Claim, bands, divide, waterfall
from valuation.lines import Line, Lines
from valuation.methods.black_scholes import call, spread
from valuation.operations import maximum
from valuation.units import M_SHARES, RATE, YEARS, Unit, money

COMMON = Claim("common", "common", 1500.0)
A = Claim("series_a", "preferred", 500.0, 1000.0)
B = Claim("series_b", "preferred", 300.0, 1500.0)
WARRANTS = Claim("warrants", "option", 250.0, strike=10.0)

amounts = st.floats(1, 1000).map(lambda value: round(value, 2)) | st.sampled_from([10.0, 100.0])


@st.composite
def classes(draw: Any) -> list[Claim]:
    """A capital structure in any order, with prices that coincide now and then."""
    found = [Claim("common", "common", draw(amounts))]
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["none", "none", "full", "capped"]))
        owed = draw(amounts)
        cap = owed * draw(st.sampled_from([1.0, 1.5, 3.0])) if kind == "capped" else None
        rank = draw(st.integers(1, 3))
        found.append(Claim(f"p{number}", "preferred", draw(amounts), owed, rank, kind, cap))
    if draw(st.booleans()):
        found.append(Claim("redeemable", "redeemable", None, draw(amounts), draw(st.integers(1, 3))))
    strikes = draw(st.lists(st.sampled_from([0.5, 1.0, 7.25]), max_size=2))
    found += [Claim(f"o{number}", "option", draw(amounts), strike=strike) for number, strike in enumerate(strikes)]
    return draw(st.permutations(found))


# Plain arithmetic ---------------------------------------------------------------------------------------------------


def taken(claim: Claim, price: float) -> float:
    """What a class takes at a price of the common share."""
    match claim.kind, claim.participation:
        case "common", _:
            return claim.shares * price
        case "option", _:
            return claim.shares * max(price - claim.strike, 0)
        case "redeemable", _:
            return claim.preference
        case _, "none":
            return max(claim.preference, claim.shares * price)
        case _, "full":
            return claim.preference + claim.shares * price
    return max(min(claim.preference + claim.shares * price, claim.cap), claim.shares * price)


def payoffs(claims: Sequence[Claim], equity: float) -> dict[str, float]:
    """Divide an equity value by finding the price at which all claims sum to it, or rank by rank below it."""
    owed = sum(claim.preference or 0 for claim in claims)
    if equity <= owed:
        paid, left = dict.fromkeys((claim.name for claim in claims), 0.0), equity
        for rank in sorted({claim.rank for claim in claims}):
            together = [claim for claim in claims if claim.rank == rank and claim.preference]
            total = sum(claim.preference for claim in together)
            for claim in together:
                paid[claim.name] = claim.preference / total * min(left, total)
            left -= min(left, total)
        return paid
    price = brentq(lambda t: sum(taken(claim, t) for claim in claims) - equity, 0, equity, xtol=1e-14, rtol=1e-14)
    return {claim.name: taken(claim, price) for claim in claims}


def divided(claims: Sequence[Claim], equity: Any) -> tuple[Lines, dict[str, Any]]:
    lines = Lines(1)
    fall = waterfall(lines, claims)
    beyond = {label: maximum(equity - point, 0) for label, point in fall.points.items()}
    return lines, divide(lines, fall, equity, beyond)


@given(classes(), st.floats(0.01, 20))
@settings(max_examples=300)
def test_an_equity_value_is_divided_as_by_hand(claims: list[Claim], part: float) -> None:
    equity = part * sum(claim.preference or claim.shares for claim in claims)
    _, values = divided(claims, np.array([equity]))
    expected = payoffs(claims, equity)
    for name, value in values.items():
        assert expected[name] == pytest.approx(value[0], rel=1e-9, abs=1e-9 * equity), name
    assert equity == pytest.approx(sum(value[0] for value in values.values()), rel=1e-12)


@given(classes())
@settings(max_examples=100)
def test_the_order_of_the_classes_does_not_matter(claims: list[Claim]) -> None:
    equity = np.array([10.0, 500.0, 5000.0, 1e6])
    _, values = divided(claims, equity)
    _, others = divided(claims[::-1], equity)
    for name, value in values.items():
        np.testing.assert_allclose(value, others[name], rtol=1e-9, atol=1e-9)


@given(classes(), st.floats(0.05, 10))
@settings(max_examples=100)
def test_the_shares_of_the_bands_say_what_a_class_is_worth(claims: list[Claim], part: float) -> None:
    equity = part * sum(claim.preference or claim.shares for claim in claims)
    lines = Lines(1)
    fall = waterfall(lines, claims)
    for claim in claims:
        of_equity, weights = bands(fall, claim)
        value = of_equity * equity
        value += sum(weight * np.maximum(equity - fall.points[label], 0) for label, weight in weights.items())
        assert payoffs(claims, equity)[claim.name] == pytest.approx(float(value), rel=1e-9, abs=1e-9 * equity)


def test_two_events_at_one_price_are_one_step() -> None:
    twins = [COMMON, Claim("x", "preferred", 100.0, 200.0), Claim("y", "option", 50.0, strike=2.0)]
    lines, values = divided(twins, np.array([3200.0, 6500.0]))
    assert only(lines, "Breakpoint at the conversion of x") == only(lines, "Breakpoint at the exercise of y") == 3200
    assert [200.0, 400.0] == pytest.approx(values["x"].tolist())
    assert [0.0, 100.0] == pytest.approx(values["y"].tolist())


def test_seniority_and_equal_rank() -> None:
    ranks = [COMMON, Claim("old", "preferred", 10.0, 100.0, 2), Claim("new", "preferred", 10.0, 300.0, 1)]
    _, values = divided(ranks, np.array([200.0, 350.0]))
    assert values["new"].tolist() == [200.0, 300.0]
    assert values["old"].tolist() == [0.0, 50.0]
    _, values = divided([COMMON, A, B], np.array([1000.0]))
    assert [400.0, 600.0] == pytest.approx([values["series_a"][0], values["series_b"][0]])


def test_somebody_must_take_what_is_left() -> None:
    with pytest.raises(TypeError, match="expected a class of common shares, found none"):
        waterfall(Lines(1), [A, WARRANTS])


def test_a_cap_below_its_preference_is_invalid() -> None:
    capped = Claim("capped", "preferred", 10.0, 100.0, 1, "capped", 90.0)
    _, values = divided([COMMON, capped], np.array([500.0]))
    assert np.isnan(values["capped"]).all()


# Option pricing -----------------------------------------------------------------------------------------------------


def priced(claims: Sequence[Claim], equity: float, deviation: float) -> dict[str, float]:
    """Value of each class by option pricing without interest."""
    lines = Lines(1)
    fall = waterfall(lines, claims)
    over = spread(lines, deviation, 1.0)
    values = divide(lines, fall, equity, {label: call(equity, point, over) for label, point in fall.points.items()})
    return {name: float(np.ravel(value)[0]) for name, value in values.items()}


@given(classes(), st.floats(0.2, 5), st.floats(0.15, 1.5))
@settings(max_examples=25, deadline=None)
def test_a_class_is_worth_its_payoff_under_a_lognormal_equity(claims: list[Claim], part: float, v: float) -> None:
    assume(any(claim.preference for claim in claims))
    equity = part * sum(claim.preference or claim.shares for claim in claims)
    fall = waterfall(Lines(1), claims)
    kinks = sorted((np.log(float(np.ravel(point)[0]) / equity) + v * v / 2) / v for point in fall.points.values())
    edges = [-10.0, *[z for z in kinks if -10 < z < 10 + v], 10.0 + v]
    values = priced(claims, equity, v)
    for claim in claims:

        def weighted(z: float, name: str = claim.name) -> float:
            return float(payoffs(claims, equity * np.exp(v * z - v * v / 2))[name] * norm.pdf(z))

        pieces = [quad(weighted, low, high, epsrel=1e-9)[0] for low, high in pairwise(edges)]
        assert sum(pieces) == pytest.approx(values[claim.name], rel=1e-6, abs=1e-7 * equity), claim.name
    assert equity == pytest.approx(sum(values.values()), rel=1e-12)


# Every reading ------------------------------------------------------------------------------------------------------

CNY, SHARES = money("CNY"), M_SHARES
PRICE = CNY / SHARES
UNITS: dict[str, Unit] = {"shares": SHARES, "preference": CNY, "cap": CNY, "strike": PRICE}


@given(classes(), st.floats(0.1, 5))
@settings(max_examples=20, deadline=None)
def test_every_reading_agrees(claims: list[Claim], part: float) -> None:
    equity = part * sum(claim.preference or claim.shares for claim in claims)
    inputs = {"equity": (equity, CNY), "volatility": (0.5, RATE), "years": (2.0, YEARS)}
    for claim in claims:
        fields = {name: getattr(claim, name) for name in UNITS}
        inputs |= {f"{claim.name}.{k}": (value, UNITS[k]) for k, value in fields.items() if value is not None}

    def run(line: Line, quantities: dict[str, Any]) -> None:
        read = [
            Claim(
                claim.name, claim.kind, rank=claim.rank, participation=claim.participation,
                **{field: quantities.get(f"{claim.name}.{field}") for field in UNITS},
            )
            for claim in claims
        ]  # fmt: skip
        fall = waterfall(line, read)
        equity = quantities["equity"]
        over = spread(line, quantities["volatility"], quantities["years"])
        beyond = {name: line(f"Call beyond the {name}", call(equity, p, over)) for name, p in fall.points.items()}
        divide(line, fall, equity, beyond)

    agreed(run, inputs)
