"""Waterfalls: bars between running totals as rows of a page, and the chart that reads them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ..formula import Reference
from ..operations import maximum, minimum
from ..units import Unit
from .pages import Draft, Page

LEVEL, FLOOR, RISE, FALL, WHOLE = range(5)
HEADS: Final = {LEVEL: "Level", FLOOR: "Bar: floor", RISE: "Bar: rise", FALL: "Bar: fall", WHOLE: "Bar: whole"}
COLOURS: Final = {FLOOR: None, RISE: "#548235", FALL: "#C00000", WHOLE: "#1F3864"}
WIDTH: Final = 11
CHART_ROWS: Final = 20


@dataclass(frozen=True)
class Bars:
    """The columns of a waterfall on a page, from ``column`` on: the level after each row, and the bars that show it."""

    draft: Draft
    page: Page
    unit: Unit
    column: int

    @property
    def heads(self) -> dict[int, str]:
        """The head of each column."""
        return {self.column + number: text for number, text in HEADS.items()}

    @property
    def widths(self) -> dict[int, float]:
        """The width of each column."""
        return dict.fromkeys(self.heads, WIDTH)

    @property
    def last(self) -> int:
        """The last column."""
        return self.column + WHOLE

    def whole(self, at: int, value: Reference) -> Reference:
        """A bar that stands on the floor; returns the cell of its level."""
        self._put(at, WHOLE, value + 0)
        for column in (FLOOR, RISE, FALL):
            self._put(at, column, value * 0)  # charts want numbers, not blanks
        return self._put(at, LEVEL, value + 0)

    def step(self, at: int, level: Reference, step: Reference) -> Reference:
        """A bar that hangs between the level before and the level after; returns the cell of the latter."""
        after = self._put(at, LEVEL, level + step)
        self._put(at, FLOOR, minimum(level, after))
        self._put(at, RISE, maximum(0, step))
        self._put(at, FALL, maximum(0, -step))
        self._put(at, WHOLE, step * 0)
        return after

    def chart(self, title: str, labels: int, first: int, last: int, least: float) -> Callable[[Any], Any]:
        """The chart of the rows ``first`` to ``last``, labelled by a column; ``least`` is the lowest level."""
        return partial(self._chart, title, labels, first, last, least)

    def _put(self, at: int, number: int, formula: Any) -> Reference:
        return self.draft.put(self.page, at, self.column + number, formula, unit=self.unit)

    def _chart(self, title: str, labels: int, first: int, last: int, least: float, book: Any) -> Any:
        chart = book.add_chart({"type": "column", "subtype": "stacked"})
        for number, colour in COLOURS.items():
            column = self.column + number
            chart.add_series(
                {
                    "name": HEADS[number].removeprefix("Bar: "),
                    "categories": [self.page.title, first, labels, last, labels],
                    "values": [self.page.title, first, column, last, column],
                    "fill": {"none": True} if colour is None else {"color": colour},
                    "border": {"none": True},
                    "gap": 40,
                }
            )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        grid = {"visible": True, "line": {"color": "#E0E0E0"}}
        chart.set_y_axis({"num_format": "0", "min": nice_floor(least), "major_gridlines": grid})
        chart.set_x_axis({"num_font": {"size": 9}})
        chart.set_size({"width": 860, "height": 360})
        return chart


def nice_floor(least: float) -> float:
    """A round number below the lowest bar, so that steps can be seen; 0 for small or negative values."""
    if least <= 0:
        return 0.0
    unit: float = 10.0 ** math.floor(math.log10(least))
    return math.floor(0.9 * least / unit * 4) / 4 * unit
