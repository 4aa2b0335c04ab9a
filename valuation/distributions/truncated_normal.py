"""Truncated normal: the part of a bell curve that lies between two bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import log_ndtr, ndtri_exp

from .base import Array, distribution, expected
from .tables import Tabulated, moments


@distribution("truncated_normal")
@dataclass(frozen=True)
class TruncatedNormal(Tabulated):
    """Normal(``mu``, ``sigma``) given that it lies between ``low`` and ``high``, all in the unit of the quantity.

    Files call the first two mean and sd: they belong to the bell curve before it is cut, whereas the properties
    ``mean`` and ``sd`` are what remains after. Johnson, Kotz and Balakrishnan (1994), Continuous Univariate
    Distributions 1, section 13.10.1.
    """

    mu: float = field(metadata={"name": "mean"})
    sigma: float = field(metadata={"name": "sd"})
    low: float
    high: float

    @cached_property
    def _moments(self) -> tuple[float, float]:
        return moments(self._from_normal)

    @property
    def mean(self) -> float:
        return self._moments[0]

    @property
    def sd(self) -> float:
        return self._moments[1]

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def _quantile(self, u: Array, v: Array) -> Array:
        # both tails as logarithms, and the smaller one inverted: bounds 30 sd away from the mean still work
        start, end = (self.low - self.mu) / self.sigma, (self.high - self.mu) / self.sigma
        log_u, log_v = np.log(u), np.log(v)
        below = np.logaddexp(log_v + log_ndtr(start), log_u + log_ndtr(end))
        above = np.logaddexp(log_v + log_ndtr(-start), log_u + log_ndtr(-end))
        z: Array = np.where(below < above, ndtri_exp(np.minimum(below, 0)), -ndtri_exp(np.minimum(above, 0)))
        return self.mu + self.sigma * z

    def _complaints(self) -> Iterator[str]:
        if self.sigma <= 0:
            yield expected("sd > 0", self.sigma)
        if self.low >= self.high:
            yield expected("low < high", self.low, self.high)
