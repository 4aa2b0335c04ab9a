"""Ownership and timeline: who owns each part now and after each transaction, and when transactions may come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, Final

from ...formula import Formula, Reference
from ...operations import add_up
from ...transactions import GROUP, OTHERS, OWNERS
from ...units import DATE, RATE, WHOLE, YEARS
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from .parts_columns import dash

TITLE: Final = "Ownership and timeline"
LABEL, UNIT, FIRST = range(3)
COLOURS: Final = ("#1F3864", "#9DB7DD", "#BF8F00", "#7F7F7F", "#C00000", "#D9D9D9")
EPOCH: Final = date(1899, 12, 30)
TODAY: Final = "Valuation date, in days as spreadsheets count them"
YEAR: Final = "Days in a year, of dates on the timeline"
DAYS: Final = 365.25
WIDTH: Final = 900


def _needed(made: Material) -> bool:
    """Where something may change hands, or a part is not owned as a whole."""
    shares = [made.recorded.base(f"{name}.owned") for name in made.case.parts]
    return bool(made.case.transactions) or any(share != 1 for share in shares)


def _prepare(made: Material, draft: Draft) -> None:
    if made.case.date and made.case.transactions:
        made.recording.constant(TODAY, (date.fromisoformat(made.case.date) - EPOCH).days, WHOLE)
        made.recording.constant(YEAR, DAYS)


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write who owns what with its chart, then when it may change with its chart."""
    page.widths = {LABEL: 46, UNIT: 10, **dict.fromkeys(range(FIRST, FIRST + 8), 13)}
    page.freeze = (HEAD_ROW + 1, 1)
    at = _ownership(page, made, draft, HEAD_ROW)
    if made.case.transactions:
        at = _timeline(page, made, draft, at)
    page.print_area, page.one_page = (0, LABEL, at, FIRST + 7), True


def _rows(made: Material) -> Iterator[tuple[str, dict[str, Formula]]]:
    """Owners of each part, by name: now, and after each transaction that may happen to it."""
    found, case = made.valuation, made.case
    moved = {transaction.part for transaction in case.transactions.values()}
    for name, part in (found.parts | found.memos).items():
        if name in found.parts or name in moved:
            yield f"{case.segments[name].name}, now", {GROUP: part.owned}
        for other, transaction in case.transactions.items():
            owners = found.transactions[other].owners
            if transaction.part == name and owners:
                yield f"    after: {transaction.name}", owners


def _ownership(page: Page, made: Material, draft: Draft, at: int) -> int:
    """A row for each part and each state; the other owners have the rest."""
    rows = list(_rows(made))
    known = {OTHERS, *(owner for _, owners in rows for owner in owners)}
    columns = {owner: FIRST + number for number, owner in enumerate(name for name in OWNERS if name in known)}
    page.heads(at, {LABEL: "Who owns the part", UNIT: "Unit", **{column: owner for owner, column in columns.items()}})
    page.heights[at] = 42
    first = at + 1
    for label, owners in rows:
        at += 1
        page.text(at, LABEL, label)
        page.text(at, UNIT, "%", "unit")
        cells = [draft.put(page, at, columns[owner], share, unit=RATE) for owner, share in owners.items()]
        for owner, column in columns.items():
            if owner == OTHERS:
                draft.put(page, at, column, 1 - add_up(*cells), unit=RATE)
            elif owner not in owners:
                draft.put(page, at, column, cells[0] * 0, unit=RATE)
    height = 130 + 24 * len(rows)
    page.charts.append((at + 2, LABEL, partial(_owners, page, columns, first, at, height)))
    return at + 4 + -(-height // 20)


def _owners(page: Page, columns: dict[str, int], first: int, last: int, height: int, book: Any) -> Any:
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    for owner, column in columns.items():
        chart.add_series(
            {
                "name": owner,
                "categories": [page.title, first, LABEL, last, LABEL],
                "values": [page.title, first, column, last, column],
                "fill": {"color": COLOURS[OWNERS.index(owner)]},
                "border": {"none": True},
                "gap": 45,
            }
        )
    return _framed(chart, "Who owns each part, now and after each transaction", "0%", height, 1.0)


def _timeline(page: Page, made: Material, draft: Draft, at: int) -> int:
    """A row for each transaction: when, how likely, how long a stake is locked up, and what it is expected to add."""
    dated, quote = bool(made.case.date), made.case.quote
    heads = ["Years until", "Probability", "Lock-up, years", "Entitlement of holders", f"Expected, {quote}"]
    words = heads[:1] + (["Date"] if dated else []) + heads[1:]
    page.heads(at, {LABEL: "When it may happen", UNIT: "Unit", **dict(enumerate(words, start=FIRST))})
    page.text(at, FIRST + len(words), "Route", "head_right")
    page.heights[at] = 42
    columns = {word: FIRST + number for number, word in enumerate(words)}
    first = at + 1
    for name, outcome in made.valuation.transactions.items():
        at += 1
        page.text(at, LABEL, made.case.transactions[name].name)
        page.links[at, LABEL] = made.titles[name]
        page.text(at, UNIT, f"years; {quote}", "unit")
        years = outcome.probability * 0 if outcome.years_until is None else outcome.years_until
        until = draft.put(page, at, columns["Years until"], years, unit=YEARS)
        if dated:
            draft.put(page, at, columns["Date"], _day(made, until), unit=DATE)
        draft.put(page, at, columns["Probability"], outcome.probability, unit=RATE)
        lock_up = outcome.probability * 0 if outcome.lock_up is None else outcome.lock_up
        draft.put(page, at, columns["Lock-up, years"], lock_up, unit=YEARS)
        if outcome.entitlement is None:
            dash(page, at, columns[heads[3]])
        else:
            draft.put(page, at, columns[heads[3]], outcome.entitlement, unit=RATE)
        expected = made.valuation.expected[name] * made.valuation.factor
        draft.put(page, at, columns[heads[4]], expected, unit=quote)
        page.text(at, FIRST + len(words), made.case.workings[name].calculation.name.replace("_", " "), "answer_text")
    height = 140 + 34 * (at - first + 1)
    pair = columns["Years until"], columns["Lock-up, years"]
    page.charts.append((at + 2, LABEL, partial(_years, page, pair, first, at, height)))
    return at + 3 + -(-height // 20)


def _day(made: Material, years: Reference) -> Formula:
    today = made.recording.constant(TODAY, (date.fromisoformat(made.case.date) - EPOCH).days, WHOLE)
    return today + years * made.recording.constant(YEAR, DAYS)


def _years(page: Page, columns: tuple[int, int], first: int, last: int, height: int, book: Any) -> Any:
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    for name, column, colour in zip(
        ("Until it happens", "Lock-up after it"), columns, ("#1F3864", "#9DB7DD"), strict=True
    ):
        chart.add_series(
            {
                "name": name,
                "categories": [page.title, first, LABEL, last, LABEL],
                "values": [page.title, first, column, last, column],
                "fill": {"color": colour},
                "border": {"none": True},
                "gap": 60,
            }
        )
    return _framed(chart, "Timeline of transactions, years from the valuation date", "0.0", height, None)


def _framed(chart: Any, title: str, form: str, height: int, most: float | None) -> Any:
    """Title, axes and legend; the first row stands on top."""
    grid = {"visible": True, "line": {"color": "#E0E0E0"}}
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}, "crossing": "max"})
    axis: dict[str, Any] = {"num_format": form, "min": 0, "num_font": {"size": 9}, "major_gridlines": grid}
    chart.set_x_axis(axis if most is None else axis | {"max": most})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": WIDTH, "height": height})
    return chart


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Ownership and timeline",
    subtitle=lambda made: f"Shares of each part in %, years, {made.case.quote}; all live",
    about="Who owns each part now and after each transaction, and when transactions may come",
    needed=_needed,
    prepare=_prepare,
    write=_write,
)
