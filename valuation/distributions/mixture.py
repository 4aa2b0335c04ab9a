"""Mixture: one of several distributions, each with its probability."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from scipy.special import ndtr

from .base import Argument, Array, Distribution, argument_spelled, distribution, nearer_score
from .lognormal import Lognormal
from .spelling import chance, expected
from .tables import Continuous

HALVINGS: Final = 80
ROUNDING: Final = 1e-15


@distribution("mixture")
@dataclass(frozen=True)
class Mixture(Continuous):
    """One of ``parts`` (the unit of the quantity), each with its weight; ``weights`` sum to 1.

    F(x) = sum of weight x F_part(x), inverted by halving between the quantiles of the parts, which enclose it. Johnson,
    Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, section 12.4. Parts may be truncated, single
    values or mixtures themselves.
    """

    parts: tuple[Distribution, ...]
    weights: tuple[float, ...]
    free: ClassVar[frozenset[str]] = frozenset({"weights"})

    @property
    def smooth(self) -> bool:
        """Whether no part has kinks, or begins or ends in the midst of the others."""
        endless = (isinstance(part, Lognormal) or part.support == (-math.inf, math.inf) for part, _ in self._likely)
        return all(endless) and all(part.smooth for part, _ in self._likely)

    @property
    def atoms(self) -> tuple[float, ...]:
        """Single values that have a probability of their own."""
        return tuple(sorted({value for part, _ in self._likely for value in part.atoms}))

    @property
    def _likely(self) -> list[tuple[Distribution, float]]:
        return [(part, weight) for part, weight in zip(self.parts, self.weights, strict=False) if weight > 0]

    @property
    def mean(self) -> float:
        return math.fsum(weight * part.mean for part, weight in self._likely)

    @property
    def sd(self) -> float:
        off = ((weight, part.sd, part.mean - self.mean) for part, weight in self._likely)
        return math.sqrt(math.fsum(weight * (sd * sd + away * away) for weight, sd, away in off))

    @property
    def support(self) -> tuple[float, float]:
        supports = [part.support for part, _ in self._likely]
        return min(low for low, _ in supports), max(high for _, high in supports)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        """P(X <= x) and P(X > x), each summed on its own side."""
        scores = [(weight, part.score(x)) for part, weight in self._likely]
        below, above = np.zeros(x.shape), np.zeros(x.shape)
        for weight, score in scores:
            below += weight * ndtr(score)
            above += weight * ndtr(-score)
        return below, above

    def _quantile(self, u: Array, v: Array) -> Array:
        z = nearer_score(u, v)
        ends = np.array([part.exact(z) for part, _ in self._likely])
        low, high = ends.min(axis=0), ends.max(axis=0)
        for _ in range(HALVINGS):
            middle = low + (high - low) / 2
            below, above = self._tails(middle)
            reached = np.where(u <= v, below >= u, above <= v)
            going = high - low > ROUNDING * np.maximum(np.abs(low), np.abs(high))  # each stops by itself alone
            low, high = np.where(going & ~reached, middle, low), np.where(going & reached, middle, high)
            if not going.any():
                break
        for value in self.atoms:  # exactly, where halving came as near as digits allow
            at = np.abs(high - value) <= ROUNDING * max(2 * abs(value), self.sd)
            high = np.where(at, value, high)
        found: Array = high
        return found

    def score(self, x: float | Array) -> Array:
        """Return the normal scores at which values ``x`` are reached: Phi(score(x)) = P(X <= x)."""
        return nearer_score(*self._tails(np.asarray(x, dtype=np.float64)))

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The weight of each part by its spelling."""
        return {str(part): weight for part, weight in zip(self.parts, self.weights, strict=False)}

    def _faults(self) -> list[str]:
        if not self.parts or len(self.parts) != len(self.weights):
            return [f"one weight a part expected, found {len(self.parts)} and {len(self.weights)}"]
        of_parts = [f"{part.name}: {complaint}" for part in self.parts for complaint in part._faults()]
        return of_parts or list(self._complaints())

    def _complaints(self) -> Iterator[str]:
        outside = [weight for weight in self.weights if not 0 <= weight <= 1]
        total = math.fsum(self.weights)
        if outside:
            yield expected("weights between 0% and 100%", *outside)
        elif abs(total - 1) > 1e-9:
            yield f"weights that sum to 100% expected, found {100 * total:.12g}%"
        elif all(part.atoms for part, _ in self._likely):
            yield "a mixture with a continuous part expected; use discrete for single values"

    def _arguments(self, format: Callable[[float], str]) -> Iterator[str]:
        for part, weight in zip(self.parts, self.weights, strict=False):
            yield f"{part.shown(format)} at {chance(weight)}"

    @classmethod
    def names(cls) -> list[str]:
        """Return no names: parts stand one after the other."""
        return []

    @classmethod
    def signature(cls) -> str:
        return "mixture(distribution at weight, ...)"

    @classmethod
    def from_arguments(cls, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
        """Build from pairs (distribution, weight), or return the complaint about what is no such pair."""
        pairs: list[tuple[Distribution, float]] = []
        strangers = list(named)
        for found in positional:
            if isinstance(found, tuple) and isinstance(found[0], Distribution):
                pairs.append((found[0], found[1]))
            else:
                bare = " without a weight" if isinstance(found, Distribution) else ""
                strangers.append(argument_spelled(found) + bare)
        if strangers or not pairs:
            return f"{cls.signature()} expected, found {', '.join(strangers) or 'nothing'}"
        return cls(tuple(part for part, _ in pairs), tuple(weight for _, weight in pairs))
