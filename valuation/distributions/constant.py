"""Constant: no uncertainty, so that a distribution can be switched off in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .base import Array, Distribution, distribution


@distribution("constant")
@dataclass(frozen=True)
class Constant(Distribution):
    """Always ``value``, in the unit of the quantity.

    >>> str(Constant(5))
    'constant(5)'
    """

    value: float
    jumps: ClassVar[bool] = True

    @property
    def mean(self) -> float:
        return self.value

    @property
    def sd(self) -> float:
        return 0.0

    @property
    def base(self) -> float:
        return self.value

    @property
    def support(self) -> tuple[float, float]:
        return self.value, self.value

    def _quantile(self, u: Array, v: Array) -> Array:
        return np.where(np.isnan(u), np.nan, self.value)

    def _from_normal(self, z: Array) -> Array:
        return self._quantile(z, z)

    def _complaints(self) -> Iterator[str]:
        yield from ()
