"""Empirical: the numbers that were observed, and what lies between neighbours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from .base import Argument, Array, Distribution, argument_spelled, distribution, nearer_score
from .spelling import expected
from .tables import Continuous

FEWEST: Final = 2
MOST: Final = 100_000
SHOWN: Final = 12


@distribution("empirical")
@dataclass(frozen=True)
class Empirical(Continuous):
    """Quantiles between the sorted ``values`` (the unit of the quantity), interpolated as Excel's PERCENTILE does.

    Of n values the k-th smallest is the quantile at (k - 1) / (n - 1): definition 7 of Hyndman and Fan (1996), Sample
    Quantiles in Statistical Packages, American Statistician 50(4), page 363. ``column`` says where they stand, such as
    "history/margins.csv, margin"; empty where they are written out.

    >>> str(Empirical((3, 5, 8, 13))), float(Empirical((3, 5, 8, 13)).quantile(0.5))
    ('empirical(3, 5, 8, 13)', 6.5)
    """

    values: tuple[float, ...]
    column: str = ""

    @property
    def smooth(self) -> bool:
        """No: quantiles have a kink at each value."""
        return False

    @cached_property
    def _cached_sorted(self) -> Array:
        return np.sort(np.array(self.values, dtype=np.float64))

    @cached_property
    def _cached_moments(self) -> tuple[float, float]:
        left, right = self._cached_sorted[:-1], self._cached_sorted[1:]
        mean = float(np.mean(left + right)) / 2
        a, b = left - mean, right - mean
        return mean, math.sqrt(float(np.mean(a * a + a * b + b * b)) / 3)

    @property
    def mean(self) -> float:
        return self._cached_moments[0]

    @property
    def sd(self) -> float:
        return self._cached_moments[1]

    @property
    def support(self) -> tuple[float, float]:
        return float(self._cached_sorted[0]), float(self._cached_sorted[-1])

    def _quantile(self, u: Array, v: Array) -> Array:
        found = self._cached_sorted
        place = u * (len(found) - 1)
        below = np.clip(np.nan_to_num(np.floor(place)), 0, len(found) - 2).astype(np.intp)
        part = place - below
        between: Array = found[below] * (1 - part) + found[below + 1] * part
        return between

    def _score(self, x: Array) -> Array:
        found = self._cached_sorted
        count = len(found) - 1
        above = np.clip(np.searchsorted(found, x, side="right"), 1, count)
        left, right = found[above - 1], found[above]
        part = np.where(right > left, (x - left) / (right - left), 1.0)
        return nearer_score((above - 1 + part) / count, (count - above + 1 - part) / count)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Where the values stand, and how many there are."""
        return {"column": self.column, "values": len(self.values)}

    def _faults(self) -> list[str]:
        unreal = [value for value in self.values if not math.isfinite(value)]
        return [expected("finite numbers", *unreal[:SHOWN])] if unreal else list(self._complaints())

    def _complaints(self) -> Iterator[str]:
        where = f" in {self.column}" if self.column else ""
        if not FEWEST <= len(self.values) <= MOST:
            yield f"{FEWEST} to {MOST} numbers{where} expected, found {len(self.values)}"
        elif min(self.values) == max(self.values):
            yield expected(f"numbers that differ{where}", self.values[0])

    def _arguments(self, format: Callable[[float], str]) -> Iterator[str]:
        yield from [self.column] if self.column else map(format, self.values)

    @classmethod
    def names(cls) -> list[str]:
        """Return no names: the values are one after the other."""
        return []

    @classmethod
    def signature(cls) -> str:
        return "empirical(3, 5, 8, ...) or empirical(folder/file.csv, column)"

    @classmethod
    def from_arguments(cls, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
        """Build from the values, or return the complaint about what is none."""
        values = [float(value) for value in positional if isinstance(value, (int, float))]
        if named or len(values) < len(positional):
            strangers = list(named) or [argument_spelled(v) for v in positional if not isinstance(v, (int, float))]
            return f"{cls.signature()} expected, found {', '.join(strangers[:SHOWN])}"
        return cls(tuple(values))
