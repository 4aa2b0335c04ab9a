"""How fast scores are correlated and a matrix is repaired, with the 66 inputs of SOTP-10."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from valuation.dependence import Dependence, nearest_correlation, reorder, to_normal

from . import definition as sotp10

SCORES = np.random.default_rng(1).standard_normal((len(sotp10.NAMES), 8192))


@pytest.fixture(scope="module")
def dependence() -> Dependence:
    return Dependence.from_matrix(sotp10.NAMES, sotp10.NAMES, sotp10.rank_correlations())


def test_scores_are_mixed(benchmark: Any, dependence: Dependence) -> None:
    benchmark(dependence.apply, SCORES)


def test_scores_are_reordered(benchmark: Any, dependence: Dependence) -> None:
    benchmark(reorder, SCORES, dependence)


@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_a_matrix_is_repaired(benchmark: Any, spread: float) -> None:
    random = np.random.default_rng(2)
    noise = random.uniform(-0.3, 0.3, (66, 66))
    matrix = to_normal(np.clip(sotp10.rank_correlations() + np.triu(noise, 1) + np.triu(noise, 1).T, -1, 1))
    weights = np.exp(random.normal(0, spread, (66, 66)))
    benchmark(nearest_correlation, matrix, np.triu(weights, 1) + np.triu(weights, 1).T)
