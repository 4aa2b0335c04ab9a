"""Beta: a share between two bounds, told by two shape parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from scipy.special import betainc, betaincinv

from ..quantiles import beta_quantile
from .base import Array, distribution, nearer_score
from .percentiles import Family, Given, solved
from .spelling import expected
from .tables import Continuous

SMALLEST: Final = 1e-100  # below it the inverse underflows; no draw comes near


def unit_beta(a: float, b: float, u: Array, v: Array) -> Array:
    """Return quantiles of Beta(a, b) on [0, 1] at u = 1 - v, each from its nearer tail (DLMF 8.17.4)."""
    lower = u <= 0.5
    u, v = np.maximum(u, SMALLEST), np.maximum(v, SMALLEST)
    tail: Array = betaincinv(np.where(lower, a, b), np.where(lower, b, a), np.where(lower, u, v))
    return np.where(lower, tail, 1 - tail)


def unit_beta_score(a: float, b: float, x: Array, y: Array) -> Array:
    """Return normal scores of Beta(a, b) on [0, 1] at x = 1 - y."""
    return nearer_score(betainc(a, b, x), betainc(b, a, y))


def _both(logarithms: Array) -> tuple[float, float]:
    a, b = np.exp(np.clip(logarithms, -20, 20))
    return float(a), float(b)


def _search(z: Array, values: Array, given: Given) -> dict[str, float] | None:
    low, high = given.get("low", 0.0), given.get("high", 1.0)
    if not low < values[0] <= values[-1] < high:
        return None
    x, y = (values - low) / (high - low), (high - values) / (high - low)
    middle, spread = float(x.mean()), float((x[-1] - x[0]) / (z[-1] - z[0]))
    total = max(middle * (1 - middle) / max(spread * spread, SMALLEST) - 1, 0.1)
    start = math.log(middle * total), math.log((1 - middle) * total)
    found = solved(lambda t: unit_beta_score(*_both(t), x, y) - z, [start, (0.0, 0.0), (2.0, 2.0)])
    return None if found is None else dict(zip(("a", "b"), _both(found), strict=True))


@distribution("beta")
@dataclass(frozen=True)
class Beta(Continuous):
    """Beta(a, b) stretched from ``low`` to ``high`` (the unit of the quantity); ``a`` and ``b`` are plain numbers.

    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 25.
    """

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0
    free: ClassVar[frozenset[str]] = frozenset({"a", "b"})
    family: ClassVar[Family] = Family(solves=("a", "b"), search=_search)

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

    def live(self, u: Any) -> Any:
        return beta_quantile(u, self.a, self.b, self.low, self.high)

    def _score(self, x: Array) -> Array:
        width = self.high - self.low
        return unit_beta_score(self.a, self.b, (x - self.low) / width, (self.high - x) / width)

    def _complaints(self) -> Iterator[str]:
        if self.a <= 0:
            yield expected("a > 0", self.a)
        if self.b <= 0:
            yield expected("b > 0", self.b)
        if self.low >= self.high:
            yield expected("low < high", self.low, self.high)
