"""The Summary: the value of one share beside the price, its ranges, the parts, scenarios and checks on one side."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from ...formula import Formula
from ...operations import above, absolute, add_up, where
from ...units import RATE
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from ..styles import NAVY
from . import football
from .checks import MASTER
from .simulation import ABOVE, SCENARIOS, WHOLE_VALUE

LABEL, UNIT, VALUE, WEIGHT, LOW, BASE, HIGH = range(7)
WIDTHS: Final = {LABEL: 46, UNIT: 11, **dict.fromkeys(range(VALUE, HIGH + 1), 12), VALUE: 15}
WIDE: Final = 830
ROW_HEIGHT: Final = 20
MOST_SCENARIOS: Final = 5


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write headline, football field, parts, scenarios and checks, one below the other."""
    page.widths, page.freeze = dict(WIDTHS), (HEAD_ROW + 1, 1)
    at = _headline(page, made, draft)
    at = _chart(page, made, draft, at + 1)
    at = _parts(page, made, draft, at)
    at = _scenarios(page, made, draft, at + 2)
    if football.PARTS in draft.ranges and len(made.case.parts) > 1:
        at = _field(page, draft, football.PARTS, f"Parts, {made.case.quote}", at + 2)
    page.print_area, page.one_page = (0, LABEL, at, HIGH), True


def _headline(page: Page, made: Material, draft: Draft) -> int:
    found, quote = made.valuation, made.case.quote
    page.heads(HEAD_ROW, {LABEL: "Headline", UNIT: "Unit", VALUE: "Value"})
    at = HEAD_ROW + 1
    _key(page, draft, at, "Value per share, base case", found.per_share, str(quote))
    if found.price is not None:
        at += 1
        _key(page, draft, at, "Price", found.price, str(quote))
        at += 1
        _line(page, draft, at, "Upside of the base case to the price", "%", found.per_share / found.price - 1)
    if made.simulation is not None:
        shown = {"Mean": "Mean of the simulation (last run)", "P5": "P5 (last run)", "P50": "P50 (last run)"}
        for name, label in {**shown, "P95": "P95 (last run)"}.items():
            at += 1
            _line(page, draft, at, label, str(quote), draft.run[WHOLE_VALUE, name])
        if (WHOLE_VALUE, ABOVE) in draft.run:
            at += 1
            label = "Probability that value is above the price (last run)"
            _line(page, draft, at, label, "%", draft.run[WHOLE_VALUE, ABOVE])
    status = '"no simulation in this book"' if draft.status is None else draft.status.seen_from(page.title)
    for label, text, told in (
        ("The stored run and the inputs", f"={status}", "up to date" if draft.status else "no simulation in this book"),
        ("Checks", f"={MASTER.seen_from(page.title)}", _checks(draft)),
    ):
        at += 1
        page.text(at, LABEL, label)
        page.text(at, UNIT, "text", "unit")
        page.raw(at, VALUE, text, told, "answer")
    return at


def _checks(draft: Draft) -> str:
    cell = draft.pages[MASTER.sheet].cells.get((MASTER.row, MASTER.column))
    return str(getattr(cell, "value", ""))


def _key(page: Page, draft: Draft, at: int, label: str, formula: Any, unit: str) -> None:
    page.heights[at] = 22
    page.text(at, LABEL, label, "key_text")
    page.text(at, UNIT, unit, "key_text")
    draft.put(page, at, VALUE, formula, style="key")


def _line(page: Page, draft: Draft, at: int, label: str, unit: str, formula: Formula) -> None:
    page.text(at, LABEL, label)
    page.text(at, UNIT, unit, "unit")
    draft.put(page, at, VALUE, formula, unit=RATE if unit == "%" else None)


def _chart(page: Page, made: Material, draft: Draft, at: int) -> int:
    """The football field of one share, or the value by part where there is none; returns the row below it."""
    if football.COMPANY in draft.ranges:
        return _field(page, draft, football.COMPANY, f"One share, {made.case.quote}", at + 1)
    height, head = 320, at + 2 + 320 // ROW_HEIGHT
    first, last = head + 1, head + len(made.case.parts)
    page.charts.append((at, LABEL, partial(_by_part, page, str(made.case.quote), first, last, height)))
    return head


def _field(page: Page, draft: Draft, key: str, title: str, at: int) -> int:
    """A chart of ranges of the Football field; returns the row below it."""
    _, first, last = draft.ranges[key]
    height = football.height_of(last - first + 1)
    page.charts.append((at, LABEL, football.shown_elsewhere(draft, key, title, (WIDE, height))))
    return at + 1 + -(-height // ROW_HEIGHT)


def _parts(page: Page, made: Material, draft: Draft, at: int) -> int:
    """The parts and what leads to one share, each with its value per share; ranges of the run beside the live base."""
    found, case, quote = made.valuation, made.case, str(made.case.quote)
    heads = {LABEL: "Part", UNIT: "Unit", VALUE: f"{case.money}", WEIGHT: "Share of the parts"}
    ranged = made.simulation is not None
    page.heads(at, {**heads, LOW: "Low (P5)" if ranged else "", BASE: "Base", HIGH: "High (P95)" if ranged else ""})
    page.heights[at] = 28
    for name, part in found.parts.items():
        at += 1
        _amount(page, made, draft, at, case.segments[name].name, part.attributable, part.per_share)
        _range(page, draft, at, name)
    at += 1
    factor = found.factor
    _amount(page, made, draft, at, "Sum of the parts", found.sum_of_parts, found.sum_of_parts * factor, "total")
    for label, amounts in _steps(made).items():
        at += 1
        amount = add_up(*amounts) if len(amounts) > 1 else amounts[0]
        _amount(page, made, draft, at, label, amount, amount * factor)
    at += 1
    _amount(page, made, draft, at, f"Value per share, {quote}", found.equity, found.per_share, "total")
    _range(page, draft, at, WHOLE_VALUE, "total")
    return at


def _steps(made: Material) -> Mapping[str, list[Any]]:
    found = made.valuation
    discount = [] if found.holding_discount is None else [found.holding_discount]
    steps = {
        "Bridge items: cash, debt, costs and others": list(found.bridge.values()),
        "Holding discount": discount,
        "Transactions, weighted by probability": list(found.expected.values()),
    }
    return {label: amounts for label, amounts in steps.items() if amounts}


def _amount(
    page: Page, made: Material, draft: Draft, at: int, label: str, amount: Any, share: Any, style: str = "formula"
) -> None:
    case, whole = made.case, made.valuation.sum_of_parts
    page.text(at, LABEL, label, "total_text" if style == "total" else "text")
    page.text(at, UNIT, str(case.quote), "unit")
    draft.put(page, at, VALUE, amount, style=style)
    weight = where(above(absolute(whole), 0), amount / whole, 0)
    draft.put(page, at, WEIGHT, weight, unit=RATE, style=style)
    draft.put(page, at, BASE, share, unit=case.quote, style=style)


def _range(page: Page, draft: Draft, at: int, name: str, style: str = "formula") -> None:
    for column, q in ((LOW, "P5"), (HIGH, "P95")):
        if (name, q) in draft.run:
            draft.put(page, at, column, draft.run[name, q], style=style)


def _scenarios(page: Page, made: Material, draft: Draft, at: int) -> int:
    """One line: the value per share of each scenario as of the last run."""
    known = [name for name in made.scenarios if (SCENARIOS, name) in draft.run][:MOST_SCENARIOS]
    if not known:
        return at
    page.heads(at, {LABEL: "Scenarios (last run)", UNIT: "Unit", **dict(enumerate(known, start=VALUE))})
    page.text(at + 1, LABEL, "Value per share")
    page.text(at + 1, UNIT, str(made.case.quote), "unit")
    for column, name in enumerate(known, start=VALUE):
        draft.put(page, at + 1, column, draft.run[SCENARIOS, name])
    return at + 1


def _by_part(page: Page, quote: str, first: int, last: int, height: int, book: Any) -> Any:
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": f"Base value, {quote}",
            "categories": [page.title, first, LABEL, last, LABEL],
            "values": [page.title, first, BASE, last, BASE],
            "fill": {"color": NAVY},
            "gap": 60,
            "data_labels": {"value": True, "num_format": "0.0"},
        }
    )
    chart.set_title({"name": f"Value by part, {quote}", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}})
    chart.set_size({"width": WIDE, "height": height})
    return chart


SHEET: Final = Sheet(
    "Summary",
    heading=lambda made: f"{made.case.name}: summary",
    subtitle=lambda made: f"{made.case.quote}; base case beside the simulation",
    about="The value per share beside the price, the football field, the parts and the scenarios on one side",
    write=_write,
    closing=True,
)
