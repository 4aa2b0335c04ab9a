"""The draws of one output, with what is said of them: moments, quantiles, their errors and intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .errors import Interval, mean_error, quantile_error, quantile_interval, times
from .moments import Moments, pieces
from .order_statistics import SMALL, quantiles

Array = NDArray[np.float64]


class Sample(Protocol):
    """The distribution of an output: ``Draws``, or ``sketch.Sketched`` where draws were too many to keep."""

    @property
    def drawn(self) -> int:
        """How many draws were made."""

    @property
    def valid(self) -> int:
        """How many draws have a value."""

    @property
    def mean(self) -> float:
        """Mean of the valid draws; NaN without any."""

    @property
    def sd(self) -> float:
        """Standard deviation of the valid draws; 0 for fewer than two."""

    @property
    def skewness(self) -> float:
        """Third standardised moment of the valid draws; 0 for a constant."""

    @property
    def mean_error(self) -> float:
        """Standard error of the mean."""

    @property
    def mean_interval(self) -> Interval:
        """95 % interval of the mean."""

    def quantiles(self, at: Sequence[float]) -> list[float]:
        """Values at probabilities among the valid draws."""

    def quantile_error(self, q: float) -> float:
        """Standard error of a quantile."""

    def quantile_interval(self, q: float) -> Interval:
        """95 % interval of a quantile."""

    def share_above(self, value: float) -> float:
        """Share of the valid draws above a value."""

    def shares(self, edges: Array) -> Array:
        """Share of the valid draws between edges; what lies outside counts in the first and the last interval."""

    def expected_shortfall(self, q: float) -> float:
        """Mean of the worst share ``q`` of the valid draws (conditional value at risk)."""


@dataclass(frozen=True, eq=False)
class Draws:
    """All draws of an output (draws,), NaN where impossible, in ``replicates`` independent blocks."""

    values: Array
    replicates: int = 1

    @property
    def drawn(self) -> int:
        """How many draws were made."""
        return self.values.size

    @cached_property
    def _moments(self) -> Moments:
        return Moments.of(self.values)

    @property
    def valid(self) -> int:
        """How many draws have a value."""
        return self._moments.count

    @property
    def mean(self) -> float:
        """Mean of the valid draws."""
        return self._moments.mean if self.valid else math.nan

    @property
    def sd(self) -> float:
        """Standard deviation of the valid draws."""
        return self._moments.sd

    @property
    def skewness(self) -> float:
        """Third standardised moment of the valid draws."""
        return self._moments.skewness

    def _quantiles(self, values: Array, at: Sequence[float]) -> list[float]:
        """Quantiles of the draws, from a sorted copy where they are few enough for one."""
        if self.drawn > SMALL or not self.valid:
            return quantiles(values, at)
        places = np.asarray(at) * (self.valid - 1)
        low = places.astype(np.intp)
        high = np.minimum(low + 1, self.valid - 1)
        found = self._ordered[low] + (places - low) * (self._ordered[high] - self._ordered[low])
        return [float(value) for value in found]

    @cached_property
    def _ordered(self) -> Array:
        return np.sort(self.values[np.isfinite(self.values)])

    @cached_property
    def mean_error(self) -> float:
        """Standard error of the mean."""
        return mean_error(self.values, self.replicates)

    @property
    def mean_interval(self) -> Interval:
        """95 % interval of the mean."""
        half = times(self.replicates) * self.mean_error
        return self.mean - half, self.mean + half

    def quantiles(self, at: Sequence[float]) -> list[float]:
        """Values at probabilities, linear between order statistics."""
        return self._quantiles(self.values, at)

    def quantile_error(self, q: float) -> float:
        """Standard error of a quantile."""
        return quantile_error(self.values, q, self.replicates, self._quantiles)

    def quantile_interval(self, q: float) -> Interval:
        """95 % interval of a quantile."""
        return quantile_interval(self.values, q, self.replicates, self._quantiles)

    def share_above(self, value: float) -> float:
        """Share of the valid draws above a value."""
        above = sum(int((piece > value).sum()) for piece in pieces(self.values))
        return above / self.valid if self.valid else math.nan

    def shares(self, edges: Array) -> Array:
        """Share of the valid draws between edges."""
        counts = np.zeros(len(edges) - 1)
        for piece in pieces(self.values):
            counts += np.histogram(np.clip(piece[np.isfinite(piece)], edges[0], edges[-1]), edges)[0]
        return counts / max(self.valid, 1)

    def expected_shortfall(self, q: float) -> float:
        """Mean of the worst share ``q`` of the valid draws, the last one in part (Acerbi and Tasche 2002)."""
        if not self.valid:
            return math.nan
        count = q * self.valid
        whole = min(int(count), self.valid - 1)
        edge = self.quantiles([whole / max(self.valid - 1, 1)])[0]  # the order statistic of the last one
        below, number = 0.0, 0
        for piece in pieces(self.values):
            chosen = piece[piece < edge]
            below, number = below + float(chosen.sum()), number + chosen.size
        return (below + (count - number) * edge) / count
