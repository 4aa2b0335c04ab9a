"""What the correlations do: the spread of the value with them and without, on the same scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..simulation.evaluator import Evaluator
from ..tables import Shown, Table
from ..units import Unit
from .draws import Sample, valued
from .results import frame, plain

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Spread:
    """The distribution of the value per quoted share over the possible draws; ``above`` is P(value > price)."""

    name: str
    valid: int
    mean: float
    standard_deviation: float
    p5: float
    p50: float
    p95: float
    above: float


@dataclass(frozen=True, repr=False)
class DependenceEffect(Shown):
    """The spread ``correlated`` and ``independent``; ``widening`` is the ratio of standard deviations, less one."""

    quote: Unit
    draws: int
    correlations: int
    correlated: Spread
    independent: Spread

    @property
    def widening(self) -> float:
        """By how much the correlations widen the standard deviation, as a share; NaN when there is none."""
        alone = self.independent.standard_deviation
        return self.correlated.standard_deviation / alone - 1 if alone > 0 else math.nan

    def as_json(self) -> dict[str, Any]:
        """quote, draws, how many correlations, both spreads, and widening."""
        return {**plain(self), "widening": plain(self.widening)}

    def to_frame(self) -> DataFrame:
        """The two spreads as a pandas frame."""
        return frame([self.correlated, self.independent])

    def tables(self) -> list[Table]:
        """The spread with correlations and without."""
        from ..layouts.sensitivity import dependence_tables

        return dependence_tables(self)


def dependence_effect(sample: Sample) -> DependenceEffect:
    """Value the scores of a sample again as if no inputs were correlated."""
    other = valued(Evaluator.of(sample.case, correlated=False), sample.scores, sample.seed, sample.replicates)
    return DependenceEffect(
        quote=sample.case.quote,
        draws=sample.draws,
        correlations=len(sample.case.correlations),
        correlated=_spread("correlated", sample),
        independent=_spread("independent", other),
    )


def _spread(name: str, sample: Sample) -> Spread:
    good = sample.per_share[sample.good]
    low, middle, high = np.quantile(good, [0.05, 0.5, 0.95]) if len(good) else (math.nan,) * 3
    return Spread(
        name=name,
        valid=sample.valid,
        mean=float(good.mean()) if len(good) else math.nan,
        standard_deviation=float(good.std(ddof=1)) if len(good) > 1 else math.nan,
        p5=float(low),
        p50=float(middle),
        p95=float(high),
        above=math.nan if sample.price is None else sample.probability_above(sample.price),
    )
