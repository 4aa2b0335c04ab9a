"""Normal: the bell curve, without bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ..operations import normal_cdf
from ..quantiles import normal_quantile
from .base import Array, distribution, nearer_score
from .percentiles import Family
from .spelling import expected
from .tables import Continuous


@distribution("normal")
@dataclass(frozen=True)
class Normal(Continuous):
    """Normal with mean ``mu`` and standard deviation ``sigma``, in the unit of the quantity; files say mean and sd.

    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, chapter 13.

    >>> str(Normal(10, 2))
    'normal(10, 2)'
    """

    mu: float = field(metadata={"name": "mean"})
    sigma: float = field(metadata={"name": "sd"})
    reads_table: ClassVar[bool] = False
    family: ClassVar[Family] = Family(
        solves=("mean", "sd"),
        curve=lambda z, shape, given: z,
        parameters=lambda location, scale, shape, given: {"mean": location, "sd": scale},
    )

    @property
    def mean(self) -> float:
        return self.mu

    @property
    def sd(self) -> float:
        return self.sigma

    @property
    def base(self) -> float:
        return self.mu

    @property
    def support(self) -> tuple[float, float]:
        return -np.inf, np.inf

    def _quantile(self, u: Array, v: Array) -> Array:
        return self._from_normal(nearer_score(u, v))

    def _from_normal(self, z: Array) -> Array:
        return self.mu + self.sigma * z

    def live(self, u: Any) -> Any:
        return self.mu + self.sigma * normal_quantile(u)

    def live_cdf(self, x: Any) -> Any:
        return normal_cdf((x - self.mu) / self.sigma)

    def _score(self, x: Array) -> Array:
        return (x - self.mu) / self.sigma

    def _complaints(self) -> Iterator[str]:
        if self.sigma <= 0:
            yield expected("sd > 0", self.sigma)
