"""From a design's independent normals to scores that depend on each other as the case says.

Sums are carried out in one order, row by row, whatever the library, its threads and the number of draws at once: the
same draws have the same digits, and an input without influence changes none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]

_ROWS: Final = 16


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

    def apply(self, normals: Array) -> Array:
        """Return scores (inputs, draws) from normals (directions and inputs, draws)."""
        count = self.along.shape[1]
        own = normals[count:]
        if count:
            # the component along the directions gives way to the leading dimensions
            own = own + product(self.along, normals[:count] - product(self.along.T, own))
        waiting = own[self.take]
        size = len(self.factor)
        mixed = waiting.copy()
        for start in range(0, size, _ROWS):
            stop = min(start + _ROWS, size)
            mixed[start:stop] = product(self.factor[start:stop, :stop], waiting[:stop])
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
