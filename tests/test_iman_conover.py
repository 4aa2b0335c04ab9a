"""Reordered draws keep every number and get the correlation that was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from valuation.dependence import Dependence, iman_conover, nearest_correlation, reorder, to_normal

TARGET = np.array([[1.0, 0.7, -0.3], [0.7, 1.0, 0.2], [-0.3, 0.2, 1.0]])


def draws(count: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.lognormal(0, 1, count), rng.integers(0, 5, count), rng.standard_t(3, count)])


@st.composite
def correlations(draw: st.DrawFn) -> np.ndarray:
    size = draw(st.integers(1, 5))
    loadings = np.array(draw(st.lists(st.floats(-1, 1), min_size=size * size, max_size=size * size)))
    covariance = loadings.reshape(size, size) @ loadings.reshape(size, size).T + 0.1 * np.eye(size)
    spread = np.sqrt(np.diag(covariance))
    return (covariance / np.outer(spread, spread) + (covariance / np.outer(spread, spread)).T) / 2


@given(correlations(), st.integers(20, 300), st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_every_marginal_is_kept_to_the_last_digit(target: np.ndarray, count: int, seed: int) -> None:
    x = np.random.default_rng(seed).standard_gamma(1.0, (count, len(target)))
    found = iman_conover(x, target, seed=seed)
    assert np.sort(found, axis=0).tobytes() == np.sort(x, axis=0).tobytes()


@given(correlations(), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_rank_correlation_is_near_the_target(target: np.ndarray, seed: int) -> None:
    x = np.random.default_rng(seed).lognormal(0, 1, (4000, len(target)))
    found = iman_conover(x, to_normal(target) if _definite(to_normal(target)) else target, seed=seed)
    ranks = np.corrcoef(stats.rankdata(found, axis=0).T).reshape(target.shape)
    # scores have the correlation exactly; ranks of them differ by at most 0.02 (Pearson 1907), and a little noise
    assert np.abs(ranks - target).max() < 0.04


def _definite(matrix: np.ndarray) -> bool:
    return bool(np.linalg.eigvalsh(matrix)[0] > 1e-6)


def test_a_spearman_target_is_met_by_its_normal_correlation() -> None:
    found = iman_conover(np.random.default_rng(3).lognormal(0, 1, (20_000, 3)), to_normal(TARGET), seed=3)
    assert stats.spearmanr(found).statistic == pytest.approx(TARGET, abs=0.01)


def test_draws_with_ties_get_the_correlation_too() -> None:
    x = draws(5000)
    found = iman_conover(x, TARGET, seed=2)
    assert np.sort(found, axis=0).tolist() == np.sort(x, axis=0).tolist()
    assert stats.spearmanr(found).statistic == pytest.approx(TARGET, abs=0.05)


def test_the_same_seed_gives_the_same_bytes_and_the_order_of_the_draws_does_not_matter() -> None:
    x = draws(200)
    first = iman_conover(x, TARGET, seed=7)
    assert first.tobytes() == iman_conover(x, TARGET, seed=np.random.default_rng(7)).tobytes()
    assert first.tobytes() == iman_conover(x[::-1], TARGET, seed=7).tobytes()
    assert first.tobytes() != iman_conover(x, TARGET, seed=8).tobytes()


IMPOSSIBLE = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, -0.9], [0.9, -0.9, 1.0]])


@pytest.mark.parametrize(
    ("correlation", "scores", "message"),
    [
        (TARGET[:2, :2], None, "a correlation of 3 x 3, found 2 x 2"),
        (TARGET + np.triu(np.full((3, 3), 0.1), 1), None, "symmetric"),
        (TARGET * 2, None, "1 on its diagonal"),
        (IMPOSSIBLE, None, "positive definite correlation: use nearest_correlation"),
        (TARGET, np.ones((10, 3)), "positive definite correlation: columns of scores depend on each other"),
        (TARGET, np.ones((9, 3)), "scores of the shape of x"),
        (TARGET, np.full((10, 3), np.nan), "finite numbers in scores"),
        (TARGET[0], None, "correlation with rows and columns, found 1 dimensions"),
    ],
)
def test_what_cannot_be_reordered_is_refused(correlation: np.ndarray, scores: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        iman_conover(draws(10), correlation, scores=scores)


def test_the_nearest_correlation_can_be_used() -> None:
    nearest = nearest_correlation(IMPOSSIBLE)
    found = iman_conover(draws(50), nearest)
    assert np.sort(found, axis=0).tolist() == np.sort(draws(50), axis=0).tolist()


# A block of normal scores -----------------------------------------------------------------------------------------

PAIRS = [("b", "d", 0.6), ("b", "e", -0.4), ("d", "e", 0.2)]
BLOCK = Dependence.build("abcde", PAIRS)


def scores(count: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((5, count))


@given(st.integers(4, 500), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_every_row_of_a_block_keeps_its_numbers(count: int, seed: int) -> None:
    z = scores(count, seed)
    assert np.sort(reorder(z, BLOCK), axis=1).tobytes() == np.sort(z, axis=1).tobytes()


def test_rows_that_take_no_part_and_the_first_that_does_are_left_as_they_are() -> None:
    z = scores(1000)
    found = reorder(z, BLOCK)
    assert [True, True, True, False, False] == [np.array_equal(found[row], z[row]) for row in range(5)]


def test_a_block_follows_its_correlations_more_closely_than_independent_draws_do() -> None:
    ranks = np.array([[1, 0.6, -0.4], [0.6, 1, 0.2], [-0.4, 0.2, 1]])
    rows, errors = [1, 3, 4], {"reordered": [], "mixed": []}
    for seed in range(20):
        z = scores(2048, seed)
        for name, block in (("reordered", reorder(z, BLOCK)), ("mixed", BLOCK.apply(z))):
            errors[name].append(stats.spearmanr(block[rows], axis=1).statistic - ranks)
    spread = {name: np.sqrt(np.mean(np.square(found))) for name, found in errors.items()}
    assert 2 * spread["reordered"] < spread["mixed"] < 1 / np.sqrt(2048)


@pytest.mark.parametrize("rank", [1.0, -1.0])
def test_a_perfect_correlation_puts_both_rows_into_one_order(rank: float) -> None:
    found = reorder(scores(300), Dependence.build("abcde", [("a", "c", rank)]))
    # the factor of a singular matrix is good to the root of the last digit, which may swap neighbours
    assert stats.spearmanr(found[0], found[2]).statistic == pytest.approx(rank, abs=1e-5)


def test_without_correlations_a_block_comes_back_as_a_copy() -> None:
    z = scores(10)
    found = reorder(z, Dependence.build("abcde", []))
    assert np.array_equal(found, z) and not np.shares_memory(found, z)


def test_a_block_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a block of more draws than the 3 correlated inputs, found 3"):
        reorder(scores(3), BLOCK)
    with pytest.raises(ValueError, match="columns of scores depend on each other"):
        reorder(np.ones((5, 10)), BLOCK)
