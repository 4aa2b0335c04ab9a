"""From a design's independent normals to scores that depend on each other as the case says.

The same draws have the same digits whatever library adds them up, in whatever order and however many at once, and an
input without influence changes none of them. For that, weights are rounded to multiples of 2**-20, a millionth, and
normals taken apart into multiples of 2**-24 and what is left of them: all products and sums are then exact, so that
nothing hangs on their order, and the fastest product of matrices may be used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]

WEIGHT: Final = 2.0**-20
"""Weights are multiples of it."""
_TO_24: Final = 1.5 * 2.0**28
_TO_48: Final = 1.5 * 2.0**4
"""Added to a number and taken away again, these leave multiples of 2**-24 and 2**-48."""


@dataclass(frozen=True, eq=False)
class Mixing:
    """The steps from normals to scores, as arrays.

    ``along`` (inputs, directions) is orthonormal. ``take`` puts the inputs of the design into the order in which
    dependence is built up, ``give`` into that of the case; ``factor`` is lower triangular in the order between, for the
    first rows, which take part in dependence; the others stay as they are.
    """

    along: Array
    take: Places
    factor: Array
    give: Places

    @property
    def places(self) -> Places:
        """The inputs of the case in the order in which dependence is built up."""
        return np.argsort(self.give)

    @property
    def inputs(self) -> int:
        """How many inputs there are."""
        return len(self.take)

    @cached_property
    def weights(self) -> Array:
        """All steps as one matrix (inputs, directions and inputs), rounded to multiples of WEIGHT."""
        own = np.eye(self.inputs)
        # the component along the directions gives way to the leading dimensions
        found = np.hstack([self.along, own - _product(self.along, self.along.T)])[self.take]
        size = len(self.factor)
        found[:size] = _product(self.factor, found[:size])
        rounded: Array = np.rint(found[self.give] / WEIGHT) * WEIGHT
        return rounded

    def apply(self, normals: Array) -> Array:
        """Return scores (inputs, draws) from normals (directions and inputs, draws)."""
        weights, count = self.weights, len(normals)
        parts = np.empty((2 * count, normals.shape[1]))
        main, rest = parts[:count], parts[count:]
        np.add(normals, _TO_24, out=main)
        main -= _TO_24
        np.subtract(normals, main, out=rest)
        rest += _TO_48
        rest -= _TO_48
        scores: Array = weights @ main
        scores += weights @ rest
        return scores

    def matrix(self) -> Array:
        """Return the whole as one matrix (inputs, directions and inputs)."""
        return self.weights


def _product(left: Array, right: Array) -> Array:
    """The product of two matrices, each sum in the order of its terms."""
    found = np.zeros((left.shape[0], right.shape[1]))
    for column, row in zip(left.T, right, strict=True):
        found += np.outer(column, row)
    return found
