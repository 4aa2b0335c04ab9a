"""The workbook of a walk between two cases: cover, walk with waterfalls, running totals, range, data and checks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..atomic import write_bytes
from ..comparison import Comparison
from ..formula import Reference
from ..operations import absolute, at_most
from ..units import FLAG
from . import walk_data, walk_page
from .address import HEAD_ROW, Cell, column_name
from .book import check_target, headers, packed
from .pages import Draft, Page
from .sheets.cover import COLOURS
from .walk_data import FIRST, NUMBER, ORDERS, WalkDraft, cells, orders, write_data
from .walk_page import write_walk as write_steps

COVER, TOTALS, RANGE, CHECKS = "Cover", "Running totals", "Range", "Checks"
CHECK, CHECK_UNIT, FOUND, LIMIT, TEST, STATUS, MEANING = range(7)
MASTER: Final = Cell(CHECKS, 1, STATUS)
NAME, UNIT, FIRST_STEP = range(3)
FEWEST: Final = 5
LINES: Final = {walk_data.BY_FILE: "#1F3864", walk_data.BY_SHARE: "#C55A11"}


def write_walk(found: Comparison, path: str | Path) -> Path:
    """Write a comparison as a workbook; the same comparison gives the same bytes.

    The file appears whole or not at all. Raises OSError with the path where it cannot be written.
    """
    target = Path(path)
    check_target(target)
    properties = {
        "title": f"{found.b.case.name}: value walk",
        "subject": f"From {found.a.told} to {found.b.told}",
        "comments": "What moved the value per share, assumption by assumption",
    }
    write_bytes(target, packed(draft_walk(found), properties, walk_page.TITLE, {}))
    return target


def draft_walk(found: Comparison) -> Draft:
    """Draft every page; the order of pages is that of reading, the order of writing that of what reads what."""
    draft, unit = Draft(1), str(found.unit)
    cover = draft.page(COVER, f"{found.b.case.name}: what moved the value", f"{unit}; from A to B")
    walk = draft.page(walk_page.TITLE, "Walk from A to B", unit, "Each step in either order, with waterfalls")
    totals = draft.page(TOTALS, "Running totals", f"{unit}, after so many steps", "The value after each step")
    if found.range_only:
        text = "Distributions, correlations and scenarios that differ around the same base"
        _write_range(
            draft.page(RANGE, "Moves the range, not the base", "As written, in the units of the files", text), found
        )
    note = "Stored by the comparison: compare again to renew it"
    data = draft.page(walk_data.TITLE, "Walk data", note, "Every step, also those that move nothing, and its place")
    checks = draft.page(CHECKS, "Checks", "Does the walk add up?", "Whether the steps add up to the difference")
    made = write_data(data, found, draft)
    ends = write_steps(walk, made)
    _write_totals(totals, made)
    _write_checks(checks, made, ends)
    _write_cover(cover, found, draft)
    for page in draft.pages.values():
        headers(page, MASTER, draft)
    return draft


def _write_totals(page: Page, made: WalkDraft) -> None:
    """The value after so many steps, in either order: one formula a row, as far as the longest walk needs."""
    wanted = orders(made.found)
    count = max(made.rows[1] - made.rows[0], FEWEST)
    last = FIRST_STEP + count
    page.widths = {NAME: 28, UNIT: 12, **{FIRST_STEP + number: 10 for number in range(count + 1)}}
    page.heads(HEAD_ROW, {NAME: "After so many steps", UNIT: "Unit"}, 99)
    page.freeze = (FIRST + 1, FIRST_STEP)
    page.text(FIRST, NAME, "Steps taken")
    page.text(FIRST, UNIT, "steps", "unit")
    zero = Cell(walk_data.TITLE, made.rows[0], NUMBER)
    page.raw(FIRST, FIRST_STEP, f"={zero.seen_from(page.title)}", 0, "formula", "0")
    for number in range(1, count + 1):
        before = page.cell(FIRST, FIRST_STEP + number - 1).name
        page.raw(FIRST, FIRST_STEP + number, f"={before}+1", number, "formula", "0")
    numbers = cells(NUMBER, *made.rows)
    for at, column in enumerate(wanted, start=FIRST + 1):
        page.text(at, NAME, f"Value, {ORDERS[column].lower()}")
        page.text(at, UNIT, str(made.unit), "unit")
        levels = np.cumsum([made.draft.value(cell) for cell in (made.ends[0], *made.moves[column])]).tolist()
        for number in range(count + 1):
            axis = f"{column_name(FIRST_STEP + number)}${FIRST + 1}"
            text = f'=SUMIF({numbers},"<="&{axis},{cells(column, *made.rows)})'
            level = levels[min(number, len(levels) - 1)]
            page.raw(at, FIRST_STEP + number, text, level, "formula", made.unit.number_format)
    title = f"Value after each step, {made.unit}"
    page.charts.append((FIRST + len(wanted) + 2, NAME, partial(_lines, page.title, title, wanted, last)))


def _lines(sheet: str, title: str, wanted: list[int], last: int, book: Any) -> Any:
    chart = book.add_chart({"type": "line"})
    for at, column in enumerate(wanted, start=FIRST + 1):
        chart.add_series(
            {
                "name": ORDERS[column],
                "categories": [sheet, FIRST, FIRST_STEP, FIRST, last],
                "values": [sheet, at, FIRST_STEP, at, last],
                "line": {"color": LINES[column], "width": 2},
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}})
    chart.set_size({"width": 860, "height": 320})
    return chart


def _write_range(page: Page, found: Comparison) -> None:
    page.widths = {0: 70, 1: 16, 2: 44, 3: 44}
    page.heads(HEAD_ROW, {0: "Name", 1: "What", 2: "From", 3: "To"}, 99)
    for at, one in enumerate(found.range_only, start=FIRST):
        for column, text in enumerate((one.name, one.sort, one.before, one.after)):
            page.text(at, column, text)


def _write_checks(page: Page, made: WalkDraft, ends: Mapping[int, Reference]) -> None:
    """For each order: the level after the last step is the value of B, but for rounding."""
    draft = made.draft
    page.widths = {CHECK: 34, CHECK_UNIT: 12, FOUND: 12, LIMIT: 12, TEST: 14, STATUS: 12, MEANING: 70}
    page.heads(HEAD_ROW, {CHECK: "Check", CHECK_UNIT: "Unit", FOUND: "Found", LIMIT: "Threshold"}, 99)
    page.heads(HEAD_ROW, {TEST: "Test (1: well)", STATUS: "Status", MEANING: "What is tested"}, 99)
    for at, (column, level) in enumerate(ends.items(), start=FIRST):
        page.text(at, CHECK, f"{ORDERS[column]} adds up")
        page.text(at, CHECK_UNIT, str(made.unit), "unit")
        page.text(at, MEANING, "A and every step together are B; if not, compare the files again")
        gap = draft.put(page, at, FOUND, absolute(level - made.ends[1]), unit=made.unit)
        limit = draft.put(page, at, LIMIT, made.limit + 0, unit=made.unit)
        test = draft.put(page, at, TEST, at_most(gap, limit) + 0, unit=FLAG)
        holds = draft.value(test) == 1
        text = f'=IF(COUNTIF({draft.cells[test.row].fixed},1)=1,"OK","ERROR")'  # a test without a value has failed
        page.raw(at, STATUS, text, "OK" if holds else "ERROR", "status")
    rows = f"$F${FIRST + 1}:$F${FIRST + len(ends)}"
    failed = any(getattr(content, "value", "") == "ERROR" for content in page.cells.values())
    page.raw(1, STATUS, f'=IF(COUNTIF({rows},"ERROR")=0,"OK","ERROR")', "ERROR" if failed else "OK", "status")
    page.lights = (1, STATUS, FIRST + len(ends), STATUS)


def _write_cover(page: Page, found: Comparison, draft: Draft) -> None:
    walk = found.walk
    page.widths = {0: 36, 1: 90}
    page.freeze = (HEAD_ROW, 0)
    page.heads(HEAD_ROW, {0: "Sheet", 1: "What it shows"}, 99)
    at = FIRST
    for title, other in draft.pages.items():
        if title != page.title:
            page.text(at, 0, title)
            page.links[at, 0] = title
            page.text(at, 1, other.about)
            at += 1
    at = _section(page, at + 1, "Compared", _compared(found))
    at = _section(page, at + 1, "How", _how(found))
    at += 1
    page.text(at, 0, "Colours", "section")
    for style, text in COLOURS.items():
        at += 1
        page.text(at, 0, text.partition(":")[0], style)
        page.text(at, 1, text.partition(": ")[2].partition(" Change")[0])
    if walk.unexplained:
        page.text(at + 2, 0, walk_data.UNEXPLAINED)
        page.text(at + 2, 1, "A step of its own: the steps do not explain all of the difference")


def _section(page: Page, at: int, title: str, lines: Mapping[str, str]) -> int:
    page.text(at, 0, title, "section")
    for label, text in lines.items():
        at += 1
        page.text(at, 0, label)
        page.text(at, 1, text)
    return at + 1


def _compared(found: Comparison) -> dict[str, str]:
    sides = {"A": found.a, "B": found.b}
    told = {name: f"{one.told}: {one.case.name}, {one.case.date or 'no date'}" for name, one in sides.items()}
    notes = [f"{name}: {note}" for name, one in sides.items() for note in one.notes]
    return told | {f"Note {number}": note for number, note in enumerate(notes, start=1)}


def _how(found: Comparison) -> dict[str, str]:
    walk = found.walk
    told = {"File order": "One assumption after another, as the files list them; each step stands on those before it"}
    if found.order == "shapley":
        told = {}
    if found.order != "files":
        how = "all orders" if walk.exact else f"{walk.orders:,} orders at random, with standard errors"
        told["Shapley value"] = f"What a step moves, averaged over {how}; {walk.mixtures:,} cases valued"
    return told
