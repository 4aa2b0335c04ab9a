"""Quantiles of many draws without a copy of them: exact order statistics by counting in narrower and narrower bins."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .moments import pieces

Array = NDArray[np.float64]

SMALL: Final = 1 << 20
BINS: Final = 1 << 14


def quantiles(values: Array, at: Sequence[float]) -> list[float]:
    """Return quantiles at probabilities, linear between order statistics, as np.nanquantile does; NaN without values.

    Hyndman and Fan (1996), The American Statistician 50, definition 7. ``values`` (draws,) are left as they are; of
    more than SMALL no copy is made.
    """
    if values.size <= SMALL:
        good = values[np.isfinite(values)]
        return [float(v) for v in np.quantile(good, at)] if good.size else [np.nan] * len(at)
    count = sum(piece.size for piece in _finite(values))
    if not count:
        return [np.nan] * len(at)
    places = [q * (count - 1) for q in at]
    ranks = sorted({rank for place in places for rank in (int(place), min(int(place) + 1, count - 1))})
    found = dict(zip(ranks, _order_statistics(values, ranks), strict=True))
    return [
        found[int(place)] + (place - int(place)) * (found[min(int(place) + 1, count - 1)] - found[int(place)])
        for place in places
    ]


def _order_statistics(values: Array, ranks: Sequence[int]) -> list[float]:
    """The values of ranks counted from 0, each from the few values in the bin that holds its rank."""
    low, high = math.inf, -math.inf
    for piece in _finite(values):
        low, high = min(low, float(piece.min())), max(high, float(piece.max()))
    if low == high:
        return [low] * len(ranks)
    scale = BINS / (high - low)
    counts = np.zeros(BINS, dtype=np.int64)
    for piece in _finite(values):
        counts += np.bincount(_bin(piece, low, scale), minlength=BINS)
    ends = np.cumsum(counts)
    bins = np.searchsorted(ends, ranks, side="right")
    wanted = np.zeros(BINS, dtype=bool)
    wanted[bins] = True
    chosen = np.sort(np.concatenate([piece[wanted[_bin(piece, low, scale)]] for piece in _finite(values)]))
    before = np.cumsum(np.where(wanted, counts, 0)) - np.where(wanted, counts, 0)
    places = before[bins] + np.array(ranks) - (ends[bins] - counts[bins])
    return [float(value) for value in chosen[places]]


def _bin(piece: Array, low: float, scale: float) -> NDArray[np.intp]:
    """The bin of each value; rising with the value, so that ranks within a bin follow those of the bins before."""
    return np.minimum(((piece - low) * scale).astype(np.intp), BINS - 1)


def _finite(values: Array) -> Iterator[Array]:
    for piece in pieces(values):
        good = piece[np.isfinite(piece)]
        if good.size:
            yield good
