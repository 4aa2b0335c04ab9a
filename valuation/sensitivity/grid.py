"""Two-way grids: the value per share, or the chance of being above the price, over two assumptions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from ..assumptions import Case
from ..lines import Lines
from ..model import value
from ..reverse.unknowns import Unknown, refusal, unknown
from ..simulation.engine import SEED
from ..simulation.evaluator import Evaluator
from ..tables import Shown, Table
from ..units import Unit
from .draws import DRAWS, Array, sample, share_above
from .levers import Lever, per_share
from .results import plain

if TYPE_CHECKING:
    from pandas import DataFrame

Measure = Literal["value", "mean", "probability"]
PLACE: Final = "--grid"
MOST: Final = 10_000


@dataclass(frozen=True)
class Axis:
    """One assumption at each of several levels, in its unit: of an event its probability, of a yearly row a shift."""

    name: str
    levels: tuple[float, ...]
    label: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, repr=False)
class Grid(Shown):
    """Figures for each pair of levels: ``figures[row][column]``, a row a level of ``rows``; NaN where impossible.

    ``measure`` is the value per share at base (``value``), the mean of simulated values or P(value > price), both over
    the same draws everywhere. ``left_out`` counts the impossible draws of all cells; for ``value`` impossible cells.
    """

    case: Case
    measure: Measure
    rows: Axis
    columns: Axis
    figures: tuple[tuple[float, ...], ...]
    base: tuple[float, float]
    price: float | None
    draws: int
    left_out: int

    def as_json(self) -> dict[str, Any]:
        """case, measure, unit, rows and columns (name, label, unit, levels, base), figures, price, draws, left_out."""
        axes = {
            side: {**plain(axis), "base": base}
            for side, axis, base in zip(("rows", "columns"), (self.rows, self.columns), self.base, strict=True)
        }
        unit = "%" if self.measure == "probability" else str(self.case.quote)
        counts = {"price": self.price, "draws": self.draws, "left_out": self.left_out}
        head = {"case": self.case.id, "measure": self.measure, "unit": unit}
        return {**head, **axes, "figures": plain(self.figures), **counts}

    def to_frame(self) -> DataFrame:
        """The figures as a pandas frame: levels of ``rows`` down, of ``columns`` across."""
        import pandas as pd

        down = pd.Index(self.rows.levels, name=self.rows.name)
        return pd.DataFrame(self.figures, index=down, columns=pd.Index(self.columns.levels, name=self.columns.name))

    def tables(self) -> list[Table]:
        """Levels of the first name down, of the second across."""
        from ..layouts.levels import grid_tables

        return grid_tables(self)


def grid(
    case: Case,
    rows: Axis,
    columns: Axis,
    measure: Measure = "value",
    price: float | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Grid:
    """Hold two assumptions at each pair of levels.

    For ``value`` all else is at its base, and an event weighs the values without and with it; for ``mean`` and
    ``probability`` all else is drawn, on common random numbers. ``price`` is the case's own when it is left out.
    Raises InvalidAssumptions for a name that stands for nothing, for one name twice and for a missing price;
    ValueError for an empty axis or more than 10,000 cells.
    """
    size = (len(rows.levels), len(columns.levels))
    if not 0 < size[0] * size[1] <= MOST:
        raise ValueError(f"1 to {MOST} cells expected, found {size[0]} x {size[1]}")
    if rows.name == columns.name:
        raise refusal(rows.name, "is given twice: a grid takes two different names", PLACE)
    unknowns = unknown(case, rows.name, PLACE), unknown(case, columns.name, PLACE)
    price = Evaluator.of(case).price if price is None else price
    if measure == "probability" and price is None:
        raise refusal("shares.price", "missing; give the price, as the case has none", "--price")
    axes = (rows, columns)
    if measure == "value":
        drawn, figures = 0, _at_base(case, unknowns, axes)
        left_out = int(np.isnan(figures).sum())
    else:
        drawn, figures, left_out = _simulated(case, axes, measure, price, draws, seed)
    told = [Axis(a.name, a.levels, one.label, one.unit) for a, one in zip(axes, unknowns, strict=True)]
    return Grid(
        case=case,
        measure=measure,
        rows=told[0],
        columns=told[1],
        figures=tuple(tuple(map(float, row)) for row in figures),
        base=(unknowns[0].base, unknowns[1].base),
        price=price,
        draws=drawn,
        left_out=left_out,
    )


def _at_base(case: Case, unknowns: tuple[Unknown, Unknown], axes: tuple[Axis, Axis]) -> Array:
    """All pairs at once, as if they were draws; along an event, between what it is worth without and with it."""
    events = [found.sort == "event" for found in unknowns]
    levels = [np.array([0.0, 1.0] if event else axis.levels) for event, axis in zip(events, axes, strict=True)]
    pairs = np.meshgrid(*levels, indexing="ij")
    given, fixed, added = case.base_values, dict[str, Any](), dict[str, Any]()
    for found, x in zip(unknowns, pairs, strict=True):
        found.enter(x.ravel(), given, fixed, added)
    worth = value(case, Lines(case.years), given, fixed=fixed, added=added).per_share
    figures = np.array(np.broadcast_to(np.asarray(worth, dtype=np.float64), pairs[0].size)).reshape(pairs[0].shape)
    figures[~np.isfinite(figures)] = math.nan
    for side, event in enumerate(events):
        if event:
            without, happens = np.take(figures, [0], side), np.take(figures, [1], side)
            along = np.array(axes[side].levels).reshape((-1, 1) if side == 0 else (1, -1))
            figures = without + (happens - without) * along
    return figures


def _simulated(
    case: Case, axes: tuple[Axis, Axis], measure: Measure, price: float | None, draws: int, seed: int
) -> tuple[int, Array, int]:
    """How many draws, the figures, and how many draws of all cells are impossible."""
    drawn = sample(Evaluator.of(case), draws, seed)
    if not drawn.valid:
        raise refusal(axes[0].name, "every draw of the model is impossible", PLACE)
    down, across = (Lever.of(drawn, axis.name, PLACE) for axis in axes)
    figures, left_out = np.empty((len(axes[0].levels), len(axes[1].levels))), 0
    for (i, x), (j, y) in product(enumerate(axes[0].levels), enumerate(axes[1].levels)):
        values = per_share(drawn, [(down, x), (across, y)], shifted=False)
        good = values[np.isfinite(values)]
        left_out += len(values) - len(good)
        if measure == "mean":
            figures[i, j] = good.mean() if len(good) else math.nan
        else:
            assert price is not None
            figures[i, j] = share_above(good, price)
    return drawn.draws, figures, left_out
