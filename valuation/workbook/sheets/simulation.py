"""The Simulation page: a snapshot of the last run with its seed, and live cells that say whether it still fits."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...assumptions import Case
from ...simulation.results import SHORTFALLS, Simulation
from ...simulation.views import SAMPLE
from ...units import RATE, WHOLE
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from . import convergence

TITLE: Final = "Simulation"
DESIGNS: Final = {
    "sobol": "{runs:,} scrambled Sobol sequences of {run:,} draws",
    "lhs": "{runs:,} Latin hypercubes of {run:,} draws",
    "antithetic": "{blocks:,} antithetic pairs of draws",
    "random": "independent draws",
}
LABEL, UNIT, VALUE, ERROR, LOW, HIGH = range(6)
WIDTHS: Final = {LABEL: 44, UNIT: 12, VALUE: 14, ERROR: 14, LOW: 12, HIGH: 12}
COUNT: Final = "#,##0_);(#,##0)"
PLAIN: Final = "0_);(0)"
RANK: Final = "0.000_);(0.000)"
FINE: Final = "0.000%_);(0.000%)"
RANGE: Final = {"P5": 0.05, "P50": 0.5, "P95": 0.95}
WHOLE_VALUE, SCENARIOS, ABOVE = "", "scenarios", "above the price"
"""What stored numbers are of, beside parts and methods, which go by their names; and which number it is."""


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write what differs in length from run to run below the formulas, whose places are those of any run."""
    simulation = made.simulation
    assert simulation is not None
    at = _freshness(page, draft, max(row for row, _ in page.cells) + 2)
    at = _invalid(page, simulation, at + 1)
    _repair(page, simulation, at + 1)


def _place(page: Page, made: Material, draft: Draft) -> None:
    """Write the facts of the run and its percentiles, in all and by part, so that any other sheet can link to them."""
    case, simulation = made.case, made.simulation
    assert simulation is not None
    page.widths = dict(WIDTHS)
    page.heights[HEAD_ROW] = 28
    page.freeze = (HEAD_ROW + 1, 1)
    heads = {LABEL: "Last run", UNIT: "Unit", VALUE: "Value", ERROR: "Standard error"}
    page.heads(HEAD_ROW, {**heads, LOW: "95 % interval from", HIGH: "to"})
    at = _facts(page, simulation)
    at = _estimates(page, draft, case, simulation, at + 1)
    at = _ranges(page, draft, made, at + 1)
    _scenarios(page, draft, made, at + 1)


def _row(page: Page, at: int, label: str, unit: str, value: float | str, fmt: str = "") -> None:
    """A row with its value; an empty text leaves the cell to others."""
    page.text(at, LABEL, label)
    page.text(at, UNIT, unit, "unit")
    if isinstance(value, str):
        page.text(at, VALUE, value)
    elif np.isfinite(value):
        page.number(at, VALUE, value, fmt)


def _facts(page: Page, simulation: Simulation) -> int:
    drawn = simulation.drawn
    runs, blocks = drawn.runs, simulation.replicates
    design = DESIGNS[simulation.kind].format(runs=runs, run=simulation.draws // max(runs, 1), blocks=blocks)
    until = "nothing: the draws were given" if drawn.until is None else drawn.until
    partial = "no: stopped, this is what there was" if drawn.partial else "yes"
    rows: list[tuple[str, str, float | str, str]] = [
        ("Draws", "number", simulation.draws, COUNT),
        ("Draws asked for (rounded up to fit the design)", "number", simulation.asked, COUNT),
        ("Valid draws", "number", simulation.valid, COUNT),
        ("Design", "text", design, ""),
        ("Seed", "number", simulation.seed, PLAIN),
        ("Complete", "text", partial, ""),
        ("Largest standard error of P5, P50 and P95", "%", simulation.relative_error, FINE),
        ("The error that was asked for", "%", until, FINE),
    ]
    for at, row in enumerate(rows, start=HEAD_ROW + 1):
        _row(page, at, *row)
    return HEAD_ROW + 1 + len(rows)


def _estimates(page: Page, draft: Draft, case: Case, simulation: Simulation, at: int) -> int:
    """Mean and percentiles with standard error and interval, then what has none."""
    quote, fmt, value = str(case.quote), case.quote.number_format, simulation.value
    exact = convergence.exact_format(simulation)
    page.text(at, LABEL, f"Value per share, {quote}", "section")
    known = [("Mean", value.mean, value.mean_error, value.mean_interval)]
    for q, quantile in simulation.quantiles.items():
        known.append((f"P{100 * q:g}", quantile, value.quantile_error(q), value.quantile_interval(q)))
    for label, estimate, error, interval in known:
        at += 1
        _row(page, at, label, quote, "")
        draft.store(page, at, VALUE, estimate, case.quote, (WHOLE_VALUE, label))
        for column, number, shown in zip((ERROR, LOW, HIGH), (error, *interval), (exact, exact, exact), strict=True):
            if np.isfinite(number):
                page.number(at, column, number, shown)
    rows = [("Standard deviation", quote, simulation.standard_deviation, fmt)]
    rows += [("Skewness", "number", value.skewness, "0.00_);(0.00)")]
    rows += [
        (f"Mean of the worst {q:.0%} (expected shortfall)", quote, value.expected_shortfall(q), fmt) for q in SHORTFALLS
    ]
    if simulation.price is not None:
        above = simulation.probability_above(simulation.price)
        rows += [("Price", quote, simulation.price, fmt)]
    for row in rows:
        at += 1
        _row(page, at, *row)
    if simulation.price is not None:
        at += 1
        _row(page, at, "Probability that value is above the price", "%", "")
        draft.store(page, at, VALUE, above, RATE, (WHOLE_VALUE, ABOVE))
    return at + 1


def _ranges(page: Page, draft: Draft, made: Material, at: int) -> int:
    """P5, P50 and P95 of each part and of each method of a part that has several."""
    case, simulation = made.case, made.simulation
    assert simulation is not None
    page.heads(at, {LABEL: f"Parts, {case.quote}", UNIT: "Unit"} | dict(zip(range(VALUE, LOW + 1), RANGE, strict=True)))
    samples = {name: (part.name, simulation.shares[name]) for name, part in case.parts.items()}
    samples |= {view: (f"Method: {case.workings[view].title}", sample) for view, sample in made.views.items()}
    for name, (label, sample) in samples.items():
        at += 1
        _row(page, at, label, str(case.quote), "")
        quantiles = sample.quantiles(tuple(RANGE.values()))
        for column, (shown, quantile) in enumerate(zip(RANGE, quantiles, strict=True), start=VALUE):
            draft.store(page, at, column, quantile, case.quote, (name, shown))
    if made.views:
        at += 1
        page.text(at, LABEL, f"Methods are valued alone, on {SAMPLE:,} draws of the same seed.", "subtitle")
    return at + 1


def _scenarios(page: Page, draft: Draft, made: Material, at: int) -> None:
    """The value per share of each scenario, as it was when the run was made."""
    if not made.scenarios:
        return
    page.heads(at, {LABEL: "Scenarios", UNIT: "Unit", VALUE: "Value"})
    for name, value in made.scenarios.items():
        at += 1
        _row(page, at, name, str(made.case.quote), "")
        draft.store(page, at, VALUE, value, made.case.quote, (SCENARIOS, name))


def _freshness(page: Page, draft: Draft, at: int) -> int:
    """Count the inputs, distributions and correlations that differ from what the run was given."""
    page.text(at, LABEL, "Is this run still of these inputs?", "section")
    first = at + 2
    for what, cell in draft.changed.items():
        at += 1
        page.text(at, LABEL, f"{what} changed since the run")
        page.text(at, UNIT, "number", "unit")
        page.raw(at, VALUE, f"={cell.seen_from(page.title)}", 0, "formula", WHOLE.number_format)
    changed = f"SUM($C${first}:$C${at + 1})"
    at += 1
    page.text(at, LABEL, "Status")
    page.text(at, UNIT, "text", "unit")
    stale, fresh = "inputs changed: run again", "up to date"
    page.raw(at, VALUE, f'=IF({changed}=0,"{fresh}","{stale}")', fresh, "status")
    draft.status = page.cell(at, VALUE)
    return at + 1


def _invalid(page: Page, simulation: Simulation, at: int) -> int:
    page.text(at, LABEL, "Impossible draws, by the line that spoiled them", "section")
    if not simulation.invalid:
        page.text(at + 1, LABEL, "none")
    for number, (name, count) in enumerate(simulation.invalid.items(), start=1):
        _row(page, at + number, name, "draws", count, COUNT)
    return at + 1 + max(len(simulation.invalid), 1)


def _repair(page: Page, simulation: Simulation, at: int) -> None:
    """Rank correlations that contradicted each other, before and after."""
    repair = simulation.repair
    if repair is None:
        return
    page.text(at, LABEL, "Rank correlations that were repaired", "section")
    page.heads(at + 1, {LABEL: "Between", UNIT: "Unit", VALUE: "Before", ERROR: "After"})
    for number, change in enumerate(repair.visible, start=at + 2):
        _row(page, number, " and ".join(change.between), "number", change.before if change.given else "not given", RANK)
        page.number(number, ERROR, change.after, RANK)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Simulation",
    subtitle=lambda made: "A stored run: numbers in blue do not follow the inputs until the next run",
    about="Percentiles of the last run, in all and by part, and whether it still fits the inputs",
    needed=lambda made: made.simulation is not None,
    place=_place,
    write=_write,
)
