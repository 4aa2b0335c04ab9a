"""Discrete: one of a few values, each with its probability."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtri

from ..operations import above, at_most, both
from .base import Argument, Array, Distribution, argument_spelled, distribution
from .spelling import chance, expected, spelled
from .steps import Stepped


@distribution("discrete")
@dataclass(frozen=True)
class Discrete(Stepped):
    """One of ``values`` (the unit of the quantity) with ``probabilities``, which sum to 1.

    >>> str(Discrete((10, 20), (0.3, 0.7)))
    'discrete(10 at 30%, 20 at 70%)'
    """

    values: tuple[float, ...]
    probabilities: tuple[float, ...]
    free: ClassVar[frozenset[str]] = frozenset({"probabilities"})

    @property
    def mean(self) -> float:
        return math.fsum(value * p for value, p in self._outcomes)

    @property
    def sd(self) -> float:
        return math.sqrt(math.fsum(p * (value - self.mean) ** 2 for value, p in self._outcomes))

    @property
    def support(self) -> tuple[float, float]:
        possible = [value for value, p in self._outcomes if p > 0]
        return min(possible, default=math.nan), max(possible, default=math.nan)

    @property
    def _outcomes(self) -> list[tuple[float, float]]:
        return sorted(zip(self.values, self.probabilities, strict=False))

    @property
    def _possible(self) -> Array:
        return np.array([value for value, p in self._outcomes if p > 0])

    @property
    def _ends(self) -> Array:
        """Cumulative probabilities but the last, which is 1 whatever rounding says."""
        return np.cumsum([p for _, p in self._outcomes if p > 0])[:-1]

    def _quantile(self, u: Array, v: Array) -> Array:
        return np.where(np.isnan(u), np.nan, self._possible[np.searchsorted(self._ends, u, side="left")])

    def live(self, u: Any) -> Any:
        """By a step for each value; Formulas cannot be sorted, so they must be in rising order."""
        values: Sequence[Any] = self.values
        probabilities: Sequence[Any] = self.probabilities
        if all(isinstance(number, int | float) for number in (*values, *probabilities)):
            values, probabilities = self._possible.tolist(), [p for _, p in self._outcomes if p > 0]
        if len(values) == 1:
            return values[0]
        ends = list(accumulate(probabilities[:-1]))
        found = values[0] * at_most(u, ends[0])
        for value, low, high in zip(values[1:-1], ends[:-1], ends[1:], strict=True):
            found = found + value * both(above(u, low), at_most(u, high))
        return found + values[-1] * above(u, ends[-1])

    def _steps(self) -> tuple[Array, Array]:
        return ndtri(self._ends), self._possible

    def _faults(self) -> list[str]:
        if not self.values or len(self.values) != len(self.probabilities):
            return [f"one probability a value expected, found {len(self.values)} and {len(self.probabilities)}"]
        unreal = [number for number in (*self.values, *self.probabilities) if not math.isfinite(number)]
        return [expected("finite numbers", *unreal)] if unreal else list(self._complaints())

    def _complaints(self) -> Iterator[str]:
        outside = [p for p in self.probabilities if not 0 <= p <= 1]
        if outside:
            yield expected("probabilities between 0% and 100%", *outside)
        total = math.fsum(self.probabilities)
        if abs(total - 1) > 1e-9:
            yield f"probabilities that sum to 100% expected, found {100 * total:.12g}%"
        doubled = sorted(value for value, times in Counter(self.values).items() if times > 1)
        if doubled:
            yield f"different values expected, found {', '.join(map(spelled, doubled))} more than once"

    def _arguments(self, format: Callable[[float], str]) -> Iterator[str]:
        for value, p in zip(self.values, self.probabilities, strict=False):
            yield f"{format(value)} at {chance(p)}"

    @classmethod
    def signature(cls) -> str:
        return "discrete(value at probability, ...)"

    @classmethod
    def from_arguments(cls, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
        """Build from pairs (value, probability), or return the complaint about what is not a pair."""
        pairs: list[tuple[float, float]] = []
        strangers = list(named)
        for found in positional:
            if isinstance(found, tuple) and not isinstance(found[0], Distribution):
                pairs.append((found[0], found[1]))
            else:
                strangers.append(argument_spelled(found))
        if strangers or not pairs:
            return f"{cls.signature()} expected, found {', '.join(strangers) or 'nothing'}"
        return cls(tuple(value for value, _ in pairs), tuple(p for _, p in pairs))
