"""Tornado: the value per share with each uncertain input at a low and a high quantile, the others at their base."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..assumptions import Case, Input
from ..lines import Lines, single
from ..model import base_value
from ..simulation.evaluator import Evaluator
from ..tables import Shown, Table
from ..units import Unit
from .draws import Array
from .results import frame, is_event, plain

if TYPE_CHECKING:
    from pandas import DataFrame

QUANTILES: Final = (0.05, 0.95)


@dataclass(frozen=True)
class Bar:
    """One input: what it is at its low and high quantile, in its unit, and the value per quoted share there.

    An event is put to 0 and to 1. ``low`` or ``high`` is NaN where the model is impossible, and ``impossible`` names
    the line that says so; ``swing`` is the distance between the two values, NaN where one is.
    """

    name: str
    label: str
    unit: Unit
    event: bool
    base_input: float
    low_input: float
    high_input: float
    low: float
    high: float
    swing: float
    impossible: str


@dataclass(frozen=True, repr=False)
class Tornado(Shown):
    """Bars from the widest to the narrowest, those with an impossible end last; money in ``quote``."""

    base: float
    quote: Unit
    quantiles: tuple[float, float]
    bars: tuple[Bar, ...]

    @property
    def impossible(self) -> dict[str, str]:
        """The inputs that make the model impossible at one end, with the line that says so."""
        return {bar.name: bar.impossible for bar in self.bars if bar.impossible}

    def as_json(self) -> dict[str, Any]:
        """base, quote, quantiles and bars: name, label, unit, event, inputs, values, swing, impossible."""
        found = plain(self)
        assert isinstance(found, dict)
        return found

    def to_frame(self) -> DataFrame:
        """The bars as a pandas frame."""
        return frame(self.bars)

    def picture(self) -> str:
        """One input at a time, the widest on top."""
        from ..plots.inline import inline
        from ..plots.sensitivity import tornado as drawn

        if not self.bars:
            return ""
        return inline(lambda: drawn(self), "One input at a time, the widest on top")

    def tables(self) -> list[Table]:
        """Each input at both ends, the widest first."""
        from ..layouts.sensitivity import tornado_tables

        return tornado_tables(self)


def tornado(case: Case, quantiles: tuple[float, float] = QUANTILES) -> Tornado:
    """Move each uncertain input alone from a low to a high quantile of its own distribution.

    Correlations play no part: the others stay at their base. The classic one-at-a-time diagram of decision analysis:
    Howard (1988), Decision Analysis: Practice and Promise, Management Science 34, 679-695. Raises ValueError unless
    0 <= low < high <= 1.
    """
    low, high = quantiles
    if not 0 <= low < high <= 1:
        raise ValueError(f"0 <= low < high <= 1 expected, found {low} and {high}")
    evaluator = Evaluator.of(case)
    inputs = evaluator.uncertain
    ends = np.array([_ends(found, quantiles) for found in inputs]).reshape(len(inputs), 2)
    given = _one_at_a_time(case, inputs, ends)
    found, lines = evaluator.run(given)
    values = np.broadcast_to(np.asarray(found.per_share, dtype=np.float64), (max(2 * len(inputs), 1),))
    bars = list(_bars(inputs, ends, values[: 2 * len(inputs)].reshape(-1, 2), lines))
    bars.sort(key=lambda bar: -bar.swing if math.isfinite(bar.swing) else math.inf)
    return Tornado(single(base_value(case).per_share), case.quote, quantiles, tuple(bars))


def _ends(found: Input, quantiles: tuple[float, float]) -> Array:
    assert found.distribution is not None
    return np.array([0.0, 1.0]) if is_event(found) else found.distribution.quantile(np.array(quantiles))


def _one_at_a_time(case: Case, inputs: list[Input], ends: Array) -> dict[str, Array]:
    """Two candidates an input, side by side as if they were draws: all inputs at their base but one."""
    given = case.base_values
    for number, found in enumerate(inputs):
        given[found.name] = np.full(2 * len(inputs), found.base)
        given[found.name][2 * number : 2 * number + 2] = ends[number]
    return given


def _bars(inputs: list[Input], ends: Array, values: Array, lines: Lines) -> Iterator[Bar]:
    for number, found in enumerate(inputs):
        at = np.zeros(values.size, dtype=bool)
        at[2 * number : 2 * number + 2] = ~np.isfinite(values[number])
        low, high = (float(end) if math.isfinite(end) else math.nan for end in values[number])
        yield Bar(
            name=found.name,
            label=found.label,
            unit=found.unit,
            event=is_event(found),
            base_input=found.base,
            low_input=float(ends[number, 0]),
            high_input=float(ends[number, 1]),
            low=low,
            high=high,
            swing=abs(high - low),
            impossible=", ".join(lines.invalid.counts(at)) if at.any() else "",
        )
