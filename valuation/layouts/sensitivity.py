"""What moves the value, as tables: one an analysis, the inputs that matter most first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..tables import Table, note
from ..units import RATE
from ..units import amount as input_amount
from .spelled import amount, left_out, noted, percent, signed, table

if TYPE_CHECKING:
    from ..sensitivity import ByEvent, Contributions, DependenceEffect, Sensitivity, Shapley, Sobol, Tornado, Worst
    from ..sensitivity.worst import Difference, Tail

BAR = 12


def sensitivity_tables(found: Sensitivity) -> list[Table]:
    """Every analysis that was made, and what it was made of."""
    made = (
        found.tornado,
        found.contributions,
        found.sobol,
        found.shapley,
        found.worst,
        found.dependence,
        found.events,
    )
    drawn = found.sample
    told = [note(f"{drawn.draws:,} draws; {drawn.valid:,} valid; seed {drawn.seed}")]
    told += [note(f"  {count:,} draws impossible at {name}, left out") for name, count in drawn.invalid.items()]
    return [one for analysis in made if analysis is not None for one in analysis.tables()] + told


def tornado_tables(found: Tornado) -> list[Table]:
    """Each input at both ends, widest first, with a bar as long as its swing."""
    low, high = (f"P{100 * q:g}" for q in found.quantiles)
    heads = ("input", f"at {low}", f"at {high}", f"value at {low}", f"value at {high}", "swing", "")
    widest = max((bar.swing for bar in found.bars if math.isfinite(bar.swing)), default=0.0)
    rows = []
    for bar in found.bars:
        ends = ("no", "yes") if bar.event else (input_amount(x, bar.unit) for x in (bar.low_input, bar.high_input))
        values = (amount(end) for end in (bar.low, bar.high, bar.swing))
        length = round(BAR * bar.swing / widest) if math.isfinite(bar.swing) and widest else 0
        rows.append((bar.name, *ends, *values, "█" * length))
    title = f"One at a time, others at base {found.base:,.2f} {found.quote} (correlations play no part)"
    notes = [f"note: {name}: the model is impossible at one end, at {line}" for name, line in found.impossible.items()]
    return [table(title, heads, rows, notes, left=len(heads) - 1)]


def contributions_tables(found: Contributions) -> list[Table]:
    """Rank correlations, contributions and regression coefficients."""
    rows = [
        (
            row.name,
            signed(row.rank_correlation),
            percent(row.contribution, sign=True),
            signed(row.rank_regression),
            signed(row.regression),
        )
        for row in found.inputs
    ]
    heads = ("input", "rank correlation", "contribution", "rank regression", "regression")
    text = f"R squared {percent(found.r_squared)}, of ranks {percent(found.rank_r_squared)}; "
    text += f"rank correlations below {2 * found.noise:.2f} may be chance"
    return [table("Contribution to variance, all inputs drawn", heads, rows, [text, *noted(found.note)])]


def sobol_tables(found: Sobol) -> list[Table]:
    """First-order and total indices with their errors."""
    rows = [
        (row.name, percent(row.first), percent(row.first_error), percent(row.total), percent(row.total_error))
        for row in found.inputs
    ]
    heads = ("input", "first order", "± error", "total", "± error")
    text = f"{percent(found.interactions)} by interactions; {found.evaluations:,} evaluations"
    notes = [f"{text}{left_out(found.left_out)}", *noted(found.note)]
    return [table("Sobol' indices, shares of the variance", heads, rows, notes)]


def shapley_tables(found: Shapley) -> list[Table]:
    """Shapley effects with their errors."""
    quote = str(found.quote)
    rows = [(row.name, percent(row.share), percent(row.standard_error), f"{row.effect:,.2f}") for row in found.inputs]
    heads = ("input", "share of variance", "± error", f"effect, ({quote})²")
    deviation = math.sqrt(found.variance) if found.variance >= 0 else math.nan
    orders = "all orders" if found.exact else "random orders and their reverses"
    text = f"they sum to the variance, {found.variance:,.2f}, a standard deviation of {deviation:,.2f} {quote}; "
    text += f"{orders}, {found.evaluations:,} evaluations{left_out(found.left_out)}"
    return [table("Shapley effects, correlations included", heads, rows, [text])]


def worst_tables(found: Worst) -> list[Table]:
    """What is different in the worst and in the best draws, and the expected shortfall."""
    tables = []
    for word, side, tail in (("worst", "below", found.worst), ("best", "above", found.best)):
        title = f"What drives the {word} {found.tail:.0%} of draws: {side} {tail.bound:,.2f} {found.quote}"
        rows = [_difference(row, tail) for row in tail.inputs]
        heads = ("input", "mean", f"mean, {word} {found.tail:.0%}", "st. dev. away", "percentile", "distance")
        tables.append(table(title, heads, rows))
    shortfall = ", ".join(f"{level:.0%} {amount(mean)}" for level, mean in found.shortfall.items())
    tables.append(note(f"mean of the worst draws (expected shortfall), {found.quote}: {shortfall}"))
    return [*tables, note(f"a distance below {found.worst.noise:.2f} may be chance")]


def _difference(row: Difference, tail: Tail) -> tuple[str, ...]:
    unit = RATE if row.event else row.unit
    means = (input_amount(mean, unit) for mean in (row.mean, row.mean_inside))
    return (row.name, *means, signed(row.standard_deviations), f"P{100 * row.percentile:.0f}", f"{row.distance:.2f}")


def dependence_tables(found: DependenceEffect) -> list[Table]:
    """The spread with correlations beside the one without."""
    heads = ("on the same draws", "mean", "st. dev.", "P5", "P50", "P95", "above the price")
    rows = [
        (
            f"{spread.name} inputs",
            *map(amount, (spread.mean, spread.standard_deviation, spread.p5, spread.p50, spread.p95)),
            percent(spread.above),
        )
        for spread in (found.correlated, found.independent)
    ]
    text = f"standard deviation {percent(found.widening, sign=True)} by the correlations"
    return [table(f"What {found.correlations} correlations do, {found.quote}", heads, rows, [text])]


def events_tables(found: ByEvent) -> list[Table]:
    """The value given each outcome."""
    heads = ("event", "outcome", "draws", "share", "mean", "P5", "P50", "P95", "above the price")
    rows = [
        (
            row.name,
            {0.0: "no", 1.0: "yes"}.get(row.outcome, f"{row.outcome:g}"),
            f"{row.draws:,}",
            percent(row.share),
            *map(amount, (row.mean, row.p5, row.p50, row.p95)),
            percent(row.above),
        )
        for row in found.outcomes
    ]
    if not rows:
        return [note("no events: no input happens or not")]
    return [table(f"Value per share by event, {found.quote}", heads, rows)]
