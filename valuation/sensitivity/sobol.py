"""Sobol' indices: what share of the variance each input explains alone, and with all its interactions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..simulation.engine import SEED
from ..simulation.errors import mean_error
from ..simulation.evaluator import Evaluator
from ..tables import Shown, Table
from ..units import Unit
from .draws import Array, Function, scores, worth
from .results import frame, plain

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..assumptions import Case

DRAWS: Final = 2048
INDEPENDENT: Final = (
    "computed with the correlations switched off: Sobol' indices divide the variance of independent inputs only; "
    "Shapley effects are the answer for correlated ones"
)


@dataclass(frozen=True)
class Indices:
    """Estimates for a function of independent inputs, each array (inputs,): indices and their standard errors.

    ``variance`` is that of the function; ``left_out`` counts draws of which some value is impossible.
    """

    first: Array
    first_error: Array
    total: Array
    total_error: Array
    variance: float
    draws: int
    left_out: int


@dataclass(frozen=True)
class Index:
    """One input: share of the variance alone (``first``) and with all interactions (``total``)."""

    name: str
    label: str
    unit: Unit
    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True, repr=False)
class Sobol(Shown):
    """Indices by falling total; ``interactions`` is what first-order indices leave of the variance.

    ``variance`` is in squares of ``quote``; ``evaluations`` is how often the model was run. ``note`` says that
    correlations were switched off, empty when there are none.
    """

    quote: Unit
    variance: float
    draws: int
    left_out: int
    evaluations: int
    note: str
    inputs: tuple[Index, ...]

    @property
    def interactions(self) -> float:
        """One less the sum of all first-order indices."""
        return 1 - sum(row.first for row in self.inputs)

    def as_json(self) -> dict[str, Any]:
        """quote, variance, draws, left_out, evaluations, note, interactions and inputs."""
        return {**plain(self), "interactions": plain(self.interactions)}

    def to_frame(self) -> DataFrame:
        """The inputs as a pandas frame."""
        return frame(self.inputs)

    def tables(self) -> list[Table]:
        """First-order and total indices."""
        from ..layouts.sensitivity import sobol_tables

        return sobol_tables(self)


def sobol_indices(function: Function, dimensions: int, draws: int = DRAWS, seed: int = SEED) -> Indices:
    """Estimate first-order and total indices of a function of independent standard normals (inputs, draws).

    Draws A, B and one more for each input, in which A has that input from B: ``draws`` x (``dimensions`` + 2) values.
    First order: Saltelli et al. (2010), Variance based sensitivity analysis of model output, Computer Physics
    Communications 181, 259-270, table 2 (b); total: Jansen (1999), Analysis of variance designs for model output,
    same journal 117, 35-43, in table 2 (f) of the former. Standard errors come from independent scrambles.
    """
    drawn, replicates = scores(draws, 2 * dimensions, seed)
    a, b = drawn[:dimensions], drawn[dimensions:]
    of_a, of_b = function(a), function(b)
    mixed = np.empty((dimensions, drawn.shape[1]))
    for number in range(dimensions):
        here = a.copy()
        here[number] = b[number]
        mixed[number] = function(here)
    bad = ~np.isfinite(of_a) | ~np.isfinite(of_b) | ~np.isfinite(mixed).all(axis=0)
    for values in (of_a, of_b, mixed):
        values[..., bad] = np.nan
    centre = _mean(np.concatenate([of_a, of_b]))
    of_a, of_b, mixed = of_a - centre, of_b - centre, mixed - centre
    spread = (of_a * of_a + of_b * of_b) / 2
    first, first_error = _ratios(of_b * (mixed - of_a), spread, replicates)
    total, total_error = _ratios((of_a - mixed) * (of_a - mixed) / 2, spread, replicates)
    return Indices(first, first_error, total, total_error, _mean(spread), len(of_a), int(bad.sum()))


def _ratios(parts: Array, spread: Array, replicates: int) -> tuple[Array, Array]:
    """Means of the parts (inputs, draws) over the mean of the spread (draws,), with errors of the linearised ratio."""
    whole = _mean(spread) or math.nan
    share = np.array([_mean(row) for row in parts]) / whole
    rest = (parts - share[:, None] * spread) / whole
    return share, np.array([mean_error(row, replicates) for row in rest])


def _mean(values: Array) -> float:
    good = values[np.isfinite(values)]
    return float(good.mean()) if len(good) else math.nan


def sobol(case: Case, draws: int = DRAWS, seed: int = SEED) -> Sobol:
    """Return the Sobol' indices of the value per share on independent inputs; correlations are switched off."""
    evaluator = Evaluator.of(case, correlated=False)
    inputs = evaluator.uncertain
    found = sobol_indices(worth(evaluator), len(inputs), draws, seed)
    figures = zip(inputs, found.first, found.first_error, found.total, found.total_error, strict=True)
    rows = [Index(one.name, one.label, one.unit, *map(float, numbers)) for one, *numbers in figures]
    rows.sort(key=lambda row: -row.total if math.isfinite(row.total) else math.inf)
    return Sobol(
        quote=case.quote,
        variance=found.variance,
        draws=found.draws,
        left_out=found.left_out,
        evaluations=found.draws * (len(inputs) + 2),
        note=INDEPENDENT if case.correlations else "",
        inputs=tuple(rows),
    )
