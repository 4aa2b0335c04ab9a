"""Cells of the sheet of peers from which charts are drawn: columns of tables, and of samples of regressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ...assumptions import PeerTable
from ...lines import Array
from ...peers import every_value, included
from ..address import Cell
from ..pages import Draft, Page, TextCell
from ..sheet import Material

NAME, X, Y = range(3)
FEWEST: Final = 3
RED, GREY, ORANGE = "#C00000", "#7F7F7F", "#ED7D31"
SIZE: Final = {"width": 760, "height": 360}
CHART_ROWS: Final = 20
RANGE: Final = re.compile(r".*!\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)")
GRID: Final = {"visible": True, "line": {"color": "#E0E0E0"}}


@dataclass(frozen=True)
class Cells:
    """Cells of a column that follow one another, with their values."""

    sheet: str
    column: int
    first: int
    values: Array

    @property
    def last(self) -> int:
        """The last row."""
        return self.first + len(self.values) - 1

    @property
    def text(self) -> str:
        """The range as a formula on its sheet writes it."""
        return f"{Cell(self.sheet, self.first, self.column).fixed}:{Cell(self.sheet, self.last, self.column).fixed}"

    @property
    def reference(self) -> list[Any]:
        """The range as a chart is told it."""
        return [self.sheet, self.first, self.column, self.last, self.column]

    def each(self) -> Iterator[Cell]:
        """The cells one by one."""
        return (Cell(self.sheet, row, self.column) for row in range(self.first, self.last + 1))


def range_of(page: Page, draft: Draft, key: tuple[str, str], values: Array) -> Cells | None:
    """Where the values of a column, or of one of a sample, stand on the page; None where they do not."""
    found = RANGE.fullmatch(draft.peers.get(key, ""))
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return Cells(page.title, column - 1, int(found[2]) - 1, values)


def column_of(page: Page, made: Material, draft: Draft, table: PeerTable, column: str) -> Cells | None:
    """A column of the peers that count, as it stands in the table."""
    values = every_value(table, column, made.case.date)[included(table)]
    return range_of(page, draft, (table.id, column), values)


def spoken_name(column: str) -> str:
    """The name of a column as a chart says it: ev_sales_2026 is EV/Sales 2026."""
    head, _, rest = column.partition("_")
    words = rest.replace("_", " ")
    ratio = head in ("ev", "p") and rest
    return f"{head.upper()}/{words[:1].upper()}{words[1:]}" if ratio else column.replace("_", " ")


def names_beside(page: Page, cells: Cells) -> tuple[str, ...]:
    """The names of peers in the first column, beside cells."""
    there = [page.cells[cell.row, NAME] for cell in cells.each()]
    return tuple(cell.text if isinstance(cell, TextCell) else "" for cell in there)
