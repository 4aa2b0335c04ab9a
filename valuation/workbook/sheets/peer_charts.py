"""Charts of peers: what each is paid beside the quartiles and what the case uses, then scatters of regressions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from ...assumptions import PeerTable
from ...checks.peer_columns import reads_of
from ...formula import Reference, Row
from ...units import MULTIPLE
from ..address import Cell
from ..pages import Draft, Page, TextCell
from ..sheet import Material
from ..styles import NAVY
from .peer_cells import CHART_ROWS, FEWEST, GREY, GRID, NAME, ORANGE, RED, SIZE, Cells, X, Y, column_of, spoken_name
from .peer_scatter import Regression, write_growth

QUARTILES: Final = {"First quartile": 1, "Median": 2, "Third quartile": 3}
"""Each with its place among the statistics below a table."""


def write_charts(page: Page, made: Material, draft: Draft) -> None:
    """Below the tables: a bar chart of each multiple that is read, and a scatter for each regression."""
    at = max((row for row, _ in page.cells), default=0) + 3
    regressions = [working for working in made.case.workings.values() if working.calculation.name == "regression"]
    for table in made.case.peers.values():
        for column, used in _multiples(made, table).items():
            at = _Bars(page, made, draft, table, column, at).write(used)
            if not regressions:
                at = write_growth(page, made, draft, table, column, at, used)
    for working in regressions:
        at = Regression(page, made, draft, working, at).write()


def _multiples(made: Material, table: PeerTable) -> dict[str, dict[str, Row]]:
    """The multiples of a table that parts read, each with what the parts that read it are paid in the end."""
    found: dict[str, dict[str, Row]] = {}
    for working in made.case.workings.values():
        for read in reads_of(made.recorded, working):
            if read.table != table.id or not read.ratio or read.column.startswith("ln_"):
                continue
            used = found.setdefault(read.column, {})
            scope = made.recording.scopes.get(working.scope)
            row = scope.assumed(f"{working.scope}.multiple") if scope else None
            if row is not None and not row.yearly and row.unit.pure:
                used[working.title] = row
    return found


class _Bars:
    """One multiple: each peer that has it, the quartiles beside it, and what the case uses."""

    def __init__(self, page: Page, made: Material, draft: Draft, table: PeerTable, column: str, at: int) -> None:
        self.page, self.made, self.draft, self.table, self.column, self.at = page, made, draft, table, column, at

    def write(self, used: dict[str, Row]) -> int:
        """Write the block and its chart; returns the row behind them."""
        cells = column_of(self.page, self.made, self.draft, self.table, self.column)
        if cells is None or np.isfinite(cells.values).sum() < FEWEST:
            return self.at
        page, spoken = self.page, spoken_name(self.column)
        page.text(self.at, NAME, f"{spoken} of peers.{self.table.id}", "section")
        lines = [*QUARTILES, *(f"Used: {title}" for title in used)]
        page.heads(self.at + 1, {NAME: "Peer, highest first", X: spoken, **dict(enumerate(lines, start=Y))}, X)
        page.heights[self.at + 1] = 40
        first = self.at + 2
        rows = [row for row in np.argsort(-cells.values, kind="stable") if np.isfinite(cells.values[row])]
        for at, row in enumerate(rows, start=first):
            self._peer(at, Cell(page.title, cells.first + int(row), cells.column), float(cells.values[row]))
            self._lines(at, cells, used)
        names, last = _names(page, first, len(rows)), first + len(rows) - 1
        chart = partial(_bar_chart, page, names, Cells(page.title, X, first, np.zeros(len(rows))), lines, spoken)
        page.charts.append((last + 2, NAME, chart))
        return last + 2 + CHART_ROWS

    def _peer(self, at: int, there: Cell, value: float) -> None:
        name = self.page.cells[there.row, NAME]
        assert isinstance(name, TextCell)
        self.page.text(at, NAME, name.text)
        self.page.raw(at, X, f"={there.name}", value, "formula", MULTIPLE.number_format)

    def _lines(self, at: int, cells: Cells, used: dict[str, Row]) -> None:
        """The same number beside each peer, so that a chart draws a line."""
        for column, place in enumerate(QUARTILES.values(), start=Y):
            there = self.page.cell(cells.last + 1 + place, cells.column)
            value = float(getattr(self.page.cells[there.row, there.column], "value", 0))
            self.page.raw(at, column, f"={there.fixed}", value, "formula", MULTIPLE.number_format)
        for column, row in enumerate(used.values(), start=Y + len(QUARTILES)):
            self.draft.put(self.page, at, column, Reference(row), unit=MULTIPLE)


def _names(page: Page, first: int, size: int) -> Cells:
    return Cells(page.title, NAME, first, np.zeros(size))


def _bar_chart(page: Page, names: Cells, bars: Cells, lines: Sequence[str], spoken: str, book: Any) -> Any:
    """Bars for peers, lines for the quartiles and for what is used."""
    chart = book.add_chart({"type": "column"})
    chart.add_series({"name": spoken, "categories": names.reference, "values": bars.reference,
                      "fill": {"color": "#7F9FCF"}, "gap": 60,
                      "data_labels": {"value": True, "num_format": '0.0"x"', "font": {"size": 8}}})  # fmt: skip
    drawn = book.add_chart({"type": "line"})
    looks = [(GREY, "dash"), (NAVY, "solid"), (GREY, "dash"), (RED, "solid"), (ORANGE, "solid")]
    for number, name in enumerate(lines):
        color, dash = looks[min(number, len(looks) - 1)]
        values = Cells(bars.sheet, Y + number, bars.first, bars.values)
        drawn.add_series({"name": name, "categories": names.reference, "values": values.reference,
                          "line": {"color": color, "width": 1.75, "dash_type": dash}})  # fmt: skip
    chart.combine(drawn)
    chart.set_title({"name": f"{spoken} of peers, with median, quartiles and what is used", "name_font": {"size": 12}})
    chart.set_x_axis({"name": "Peers that count", "num_font": {"size": 9}})
    chart.set_y_axis({"name": "Multiple", "num_format": '0"x"', "major_gridlines": GRID})
    chart.set_legend({"position": "bottom", "font": {"size": 9}})
    chart.set_size(SIZE)
    return chart
