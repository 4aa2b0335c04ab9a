"""The value of a case as a function of normal scores: what simulation, sensitivity and checks all draw through.

Scores are independent standard normals, one row an uncertain input; dependence mixes them, and each input's quantile
function turns its row into values. Mixed scores may also be given as they are, for conditional draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Case, Input
from ..bridge import Valuation
from ..dependence import Dependence
from ..distributions import Distribution
from ..lines import Lines, single, snake
from ..model import base_value, scope_of, value
from .sampling import Kind, design

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evaluator:
    """A case with the dependence between its uncertain inputs; rows of scores are in the order of ``uncertain``.

    ``exact`` asks quantile functions themselves, where distributions would else read normal-score tables.
    """

    case: Case
    dependence: Dependence
    exact: bool = False

    @classmethod
    def of(cls, case: Case, *, correlated: bool = True, exact: bool = False) -> Evaluator:
        """The evaluator of a case, with its correlations or as if there were none."""
        names = [found.name for found in case.inputs if found.distribution is not None]
        pairs = [pair.weighted for pair in case.correlations] if correlated else []
        # what is wrong with the dependence was found when the case was read
        return cls(case, Dependence.build(names, pairs), exact)

    @cached_property
    def uncertain(self) -> list[Input]:
        """The inputs that are drawn, in the order of the rows of scores."""
        return [found for found in self.case.inputs if found.distribution is not None]

    @cached_property
    def price(self) -> float | None:
        """The price in the base case: it is known today, even where the exchange rate behind it is drawn."""
        found = base_value(self.case)
        return None if found.price is None else single(found.price)

    def draw(self, scores: Array) -> dict[str, Array]:
        """Values of every input from independent scores (inputs, draws); certain ones have shape (1,)."""
        return self.from_mixed(self.dependence.apply(scores))

    def some(self, draws: int, seed: int, kind: Kind = "sobol") -> tuple[dict[str, Array], int]:
        """Values of every input in some draws of a design of their own, and how many these are, rounded up to fit."""
        plan = design(draws, [found.name for found in self.uncertain], seed, kind)
        return self.draw(plan.scores()), plan.draws

    def from_mixed(self, mixed: Array) -> dict[str, Array]:
        """Values of every input from scores that depend on each other already (inputs, draws)."""
        return self.given(self.values(mixed))

    def given(self, values: Array) -> dict[str, Array]:
        """Values of every input from those of the uncertain ones (inputs, draws); certain ones have shape (1,)."""
        drawn = {found.name: row for found, row in zip(self.uncertain, values, strict=True)}
        return {**self.case.base_values, **drawn}

    def values(self, mixed: Array) -> Array:
        """Values of the uncertain inputs at scores that depend on each other already, both (inputs, draws)."""
        found = np.empty(mixed.shape)
        for row, (one, scores) in enumerate(zip(self.uncertain, mixed, strict=True)):
            assert one.distribution is not None
            found[row] = self.value_of(one.distribution, scores)
        return found

    def value_of(self, distribution: Distribution, scores: Array) -> Array:
        """Values of a distribution at normal scores (draws,): by its table where it has one, or exactly."""
        return distribution.exact(scores) if self.exact else distribution.from_normal(scores)

    def run(
        self, given: dict[str, Array], fixed: Mapping[str, Any] | None = None, added: Mapping[str, Any] | None = None
    ) -> tuple[Valuation, Lines]:
        """Run the model on the values of its inputs; ``fixed`` and ``added`` are those of ``model.value``."""
        lines = Lines(self.case.years)
        return value(self.case, lines, given, fixed=fixed or {}, added=added or {}), lines

    def per_share(
        self,
        given: dict[str, Array],
        draws: int,
        fixed: Mapping[str, Any] | None = None,
        added: Mapping[str, Any] | None = None,
    ) -> Array:
        """The value per quoted share (draws,); NaN where a draw is impossible."""
        found, _ = self.run(given, fixed, added)
        return np.broadcast_to(np.asarray(found.per_share, dtype=np.float64), (draws,))


def named(case: Case, lines: Lines, given: Mapping[str, Array], name: str) -> Array:
    """The draws of an input, an assumption or a line by its dotted name: (draws,), or (years, draws) when yearly.

    KeyError for a name that is neither.
    """
    if name in given:
        return given[name]
    if name in case.assumptions:
        return lines.scopes[scope_of(case.assumptions[name])][name]
    scope, _, line = name.rpartition(".")
    return lines.scopes[scope][snake(line)]
