"""The Bridge chart: from the sum of the parts over every bridge item to the equity of one share, as a waterfall."""

from __future__ import annotations

from typing import Final

from ...formula import Formula, Reference
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from ..waterfall import Bars
from .parts_footer import steps_of

LABEL, UNIT, AMOUNT, PER_SHARE = range(4)
BARS: Final = 9


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the walk with the pieces of its bars, and the chart below."""
    case, found = made.case, made.valuation
    page.widths = {LABEL: 46, UNIT: 18, AMOUNT: 14, PER_SHARE: 14, **dict.fromkeys(range(PER_SHARE + 1, BARS), 10)}
    page.heads(HEAD_ROW, {LABEL: "Walk", UNIT: "Unit", AMOUNT: f"{case.currency} m", PER_SHARE: str(case.quote)})
    page.freeze = (HEAD_ROW + 1, 1)
    page.heights[HEAD_ROW] = 28
    bars = Bars(draft, page, case.quote, BARS, below=True)
    page.heads(HEAD_ROW, bars.heads)
    page.widths |= bars.widths
    first = at = HEAD_ROW + 1
    levels = [bars.whole(at, _row(page, made, draft, at, "Sum of the parts", found.sum_of_parts, "total"))]
    for label, amount in steps_of(made).items():
        at += 1
        levels.append(bars.step(at, levels[-1], _row(page, made, draft, at, label, amount)))
    at += 1
    bars.whole(at, _row(page, made, draft, at, "Equity value of the group", found.equity, "total"))
    title = f"From the sum of the parts to one share, {case.quote}"
    least = min(draft.value(level) for level in levels)
    page.charts.append((at + 2, LABEL, bars.chart(title, LABEL, first, at, least, lying=True)))
    page.print_area, page.one_page = (0, LABEL, at + 2 + bars.rows(first, at), BARS - 2), True


def _row(
    page: Page, made: Material, draft: Draft, at: int, label: str, amount: Formula, style: str = "formula"
) -> Reference:
    """An amount in money and per share; returns the cell of the latter."""
    quote = made.case.quote
    page.text(at, LABEL, label, "total_text" if style == "total" else "text")
    page.text(at, UNIT, f"{made.case.money}; {quote}", "unit")
    money = draft.put(page, at, AMOUNT, amount, style=style)
    return draft.put(page, at, PER_SHARE, money * made.valuation.factor, unit=quote, style=style)


SHEET: Final = Sheet(
    "Bridge chart",
    heading=lambda made: "From the sum of the parts to one share",
    subtitle=lambda made: f"{made.case.money} and {made.case.quote}; every item live",
    about="The bridge from the parts over cash, debt, costs and discounts to the equity, as a waterfall",
    write=_write,
)
