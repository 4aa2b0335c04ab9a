"""Sobol' indices and Shapley effects against functions whose answers are known in closed form."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from valuation.sensitivity import Effects, shapley_effects, sobol_indices

Array = np.ndarray
FAR = 4.0  # standard errors: one estimate in 16,000 lies farther from the truth by chance
ISHIGAMI_FIRST, ISHIGAMI_TOTAL = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def ishigami(scores: Array) -> Array:
    """Ishigami and Homma (1990) with a = 7, b = 0.1; indices: Saltelli et al. (2008), Global Sensitivity Analysis."""
    x = 2 * np.pi * ndtr(scores) - np.pi
    return np.asarray(np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))


def g_function(scores: Array) -> Array:
    """Sobol' (1993): the product of (|4 u - 2| + a) / (1 + a)."""
    pieces = (np.abs(4 * ndtr(scores) - 2) + WEIGHTS[:, None]) / (1 + WEIGHTS[:, None])
    return np.asarray(pieces.prod(axis=0))


def linear(slopes: Array) -> Callable[[Array], Array]:
    return lambda scores: np.asarray(slopes @ scores)


def apart(found: Array, truth: Array, error: Array) -> float:
    """The largest difference in standard errors; what is exact to the last digits is no difference."""
    return float(np.max(np.abs(found - truth) / np.maximum(error, 1e-9)))


# Sobol' ---------------------------------------------------------------------------------------------------------------


def test_sobol_indices_of_ishigami_are_the_published_ones() -> None:
    found = sobol_indices(ishigami, 3, 32_768, 7)
    assert ISHIGAMI_FIRST == pytest.approx(found.first.tolist(), abs=0.015)
    assert ISHIGAMI_TOTAL == pytest.approx(found.total.tolist(), abs=0.01)
    assert apart(found.first, np.array(ISHIGAMI_FIRST), found.first_error) < FAR
    assert apart(found.total, np.array(ISHIGAMI_TOTAL), found.total_error) < FAR
    assert found.variance == pytest.approx(7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.1**2 * np.pi**8 / 18 + 1 / 2, rel=0.01)


def test_sobol_indices_of_the_g_function_are_its_closed_forms() -> None:
    alone = 1 / 3 / (1 + WEIGHTS) ** 2
    variance = np.prod(1 + alone) - 1
    total = alone * np.prod(1 + alone) / (1 + alone) / variance
    found = sobol_indices(g_function, 6, 32_768, 7)
    assert apart(found.first, alone / variance, found.first_error) < FAR
    assert apart(found.total, total, found.total_error) < FAR
    assert (alone / variance).tolist() == pytest.approx(found.first.tolist(), abs=0.01)
    assert total.tolist() == pytest.approx(found.total.tolist(), abs=0.01)


def test_standard_errors_of_sobol_indices_are_the_spread_between_seeds() -> None:
    runs = [sobol_indices(ishigami, 3, 1024, seed) for seed in range(40)]
    for name in ("first", "total"):
        spread = np.std([getattr(run, name) for run in runs], axis=0, ddof=1)
        told = np.mean([getattr(run, f"{name}_error") for run in runs], axis=0)
        assert np.all((told / spread > 0.6) & (told / spread < 1.7))


def test_an_impossible_draw_leaves_every_estimate_and_is_counted() -> None:
    def holed(scores: Array) -> Array:
        return np.where(scores[0] > 2.5, np.nan, scores[0] + scores[1])

    found = sobol_indices(holed, 2, 4096, 1)
    assert 20 < found.left_out < 200
    assert np.isfinite([found.first, found.total, found.first_error, found.total_error]).all()


# Shapley --------------------------------------------------------------------------------------------------------------


def by_enumeration(slopes: Array, normal: Array) -> Array:
    """Shapley effects of a linear function of Gaussian inputs, from every subset's conditional variance."""
    size = len(slopes)

    def left(known: tuple[int, ...]) -> float:
        rest = [one for one in range(size) if one not in known]
        matrix = normal[np.ix_(rest, rest)]
        if known:
            across = normal[np.ix_(rest, known)]
            matrix = matrix - across @ np.linalg.pinv(normal[np.ix_(known, known)]) @ across.T
        return float(slopes[rest] @ matrix @ slopes[rest])

    effects = np.zeros(size)
    for one in range(size):
        others = [other for other in range(size) if other != one]
        for count in range(size):
            for known in combinations(others, count):
                gain = left(known) - left(tuple(sorted((*known, one))))
                effects[one] += gain / (size * comb(size - 1, count))
    return effects / float(slopes @ normal @ slopes)


def pair_effect(slopes: tuple[float, float], rank: float) -> Array:
    """Iooss and Prieur (2019), Shapley effects for sensitivity analysis with correlated inputs."""
    first, second = (slope * slope for slope in slopes)
    shared = rank * slopes[0] * slopes[1]
    effects = [
        own * (1 - rank * rank / 2) + shared + rank * rank / 2 * other
        for own, other in ((first, second), (second, first))
    ]
    return np.array(effects) / (first + second + 2 * shared)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("rank", [-0.9, -0.3, 0.0, 0.5, 0.95])
def test_shapley_effects_of_two_correlated_inputs_are_those_of_iooss_and_prieur(rank: float, exact: bool) -> None:
    slopes = (1.0, 2.0)
    found = shapley_effects(linear(np.array(slopes)), np.array([[1, rank], [rank, 1]]), 8192, 3, exact=exact)
    truth = pair_effect(slopes, rank)
    assert apart(found.share, truth, found.error) < FAR
    assert truth.tolist() == pytest.approx(found.share.tolist(), abs=0.02)


@pytest.mark.parametrize("exact", [True, False])
def test_shapley_effects_of_three_inputs_with_one_pair_are_those_of_iooss_and_prieur(exact: bool) -> None:
    slopes, rank = np.array([1.0, 1.5, 0.7]), 0.8
    normal = np.eye(3)
    normal[1, 2] = normal[2, 1] = rank
    pair = slopes[1] ** 2 + slopes[2] ** 2 + 2 * rank * slopes[1] * slopes[2]
    truth = np.array([1.0, *(pair * pair_effect((1.5, 0.7), rank))]) / (1 + pair)
    found = shapley_effects(linear(slopes), normal, 8192, 3, exact=exact)
    assert apart(found.share, truth, found.error) < FAR
    assert truth == pytest.approx(by_enumeration(slopes, normal))


def matrix_of(seed: int, size: int) -> Array:
    draws = np.random.default_rng(seed).standard_normal((size + 1, size))
    covariance = draws.T @ draws
    deviation = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(deviation, deviation))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.booleans())
def test_shapley_effects_under_any_correlations_are_those_of_enumeration(seed: int, size: int, exact: bool) -> None:
    normal, slopes = matrix_of(seed, size), np.random.default_rng(seed + 1).uniform(-2, 2, size)
    found = shapley_effects(linear(slopes), normal, 4096, seed, exact=exact)
    assert apart(found.share, by_enumeration(slopes, normal), found.error) < 5
    assert found.share.sum() == pytest.approx(1, abs=1e-12)


def test_shapley_effects_of_independent_inputs_lie_between_first_order_and_total() -> None:
    found = shapley_effects(ishigami, np.eye(3), 16_384, 5, exact=False)
    truth = [(first + total) / 2 for first, total in zip(ISHIGAMI_FIRST, ISHIGAMI_TOTAL, strict=True)]
    assert apart(found.share, np.array(truth), found.error) < FAR


@pytest.mark.parametrize("exact", [True, False])
def test_two_inputs_that_are_one_share_its_variance(exact: bool) -> None:
    found = shapley_effects(linear(np.array([1.0, 0.0])), np.ones((2, 2)), 8192, 3, exact=exact)
    assert [0.5, 0.5] == pytest.approx(found.share.tolist(), abs=0.02)


def test_an_input_without_effect_counts_only_for_what_it_tells_of_others() -> None:
    found = shapley_effects(linear(np.array([1.0, 0.0, 0.0])), np.eye(3), 512, 3, exact=False)
    assert found.share.tolist() == [pytest.approx(1, abs=1e-15), 0.0, 0.0]
    normal = np.array([[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]])
    known = shapley_effects(linear(np.array([1.0, 0.0, 0.0])), normal, 8192, 3, exact=False)
    assert known.share[1] == pytest.approx(0.6**2 / 2, abs=0.01)


def spread(run: Callable[[int], Effects]) -> tuple[Array, Array]:
    runs = [run(seed) for seed in range(40)]
    return np.std([found.share for found in runs], axis=0, ddof=1), np.mean([found.error for found in runs], axis=0)


@pytest.mark.parametrize("exact", [True, False])
def test_standard_errors_of_shapley_effects_are_the_spread_between_seeds(exact: bool) -> None:
    seen, told = spread(lambda seed: shapley_effects(ishigami, matrix_of(1, 3), 256, seed, exact=exact))
    assert np.all((told / seen > 0.7) & (told / seen < 1.4))


def test_the_same_seed_gives_the_same_effects() -> None:
    runs = [shapley_effects(ishigami, matrix_of(1, 3), 3000, seed, exact=False) for seed in (4, 4, 5)]
    assert runs[0].share.tobytes() == runs[1].share.tobytes()
    assert runs[0].share.tobytes() != runs[2].share.tobytes()


def test_a_pair_that_meets_an_impossible_draw_is_left_out_and_counted() -> None:
    def holed(scores: Array) -> Array:
        return np.where(scores[0] > 2.5, np.nan, scores[0] + scores[1])

    found = shapley_effects(holed, np.eye(2), 2048, 1)
    assert 5 < found.left_out < 100
    assert [0.5, 0.5] == pytest.approx(found.share.tolist(), abs=0.05)


@pytest.mark.parametrize(("pairs", "inputs", "exact"), [(1, 2, False), (10, 13, True)])
def test_what_cannot_be_estimated_is_refused(pairs: int, inputs: int, exact: bool) -> None:
    with pytest.raises(ValueError, match=f"at most 12 inputs expected, found {pairs} and {inputs}"):
        shapley_effects(linear(np.ones(inputs)), np.eye(inputs), pairs, 1, exact=exact)
