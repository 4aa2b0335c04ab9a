"""PERT: a beta distribution told by its lowest, most likely and highest value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from ..quantiles import beta_quantile, by_ones
from .base import Array, distribution
from .beta import unit_beta, unit_beta_score
from .percentiles import Family, Given
from .spelling import expected
from .tables import Continuous


def _placed(location: float, scale: float, shape: float, given: Given) -> dict[str, float]:
    return {"low": location, "mode": location + shape * scale, "high": location + scale}


@distribution("pert")
@dataclass(frozen=True)
class Pert(Continuous):
    """PERT with ``low``, ``mode`` and ``high`` in the unit of the quantity.

    ``shape`` is the weight of the mode in the mean, (low + shape * mode + high) / (shape + 2): 4 is the classical
    choice (Malcolm, Roseboom, Clark and Fazar 1959), others make the modified PERT (Vose 2008).

    >>> Pert(0.24, 0.31, 0.38).mean
    0.31
    """

    low: float
    mode: float
    high: float
    shape: float = 4.0
    free: ClassVar[frozenset[str]] = frozenset({"shape"})
    has_mode: ClassVar[bool] = True
    family: ClassVar[Family] = Family(
        solves=("low", "mode", "high"),
        curve=lambda z, shape, given: Pert(0, shape, 1, given.get("shape", 4.0)).exact(z),
        parameters=_placed,
        shape=(0, 1),
    )

    @property
    def mean(self) -> float:
        return (self.low + self.shape * self.mode + self.high) / (self.shape + 2)

    @property
    def sd(self) -> float:
        return math.sqrt((self.mean - self.low) * (self.high - self.mean) / (self.shape + 3))

    @property
    def base(self) -> float:
        return self.mode

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def _quantile(self, u: Array, v: Array) -> Array:
        return self.low + (self.high - self.low) * unit_beta(*self._shapes, u, v)

    @property
    def _shapes(self) -> tuple[Any, Any]:
        width, shape = self.high - self.low, by_ones(self.shape, self.low, self.mode, self.high)
        return 1 + shape * (self.mode - self.low) / width, 1 + shape * (self.high - self.mode) / width

    def live(self, u: Any) -> Any:
        return beta_quantile(u, *self._shapes, self.low, self.high)

    def _score(self, x: Array) -> Array:
        width = self.high - self.low
        return unit_beta_score(*self._shapes, (x - self.low) / width, (self.high - x) / width)

    def _complaints(self) -> Iterator[str]:
        if not self.low <= self.mode <= self.high:
            yield expected("low <= mode <= high", self.low, self.mode, self.high)
        elif self.low == self.high:
            yield expected("low < high", self.low, self.high)
        if self.shape <= 0:
            yield expected("shape > 0", self.shape)
