"""The Summary page: the value per share beside the price, the parts, and two charts that move with the inputs."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np

from ...assumptions import Case
from ...bridge import Valuation
from ...formula import Reference, Row
from ...operations import maximum, minimum
from ...simulation.results import Simulation
from ...units import RATE
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from ..styles import NAVY

LABEL, UNIT, VALUE, LOW, HIGH = range(5)
BELOW, ABOVE = 8, 9
PIECES: Final = range(10, 16)
MARK: Final = 0.008
PRICE_MARK: Final = "Width of the price mark in charts, share of the price"


def _prepare(made: Material, draft: Draft) -> None:
    made.recording.constant(PRICE_MARK, MARK)


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the headline, the table of parts with ranges, and the charts."""
    case, found, per_share, simulation = made.case, made.valuation, draft.per_share, made.simulation
    status = '"no simulation in this book"' if draft.status is None else draft.status.seen_from(page.title)
    mark = made.recording.constant(PRICE_MARK, MARK)
    page.widths = {LABEL: 46, UNIT: 11, **dict.fromkeys(range(2, 16), 13)}
    page.freeze = (HEAD_ROW + 1, 1)
    at, whole = _headline(page, case, found, draft, simulation, status)
    first = at + 2
    last = _ranges(page, case, found, per_share, draft, simulation, at + 1, whole, mark)
    page.charts.append((last + 3, LABEL, partial(_football, page, case, first, last)))
    page.print_area, page.one_page = (0, LABEL, last + 46, 6), True
    page.charts.append((last + 25, LABEL, partial(_by_part, page, case, first, last - 1)))


def _headline(
    page: Page, case: Case, found: Valuation, draft: Draft, simulation: Simulation | None, status: str
) -> tuple[int, Reference]:
    quote = case.quote
    page.heads(HEAD_ROW, {LABEL: "Headline", UNIT: "Unit", VALUE: "Value"})
    at = HEAD_ROW + 1
    whole = _key(page, at, "Value per share, base case", found.per_share, draft, str(quote))
    if found.price is not None:
        at += 1
        _key(page, at, "Price", found.price, draft, str(quote))
        at += 1
        page.text(at, LABEL, "Upside of the base case to the price")
        page.text(at, UNIT, "%", "unit")
        draft.put(page, at, VALUE, whole / found.price - 1, unit=RATE)
    if simulation is not None:
        at = _run(page, case, simulation, at + 1)
    at += 1
    page.text(at, LABEL, "The stored run and the inputs")
    page.text(at, UNIT, "text", "unit")
    page.raw(at, VALUE, f"={status}", "up to date", "status")
    return at + 2, whole


def _key(page: Page, at: int, label: str, formula: Any, draft: Draft, unit: str) -> Reference:
    page.heights[at] = 22
    page.text(at, LABEL, label, "key_text")
    page.text(at, UNIT, unit, "key_text")
    return draft.put(page, at, VALUE, formula, style="key")


def _run(page: Page, case: Case, simulation: Simulation, at: int) -> int:
    quote, fmt = str(case.quote), case.quote.number_format
    rows = [
        ("Mean of the simulation (last run)", simulation.mean, quote, fmt),
        ("P5 (last run)", simulation.quantiles[0.05], quote, fmt),
        ("P50 (last run)", simulation.quantiles[0.5], quote, fmt),
        ("P95 (last run)", simulation.quantiles[0.95], quote, fmt),
    ]
    if simulation.price is not None:
        above = simulation.probability_above(simulation.price)
        rows.append(("Probability that value is above the price (last run)", above, "%", RATE.number_format))
    for label, value, unit, number_format in rows:
        page.text(at, LABEL, label)
        page.text(at, UNIT, unit, "unit")
        page.number(at, VALUE, value, number_format)
        at += 1
    return at - 1


def _ranges(
    page: Page,
    case: Case,
    found: Valuation,
    per_share: dict[str, Reference],
    draft: Draft,
    simulation: Simulation | None,
    at: int,
    whole: Reference,
    mark: Reference,
) -> int:
    """Write a row for each part and the whole: base, range of the last run moved with it, and the bar's pieces."""
    quote = str(case.quote)
    page.heads(
        at,
        {
            LABEL: "Part",
            UNIT: "Unit",
            VALUE: "Base",
            LOW: "Low (P5)",
            HIGH: "High (P95)",
            BELOW: "P5 less base (last run)",
            ABOVE: "P95 less base (last run)",
            **dict(
                zip(
                    PIECES,
                    ("Bar: start", "Bar: below price", "Bar: gap", "Bar: price", "Bar: gap ", "Bar: above price"),
                    strict=True,
                )
            ),
        },
    )
    rows: list[tuple[str, Reference, float, float]] = []
    for name, segment in case.parts.items():
        low, high = _spread(simulation, name, draft.value(per_share[name]))
        rows.append((segment.name, per_share[name], low, high))
    low, high = _spread(simulation, None, draft.value(whole))
    rows.append(("Value per share", found.per_share, low, high))
    for label, base, low, high in rows:
        at += 1
        page.text(at, LABEL, label)
        page.text(at, UNIT, quote, "unit")
        value = draft.put(page, at, VALUE, base, unit=case.quote)
        _bar(page, at, value, (low, high), found.price, mark, draft, case)
    page.text(
        at + 1,
        LABEL,
        "Ranges are the P5 and P95 of the last run, moved with the live base until the next run.",
        "subtitle",
    )
    return at


def _spread(simulation: Simulation | None, name: str | None, base: float) -> tuple[float, float]:
    """How far P5 and P95 of the last run lie from the base."""
    if simulation is None:
        return 0.0, 0.0
    quantiles = simulation.quantiles if name is None else simulation.part_quantiles(name)
    low, high = quantiles[0.05] - base, quantiles[0.95] - base
    return low, high


def _bar(
    page: Page,
    at: int,
    value: Reference,
    spread: tuple[float, float],
    price: Any,
    mark: Reference,
    draft: Draft,
    case: Case,
) -> None:
    """Low and high move with the base; the pieces of the bar leave room for the price line, wherever it falls."""
    below, above = (
        _stored(page, at, column, amount, draft, case) for column, amount in zip((BELOW, ABOVE), spread, strict=True)
    )
    low = draft.put(page, at, LOW, value + below, unit=case.quote)
    high = draft.put(page, at, HIGH, value + above, unit=case.quote)
    if price is None:
        pieces = [low + 0, high - low]
    else:
        beyond = price + price * mark
        pieces = [
            minimum(low, price),
            maximum(0, minimum(high, price) - low),
            maximum(0, price - high),
            price * mark,
            maximum(0, low - beyond),
            maximum(0, high - maximum(low, beyond)),
        ]
    for column, piece in zip(PIECES, pieces, strict=False):
        draft.put(page, at, column, piece, unit=case.quote)


def _stored(page: Page, at: int, column: int, amount: float, draft: Draft, case: Case) -> Reference:
    page.number(at, column, amount, case.quote.number_format)
    row = Row(page.title, f"{at},{column}", case.quote, False)
    draft.cells[row] = page.cell(at, column)
    draft.values[row] = np.array([amount])
    return Reference(row)


def _football(page: Page, case: Case, first: int, last: int, book: Any) -> Any:
    """One stacked group of six series: gap, bar, gap, price, gap, bar; it renders alike in every program."""
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    pieces = [
        ("gap", None),
        ("P5 to P95", "#7F9FCF"),
        ("gap 2", None),
        ("Price", "#C00000"),
        ("gap 3", None),
        ("above", "#7F9FCF"),
    ]
    if not case.has("shares.price"):
        pieces = pieces[:2]
    for column, (name, color) in zip(PIECES, pieces, strict=False):
        chart.add_series(
            {
                "name": name,
                "categories": [page.title, first, LABEL, last, LABEL],
                "values": [page.title, first, column, last, column],
                "fill": {"none": True} if color is None else {"color": color},
                "border": {"none": True},
                "gap": 60,
            }
        )
    chart.set_title(
        {"name": f"Football field: P5 to P95 (bars) and the price (red), {case.quote}", "name_font": {"size": 12}}
    )
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
    chart.set_x_axis({"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 860, "height": 420})
    return chart


def _by_part(page: Page, case: Case, first: int, last: int, book: Any) -> Any:
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": f"Base value, {case.quote}",
            "categories": [page.title, first, LABEL, last, LABEL],
            "values": [page.title, first, VALUE, last, VALUE],
            "fill": {"color": NAVY},
            "gap": 60,
            "data_labels": {"value": True, "num_format": "0.0"},
        }
    )
    chart.set_title({"name": f"Value by part, {case.quote}", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}})
    chart.set_size({"width": 860, "height": 380})
    return chart


SHEET: Final = Sheet(
    "Summary",
    heading=lambda made: f"{made.case.name}: summary",
    subtitle=lambda made: f"{made.case.quote}; base case beside the simulation",
    about="The value per share beside the price, the football field and the value by part",
    prepare=_prepare,
    write=_write,
    closing=True,
)
