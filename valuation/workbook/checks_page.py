"""The Checks page: every rule with its live test, and one cell that says whether all errors are clear."""

from __future__ import annotations

from typing import Final

from ..checks import Check
from ..formula import Reference
from .address import HEAD_ROW, Cell
from .pages import Draft, Page, RawCell

TITLE: Final = "Checks"
CHECK, UNIT, TEST, STATUS, MESSAGE, PLACE = range(6)
MASTER: Final = Cell(TITLE, 1, STATUS)
FIRST: Final = HEAD_ROW + 1


def write_checks(page: Page, found: list[Check], draft: Draft) -> None:
    """Write a row for each check and the master check above them."""
    page.heads(
        HEAD_ROW,
        {
            CHECK: "Check",
            UNIT: "Unit",
            TEST: "Test (1: well)",
            STATUS: "Status",
            MESSAGE: "What is tested",
            PLACE: "Where",
        },
        99,
    )
    page.widths = {CHECK: 36, UNIT: 8, TEST: 14, STATUS: 12, MESSAGE: 80, PLACE: 50}
    page.freeze = (HEAD_ROW + 1, 1)
    for number, check in enumerate(found):
        at = FIRST + number
        page.text(at, CHECK, check.id)
        page.text(at, UNIT, "flag", "unit")
        test = draft.put(page, at, TEST, check.test + 0)
        failed = {"error": "ERROR", "warning": "WARNING", "info": "NOTE"}[check.severity]
        _status(page, at, STATUS, test, draft, failed)
        page.text(at, MESSAGE, check.message)
        page.text(at, PLACE, str(check.place), "unit")
    page.lights = (1, STATUS, FIRST + len(found), STATUS)
    _master(page, len(found))


def _status(page: Page, row: int, column: int, test: Reference, draft: Draft, failed: str) -> None:
    text = f'=IF(COUNTIF({draft.cells[test.row].fixed},1)=1,"OK","{failed}")'  # a test without a value has failed
    page.raw(row, column, text, "OK" if draft.value(test) == 1 else failed, "status")


def _master(page: Page, count: int) -> None:
    """The master check: no row says ERROR."""
    page.text(1, MESSAGE, "Master check: errors must be clear; warnings ask for a reason.", "subtitle")
    failed = any(isinstance(c, RawCell) and c.value == "ERROR" for c in page.cells.values())
    rows = f"$D${FIRST + 1}:$D${FIRST + count}"
    page.raw(1, STATUS, f'=IF(COUNTIF({rows},"ERROR")=0,"OK","ERROR")', "ERROR" if failed else "OK", "status")
