"""Normal-score tables: x = Q(Phi(z)) on a fine grid of z, for quantile functions too slow to call for every draw.

The grid is uniform, so a look-up is arithmetic on the index and one linear interpolation, and each value depends on
its own z alone. The error is at most 1e-5 standard deviations; a shape too sharp for that is computed exactly instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from scipy.special import ndtr

from .base import Array, Distribution

EDGE: Final = 8.5
STEPS: Final = 512
COARSE: Final = 32
TOLERANCE: Final = 1e-5
_REFINEMENT: Final = STEPS // COARSE
_NEIGHBOURS: Final = np.arange(-2, 4)


@dataclass(frozen=True, eq=False)
class NormalScores:
    """The table: ``left`` is the value at each grid point, ``rise`` the step to the next (0 at the last)."""

    left: Array
    rise: Array

    def read(self, z: Array) -> Array:
        """Return the interpolated values for z of any shape, all in [-EDGE, EDGE)."""
        position: Array = (z + EDGE) * STEPS
        index = position.astype(np.intp)
        position -= index
        position *= self.rise[index]
        position += self.left[index]
        # rounding may overshoot the last grid value, which may be the edge of the support
        np.minimum(position, self.left[-1], out=position)
        return position


def grid(steps: int, margin: int = 0) -> Array:
    """Return normal scores from -EDGE to EDGE, ``steps`` to the unit, with ``margin`` more points on either side."""
    count = round(EDGE * steps) + margin
    points: Array = np.arange(-count, count + 1) / steps
    return points


def tabulate(exact: Callable[[Array], Array], sd: float) -> NormalScores | None:
    """Return the table of ``exact``, or None if linear interpolation is not good to TOLERANCE * sd.

    Inverse beta functions cost about a microsecond a value, so the exact function is called on a coarse grid, which
    six-point Lagrange interpolation refines; exact values between the coarse points confirm it, else all are exact.
    """
    values = _refined(exact(grid(COARSE, margin=3)))
    middle = slice(_REFINEMENT // 2, None, _REFINEMENT)
    limit = TOLERANCE * sd / 2
    if not np.abs(values[middle] - exact(grid(STEPS)[middle])).max() <= limit / 100 or (np.diff(values) < 0).any():
        values = exact(grid(STEPS))
    # between neighbours a smooth function leaves its chord by an eighth of the second difference
    if not np.abs(np.diff(values, 2)).max() / 8 <= limit:
        return None
    return NormalScores(values, np.append(np.diff(values), 0.0))


def _refined(coarse: Array) -> Array:
    inner = coarse.size - 6
    offsets = np.arange(_REFINEMENT) / _REFINEMENT
    fine = np.zeros((inner, _REFINEMENT))
    for place in _NEIGHBOURS:
        others = _NEIGHBOURS[place != _NEIGHBOURS]
        weights = np.prod((offsets[:, None] - others) / (place - others), axis=1)
        fine += coarse[3 + place : 3 + place + inner, None] * weights
    return np.append(fine.ravel()[: round(2 * EDGE * STEPS)], coarse[-4])


def moments(exact: Callable[[Array], Array]) -> tuple[float, float]:
    """Return mean and standard deviation of exact(z) for a standard normal z.

    The trapezoid rule against the normal density converges faster than any power of the step for smooth functions
    (Trefethen and Weideman 2014), and unlike the closed forms for truncated tails it does not cancel.
    """
    z = grid(COARSE)
    weights = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) / COARSE
    values = exact(z)
    mean = float(weights @ values)
    return mean, math.sqrt(float(weights @ (values - mean) ** 2))


class Tabulated(Distribution):
    """A distribution whose ``from_normal`` reads a table, built at its first use and kept with the object."""

    @cached_property
    def _scores(self) -> NormalScores | None:
        return tabulate(self._from_normal, self.sd)

    def _from_normal(self, z: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.clip(self._quantile(ndtr(z), ndtr(-z)), *self.support)

    def from_normal(self, z: Array) -> Array:
        """Return quantile(Phi(z)) within 1e-5 standard deviations, exact beyond |z| = 8.5; NaN for NaN."""
        z = np.asarray(z, dtype=np.float64)
        scores = self._scores
        if scores is None or z.size == 0:
            return self._from_normal(z)
        if z.min() >= -EDGE and z.max() < EDGE:  # false for NaN as well
            return scores.read(z)
        inside = (z >= -EDGE) & (z < EDGE)
        return np.where(inside, scores.read(np.where(inside, z, 0.0)), self._from_normal(z))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the table behind: a worker builds its own faster than it could be sent."""
        return {name: value for name, value in self.__dict__.items() if name != "_scores"}
