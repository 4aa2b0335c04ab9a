"""What ``valuation run`` prints of a simulation: ranges, how well they are known, and how they were drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from .terminal import console, print_checks, print_price, print_repair, print_table

if TYPE_CHECKING:
    from .simulation.results import Simulation
    from .study import Study
    from .units import Unit

DESIGNS = {
    "sobol": "{:,} scramblings of a Sobol' sequence",
    "lhs": "{:,} Latin hypercubes",
    "antithetic": "{:,} antithetic pairs",
    "random": "plain random draws",
}
WORST = 0.05


def print_run(study: Study, simulation: Simulation, written: Sequence[Path]) -> None:
    """Print parts with ranges, the price, how well the value is known, the checks, and which files were written."""
    base = study.value()
    print_table(base, simulation)
    print_price(base)
    print_simulation(simulation, base.case.quote)
    print_checks(study.findings(simulation), quiet=True)
    for path in written:
        console().print(f"[bold]{escape(str(path))}[/bold] written", highlight=False)


def print_simulation(simulation: Simulation, quote: Unit) -> None:
    """Print mean and percentiles with their errors, the probability of being above the price, and the draws."""
    out = console()
    if simulation.drawn.partial:
        out.print(f"[bold]stopped: this is what {simulation.draws:,} draws give[/bold]", highlight=False)
    table = Table()
    for heading in ("simulation", str(quote), "standard error", "95 % interval"):
        table.add_column(escape(heading), justify="left" if heading == "simulation" else "right")
    for row in _estimates(simulation):
        table.add_row(*row)
    out.print(table)
    if simulation.price is not None:
        above = simulation.probability_above(simulation.price)
        out.print(f"probability that value is above the price: [bold]{above:.1%}[/bold]", highlight=False)
    for line in _how(simulation):
        out.print(line, highlight=False, markup=False)
    print_repair(simulation.repair)


def took(simulation: Simulation) -> str:
    """How long a run took and what computed it; not of the report, which is the same whenever it is made."""
    drawn = simulation.drawn
    speed = f", {simulation.draws / drawn.seconds:,.0f} a second" if drawn.seconds else ""
    name = {"numpy": "NumPy", "compiled": "compiled code"}.get(drawn.engine, drawn.engine)
    return f"{simulation.draws:,} draws in {drawn.seconds:.2f} s by {name}{speed}"


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
