"""Conditional draws of correlated normal scores, and what becoming known gains: the inside of Shapley effects."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .draws import Array, Function

Orders = NDArray[np.intp]

# Two inputs of rank correlation 1 make the matrix singular; this softens 1 to 1 - 1e-9, far below what draws can tell.
SOFTENING: Final = 1e-9


def path_gains(function: Function, normal: Array, pairs: int, generator: np.random.Generator) -> Array:
    """Return gains (pairs, inputs) along a random order and its reverse, averaged; NaN where a draw is impossible."""
    normal = _soft(normal)
    start, end = _ends(normal, pairs, generator)
    orders = generator.permuted(np.tile(np.arange(len(normal)), (pairs, 1)), axis=1)
    return (_along(function, normal, start, end, orders) + _along(function, normal, start, end, orders[:, ::-1])) / 2


def _ends(normal: Array, pairs: int, generator: np.random.Generator) -> tuple[Array, Array]:
    """Two independent draws of the scores, each (pairs, inputs)."""
    factor = np.linalg.cholesky(normal)
    drawn = generator.standard_normal((2, pairs, len(normal)))
    return drawn[0] @ factor.T, drawn[1] @ factor.T


def _along(function: Function, normal: Array, start: Array, end: Array, orders: Orders) -> Array:
    pairs, size = start.shape
    path = np.concatenate([start[:, None], start[:, None] + _steps(normal, end - start, orders).cumsum(axis=1)], axis=1)
    points = path.reshape(pairs * (size + 1), size)
    values = function(np.ascontiguousarray(points.T)).reshape(pairs, size + 1)
    away = values[:, -1:] - values
    left = away * away / 2
    gains = np.empty((pairs, size))
    np.put_along_axis(gains, orders, left[:, :-1] - left[:, 1:], axis=1)
    gains[~np.isfinite(values).all(axis=1)] = np.nan
    return gains


def _steps(normal: Array, change: Array, orders: Orders) -> Array:
    """How all scores move when the next in the order passes from start to end: (pairs, steps, inputs).

    In the order of passing, scores are a lower triangular matrix times independent normals, and knowing the first k
    scores is knowing the first k normals. So one more normal passes at each step, and its column moves the others.
    Inputs without correlations pass alone.
    """
    pairs, size = change.shape
    steps = np.zeros((pairs, size, size))
    pair, step = np.divmod(np.arange(pairs * size), size)
    steps[pair, step, orders.ravel()] = np.take_along_axis(change, orders, axis=1).ravel()
    member = (normal != np.eye(size)).any(axis=1)
    count = int(member.sum())
    if not count:
        return steps
    chosen = member[orders]
    passing = orders[chosen].reshape(pairs, count)
    when = np.nonzero(chosen)[1].reshape(pairs, count)
    factor = np.linalg.cholesky(normal[passing[:, :, None], passing[:, None, :]])
    apart = _forward(factor, np.take_along_axis(change, passing, axis=1))
    moves = np.swapaxes(factor * apart[:, None, :], 1, 2)
    steps[np.arange(pairs)[:, None, None], when[:, :, None], passing[:, None, :]] = moves
    return steps


def _forward(factor: Array, change: Array) -> Array:
    """Solve factor x = change for many lower triangular factors at once: (pairs, size, size) and (pairs, size)."""
    found = np.empty_like(change)
    for row in range(change.shape[1]):
        known = np.einsum("pk,pk->p", factor[:, row, :row], found[:, :row])
        found[:, row] = (change[:, row] - known) / factor[:, row, row]
    return found


def exact_gains(function: Function, normal: Array, pairs: int, generator: np.random.Generator) -> Array:
    """Return gains (pairs, inputs) averaged over all orders, by way of all subsets; NaN where a draw is impossible."""
    normal, size = _soft(normal), len(normal)
    start, end = _ends(normal, pairs, generator)
    subsets = (np.arange(1 << size)[:, None] >> np.arange(size)) & 1 == 1
    points = np.stack([_given(normal, start, end, known) for known in subsets])
    values = function(np.ascontiguousarray(points.reshape(len(subsets) * pairs, size).T)).reshape(len(subsets), pairs)
    away = values[-1] - values
    left = away * away / 2
    weights = [1 / (size * math.comb(size - 1, known)) for known in range(size)]
    gains = np.zeros((pairs, size))
    for number, known in enumerate(subsets):
        for one in np.flatnonzero(~known):
            gains[:, one] += weights[int(known.sum())] * (left[number] - left[number | 1 << int(one)])
    gains[~np.isfinite(values).all(axis=0)] = np.nan
    return gains


def _given(normal: Array, start: Array, end: Array, known: NDArray[np.bool_]) -> Array:
    """Draws of all scores given that those known are at the end: the start, moved by its regression on them."""
    if not known.any():
        return start
    slopes = np.linalg.solve(normal[np.ix_(known, known)], normal[known])
    found = start + (end - start)[:, known] @ slopes
    found[:, known] = end[:, known]
    return np.asarray(found)


def _soft(normal: Array) -> Array:
    """The matrix itself, or one with a factor where it has none."""
    if not len(normal) or np.linalg.eigvalsh(normal)[0] > SOFTENING:
        return normal
    soft = normal * (1 - SOFTENING)
    np.fill_diagonal(soft, 1)
    return soft
