"""A run as tables: mean and percentiles with their errors, how it was drawn, its parts, and repaired correlations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..tables import Bold, Column, Table, Text, note

if TYPE_CHECKING:
    from ..dependence import Repair
    from ..simulation.results import Simulation
    from ..units import Unit

DESIGNS = {
    "sobol": "{:,} scramblings of a Sobol' sequence",
    "lhs": "{:,} Latin hypercubes",
    "antithetic": "{:,} antithetic pairs",
    "random": "plain random draws",
}
WORST = 0.05
REPAIRED = 12


def simulation_tables(simulation: Simulation, quote: Unit) -> list[Table]:
    """Mean and percentiles with their errors, the probability of being above the price, and the draws."""
    found = []
    if simulation.drawn.partial:
        found.append(note((Bold(f"stopped: this is what {simulation.draws:,} draws give"),)))
    heads = (str(quote), "standard error", "95 % interval")
    columns = (Column("simulation"), *(Column(head, right=True) for head in heads))
    notes: list[Text] = []
    if simulation.price is not None:
        above = simulation.probability_above(simulation.price)
        notes.append(("probability that value is above the price: ", Bold(f"{above:.1%}")))
    found.append(Table("", columns, (tuple(_estimates(simulation)),), (*notes, *_how(simulation))))
    return found + repair_tables(simulation.repair)


def parts_of_run(simulation: Simulation, quote: Unit) -> Table:
    """The mean and the range of each part's value per quoted share."""
    columns = (Column("part"), *(Column(head, right=True) for head in ("mean", "P5", "P50", "P95")))
    rows = []
    for name in simulation.shares:
        quantiles = simulation.part_quantiles(name)
        ends = (simulation.part_mean(name), *(quantiles[q] for q in (0.05, 0.5, 0.95)))
        rows.append((name, *(f"{end:,.2f}" for end in ends)))
    return Table(f"Parts, {quote}", columns, (tuple(rows),))


def _estimates(simulation: Simulation) -> Iterator[tuple[str, str, str, str]]:
    value = simulation.value
    yield "mean", *_known(value.mean, value.mean_error, value.mean_interval)
    for q in (0.05, 0.5, 0.95):
        known = simulation.quantiles[q], value.quantile_error(q), value.quantile_interval(q)
        yield f"P{100 * q:g}", *_known(*known)
    yield f"mean of the worst {WORST:.0%}", f"{value.expected_shortfall(WORST):,.2f}", "", ""


def _known(estimate: float, error: float, interval: tuple[float, float]) -> tuple[str, str, str]:
    if not math.isfinite(error):
        return f"{estimate:,.2f}", "too few draws", ""
    size = math.floor(math.log10(error)) if error > 0 else -1
    low, high = (f"{end:,.{min(max(-size, 2), 9)}f}" for end in interval)
    return f"{estimate:,.2f}", f"{error:,.{min(max(1 - size, 0), 9)}f}", f"{low} to {high}"


def _how(simulation: Simulation) -> Iterator[str]:
    """The draws, the design, whether the wanted error was reached, and what was impossible."""
    drawn = simulation.drawn
    rounded = "" if simulation.draws <= simulation.asked else f", rounded up from {simulation.asked:,}"
    rounded = f" of {simulation.asked:,}" if simulation.draws < simulation.asked else rounded
    design = DESIGNS[simulation.kind].format(simulation.replicates)
    yield f"{simulation.draws:,} draws{rounded}; {simulation.valid:,} valid; seed {simulation.seed}; {design}"
    if drawn.until is not None:
        yield _until(simulation, drawn.until)
    if drawn.note:
        yield f"note: {drawn.note}"
    for name, count in simulation.invalid.items():
        yield f"  {count:,} draws impossible at {name}"


def _until(simulation: Simulation, until: float) -> str:
    error = simulation.relative_error
    known = "not known" if math.isnan(error) else f"{error:.2g}" if error > 1 else f"{100 * error:.2g}%"
    text = f"largest standard error of P5, P50 and P95: {known}, asked for {100 * until:.4g}%"
    return text if simulation.reached else f"{text}: NOT reached; more --draws would"


def repair_tables(repair: Repair | None) -> list[Table]:
    """The rank correlations that were repaired, before and after; nothing when none was."""
    if repair is None:
        return []
    told = f"rank correlations that contradict each other (smallest eigenvalue {repair.smallest_eigenvalue:.3g})"
    rows = tuple(
        (*change.between, f"{change.before:.3f}" if change.given else "not given", f"{change.after:.3f}")
        for change in repair.visible
    )
    columns = (Column("between"), Column("and"), Column("before", right=True), Column("after", right=True))
    left = f"and {len(rows) - REPAIRED} more, by less; --json lists them all"
    return [note(f"{told} were repaired:"), Table("", columns, (rows,), most=REPAIRED, rest=left)]
