"""Mergeable summaries of draws that are not kept: counts, moments and a sketch of quantiles, block by block.

Quantiles are those of a t-digest (Dunning and Ertl 2019) of Apache DataSketches. Moments and digests are merged in the
order of the draws, so the result does not depend on who computed what. ``datasketches`` is the extra ``large``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .errors import Interval, error_of_blocks, times
from .moments import Moments

Array = NDArray[np.float64]

COMPRESSION: Final = 2000
RANK_ERROR: Final = 2e-4
"""How far the rank of a sketched quantile may be off; ``tests/test_pool.py`` holds it against exact ranks."""
_OF_SKETCH: Final = RANK_ERROR / math.sqrt(3)
_HALVINGS: Final = 60


class Sketch:
    """A summary of one block of draws: moments and a digest of quantiles, which can be added to that of another."""

    def __init__(self, values: Array | None = None) -> None:
        self.moments = Moments() if values is None else Moments.of(values)
        self._digest = _digest()
        if values is not None:
            self._digest.update(values[np.isfinite(values)])

    def __iadd__(self, other: Sketch) -> Sketch:
        self.moments = self.moments + other.moments
        self._digest.merge(other._digest)
        return self

    def quantile(self, q: float) -> float:
        """The value at a probability; NaN without draws.

        Found from the ranks of the digest, which are a hundred times as good as its own quantiles.
        """
        if not self.moments.count:
            return math.nan
        low, high = float(self._digest.get_min_value()), float(self._digest.get_max_value())
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self._digest.get_rank(middle) < q:
                low = middle
            else:
                high = middle
        return high

    def below(self, value: float) -> float:
        """The share of draws below a value; NaN without draws."""
        return float(self._digest.get_rank(value)) if self.moments.count else math.nan

    def __getstate__(self) -> tuple[Moments, bytes]:
        return self.moments, self._digest.serialize()

    def __setstate__(self, state: tuple[Moments, bytes]) -> None:
        self.moments, self._digest = state[0], type(_digest()).deserialize(state[1])


def _digest() -> Any:
    try:
        from datasketches import tdigest_double
    except ImportError:
        raise ModuleNotFoundError(
            "so many draws are summarised, which needs datasketches: pip install 'valuation[large]', or draw fewer"
        ) from None
    return tdigest_double(COMPRESSION)


@dataclass(frozen=True, eq=False)
class Sketched:
    """The distribution of an output whose draws were not kept: a sketch for each of ``replicates`` independent blocks.

    With 1 replicate, or blocks of antithetic pairs, draws count as independent.
    """

    blocks: Sequence[Sketch]
    replicates: int

    @cached_property
    def _all(self) -> Sketch:
        whole = Sketch()
        for block in self.blocks:
            whole += block
        return whole

    @property
    def drawn(self) -> int:
        """How many draws were made."""
        return self._all.moments.drawn

    @property
    def valid(self) -> int:
        """How many draws have a value."""
        return self._all.moments.count

    @property
    def mean(self) -> float:
        """Mean of the valid draws."""
        return self._all.moments.mean if self.valid else math.nan

    @property
    def sd(self) -> float:
        """Standard deviation of the valid draws."""
        return self._all.moments.sd

    @property
    def skewness(self) -> float:
        """Third standardised moment of the valid draws."""
        return self._all.moments.skewness

    @property
    def mean_error(self) -> float:
        """Standard error of the mean."""
        if self.replicates == 1:
            return self.sd / math.sqrt(self.valid) if self.valid > 1 else math.nan
        counts = np.array([block.moments.count for block in self.blocks], dtype=float)
        means = np.array([block.moments.mean for block in self.blocks])
        return error_of_blocks(counts, counts * (means - self.mean))

    def quantiles(self, at: Sequence[float]) -> list[float]:
        """Values at probabilities among the valid draws, each within RANK_ERROR of its rank."""
        return [self._all.quantile(q) for q in at]

    def _rank_error(self, q: float) -> float:
        """Standard error of the share of draws below the q-quantile, that of the sketch included.

        Of the sketch only the ends are known; every rank between them is as likely. NaN where the draws are too few.
        """
        share = math.sqrt(q * (1 - q) / self.valid) if self.valid > 1 else math.nan
        if not (q - share >= 0 and q + share <= 1):
            return math.nan
        if self.replicates == 1:
            return math.hypot(share, _OF_SKETCH)
        value, counts = self._all.quantile(q), np.array([block.moments.count for block in self.blocks], dtype=float)
        below = np.array([block.below(value) for block in self.blocks])
        return math.hypot(
            max(error_of_blocks(counts, counts * (below - q)), 0.5 / self.valid), RANK_ERROR / math.sqrt(3)
        )

    def quantile_error(self, q: float) -> float:
        """Standard error of a quantile, from the spread of its rank between blocks."""
        error = self._rank_error(q)
        if math.isnan(error):
            return math.nan
        share = math.sqrt(q * (1 - q) / self.valid)
        return error / share * (self._all.quantile(q + share) - self._all.quantile(q - share)) / 2

    @property
    def mean_interval(self) -> Interval:
        """95 % interval of the mean."""
        half = times(self.replicates) * self.mean_error
        return self.mean - half, self.mean + half

    def quantile_interval(self, q: float) -> Interval:
        """95 % interval of a quantile."""
        share = times(self.replicates) * self._rank_error(q)
        if math.isnan(share):
            return math.nan, math.nan
        return self._all.quantile(max(q - share, 0.0)), self._all.quantile(min(q + share, 1.0))

    def share_above(self, value: float) -> float:
        """Share of the valid draws above a value."""
        return 1 - self._all.below(value)

    def shares(self, edges: Array) -> Array:
        """Share of the valid draws between edges."""
        below = np.array([self._all.below(float(edge)) for edge in edges[1:-1]])
        return np.diff(np.concatenate([[0.0], below, [1.0]]))

    def expected_shortfall(self, q: float) -> float:
        """Mean of the worst share ``q`` of the valid draws, by the quantiles in the middle of a thousand slices."""
        slices = (np.arange(1000) + 0.5) / 1000 * q
        return float(np.mean(self.quantiles(slices.tolist()))) if self.valid else math.nan
