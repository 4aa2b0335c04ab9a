"""Distributions of single values: where in normal scores one value ends and the next begins."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .base import Array, Distribution


@dataclass(frozen=True, eq=False)
class Steps:
    """Values by normal score: ``values[k]`` for scores above ``edges[k - 1]`` and up to ``edges[k]``.

    There is one edge (in rising order) less than there are values (in rising order).
    """

    edges: Array
    values: Array

    def read(self, z: Array) -> Array:
        """Return the values at scores of any shape; NaN for NaN."""
        place = np.searchsorted(self.edges, z, side="left") if self.edges.size != 1 else (z > self.edges[0]).view("i1")
        found = np.asarray(self.values.take(place))
        missing = np.isnan(z)
        if missing.any():
            found[missing] = np.nan
        return found


class Stepped(Distribution):
    """A distribution whose values are few, each with its probability."""

    @property
    def atoms(self) -> tuple[float, ...]:
        """All of its values."""
        return tuple(self.steps().values.tolist())

    @abstractmethod
    def _steps(self) -> tuple[Array, Array]:
        """Edges in normal scores and the values between them."""

    @cached_property
    def _cached_steps(self) -> Steps:
        edges, values = self._steps()
        return Steps(np.asarray(edges, dtype=np.float64), np.asarray(values, dtype=np.float64))

    def steps(self) -> Steps:
        """Return the values with the normal scores between them, for engines that read plain arrays."""
        return self._cached_steps

    def _from_normal(self, z: Array) -> Array:
        return self.steps().read(z)

    def score(self, x: float | Array) -> Array:
        """Return the normal scores at which values ``x`` are reached: Phi(score(x)) = P(X <= x)."""
        x = np.asarray(x, dtype=np.float64)
        found = self.steps()
        levels = np.concatenate([[-np.inf], found.edges, [np.inf]])
        return np.where(np.isnan(x), np.nan, levels[np.searchsorted(found.values, x, side="right")])

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what follows from the parameters."""
        return {name: value for name, value in self.__dict__.items() if name != "_cached_steps"}
