"""The sheet of rank correlations, in blue: a run takes them from the files, into which edits here are read back."""

from __future__ import annotations

import math
from typing import Final

from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Input correlations"
FIRST, UNIT, RANK, SECOND, WEIGHT, TEST, WHY = range(7)
HEADS: Final = {
    FIRST: "Input",
    UNIT: "Unit",
    RANK: "Rank correlation",
    SECOND: "With",
    WEIGHT: "Weight in a repair",
    TEST: "Test",
    WHY: "Why",
}
TOP: Final = HEAD_ROW + 1
RANKS: Final = "0.00_);(0.00)"


def _write(page: Page, made: Material, draft: Draft) -> None:
    """A row a pair, with a live test of its bounds."""
    page.heads(HEAD_ROW, HEADS, right={RANK, WEIGHT})
    page.widths = {FIRST: 42, UNIT: 10, RANK: 16, SECOND: 42, WEIGHT: 18, TEST: 10, WHY: 100}
    page.freeze = (HEAD_ROW + 1, 1)
    for at, pair in enumerate(made.case.correlations, start=TOP):
        page.text(at, FIRST, pair.between[0])
        page.text(at, SECOND, pair.between[1], "beside")
        page.text(at, UNIT, "number", "unit")
        page.number(at, RANK, pair.rank, RANKS, "input")
        if math.isfinite(pair.weight):
            page.number(at, WEIGHT, pair.weight, RANKS, "input")
        else:
            page.text(at, WEIGHT, "keep")
        rank, weight = page.cell(at, RANK).name, page.cell(at, WEIGHT).name
        page.raw(at, TEST, f'=IF(AND(ABS({rank})<=1,N({weight})>=0),"OK","ERROR")', "OK", "status")
        page.text(at, WHY, pair.origin.why, "beside")
        bounds = {"validate": "decimal", "criteria": "between", "minimum": -1, "maximum": 1}
        page.validations.append((at, RANK, bounds | {"error_message": "Expected a rank correlation from -1 to 1"}))
    page.lights = (TOP, TEST, TOP + len(made.case.correlations), TEST)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Rank correlations",
    subtitle=lambda made: "Between uncertain inputs (Spearman); they move the range at the next run, not the base case",
    about="How uncertain inputs move together",
    needed=lambda made: bool(made.case.correlations),
    write=_write,
)
