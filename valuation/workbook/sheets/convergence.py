"""The convergence of a run: its estimates after so many draws, as a table and a chart."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Final

import numpy as np

from ...assumptions import Case
from ...simulation.results import TRACED, Checkpoint, Simulation
from ..address import HEAD_ROW, column_name
from ..pages import Page
from ..styles import NAVY
from .histogram import BIN, CHART, CHART_COLUMN, CHART_ROWS, LABEL, LAST_ROW, UNIT

AT: Final = LAST_ROW + 2
DRAWS: Final = BIN
ESTIMATES: Final = BIN + 1
AWAY: Final = ESTIMATES + len(TRACED)
BARS: Final = AWAY + len(TRACED)
COLOURS: Final = ("#C00000", "#7F7F7F", NAVY)
MARKS: Final = ("square", "circle", "diamond")
TWICE: Final = 2.0
FEWEST, MOST = 3, 6


def exact_format(simulation: Simulation) -> str:
    """The number format of errors: as many decimals as show the error of the median in two digits, within reason."""
    error = simulation.quantile_error(0.5)
    digits = 1 - math.floor(math.log10(error)) if error > 0 and math.isfinite(error) else FEWEST
    zeros = "0" * min(max(digits, FEWEST), MOST)
    return f"#,##0.{zeros}_);(#,##0.{zeros})"


def write_convergence(page: Page, case: Case, simulation: Simulation) -> None:
    """P5, P50 and P95 after parts of the draws that double up to all, their distance from the last, and its error."""
    fmt, exact, trace = case.quote.number_format, exact_format(simulation), simulation.trace
    names = [f"P{100 * q:g}" for q in TRACED]
    heads = {LABEL: "Convergence", UNIT: "Unit", DRAWS: "After draws"}
    for number, name in enumerate(names):
        heads[ESTIMATES + number] = name
        heads[AWAY + number] = f"{name} less the last"
        heads[BARS + number] = f"2 standard errors of {name}"
    page.text(AT, LABEL, "Estimates after so many draws", "section")
    page.heads(AT + 1, heads, right_from=DRAWS)
    page.heights[AT + 1] = 28
    page.widths |= dict.fromkeys(range(AWAY, BARS + len(TRACED)), 14)
    for row, point in enumerate(trace, start=AT + 2):
        page.text(row, LABEL, "All draws" if row == AT + 1 + len(trace) else f"Part {row - AT - 1}")
        page.text(row, UNIT, str(case.quote), "unit")
        page.number(row, DRAWS, point.draws, "#,##0_);(#,##0)")
        for number, q in enumerate(TRACED):
            _numbers(page, row, ESTIMATES + number, point.quantiles[q], fmt)
            _numbers(page, row, AWAY + number, point.quantiles[q] - trace[-1].quantiles[q], exact)
            _numbers(page, row, BARS + number, TWICE * point.errors[q], exact)
    if len(trace) > 1:
        page.charts.append((HEAD_ROW + CHART_ROWS, CHART_COLUMN, partial(_chart, page, case, trace)))
    elif simulation.valid:
        page.text(AT + 3, LABEL, "The draws were summarised, not kept, so that only the last estimate is known")


def _numbers(page: Page, row: int, column: int, value: float, fmt: str) -> None:
    if np.isfinite(value):
        page.number(row, column, value, fmt)


def _chart(page: Page, case: Case, trace: list[Checkpoint], book: Any) -> Any:
    """Draws double from point to point, so the axis of categories is a logarithmic one."""
    first, last = AT + 2, AT + 1 + len(trace)

    def column(at: int) -> list[Any]:
        return [page.title, first, at, last, at]

    def reference(at: int) -> str:
        return f"='{page.title}'!${column_name(at)}${first + 1}:${column_name(at)}${last + 1}"

    chart = book.add_chart({"type": "line"})
    for number, q in enumerate(TRACED):
        bars = reference(BARS + number)
        line = {"color": COLOURS[number], "width": 1.5}
        chart.add_series(
            {
                "name": f"P{100 * q:g}",
                "categories": column(DRAWS),
                "values": column(AWAY + number),
                "line": line,
                "marker": {"type": MARKS[number], "size": 5, "fill": {"color": COLOURS[number]}, "border": line},
                "y_error_bars": {"type": "custom", "plus_values": bars, "minus_values": bars, "line": line},
            }
        )
    title = f"Estimates after so many draws, less the last, {case.quote}; bars are 2 standard errors"
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_x_axis({"name": "draws", "num_format": "#,##0", "label_position": "low", "num_font": {"size": 9}})
    chart.set_y_axis({"num_format": "General", "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size(CHART)
    return chart
