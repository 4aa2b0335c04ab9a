"""How fast normal scores become values: tables, and the exact quantile functions behind them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from valuation.distributions import Event, Lognormal, Pert, Triangular, TruncatedNormal, Uniform

SCORES = np.random.default_rng(1).standard_normal(65_536)
KINDS = [
    Lognormal(100, 0.2),
    TruncatedNormal(0.08, 0.025, 0.03, 0.155),
    Pert(0.12, 0.17, 0.21),
    Triangular(0.04, 0.05, 0.08),
    Uniform(0.01, 0.025),
    Event(0.1),
]


@pytest.mark.parametrize("found", KINDS, ids=lambda found: type(found).__name__)
def test_values_of_scores(benchmark: Any, found: Any) -> None:
    found.from_normal(SCORES)
    benchmark(found.from_normal, SCORES)


@pytest.mark.parametrize("found", KINDS, ids=lambda found: type(found).__name__)
def test_exact_quantiles(benchmark: Any, found: Any) -> None:
    benchmark(found.quantile, ndtr(SCORES[:8192]))


def test_a_table_is_made(benchmark: Any) -> None:
    benchmark(lambda: Pert(0.12, 0.17, 0.21).from_normal(SCORES[:1]))
