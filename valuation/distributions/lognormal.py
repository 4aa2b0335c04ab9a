"""Lognormal: positive and skewed to the right, the usual shape of multiples and prices."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..operations import above, exp, log, normal_cdf, where
from ..quantiles import normal_quantile
from .base import Array, distribution, nearer_score
from .percentiles import Family
from .spelling import expected
from .tables import Continuous


@distribution("lognormal")
@dataclass(frozen=True)
class Lognormal(Continuous):
    """Lognormal with ``median`` (the unit of the quantity) and ``sigma``, the standard deviation of its logarithm.

    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, chapter 14.

    >>> Lognormal.from_percentiles(p5=2, p95=8).median
    4.0
    """

    median: float
    sigma: float
    free: ClassVar[frozenset[str]] = frozenset({"sigma"})
    reads_table: ClassVar[bool] = False
    family: ClassVar[Family | None] = Family(
        solves=("median", "sigma"),
        curve=lambda z, shape, given: z,
        parameters=lambda location, scale, shape, given: {"median": location, "sigma": scale},
        logs=True,
    )

    @property
    def mean(self) -> float:
        with np.errstate(over="ignore"):
            return self.median * float(np.exp(self.sigma**2 / 2))

    @property
    def sd(self) -> float:
        with np.errstate(over="ignore"):
            return self.mean * math.sqrt(np.expm1(self.sigma**2))

    @property
    def base(self) -> float:
        return self.median

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _quantile(self, u: Array, v: Array) -> Array:
        return self._from_normal(nearer_score(u, v))

    def _from_normal(self, z: Array) -> Array:
        return self.median * np.exp(self.sigma * z)

    def live(self, u: Any) -> Any:
        return self.median * exp(self.sigma * normal_quantile(u))

    def live_cdf(self, x: Any) -> Any:
        return where(above(x, 0), normal_cdf(log(x / self.median) / self.sigma), 0)

    def _score(self, x: Array) -> Array:
        return np.log(x / self.median) / self.sigma

    def _complaints(self) -> Iterator[str]:
        if self.median <= 0:
            yield expected("median > 0", self.median)
        if self.sigma <= 0:
            yield expected("sigma > 0", self.sigma)
