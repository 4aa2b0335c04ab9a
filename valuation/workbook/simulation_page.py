"""The Simulation page: a snapshot of the last run with its seed, and live cells that say whether it still fits."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np

from ..assumptions import Case
from ..simulation.results import Simulation
from ..units import RATE, WHOLE
from .address import HEAD_ROW, quoted
from .inputs_page import BASE
from .pages import Draft, Page
from .styles import NAVY

SAMPLING: Final = {
    "sobol": "scrambled Sobol",
    "lhs": "Latin hypercube",
    "antithetic": "antithetic pairs",
    "random": "random",
}
BINS: Final = 40
LABEL, UNIT, VALUE, ERROR = range(4)
BIN, SHARE, CUMULATIVE, AT_PRICE = 6, 7, 8, 9


def write_simulation(page: Page, case: Case, simulation: Simulation, draft: Draft, baseline: str, inputs: str) -> None:
    """Write the facts of the run, its percentiles, the histogram table and its chart."""
    page.widths = {
        LABEL: 44,
        UNIT: 12,
        VALUE: 14,
        ERROR: 14,
        4: 3,
        5: 3,
        BIN: 14,
        SHARE: 12,
        CUMULATIVE: 12,
        AT_PRICE: 12,
    }
    page.heights[HEAD_ROW] = 28
    page.freeze = (HEAD_ROW + 1, 1)
    page.heads(HEAD_ROW, {LABEL: "Last run", UNIT: "Unit", VALUE: "Value", ERROR: "Standard error"})
    at = _facts(page, case, simulation)
    at = _percentiles(page, case, simulation, at + 1)
    at = _freshness(page, draft, baseline, inputs, at + 1)
    _invalid(page, simulation, at + 1)
    _histogram(page, case, simulation)


def _facts(page: Page, case: Case, simulation: Simulation) -> int:
    rows: list[tuple[str, str, float, str]] = [
        ("Draws", "number", simulation.draws, "#,##0_);(#,##0)"),
        ("Draws asked for (rounded up to fit the design)", "number", simulation.asked, "#,##0_);(#,##0)"),
        ("Valid draws", "number", simulation.valid, "#,##0_);(#,##0)"),
        ("Independent scrambles", "number", simulation.replicates, "0_);(0)"),
        ("Seed", "number", simulation.seed, "0_);(0)"),
    ]
    at = HEAD_ROW + 1
    for label, unit, value, fmt in rows:
        page.text(at, LABEL, label)
        page.text(at, UNIT, unit, "unit")
        page.number(at, VALUE, value, fmt)
        at += 1
    page.text(at, LABEL, "Sampling")
    page.text(at, UNIT, "text", "unit")
    page.text(at, VALUE, SAMPLING[simulation.kind])
    return at + 1


def _percentiles(page: Page, case: Case, simulation: Simulation, at: int) -> int:
    quote, fmt = str(case.quote), case.quote.number_format
    page.text(at, LABEL, f"Value per share, {quote}", "section")
    rows = [("Mean", simulation.mean, simulation.standard_error)]
    rows += [(f"P{100 * q:g}", value, simulation.quantile_error(q)) for q, value in simulation.quantiles.items()]
    rows += [("Standard deviation", simulation.standard_deviation, float("nan"))]
    for label, value, error in rows:
        at += 1
        page.text(at, LABEL, label)
        page.text(at, UNIT, quote, "unit")
        page.number(at, VALUE, value, fmt)
        if np.isfinite(error):
            page.number(at, ERROR, error, "0.000_);(0.000)")
    if simulation.price is not None:
        at += 1
        page.text(at, LABEL, "Price")
        page.text(at, UNIT, quote, "unit")
        page.number(at, VALUE, simulation.price, fmt)
        at += 1
        page.text(at, LABEL, "Probability that value is above the price")
        page.text(at, UNIT, "%", "unit")
        page.number(at, VALUE, simulation.probability_above(simulation.price), RATE.number_format)
    return at + 1


def _freshness(page: Page, draft: Draft, baseline: str, inputs: str, at: int) -> int:
    """Count the inputs whose base or distribution differs from what the run was given."""
    page.text(at, LABEL, "Is this run still of these inputs?", "section")
    rows = [cell.row for cell in draft.names.values()]
    first, last = min(rows) + 1, max(rows) + 1
    texts = (("Base values changed since the run", "C"), ("Distributions changed since the run", "D"))
    for label, column in texts:
        at += 1
        page.text(at, LABEL, label)
        page.text(at, UNIT, "number", "unit")
        here = f"{quoted(inputs)}!${column}${first}:${column}${last}"
        there = f"{quoted(baseline)}!${column}${first}:${column}${last}"
        page.raw(at, VALUE, f"=SUMPRODUCT(--({here}<>{there}))", 0, "formula", WHOLE.number_format)
    at += 1
    page.text(at, LABEL, "Status")
    page.text(at, UNIT, "text", "unit")
    changed = f"SUM($C${at - 1}:$C${at})"
    stale, fresh = "inputs changed: run again", "up to date"
    page.raw(at, VALUE, f'=IF({changed}=0,"{fresh}","{stale}")', fresh, "status")
    assert BASE == VALUE
    return at + 1


def status_cell(page: Page) -> str:
    """The address of the freshness status."""
    for (row, column), content in page.cells.items():
        if column == VALUE and getattr(content, "value", None) == "up to date":
            return page.cell(row, column).fixed
    raise LookupError("the Simulation page has no status")


def _invalid(page: Page, simulation: Simulation, at: int) -> None:
    page.text(at, LABEL, "Impossible draws, by the line that spoiled them", "section")
    if not simulation.invalid:
        page.text(at + 1, LABEL, "none")
    for number, (name, count) in enumerate(simulation.invalid.items(), start=1):
        page.text(at + number, LABEL, name)
        page.text(at + number, UNIT, "draws", "unit")
        page.number(at + number, VALUE, count, "#,##0_);(#,##0)")


def _histogram(page: Page, case: Case, simulation: Simulation) -> None:
    """Bins between P0.1 and P99.9 with their share, the cumulative share, and the bin in which the price lies."""
    page.heads(
        HEAD_ROW,
        {
            BIN: f"Bin centre, {case.quote}",
            SHARE: "Share of draws",
            CUMULATIVE: "Cumulative",
            AT_PRICE: "Bin of the price",
        },
    )
    if not simulation.valid:
        return
    found = simulation.histogram(BINS)
    edges, shares = np.array(found["edges"]), np.array(found["shares"])
    high = edges[-1]
    price_bin = -1 if simulation.price is None else int(np.searchsorted(edges, simulation.price)) - 1
    for number, share in enumerate(shares):
        at = HEAD_ROW + 1 + number
        page.number(at, BIN, (edges[number] + edges[number + 1]) / 2, "0_);(0)" if high > 20 else "0.00_);(0.00)")
        page.number(at, SHARE, share, "0.0%_);(0.0%)")
        page.number(at, CUMULATIVE, float(shares[: number + 1].sum()), "0.0%_);(0.0%)")
        page.number(at, AT_PRICE, share if number == price_bin else 0.0, "0.0%_);(0.0%)")
    page.charts.append((HEAD_ROW, AT_PRICE + 2, partial(_chart, page, case, simulation)))


def _chart(page: Page, case: Case, simulation: Simulation, book: Any) -> Any:
    first, last = HEAD_ROW + 1, HEAD_ROW + BINS
    categories = [page.title, first, BIN, last, BIN]

    def series(name: str, column: int, color: str) -> dict[str, Any]:
        return {
            "name": name,
            "categories": categories,
            "values": [page.title, first, column, last, column],
            "fill": {"color": color},
            "border": {"none": True},
            "gap": 10,
            "overlap": 100,
        }

    chart = book.add_chart({"type": "column"})
    chart.add_series(series("Share of draws", SHARE, "#9DB7DD"))
    if simulation.price is not None:
        chart.add_series(series(f"Bin of the price ({simulation.price:.0f})", AT_PRICE, "#C00000"))
    line = book.add_chart({"type": "line"})
    line.add_series(
        {
            "name": "Cumulative (right axis)",
            "categories": categories,
            "values": [page.title, first, CUMULATIVE, last, CUMULATIVE],
            "line": {"color": NAVY, "width": 2},
            "y2_axis": True,
        }
    )
    chart.combine(line)
    chart.set_title({"name": f"Value per share, {case.quote}: share of draws", "name_font": {"size": 12}})
    chart.set_x_axis(
        {"interval_unit": 5, "interval_tick": 5, "num_format": "0", "num_font": {"size": 9, "rotation": -90}}
    )
    chart.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}})
    line.set_y2_axis({"num_format": "0%", "max": 1, "min": 0})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 760, "height": 380})
    return chart
