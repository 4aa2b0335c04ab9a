"""The walk of the value per share from one case to another: a step an assumption, in file order and as Shapley values.

Both orders add up to the whole difference. A step that cannot be valued alone, such as a rate of growth above the cost
of capital that comes with it, is taken together with the step that it needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final, Literal

import numpy as np

from ..assumptions import Case
from ..lines import single
from ..model import base_value
from ..simulation.engine import SEED
from .difference import Difference
from .differences import differences
from .shares import Array, Masks, Orders, along, exact_shares, random_orders, sampled_shares, subsets
from .values import Mixtures

Order = Literal["files", "shapley", "both"]

MOST_EXACT: Final = 10
PAIRS: Final = 256
FEWEST_PAIRS: Final = 8
MODELS: Final = 1000
TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Step:
    """What one difference moves the value per share by: after all that the files list before it, and as Shapley value.

    ``shapley_error`` is the standard error of the latter, 0 where all orders were averaged. None: not asked for.
    """

    difference: Difference
    file_order: float | None
    shapley: float | None
    shapley_error: float | None

    @property
    def name(self) -> str:
        """The name of the assumption, or of the part of the case, that differs."""
        return self.difference.name


@dataclass(frozen=True)
class Walk:
    """The steps from ``start`` to ``end``, values per share, and ``rest``: what no step explains, 0 but for rounding.

    ``orders`` is how many orders were averaged at random, 0 where all were; ``mixtures`` how many cases were valued.
    """

    start: float
    end: float
    steps: tuple[Step, ...]
    rest: float
    exact: bool
    orders: int
    mixtures: int

    @property
    def change(self) -> float:
        """The value at the end less that at the start."""
        return self.end - self.start

    @property
    def unexplained(self) -> bool:
        """Whether the rest is more than rounding."""
        return abs(self.rest) > self._rounding

    @property
    def moving(self) -> tuple[Step, ...]:
        """The steps that move the value in either order."""
        return tuple(
            step
            for step in self.steps
            if any(moved is not None and abs(moved) > self._rounding for moved in (step.file_order, step.shapley))
        )

    @property
    def _rounding(self) -> float:
        return TOLERANCE * max(abs(self.start), abs(self.end), 1.0)


def walk(a: Case, b: Case, order: Order = "both", pairs: int | None = None, seed: int = SEED) -> Walk:
    """Walk from the base value of case A to that of case B.

    Shapley values are exact for up to 10 steps, by the value of every subset of them. Of more they are the average over
    ``pairs`` of random orders and their reverses, which ``seed`` chooses. Raises ValueError for a case without a value.
    """
    start, end = (single(base_value(case).per_share) for case in (a, b))
    if not math.isfinite(start + end):
        raise ValueError(f"a walk needs a value at both ends, found {start} and {end}")
    found = differences(a, b)
    if not found:
        return Walk(start, end, (), end - start, True, 0, 0)
    taken = _Taking(found, Mixtures(a, b, found), (start, end), order, pairs, seed)
    return taken.walk()


class _Taking:
    """The steps taken: groups of differences, each of which can be valued alone in every mixture that is asked for."""

    def __init__(
        self,
        found: Sequence[Difference],
        mixtures: Mixtures,
        ends: tuple[float, float],
        order: Order,
        pairs: int | None,
        seed: int,
    ) -> None:
        self.found, self.mixtures, self.ends = found, mixtures, ends
        self.order, self.pairs, self.seed = order, pairs, seed
        self.groups = [[number] for number in range(len(found))]

    def walk(self) -> Walk:
        """Value the mixtures, joining steps until each has a value, and share the difference out."""
        self._settle(self._path)
        if self.order != "files":
            self._settle(self._alone)  # few mixtures that find what cannot go alone before the many are valued
        self._settle(lambda: self._masks(self._orders()))
        orders = self._orders()
        values = self._valued(self._masks(orders))
        count = len(self.groups)
        path, rest = values[: count + 1], values[count + 1 :]
        gains = np.diff(path)
        shares, errors = self._shares(rest, orders)
        steps = tuple(
            Step(
                reduce(Difference.joined, (self.found[number] for number in group)),
                None if self.order == "shapley" else float(gains[at]),
                None if shares is None else float(shares[at]),
                None if errors is None else float(errors[at]),
            )
            for at, group in enumerate(self.groups)
        )
        start, end = self.ends
        unexplained = (end - start) - float(path[-1] - path[0])
        sampled = 0 if orders is None else len(orders)
        return Walk(start, end, steps, unexplained, sampled == 0, sampled, self.mixtures.evaluated)

    def _orders(self) -> Orders | None:
        """The random orders whose average stands for that of all; None where all are averaged, or none is."""
        count = len(self.groups)
        if self.order == "files" or count <= MOST_EXACT:
            return None
        making = sum(any(self.found[number].pieces for number in group) for group in self.groups)
        most = min(max(MODELS // (2 * (making + 1)), FEWEST_PAIRS), PAIRS) if making else PAIRS
        return random_orders(count, self.pairs or most, self.seed)

    def _masks(self, orders: Orders | None) -> Masks:
        """The mixtures that are needed, by groups: first the path in file order."""
        count = len(self.groups)
        if self.order == "files":
            return self._path()
        return np.concatenate((self._path(), subsets(count) if orders is None else along(orders).reshape(-1, count)))

    def _path(self) -> Masks:
        """The mixtures of the files' order, from none to all."""
        count = len(self.groups)
        return np.tri(count + 1, count, -1, dtype=np.bool_)

    def _alone(self) -> Masks:
        """Each step taken alone, and all steps but each."""
        alone = np.eye(len(self.groups), dtype=np.bool_)
        return np.concatenate((alone, ~alone))

    def _settle(self, masks: Callable[[], Masks]) -> None:
        """Join steps until every one of the mixtures has a value."""
        while not np.isfinite(values := self._valued(wanted := masks())).all():
            self._join(wanted[~np.isfinite(values)])

    def _valued(self, masks: Masks) -> Array:
        """The values of mixtures; the whole cases stand for those that take no step and every step, if need be."""
        values = self._values(masks)
        lost = ~np.isfinite(values)
        start, end = self.ends
        values[lost & ~masks.any(axis=1)], values[lost & masks.all(axis=1)] = start, end
        return values

    def _values(self, masks: Masks) -> Array:
        members = np.zeros((len(self.groups), len(self.found)), dtype=np.bool_)
        for at, group in enumerate(self.groups):
            members[at, group] = True
        return self.mixtures.values(masks @ members)

    def _shares(self, values: Array, orders: Orders | None) -> tuple[Array | None, Array | None]:
        if self.order == "files":
            return None, None
        if orders is None:
            return exact_shares(values), np.zeros(len(self.groups))
        return sampled_shares(orders, values.reshape(len(orders), -1))

    def _join(self, impossible: Masks) -> None:
        """Join two steps of which one cannot go without the other, as the smallest impossible mixture shows."""
        mask = impossible[int(np.argmin(impossible.sum(axis=1)))]
        there, away = np.flatnonzero(mask), np.flatnonzero(~mask)
        probes = np.repeat(mask[None], len(mask), axis=0) ^ np.eye(len(mask), dtype=np.bool_)
        good = np.isfinite(self._values(probes))
        one = next((number for number in there[::-1] if good[number]), there[-1])
        other = next((number for number in away if good[number]), next((n for n in away if n > one), away[0]))
        first, second = sorted((int(one), int(other)))
        self.groups[first] = sorted([*self.groups[first], *self.groups.pop(second)])
