"""Truncation, mixtures and observed numbers, against SciPy and against what defines them."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from valuation.distributions import (
    Beta,
    Constant,
    Distribution,
    Empirical,
    Gamma,
    Lognormal,
    Mixture,
    Normal,
    Pert,
    StudentT,
    Triangular,
    Truncated,
    TruncatedNormal,
    Uniform,
    Weibull,
    build,
)

U = np.array([1e-9, 1e-4, 0.05, 0.3, 0.5, 0.7, 0.95, 0.9999, 1 - 1e-9])
CUT = [
    (Truncated(Lognormal(10, 0.4), 4, 25), stats.lognorm(0.4, scale=10)),
    (Truncated(Lognormal(10, 0.4), low=12), stats.lognorm(0.4, scale=10)),
    (Truncated(Gamma(4, 2.5), high=12), stats.gamma(4, scale=2.5)),
    (Truncated(Weibull(0.8, 3), 1, 9), stats.weibull_min(0.8, scale=3)),
    (Truncated(StudentT(0, 1, 3), -2, 5), stats.t(3)),
    (Truncated(Beta(2, 5), 0.2, 0.9), stats.beta(2, 5)),
    (Truncated(Pert(0, 1, 4), 0.5, 2), stats.beta(2, 4, 0, 4)),
    (Truncated(Triangular(0, 1, 4), 0.5, 2), stats.triang(0.25, 0, 4)),
    (Truncated(Uniform(0, 4), 1), stats.uniform(0, 4)),
]
Z = np.random.default_rng(5).standard_normal(20_000)


@pytest.mark.parametrize(("d", "whole"), CUT, ids=[str(d) for d, _ in CUT])
def test_a_cut_distribution_is_the_whole_one_given_its_bounds(d: Truncated, whole: stats.rv_continuous) -> None:
    low, high = d.support
    start, end = whole.cdf(low), whole.cdf(high)
    assert whole.cdf(d.quantile(U[1:-1])) == pytest.approx(start + U[1:-1] * (end - start), rel=1e-12)
    given_bounds = {"lb": low, "ub": high, "conditional": True, "epsabs": 1e-12}
    mean = whole.expect(lambda x: x, **given_bounds)
    assert d.mean == pytest.approx(mean, rel=1e-7)
    assert d.sd == pytest.approx(math.sqrt(whole.expect(lambda x: (x - mean) ** 2, **given_bounds)), rel=1e-6)


@pytest.mark.parametrize(("low", "high"), [(-2, 3), (6, 9), (-9, -6), (0, 0.001), (25, 30), (-math.inf, -20), (3, 40)])
def test_a_cut_bell_curve_is_that_of_scipy_far_into_the_tails(low: float, high: float) -> None:
    d, there = Truncated(Normal(1, 2), 1 + 2 * low, 1 + 2 * high), stats.truncnorm(low, high, 1, 2)
    assert d.quantile(U) == pytest.approx(there.ppf(U), rel=1e-9)
    if math.isfinite(low + high):
        assert d.quantile(U).tolist() == TruncatedNormal(1, 2, 1 + 2 * low, 1 + 2 * high).quantile(U).tolist()


@pytest.mark.parametrize(("d", "whole"), CUT, ids=[str(d) for d, _ in CUT])
def test_no_draw_stands_on_a_bound(d: Truncated, whole: stats.rv_continuous) -> None:
    # a distribution that was clipped would have P(X < low) + P(X > high) of its draws there
    x = d.from_normal(Z)
    low, high = d.support
    assert 1 - whole.cdf(high) + whole.cdf(low) > 0.01
    assert (x > low).all() and (x < high).all()
    assert len(np.unique(x)) == len(x)


@given(st.floats(0.01, 0.98), st.floats(0.005, 0.9))
@settings(max_examples=50, deadline=None)
def test_cutting_at_quantiles_keeps_the_share_between_them(start: float, share: float) -> None:
    end = min(start + share, 0.99)
    whole = Lognormal(3, 0.7)
    d = Truncated(whole, *map(float, whole.quantile(np.array([start, end]))))
    wanted = whole.quantile(start + (end - start) * np.array([0.1, 0.5, 0.9]))
    assert d.quantile(np.array([0.1, 0.5, 0.9])) == pytest.approx(wanted, rel=1e-9)


def test_cutting_twice_is_cutting_at_the_inner_bounds() -> None:
    twice = Truncated(Truncated(Lognormal(10, 0.4), 4, 25), 6, 30)
    assert twice.quantile(U) == pytest.approx(Truncated(Lognormal(10, 0.4), 6, 25).quantile(U), rel=1e-12)


def test_the_base_is_the_mode_where_it_is_left_else_the_median() -> None:
    assert Truncated(Pert(1, 2, 4), 1.5).base == 2
    assert Truncated(Pert(1, 2, 4), 2.5).base == Truncated(Pert(1, 2, 4), 2.5).quantile(0.5)
    assert Truncated(Normal(1, 2), 2).base == pytest.approx(stats.truncnorm(0.5, math.inf, 1, 2).median(), rel=1e-12)


# Mixtures -----------------------------------------------------------------------------------------------------------

TWO = Mixture((Normal(0.05, 0.01), Lognormal(0.09, 0.2)), (0.7, 0.3))


def cdf_of_two(x: float) -> float:
    return float(0.7 * stats.norm.cdf(x, 0.05, 0.01) + 0.3 * stats.lognorm.cdf(x, 0.2, scale=0.09))


def test_a_mixture_is_the_weighted_sum_of_distribution_functions() -> None:
    assert TWO.cdf(np.array([0.03, 0.06, 0.1])) == pytest.approx([cdf_of_two(x) for x in (0.03, 0.06, 0.1)], rel=1e-12)
    for u in (0.001, 0.3, 0.7, 0.99):
        root = optimize.brentq(lambda x: cdf_of_two(x) - u, 0, 1, xtol=1e-15)  # noqa: B023
        assert float(TWO.quantile(u)) == pytest.approx(root, rel=1e-12)


def test_moments_of_a_mixture_are_those_of_its_parts() -> None:
    mean = 0.7 * 0.05 + 0.3 * 0.09 * math.exp(0.02)
    square = 0.7 * (0.01**2 + 0.05**2) + 0.3 * 0.09**2 * math.exp(2 * 0.04)
    assert TWO.mean == pytest.approx(mean, rel=1e-14)
    assert TWO.sd == pytest.approx(math.sqrt(square - mean**2), rel=1e-12)


def test_a_single_value_in_a_mixture_has_its_probability_exactly() -> None:
    d = Mixture((Normal(5, 2), Constant(4), Constant(0)), (0.6, 0.3, 0.1))
    levels = np.array([(k + 0.5) / 1000 for k in range(1000)])
    x = d.quantile(levels)
    assert ((x == 4).sum(), (x == 0).sum()) == (300, 100)
    normal = NormalDist(5, 2)
    below = 0.6 * normal.cdf(4) + 0.1
    assert d.cdf(np.array([np.nextafter(4, 0), 4.0])) == pytest.approx([below, below + 0.3], rel=1e-12)
    draws = d.from_normal(Z)
    assert abs((draws == 4).mean() - 0.3) < 4 * math.sqrt(0.3 * 0.7 / len(Z))


def test_mixtures_hold_cut_distributions_and_mixtures_and_are_cut_themselves() -> None:
    inner = Truncated(Normal(5, 2), 0)
    d = Truncated(Mixture((inner, TWO), (0.5, 0.5)), high=6)
    assert d.complaints() == []
    mass = 0.5 * inner.cdf(6.0) + 0.5 * TWO.cdf(6.0)
    x = d.quantile(np.array([0.2, 0.7]))
    assert (0.5 * inner.cdf(x) + 0.5 * TWO.cdf(x)) / mass == pytest.approx([0.2, 0.7], rel=1e-10)
    assert str(d).endswith("at 50%, max=6)")


# Observed numbers ---------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30, unique=True), st.floats(0, 1))
def test_quantiles_of_observed_numbers_are_definition_7_of_hyndman_and_fan(values: list[float], u: float) -> None:
    d = Empirical(tuple(values))
    scale = max(map(abs, values))
    assert float(d.quantile(u)) == pytest.approx(float(np.quantile(values, u, method="linear")), abs=1e-12 * scale)


def test_moments_of_observed_numbers_are_the_integrals_of_their_quantiles() -> None:
    d = Empirical((13, 3, 8, 5))
    knots = [1 / 3, 2 / 3]
    mean = integrate.quad(lambda u: float(d.quantile(u)), 0, 1, points=knots)[0]
    variance = integrate.quad(lambda u: (float(d.quantile(u)) - mean) ** 2, 0, 1, points=knots)[0]
    assert (d.mean, d.sd) == pytest.approx((mean, math.sqrt(variance)), rel=1e-12)


def test_equal_observations_have_their_share() -> None:
    d = Empirical((1, 2, 2, 2, 3))
    assert d.cdf(np.array([1.5, 2.0, 2.5])) == pytest.approx([0.125, 0.75, 0.875], rel=1e-12)
    assert d.quantile(np.array([0.25, 0.5, 0.75])).tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("name", "positional", "named", "complaint"),
    [
        ("lognormal", [10, 0.4], {"min": 30, "max": 25}, "min < max expected, found 30, 25"),
        ("lognormal", [10, 0.4], {"max": -1}, "min and max that leave something of it expected: it lies from 2.90517"),
        ("event", [0.5], {"min": 0}, "min and max cut what is continuous; leave out the values outside them instead"),
    ],
)
def test_bounds_that_leave_nothing_are_complaints(
    name: str, positional: list[float], named: dict[str, float], complaint: str
) -> None:
    built = build(name, positional, named)
    assert isinstance(built, Distribution)
    assert built.complaints()[0].startswith(complaint)
