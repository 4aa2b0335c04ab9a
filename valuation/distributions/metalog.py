"""Metalog: a smooth distribution through any percentiles, with bounds or without."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from scipy.special import ndtr

from ..problems import nearest
from .base import Argument, Array, Distribution, distribution
from .percentiles import Family, between, level_complaint, met, percentile
from .spelling import expected, spelled
from .tables import COARSE, Continuous, grid, moments

FEWEST: Final = 3
MOST: Final = 10
HALVINGS: Final = 50


def basis(u: Array, v: Array, terms: int) -> Array:
    """Return the terms of the quantile function at u = 1 - v, (terms, ...): 1, L, cL, c, then powers of c in turn.

    L is the log odds of u and c its distance from a half; Keelin (2016), equations 6 and 7.
    """
    middle, odds = (u - v) / 2, np.log(u) - np.log(v)
    return np.array([np.power(middle, power) * (odds if odd else 1.0) for power, odd in _powers(terms)])


def slopes(u: Array, v: Array, terms: int) -> Array:
    """Return u v times the derivative of each term, (terms, ...), which stays finite in the tails."""
    middle, odds, both = (u - v) / 2, np.log(u) - np.log(v), u * v
    steeper = [power * np.power(middle, max(power - 1, 0)) * both for power, _ in _powers(terms)]
    return np.array(
        [
            s * odds + np.power(middle, power) if odd else s
            for s, (power, odd) in zip(steeper, _powers(terms), strict=True)
        ]
    )


def _powers(terms: int) -> list[tuple[int, bool]]:
    """The power of c in each term, and whether the log odds are a factor of it."""
    first = [(0, False), (0, True), (1, True), (1, False)]
    return [first[k] if k < 4 else (k // 2, k % 2 == 1) for k in range(terms)]


@distribution("metalog")
@dataclass(frozen=True)
class Metalog(Continuous):
    """The smooth curve through 3 to 10 percentiles, between ``low`` and ``high`` where these are given.

    ``levels`` in percent, ``values`` in the unit of the quantity, as the bounds. Unbounded it is the metalog, with one
    bound its logarithm's, with two its log odds'; as many terms as percentiles, so each is met exactly. Keelin (2016),
    The Metalog Distributions, Decision Analysis 13(4), pages 243-277.

    >>> str(Metalog((10, 50, 90), (0.2, 0.3, 0.45), low=0))
    'metalog(p10=0.2, p50=0.3, p90=0.45, low=0)'
    """

    levels: tuple[float, ...]
    values: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf

    @cached_property
    def _cached_weights(self) -> Array:
        """The weights of the terms, for which the (transformed) percentiles are met."""
        levels = np.array(self.levels)
        terms = basis(levels / 100, (100 - levels) / 100, len(levels)).T
        return np.asarray(np.linalg.solve(terms, self._inward(np.array(self.values))))

    @cached_property
    def _cached_moments(self) -> tuple[float, float]:
        if self._tail >= 0.5:
            return math.nan, math.inf
        with np.errstate(over="ignore"):
            return moments(self.exact)

    @property
    def _tail(self) -> float:
        """Of the side that has no bound while the other has: quantiles grow like this power of 1 / probability."""
        if math.isfinite(self.low) == math.isfinite(self.high):
            return 0.0
        side = 0.5 if math.isfinite(self.low) else -0.5
        powers = _powers(len(self.levels))
        return math.fsum(w * math.pow(side, p) for w, (p, odd) in zip(self._cached_weights, powers, strict=True) if odd)

    def _inward(self, x: Array) -> Array:
        """Values between the bounds, on the line without bounds."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            return np.log((x - self.low) / (self.high - x))
        if math.isfinite(self.low):
            return np.log(x - self.low)
        found: Array = -np.log(self.high - x) if math.isfinite(self.high) else x
        return found

    def _outward(self, y: Array) -> Array:
        """The line without bounds, between the bounds."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            width, odds = self.high - self.low, np.exp(-np.abs(y))
            inside: Array = np.where(y < 0, self.low + width * odds / (1 + odds), self.high - width * odds / (1 + odds))
            return inside
        if math.isfinite(self.low):
            above: Array = self.low + np.exp(y)
            return above
        below: Array = self.high - np.exp(-y) if math.isfinite(self.high) else y
        return below

    @property
    def mean(self) -> float:
        return self._cached_moments[0]

    @property
    def sd(self) -> float:
        return self._cached_moments[1]

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def _quantile(self, u: Array, v: Array) -> Array:
        with np.errstate(over="ignore"):
            return self._outward(np.tensordot(self._cached_weights, basis(u, v, len(self.levels)), 1))

    # What may be wrong --------------------------------------------------------------------------------------------

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The percentiles by name, and the bounds."""
        return {**self._points, "low": self.low, "high": self.high}

    @property
    def _points(self) -> dict[str, float]:
        return {f"p{spelled(level)}": value for level, value in zip(self.levels, self.values, strict=False)}

    def _faults(self) -> list[str]:
        with np.errstate(over="ignore", invalid="ignore"):
            return list(self._complaints())

    def _complaints(self) -> Iterator[str]:
        wrong = level_complaint(self._points, fewest=FEWEST)
        if wrong or len(self.levels) > MOST:
            yield wrong or f"{FEWEST} to {MOST} percentiles expected, found {len(self.levels)}"
        elif not self.low < self.values[0] <= self.values[-1] < self.high:
            found = [x for x in (self.low, *self.values, self.high) if math.isfinite(x)]
            ends = ["low"] * math.isfinite(self.low) + [*self._points] + ["high"] * math.isfinite(self.high)
            yield expected(" < ".join(ends), *found)
        elif not self._rises():
            yield self._remedy()

    def _slope(self) -> tuple[Array, Array]:
        """Probabilities, and what has the sign of the density there."""
        z = grid(COARSE)
        u, v = ndtr(z), ndtr(-z)
        return u, np.tensordot(self._cached_weights, slopes(u, v, len(self.levels)), 1)

    def _rises(self) -> bool:
        """Whether quantiles rise everywhere: then and only then is there such a distribution."""
        if not bool((self._slope()[1] > 0).all()):
            return False
        levels, values = np.array(self.levels) / 100, np.array(self.values)
        return met(self.quantile(levels), values)

    def _remedy(self) -> str:
        """What to change about percentiles that no metalog goes through."""
        names = list(self._points)
        if len(names) == FEWEST:
            low, high = (self._furthest(end) for end in (self.values[0], self.values[-1]))
            return between(low, high, self.values[1])
        u, slope = self._slope()
        at = 100 * float(u[int(np.argmin(slope))])
        worst = min(names, key=lambda name: abs((percentile(name) or 0) - at))
        return f"percentiles that a smooth curve meets expected: it would fall near {worst}; move it or leave it out"

    def _furthest(self, end: float) -> float:
        """How far the middle one of three percentiles may go towards an outer one."""
        first, _, last = self._inward(np.array(self.values))
        start = float(self._outward(np.array(self._straight(float(first), float(last)))))
        for _ in range(HALVINGS):
            middle = (start + end) / 2
            tried = replace(self, values=(self.values[0], middle, self.values[2]))
            start, end = (middle, end) if tried._rises() else (start, middle)
        return start

    def _straight(self, first: float, last: float) -> float:
        """Where the middle percentile has no skew: always possible."""
        odds = [math.log(level / (100 - level)) for level in self.levels]
        return first + (last - first) * (odds[1] - odds[0]) / (odds[2] - odds[0])

    # Files --------------------------------------------------------------------------------------------------------

    def _arguments(self, format: Callable[[float], str]) -> Iterator[str]:
        yield from (f"{name}={format(value)}" for name, value in self._points.items())
        yield from [f"low={format(self.low)}"] * math.isfinite(self.low)
        yield from [f"high={format(self.high)}"] * math.isfinite(self.high)

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the bounds; the others are percentiles."""
        return ["low", "high"]

    @classmethod
    def signature(cls) -> str:
        return "metalog(p10=..., p50=..., p90=...)"

    @classmethod
    def from_arguments(cls, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
        """Build from three or more percentiles and bounds, or return the complaint."""
        strangers = [name for name in named if percentile(name) is None and name not in cls.names()]
        if positional or strangers:
            hint = nearest(strangers[0], cls.names()) if strangers else ""
            return f"{cls.signature()} with low= and high= expected, found {[*strangers, 'numbers'][0]}{hint}"
        wrong = level_complaint(named, fewest=FEWEST)
        points = Family.points(named)
        bounds = {name: value for name, value in named.items() if name in cls.names()}
        return wrong or cls(tuple(points), tuple(points.values()), **bounds)
