"""The correlation matrix nearest to a symmetric one that is not quite one, and the report of what that changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FLOOR: Final = 1e-8
VISIBLE: Final = 0.0005
_ITERATIONS: Final = 2000
_TOLERANCE: Final = 1e-10
_RELAXATION: Final = 1.6
_SETTLING: Final = 20
_NEARLY: Final = 0.9


@dataclass(frozen=True)
class Change:
    """What a repair did to the rank correlation of two inputs; ``given`` is false for a pair nobody mentioned.

    ``weight`` is how much the pair was to stay as it is: infinite for one that is kept, 0 for one that was free.
    """

    between: tuple[str, str]
    before: float
    after: float
    given: bool
    weight: float = 1.0

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

    @property
    def visible(self) -> tuple[Change, ...]:
        """Changes that can be seen in three decimals, largest first."""
        return tuple(change for change in self.changes if change.size >= VISIBLE)

    def as_json(self) -> list[dict[str, Any]]:
        """The visible changes: between, before, after, given."""
        return [
            {"between": list(found.between), "before": found.before, "after": found.after, "given": found.given}
            for found in self.visible
        ]

    def __str__(self) -> str:
        return (
            f"the rank correlations contradict each other (smallest eigenvalue {self.smallest_eigenvalue:.3g}); "
            f"replaced by the nearest that do not: largest change {self.largest_change:.2g}, {self.changes[0]}"
        )


def nearest_correlation(matrix: Array, weights: Array | None = None, *, smallest: float = FLOOR) -> Array:
    """Return the correlation matrix X nearest to a symmetric ``matrix`` (n, n): least sum of weights (X - matrix)^2.

    ``weights`` (n, n), symmetric and not below 0, say how much a pair's correlation is to stay: 1 unless given, 0 for a
    pair that may take any value, infinite for one that is kept as it is. ``smallest`` is the least eigenvalue of X,
    above 0 so that X has a Cholesky factor. When pairs that are kept contradict each other, or nearly, X is what the
    iterations reached, scaled towards the identity; compare it with what was to be kept.

    The alternating direction method of multipliers, between matrices that hold to the weights and to the unit diagonal,
    and matrices with these eigenvalues: Boyd, Parikh, Chu, Peleato and Eckstein (2011), Foundations and Trends in
    Machine Learning 3(1), sections 3.4 and 5; over-relaxed, the penalty balanced while it settles. Problems: Higham
    (2002), IMA Journal of Numerical Analysis 22 (equal weights); Qi and Sun (2011), IMA Journal of Numerical Analysis
    31, 491-511 (a weight an element); Higham and Strabic (2016), Numerical Algorithms 72 (elements that are kept).
    """
    wanted = (matrix + matrix.T) / 2
    np.fill_diagonal(wanted, 1)
    weighted = np.ones_like(wanted) if weights is None else np.array(weights, dtype=np.float64)
    np.fill_diagonal(weighted, np.inf)
    penalty = _typical(weighted)
    hold = _hold(weighted, penalty)
    possible, multiplier = wanted, np.zeros_like(wanted)
    for turn in range(_ITERATIONS):
        held = hold * wanted + (1 - hold) * (possible - multiplier)
        relaxed = _RELAXATION * held + (1 - _RELAXATION) * possible
        before, possible = possible, _at_least(relaxed + multiplier, smallest)
        multiplier += relaxed - possible
        apart, moved = float(np.abs(held - possible).max()), penalty * float(np.abs(possible - before).max())
        if max(apart, moved) <= _TOLERANCE:
            break
        if turn % _SETTLING == _SETTLING - 1 and turn < _ITERATIONS / 4:
            change = 2.0 if apart > 10 * moved else 0.5 if moved > 10 * apart else 1.0
            penalty, multiplier = penalty * change, multiplier / change
            hold = _hold(weighted, penalty)
    return _scaled(held, smallest)


def _typical(weights: Array) -> float:
    """The geometric mean of the weights that count for something."""
    finite = weights[np.isfinite(weights) & (weights > 0)]
    return float(np.exp(np.log(finite).mean())) if finite.size else 1.0


def _hold(weights: Array, penalty: float) -> Array:
    """How far each element holds to what is wanted against what is possible: weight / (weight + penalty)."""
    with np.errstate(divide="ignore"):
        return 1 / (1 + penalty / weights)


def _at_least(matrix: Array, smallest: float) -> Array:
    """Return the nearest symmetric matrix whose eigenvalues are not below the smallest."""
    values, vectors = np.linalg.eigh(matrix)
    projected: Array = (vectors * np.maximum(values, smallest)) @ vectors.T
    return (projected + projected.T) / 2


def _scaled(matrix: Array, smallest: float) -> Array:
    found = float(np.linalg.eigvalsh(matrix)[0])
    if found >= _NEARLY * smallest:
        return matrix
    share = (smallest - found) / (1 - found)
    scaled: Array = (1 - share) * matrix
    np.fill_diagonal(scaled, 1)
    return scaled
