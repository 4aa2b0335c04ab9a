"""Waterfalls: columns that stand on the floor or hang between two levels, as live cells beside a walk, and their chart.

Each row of a walk gets a level and the pieces of its bar. What lies above zero and what lies below it are pieces of
their own, as programs stack them apart, so that a walk may cross zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ..formula import Formula, Reference
from ..operations import maximum, minimum
from ..units import Unit
from .pages import Draft, Page

LEVEL, FLOOR, RISE, FALL, WHOLE, CEILING, RISE_BELOW, FALL_BELOW = range(8)
HEADS: Final = {
    LEVEL: "Level",
    FLOOR: "Bar: floor",
    RISE: "Bar: rise",
    FALL: "Bar: fall",
    WHOLE: "Bar: whole",
    CEILING: "Below 0: gap",
    RISE_BELOW: "Below 0: rise",
    FALL_BELOW: "Below 0: fall",
}
GREEN_BAR, RED_BAR, NAVY_BAR, GRID = "#8CBF6A", "#E57373", "#1F3864", "#E0E0E0"
COLOURS: Final = {
    FLOOR: None,
    RISE: GREEN_BAR,
    FALL: RED_BAR,
    WHOLE: NAVY_BAR,
    CEILING: None,
    RISE_BELOW: GREEN_BAR,
    FALL_BELOW: RED_BAR,
}
LONGEST_WALK: Final = 8
WIDE: Final = 940
QUARTER, HALF = 2.5, 5.0
"""From where on a floor is a multiple of half a power of ten, and of a whole one."""
"""Walks of more bars lie down, so that their names can be read."""


@dataclass(frozen=True)
class Waterfall:
    """Where a waterfall stands on a page: the first column of its pieces, the column of its labels, and its unit."""

    page: Page
    draft: Draft
    column: int
    unit: Unit
    label: int = 0

    def heads(self, row: int, right_from: int = 2) -> None:
        """Write the heads of the pieces."""
        self.page.heads(row, {self.column + piece: text for piece, text in HEADS.items()}, right_from)
        self.page.widths |= dict.fromkeys(range(self.column, self.column + len(HEADS)), 11)

    def whole(self, at: int, value: Formula) -> Reference:
        """A bar that stands on the floor; returns the cell of its level."""
        self._put(at, WHOLE, value + 0)
        for piece in COLOURS:
            if piece != WHOLE:
                self._put(at, piece, value * 0)  # charts want numbers, not blanks
        return self._put(at, LEVEL, value + 0)

    def step(self, at: int, level: Reference, step: Formula) -> Reference:
        """A bar that hangs between the level before and the level after; returns the cell of the latter."""
        after = self._put(at, LEVEL, level + step)
        self._put(at, FLOOR, maximum(0, minimum(level, after)))
        self._put(at, RISE, maximum(0, maximum(0, after) - maximum(0, level)))
        self._put(at, FALL, maximum(0, maximum(0, level) - maximum(0, after)))
        self._put(at, WHOLE, step * 0)
        self._put(at, CEILING, minimum(0, maximum(level, after)))
        self._put(at, RISE_BELOW, minimum(0, minimum(0, level) - minimum(0, after)))
        self._put(at, FALL_BELOW, minimum(0, minimum(0, after) - minimum(0, level)))
        return after

    def _put(self, at: int, piece: int, formula: Formula) -> Reference:
        return self.draft.put(self.page, at, self.column + piece, formula, unit=self.unit)

    def chart(self, title: str, first: int, last: int, book: Any, *, floor: float = 0.0) -> Any:
        """The chart of the rows from first to last; ``floor`` is where its axis begins, 0 for all of it."""
        lying = last - first >= LONGEST_WALK
        chart = book.add_chart({"type": "bar" if lying else "column", "subtype": "stacked"})
        shown = "#,##0.0" if self.unit.number_format.startswith("#,##0.00") else "#,##0"
        forms = {RISE: f"+{shown};;", FALL: f"({shown});;", WHOLE: f"{shown};({shown});"}
        forms |= {RISE_BELOW: f";+{shown};", FALL_BELOW: f";({shown});"}
        for piece, colour in COLOURS.items():
            column = self.column + piece
            series: dict[str, Any] = {
                "name": HEADS[piece],
                "categories": [self.page.title, first, self.label, last, self.label],
                "values": [self.page.title, first, column, last, column],
                "fill": {"none": True} if colour is None else {"color": colour},
                "border": {"none": True},
                "gap": 40,
            }
            if piece in forms:
                font = {"size": 8, "color": "#FFFFFF" if piece == WHOLE else "#000000"}
                series["data_labels"] = {"value": True, "num_format": forms[piece], "font": font}
            chart.add_series(series)
        start = f"; axis from {floor:,g}" if floor else ""
        chart.set_title({"name": title + start, "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        axis: dict[str, Any] = {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": GRID}}}
        axis |= {"min": floor} if floor else {}
        names = {"num_font": {"size": 9}, "label_position": "low"}
        if lying:
            chart.set_y_axis({**names, "reverse": True, "crossing": "max"})
            chart.set_x_axis(axis)
        else:
            chart.set_y_axis(axis)
            chart.set_x_axis(names)
        chart.set_size({"width": WIDE, "height": self.height(first, last)})
        return chart

    @staticmethod
    def height(first: int, last: int) -> int:
        """How high the chart of the rows from first to last is."""
        bars = last - first + 1
        return 100 + 26 * bars if bars > LONGEST_WALK else 400


def floor_below(levels: Iterable[float]) -> float:
    """A round number below the lowest level, so that steps can be seen; 0 for small or negative values."""
    least = min(levels)
    if not least > 0:
        return 0.0
    unit: float = 10.0 ** math.floor(math.log10(least))
    step = unit if least >= HALF * unit else unit / 2 if least >= QUARTER * unit else unit / 4
    return math.floor(0.9 * least / step) * step
