"""Waterfalls: bars between running totals as rows of a page, and the chart that reads them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ..formula import Formula, Reference
from ..operations import maximum, minimum
from ..units import Unit
from .pages import Draft, Page

LEVEL, FLOOR, RISE, FALL, WHOLE, CEILING, RISE_BELOW, FALL_BELOW = range(8)
HEADS: Final = {LEVEL: "Level", FLOOR: "Bar: floor", RISE: "Bar: rise", FALL: "Bar: fall", WHOLE: "Bar: whole"}
HEADS_BELOW: Final = {CEILING: "Below 0: gap", RISE_BELOW: "Below 0: rise", FALL_BELOW: "Below 0: fall"}
GREEN_BAR, RED_BAR, NAVY_BAR, GRID = "#8CBF6A", "#E57373", "#1F3864", "#E0E0E0"
COLOURS: Final = {FLOOR: None, RISE: GREEN_BAR, FALL: RED_BAR, WHOLE: NAVY_BAR}
COLOURS_BELOW: Final = {CEILING: None, RISE_BELOW: GREEN_BAR, FALL_BELOW: RED_BAR}
WIDTH: Final = 11
SIZE: Final = {"width": 860, "height": 360}
CHART_ROWS: Final = 20
LONGEST_WALK: Final = 8
"""Walks of more bars lie down where they may, so that their names can be read."""
ROW: Final = 20
QUARTER, HALF = 2.5, 5.0
"""From where on a floor is a multiple of half a power of ten, and of a whole one."""


@dataclass(frozen=True)
class Bars:
    """The columns of a waterfall on a page, from ``column`` on: the level after each row, and the bars that show it.

    With ``below`` a walk may cross zero: programs stack what lies below it apart, so that it has columns of its own.
    """

    draft: Draft
    page: Page
    unit: Unit
    column: int
    below: bool = False

    @property
    def heads(self) -> dict[int, str]:
        """The head of each column."""
        return {self.column + number: text for number, text in (HEADS | (HEADS_BELOW if self.below else {})).items()}

    @property
    def widths(self) -> dict[int, float]:
        """The width of each column."""
        return dict.fromkeys(self.heads, WIDTH)

    @property
    def last(self) -> int:
        """The last column."""
        return max(self.heads)

    @property
    def colours(self) -> dict[int, str | None]:
        """The pieces of a bar with their colours, None for a gap."""
        return COLOURS | (COLOURS_BELOW if self.below else {})

    def whole(self, at: int, value: Formula) -> Reference:
        """A bar that stands on the floor; returns the cell of its level."""
        self._put(at, WHOLE, value + 0)
        for number in self.colours:
            if number != WHOLE:
                self._put(at, number, value * 0)  # charts want numbers, not blanks
        return self._put(at, LEVEL, value + 0)

    def step(self, at: int, level: Reference, step: Formula) -> Reference:
        """A bar that hangs between the level before and the level after; returns the cell of the latter."""
        after = self._put(at, LEVEL, level + step)
        self._put(at, WHOLE, step * 0)
        if not self.below:
            self._put(at, FLOOR, minimum(level, after))
            self._put(at, RISE, maximum(0, step))
            self._put(at, FALL, maximum(0, -step))
            return after
        self._put(at, FLOOR, maximum(0, minimum(level, after)))
        self._put(at, RISE, maximum(0, maximum(0, after) - maximum(0, level)))
        self._put(at, FALL, maximum(0, maximum(0, level) - maximum(0, after)))
        self._put(at, CEILING, minimum(0, maximum(level, after)))
        self._put(at, RISE_BELOW, minimum(0, minimum(0, level) - minimum(0, after)))
        self._put(at, FALL_BELOW, minimum(0, minimum(0, after) - minimum(0, level)))
        return after

    def chart(
        self,
        title: str,
        labels: int,
        first: int,
        last: int,
        least: float,
        *,
        most: float | None = None,
        lying: bool = False,
    ) -> Callable[[Any], Any]:
        """The chart of the rows ``first`` to ``last``, labelled by a column; ``least`` is the lowest level.

        With ``most``, the highest, the axis begins so near that small steps can be seen. A walk of many bars is
        ``lying`` where its chart may be as high as ``rows`` says.
        """
        lying = lying and last - first >= LONGEST_WALK
        floor = nice_floor(least) if most is None else near_floor(least, most)
        return partial(self._chart, title, labels, first, last, floor, lying)

    @staticmethod
    def rows(first: int, last: int) -> int:
        """How many rows of a sheet the chart of a walk takes that may lie down."""
        return 2 + _height(first, last) // ROW if last - first >= LONGEST_WALK else CHART_ROWS

    def _put(self, at: int, number: int, formula: Formula) -> Reference:
        return self.draft.put(self.page, at, self.column + number, formula, unit=self.unit)

    def _chart(self, title: str, labels: int, first: int, last: int, floor: float, lying: bool, book: Any) -> Any:
        chart = book.add_chart({"type": "bar" if lying else "column", "subtype": "stacked"})
        for number, colour in self.colours.items():
            column = self.column + number
            series: dict[str, Any] = {
                "name": self.heads[column].removeprefix("Bar: "),
                "categories": [self.page.title, first, labels, last, labels],
                "values": [self.page.title, first, column, last, column],
                "fill": {"none": True} if colour is None else {"color": colour},
                "border": {"none": True},
                "gap": 40,
            }
            if colour is not None:
                font = {"size": 8, "color": "#FFFFFF" if number == WHOLE else "#000000"}
                series["data_labels"] = {"value": True, "num_format": self._label(number), "font": font}
            chart.add_series(series)
        start = f"; axis from {floor:,g}" if floor else ""
        chart.set_title({"name": title + start, "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        axis: dict[str, Any] = {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": GRID}}}
        axis |= {"min": floor} if floor else {}
        names = {"num_font": {"size": 9}, "label_position": "low"}
        # of lying bars the first is on top, and the axis of amounts below the last
        chart.set_x_axis(axis if lying else names)
        chart.set_y_axis({**names, "reverse": True, "crossing": "max"} if lying else axis)
        chart.set_size({**SIZE, "height": _height(first, last)} if lying else SIZE)
        return chart

    def _label(self, number: int) -> str:
        """How the label of a piece is written; a piece of no height has none."""
        plain = "#,##0.0" if self.unit.number_format.startswith("#,##0.00") else "#,##0"
        rise, fall = f"+{plain}", f"({plain})"
        return {RISE: f"{rise};;", FALL: f"{fall};;", RISE_BELOW: f";{rise};", FALL_BELOW: f";{fall};"}.get(
            number, f"{plain};{fall};"
        )


def _height(first: int, last: int) -> int:
    return 100 + 26 * (last - first + 1)


def nice_floor(least: float) -> float:
    """A round number below the lowest bar, so that steps can be seen; 0 for small or negative values."""
    if not least > 0:
        return 0.0
    unit: float = 10.0 ** math.floor(math.log10(least))
    step = unit if least >= HALF * unit else unit / 2 if least >= QUARTER * unit else unit / 4
    return math.floor(0.9 * least / step) * step


def near_floor(least: float, most: float) -> float:
    """A round number half the spread of the levels below the lowest; 0 where one is not positive."""
    spread = most - least
    if not least > 0 or not spread > 0:
        return nice_floor(least)
    unit: float = 10.0 ** math.floor(math.log10(spread))
    return max(math.floor((least - spread / 2) / unit), 0) * unit
