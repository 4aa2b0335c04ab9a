"""The histogram of a run: a table and its chart, with the cumulative distribution."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np

from ...assumptions import Case
from ...simulation.results import Simulation
from ..address import HEAD_ROW
from ..pages import Page
from ..styles import NAVY

BINS: Final = 40
LABEL, UNIT, BIN, SHARE, CUMULATIVE, AT_PRICE = range(6)
WIDTHS: Final = {LABEL: 18, UNIT: 12, BIN: 14, SHARE: 14, CUMULATIVE: 13, AT_PRICE: 15}
FINE: Final = 20.0
"""Values up to here are shown with decimals."""
LAST_ROW: Final = HEAD_ROW + BINS
CHART: Final = {"width": 760, "height": 380}
CHART_ROWS: Final = 20
CHART_COLUMN: Final = 7


def write_histogram(page: Page, case: Case, simulation: Simulation) -> None:
    """Bins between P0.1 and P99.9 with their share, the cumulative share, and the bin in which the price lies."""
    heads = {LABEL: "Histogram", UNIT: "Unit", BIN: "Bin centre", SHARE: "Share of draws", CUMULATIVE: "Cumulative"}
    page.heads(HEAD_ROW, {**heads, AT_PRICE: "Bin of the price"})
    if not simulation.valid:
        return
    found = simulation.histogram(BINS)
    edges, shares = np.array(found["edges"]), np.array(found["shares"])
    plain = "0" if edges[-1] > FINE else "0.00"
    price_bin = -1 if simulation.price is None else int(np.searchsorted(edges, simulation.price)) - 1
    for number, share in enumerate(shares):
        at = HEAD_ROW + 1 + number
        page.text(at, LABEL, f"Bin {number + 1}")
        page.text(at, UNIT, f"{case.quote}; %", "unit")
        page.number(at, BIN, (edges[number] + edges[number + 1]) / 2, f"{plain}_);({plain})")
        page.number(at, SHARE, share, "0.0%_);(0.0%)")
        page.number(at, CUMULATIVE, float(shares[: number + 1].sum()), "0.0%_);(0.0%)")
        page.number(at, AT_PRICE, share if number == price_bin else 0.0, "0.0%_);(0.0%)")
    page.charts.append((HEAD_ROW, CHART_COLUMN, partial(_chart, page, case, simulation, plain)))


def _chart(page: Page, case: Case, simulation: Simulation, plain: str, book: Any) -> Any:
    first = HEAD_ROW + 1
    categories = [page.title, first, BIN, LAST_ROW, BIN]

    def series(name: str, column: int, color: str) -> dict[str, Any]:
        return {
            "name": name,
            "categories": categories,
            "values": [page.title, first, column, LAST_ROW, column],
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
            "values": [page.title, first, CUMULATIVE, LAST_ROW, CUMULATIVE],
            "line": {"color": NAVY, "width": 2},
            "y2_axis": True,
        }
    )
    chart.combine(line)
    chart.set_title({"name": f"Value per share, {case.quote}: share of draws", "name_font": {"size": 12}})
    chart.set_x_axis(
        {"interval_unit": 5, "interval_tick": 5, "num_format": plain, "num_font": {"size": 9, "rotation": -90}}
    )
    chart.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}})
    line.set_y2_axis({"num_format": "0%", "max": 1, "min": 0})
    chart.set_legend({"position": "bottom"})
    chart.set_size(CHART)
    return chart
