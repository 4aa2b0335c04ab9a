"""Event: something happens (1) or not (0)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtri

from ..operations import below, where
from .base import Array, distribution
from .spelling import chance, expected
from .steps import Stepped


@distribution("event")
@dataclass(frozen=True)
class Event(Stepped):
    """Bernoulli: 1 with ``probability``, else 0. Its base is the more likely outcome, 1 at exactly 50 %.

    Johnson, Kemp and Kotz (2005), Univariate Discrete Distributions, chapter 3.

    >>> str(Event(0.7)), Event(0.7).base
    ('event(70%)', 1.0)
    """

    probability: float
    free: ClassVar[frozenset[str]] = frozenset({"probability"})

    @property
    def mean(self) -> float:
        return self.probability

    @property
    def sd(self) -> float:
        return math.sqrt(self.probability * (1 - self.probability))

    @property
    def base(self) -> float:
        return float(self.probability >= 0.5)

    @property
    def support(self) -> tuple[float, float]:
        return float(self.probability >= 1), float(self.probability > 0)

    def _quantile(self, u: Array, v: Array) -> Array:
        return np.where(np.isnan(u), np.nan, (v < self.probability).astype(np.float64))

    def live(self, u: Any) -> Any:
        return where(below(1 - u, self.probability), 1, 0)

    def _steps(self) -> tuple[Array, Array]:
        return np.array([-ndtri(self.probability)]), np.array([0.0, 1.0])

    def _complaints(self) -> Iterator[str]:
        if not 0 <= self.probability <= 1:
            yield expected("a probability between 0% and 100%", self.probability)

    def _arguments(self, format: Callable[[float], str]) -> Iterator[str]:
        yield chance(self.probability)
