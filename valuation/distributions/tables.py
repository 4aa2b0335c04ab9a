"""Normal-score tables: x = Q(Phi(z)) on a fine grid of z, for quantile functions too slow to call for every draw.

The grid is uniform, so a look-up is arithmetic on the index and one linear interpolation, and each value depends on
its own z alone. The error is at most 1e-5 standard deviations; where a shape is too sharp for that it is computed
exactly instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .base import Array, Distribution

EDGE: Final = 8.5
STEPS: Final = 512
COARSE: Final = 32
TOLERANCE: Final = 1e-5
MOST_POOR: Final = 0.1
MOST_TABLES: Final = 256
REACH: Final = 37.5  # Phi(-37.5) is the last that is a normal number
_REFINEMENT: Final = STEPS // COARSE
_NEIGHBOURS: Final = np.arange(-2, 4)


@dataclass(frozen=True, eq=False)
class NormalScores:
    """The table: ``left`` is the value at each of the scores ``grid(STEPS)``, ``rise`` the step to the next.

    Between neighbours a value is left + rise * (its share of the way); the last rise is 0. ``poor`` marks the cells in
    which that is not good enough (at a jump or a kink, far out in a heavy tail), None where there are none: there an
    engine has to ask ``exact``.
    """

    left: Array
    rise: Array
    poor: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, values: Array, poor: NDArray[np.bool_] | None = None) -> NormalScores:
        """The table of values on the grid; a whole step never overshoots the next value."""
        rise = np.append(np.diff(values), 0.0)
        over = np.append(values[:-1] + rise[:-1] > values[1:], False)
        return cls(values, np.where(over, np.nextafter(rise, -np.inf), rise), poor)

    def read(self, z: Array, exact: Callable[[Array], Array]) -> Array:
        """Return the interpolated values for z of any shape, all in [-EDGE, EDGE); poor cells ask ``exact``."""
        position: Array = np.asarray((z + EDGE) * STEPS)
        index = position.astype(np.int32)
        position -= index
        part = np.asarray(self.rise.take(index, mode="wrap"))  # in range already; this mode takes without a copy
        position *= part
        position += self.left.take(index, out=part, mode="wrap")
        if self.poor is not None:
            asked = self.poor.take(index)
            if asked.any():
                position[asked] = exact(z[asked])
        return position


def grid(steps: int, margin: int = 0) -> Array:
    """Return normal scores from -EDGE to EDGE, ``steps`` to the unit, with ``margin`` more points on either side."""
    count = round(EDGE * steps) + margin
    points: Array = np.arange(-count, count + 1) / steps
    return points


def tabulate(exact: Callable[[Array], Array], sd: float, *, smooth: bool = True) -> NormalScores | None:
    """Return the table of ``exact``, good to TOLERANCE * sd but in its poor cells; None if most draws met those.

    Inverse beta functions cost about a microsecond a value, so the exact function is called on a coarse grid, which
    six-point Lagrange interpolation refines; exact values between the coarse points confirm it, else all are exact.
    """
    values = _refined(exact(grid(COARSE, margin=3)))
    middle = slice(_REFINEMENT // 2, None, _REFINEMENT)
    limit = TOLERANCE * sd / 2
    if not np.abs(values[middle] - exact(grid(STEPS)[middle])).max() <= limit / 100 or (np.diff(values) < 0).any():
        values = exact(grid(STEPS))
    # between neighbours a smooth function leaves its chord by an eighth of the second difference, at a kink by a
    # quarter of those on both sides
    bend = np.concatenate([[0.0], np.abs(np.diff(values, 2)), [0.0]])
    after = np.append(bend[1:], 0.0)
    poor = ~((np.maximum(bend, after) / 8 if smooth else (bend + after) / 8) <= limit)
    values = _centred(values, poor)
    if not poor.any():
        return NormalScores.of(values)
    z = grid(STEPS)[poor]
    met = float(np.exp(-z * z / 2).sum()) / math.sqrt(2 * math.pi) / STEPS
    return NormalScores.of(values, poor) if met <= MOST_POOR else None


def _centred(values: Array, poor: NDArray[np.bool_]) -> Array:
    """Values at the grid points whose chords leave the function to both sides alike, so that no mean is biased.

    A chord through two points of a curve lies above it by a twelfth of the second difference on average; the errors of
    millions of draws would all have that sign. Points beside a poor cell stay as they are.
    """
    bend = np.concatenate([[0.0], np.diff(values, 2), [0.0]])
    bend[poor] = 0.0
    bend[1:][poor[:-1]] = 0.0
    centred: Array = np.clip(values - bend / 12, values[0], values[-1])
    return values if (np.diff(centred) < 0).any() else centred


def _refined(coarse: Array) -> Array:
    inner = coarse.size - 6
    offsets = np.arange(_REFINEMENT) / _REFINEMENT
    fine = np.zeros((inner, _REFINEMENT))
    for place in _NEIGHBOURS:
        others = _NEIGHBOURS[place != _NEIGHBOURS]
        weights = np.prod((offsets[:, None] - others) / (place - others), axis=1)
        fine += coarse[3 + place : 3 + place + inner, None] * weights
    return np.append(fine.ravel()[: round(2 * EDGE * STEPS)], coarse[-4])


def moments(exact: Callable[[Array], Array], *, smooth: bool = True) -> tuple[float, float]:
    """Return mean and standard deviation of exact(z) for a standard normal z.

    The trapezoid rule against the normal density converges faster than any power of the step for smooth functions
    (Trefethen and Weideman 2014), and unlike the closed forms for truncated tails it does not cancel. It reaches to
    the last scores that have a probability, because heavy tails have moments there. What has kinks takes finer steps.
    """
    steps = COARSE if smooth else STEPS
    z = grid(steps, margin=round((REACH - EDGE) * steps) if smooth else 0)
    weights = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) / steps
    values = exact(z)
    mean = float(weights @ values)
    return mean, math.sqrt(float(weights @ np.square(values - mean)))


@lru_cache(maxsize=MOST_TABLES)
def shared_table(marginal: Continuous) -> NormalScores | None:
    """Return the table of a distribution; equal ones anywhere in the process share it, those used last are kept."""
    return tabulate(marginal.exact, marginal.sd, smooth=marginal.smooth)


class Continuous(Distribution):
    """A distribution without jumps of probability. Where ``reads_table``, ``from_normal`` reads its table.

    The table is made at its first use, shared by equal distributions, and kept with the object.
    """

    reads_table: ClassVar[bool] = True

    def table(self) -> NormalScores | None:
        """Return the normal-score table, for engines that read plain arrays; None where only ``exact`` will do."""
        return self._cached_table

    @cached_property
    def _cached_table(self) -> NormalScores | None:
        return shared_table(self)

    def _from_normal(self, z: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values: Array = np.clip(self._quantile(ndtr(z), ndtr(-z)), *self.support)
        return values

    def from_normal(self, z: Array) -> Array:
        """Return quantile(Phi(z)) within 1e-5 standard deviations, exact beyond |z| = 8.5; NaN for NaN."""
        z = np.asarray(z, dtype=np.float64)
        scores = self._cached_table if self.reads_table and z.size else None
        if scores is None:
            return self.exact(z)
        if z.min() >= -EDGE and z.max() < EDGE:  # false for NaN as well
            return scores.read(z, self.exact)
        inside = (z >= -EDGE) & (z < EDGE)
        return np.where(inside, scores.read(np.where(inside, z, 0.0), self.exact), self.exact(z))

    def score(self, x: float | Array) -> Array:
        """Return the normal scores at which values ``x`` are reached: Phi(score(x)) = P(X <= x)."""
        x = np.asarray(x, dtype=np.float64)
        low, high = self.support
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = self._score(x)
        scores: Array = np.select([np.isnan(x), x <= low, x >= high], [np.nan, -np.inf, np.inf], found)
        return scores

    def _score(self, x: Array) -> Array:
        """Scores of values within the support, by halving: 60 times the range of scores is below its last digits."""
        low, high = np.full(x.shape, -REACH), np.full(x.shape, REACH)
        for _ in range(60):
            middle = (low + high) / 2
            below = self.exact(middle) < x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        found: Array = (low + high) / 2
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Leave the table behind: a worker builds its own faster than it could be sent."""
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_cached")}
