"""The frame of a case: which directions and inputs get the first, best dimensions of a design.

A Sobol' sequence is evenest in its first dimensions, so these go to what moves the value most. The first is the
direction of the regression of the value on the scores, the next are those along which its gradient turns most; events
and other inputs that jump keep dimensions of their own, as a jump is met best along an axis. The component of the
scores along these few directions is replaced by that of the leading dimensions, which leaves all of them independent
standard normals.

Sources: Imai and Tan (2006), Journal of Computational Finance 10, 129-155 (linear transformation); Constantine (2015),
Active Subspaces, chapter 3; Wang and Sloan (2011), SIAM J. Sci. Comput. 33, 2079-2094 (jumps along axes).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from .evaluator import Evaluator
from .mixing import Mixing
from .sampling import design

Array = NDArray[np.float64]

DIRECTIONS: Final = 4
PILOT: Final = 2048
PLACES: Final = 16
STEP: Final = 0.25
JUMP: Final = 3.0
_GRID: Final = 2.0**20
_PILOT_SEED: Final = 0


@dataclass(frozen=True, eq=False)
class Frame:
    """``names`` are the uncertain inputs in the order in which they take dimensions, the most influential first.

    ``directions`` (names, directions) are orthonormal; there are none where a design has no use for them. ``jumping``
    names the inputs whose values jump; dependence is built up from them, so that their jumps stay along axes.
    """

    names: tuple[str, ...]
    directions: Array
    jumping: frozenset[str] = frozenset()

    @classmethod
    def plain(cls, evaluator: Evaluator) -> Frame:
        """The frame without any directions, for designs that treat all dimensions alike."""
        names = tuple(found.name for found in evaluator.uncertain)
        return cls(names, np.empty((len(names), 0)))

    @property
    def streams(self) -> tuple[str, ...]:
        """The names of the streams of a design: directions first."""
        return (*(f"direction {number}" for number in range(1, self.directions.shape[1] + 1)), *self.names)

    def undirected(self) -> Frame:
        """The same frame without its directions: inputs keep the order in which they take dimensions."""
        return Frame(self.names, np.empty((len(self.names), 0)), self.jumping)

    def fitted(self, evaluator: Evaluator) -> Frame:
        """The same frame for a changed case: inputs that are still there keep their numbers, new ones come behind."""
        inputs = [found.name for found in evaluator.uncertain]
        if set(inputs) == set(self.names):
            return self
        places = {name: number for number, name in enumerate(self.names)}
        names = (*(name for name in self.names if name in inputs), *(name for name in inputs if name not in places))
        rows = [
            self.directions[places[name]] if name in places else np.zeros(self.directions.shape[1]) for name in names
        ]
        return Frame(names, _orthonormal(np.array(rows).reshape(len(names), -1)), self.jumping)

    @lru_cache(maxsize=8)  # noqa: B019 - frames are few and found once a case
    def mixing(self, evaluator: Evaluator) -> Mixing:
        """What turns a design's normals into scores with the case's dependence."""
        names = evaluator.dependence.names
        members = [names[row] for row in evaluator.dependence.members]
        order = [*sorted(members, key=lambda name: name not in self.jumping), *(n for n in names if n not in members)]
        take = np.array([self.names.index(name) for name in order], dtype=np.intp)
        give = np.array([order.index(name) for name in names], dtype=np.intp)
        return Mixing.of(self.directions, take, evaluator.dependence.factor_in(order[: len(members)]), give)


@lru_cache(maxsize=8)
def find_frame(evaluator: Evaluator) -> Frame:
    """Find the frame of a case by some hundred values of it; the same whatever the seed of a run.

    Inputs that do not touch the value come last, so that adding one changes no number of the others.
    """
    inputs = [found.name for found in evaluator.uncertain]
    jumping = frozenset(found.name for found in evaluator.uncertain if found.distribution and found.distribution.atoms)
    plain = Frame(tuple(inputs), np.empty((len(inputs), 0)), jumping)
    pilot = _Pilot(evaluator, plain.mixing(evaluator), inputs)
    slopes = pilot.slopes(np.array([JUMP if name in jumping else STEP for name in inputs]))
    touching = [row for row in range(len(inputs)) if slopes[row].any()]
    influence = np.zeros(len(inputs))
    influence[touching] = pilot.regression(touching)
    smooth = [row for row in touching if inputs[row] not in jumping]
    order = sorted(range(len(inputs)), key=lambda row: (_rank(row, touching, jumping, inputs), -abs(influence[row])))
    directions = np.zeros((len(inputs), 0))
    if smooth and influence[smooth].any():
        directions = np.zeros((len(inputs), min(DIRECTIONS, len(smooth))))
        directions[smooth] = _leading(influence[smooth], slopes[smooth], directions.shape[1])
    return Frame(tuple(inputs[row] for row in order), directions[order], jumping)


def _rank(row: int, touching: Sequence[int], jumping: frozenset[str], inputs: Sequence[str]) -> int:
    """What jumps needs the first dimensions, what does not touch the value none."""
    return 2 if row not in touching else 0 if inputs[row] in jumping else 1


class _Pilot:
    """Values of the case at points that are the same for every input, whatever others there are."""

    def __init__(self, evaluator: Evaluator, mixing: Mixing, names: Sequence[str]) -> None:
        self.evaluator, self.mixing, self.names = evaluator, mixing, names

    def _points(self, count: int, label: str) -> Array:
        found = [design(count, [f"{label} {name}"], _PILOT_SEED, "random") for name in self.names]
        return np.array([plan.normals(0, 0, count)[0] for plan in found]).reshape(len(self.names), count)

    def _values(self, scores: Array) -> Array:
        return self.evaluator.per_share(self.evaluator.from_mixed(self.mixing.apply(scores)), scores.shape[1])

    def slopes(self, steps: Array) -> Array:
        """Differences of the value by each input's score (inputs, places), 0 where the value is impossible."""
        at = self._points(PLACES, "place")
        moves = np.repeat(np.diag(steps), PLACES, axis=1)
        places = np.tile(at, (1, len(self.names)))
        up, down = (self._values(places + sign * moves) for sign in (1, -1))
        return np.nan_to_num((up - down).reshape(len(self.names), PLACES)) / (2 * steps[:, None])

    def regression(self, touching: Sequence[int]) -> Array:
        """Coefficients of the value's normal scores on those of the inputs that touch it: ranks bear any outlier."""
        count = max(PILOT, 4 * len(touching))
        points = self._points(count, "pilot")
        values = self._values(points)
        good = np.isfinite(values)
        if good.sum() <= len(touching) + 1 or np.ptp(values[good]) == 0:
            return np.zeros(len(touching))
        ranks = np.argsort(np.argsort(values[good], kind="stable"), kind="stable")
        wanted = ndtri((ranks + 0.5) / good.sum())
        known = np.column_stack([points[touching][:, good].T, np.ones(good.sum())])
        found: Array = np.linalg.lstsq(known, wanted, rcond=None)[0][:-1]
        return found


def _leading(influence: Array, slopes: Array, count: int) -> Array:
    """Orthonormal directions: that of the influence, then those in which slopes differ most from it."""
    first = influence / math.sqrt(float(influence @ influence))
    sizes = np.abs(slopes).max()
    rest = slopes / sizes - np.outer(first, first @ slopes / sizes)
    others = np.linalg.svd(rest, full_matrices=False)[0][:, : count - 1]
    others = others * np.where(others[np.abs(others).argmax(axis=0), range(others.shape[1])] < 0, -1.0, 1.0)
    return _orthonormal(np.column_stack([first, others]))


def _orthonormal(columns: Array) -> Array:
    """Gram and Schmidt on rounded numbers with exact sums, so that no library's last digit changes a draw.

    Columns that depend on those before them are left out.
    """
    kept: list[Array] = []
    for column in np.round(columns.T * _GRID) / _GRID:
        rest = column
        for _ in range(2):  # twice is enough (Giraud, Langou and Rozloznik 2005)
            for other in kept:
                rest = rest - other * math.fsum(rest * other)
        length = math.sqrt(math.fsum(rest * rest))
        if length > 1e-3:
            kept.append(rest / length)
    return np.array(kept).reshape(len(kept), len(columns)).T
