"""The fan of one name: how far its draws spread in each year of the forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Case
from ..lines import Lines
from ..model import base_value
from ..quantities import find
from ..tables import Column, Shown, Table
from ..units import Unit, amount
from .engine import SEED, Progress, simulate
from .evaluator import Evaluator, named

if TYPE_CHECKING:
    from pandas import DataFrame

Array = NDArray[np.float64]

FAN_DRAWS: Final = 10_000
FAN: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, eq=False)
class Fan(Shown):
    """Quantiles of one name by year.

    ``years`` are the fiscal years of the forecast, empty for a name that has one value for all; then every array has
    one entry. ``quantiles`` holds an array (years,) for each of P5, P25, P50, P75 and P95 by its share; ``mean`` and
    ``base`` are (years,) too. Draws in which the name is impossible in any year count as ``draws - valid`` and are
    left out of all years; ``invalid`` names the lines that spoiled the value per share in the same run.
    """

    name: str
    label: str
    unit: Unit
    years: tuple[int, ...]
    quantiles: Mapping[float, Array]
    mean: Array
    base: Array
    draws: int
    valid: int
    seed: int
    invalid: Mapping[str, int]

    @property
    def yearly(self) -> bool:
        """Whether the name has a value each year."""
        return bool(self.years)

    def to_frame(self) -> DataFrame:
        """A row a year (or one), a column a quantile, the mean and the base; the unit is in ``frame.attrs``."""
        import pandas as pd

        index = pd.Index(self.years or [self.name], name="year" if self.years else "name")
        columns = {f"P{100 * q:g}": values for q, values in self.quantiles.items()}
        frame = pd.DataFrame({"base": self.base, "mean": self.mean, **columns}, index=index)
        frame.attrs.update(name=self.name, label=self.label, unit=str(self.unit), draws=self.draws, valid=self.valid)
        return frame

    def picture(self) -> str:
        """How far it spreads by year."""
        from ..plots.inline import inline
        from ..plots.run import fan as drawn

        if not self.valid or not self.yearly:
            return ""
        return inline(lambda: drawn(self), "How far it spreads by year")

    def tables(self) -> list[Table]:
        """A row a year."""
        heads = ["base", "mean", *(f"P{100 * q:g}" for q in self.quantiles)]
        series = [self.base, self.mean, *self.quantiles.values()]
        rows = tuple(
            (year, *(amount(float(values[number]), self.unit) for values in series))
            for number, year in enumerate([f"FY{year}" for year in self.years] or ["all years"])
        )
        columns = (Column("year", whole=True), *(Column(head, right=True) for head in heads))
        return [Table(f"{self.label}, {self.unit} ({self.name})", columns, (rows,), tuple(self._notes()), above=True)]

    def _notes(self) -> list[str]:
        notes = [f"{self.draws:,} draws; {self.valid:,} valid; seed {self.seed}"]
        return notes + [f"  {count:,} draws impossible at {name}" for name, count in self.invalid.items()]

    def __repr__(self) -> str:
        return self.tables()[0].text()


def fan(
    case: Case,
    name: str,
    draws: int = FAN_DRAWS,
    seed: int = SEED,
    *,
    progress: Progress | None = None,
    evaluator: Evaluator | None = None,
    **more: Any,
) -> Fan:
    """Return how an input, an assumption or a line spreads over the years, from the draws of a run.

    They are the draws of ``simulate`` with the same number, seed and further arguments. InvalidAssumptions for a name
    that is none of these.
    """
    found = find(case, name, "fan")
    run = simulate(case, draws, seed, keep=(found.name,), progress=progress, evaluator=evaluator, **more)
    lines = Lines(case.years)
    base_value(case, lines)
    years = case.years if found.yearly else 1
    base = _by_year(named(case, lines, case.base_values, found.name), (years, 1))[:, 0]
    drawn = _by_year(run.kept[found.name], (years, run.draws))
    possible = drawn[:, np.isfinite(drawn).all(axis=0)]
    quantiles = _quantiles(possible)
    return Fan(
        name=found.name,
        label=found.label,
        unit=found.unit,
        years=tuple(case.fiscal_years) if found.yearly else (),
        quantiles=dict(zip(FAN, quantiles, strict=True)),
        mean=possible.mean(axis=1) if possible.size else np.full(len(drawn), np.nan),
        base=base,
        draws=run.draws,
        valid=possible.shape[1],
        seed=run.seed,
        invalid=run.invalid,
    )


def _by_year(values: Array, shape: tuple[int, int]) -> Array:
    """Draws by year; what is the same in all years or all draws is repeated."""
    return np.array(np.broadcast_to(np.atleast_2d(values), shape))


def _quantiles(possible: Array) -> Array:
    if not possible.size:
        return np.full((len(FAN), len(possible)), np.nan)
    return np.asarray(np.quantile(possible, FAN, axis=1))
