"""The Checks page: every live test, stored results of rules about the files and the run, and a master check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...checks import Check, Finding, When, standards
from ...checks.rule import rules, unit_of
from ...formula import Formula, Reference
from ..address import HEAD_ROW, Cell
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Checks"
CHECK, NUMBER, UNIT, FOUND, LIMIT, TEST, STATUS, MESSAGE, PLACE = range(9)
MASTER: Final = Cell(TITLE, 1, STATUS)
FIRST: Final = HEAD_ROW + 1
FILES_RULES: Final = "Rules about the files, as of this book: they do not follow the cells"
LAST: Final = 9999
WORDS: Final = {"error": "ERROR", "warning": "WARNING", "info": "NOTE"}
HEADS: Final = {
    CHECK: "Check",
    NUMBER: "Rule",
    UNIT: "Unit",
    FOUND: "Found",
    LIMIT: "Threshold",
    TEST: "Test (1: well)",
    STATUS: "Status",
    MESSAGE: "What is tested, and what to do when it fails",
    PLACE: "Where",
}


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write a row for each live check, a row for each other rule with its findings, and the master check above them.

    Places are told from the folder of the case, so that the book is the same wherever that stands.
    """
    stored, ran, folder = made.stored, made.simulation is not None, made.case.folder
    page.heads(HEAD_ROW, HEADS, 99)
    page.widths = {CHECK: 36, NUMBER: 6, UNIT: 10, FOUND: 14, LIMIT: 12, TEST: 10, STATUS: 12, MESSAGE: 110, PLACE: 50}
    page.freeze = (HEAD_ROW + 1, 1)
    at = FIRST
    for check in made.checks:
        at = _live(page, at, check, draft, folder)
    at = _stored(page, at + 1, FILES_RULES, "files", stored, True, folder)
    at = _stored(page, at + 1, "Rules about the stored run", "run", stored, ran, folder)
    page.lights = (1, STATUS, at, STATUS)
    _master(page)


def _live(page: Page, at: int, check: Check, draft: Draft, folder: str) -> int:
    """Write a live check, behind its steps; returns the row behind it."""
    found, test = check.found, check.test
    for label, step in check.steps:
        page.text(at, CHECK, f"   {label}")
        page.text(at, UNIT, str(step.unit), "unit")
        cell = draft.put(page, at, FOUND, step + 0)
        found = None if found is None else _replaced(found, step, cell)
        at += 1
    page.text(at, CHECK, check.id)
    _rule_number(page, at, check.rule)
    shown = None
    page.text(at, UNIT, "flag", "unit")
    if check.found is not None and found is not None:
        shown = unit_of(check)
        page.text(at, UNIT, str(shown), "unit")
        cell = draft.put(page, at, FOUND, found + 0, unit=shown)
        test = _replaced(test, check.found, cell)
    if check.limit is not None:
        draft.put(page, at, LIMIT, check.limit, unit=shown)
    _status(page, at, draft.put(page, at, TEST, test + 0), draft, WORDS[check.severity])
    page.text(at, MESSAGE, f"{check.tested}; if not: {check.advice}")
    page.text(at, PLACE, str(check.place.within(folder)), "unit")
    return at + 1


def _replaced(formula: Formula, old: Formula, new: Reference) -> Formula:
    """A test that reads the cell of what is found, instead of working it out again."""
    if formula is old:
        return new
    operands = tuple(_replaced(operand, old, new) for operand in formula.operands)
    if all(one is other for one, other in zip(operands, formula.operands, strict=True)):
        return formula
    return Formula(formula.operation, operands, formula.unit, formula.yearly)


def _rule_number(page: Page, at: int, rule: str) -> None:
    page.text(at, NUMBER, f"{standards()[rule].number}", "unit")


def _status(page: Page, row: int, test: Reference, draft: Draft, failed: str) -> None:
    text = f'=IF(COUNTIF({draft.cells[test.row].fixed},1)=1,"OK","{failed}")'  # a test without a value has failed
    page.raw(row, STATUS, text, "OK" if draft.value(test) == 1 else failed, "status")


def _stored(page: Page, at: int, title: str, when: When, findings: Sequence[Finding], judged: bool, folder: str) -> int:
    """A row for each rule of a kind, and behind it one for each of its findings; returns the row behind them."""
    page.text(at, CHECK, title, "section")
    for rule in rules(when):
        mine = [found for found in findings if found.rule == rule.id]
        at += 1
        page.text(at, CHECK, rule.id)
        _rule_number(page, at, rule.id)
        page.text(at, UNIT, "text", "unit")
        page.text(at, STATUS, _worst(mine) if judged else "no run", "status")
        page.text(at, MESSAGE, f"{rule.standard.says}: {len(mine)} found" if mine else rule.standard.says)
        for found in mine:
            at += 1
            page.text(at, CHECK, f"   {found.id}")
            page.text(at, UNIT, "text", "unit")
            page.text(at, MESSAGE, f"   {found.message}")
            page.text(at, PLACE, str(found.place.within(folder)), "unit")
    return at + 1


def _worst(findings: Sequence[Finding]) -> str:
    return next((word for severity, word in WORDS.items() if any(f.severity == severity for f in findings)), "OK")


def _master(page: Page) -> None:
    """The master check: no row says ERROR."""
    page.text(1, MESSAGE, "Master check: errors must be clear; warnings ask for a reason.", "subtitle")
    statuses = [content for (_, column), content in page.cells.items() if column == STATUS]
    failed = any("ERROR" in (getattr(cell, "value", ""), getattr(cell, "text", "")) for cell in statuses)
    rows = f"$G${FIRST + 1}:$G${LAST}"  # to a fixed row: how much the stored rules find is no part of the formula
    page.raw(1, STATUS, f'=IF(COUNTIF({rows},"ERROR")=0,"OK","ERROR")', "ERROR" if failed else "OK", "status")


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Checks",
    subtitle=lambda made: "Live tests of the model, and what was found in the files and the run",
    about="What professionals look for before they believe a model, each with its status",
    write=_write,
)
