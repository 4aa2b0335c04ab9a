"""Scatters of peers: a multiple against growth, margin or research, with the fitted line and the target's own mark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...assumptions import PeerReference, PeerTable, Working
from ...formula import Formula, Reference, Row
from ...lines import single
from ...operations import exp
from ...peers import every_value, included
from ...recording import Scope
from ...units import MULTIPLE, NUMBER, RATE, Unit
from ..address import Cell
from ..pages import Draft, Page, TextCell
from ..sheet import Material
from ..styles import NAVY
from .peer_cells import (
    CHART_ROWS,
    FEWEST,
    GREY,
    GRID,
    NAME,
    RED,
    SIZE,
    Cells,
    X,
    Y,
    column_of,
    names_beside,
    range_of,
    spoken_name,
)

POINTS: Final = 9
YEARLY: Final = re.compile(r"(.+)_(\d{4})")


def _axis(name: str, column: str) -> str:
    """What an axis shows: growth, with the name of the column where that is another."""
    return name.capitalize() if column == name else f"{name.capitalize()}: {column.replace('_', ' ')}"


@dataclass(frozen=True)
class _Scatter:
    """A chart of peers as points with their line, and a point or a level for what the case has."""

    names: tuple[str, ...]
    x: Cells
    y: Cells
    line: tuple[Cells, Cells]
    own: tuple[Cells, Cells] | None
    own_name: str
    title: str
    x_name: str
    y_name: str
    x_format: str

    def chart(self, book: Any) -> Any:
        """The chart, each peer labelled by its name."""
        chart = book.add_chart({"type": "scatter"})
        labels = [{"value": name} for name in self.names]
        chart.add_series({"name": "Peers", "categories": self.x.reference, "values": self.y.reference,
                          "marker": {"type": "circle", "size": 7, "fill": {"color": NAVY}, "border": {"color": NAVY}},
                          "line": {"none": True},
                          "data_labels": {"custom": labels, "value": True, "position": "right",
                                          "font": {"size": 8}}})  # fmt: skip
        chart.add_series({"name": "Fitted line", "categories": self.line[0].reference,
                          "values": self.line[1].reference, "marker": {"type": "none"},
                          "line": {"color": GREY, "width": 1.5, "dash_type": "dash"}})  # fmt: skip
        if self.own is not None:
            point = len(self.own[0].values) == 1
            look = {"type": "diamond", "size": 11, "fill": {"color": RED}, "border": {"color": RED}}
            chart.add_series({"name": self.own_name, "categories": self.own[0].reference,
                              "values": self.own[1].reference, "marker": look if point else {"type": "none"},
                              "line": {"none": True} if point else {"color": RED, "width": 1.75}})  # fmt: skip
        chart.set_title({"name": self.title, "name_font": {"size": 12}})
        chart.set_x_axis({"name": self.x_name, "num_format": self.x_format, "major_gridlines": GRID,
                          "crossing": "min", "label_position": "low"})  # fmt: skip
        chart.set_y_axis({"name": self.y_name, "num_format": '0"x"', "major_gridlines": GRID, "crossing": "min",
                          "label_position": "low"})  # fmt: skip
        chart.set_legend({"position": "bottom", "font": {"size": 9}})
        chart.set_size(SIZE)
        return chart


class _Block:
    """Rows of labelled numbers below each other, of which the line of a chart is made; ``at`` is the next."""

    def __init__(self, page: Page, draft: Draft, at: int) -> None:
        self.page, self.draft, self.at = page, draft, at

    def put(self, label: str, formula: Formula, unit: Unit = NUMBER) -> Reference:
        """A labelled figure, live."""
        self.page.text(self.at, NAME, label)
        self.at += 1
        return self.draft.put(self.page, self.at - 1, X, formula, unit=unit)

    def raw(self, label: str, text: str, value: float, unit: Unit = NUMBER) -> Reference:
        """A labelled figure by the text of its formula."""
        self.page.text(self.at, NAME, label)
        self.at += 1
        return self.cell(self.at - 1, X, text, value, unit)

    def cell(self, at: int, column: int, text: str, value: float, unit: Unit) -> Reference:
        """A cell by the text of its formula, which other formulas may read."""
        row = Row(self.page.title, f"{at},{column}", unit, False)
        self.page.raw(at, column, text, value, "formula", unit.number_format)
        self.draft.cells[row], self.draft.values[row] = self.page.cell(at, column), np.array([value])
        return Reference(row)

    def name(self, reference: Reference) -> str:
        """The address of a cell of this page."""
        return self.draft.cells[reference.row].fixed

    def line(self, heads: tuple[str, str], x: Cells, more: Reference | None, level: Reference, slope: Reference,
             logged: bool, unit: Unit) -> tuple[Cells, Cells]:  # fmt: skip
        """Points of the fitted line from the lowest to the highest x, the target's own with ``more``."""
        page = self.page
        ends = [x.text, *([] if more is None else [self.name(more)])]
        numbers = [*x.values, *([] if more is None else [self.draft.value(more)])]
        low, high = float(np.min(numbers)), float(np.max(numbers))
        first, last = self.at + 2, self.at + 1 + POINTS
        points = f"{page.cell(first, NAME).fixed}:{page.cell(last, NAME).fixed}"
        text = f"=(MAX({','.join(ends)})-MIN({','.join(ends)}))/(ROWS({points})-1)"
        step = self.raw("Step between points of the line", text, (high - low) / (POINTS - 1), unit)
        page.heads(self.at, {NAME: "Fitted line", X: heads[0], Y: heads[1]}, X)
        page.heights[self.at] = 28
        found, value = [], low
        for number in range(POINTS):
            at = first + number
            before = f"={page.cell(at - 1, X).name}+{self.name(step)}"
            text = before if number else f"=MIN({','.join(ends)})"
            page.text(at, NAME, f"Point {number + 1}")
            here = self.cell(at, X, text, value, unit)
            formula = level + slope * here
            found.append(
                self.draft.value(self.draft.put(page, at, Y, exp(formula) if logged else formula, unit=MULTIPLE))
            )
            value += self.draft.value(step)
        self.at = last + 1
        return Cells(page.title, X, first, np.zeros(POINTS)), Cells(page.title, Y, first, np.array(found))


class Regression:
    """A regression of the case: its points, its line through the target's other figures, and the target itself."""

    def __init__(self, page: Page, made: Material, draft: Draft, working: Working, at: int) -> None:
        self.page, self.made, self.draft, self.working, self.at = page, made, draft, working, at
        given = working.given
        self.logged = given.get("scale") == "log of the multiple"
        self.names = [name for name in ("growth", "margin", "research") if isinstance(given.get(name), PeerReference)]
        self.scope: Scope = made.recording.scopes[working.scope]

    def write(self) -> int:
        """A chart for each regressor; returns the row behind the last."""
        multiple: PeerReference = self.working.given["multiple"]
        table = self.made.case.peers[multiple.table]
        columns = [self.working.given[name].column for name in self.names]
        paid = f"ln_{multiple.column}" if self.logged else multiple.column
        sample = (paid, *columns)
        for name, column in zip(self.names, columns, strict=True):
            self._chart(name, column, table, sample, multiple.column)
        return self.at

    def _sampled(self, table: PeerTable, column: str, sample: tuple[str, ...]) -> Cells | None:
        day = self.made.case.date
        whole = np.all([np.isfinite(every_value(table, name, day)) for name in sample], axis=0) & included(table)
        values = every_value(table, column, day)[whole]
        return range_of(self.page, self.draft, (table.id, f"{column} of {', '.join(sample)}"), values)

    def _line(self, label: str) -> Reference:
        row = self.scope.row(label)
        assert row is not None
        return Reference(row)

    def _target(self, name: str) -> Reference:
        row = self.scope.assumed(f"{self.working.scope}.target_{name}")
        assert row is not None
        return Reference(row)

    def _chart(self, name: str, column: str, table: PeerTable, sample: tuple[str, ...], multiple: str) -> None:
        x, y = self._sampled(table, column, sample), self._sampled(table, sample[0], sample)
        if x is None or y is None:
            return
        page, spoken = self.page, spoken_name(multiple)
        page.text(self.at, NAME, f"{self.working.title}: {spoken} against {name}", "section")
        block = _Block(page, self.draft, self.at + 1)
        target, slope, level = self._figures(block, name)
        predicted = block.put("Predicted multiple of the target", self._line("Predicted multiple"), MULTIPLE)
        unit = RATE if max(abs(x.values)) <= FEWEST else NUMBER
        if self.logged:
            y = self._unlogged(block, y, spoken)
        line = block.line((name.capitalize(), spoken), x, target, level, slope, self.logged, unit)
        own = tuple(
            Cells(page.title, X, self.draft.cells[cell.row].row, np.array([self.draft.value(cell)]))
            for cell in (target, predicted)
        )
        others = " and ".join(other for other in self.names if other != name)
        where = f", line at the target's {others}" if others else ""
        chart = _Scatter(
            names_beside(page, x),
            x, y, line, (own[0], own[1]), "Target",
            f"{spoken} of peers against {name}{where}", _axis(name, column), spoken,
            "0%" if unit is RATE else "0.0",
        )  # fmt: skip
        page.charts.append((block.at + 1, NAME, chart.chart))
        self.at = block.at + 1 + CHART_ROWS

    def _figures(self, block: _Block, name: str) -> tuple[Reference, Reference, Reference]:
        """Target, slope, and the height of the line at the target's other figures."""
        level: Formula = block.put("Intercept", self._line("Intercept"))
        for other in (other for other in self.names if other != name):
            slope = block.put(f"Slope on {other}", self._line(f"Slope on {other}"))
            level = level + slope * block.put(f"{other.capitalize()} of the target", self._target(other))
        height = block.put("Height of the line at 0", level + 0)
        slope = block.put(f"Slope on {name}", self._line(f"Slope on {name}"))
        return block.put(f"{name.capitalize()} of the target", self._target(name)), slope, height

    def _unlogged(self, block: _Block, y: Cells, spoken: str) -> Cells:
        """The multiples themselves beside the names of the sample."""
        page = self.page
        page.heads(block.at, {NAME: "Peer", X: spoken}, X)
        first, names = block.at + 1, names_beside(page, y)
        for at, (there, value) in enumerate(zip(y.each(), y.values, strict=True), start=first):
            page.text(at, NAME, names[at - first])
            block.cell(at, X, f"=EXP({there.name})", float(np.exp(value)), MULTIPLE)
        block.at = first + len(y.values)
        return Cells(page.title, X, first, np.exp(y.values))


def write_growth(
    page: Page, made: Material, draft: Draft, table: PeerTable, column: str, at: int, used: dict[str, Row]
) -> int:
    """Without a regression: the multiple of a year against the growth to that year, where the table tells both."""
    metric = column.partition("_")[2]
    found = YEARLY.fullmatch(metric)
    earlier = f"{found[1]}_{int(found[2]) - 1}" if found else ""
    if not {earlier, metric} <= set(table.numeric):
        return at
    cells = [column_of(page, made, draft, table, name) for name in (column, earlier, metric)]
    if any(each is None for each in cells):
        return at
    y, before, after = (each for each in cells if each is not None)
    whole = [n for n in range(len(y.values)) if np.isfinite([y.values[n], before.values[n], after.values[n]]).all()]
    if len(whole) < FEWEST or not all(before.values[n] > 0 for n in whole):
        return at
    assert found is not None
    growth, spoken = f"Growth of {found[1].replace('_', ' ')} to {found[2]}", spoken_name(column)
    page.text(at, NAME, f"{spoken} of peers.{table.id} against growth", "section")
    page.heads(at + 1, {NAME: "Peer", X: growth, Y: spoken}, X)
    page.heights[at + 1] = 40
    block = _Block(page, draft, at + 2)
    xs, ys = [], []
    for n in whole:
        old, new, paid = (Cell(page.title, each.first + n, each.column).name for each in (before, after, y))
        name = page.cells[y.first + n, NAME]
        page.text(block.at, NAME, name.text if isinstance(name, TextCell) else "")
        xs.append(float(after.values[n] / before.values[n] - 1))
        ys.append(float(y.values[n]))
        block.cell(block.at, X, f"={new}/{old}-1", xs[-1], RATE)
        block.cell(block.at, Y, f"={paid}", ys[-1], MULTIPLE)
        block.at += 1
    first = at + 2
    x, paid_cells = Cells(page.title, X, first, np.array(xs)), Cells(page.title, Y, first, np.array(ys))
    slope, height = np.polyfit(x.values, paid_cells.values, 1)
    level = block.raw("Height of the line at 0", f"=INTERCEPT({paid_cells.text},{x.text})", float(height))
    tilt = block.raw("Slope on growth", f"=SLOPE({paid_cells.text},{x.text})", float(slope))
    square = float(np.corrcoef(x.values, paid_cells.values)[0, 1] ** 2)
    block.raw("R squared", f"=RSQ({paid_cells.text},{x.text})", square)
    line = block.line((growth, spoken), x, None, level, tilt, False, RATE)
    own, own_name = _used(page, draft, line[0], used)
    chart = _Scatter(
        names_beside(page, x),
        x, paid_cells, line, own, own_name,
        f"{spoken} of peers against growth (R squared {square:.2f} when written)", growth, spoken, "0%",
    )  # fmt: skip
    page.charts.append((block.at + 1, NAME, chart.chart))
    return block.at + 1 + CHART_ROWS


def _used(page: Page, draft: Draft, x: Cells, used: dict[str, Row]) -> tuple[tuple[Cells, Cells] | None, str]:
    """The multiple that the case uses as a level beside the line; nothing where no part or several read the column."""
    if len(used) != 1:
        return None, ""
    title, row = next(iter(used.items()))
    column = Y + 1
    page.text(x.first - 1, column, "Used in the case", "head_right")
    for cell in x.each():
        draft.put(page, cell.row, column, Reference(row), unit=MULTIPLE)
    level = Cells(page.title, column, x.first, np.full(len(x.values), single(draft.values[row])))
    return (x, level), f"Used: {title}"
