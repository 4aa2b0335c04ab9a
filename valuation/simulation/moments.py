"""Moments of many draws, piece by piece, so that none of them needs a copy of all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PIECE: Final = 1 << 18


@dataclass(frozen=True)
class Moments:
    """Count of valid draws, how many were drawn, mean, and sums of the second and third powers of deviations.

    Added by the formulas of Chan, Golub and LeVeque (1983), The American Statistician 37, 242-247.
    """

    drawn: int = 0
    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    cubes: float = 0.0

    @classmethod
    def of(cls, values: Array) -> Moments:
        """The moments of draws (draws,), added up piece by piece; NaN is counted as drawn only."""
        total = cls()
        for piece in pieces(values):
            total += cls._of_piece(piece)
        return total

    @classmethod
    def _of_piece(cls, values: Array) -> Moments:
        good = values[np.isfinite(values)]
        if not good.size:
            return cls(values.size)
        mean = float(good.mean())
        deviations = good - mean
        squared = deviations * deviations
        return cls(values.size, good.size, mean, float(squared.sum()), float((squared * deviations).sum()))

    def __add__(self, other: Moments) -> Moments:
        count = self.count + other.count
        if not count:
            return Moments(self.drawn + other.drawn)
        apart, share = other.mean - self.mean, other.count / count
        product = self.count * share
        squares = self.squares + other.squares + apart * apart * product
        cubes = self.cubes + other.cubes + apart**3 * product * (self.count - other.count) / count
        cubes += 3 * apart * (self.count * other.squares - other.count * self.squares) / count
        return Moments(self.drawn + other.drawn, count, self.mean + apart * share, squares, cubes)

    @property
    def sd(self) -> float:
        """Standard deviation of the valid draws; 0 for fewer than two."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0

    @property
    def skewness(self) -> float:
        """Third standardised moment of the valid draws; 0 for a constant."""
        return float(math.sqrt(self.count) * self.cubes / self.squares**1.5) if self.squares else 0.0


def pieces(values: Array) -> Iterator[Array]:
    """Yield the draws in pieces of at most PIECE."""
    for start in range(0, values.size, PIECE):
        yield values[start : start + PIECE]
