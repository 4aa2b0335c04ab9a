"""Truncation: any continuous distribution, given that it lies between two bounds: ``lognormal(10, 0.4, max=25)``.

What lies outside is not moved to the bounds but ruled out, so no draw stands on a bound.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri_exp

from ..formula import Formula
from .base import Array, Distribution
from .spelling import expected
from .tables import Continuous, moments

BOUNDS: Final = ("min", "max")
LEAST: Final = 0.05


def cut_score(log_u: Array, log_v: Array, start: float, end: float) -> Array:
    """Return standard normal quantiles given that they lie from ``start`` to ``end``, at u = 1 - v, as logarithms.

    The smaller tail is the one inverted: bounds 30 standard deviations away from the mean still work.
    """
    below = np.logaddexp(log_v + log_ndtr(start), log_u + log_ndtr(end))
    above = np.logaddexp(log_v + log_ndtr(-start), log_u + log_ndtr(-end))
    scores: Array = np.where(below < above, ndtri_exp(np.minimum(below, 0)), -ndtri_exp(np.minimum(above, 0)))
    return scores


def _endless(bound: Any) -> bool:
    return isinstance(bound, float) and math.isinf(bound)


class Cut(Continuous):
    """What is left of a whole distribution between two bounds, conditioned by its own distribution function.

    F(x) = (F0(x) - F0(low)) / (F0(high) - F0(low)). Johnson, Kotz and Balakrishnan (1994), Continuous Univariate
    Distributions 1, section 12.1 (truncation). In normal scores every distribution is a rising function of one bell
    curve, so it is the bell curve that is cut, and all are cut alike.
    """

    @property
    @abstractmethod
    def whole(self) -> Distribution:
        """The distribution before it was cut."""

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """The bounds, infinite where there is none."""

    @cached_property
    def _cached_ends(self) -> tuple[float, float]:
        low, high = self.bounds
        return float(self.whole.score(low)), float(self.whole.score(high))

    @cached_property
    def _cached_moments(self) -> tuple[float, float]:
        return moments(self.exact, smooth=self.whole.smooth)

    @property
    def smooth(self) -> bool:
        """Whether the whole one is."""
        return self.whole.smooth

    @property
    def mean(self) -> float:
        return self._cached_moments[0]

    @property
    def sd(self) -> float:
        return self._cached_moments[1]

    @property
    def base(self) -> float:
        low, high = self.support
        kept = self.whole.has_mode and low <= self.whole.base <= high
        return self.whole.base if kept else float(self.quantile(0.5))

    @property
    def support(self) -> tuple[float, float]:
        (low, high), (lowest, highest) = self.bounds, self.whole.support
        return max(low, lowest), min(high, highest)

    def _quantile(self, u: Array, v: Array) -> Array:
        return self.whole.exact(cut_score(np.log(u), np.log(v), *self._cached_ends))

    def live(self, u: Any) -> Any:
        """By distribution function and quantile of the whole; None where plain numbers leave less than ``LEAST`` of it.

        Of less a difference of probabilities has too few digits.
        """
        whole, (low, high) = self.whole, self.bounds
        if type(whole).live_cdf is Distribution.live_cdf or not self._leaves_enough():
            return None
        if _endless(low):
            return whole.live(u * whole.live_cdf(high))
        before = (1 - u) * whole.live_cdf(low)
        return whole.live(before + (u if _endless(high) else u * whole.live_cdf(high)))

    def _leaves_enough(self) -> bool:
        if any(isinstance(number, Formula) for number in (*self.bounds, *vars(self.whole).values())):
            return True
        start, end = self._cached_ends
        return bool(ndtr(end) - ndtr(start) >= LEAST)

    def _score(self, x: Array) -> Array:
        start, end = self._cached_ends
        z = self.whole.score(x)
        left, right = _between(start, z), _between(z, end)
        total = np.logaddexp(left, right)
        scores: Array = np.where(left < right, ndtri_exp(left - total), -ndtri_exp(right - total))
        return scores


def _between(low: Array | float, high: Array | float) -> Array:
    """Logarithm of the standard normal mass from ``low`` to ``high``, from the tail on whose side they lie."""
    low, high = np.broadcast_arrays(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
    flip = low + high > 0
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    mass: Array = log_ndtr(b) + np.log1p(-np.exp(log_ndtr(a) - log_ndtr(b)))
    return mass


@dataclass(frozen=True)
class Truncated(Cut):
    """``inner`` given that it lies between ``low`` and ``high`` (the unit of the quantity); files say min and max.

    Parameters and percentiles of ``inner`` describe it before it is cut, ``mean`` and ``sd`` what remains.
    """

    inner: Distribution
    low: float = -math.inf
    high: float = math.inf

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of what is cut."""
        return self.inner.name

    @property
    def whole(self) -> Distribution:
        return self.inner

    @property
    def bounds(self) -> tuple[float, float]:
        return self.low, self.high

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters of what is cut, and the bounds."""
        return {**self.inner.parameters, "min": self.low, "max": self.high}

    def _faults(self) -> list[str]:
        return self.inner._faults() or list(self._complaints())

    def _complaints(self) -> Iterator[str]:
        if math.isnan(self.low) or math.isnan(self.high):
            yield expected("min and max that are numbers", self.low, self.high)
        elif self.low >= self.high:
            yield expected("min < max", self.low, self.high)
        elif self.inner.atoms:
            yield "min and max cut what is continuous; leave out the values outside them instead"
        elif not self._leaves_something():
            low, high = self.inner.quantile(np.array([0.001, 0.999]))
            yield f"min and max that leave something of it expected: it lies from {low:g} to {high:g}"

    def _leaves_something(self) -> bool:
        """Whether the bounds leave a part of it that has a probability in floating point."""
        (start, end), (low, high) = self._cached_ends, self.support
        if not (start < end and low < high):
            return False
        left, right = self.quantile(np.array([0.25, 0.75]))
        return bool(low < left < right < high)

    def _arguments(self, format: Callable[[float], str]) -> Iterator[str]:
        yield from self.inner._arguments(format)
        if self.low > -math.inf:
            yield f"min={format(self.low)}"
        if self.high < math.inf:
            yield f"max={format(self.high)}"


def cut(built: Distribution, bounds: Mapping[str, float]) -> Truncated:
    """Return a distribution cut at ``min`` and ``max``, of which one may be missing."""
    return Truncated(built, bounds.get("min", -math.inf), bounds.get("max", math.inf))
