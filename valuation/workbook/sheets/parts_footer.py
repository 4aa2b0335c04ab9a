"""The foot of the Sum of the parts: from the sum over every bridge item to one share, its price and the upside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...bridge import Valuation
from ...formula import Formula, Reference, Row
from ...operations import above, absolute, add_up, where
from ...units import RATE
from ..pages import Draft, Page
from ..sheet import Material
from .parts_columns import Columns


def steps_of(made: Material) -> dict[str, Formula]:
    """What leads from the sum of the parts to the equity of the group, by label, in the case's money."""
    case, found = made.case, made.valuation
    labels = {name.removeprefix("bridge."): case.assumptions[name].label for name in case.bridge}
    steps: dict[str, Formula] = {labels.get(name, name.replace("_", " ").capitalize()): amount
                                 for name, amount in found.bridge.items()}  # fmt: skip
    if found.holding_discount is not None:
        steps["Holding discount"] = found.holding_discount
    for name, amount in found.expected.items():
        steps[f"Expected: {case.transactions[name].name}"] = amount
    return steps


def write(page: Page, made: Material, draft: Draft, columns: Columns, total: Row) -> int:
    """Write the rows below the parts, whose sum stands in the row ``total``; returns the last row."""
    foot = _Foot(page, made, draft, columns, Reference(total), draft.cells[total].row)
    found, case = made.valuation, made.case
    draft.place(page, total, foot.at, columns["attributable"], "total")
    foot.labels("Sum of the parts", str(case.money), "total")
    foot.per_share(Reference(total), "total")
    amounts = [Reference(total)]
    for label, amount in steps_of(made).items():
        amounts.append(foot.row(label, amount))
    foot.row("Equity value of the group", add_up(*amounts), "total")
    foot.shares(found)
    if found.price is not None:
        foot.quoted("Price", found.price + 0)
        foot.single("Upside of the value to the price", found.per_share / found.price - 1, "%")
    foot.at += 2
    page.text(
        foot.at, columns["part"], "Percentiles of parts do not add up to the percentile of the whole.", "subtitle"
    )
    return foot.at


@dataclass
class _Foot:
    page: Page
    made: Material
    draft: Draft
    columns: Columns
    whole: Reference
    at: int

    def labels(self, label: str, unit: str, style: str) -> None:
        self.page.text(self.at, self.columns["part"], label, "total_text" if style == "total" else "text")
        self.page.text(self.at, self.columns["unit"], unit, "unit")

    def row(self, label: str, amount: Formula, style: str = "formula") -> Reference:
        """An amount of money, per share and as a share of the parts."""
        self.at += 1
        self.labels(label, str(self.made.case.money), style)
        cell = self.draft.put(self.page, self.at, self.columns["attributable"], amount, style=style)
        self.per_share(cell, style)
        return cell

    def per_share(self, amount: Reference, style: str) -> None:
        """What an amount is worth a share, and of the sum of the parts."""
        found, quote = self.made.valuation, self.made.case.quote
        if "ordinary" in self.columns:
            self.draft.put(self.page, self.at, self.columns["ordinary"], amount / found.diluted, style=style)
        self.draft.put(self.page, self.at, self.columns["share"], amount * found.factor, unit=quote, style=style)
        share = where(above(absolute(self.whole), 0), amount / self.whole, 0)
        self.draft.put(self.page, self.at, self.columns["weight"], share, unit=RATE, style=style)

    def shares(self, found: Valuation) -> None:
        """The number of shares, and the value of one with the range of the run."""
        self.at += 1
        self.labels("Diluted shares", str(found.diluted.unit), "formula")
        self.draft.put(self.page, self.at, self.columns["attributable"], found.diluted)
        self.quoted("Value per share", found.per_share, "total")
        if "ordinary" in self.columns:
            self.draft.put(self.page, self.at, self.columns["ordinary"], found.per_ordinary_share, style="total")
        if "low" in self.columns:
            quote = self.made.case.quote
            self.draft.put(self.page, self.at, self.columns["low"], self.draft.run["", "P5"], style="total")
            self.draft.put(self.page, self.at, self.columns["base"], found.per_share, unit=quote, style="total")
            self.draft.put(self.page, self.at, self.columns["high"], self.draft.run["", "P95"], style="total")

    def quoted(self, label: str, amount: Formula, style: str = "formula") -> None:
        """An amount in the unit of the quote."""
        self.at += 1
        self.labels(label, str(self.made.case.quote), style)
        self.draft.put(self.page, self.at, self.columns["share"], amount, unit=self.made.case.quote, style=style)

    def single(self, label: str, amount: Any, unit: str) -> None:
        """A share, in the column of values per share."""
        self.at += 1
        self.labels(label, unit, "formula")
        self.draft.put(self.page, self.at, self.columns["share"], amount, unit=RATE)
