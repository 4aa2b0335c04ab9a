"""Triangular: straight lines from the lowest to the most likely to the highest value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..operations import below, sqrt, where
from .base import Array, distribution, nearer_score
from .percentiles import Family, Given
from .spelling import expected
from .tables import Continuous


def _placed(location: float, scale: float, shape: float, given: Given) -> dict[str, float]:
    return {"low": location, "mode": location + shape * scale, "high": location + scale}


@distribution("triangular")
@dataclass(frozen=True)
class Triangular(Continuous):
    """Triangular with ``low``, ``mode`` and ``high`` in the unit of the quantity.

    Kotz and van Dorp (2004), Beyond Beta, chapter 1.
    """

    low: float
    mode: float
    high: float
    has_mode: ClassVar[bool] = True
    family: ClassVar[Family] = Family(
        solves=("low", "mode", "high"),
        curve=lambda z, shape, given: Triangular(0, shape, 1).exact(z),
        parameters=_placed,
        shape=(0, 1),
    )

    @property
    def smooth(self) -> bool:
        """No: the density has a kink at the mode."""
        return False

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

    def live(self, u: Any) -> Any:
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = self.low + sqrt(u * width * left)
        return where(below(u * width, left), rising, self.high - sqrt((1 - u) * width * right))

    def _score(self, x: Array) -> Array:
        width, left = self.high - self.low, self.mode - self.low
        rising = np.square(x - self.low) / (width * left) if left else np.zeros_like(x)
        falling = np.square(self.high - x) / (width * (self.high - self.mode)) if left < width else np.zeros_like(x)
        return np.where(x < self.mode, nearer_score(rising, 1 - rising), nearer_score(1 - falling, falling))

    def _complaints(self) -> Iterator[str]:
        if not self.low <= self.mode <= self.high:
            yield expected("low <= mode <= high", self.low, self.mode, self.high)
        elif self.low == self.high:
            yield expected("low < high", self.low, self.high)
