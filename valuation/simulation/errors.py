"""Standard errors of simulated means and quantiles that hold for both designs.

Draws come in ``replicates`` independent blocks of equal length (the scramblings of a Sobol' design), and the spread
between blocks measures the error; with 1 replicate each draw is independent. NaN draws are ignored, as they are in
the estimates themselves.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mean_error(values: Array, replicates: int = 1) -> float:
    """Return the standard error of np.nanmean(values), in the unit of the values.

    ``values`` is (draws,), block after block. NaN if fewer than two draws or blocks are valid. Raises ValueError if
    the blocks are not of equal length. The mean of valid draws is a ratio estimator, hence deviations from the overall
    mean are summed by block (Cochran 1977, Sampling Techniques, section 6.3).
    """
    return _error_of_mean(_blocks(values, replicates))


def quantile_error(values: Array, q: float, replicates: int = 1) -> float:
    """Return the standard error of np.nanquantile(values, q) for 0 < q < 1, in the unit of the values.

    ``values`` is (draws,), block after block. NaN where the draws are too few to say, so that the band of ranks
    n q +- sqrt(n q (1 - q)) leaves the sample. Raises ValueError if q is outside (0, 1) or the blocks are unequal.
    With independent draws this is half the distance between the order statistics of these two ranks (David and
    Nagaraja 2003, Order Statistics, section 7.1); with replicates, the error of the share of draws below the quantile
    comes from the blocks, and the order statistics turn it into the unit of the values.
    """
    if not 0 < q < 1:
        raise ValueError(f"0 < q < 1 expected, found {q}")
    blocks = _blocks(values, replicates)
    valid = blocks[np.isfinite(blocks)]
    if valid.size < 2:
        return math.nan
    independent = math.sqrt(q * (1 - q) / valid.size)
    if q - independent < 0 or q + independent > 1:
        return math.nan
    low, middle, high = np.quantile(valid, [q - independent, q, q + independent])
    share = independent if replicates == 1 else _error_of_mean(_below(blocks, float(middle), q))
    # never better than half a rank, however well the blocks agree
    return float(max(share, 0.5 / valid.size) / independent * (high - low) / 2)


def _below(blocks: Array, middle: float, q: float) -> Array:
    """Return 1 below the quantile and 0 above; draws equal to it count in part, so that the mean is q exactly."""
    below, equal = blocks < middle, blocks == middle
    valid = np.isfinite(blocks).sum()
    part = (q * valid - below.sum()) / max(int(equal.sum()), 1)
    return np.where(np.isfinite(blocks), below + part * equal, np.nan)


def _blocks(values: Array, replicates: int) -> Array:
    values = np.asarray(values, dtype=np.float64)
    if replicates < 1 or values.ndim != 1 or values.size % replicates:
        raise ValueError(f"draws in {replicates} equal blocks expected, found shape {values.shape}")
    # independent draws are blocks of one
    return values.reshape(values.size if replicates == 1 else replicates, -1)


def _error_of_mean(blocks: Array) -> float:
    valid = ~np.isnan(blocks)
    counts = valid.sum(axis=1)
    used = int((counts > 0).sum())
    if used < 2:
        return math.nan
    deviations = np.where(valid, blocks - blocks[valid].mean(), 0.0).sum(axis=1)
    return math.sqrt(float(deviations @ deviations) * used / (used - 1)) / int(counts.sum())
