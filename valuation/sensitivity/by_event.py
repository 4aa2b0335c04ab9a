"""By event: the value per share given each outcome of each event."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..assumptions import Input
from ..tables import Shown, Table
from ..units import Unit
from .draws import Array, Sample, share_above
from .results import frame, is_event, plain

if TYPE_CHECKING:
    from pandas import DataFrame

QUANTILES: Final = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Outcome:
    """One outcome of an event (1 it happens, 0 it does not) or of an input that takes one of a few values.

    ``draws`` counts the possible draws with that outcome and ``share`` is their share; mean, percentiles and
    ``standard_error`` of the mean (as if draws were independent) are per quoted share. ``above`` is the share of them
    in which the value is above the price, NaN when the case has none.
    """

    name: str
    label: str
    outcome: float
    draws: int
    share: float
    mean: float
    standard_error: float
    p5: float
    p50: float
    p95: float
    above: float


@dataclass(frozen=True, repr=False)
class ByEvent(Shown):
    """All outcomes, event by event in file order."""

    quote: Unit
    price: float | None
    outcomes: tuple[Outcome, ...]

    def as_json(self) -> dict[str, Any]:
        """quote, price and outcomes; what an outcome that was never drawn would be worth is null."""
        found = plain(self)
        assert isinstance(found, dict)
        return found

    def to_frame(self) -> DataFrame:
        """The outcomes as a pandas frame, indexed by name and outcome."""
        return frame(self.outcomes, ["name", "outcome"])

    def tables(self) -> list[Table]:
        """The value given each outcome."""
        from ..layouts.sensitivity import events_tables

        return events_tables(self)


def by_event(sample: Sample) -> ByEvent:
    """Split the possible draws by the outcome of each event, and of each discrete input."""
    rows = []
    for number, found in enumerate(sample.inputs):
        for outcome in _outcomes(found):
            chosen = sample.per_share[sample.good & (sample.values[number] == outcome)]
            rows.append(_outcome(sample, found, outcome, chosen))
    return ByEvent(sample.case.quote, sample.price, tuple(rows))


def _outcomes(found: Input) -> list[float]:
    if is_event(found):
        return [0.0, 1.0]
    assert found.distribution is not None
    return sorted(found.distribution.parameters["values"]) if found.distribution.name == "discrete" else []


def _outcome(sample: Sample, found: Input, outcome: float, chosen: Array) -> Outcome:
    low, middle, high = np.quantile(chosen, QUANTILES) if len(chosen) else (math.nan,) * 3
    error = float(chosen.std(ddof=1)) / math.sqrt(len(chosen)) if len(chosen) > 1 else math.nan
    return Outcome(
        name=found.name,
        label=found.label,
        outcome=outcome,
        draws=len(chosen),
        share=len(chosen) / sample.valid if sample.valid else math.nan,
        mean=float(chosen.mean()) if len(chosen) else math.nan,
        standard_error=error,
        p5=float(low),
        p50=float(middle),
        p95=float(high),
        above=math.nan if sample.price is None else share_above(chosen, sample.price),
    )
