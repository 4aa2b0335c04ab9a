"""Standard errors and 95 % intervals of simulated means and quantiles that hold for every design.

Draws come in ``replicates`` independent blocks of equal length (scramblings, hypercubes, antithetic pairs), and the
spread between blocks measures the error; with 1 replicate each draw is independent. NaN draws are ignored, as they are
in the estimates themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from .moments import Moments
from .order_statistics import quantiles

Array = NDArray[np.float64]
Interval = tuple[float, float]
Quantiles = Callable[[Array, Sequence[float]], list[float]]

CONFIDENCE: Final = 0.95


def mean_error(values: Array, replicates: int = 1) -> float:
    """Return the standard error of np.nanmean(values), in the unit of the values.

    ``values`` is (draws,), block after block. NaN if fewer than two draws or blocks are valid. Raises ValueError if
    the blocks are not of equal length. The mean of valid draws is a ratio estimator, hence deviations from the overall
    mean are summed by block (Cochran 1977, Sampling Techniques, section 6.3).
    """
    blocks = _blocks(values, replicates)
    if replicates == 1:
        moments = Moments.of(blocks.ravel())
        return moments.sd / math.sqrt(moments.count) if moments.count > 1 else math.nan
    found = [Moments.of(block) for block in blocks]
    count = sum(moments.count for moments in found)
    if not count:
        return math.nan
    mean = sum(moments.count * moments.mean for moments in found) / count
    counts = np.array([moments.count for moments in found])
    return error_of_blocks(counts, np.array([moments.count * (moments.mean - mean) for moments in found]))


def error_of_blocks(counts: Array, deviations: Array) -> float:
    """Return the standard error of a mean from each block's count of valid draws and its sum of deviations from it."""
    used = int((counts > 0).sum())
    if used < 2:
        return math.nan
    return math.sqrt(float(deviations @ deviations) * used / (used - 1)) / float(counts.sum())


def rank_error(values: Array, quantile: float, q: float, replicates: int = 1) -> float:
    """Return the standard error of the share of draws below the q-quantile, at least half a rank.

    NaN where the draws are too few to say, so that the band q +- sqrt(q (1 - q) / n) leaves the sample. Raises
    ValueError if q is outside (0, 1).
    """
    if not 0 < q < 1:
        raise ValueError(f"0 < q < 1 expected, found {q}")
    blocks = _blocks(values, replicates)
    valid = np.isfinite(blocks).sum(axis=1)
    count = int(valid.sum())
    if count < 2:
        return math.nan
    independent = math.sqrt(q * (1 - q) / count)
    if q - independent < 0 or q + independent > 1:
        return math.nan
    if replicates == 1:
        return independent
    below, equal = (blocks < quantile).sum(axis=1), (blocks == quantile).sum(axis=1)
    # draws equal to the quantile count in part, so that the share below it is q exactly
    part = (q * count - below.sum()) / max(int(equal.sum()), 1)
    # never better than half a rank, however well the blocks agree
    return max(error_of_blocks(valid, below + part * equal - q * valid), 0.5 / count)


def quantile_error(values: Array, q: float, replicates: int = 1, quantiles: Quantiles = quantiles) -> float:
    """Return the standard error of np.nanquantile(values, q) for 0 < q < 1, in the unit of the values.

    ``values`` is (draws,), block after block; NaN where the draws are too few to say. With independent draws this is
    half the distance between the order statistics of the ranks n q +- sqrt(n q (1 - q)) (David and Nagaraja 2003, Order
    Statistics, section 7.1); with replicates, the error of the share of draws below the quantile comes from the
    blocks, and the same order statistics turn it into the unit of the values. ``quantiles`` finds them.
    """
    middle = quantiles(values, [q])[0]
    share = rank_error(values, middle, q, replicates)
    if math.isnan(share):
        return math.nan
    independent = math.sqrt(q * (1 - q) / int(np.isfinite(values).sum()))
    low, high = quantiles(values, [q - independent, q + independent])
    return share / independent * (high - low) / 2


def quantile_interval(values: Array, q: float, replicates: int = 1, quantiles: Quantiles = quantiles) -> Interval:
    """Return the 95 % interval of a quantile: the order statistics of the ends of its rank's interval."""
    share = times(replicates) * rank_error(values, quantiles(values, [q])[0], q, replicates)
    if math.isnan(share):
        return math.nan, math.nan
    low, high = quantiles(values, [max(q - share, 0.0), min(q + share, 1.0)])
    return low, high


def times(replicates: int) -> float:
    """Return how many standard errors a 95 % interval goes to either side: Student's t of the blocks."""
    upper = (1 + CONFIDENCE) / 2
    return float(ndtri(upper) if replicates == 1 else stdtrit(replicates - 1, upper))


def _blocks(values: Array, replicates: int) -> Array:
    values = np.asarray(values, dtype=np.float64)
    if replicates < 1 or values.ndim != 1 or values.size % replicates:
        raise ValueError(f"draws in {replicates} equal blocks expected, found shape {values.shape}")
    # independent draws are blocks of one
    return values.reshape(values.size if replicates == 1 else replicates, -1)
