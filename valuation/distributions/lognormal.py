"""Lognormal: positive and skewed to the right, the usual shape of multiples and prices."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import ndtri

from ..problems import nearest
from .base import Argument, Array, Distribution, distribution, expected


@distribution("lognormal")
@dataclass(frozen=True)
class Lognormal(Distribution):
    """Lognormal with ``median`` (the unit of the quantity) and ``sigma``, the standard deviation of its logarithm.

    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, chapter 14.

    >>> Lognormal.from_percentiles(p5=2, p95=8).median
    4.0
    """

    median: float
    sigma: float
    free: ClassVar[frozenset[str]] = frozenset({"sigma"})

    @classmethod
    def from_percentiles(cls, **given: float) -> Lognormal:
        """Return the one through two percentiles such as p5=2, p95=8; NaN parameters when there is none."""
        return cls(math.nan, math.nan) if percentile_complaint(given) else cls(*_through(given))

    @property
    def mean(self) -> float:
        return self.median * math.exp(self.sigma**2 / 2)

    @property
    def sd(self) -> float:
        return self.mean * math.sqrt(math.expm1(self.sigma**2))

    @property
    def base(self) -> float:
        return self.median

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _quantile(self, u: Array, v: Array) -> Array:
        return self._from_normal(np.where(u <= 0.5, ndtri(u), -ndtri(v)))

    def _from_normal(self, z: Array) -> Array:
        return self.median * np.exp(self.sigma * z)

    def _complaints(self) -> Iterator[str]:
        if self.median <= 0:
            yield expected("median > 0", self.median)
        if self.sigma <= 0:
            yield expected("sigma > 0", self.sigma)

    @classmethod
    def signature(cls) -> str:
        return "lognormal(median, sigma) or lognormal(p5=..., p95=...)"

    @classmethod
    def from_arguments(cls, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
        """Build from median and sigma, or from two percentiles; or return the complaint."""
        if positional or not any(map(_percentile, named)):
            return super().from_arguments(positional, named)
        return percentile_complaint(named) or cls(*_through(named))


def _score(p: float) -> float:
    # from the nearer tail, so that p5 and p95 are opposite to the last digit and the median is their geometric mean
    return float(ndtri(p / 100) if p <= 50 else -ndtri((100 - p) / 100))


def _percentile(name: str) -> float | None:
    found = re.fullmatch(r"p(\d+(?:\.\d+)?)", name)
    return float(found[1]) if found and 0 < float(found[1]) < 100 else None


def percentile_complaint(given: Mapping[str, float]) -> str:
    """Return why no lognormal has these percentiles ({"p5": 2, "p95": 8}), or an empty text."""
    strangers = [name for name in given if _percentile(name) is None]
    if strangers:
        return f"percentiles such as p5 and p95 expected, found {strangers[0]}{nearest(strangers[0], ('p5', 'p95'))}"
    names = sorted(given, key=lambda name: _percentile(name) or 0.0)
    if len(names) != 2 or _percentile(names[0]) == _percentile(names[1]):
        return f"two different percentiles expected, found {', '.join(names) or 'none'}"
    low, high = given[names[0]], given[names[1]]
    if not (0 < low < high < math.inf):
        return expected(f"0 < {names[0]} < {names[1]}", low, high)
    return ""


def _through(given: Mapping[str, float]) -> tuple[float, float]:
    (z_low, low), (z_high, high) = sorted((_score(_percentile(name) or 0.0), value) for name, value in given.items())
    sigma = math.log(high / low) / (z_high - z_low)
    return math.sqrt(low * high) * math.exp(-sigma * (z_low + z_high) / 2), sigma
