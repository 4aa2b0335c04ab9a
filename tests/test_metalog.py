"""Metalog distributions against the closed forms and limits of Keelin (2016)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from valuation.distributions import Distribution, Metalog, build

U = np.array([1e-9, 0.001, 0.05, 0.1, 0.3, 0.5, 0.8, 0.9, 0.999])


def closed_form(alpha: float, low: float, middle: float, high: float) -> tuple[float, float, float]:
    """The three weights of a symmetric-percentile triplet: Keelin (2016), section 5."""
    odds, r = math.log((1 - alpha) / alpha), (middle - low) / (high - low)
    return middle, (high - low) / 2 / odds, (1 - 2 * r) * (high - low) / ((1 - 2 * alpha) * odds)


def triplet(u: np.ndarray, alpha: float, low: float, middle: float, high: float) -> np.ndarray:
    a1, a2, a3 = closed_form(alpha, low, middle, high)
    return a1 + np.log(u / (1 - u)) * (a2 + a3 * (u - 0.5))


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.25])
def test_a_symmetric_triplet_has_the_closed_form_of_its_author(alpha: float) -> None:
    d = Metalog((100 * alpha, 50, 100 - 100 * alpha), (0.2, 0.3, 0.45))
    assert d.quantile(U) == pytest.approx(triplet(U, alpha, 0.2, 0.3, 0.45), rel=1e-12)


def test_mean_and_variance_are_those_of_the_closed_form() -> None:
    # Keelin (2016), section 3.3: mean a1 + a3 / 2, variance pi^2 (a2^2 / 3 + a3^2 / 36) + a3^2 / 12
    _, a2, a3 = closed_form(0.1, 2, 3.5, 7)
    d = Metalog((10, 50, 90), (2, 3.5, 7))
    assert d.mean == pytest.approx(3.5 + a3 / 2, rel=1e-12)
    assert d.sd == pytest.approx(math.sqrt(math.pi**2 * (a2**2 / 3 + a3**2 / 36) + a3**2 / 12), rel=1e-12)


def test_bounded_ones_are_the_triplet_of_logarithms_and_of_log_odds() -> None:
    levels, values = (10.0, 50.0, 90.0), (0.2, 0.3, 0.45)
    logs = [math.log(x - 0.1) for x in values]
    odds = [math.log((x - 0.1) / (0.9 - x)) for x in values]
    uppers = [-math.log(0.9 - x) for x in values]
    at_most = 0.9 - np.exp(-triplet(U, 0.1, *uppers))
    both = (0.1 + 0.9 * np.exp(triplet(U, 0.1, *odds))) / (1 + np.exp(triplet(U, 0.1, *odds)))
    assert Metalog(levels, values, low=0.1).quantile(U) == pytest.approx(0.1 + np.exp(triplet(U, 0.1, *logs)))
    assert Metalog(levels, values, high=0.9).quantile(U) == pytest.approx(at_most, rel=1e-12)
    assert Metalog(levels, values, low=0.1, high=0.9).quantile(U) == pytest.approx(both, rel=1e-12)


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.25])
def test_a_triplet_is_refused_where_its_author_says_it_has_no_density(alpha: float) -> None:
    # Keelin (2016), section 5: feasible for k < r < 1 - k, k = (1 - 1.66711 (1/2 - alpha)) / 2, to its digits
    k = (1 - 1.66711 * (0.5 - alpha)) / 2
    for r, feasible in ((k - 2e-3, False), (k + 2e-3, True), (1 - k - 2e-3, True), (1 - k + 2e-3, False)):
        found = Metalog((100 * alpha, 50, 100 - 100 * alpha), (0, r, 1)).complaints()
        assert (found == []) == feasible, (r, found)


def test_an_impossible_one_says_where_the_middle_may_be() -> None:
    assert Metalog((10, 50, 90), (0.2, 0.21, 0.45)).complaints() == [
        "a middle percentile from 0.241642 to 0.408358 expected beside the others, found 0.21"
    ]
    assert Metalog((10, 50, 90), (0.2, 0.2417, 0.45)).complaints() == []
    assert Metalog((5, 10, 25, 50, 90), (1, 2, 2.1, 8, 9)).complaints() == [
        "percentiles that a smooth curve meets expected: it would fall near p90; move it or leave it out"
    ]


@given(
    sigma=st.floats(0.05, 0.6),
    levels=st.sets(st.sampled_from([1, 5, 10, 25, 40, 50, 60, 75, 90, 95, 99]), min_size=3, max_size=10),
)
@settings(max_examples=50, deadline=None)
def test_every_percentile_is_met_whatever_their_number(sigma: float, levels: set[int]) -> None:
    points = {f"p{level}": float(stats.lognorm.ppf(level / 100, sigma)) for level in sorted(levels)}
    d = build("metalog", [], points)
    assert isinstance(d, Distribution)
    if not d.complaints():
        assert d.quantile(np.array(sorted(levels)) / 100) == pytest.approx(list(points.values()), rel=1e-9)
        assert (np.diff(d.quantile(np.linspace(1e-6, 1 - 1e-6, 20_001))) > 0).all()


def test_nine_percentiles_of_a_lognormal_give_its_quantiles_between_p5_and_p95() -> None:
    levels = (1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0)
    values = tuple(float(stats.lognorm.ppf(level / 100, 0.4)) for level in levels)
    u = np.linspace(0.05, 0.95, 91)
    assert Metalog(levels, values).quantile(u) == pytest.approx(stats.lognorm.ppf(u, 0.4), rel=2e-4)


def test_a_tail_without_a_standard_deviation_is_refused_until_it_is_cut() -> None:
    # the upper tail grows as 1 / probability to the power of a2 + a3 / 2, which must be below 1/2 for a variance
    _, a2, a3 = closed_form(0.1, math.log(1), math.log(3), math.log(20))
    assert a2 + a3 / 2 > 0.5
    heavy, cut = (build("metalog", [], {"p10": 1, "p50": 3, "p90": 20, "low": 0} | more) for more in ({}, {"max": 50}))
    assert isinstance(heavy, Metalog) and isinstance(cut, Distribution)
    assert heavy.complaints()[0].startswith("a finite standard deviation expected")
    assert cut.complaints() == []


def test_the_mean_of_a_bounded_one_is_its_integral() -> None:
    d = Metalog((10, 50, 90), (0.2, 0.3, 0.45), low=0, high=1)
    assert d.mean == pytest.approx(integrate.quad(lambda u: float(d.quantile(u)), 0, 1, epsabs=1e-12)[0], rel=1e-9)


@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        ({"p10": 1, "p90": 2}, "at least three different percentiles expected, found p10, p90"),
        ({"p10": 1, "p50": 2, "p90": 1.5}, "p10 < p50 < p90 expected, found 1, 2, 1.5"),
        (
            {"p10": 1, "p50": 2, "p90": 3, "lov": 0},
            "metalog(p10=..., p50=..., p90=...) with low= and high= expected, found lov; did you mean low",
        ),
        ({"p10": 1, "p50": math.nan, "p90": 3}, "p10 < p50 < p90 expected, found 1, nan, 3"),
    ],
)
def test_arguments_that_do_not_fit_are_complaints(named: dict[str, float], complaint: str) -> None:
    assert build("metalog", [], named) == complaint
