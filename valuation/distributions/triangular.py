"""Triangular: straight lines from the lowest to the most likely to the highest value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .base import Array, Distribution, distribution, expected


@distribution("triangular")
@dataclass(frozen=True)
class Triangular(Distribution):
    """Triangular with ``low``, ``mode`` and ``high`` in the unit of the quantity.

    Kotz and van Dorp (2004), Beyond Beta, chapter 1.
    """

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3

    @property
    def sd(self) -> float:
        # from the two widths, because squares of the parameters themselves cancel when the range is narrow
        left, right = self.mode - self.low, self.high - self.mode
        return math.sqrt((left * left + left * right + right * right) / 18)

    @property
    def base(self) -> float:
        return self.mode

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def _quantile(self, u: Array, v: Array) -> Array:
        width, left = self.high - self.low, self.mode - self.low
        rising = self.low + np.sqrt(u * (width * left))
        falling = self.high - np.sqrt(v * (width * (self.high - self.mode)))
        return np.where(u * width < left, rising, falling)

    def _complaints(self) -> Iterator[str]:
        if not self.low <= self.mode <= self.high:
            yield expected("low <= mode <= high", self.low, self.mode, self.high)
        elif self.low == self.high:
            yield expected("low < high", self.low, self.high)
