"""Quantiles as formulas: what a workbook draws is what NumPy draws, in three engines and in every notation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_distributions import EXAMPLES

from valuation.distributions import (
    REGISTRY,
    Beta,
    Constant,
    Discrete,
    Distribution,
    Event,
    Gamma,
    Lognormal,
    Normal,
    Pert,
    StudentT,
    Triangular,
    Truncated,
    TruncatedNormal,
    Uniform,
    Weibull,
)

U = np.append(np.linspace(0.001, 0.999, 499), 0.5)
NOT_LIVE = {"metalog", "empirical", "mixture"}


def same(d: Distribution, found: object, u: np.ndarray, tolerance: float = 1e-12) -> None:
    """Within so many standard deviations of the quantiles, or so much of their size."""
    expected = d.quantile(u)
    np.testing.assert_array_less(np.abs(found - expected), tolerance * np.maximum(np.abs(expected), d.sd) + 1e-300)


def test_every_distribution_with_a_short_quantile_is_live() -> None:
    live = {d.name for d in EXAMPLES if d.live(U) is not None}
    assert live == set(REGISTRY) - NOT_LIVE


@pytest.mark.parametrize("d", [d for d in EXAMPLES if d.live(0.5) is not None], ids=str)
def test_live_draws_are_the_quantiles(d: Distribution) -> None:
    same(d, d.live(U), U)


NUMBER, SHAPE, SHARE = st.floats(-1e4, 1e4), st.floats(0.3, 30), st.floats(0, 1)
WIDTH = st.floats(0.01, 1e4)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    low, width, share, shape = draw(NUMBER), draw(WIDTH), draw(SHARE), draw(SHAPE)
    mode, high = min(low + share * width, low + width), low + width
    return draw(
        st.sampled_from(
            [
                Constant(low),
                Uniform(low, high),
                Triangular(low, mode, high),
                Pert(low, mode, high),
                Pert(low, mode, high, shape),
                Normal(low, width),
                Lognormal(width, draw(st.floats(0.01, 2))),
                Beta(shape, draw(SHAPE), low, high),
                Gamma(shape, width),
                Weibull(shape, width),
                StudentT(low, width, 2 + shape),
                Event(share),
                Discrete((high, low, high + width), (share, (1 - share) / 4, (1 - share) * 0.75)),
                TruncatedNormal(low, width, low - 3 * share * width, low + width),
                Truncated(Lognormal(width, 0.4), low=0.7 * width),
                Truncated(Lognormal(width, 0.4), low=-1, high=1.1 * width),
                Truncated(Weibull(shape, width), high=width * 0.9),
                Truncated(Uniform(low, high), low - 1, low + 0.6 * width),
            ]
        )
    )


@given(distributions(), st.lists(st.floats(0.001, 0.999), min_size=1, max_size=9))
def test_live_draws_of_any_parameters_are_the_quantiles(d: Distribution, levels: list[float]) -> None:
    same(d, d.live(np.array(levels)), np.array(levels))


@given(SHARE)
def test_an_event_happens_at_the_same_draws_up_to_its_boundary(p: float) -> None:
    u = np.array([np.nextafter(1 - p, 0), 1 - p, np.nextafter(1 - p, 1), 0.5])
    u = u[(u > 1e-15) & (u < 1)]  # below it 1 - u is 1, and an event of 100% would not happen
    np.testing.assert_array_equal(Event(p).live(u), Event(p).quantile(u))


def test_a_part_too_small_to_subtract_probabilities_is_not_live() -> None:
    assert Truncated(Normal(0, 1), 6, 9).live(0.5) is None
    assert Truncated(Normal(0, 1), 1, 9).live(0.5) is not None


def test_what_is_cut_is_live_where_its_distribution_function_is_short() -> None:
    live = {d.name for d in (Normal(4, 2), Lognormal(4, 0.5), Uniform(1, 9), Weibull(2, 4)) if cut(d) is not None}
    dead = {d.name for d in (Pert(1, 4, 9), Triangular(1, 4, 9), Gamma(2, 2), StudentT(4, 1, 5)) if cut(d) is None}
    assert (live, dead) == (
        {"normal", "lognormal", "uniform", "weibull"},
        {"pert", "triangular", "gamma", "student_t"},
    )


def cut(d: Distribution) -> object:
    return Truncated(d, 2, 8).live(0.3)
