"""The Sum of the parts as analysts print it: what measures each part, 100 % and attributable, a share, a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...assumptions import Segment
from ...bridge import PartWorth
from ...formula import Formula, Reference
from ...methods import Measures, Worth
from ...operations import above, absolute, first, where
from ...units import RATE, Unit
from ..address import FIRST_YEAR, HEAD_ROW, Cell
from ..pages import Draft, FormulaCell, Page
from ..sheet import Material
from . import parts_footer
from .parts_columns import Columns, columns_of, dash, heads

SCOPE: Final = "parts"
FIRST: Final = HEAD_ROW + 2


def place_parts(page: Page, made: Material, draft: Draft) -> None:
    """The scope's rows stand in the column of attributable values: the parts, methods between them, then their sum."""
    columns, at = columns_of(made), FIRST
    *rows, total = made.recording.scopes[SCOPE].rows
    for row, part in zip(rows, made.case.parts.values(), strict=True):
        draft.cells[row] = page.cell(at, columns["attributable"])
        at += 1 + len(_views(part))
    draft.cells[total] = page.cell(at, columns["attributable"])


def write_parts(page: Page, made: Material, draft: Draft) -> None:
    """Write a row for each part and each of several methods, the foot, and what stands beside the sum."""
    table = _Table(page, made, draft, columns_of(made))
    heads(page, made, table.columns)
    scope = made.recording.scopes[SCOPE]
    *rows, total = scope.rows
    for row, name in zip(rows, made.case.parts, strict=True):
        at = draft.cells[row].row
        draft.place(page, row, at, table.columns["attributable"])
        table.part(at, name, made.valuation.parts[name])
        table.weight(at, Reference(row), Reference(total))
        table.methods(at + 1, name)
    below = parts_footer.write(page, made, draft, table.columns, total)
    _memos(table, below + 2)
    page.print_area = (0, 0, max(row for row, _ in page.cells), max(table.columns.values()))


def _views(part: Segment) -> tuple[str, ...]:
    """The methods that get rows of their own."""
    return part.views if len(part.views) > 1 else ()


@dataclass(frozen=True)
class _Table:
    """The rows of parts and methods."""

    page: Page
    made: Material
    draft: Draft
    columns: Columns

    def part(self, at: int, name: str, part: PartWorth) -> None:
        """One part: all but its attributable value, which stands in the scope's own row."""
        case, segment = self.made.case, self.made.case.segments[name]
        self._begin(at, segment.name, case.method_of(name))
        self.page.links[at, 0] = self.draft.cells[part.attributable.row].sheet
        worths = [self.made.valuation.worths[view] for view in segment.views]
        self._measures(at, worths[0].measures if len(worths) == 1 else Measures(named="as below"))
        debt = self._debt(name) if part.enterprise is not None else None
        self._worth(at, part.enterprise, debt, part.equity, part.owned)
        self._shares(at, name, part.attributable, part.per_share)
        of_sales = next((worth.measures for worth in worths if _known(worth)), Measures())
        self._implied(at, of_sales)

    def methods(self, at: int, name: str) -> None:
        """A row for each of a part's several methods, as if it alone were used, with its weight."""
        found, segment = self.made.valuation, self.made.case.segments[name]
        part = found.parts[name]
        for number, view in enumerate(_views(segment)):
            worth, working, row = found.worths[view], self.made.case.workings[view], at + number
            title = working.title.removeprefix(f"{segment.name}: ")
            weight = self.made.recorded.assumption(segment.weights[number])
            self._begin(row, f"    {title} (share: its weight)", working.calculation.name)
            self._measures(row, worth.measures)
            debt = self._debt(name) if worth.level == "enterprise" else None
            equity = worth.value if debt is None else worth.value - debt
            enterprise = worth.value if worth.level == "enterprise" else None
            cell = self._worth(row, enterprise, debt, equity, part.owned)
            attributable = self.draft.put(self.page, row, self.columns["attributable"], cell * part.owned)
            if weight is not None:
                self.draft.put(self.page, row, self.columns["weight"], weight + 0, unit=RATE)
            self._shares(row, view, attributable, attributable * found.factor)
            self._implied(row, worth.measures)

    def memo(self, at: int, name: str, memo: PartWorth) -> None:
        """What is valued beside the sum."""
        self.part(at, name, memo)
        self.draft.put(self.page, at, self.columns["attributable"], memo.attributable)

    def weight(self, at: int, part: Formula, whole: Formula) -> None:
        """The share of the sum of the parts; 0 where the sum is nothing."""
        share = where(above(absolute(whole), 0), part / whole, 0)
        self.draft.put(self.page, at, self.columns["weight"], share, unit=RATE)

    def _begin(self, at: int, label: str, method: str) -> None:
        self.page.text(at, self.columns["part"], label)
        self.page.text(at, self.columns["unit"], str(self.made.case.money), "unit")
        self.page.text(at, self.columns["method"], method)

    def _put(self, at: int, column: str, formula: Any, unit: Unit | None = None) -> Reference | None:
        """A formula where the table has the column; a dash where there is none."""
        if column not in self.columns:
            return None
        if formula is None:
            dash(self.page, at, self.columns[column])
            return None
        return self.draft.put(self.page, at, self.columns[column], formula, unit=unit)

    def _measures(self, at: int, shown: Measures) -> None:
        """What the method is measured by, and the numbers of the model that it takes it at."""
        if "metric" in self.columns:
            self.page.text(at, self.columns["metric"], _named(shown, self.made.case.base_year) or "-")
        self._put(at, "amount", shown.metric)
        self._put(at, "multiple", shown.multiple)
        self._put(at, "rate", _single(shown.rate), unit=RATE)
        self._put(at, "growth", _single(shown.growth), unit=RATE)

    def _debt(self, name: str) -> Any:
        return self.made.recorded.assumption(f"{name}.net_debt")

    def _worth(self, at: int, enterprise: Any, debt: Any, equity: Any, owned: Any) -> Reference:
        """Both levels of value, 100 %, and what the group owns; returns the cell of the equity."""
        self._put(at, "enterprise", enterprise)
        self._put(at, "debt", debt)
        self._put(at, "owned", owned)
        return self.draft.put(self.page, at, self.columns["equity"], equity)

    def _shares(self, at: int, name: str, attributable: Formula, per_share: Formula) -> None:
        """Per ordinary share and as quoted, with the range of the run around the live base."""
        quote, found = self.made.case.quote, self.made.valuation
        if "ordinary" in self.columns:
            self._put(at, "ordinary", attributable / found.diluted)
        cell = self._put(at, "share", per_share, unit=quote)
        self.draft.per_share[name] = per_share if isinstance(per_share, Reference) or cell is None else cell
        if "low" in self.columns:
            ends = [self.draft.run.get((name, q)) for q in ("P5", "P95")]
            self._put(at, "low", ends[0])
            self._put(at, "base", cell + 0 if cell is not None and ends[0] is not None else None, unit=quote)
            self._put(at, "high", ends[1])

    def _implied(self, at: int, shown: Measures) -> None:
        """The enterprise value over sales and EBITA of the first two years; a dash where they are not positive."""
        for column, (amounts, year) in {
            "sales_1": (shown.sales, 1), "sales_2": (shown.sales, 2),
            "profit_1": (shown.profit, 1), "profit_2": (shown.profit, 2),
        }.items():  # fmt: skip
            if column not in self.columns:
                continue
            here = self.page.cell(at, self.columns["enterprise"])
            there, worth = self._amount(amounts, year), self.page.cells.get((at, here.column))
            if there is None or not isinstance(worth, FormulaCell):
                dash(self.page, at, self.columns[column])
                continue
            cell, amount = there
            name, value = cell.seen_from(self.page.title), worth.value / amount if amount > 0 else "-"
            text = f'=IF({name}>0,{here.fixed}/{name},"-")'
            self.page.raw(at, self.columns[column], text, value, "answer", '0.0"x"_);(0.0"x")')

    def _amount(self, amounts: Any, year: int) -> tuple[Cell, float] | None:
        """The cell of an amount of a forecast year and its base value."""
        if isinstance(amounts, Mapping):
            return None if year not in amounts else self._cell(amounts[year], 0)
        return None if year > self.made.case.years else self._cell(amounts, year)

    def _cell(self, amount: Reference, year: int) -> tuple[Cell, float]:
        at, values = self.draft.cells[amount.row], self.draft.values[amount.row]
        if not year:
            return at, float(values[0])
        return Cell(at.sheet, at.row, FIRST_YEAR + year - 1), float(values[year - 1].ravel()[0])


def _memos(table: _Table, at: int) -> None:
    """What is valued beside the sum: shown below it and added to nothing."""
    if table.made.valuation.memos:
        table.page.text(at, 0, "Beside the sum, added to nothing", "section")
    for name, memo in table.made.valuation.memos.items():
        at += 1
        table.memo(at, name, memo)


def _known(worth: Worth) -> bool:
    return not isinstance(worth.measures.sales, Mapping) or bool(worth.measures.sales)


def _single(rate: Any) -> Any:
    """A yearly rate is shown by its first year."""
    return first(rate) if isinstance(rate, Formula) and rate.yearly else rate


def _named(shown: Measures, base_year: int) -> str:
    period = shown.period or ""
    if period.startswith("FY"):
        period = f"FY{base_year + int(period[2:])}"
    return f"{shown.named} {period}".strip()
