"""Weibull: positive, skewed either way; times until something happens."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import gamma, log_ndtr

from ..operations import exp, log, maximum, power
from .base import Array, distribution, nearer_score
from .percentiles import Family, Given
from .spelling import expected
from .tables import Continuous


def _parameters(location: float, scale: float, shape: float, given: Given) -> dict[str, float]:
    return {"shape": 1 / scale, "scale": location}


@distribution("weibull")
@dataclass(frozen=True)
class Weibull(Continuous):
    """Weibull with ``shape`` (a plain number) and ``scale`` (the unit of the quantity), its 63.2nd percentile.

    P(X > x) = exp(-(x / scale) to the power of shape); shape 1 is the exponential. Johnson, Kotz and Balakrishnan
    (1994), Continuous Univariate Distributions 1, chapter 21.

    >>> Weibull(1, 3).mean
    3.0
    """

    shape: float
    scale: float
    free: ClassVar[frozenset[str]] = frozenset({"shape"})
    family: ClassVar[Family] = Family(
        solves=("shape", "scale"),
        curve=lambda z, shape, given: np.log(-log_ndtr(-z)),
        parameters=_parameters,
        logs=True,
    )

    @property
    def mean(self) -> float:
        return self.scale * float(gamma(1 + 1 / self.shape))

    @property
    def sd(self) -> float:
        first, second = float(gamma(1 + 1 / self.shape)), float(gamma(1 + 2 / self.shape))
        return self.scale * math.sqrt(max(second - first * first, 0.0)) if math.isfinite(second) else math.inf

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _quantile(self, u: Array, v: Array) -> Array:
        survived = np.where(u <= v, np.log1p(-np.minimum(u, 0.5)), np.log(v))
        return self.scale * np.power(-survived, 1 / self.shape)

    def live(self, u: Any) -> Any:
        return self.scale * power(-log(1 - u), 1 / self.shape)

    def live_cdf(self, x: Any) -> Any:
        return 1 - exp(-power(maximum(0, x / self.scale), self.shape))

    def _score(self, x: Array) -> Array:
        survived = -np.power(x / self.scale, self.shape)
        return nearer_score(-np.expm1(survived), np.exp(survived))

    def _complaints(self) -> Iterator[str]:
        if self.shape <= 0:
            yield expected("shape > 0", self.shape)
        if self.scale <= 0:
            yield expected("scale > 0", self.scale)
