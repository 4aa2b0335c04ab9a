"""From a design's independent normals to scores that depend on each other as the case says.

The same draws have the same digits whatever the library, its threads and the number of draws at once, and an input
without influence changes none of them. Sums of few terms are carried out in one order. The many of dependence have no
need of one, because they are exact: the factor consists of multiples of 2**-20, a millionth, and what it is applied to
is taken apart into multiples of 2**-24 and of 2**-48, so that no product or sum is rounded but the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]

WEIGHT: Final = 2.0**-20
"""The factors of dependence are multiples of it."""
_TO_24: Final = 1.5 * 2.0**28
_TO_48: Final = 1.5 * 2.0**4
"""Added to a number and taken away again, these leave a multiple of 2**-24 and of 2**-48."""


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

    @classmethod
    def of(cls, along: Array, take: Places, factor: Array, give: Places) -> Mixing:
        """The mixing whose factor is the given one to half a millionth."""
        return cls(along, take, np.rint(factor / WEIGHT) * WEIGHT, give)

    @property
    def places(self) -> Places:
        """The inputs of the case in the order in which dependence is built up."""
        return np.argsort(self.give)

    @property
    def inputs(self) -> int:
        """How many inputs there are."""
        return len(self.take)

    def apply(self, normals: Array) -> Array:
        """Return scores (inputs, draws) from normals (directions and inputs, draws)."""
        count = self.along.shape[1]
        own = normals[count:]
        if count:
            # the component along the directions gives way to the leading dimensions
            own = own + product(self.along, normals[:count] - product(self.along.T, own))
        mixed = own[self.take]
        size = len(self.factor)
        mixed[:size] = exact_product(self.factor, mixed[:size])
        found: Array = mixed[self.give]
        return found

    def matrix(self) -> Array:
        """Return the whole as one matrix (inputs, directions and inputs)."""
        return self.apply(np.eye(self.along.shape[1] + self.inputs))


def product(matrix: Array, columns: Array) -> Array:
    """Return the product of a matrix and columns of draws, each column summed in the same order."""
    if columns.shape[1] == 1:
        return product(matrix, np.repeat(columns, 2, axis=1))[:, :1].copy()  # einsum sums a lone column otherwise
    found: Array = np.einsum("ij,jk->ik", np.ascontiguousarray(matrix), columns)
    return found


def exact_product(matrix: Array, columns: Array) -> Array:
    """Return the product of a matrix of multiples of WEIGHT and columns of draws, rounded to multiples of 2**-48.

    It is exact as long as the sizes of the terms of a sum add up to less than 512, so in any order of them.
    """
    count, draws = columns.shape
    parts = np.empty((2 * count, draws))
    main, rest = parts[:count], parts[count:]
    np.add(columns, _TO_24, out=main)
    main -= _TO_24
    np.subtract(columns, main, out=rest)
    rest += _TO_48
    rest -= _TO_48
    found: Array = matrix @ main
    found += matrix @ rest
    return found
