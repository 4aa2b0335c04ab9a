"""Uniform: every value between two bounds is equally likely."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from scipy.special import ndtr

from ..operations import maximum, minimum
from .base import Array, distribution, nearer_score
from .percentiles import Family
from .spelling import expected
from .tables import Continuous


@distribution("uniform")
@dataclass(frozen=True)
class Uniform(Continuous):
    """Uniform from ``low`` to ``high``, in the unit of the quantity.

    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 26.

    >>> Uniform(1, 3).base
    2.0
    """

    low: float
    high: float
    family: ClassVar[Family] = Family(
        solves=("low", "high"),
        curve=lambda z, shape, given: ndtr(z),
        parameters=lambda location, scale, shape, given: {"low": location, "high": location + scale},
    )

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def sd(self) -> float:
        return (self.high - self.low) / math.sqrt(12)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def _quantile(self, u: Array, v: Array) -> Array:
        return self.low + (self.high - self.low) * u

    def live(self, u: Any) -> Any:
        return self.low + (self.high - self.low) * u

    def live_cdf(self, x: Any) -> Any:
        return maximum(0, minimum(1, (x - self.low) / (self.high - self.low)))

    def _score(self, x: Array) -> Array:
        return nearer_score((x - self.low) / (self.high - self.low), (self.high - x) / (self.high - self.low))

    def _complaints(self) -> Iterator[str]:
        if self.low >= self.high:
            yield expected("low < high", self.low, self.high)
