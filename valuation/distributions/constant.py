"""Constant: no uncertainty, so that a distribution can be switched off in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .base import Array, distribution
from .steps import Stepped


@distribution("constant")
@dataclass(frozen=True)
class Constant(Stepped):
    """Always ``value``, in the unit of the quantity.

    >>> str(Constant(5))
    'constant(5)'
    """

    value: float

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

    def live(self, u: Any) -> Any:
        return self.value

    def _steps(self) -> tuple[Array, Array]:
        return np.array([]), np.array([self.value])

    def _complaints(self) -> Iterator[str]:
        yield from ()
