"""SOTP-10 as most people write it: NumPy for the model, scipy.stats for the quantile functions, all draws at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from . import definition as sotp10


def quantile(marginal: sotp10.Marginal, u: Any) -> Any:
    """Quantiles of a marginal at probabilities u, by scipy.stats."""
    kind, p = marginal
    match kind:
        case "lognormal":
            return stats.lognorm.ppf(u, s=p[1], scale=p[0])
        case "truncated_normal":
            mean, sd, low, high = p
            return stats.truncnorm.ppf(u, (low - mean) / sd, (high - mean) / sd, mean, sd)
        case "pert":
            low, mode, high = p
            width = high - low
            return stats.beta.ppf(u, 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, width)
        case "triangular":
            low, mode, high = p
            return stats.triang.ppf(u, (mode - low) / (high - low), low, high - low)
        case "uniform":
            return stats.uniform.ppf(u, p[0], p[1] - p[0])
        case "event":
            return stats.bernoulli.ppf(u, p[0]).astype(float)
    raise ValueError(f"expected a marginal of the definition, found {kind}")


def draw(draws: int, seed: int) -> Any:
    """Correlated draws of the inputs (66, draws)."""
    z = sotp10.mixing() @ np.random.default_rng(seed).standard_normal((len(sotp10.NAMES), draws))
    u = stats.norm.cdf(z)
    return np.stack([quantile(marginal, row) for marginal, row in zip(sotp10.MARGINALS, u, strict=True)])


def simulate(draws: int, seed: int) -> Any:
    """Values per share (draws,)."""
    return sotp10.model(draw(draws, seed))
