"""Where a name must be, and values over the levels of two names, as tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..tables import Table
from ..units import RATE, Unit, change, shown
from .spelled import amount, percent, table

if TYPE_CHECKING:
    from ..sensitivity import Goal, Grid


def goal_tables(found: Goal) -> list[Table]:
    """Where the name must be, and the curve of the probability."""
    unit, quote = RATE if found.moved == "probability" else found.unit, found.case.quote
    title = f"Where {found.name} must be for a probability of {found.wanted:.1%} that value is above "
    title += shown(found.price, quote)
    moves = {"shift": "all its draws shifted by", "level": "level", "probability": "probability of the event"}
    heads = (moves[found.moved], "level", "probability above the price", "± error")
    rows = []
    for point in found.curve:
        moved = change(point.change, unit) if found.moved == "shift" else ""
        mark = {found.level: " <- answer", found.base_level: " <- now"}.get(point.level, "")
        figures = (f"{point.probability:.1%}", f"{point.standard_error:.1%}")
        rows.append((f"{moved}{mark}", shown(point.level, unit), *figures))
    text = f"{found.label}: {shown(found.level, unit)} instead of {shown(found.base_level, unit)}, "
    text += f"a change of {change(found.change, unit)} (standard error {_error(found.standard_error, unit)})"
    drawn = f"{found.draws:,} draws; {found.valid:,} valid; seed {found.seed}"
    return [table(title, heads, rows, [text, drawn, *(f"note: {told}" for told in found.notes)])]


def grid_tables(found: Grid) -> list[Table]:
    """The grid, levels of the first name down and of the second across."""
    unit = found.case.quote
    what = {
        "value": f"value per share, {unit}, all else at base",
        "mean": f"mean value per share, {unit}, all else drawn",
        "probability": f"probability that value is above {amount(found.price or math.nan)} {unit}, all else drawn",
    }
    units = [axis.unit or RATE for axis in (found.rows, found.columns)]
    heads = (found.rows.name, *(shown(level, units[1]) for level in found.columns.levels))
    spell = percent if found.measure == "probability" else amount
    rows = [
        (shown(level, units[0]), *map(spell, figures))
        for level, figures in zip(found.rows.levels, found.figures, strict=True)
    ]
    cells = "cells" if found.measure == "value" else "draws of all cells"
    notes = [f"{found.left_out:,} {cells} impossible, left out"] if found.left_out else []
    return [table(f"{what[found.measure]}; across: {found.columns.name}", heads, rows, notes)]


def _error(value: float, unit: Unit) -> str:
    return change(value, unit).removeprefix("+") if math.isfinite(value) else "unknown"
