"""The correlation matrix nearest to a symmetric one that is not quite one, and the report of what that changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FLOOR: Final = 1e-8
_ITERATIONS: Final = 2000
_TOLERANCE: Final = 1e-10


@dataclass(frozen=True)
class Change:
    """What a repair did to the rank correlation of two inputs; ``given`` is false for a pair nobody mentioned."""

    between: tuple[str, str]
    before: float
    after: float
    given: bool

    @property
    def size(self) -> float:
        """How far the rank correlation moved."""
        return abs(self.after - self.before)

    def __str__(self) -> str:
        first, second = self.between
        return f"{first} and {second} {self.before:.3g}{'' if self.given else ' (not given)'} to {self.after:.3f}"


@dataclass(frozen=True)
class Repair:
    """Report of a repair: the changes of all pairs, largest first, and the eigenvalue that made it necessary."""

    smallest_eigenvalue: float
    changes: tuple[Change, ...]

    @property
    def largest_change(self) -> float:
        """Largest change of any pair's rank correlation."""
        return self.changes[0].size

    @property
    def requested(self) -> tuple[Change, ...]:
        """Changes of the pairs that somebody gave, largest first."""
        return tuple(change for change in self.changes if change.given)

    def __str__(self) -> str:
        return (
            f"the rank correlations contradict each other (smallest eigenvalue {self.smallest_eigenvalue:.3g}); "
            f"replaced by the nearest that do not: largest change {self.largest_change:.2g}, {self.changes[0]}"
        )


def nearest_correlation(matrix: Array) -> Array:
    """Return the correlation matrix nearest to a symmetric ``matrix`` (n, n) in the Frobenius norm.

    Alternating projections onto the positive semidefinite matrices and onto those of unit diagonal, with Dykstra's
    correction, without which they end somewhere in the intersection rather than at its nearest point (Higham 2002,
    Computing the nearest correlation matrix, IMA Journal of Numerical Analysis 22, algorithm 3.3). The limit is
    singular, so it is then scaled towards the identity until its smallest eigenvalue is FLOOR; that also makes up for
    iterations that stop early.
    """
    unit = matrix.copy()
    np.fill_diagonal(unit, 1)
    correction = np.zeros_like(matrix)
    for _ in range(_ITERATIONS):
        before = unit
        shifted = unit - correction
        semidefinite = _semidefinite(shifted)
        correction = semidefinite - shifted
        unit = semidefinite.copy()
        np.fill_diagonal(unit, 1)
        if np.abs(unit - before).max() <= _TOLERANCE:
            break
    return _scaled(unit)


def _semidefinite(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    projected: Array = (vectors * np.maximum(values, 0)) @ vectors.T
    return (projected + projected.T) / 2


def _scaled(matrix: Array) -> Array:
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest >= FLOOR:
        return matrix
    share = (FLOOR - smallest) / (1 - smallest)
    scaled: Array = (1 - share) * matrix
    np.fill_diagonal(scaled, 1)
    return scaled
