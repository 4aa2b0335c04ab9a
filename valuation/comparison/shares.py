"""Shapley values of a game of steps: what each adds, averaged over the orders in which steps may be taken.

All orders where the steps are few, by the value of every subset: Shapley (1953), A value for n-person games,
Contributions to the Theory of Games II, 307-317. Otherwise some orders at random, each beside its reverse: Castro,
Gomez and Tejada (2009), Polynomial calculation of the Shapley value based on sampling, Computers & Operations Research
36(5), 1726-1730; Mitchell, Cooper, Frank and Holmes (2022), Sampling permutations for Shapley value estimation, Journal
of Machine Learning Research 23(43), 1-46, for reverses. In both the shares add up to the value of all steps less that
of none.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Masks = NDArray[np.bool_]
Orders = NDArray[np.intp]


def subsets(steps: int) -> Masks:
    """Every subset of the steps, (2^steps, steps): row k holds step i where bit i of k is set."""
    return (np.arange(1 << steps)[:, None] >> np.arange(steps) & 1).astype(np.bool_)


def exact_shares(values: Array) -> Array:
    """Shapley values (steps,) from the value of every subset, in the order of ``subsets``."""
    steps = len(values).bit_length() - 1
    numbers = np.arange(len(values))
    sizes = subsets(steps).sum(axis=1)
    weights = np.array([1 / (steps * math.comb(steps - 1, size)) for size in range(steps)])
    shares = np.empty(steps)
    for step in range(steps):
        without = numbers[numbers >> step & 1 == 0]
        shares[step] = np.sum(weights[sizes[without]] * (values[without | 1 << step] - values[without]))
    return shares


def random_orders(steps: int, pairs: int, seed: int) -> Orders:
    """Random orders and behind each its reverse, (2 x pairs, steps)."""
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    orders = np.argsort(generator.random((pairs, steps)), axis=1)
    return np.stack((orders, orders[:, ::-1]), axis=1).reshape(2 * pairs, steps)


def along(orders: Orders) -> Masks:
    """The subsets that orders pass through, from none to all: (orders, steps + 1, steps)."""
    steps = orders.shape[1]
    place = np.argsort(orders, axis=1)  # when each step is taken
    return place[:, None, :] < np.arange(steps + 1)[None, :, None]


def sampled_shares(orders: Orders, values: Array) -> tuple[Array, Array]:
    """Shapley values (steps,) and their standard errors from the values (orders, steps + 1) along pairs of orders."""
    steps = np.argsort(orders, axis=1)
    gains = np.take_along_axis(np.diff(values, axis=1), steps, axis=1)
    pairs = gains.reshape(-1, 2, gains.shape[1]).mean(axis=1)
    error = pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs)) if len(pairs) > 1 else np.full(pairs.shape[1], np.nan)
    return pairs.mean(axis=0), error
