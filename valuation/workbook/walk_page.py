"""The walk between two cases as a page: the steps that move most, in either order, and a waterfall of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..formula import Reference, Row
from .address import HEAD_ROW, column_name
from .pages import Page
from .walk_data import BY_FILE, BY_SHARE, FIRST, ORDERS, UNEXPLAINED, WalkDraft, orders
from .waterfall import Bars

TITLE: Final = "Walk"
LABEL, UNIT, FROM, TO, FILE_MOVE, SHARE_MOVE = range(6)
BARS: Final = {BY_FILE: 7, BY_SHARE: 16}
GAPS: Final = dict.fromkeys((6, 15), 3)
SHOWN: Final = 20


def write_walk(page: Page, made: WalkDraft) -> dict[int, Reference]:
    """Write the walk with a waterfall for each order; returns the level after the last step of each."""
    found, wanted = made.found, orders(made.found)
    bars = {column: Bars(made.draft, page, made.unit, BARS[column], below=True) for column in wanted}
    page.widths = {LABEL: 46, UNIT: 12, FROM: 26, TO: 26, FILE_MOVE: 13, SHARE_MOVE: 13, **GAPS}
    page.heads(HEAD_ROW, {LABEL: "Step", UNIT: "Unit", FROM: "From", TO: "To"}, 99)
    for column in wanted:
        page.widths |= bars[column].widths
        page.heads(HEAD_ROW, {_move(column): ORDERS[column], **bars[column].heads})
    lines = list(_shown(made))
    last = FIRST + len(lines) + 1
    for at, text in ((FIRST, f"A: {found.a.told}"), (last, f"B: {found.b.told}")):
        page.text(at, LABEL, text, "total_text")
        page.text(at, UNIT, str(made.unit), "unit")
    for at, line in enumerate(lines, start=FIRST + 1):
        for cell, text in zip((LABEL, FROM, TO), line.texts, strict=True):
            page.text(at, cell, text)
        page.text(at, UNIT, str(made.unit), "unit")
    ends = {column: _bars(page, made, bars[column], lines, column) for column in wanted}
    rows = Bars.rows(FIRST, last)
    for number, column in enumerate(wanted):
        levels = _levels(made, lines, column)
        title = f"{found.b.case.name}: value walk, {ORDERS[column].lower()}, {made.unit}"
        chart = bars[column].chart(title, LABEL, FIRST, last, min(levels), most=max(levels), lying=True)
        page.charts.append((last + 2 + number * rows, LABEL, chart))
    page.print_area = (0, LABEL, last + 2 + len(wanted) * rows, SHARE_MOVE)
    return ends


def _move(column: int) -> int:
    return FILE_MOVE if column == BY_FILE else SHARE_MOVE


@dataclass(frozen=True)
class _Line:
    """A row of the walk: a step by its number, or all that are not shown."""

    texts: tuple[str, str, str]
    number: int | None


def _shown(made: WalkDraft) -> Iterator[_Line]:
    """The steps that move the value most, in file order, and a row for all others."""
    walk = made.found.walk
    size = {n: max(abs(s.file_order or 0), abs(s.shapley or 0)) for n, s in enumerate(walk.steps) if s in walk.moving}
    chosen = sorted(sorted(size, key=lambda number: -size[number])[:SHOWN])
    for number in chosen:
        told = walk.steps[number].difference
        yield _Line((told.name, told.before, told.after), number)
    others = len(walk.steps) - len(chosen)
    if walk.unexplained:
        yield _Line((UNEXPLAINED, "", ""), len(walk.steps))
    if others:
        what = "move nothing" if len(size) == len(chosen) else "move less"
        yield _Line((f"Others: {others} that {what}", "", ""), None)


def _bars(page: Page, made: WalkDraft, bars: Bars, lines: Sequence[_Line], column: int) -> Reference:
    """The amounts of one order and the bars between its running totals; returns the level after the last step."""
    draft, move = made.draft, _move(column)
    level = bars.whole(FIRST, draft.put(page, FIRST, move, made.ends[0] + 0, unit=made.unit, style="total"))
    for at, line in enumerate(lines, start=FIRST + 1):
        if line.number is None:
            amount = _others(page, made, at, lines, column)
        else:
            amount = draft.put(page, at, move, made.moves[column][line.number] + 0, unit=made.unit)
        level = bars.step(at, level, amount)
    last = FIRST + len(lines) + 1
    bars.whole(last, draft.put(page, last, move, made.ends[1] + 0, unit=made.unit, style="total"))
    return level


def _others(page: Page, made: WalkDraft, at: int, lines: Sequence[_Line], column: int) -> Reference:
    """What the steps add that have no row of their own: all of them less those that do."""
    move, draft = _move(column), made.draft
    amounts = [draft.value(reference) for reference in made.moves[column]]
    value = sum(amounts) - sum(amounts[line.number] for line in lines if line.number is not None)
    above = "" if at == FIRST + 1 else f"-SUM({column_name(move)}{FIRST + 2}:{column_name(move)}{at})"
    row = Row(page.title, f"{at},{move}", made.unit, False)
    draft.values[row], draft.cells[row] = np.array([value]), page.cell(at, move)
    page.raw(at, move, f"=SUM({made.steps(column)}){above}", value, "formula", made.unit.number_format)
    return Reference(row)


def _levels(made: WalkDraft, lines: Sequence[_Line], column: int) -> list[float]:
    """The running totals, to know where the axis of a chart may begin."""
    draft, amounts = made.draft, made.moves[column]
    shown = [0.0 if line.number is None else draft.value(amounts[line.number]) for line in lines]
    start, end = (draft.value(one) for one in made.ends)
    return [*np.cumsum([start, *shown]).tolist(), end]
