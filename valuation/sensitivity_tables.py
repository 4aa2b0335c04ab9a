"""What ``valuation sensitivity`` prints: one table an analysis, the first rows of each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from .sensitivity import (
    ByEvent,
    Contributions,
    DependenceEffect,
    Goal,
    Grid,
    Sensitivity,
    Shapley,
    Sobol,
    Tornado,
    Worst,
)
from .sensitivity.worst import Difference, Tail
from .terminal import console
from .units import RATE, Unit, shown

ROWS = 15
BAR = 12


def print_sensitivity(found: Sensitivity) -> None:
    """Print every analysis that was made, and what it was made of."""
    if found.tornado is not None:
        print_tornado(found.tornado)
    if found.contributions is not None:
        print_contributions(found.contributions)
    if found.sobol is not None:
        print_sobol(found.sobol)
    if found.shapley is not None:
        print_shapley(found.shapley)
    if found.worst is not None:
        print_worst(found.worst)
    if found.dependence is not None:
        print_dependence(found.dependence)
    if found.events is not None:
        print_events(found.events)
    drawn, out = found.sample, console()
    out.print(f"{drawn.draws:,} draws; {drawn.valid:,} valid; seed {drawn.seed}", highlight=False)
    for name, count in drawn.invalid.items():
        out.print(f"  {count:,} draws impossible at {name}, left out", highlight=False, markup=False)


def print_tornado(found: Tornado) -> None:
    """Print each input at both ends, widest first, with a bar as long as its swing."""
    low, high = (f"P{100 * q:g}" for q in found.quantiles)
    heads = (f"at {low}", f"at {high}", f"value at {low}", f"value at {high}", "swing", "")
    widest = max((bar.swing for bar in found.bars if math.isfinite(bar.swing)), default=0.0)
    rows = []
    for bar in found.bars:
        ends = ("no", "yes") if bar.event else (_input(end, bar.unit) for end in (bar.low_input, bar.high_input))
        values = (_amount(end) for end in (bar.low, bar.high, bar.swing))
        length = round(BAR * bar.swing / widest) if math.isfinite(bar.swing) and widest else 0
        rows.append((bar.name, *ends, *values, "█" * length))
    title = f"One at a time, others at base {found.base:,.2f} {found.quote} (correlations play no part)"
    _print(title, ("input", *heads), rows, len(heads))
    for name, line in found.impossible.items():
        console().print(f"note: {name}: the model is impossible at one end, at {line}", highlight=False, markup=False)


def print_contributions(found: Contributions) -> None:
    """Print rank correlations, contributions and regression coefficients."""
    rows = [
        (
            row.name,
            _signed(row.rank_correlation),
            _percent(row.contribution, sign=True),
            _signed(row.rank_regression),
            _signed(row.regression),
        )
        for row in found.inputs
    ]
    heads = ("input", "rank correlation", "contribution", "rank regression", "regression")
    _print("Contribution to variance, all inputs drawn", heads, rows)
    out = console()
    text = f"R squared {_percent(found.r_squared)}, of ranks {_percent(found.rank_r_squared)}; "
    out.print(f"{text}rank correlations below {2 * found.noise:.2f} may be chance", highlight=False)
    _note(found.note)


def print_sobol(found: Sobol) -> None:
    """Print first-order and total indices with their errors."""
    rows = [
        (row.name, _percent(row.first), _percent(row.first_error), _percent(row.total), _percent(row.total_error))
        for row in found.inputs
    ]
    _print("Sobol' indices, shares of the variance", ("input", "first order", "± error", "total", "± error"), rows)
    text = f"{_percent(found.interactions)} by interactions; {found.evaluations:,} evaluations"
    console().print(f"{text}{_left_out(found.left_out)}", highlight=False)
    _note(found.note)


def print_shapley(found: Shapley) -> None:
    """Print Shapley effects with their errors."""
    quote = str(found.quote)
    rows = [(row.name, _percent(row.share), _percent(row.standard_error), f"{row.effect:,.2f}") for row in found.inputs]
    heads = ("input", "share of variance", "± error", f"effect, ({quote})²")
    _print("Shapley effects, correlations included", heads, rows)
    deviation = math.sqrt(found.variance) if found.variance >= 0 else math.nan
    orders = "all orders" if found.exact else "random orders and their reverses"
    text = (
        f"they sum to the variance, {found.variance:,.2f}, a standard deviation of {deviation:,.2f} {quote}; {orders}"
    )
    console().print(f"{text}, {found.evaluations:,} evaluations{_left_out(found.left_out)}", highlight=False)


def print_worst(found: Worst) -> None:
    """Print what is different in the worst and in the best draws, and the expected shortfall."""
    for word, side, tail in (("worst", "below", found.worst), ("best", "above", found.best)):
        title = f"What drives the {word} {found.tail:.0%} of draws: {side} {tail.bound:,.2f} {found.quote}"
        rows = [_difference(row, tail) for row in tail.inputs]
        heads = ("input", "mean", f"mean, {word} {found.tail:.0%}", "st. dev. away", "percentile", "distance")
        _print(title, heads, rows)
    shortfall = ", ".join(f"{level:.0%} {_amount(mean)}" for level, mean in found.shortfall.items())
    console().print(f"mean of the worst draws (expected shortfall), {found.quote}: {shortfall}", highlight=False)
    console().print(f"a distance below {found.worst.noise:.2f} may be chance", highlight=False)


def _difference(row: Difference, tail: Tail) -> tuple[str, ...]:
    unit = RATE if row.event else row.unit
    means = (_input(mean, unit) for mean in (row.mean, row.mean_inside))
    return (row.name, *means, _signed(row.standard_deviations), f"P{100 * row.percentile:.0f}", f"{row.distance:.2f}")


def print_dependence(found: DependenceEffect) -> None:
    """Print the spread with correlations beside the one without."""
    heads = ("on the same draws", "mean", "st. dev.", "P5", "P50", "P95", "above the price")
    rows = [
        (
            f"{spread.name} inputs",
            *map(_amount, (spread.mean, spread.standard_deviation, spread.p5, spread.p50, spread.p95)),
            _percent(spread.above),
        )
        for spread in (found.correlated, found.independent)
    ]
    _print(f"What {found.correlations} correlations do, {found.quote}", heads, rows)
    console().print(f"standard deviation {_percent(found.widening, sign=True)} by the correlations", highlight=False)


def print_events(found: ByEvent) -> None:
    """Print the value given each outcome."""
    heads = ("event", "outcome", "draws", "share", "mean", "P5", "P50", "P95", "above the price")
    rows = [
        (
            row.name,
            {0.0: "no", 1.0: "yes"}.get(row.outcome, f"{row.outcome:g}"),
            f"{row.draws:,}",
            _percent(row.share),
            *map(_amount, (row.mean, row.p5, row.p50, row.p95)),
            _percent(row.above),
        )
        for row in found.outcomes
    ]
    if rows:
        _print(f"Value per share by event, {found.quote}", heads, rows)
    else:
        console().print("no events: no input happens or not", highlight=False)


def print_goal(found: Goal) -> None:
    """Print where the name must be, and the curve of the probability."""
    out, unit, quote = console(), RATE if found.moved == "probability" else found.unit, found.case.quote
    title = f"Where {found.name} must be for a probability of {found.wanted:.1%} that value is above "
    title += shown(found.price, quote)
    moves = {"shift": "all its draws shifted by", "level": "level", "probability": "probability of the event"}
    heads = (moves[found.moved], "level", "probability above the price", "± error")
    rows = []
    for point in found.curve:
        change = _change(point.change, unit) if found.moved == "shift" else ""
        mark = {found.level: " <- answer", found.base_level: " <- now"}.get(point.level, "")
        figures = (f"{point.probability:.1%}", f"{point.standard_error:.1%}")
        rows.append((f"{change}{mark}", shown(point.level, unit), *figures))
    _print(title, heads, rows)
    text = f"{found.label}: {shown(found.level, unit)} instead of {shown(found.base_level, unit)}, "
    text += f"a change of {_change(found.change, unit)} (standard error {_error(found.standard_error, unit)})"
    out.print(text, highlight=False, markup=False)
    out.print(f"{found.draws:,} draws; {found.valid:,} valid; seed {found.seed}", highlight=False)
    for note in found.notes:
        out.print(f"note: {note}", highlight=False, markup=False)


def print_grid(found: Grid) -> None:
    """Print the grid, levels of the first name down and of the second across."""
    unit = found.case.quote
    what = {
        "value": f"value per share, {unit}, all else at base",
        "mean": f"mean value per share, {unit}, all else drawn",
        "probability": f"probability that value is above {_amount(found.price or math.nan)} {unit}, all else drawn",
    }
    units = [axis.unit or RATE for axis in (found.rows, found.columns)]
    heads = (found.rows.name, *(shown(level, units[1]) for level in found.columns.levels))
    spell = _percent if found.measure == "probability" else _amount
    rows = [
        (shown(level, units[0]), *map(spell, figures))
        for level, figures in zip(found.rows.levels, found.figures, strict=True)
    ]
    _print(f"{what[found.measure]}; across: {found.columns.name}", heads, rows)
    if found.left_out:
        cells = "cells" if found.measure == "value" else "draws of all cells"
        console().print(f"{found.left_out:,} {cells} impossible, left out", highlight=False)


# How things are spelled ------------------------------------------------------------------------------------------


def _print(title: str, heads: Sequence[str], rows: Sequence[Iterable[str]], left: int = -1) -> None:
    # a title of the table itself would be wrapped to its width
    console().print(f"[italic]{escape(title)}[/italic]", highlight=False, soft_wrap=True)
    table = Table()
    for number, head in enumerate(heads):
        table.add_column(escape(head), justify="left" if number in (0, left) else "right", no_wrap=number in (0, left))
    for row in rows[:ROWS]:
        table.add_row(*(escape(cell) for cell in row))
    console().print(table)
    if len(rows) > ROWS:
        console().print(f"the first {ROWS} of {len(rows)}; --json has all", highlight=False)


def _note(text: str) -> None:
    if text:
        console().print(f"note: {text}", highlight=False, markup=False)


def _left_out(count: int) -> str:
    return f"; {count:,} left out as impossible" if count else ""


def _amount(value: float) -> str:
    return f"{value:,.2f}" if math.isfinite(value) else "n/a"


def _signed(value: float) -> str:
    return f"{value:+.2f}" if math.isfinite(value) else "n/a"


def _percent(value: float, sign: bool = False) -> str:
    return (f"{value:+.1%}" if sign else f"{value:.1%}") if math.isfinite(value) else "n/a"


def _input(value: float, unit: Unit) -> str:
    """An amount of an input without the name of its unit, which would fill the table; rates keep their sign."""
    text = shown(value, unit)
    return text.removesuffix(f" {unit}") if not unit.pure else text


def _change(value: float, unit: Unit) -> str:
    text = shown(value, unit)
    text = text if value < 0 else f"+{text}"
    return text.replace("%", " points") if unit.pure and unit.shown == "rate" else text


def _error(value: float, unit: Unit) -> str:
    return _change(value, unit).removeprefix("+") if math.isfinite(value) else "unknown"
