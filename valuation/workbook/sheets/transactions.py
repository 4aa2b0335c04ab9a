"""The Before and after page: each transaction as a walk per share of the parent, and what is expected of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ...assumptions import Case
from ...bridge import Valuation
from ...formula import Formula, Reference
from ...operations import maximum, minimum
from ...transactions import Outcome
from ...units import RATE
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Before and after"
LABEL, UNIT, AMOUNT, PER_SHARE, PROBABILITY = range(5)
LEVEL, FLOOR, RISE, FALL, WHOLE = range(6, 11)
BARS: Final = {LEVEL: "Level", FLOOR: "Bar: floor", RISE: "Bar: rise", FALL: "Bar: fall", WHOLE: "Bar: whole"}
COLOURS: Final = {FLOOR: None, RISE: "#548235", FALL: "#C00000", WHOLE: "#1F3864"}
CHART_ROWS: Final = 20


@dataclass
class _Table:
    """Where the rows of one walk go: the page, the next row, and what an amount is worth per quoted share."""

    page: Page
    draft: Draft
    case: Case
    factor: Any
    at: int

    def row(self, label: str, amount: Formula, *, style: str = "formula") -> Reference:
        """Write an amount and what it is per share; returns the cell of the latter."""
        page, quote = self.page, self.case.quote
        page.text(self.at, LABEL, label, "total_text" if style == "total" else "text")
        page.text(self.at, UNIT, f"{self.case.currency} m; {quote}", "unit")
        money = self.draft.put(page, self.at, AMOUNT, amount, style=style)
        share = self.draft.put(page, self.at, PER_SHARE, money * self.factor, unit=quote, style=style)
        self.at += 1
        return share


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the walk of each transaction and, below them, what they are expected to add."""
    case, found = made.case, made.valuation
    page.widths = {LABEL: 46, UNIT: 18, AMOUNT: 14, PER_SHARE: 14, PROBABILITY: 12, 5: 3, **dict.fromkeys(BARS, 11)}
    page.heads(HEAD_ROW, {LABEL: "Walk", UNIT: "Unit", AMOUNT: f"{case.currency} m", PER_SHARE: str(case.quote)})
    page.heads(HEAD_ROW, {PROBABILITY: "Probability", **BARS})
    page.freeze = (HEAD_ROW + 1, 1)
    table = _Table(page, draft, case, found.factor, HEAD_ROW + 2)
    _weighted(table, found)
    for name, outcome in found.transactions.items():
        table.at += 1
        _walk(table, case.transactions[name].name, outcome)
    page.print_area = (0, LABEL, table.at, WHOLE)


def _weighted(table: _Table, found: Valuation) -> None:
    """The value per share before transactions, what each is expected to add, and the value that is reported."""
    page, draft = table.page, table.draft
    page.text(table.at, LABEL, "Weighted by probability", "section")
    table.at += 1
    table.row("Before any transaction", found.before_transactions)
    for name, amount in found.expected.items():
        chance = found.transactions[name].probability
        draft.put(page, table.at, PROBABILITY, chance + 0, unit=RATE)
        table.row(f"Expected from {table.case.transactions[name].name}", amount)
    table.row("With transactions, as reported", found.equity, style="total")


def _walk(table: _Table, title: str, outcome: Outcome) -> None:
    """One transaction as if it were certain: before, each named difference, after; then what the holders have."""
    page = table.page
    page.text(table.at, LABEL, f"{title}: the walk per share, as if it were certain", "section")
    table.at += 1
    first = table.at
    level = _whole(table, table.row("Before", outcome.before, style="total"))
    levels = [level]
    for label, amount in outcome.differences.items():
        level = _step(table, level, table.row(label, amount))
        levels.append(level)
    levels.append(_whole(table, table.row("After", outcome.after, style="total")))
    last = table.at - 1
    page.text(table.at, LABEL, "Residual: after less before less all differences, share of before")
    page.text(table.at, UNIT, "%", "unit")
    table.draft.put(page, table.at, AMOUNT, outcome.residual + 0, unit=RATE)
    table.at += 1
    table.at += 1
    page.text(table.at, LABEL, f"{title}: what the holders of the parent have after", "section")
    table.at += 1
    for label, amount in outcome.has.items():
        table.row(label, amount)
    table.row("Together", outcome.after, style="total")
    heading = f"{title}: before and after, {table.case.quote}"
    least = min(table.draft.value(cell) for cell in levels)
    page.charts.append((table.at + 1, LABEL, partial(_waterfall, page, heading, first, last, least)))
    table.at += CHART_ROWS


def _whole(table: _Table, value: Reference) -> Reference:
    """A bar that stands on the floor, in the row just written; returns the cell of its level."""
    page, draft, quote, at = table.page, table.draft, table.case.quote, table.at - 1
    draft.put(page, at, WHOLE, value + 0, unit=quote)
    for column in (FLOOR, RISE, FALL):
        draft.put(page, at, column, value * 0, unit=quote)  # charts want numbers, not blanks
    return draft.put(page, at, LEVEL, value + 0, unit=quote)


def _step(table: _Table, level: Reference, step: Reference) -> Reference:
    """A bar that hangs between the level before and the level after; returns the cell of the latter."""
    page, draft, quote, at = table.page, table.draft, table.case.quote, table.at - 1
    after = draft.put(page, at, LEVEL, level + step, unit=quote)
    draft.put(page, at, FLOOR, minimum(level, after), unit=quote)
    draft.put(page, at, RISE, maximum(0, step), unit=quote)
    draft.put(page, at, FALL, maximum(0, -step), unit=quote)
    draft.put(page, at, WHOLE, step * 0, unit=quote)
    return after


def _waterfall(page: Page, title: str, first: int, last: int, least: float, book: Any) -> Any:
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for column, colour in COLOURS.items():
        chart.add_series(
            {
                "name": BARS[column].removeprefix("Bar: "),
                "categories": [page.title, first, LABEL, last, LABEL],
                "values": [page.title, first, column, last, column],
                "fill": {"none": True} if colour is None else {"color": colour},
                "border": {"none": True},
                "gap": 40,
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    grid = {"visible": True, "line": {"color": "#E0E0E0"}}
    chart.set_y_axis({"num_format": "0", "min": _nice_floor(least), "major_gridlines": grid})
    chart.set_x_axis({"num_font": {"size": 9}})
    chart.set_size({"width": 860, "height": 360})
    return chart


def _nice_floor(least: float) -> float:
    """A round number below the lowest bar, so that steps can be seen; 0 for small or negative values."""
    if least <= 0:
        return 0.0
    unit: float = 10.0 ** math.floor(math.log10(least))
    return math.floor(0.9 * least / unit * 4) / 4 * unit


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Before and after transactions",
    subtitle=lambda made: f"{made.case.currency} m and {made.case.quote}; every difference named",
    about="What each transaction changes for one share, and what is expected of it",
    needed=lambda made: bool(made.case.transactions),
    write=_write,
)
