"""Gamma: positive and skewed, with a lighter tail than the lognormal; times, losses and claims."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv

from ..quantiles import gamma_quantile
from .base import Array, distribution, nearer_score
from .percentiles import Family, Given
from .spelling import expected
from .tables import Continuous


def _curve(z: Array, log_shape: float, given: Given) -> Array:
    return np.log(Gamma(math.exp(log_shape), 1).exact(z))


def _parameters(location: float, scale: float, log_shape: float, given: Given) -> dict[str, float]:
    return {"shape": math.exp(log_shape), "scale": location}


@distribution("gamma")
@dataclass(frozen=True)
class Gamma(Continuous):
    """Gamma with ``shape`` (a plain number) and ``scale`` (the unit of the quantity): mean shape x scale.

    The standard deviation is sqrt(shape) x scale. Johnson, Kotz and Balakrishnan (1994), Continuous Univariate
    Distributions 1, chapter 17; DLMF 8.2.

    >>> Gamma(4, 2.5).mean, Gamma(4, 2.5).sd
    (10.0, 5.0)
    """

    shape: float
    scale: float
    free: ClassVar[frozenset[str]] = frozenset({"shape"})
    family: ClassVar[Family] = Family(
        solves=("shape", "scale"), curve=_curve, parameters=_parameters, shape=(-4, 14), scaled=False, logs=True
    )

    @property
    def mean(self) -> float:
        return self.shape * self.scale

    @property
    def sd(self) -> float:
        return math.sqrt(self.shape) * self.scale

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _quantile(self, u: Array, v: Array) -> Array:
        lower = u <= v
        left: Array = gammaincinv(self.shape, np.where(lower, u, 0.5))
        right: Array = gammainccinv(self.shape, np.where(lower, 0.5, v))
        return self.scale * np.where(lower, left, right)

    def live(self, u: Any) -> Any:
        return gamma_quantile(u, self.shape, self.scale)

    def _score(self, x: Array) -> Array:
        return nearer_score(gammainc(self.shape, x / self.scale), gammaincc(self.shape, x / self.scale))

    def _complaints(self) -> Iterator[str]:
        if self.shape <= 0:
            yield expected("shape > 0", self.shape)
        if self.scale <= 0:
            yield expected("scale > 0", self.scale)
