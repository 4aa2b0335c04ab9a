"""A table of financials from a grid: items down and years across, each number with its unit and its source."""

from __future__ import annotations

import re
from typing import Final

from ..lines import snake
from ..reading.financials import FIELDS, ITEM, PERIOD
from ..units import RATE, Unit, scaled
from .grid import Grid, Value
from .peers import Table
from .reading import Found, heading, number, spelled
from .wanted import Report, Wanted

HEADS: Final = {"line": ITEM, "name": ITEM, "account": ITEM, "metric": ITEM, "units": "unit", "sources": "source"}
ESTIMATE: Final = re.compile(r"((?:fy)?\s*\d{4})\s*[aef]?", re.IGNORECASE)


def financials(grid: Grid, wanted: Wanted, report: Report) -> Table:
    """Read a table; the result is by item and by column, and what is wrong goes to the report."""
    if not any(_period(cell) for cell in grid.rows[0]) and any(_period(row[0]) for row in grid.rows[1:]):
        report.note("years stand down and items across: the table was turned")
        grid = _turned(grid)
    heads = [_head(grid, at, report) for at in range(len(grid.rows[0]))]
    if not any(PERIOD.fullmatch(head) for head in heads):
        report.wrong(grid.place(0, 0), "", "expected years as headings, such as FY2025")
        return {}
    items = heads.index(ITEM) if ITEM in heads else 0
    found: Table = {}
    for at in range(1, len(grid.rows)):
        _row(grid, at, items, heads, wanted, report, found)
    return found


def _period(cell: Value) -> str:
    """The name of a period that a heading is, else an empty text: 2025, FY2025A and 2025E are fy2025."""
    text = f"{cell:.0f}" if isinstance(cell, float) and cell == int(cell) else str(cell or "")
    year = ESTIMATE.fullmatch(text.strip())
    if year:
        return "fy" + re.sub(r"\D", "", year[1])
    other = re.sub(r"[\s-]+", "_", text.strip().lower())
    return other if PERIOD.fullmatch(other) else ""


def _turned(grid: Grid) -> Grid:
    rows = tuple(zip(*grid.rows, strict=True))
    return Grid(rows, lambda row, column: grid.place(column, row), grid.file, grid.notes)


def _head(grid: Grid, at: int, report: Report) -> str:
    cell = grid.rows[0][at]
    period = _period(cell)
    if period or (at == 0 and cell is None):
        return period or ITEM
    name = snake(str(cell or ""))
    name = HEADS.get(name, name)
    if name in (ITEM, *FIELDS):
        return name
    if at == 0:
        return ITEM
    report.wrong(grid.place(0, at), "", f"expected a year, unit, source or why, found {cell!r}")
    return ""


def _row(grid: Grid, at: int, items: int, heads: list[str], wanted: Wanted, report: Report, found: Table) -> None:
    cell = grid.rows[at][items]
    name, bracketed = heading(str(cell or ""))
    if not name or not name[0].isalpha():
        report.wrong(grid.place(at, items), ITEM, f"expected the name of an item, found {cell!r}")
        return
    if name in found:
        report.wrong(grid.place(at, items), ITEM, f"{name} stands twice")
        return
    texts = {head: str(grid.rows[at][column]) for column, head in enumerate(heads)
             if head in FIELDS and grid.rows[at][column] is not None}  # fmt: skip
    told = texts.get("unit") or (str(bracketed) if bracketed is not None else wanted.unit)
    unit = wanted.unit_of(name, heading(f"x ({told})")[1] if told else None, report.problems)
    if unit is None:
        report.wrong(
            grid.place(at, items), name, "expected a unit: in brackets, as Sales (USD m), in a column, or --unit"
        )
        return
    numbers = _numbers(grid, at, heads, name, unit, report)
    if not numbers:
        report.note(f"{name} has no number and was left out")
        return
    source = texts.get("source", wanted.source)
    if not source:
        report.wrong(grid.place(at, items), name, "expected a source: a column source, or --source ID")
    why = texts.get("why", wanted.why)
    found[name] = {ITEM: name, **texts, "unit": str(unit), "source": source, **({"why": why} if why else {}), **numbers}


def _numbers(grid: Grid, at: int, heads: list[str], name: str, unit: Unit, report: Report) -> dict[str, str]:
    found: dict[str, Found] = {}
    for column, head in enumerate(heads):
        if not PERIOD.fullmatch(head):
            continue
        one, where = number(grid.rows[at][column]), grid.place(at, column)
        if one.wrong:
            report.wrong(where, name, one.wrong)
        elif one.percent and unit != RATE:
            report.wrong(where, name, f"expected {unit}, found a percentage")
        elif one.number is not None:
            found[head] = one
        elif one.note:
            report.note(f"{where}: {name}: {one.note}")
    percents = any(abs(one.number or 0) > 1 for one in found.values() if not one.percent)
    return {head: _spelled(one, unit, percents) for head, one in found.items()}


def _spelled(one: Found, unit: Unit, percents: bool) -> str:
    """Rates with their sign: ``percents`` says that a row of % holds 12 for 12 %, where Excel would hold 0.12."""
    assert one.number is not None
    if unit != RATE:
        return spelled(one.number)
    return f"{spelled(one.number if percents and not one.percent else scaled(one.number, 2))}%"
