"""Student t: a bell curve with heavier tails."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from scipy.special import stdtr, stdtrit

from ..operations import below, minimum, sqrt, where
from ..quantiles import beta_quantile, by_ones
from .base import Array, distribution, nearer_score
from .percentiles import Family
from .spelling import expected
from .tables import Continuous


@distribution("student_t")
@dataclass(frozen=True)
class StudentT(Continuous):
    """Student t about its ``mean``, stretched by ``scale`` (both the unit of the quantity), with ``freedom`` degrees.

    ``freedom`` is a plain number above 2: the standard deviation is scale x sqrt(freedom / (freedom - 2)). Johnson,
    Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 28.
    """

    mu: float = field(metadata={"name": "mean"})
    scale: float
    freedom: float
    free: ClassVar[frozenset[str]] = frozenset({"freedom"})
    family: ClassVar[Family] = Family(
        solves=("mean", "scale"),
        curve=lambda z, shape, given: StudentT(0, 1, given.get("freedom", math.nan)).exact(z),
        parameters=lambda location, scale, shape, given: {"mean": location, "scale": scale},
    )

    @property
    def mean(self) -> float:
        return self.mu

    @property
    def sd(self) -> float:
        return self.scale * math.sqrt(self.freedom / (self.freedom - 2))

    @property
    def base(self) -> float:
        return self.mu

    @property
    def support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _quantile(self, u: Array, v: Array) -> Array:
        lower = u <= v
        tail: Array = stdtrit(self.freedom, np.where(lower, u, v))
        return self.mu + self.scale * np.where(lower, tail, -tail)

    def live(self, u: Any) -> Any:
        """By n / (n + t^2), which is Beta(n / 2, 1 / 2): Excel's own TINV cuts n to a whole number."""
        two = by_ones(2.0, u, self.freedom)
        part = beta_quantile(two * minimum(u, 1 - u), self.freedom / two, 1 / two, 0, 1)
        return self.mu + where(below(u, 1 - u), -self.scale, self.scale) * sqrt(self.freedom * (1 / part - 1))

    def _score(self, x: Array) -> Array:
        t = (x - self.mu) / self.scale
        return nearer_score(stdtr(self.freedom, t), stdtr(self.freedom, -t))

    def _complaints(self) -> Iterator[str]:
        if self.scale <= 0:
            yield expected("scale > 0", self.scale)
        if self.freedom <= 2:
            yield expected("freedom > 2, without which there is no standard deviation,", self.freedom)
