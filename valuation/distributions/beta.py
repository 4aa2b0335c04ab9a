"""Beta: a share between two bounds, told by two shape parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betaincinv

from .base import Array, distribution, expected
from .tables import Tabulated


def unit_beta(a: float, b: float, u: Array, v: Array) -> Array:
    """Return quantiles of Beta(a, b) on [0, 1] at u = 1 - v, each from its nearer tail (DLMF 8.17.4)."""
    lower = u <= 0.5
    tail: Array = betaincinv(np.where(lower, a, b), np.where(lower, b, a), np.where(lower, u, v))
    return np.where(lower, tail, 1 - tail)


@distribution("beta")
@dataclass(frozen=True)
class Beta(Tabulated):
    """Beta(a, b) stretched from ``low`` to ``high`` (the unit of the quantity); ``a`` and ``b`` are plain numbers.

    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 25.
    """

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0
    free: ClassVar[frozenset[str]] = frozenset({"a", "b"})

    @property
    def mean(self) -> float:
        return self.low + (self.high - self.low) * self.a / (self.a + self.b)

    @property
    def sd(self) -> float:
        total = self.a + self.b
        return (self.high - self.low) / total * math.sqrt(self.a * self.b / (total + 1))

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def _quantile(self, u: Array, v: Array) -> Array:
        return self.low + (self.high - self.low) * unit_beta(self.a, self.b, u, v)

    def _complaints(self) -> Iterator[str]:
        if self.a <= 0:
            yield expected("a > 0", self.a)
        if self.b <= 0:
            yield expected("b > 0", self.b)
        if self.low >= self.high:
            yield expected("low < high", self.low, self.high)
