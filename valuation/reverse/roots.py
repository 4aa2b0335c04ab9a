"""Roots of a function of one unknown that may be impossible in places: scanned all at once, then refined one by one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

NEAREST: Final = 1e-6
FARTHEST: Final = 1e3
FINE: Final = 600
ZOOMS: Final = 6
ZOOM: Final = 40
MOST_EDGES: Final = 20
FLAT: Final = 1e-12
JUMP: Final = 1e-6
EXACT: Final = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Search:
    """What a search found around its start, up to the bounds or to a wall: a jump or a place where it is impossible.

    ``x`` and ``values`` are the places that were tried between the walls. ``roots`` are those between them, nearest
    first; ``beyond`` those behind them. ``walls`` are the nearest on either side, infinite where there is none;
    ``jumps`` all places where the sign changes without a root, as at a pole or a step. ``turns`` are the places between
    the walls where the function stops rising or stops falling.
    """

    x: Array
    values: Array
    roots: tuple[float, ...]
    beyond: tuple[float, ...]
    walls: tuple[float, float]
    jumps: tuple[float, ...]
    turns: tuple[float, ...]

    @property
    def flat(self) -> bool:
        """Whether the function is the same everywhere."""
        return bool(np.ptp(self.values) <= FLAT * max(1.0, float(np.abs(self.values).max())))

    def extreme(self, highest: bool) -> tuple[float, float]:
        """Where the highest (or lowest) value is taken, and the value."""
        at = int(np.argmax(self.values) if highest else np.argmin(self.values))
        return float(self.x[at]), float(self.values[at])

    def rising_at(self, root: float) -> bool:
        """Whether the function rises at a root."""
        right = int(np.clip(np.searchsorted(self.x, root, side="right"), 1, len(self.x) - 1))
        return bool(self.values[right] > self.values[right - 1])


def search(
    function: Function, start: float, low: float, high: float, scale: float, size: float, fine: int = FINE
) -> Search:
    """Look for the roots of a function between two bounds, infinite ones included, outward from a start.

    ``scale`` is a step that matters for the unknown, ``size`` a value that matters for the function. The function takes
    many places at once. Where it becomes impossible, the edge is approached ever more closely, so that a root at the
    foot of a pole is found. Two roots closer together than the steps of the scan may be missed.
    """
    x = _places(start, low, high, scale, fine)
    values = np.asarray(function(x), dtype=np.float64)
    for _ in range(ZOOMS):
        more = _edges(x, values)
        if not len(more):
            break
        x, values = _merged(x, values, more, np.asarray(function(more), dtype=np.float64))
    return _sorted_out(function, x, values, start, scale, size)


def _places(start: float, low: float, high: float, scale: float, fine: int) -> Array:
    """Steps outward from the start, each longer than the one before; steps towards each finite bound; an even comb."""
    steps = scale * np.geomspace(NEAREST, FARTHEST, 2 * fine)
    places = [np.array([start]), start - steps, start + steps]
    for bound in (low, high):
        if math.isfinite(bound):
            places += [np.array([bound]), bound + (start - bound) * np.geomspace(NEAREST, 1, fine)]
    if math.isfinite(low) and math.isfinite(high):
        places.append(np.linspace(low, high, 3 * fine))
    x = np.unique(np.concatenate(places))
    return x[(x >= low) & (x <= high)]


def _edges(x: Array, values: Array) -> Array:
    """Places between possible and impossible neighbours."""
    possible = np.isfinite(values)
    edges = np.flatnonzero(possible[1:] != possible[:-1])[:MOST_EDGES]
    between = [np.linspace(x[at], x[at + 1], ZOOM)[1:-1] for at in edges]
    more = np.setdiff1d(np.concatenate(between), x) if between else np.empty(0)
    return np.asarray(more)


def _merged(x: Array, values: Array, more: Array, found: Array) -> tuple[Array, Array]:
    order = np.argsort(np.concatenate([x, more]), kind="stable")
    return np.concatenate([x, more])[order], np.concatenate([values, found])[order]


def _sorted_out(function: Function, x: Array, values: Array, start: float, scale: float, size: float) -> Search:
    """Refine each change of sign, tell roots from jumps, and what can be reached from the start from what cannot."""
    roots, jumps = [float(place) for place in x[values == 0]], list[float]()
    signs = np.sign(values)
    for at in np.flatnonzero(signs[1:] * signs[:-1] < 0):
        root, is_root = _refined(function, float(x[at]), float(x[at + 1]), scale, size)
        (roots if is_root else jumps).append(root)
    walls = np.array([*x[~np.isfinite(values)], *jumps])
    left = walls[walls < start].max(initial=-np.inf)
    right = walls[walls > start].min(initial=np.inf)
    near = sorted(roots, key=lambda root: abs(root - start))
    reached = (x > left) & (x < right) & np.isfinite(values)
    calm = reached & (x - left > NEAREST * scale) & (right - x > NEAREST * scale)  # rounding shakes the foot of a pole
    return Search(
        x=x[reached],
        values=values[reached],
        roots=tuple(root for root in near if left < root < right),
        beyond=tuple(root for root in near if not left < root < right),
        walls=(float(left), float(right)),
        jumps=tuple(jumps),
        turns=_turns(x[calm], values[calm], size),
    )


def _refined(function: Function, low: float, high: float, scale: float, size: float) -> tuple[float, bool]:
    """Return the place between two of which the sign changes, and whether it is a root and not a jump."""
    from scipy.optimize import brentq

    def single(place: float) -> float:
        found = float(function(np.array([place]))[0])
        if not math.isfinite(found):
            raise _Impossible(place)
        return found

    try:
        root = float(brentq(single, low, high, xtol=EXACT * scale, rtol=EXACT, maxiter=1000))
        return root, abs(single(root)) <= JUMP * size
    except _Impossible as impossible:
        return impossible.place, False


class _Impossible(ArithmeticError):
    """The function has no value at a place between two where it has."""

    def __init__(self, place: float) -> None:
        self.place = place
        super().__init__(place)


def _turns(x: Array, values: Array, size: float) -> tuple[float, ...]:
    change = np.diff(values)
    moves = np.abs(change) > FLAT * size
    ends, signs = x[1:][moves], np.sign(change[moves])
    return tuple(float(place) for place in ends[:-1][signs[1:] != signs[:-1]])
