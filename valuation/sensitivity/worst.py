"""What drives the worst draws, and the best: which inputs are different there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..tables import Shown, Table
from ..units import Unit
from .draws import Array, Sample
from .results import frame, is_event, plain

if TYPE_CHECKING:
    from pandas import DataFrame

TAIL: Final = 0.1
SHORTFALLS: Final = (0.01, 0.05, 0.1)
CRITICAL: Final = 1.358  # Kolmogorov's distribution at 5 %


@dataclass(frozen=True)
class Difference:
    """One input inside a tail of the value against all draws, in its unit.

    ``standard_deviations`` is how far its mean inside lies from its mean over all, ``percentile`` the mean of its ranks
    inside (50 % when it makes no difference), ``distance`` the Kolmogorov distance of its distributions inside and
    outside. For an event ``mean`` and ``mean_inside`` are probabilities.
    """

    name: str
    label: str
    unit: Unit
    event: bool
    mean: float
    mean_inside: float
    standard_deviations: float
    percentile: float
    distance: float


@dataclass(frozen=True)
class Tail:
    """The draws below (or above) ``bound``, their mean value per share, and the inputs by falling distance.

    A distance smaller than ``noise`` may be chance (Kolmogorov-Smirnov, 5 %).
    """

    bound: float
    draws: int
    mean: float
    noise: float
    inputs: tuple[Difference, ...]


@dataclass(frozen=True, repr=False)
class Worst(Shown):
    """The worst and the best ``tail`` of the draws; ``shortfall`` is the mean of the worst 1, 5 and 10 %."""

    tail: float
    quote: Unit
    mean: float
    worst: Tail
    best: Tail
    shortfall: dict[float, float]

    def as_json(self) -> dict[str, Any]:
        """tail, quote, mean, worst and best (bound, draws, mean, noise, inputs), shortfall by probability."""
        found = plain(self)
        assert isinstance(found, dict)
        return {**found, "shortfall": {f"{level:g}": plain(mean) for level, mean in self.shortfall.items()}}

    def to_frame(self) -> DataFrame:
        """The inputs in the worst draws as a pandas frame."""
        return frame(self.worst.inputs)

    def tables(self) -> list[Table]:
        """What is different in the worst and in the best draws."""
        from ..layouts.sensitivity import worst_tables

        return worst_tables(self)


def worst(sample: Sample, tail: float = TAIL) -> Worst:
    """Compare inputs in the worst and the best draws with the others.

    Regional sensitivity analysis: Hornberger and Spear (1981), An approach to the preliminary analysis of environmental
    systems, Journal of Environmental Management 12, 7-18; Saltelli et al. (2008), Global Sensitivity Analysis, chapter
    5. Expected shortfall: Acerbi and Tasche (2002), On the coherence of expected shortfall, Journal of Banking and
    Finance 26, 1487-1503, definition 2.6. Raises ValueError unless 0 < tail < 1.
    """
    if not 0 < tail < 1:
        raise ValueError(f"0 < tail < 1 expected, found {tail}")
    worth = sample.per_share[sample.good]
    low, high = np.quantile(worth, [tail, 1 - tail]) if len(worth) else (math.nan, math.nan)
    ranked = sample.ranked
    return Worst(
        tail=tail,
        quote=sample.case.quote,
        mean=_mean(worth),
        worst=_tail(sample, ranked, worth <= low, float(low)),
        best=_tail(sample, ranked, worth >= high, float(high)),
        shortfall={level: expected_shortfall(worth, level) for level in SHORTFALLS},
    )


def expected_shortfall(worth: Array, level: float) -> float:
    """Return the mean of the lowest ``level`` of the values; the draw at the edge counts in part. NaN for no values."""
    ordered = np.sort(worth)
    count = level * len(ordered)
    whole = math.floor(count)
    if not len(ordered):
        return math.nan
    return float((ordered[:whole].sum() + (count - whole) * ordered[min(whole, len(ordered) - 1)]) / count)


def _tail(sample: Sample, ranked: Array, inside: NDArray[np.bool_], bound: float) -> Tail:
    values, worth = sample.values[:, sample.good], sample.per_share[sample.good]
    count, others = int(inside.sum()), int((~inside).sum())
    rows = []
    for number, found in enumerate(sample.inputs):
        mean, spread = _mean(values[number]), float(values[number].std()) if count else math.nan
        within = _mean(values[number, inside])
        rows.append(
            Difference(
                name=found.name,
                label=found.label,
                unit=found.unit,
                event=is_event(found),
                mean=mean,
                mean_inside=within,
                standard_deviations=(within - mean) / spread if spread > 0 else math.nan,
                percentile=(_mean(ranked[number, inside]) - 0.5) / len(worth) if count else math.nan,
                distance=distance(values[number], inside),
            )
        )
    rows.sort(key=lambda row: -row.distance if math.isfinite(row.distance) else math.inf)
    noise = CRITICAL * math.sqrt(1 / count + 1 / others) if count and others else math.nan
    return Tail(bound, count, _mean(worth[inside]), noise, tuple(rows))


def distance(values: Array, inside: NDArray[np.bool_]) -> float:
    """Return the largest distance between the distribution functions of the values inside and outside.

    The two-sample statistic of Smirnov (1939); NaN when one of the two is empty.
    """
    count, others = int(inside.sum()), int((~inside).sum())
    if not count or not others:
        return math.nan
    order = np.argsort(values, kind="stable")
    steps = np.where(inside[order], 1 / count, -1 / others).cumsum()
    last = np.append(np.diff(values[order]) > 0, True)  # equal values step together
    return float(np.abs(steps[last]).max())


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else math.nan
