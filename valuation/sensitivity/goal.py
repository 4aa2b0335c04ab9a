"""Goal seek under uncertainty: where an assumption must be for P(value > price) to be what is wanted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from ..assumptions import Case
from ..reverse.unknowns import refusal
from ..simulation.engine import SEED
from ..simulation.errors import mean_error
from ..simulation.evaluator import Evaluator
from ..tables import Shown, Table
from ..units import Unit, shown
from .draws import DRAWS, Sample, sample
from .levers import Lever, per_share
from .results import frame, plain

if TYPE_CHECKING:
    from pandas import DataFrame

PROBABILITY: Final = 0.6
PLACE: Final = "--goal"
FIRST_STEP: Final = 0.25
MOST_STEPS: Final = 10
POSSIBLE: Final = 0.98
EXACT: Final = 1e-4
CURVE: Final = 9


@dataclass(frozen=True)
class Point:
    """P(value > price) with the name at ``level`` (moved by ``change``), and its standard error."""

    level: float
    change: float
    probability: float
    standard_error: float


@dataclass(frozen=True, repr=False)
class Goal(Shown):
    """Where one name must be for the wanted probability that the value per share is above the price.

    ``moved`` says how: an uncertain name by a ``shift`` of all its draws, its spread kept; an event by its
    ``probability``; a certain one by its ``level``. ``change`` is from what is drawn now, ``level`` the base moved by
    it, ``standard_error`` that of both, in the unit of the name. ``reached`` is the probability found there: it moves
    in steps of one draw. Every point of the ``curve`` uses the same draws.
    """

    case: Case
    name: str
    label: str
    unit: Unit
    moved: Literal["shift", "level", "probability"]
    price: float
    wanted: float
    base_level: float
    base_probability: float
    level: float
    change: float
    standard_error: float
    reached: float
    curve: tuple[Point, ...]
    draws: int
    valid: int
    seed: int
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """All but the case, whose id is told; NaN is null."""
        found = {name: plain(value) for name, value in vars(self).items() if name != "case"}
        return {"case": self.case.id, **found, "quote": str(self.case.quote)}

    def to_frame(self) -> DataFrame:
        """The curve as a pandas frame, indexed by level."""
        return frame(self.curve, "level")

    def tables(self) -> list[Table]:
        """Where the name must be, and the curve."""
        from ..layouts.levels import goal_tables

        return goal_tables(self)


def goal(
    case: Case,
    name: str,
    probability: float = PROBABILITY,
    price: float | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Goal:
    """Find where one name must be for P(value > price) to be ``probability``, everything else still drawn.

    ``name`` is anything that ``valuation solve`` takes; ``price`` is per quoted share, the case's own when it is left
    out. The nearest crossing is bracketed in growing steps and refined by Brent's method on common random numbers;
    the error of the answer is that of the probability over the slope there (delta method). Raises InvalidAssumptions
    when there is no price, when the name stands for nothing, and when no value gives that probability; ValueError
    unless 0 < probability < 1.
    """
    if not 0 < probability < 1:
        raise ValueError(f"0 < probability < 1 expected, found {probability}")
    drawn = sample(Evaluator.of(case), draws, seed)
    price = drawn.price if price is None else price
    if price is None:
        raise refusal("shares.price", "missing; give the price, as the case has none", "--price")
    if not drawn.valid:
        raise refusal(name, "every draw of the model is impossible", PLACE)
    seek = _Seek(drawn, Lever.of(drawn, name, PLACE), price, probability)
    x = seek.answer()
    lever, reached, error, curve = seek.lever, seek.at(x), seek.error(x), seek.curve(x)
    shift = x - lever.start
    return Goal(
        case=case,
        name=name,
        label=lever.unknown.label,
        unit=lever.unknown.unit,
        moved="shift" if lever.shifts else "probability" if lever.unknown.sort == "event" else "level",
        price=price,
        wanted=probability,
        base_level=lever.unknown.base,
        base_probability=seek.at(lever.start).probability,
        level=lever.unknown.base + shift,
        change=shift,
        standard_error=error,
        reached=reached.probability,
        curve=curve,
        draws=drawn.draws,
        valid=drawn.valid,
        seed=seed,
        notes=tuple(seek.notes(x)),
    )


class _Seek:
    """The probability as a function of one lever, each place valued once."""

    def __init__(self, drawn: Sample, lever: Lever, price: float, wanted: float) -> None:
        self.sample, self.lever, self.price, self.wanted = drawn, lever, price, wanted
        self.points: dict[float, Point] = {}
        self.left_out: dict[float, int] = {}

    def at(self, x: float) -> Point:
        """P(value > price) among possible draws; NaN where more than a few of those possible now are not there."""
        if x not in self.points:
            values = per_share(self.sample, [(self.lever, x)], shifted=True)
            good = np.isfinite(values)
            enough = int(good.sum()) >= POSSIBLE * self.sample.valid
            above = np.where(good, values > self.price, np.nan)
            share = float(np.mean(above[good])) if enough else math.nan
            change = x - self.lever.start
            error = mean_error(above, self.sample.replicates)
            self.points[x] = Point(self.lever.unknown.base + change, change, share, error)
            self.left_out[x] = self.sample.valid - int(good.sum())
        return self.points[x]

    def missing(self, x: float) -> float:
        """How far the probability is above what is wanted."""
        return self.at(x).probability - self.wanted

    def answer(self) -> float:
        """The place nearest to the start, in steps, where the probability crosses what is wanted."""
        from scipy.optimize import brentq

        start = self.lever.start
        if not self.missing(start):
            return start
        sides = {side: self._steps(side) for side in (-1, 1)}
        before = dict.fromkeys(sides, start)
        while sides:
            crossed = []
            for side in list(sides):
                x = next(sides[side], math.nan)
                if not math.isfinite(x) or not math.isfinite(self.missing(x)):
                    del sides[side]
                elif self.missing(x) * self.missing(before[side]) <= 0:
                    crossed.append((before[side], x))
                before[side] = x
            if crossed:
                low, high = min(crossed, key=lambda pair: abs(pair[1] - start))
                return float(brentq(self.missing, low, high, xtol=EXACT * self.lever.scale, rtol=1e-12))
        raise refusal(self.lever.unknown.name, self._beyond(), PLACE)

    def _steps(self, side: int) -> Iterator[float]:
        """Steps away from the start, each twice the one before, up to the bound."""
        bound = self.lever.bounds[0 if side < 0 else 1]
        for number in range(MOST_STEPS):
            x = self.lever.start + side * FIRST_STEP * self.lever.scale * (1 << number)
            if side * (x - bound) >= 0:
                if bound != self.lever.start:
                    yield bound
                return
            yield x

    def _beyond(self) -> str:
        """How far the probability goes."""
        found = self.lever.unknown
        seen = [point for _, point in sorted(self.points.items()) if math.isfinite(point.probability)]
        least, most = min(seen, key=lambda p: p.probability), max(seen, key=lambda p: p.probability)
        what = "change" if self.lever.shifts else "level"
        first, last = (shown(getattr(point, what), found.unit) for point in (seen[0], seen[-1]))
        kind, worth = "shift" if self.lever.shifts else "value", shown(self.price, self.sample.case.quote)
        text = f"no {kind} from {first} to {last} makes the probability that value is above {worth} {self.wanted:.1%}: "
        return text + f"it goes from {least.probability:.1%} to {most.probability:.1%}"

    def error(self, x: float) -> float:
        """Standard error of the answer: that of the probability over the slope, taken over half a step either side."""
        low, high = self._around(x, self.lever.scale / 2)
        points = self.at(low), self.at(high)
        slope = (points[1].probability - points[0].probability) / (high - low) if high > low else math.nan
        return abs(self.at(x).standard_error / slope) if slope else math.nan

    def _around(self, x: float, reach: float) -> tuple[float, float]:
        low, high = self.lever.bounds
        return max(low, x - reach), min(high, x + reach)

    def curve(self, x: float) -> tuple[Point, ...]:
        """Places around the start and the answer, evenly spread, in order."""
        ends = sorted((self.lever.start, x))
        reach = max((ends[1] - ends[0]) / 2, self.lever.scale)
        low, high = self._around(ends[0], reach)[0], self._around(ends[1], reach)[1]
        places = sorted({*np.linspace(low, high, CURVE).tolist(), self.lever.start, x})
        return tuple(self.at(place) for place in places)

    def notes(self, x: float) -> Iterator[str]:
        """What the analyst is to be told with the answer."""
        seen = [point.probability for point in self.curve(x) if math.isfinite(point.probability)]
        moves = np.sign(np.diff(seen))
        if (moves > 0).any() and (moves < 0).any():
            yield "the probability both rises and falls with it: the nearest answer is taken"
        if self.left_out[x] > 0:
            yield f"{self.left_out[x]:,} draws that were possible are impossible there, and left out"
        if self.lever.unknown.sort == "input" and self.lever.shifts:
            yield "all its draws are shifted by the same amount; what is correlated with it stays as it was drawn"
