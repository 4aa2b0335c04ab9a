"""The Sum of the parts page: each part's worth, 100 % and attributable, per share and as a share of the whole."""

from __future__ import annotations

from typing import Final

from ...assumptions import Case
from ...bridge import Valuation
from ...formula import Reference, Row
from ...operations import above, absolute, add_up, where
from ...recording import Scope
from ...units import RATE
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material

SCOPE: Final = "parts"
PART, UNIT, METHOD, ENTERPRISE, EQUITY, OWNED, ATTRIBUTABLE, PER_SHARE, WEIGHT, LOW, MIDDLE, HIGH = range(12)
WIDTHS: Final = {PART: 36, UNIT: 10, METHOD: 12, **dict.fromkeys(range(3, 12), 13)}
FIRST: Final = HEAD_ROW + 2


def place_parts(page: Page, scope: Scope, draft: Draft) -> None:
    """The scope's rows stand in the column of attributable values, one below the other."""
    for number, row in enumerate(scope.rows):
        draft.cells[row] = page.cell(FIRST + number, ATTRIBUTABLE)


def write_parts(page: Page, made: Material, draft: Draft) -> None:
    """Write the table; keeps the cell of each part's value per share for the sheets that sum up."""
    case, found, simulation = made.case, made.valuation, made.simulation
    scope, quote = made.recording.scopes[SCOPE], str(case.quote)
    page.heads(
        HEAD_ROW,
        {
            PART: "Part",
            UNIT: "Unit",
            METHOD: "Method",
            ENTERPRISE: "Enterprise value, 100 %",
            EQUITY: "Equity value, 100 %",
            OWNED: "Owned",
            ATTRIBUTABLE: "Attributable value",
            PER_SHARE: f"Value, {quote}",
            WEIGHT: "Share of the parts",
            LOW: f"P5, {quote} (last run)",
            MIDDLE: f"P50, {quote} (last run)",
            HIGH: f"P95, {quote} (last run)",
        },
        right_from=ENTERPRISE,
    )
    page.widths = dict(WIDTHS)
    page.heights[HEAD_ROW] = 42
    page.freeze = (HEAD_ROW + 1, 1)
    *rows, total = scope.rows
    per_share = draft.per_share
    for row, (name, segment) in zip(rows, case.parts.items(), strict=True):
        at = draft.cells[row].row
        part = found.parts[name]
        page.text(at, PART, segment.name)
        page.links[at, PART] = draft.cells[part.attributable.row].sheet
        page.text(at, UNIT, str(row.unit), "unit")
        page.text(at, METHOD, case.method_of(name))
        if part.enterprise is not None:
            draft.put(page, at, ENTERPRISE, part.enterprise)
        draft.put(page, at, EQUITY, part.equity)
        draft.put(page, at, OWNED, part.owned)
        draft.place(page, row, at, ATTRIBUTABLE)
        per_share[name] = draft.put(page, at, PER_SHARE, part.per_share, unit=case.quote)
        whole = Reference(total)
        draft.put(page, at, WEIGHT, where(above(absolute(whole), 0), Reference(row) / whole, 0), unit=RATE)
        if simulation is not None:
            quantiles = simulation.part_quantiles(name)
            for column, q in ((LOW, 0.05), (MIDDLE, 0.5), (HIGH, 0.95)):
                page.number(at, column, quantiles[q], case.quote.number_format)
    _total(page, total, list(per_share.values()), rows, draft, case)
    _memos(page, case, found, draft, draft.cells[total].row + 4)


def _memos(page: Page, case: Case, found: Valuation, draft: Draft, at: int) -> None:
    """What is valued beside the sum: shown below it and added to nothing."""
    if found.memos:
        page.text(at, PART, "Beside the sum, added to nothing", "section")
    for name, memo in found.memos.items():
        at += 1
        page.text(at, PART, case.segments[name].name)
        page.links[at, PART] = draft.cells[memo.attributable.row].sheet
        page.text(at, UNIT, str(memo.attributable.unit), "unit")
        page.text(at, METHOD, case.method_of(name))
        if memo.enterprise is not None:
            draft.put(page, at, ENTERPRISE, memo.enterprise)
        draft.put(page, at, EQUITY, memo.equity)
        draft.put(page, at, OWNED, memo.owned)
        draft.put(page, at, ATTRIBUTABLE, memo.attributable)
        draft.put(page, at, PER_SHARE, memo.per_share, unit=case.quote)


def _total(page: Page, total: Row, per_share: list[Reference], rows: list[Row], draft: Draft, case: Case) -> None:
    at = draft.cells[total].row
    page.text(at, PART, "Sum of the parts", "total_text")
    page.text(at, UNIT, str(total.unit), "unit")
    draft.place(page, total, at, ATTRIBUTABLE, "total")
    draft.put(page, at, PER_SHARE, add_up(*per_share), unit=case.quote, style="total")
    page.text(at + 2, PART, "Percentiles of parts do not add up to the percentile of the whole.", "subtitle")
