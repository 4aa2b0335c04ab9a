"""The Before and after page: each transaction as a walk per share of the parent, and what is expected of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...assumptions import Case
from ...bridge import Valuation
from ...formula import Formula, Reference
from ...transactions import Outcome
from ...units import RATE
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from ..waterfall import Bars

TITLE: Final = "Before and after"
LABEL, UNIT, AMOUNT, PER_SHARE, PROBABILITY = range(5)
BARS: Final = 10


@dataclass
class _Table:
    """Where the rows of one walk go: the page, the next row, and what an amount is worth per quoted share."""

    page: Page
    draft: Draft
    case: Case
    factor: Formula
    at: int

    @property
    def bars(self) -> Bars:
        """The pieces of the bars beside the walk."""
        return Bars(self.draft, self.page, self.case.quote, BARS, below=True)

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
    page.widths = {
        LABEL: 46,
        UNIT: 18,
        AMOUNT: 14,
        PER_SHARE: 14,
        PROBABILITY: 12,
        **dict.fromkeys(range(PROBABILITY + 1, BARS), 8),
    }
    page.heads(HEAD_ROW, {LABEL: "Walk", UNIT: "Unit", AMOUNT: f"{case.currency} m", PER_SHARE: str(case.quote)})
    page.heads(HEAD_ROW, {PROBABILITY: "Probability"})
    page.freeze = (HEAD_ROW + 1, 1)
    table = _Table(page, draft, case, found.factor, HEAD_ROW + 2)
    page.heads(HEAD_ROW, table.bars.heads)
    page.widths |= table.bars.widths
    _weighted(table, found)
    for name, outcome in found.transactions.items():
        if table.page.charts:
            page.breaks.append(table.at)
        table.at += 1
        _walk(table, case.transactions[name].name, outcome)
    page.print_area = (0, LABEL, table.at, BARS - 2)


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
    level = table.bars.whole(first, table.row("Before", outcome.before, style="total"))
    levels = [level]
    for label, amount in outcome.differences.items():
        at = table.at
        level = table.bars.step(at, level, table.row(label, amount))
        levels.append(level)
    at = table.at
    levels.append(table.bars.whole(at, table.row("After", outcome.after, style="total")))
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
    page.charts.append((table.at + 1, LABEL, table.bars.chart(heading, LABEL, first, last, least, lying=True)))
    table.at += 1 + table.bars.rows(first, last)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Before and after transactions",
    subtitle=lambda made: f"{made.case.currency} m and {made.case.quote}; every difference named",
    about="What each transaction changes for one share, and what is expected of it",
    needed=lambda made: bool(made.case.transactions),
    write=_write,
)
