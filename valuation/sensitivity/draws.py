"""Draws of all uncertain inputs with the value of each: the one place where sensitivity asks for draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Case, Input
from ..simulation.engine import SEED
from ..simulation.evaluator import Evaluator
from ..simulation.sampling import design

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

DRAWS: Final = 8192
CHUNK: Final = 8192


@dataclass(frozen=True, eq=False)
class Sample:
    """Draws of the uncertain inputs of a case and the value per quoted share of each.

    ``scores`` are the independent normals and ``values`` the values in their units, both (inputs, draws) in the order
    of ``inputs``; ``per_share`` is (draws,), NaN where a draw is impossible; ``invalid`` counts those by the line that
    spoiled them. The draws come in ``replicates`` independent blocks of equal length.
    """

    evaluator: Evaluator
    scores: Array
    values: Array
    per_share: Array
    invalid: Mapping[str, int]
    price: float | None
    seed: int
    replicates: int

    @property
    def case(self) -> Case:
        """The case that was drawn."""
        return self.evaluator.case

    @property
    def inputs(self) -> list[Input]:
        """The uncertain inputs, in the order of the rows."""
        return self.evaluator.uncertain

    @property
    def draws(self) -> int:
        """How many draws were made."""
        return len(self.per_share)

    @cached_property
    def good(self) -> NDArray[np.bool_]:
        """Which draws are possible (draws,)."""
        return np.isfinite(self.per_share)

    @property
    def valid(self) -> int:
        """How many draws are possible; the others are left out of every figure."""
        return int(self.good.sum())

    @cached_property
    def ranked(self) -> Array:
        """The ranks of the inputs' values among the possible draws (inputs, valid)."""
        return ranks(self.values[:, self.good])

    def probability_above(self, price: float) -> float:
        """Share of possible draws whose value is above a price; NaN when none is possible."""
        return share_above(self.per_share, price)


def ranks(values: Array) -> Array:
    """Return the ranks of each row (rows, draws), from 1; equal values share the mean of theirs.

    Without scipy.stats, which takes longer to import than all else that a run does between its draws and its workbook.
    """
    found = np.empty(values.shape)
    for ranked, row in zip(found, values, strict=True):
        order = np.argsort(row)
        ordered = row[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(row) else order
        ends = np.append(starts[1:], len(row))
        ranked[order] = np.repeat((starts + 1 + ends) / 2, ends - starts)
    return found


def scores(draws: int, dimensions: int, seed: int) -> tuple[Array, int]:
    """Return independent standard normals (dimensions, at least ``draws``) and in how many equal replicates they come.

    Scrambled Sobol' sequences, as a simulation draws them; deterministic in ``seed``.
    """
    plan = design(draws, [f"score {number}" for number in range(dimensions)], seed)
    return plan.scores(), plan.replicates


def sample(evaluator: Evaluator, draws: int = DRAWS, seed: int = SEED) -> Sample:
    """Draw all uncertain inputs and value each draw; ``draws`` is rounded up to fit the design."""
    drawn, replicates = scores(draws, len(evaluator.uncertain), seed)
    return valued(evaluator, drawn, seed, replicates)


def valued(evaluator: Evaluator, drawn: Array, seed: int, replicates: int) -> Sample:
    """Value given scores (inputs, draws), so that two evaluators can be held against each other on the same ones."""
    invalid: Counter[str] = Counter()
    values, per_share = np.empty_like(drawn), np.empty(drawn.shape[1])
    for here in chunks(drawn.shape[1]):
        given = evaluator.draw(drawn[:, here])
        found, lines = evaluator.run(given)
        per_share[here] = found.per_share
        for row, one in enumerate(evaluator.uncertain):
            values[row, here] = given[one.name]
        bad = ~np.isfinite(per_share[here])
        if bad.any():
            invalid.update(lines.invalid.counts(bad))
    per_share[~np.isfinite(per_share)] = np.nan
    return Sample(evaluator, drawn, values, per_share, dict(invalid), evaluator.price, seed, replicates)


def worth(evaluator: Evaluator) -> Function:
    """The value per share (draws,) as a function of scores that depend on each other already (inputs, draws)."""

    def per_share(mixed: Array) -> Array:
        found = np.empty(mixed.shape[1])
        for here in chunks(mixed.shape[1]):
            part = mixed[:, here]
            found[here] = evaluator.per_share(evaluator.from_mixed(part), part.shape[1])
        return found

    return per_share


def chunks(draws: int) -> Iterator[slice]:
    """Slices that keep memory bounded."""
    yield from (slice(start, min(start + CHUNK, draws)) for start in range(0, draws, CHUNK))


def share_above(per_share: Array, price: float) -> float:
    """Share of possible draws above a price; NaN when none is possible."""
    good = per_share[np.isfinite(per_share)]
    return float(np.mean(good > price)) if len(good) else float("nan")
