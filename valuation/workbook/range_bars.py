"""Bars from low to high with the base where the colour changes and a price line through them, as live cells and chart.

One stacked group of series renders alike in every program: gap, bar and bar up to the price, gap, price, gap, bar and
bar behind it. What lies below zero is a piece of its own, as programs stack it apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ..formula import Formula, Reference
from ..operations import maximum, minimum
from ..units import Unit
from .pages import Draft, Page

LOW_COLOUR, HIGH_COLOUR, PRICE_COLOUR, GRID = "#2F5597", "#9DB7DD", "#C00000", "#E0E0E0"
MARK: Final = 0.006
PRICE_MARK: Final = "Width of the price mark in charts, share of the price"
PIECES: Final[dict[str, str | None]] = {
    "Bar: start": None,
    "Low to base": LOW_COLOUR,
    "Base to high": HIGH_COLOUR,
}
PRICED: Final[dict[str, str | None]] = PIECES | {
    "Bar: gap": None,
    "Price": PRICE_COLOUR,
    "Bar: gap behind": None,
    "Low to base, behind": LOW_COLOUR,
    "Base to high, behind": HIGH_COLOUR,
}
BELOW: Final[dict[str, str | None]] = {"Below 0: gap": None, "Below 0: bar": LOW_COLOUR}


@dataclass(frozen=True)
class RangeBars:
    """A table of ranges: columns of low, base and high side by side, and from ``pieces`` on those of the bars."""

    page: Page
    draft: Draft
    unit: Unit
    low: int
    pieces: int
    price: Formula | None = None
    mark: Formula | None = None

    @property
    def colours(self) -> dict[str, str | None]:
        """The pieces of a bar with their colours, None for a gap."""
        return (PIECES if self.price is None else PRICED) | BELOW

    @property
    def last(self) -> int:
        """The last column."""
        return self.pieces + len(self.colours) - 1 + (self.price is not None)

    def heads(self, row: int) -> None:
        """Write the heads of the pieces."""
        names = [
            *(("Price",) if self.price is not None else ()),
            *(n if n != "Price" else "Mark" for n in self.colours),
        ]
        self.page.heads(row, dict(enumerate(names, start=self.pieces)))
        self.page.widths |= dict.fromkeys(range(self.pieces, self.last + 1), 9)

    def row(self, at: int, low: Formula, base: Formula, high: Formula) -> None:
        """Write a range and the pieces of its bar."""
        ends = [self._put(at, self.low + number, end) for number, end in enumerate((low, base, high))]
        start, end = maximum(0, ends[0]), maximum(0, ends[2])
        middle = maximum(start, minimum(ends[1], end))
        column = self.pieces
        if self.price is None or self.mark is None:
            pieces = [start, middle - start, end - middle]
        else:
            price = self._put(at, column, self.price)
            column += 1
            width = price * self.mark
            behind = price + width
            pieces = [
                minimum(start, price),
                maximum(0, minimum(middle, price) - start),
                maximum(0, minimum(end, price) - middle),
                maximum(0, price - end),
                width,
                maximum(0, start - behind),
                maximum(0, middle - maximum(start, behind)),
                maximum(0, end - maximum(middle, behind)),
            ]
        gap = self._put(at, column + len(pieces), minimum(0, ends[2]))
        for number, piece in enumerate(pieces):
            self._put(at, column + number, piece)
        self._put(at, column + len(pieces) + 1, minimum(0, ends[0]) - gap)

    def _put(self, at: int, column: int, formula: Formula) -> Reference:
        return self.draft.put(self.page, at, column, formula, unit=self.unit)

    def chart(self, title: str, first: int, last: int, size: tuple[int, int], book: Any, *, floor: float = 0.0) -> Any:
        """The chart of the rows from first to last, the first of them on top; ``floor`` is where its axis begins.

        The title says what colours mean: legends of stacked bars differ from program to program.
        """
        chart = book.add_chart({"type": "bar", "subtype": "stacked"})
        start = self.pieces + (self.price is not None)
        for column, (name, colour) in enumerate(self.colours.items(), start=start):
            chart.add_series(
                {
                    "name": name,
                    "categories": [self.page.title, first, 0, last, 0],
                    "values": [self.page.title, first, column, last, column],
                    "fill": {"none": True} if colour is None else {"color": colour},
                    "border": {"none": True},
                    "gap": 55,
                }
            )
        words = f"{title}: low to base dark, base to high light{', price red' if self.price is not None else ''}"
        chart.set_title({"name": words, "name_font": {"size": 11}})
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}, "label_position": "low", "crossing": "max"})
        grid = {"visible": True, "line": {"color": GRID}}
        axis: dict[str, Any] = {"num_format": "#,##0", "num_font": {"size": 9}, "major_gridlines": grid}
        chart.set_x_axis(axis | ({"min": floor} if floor else {}))
        chart.set_legend({"none": True})
        chart.set_size({"width": size[0], "height": size[1]})
        return chart
