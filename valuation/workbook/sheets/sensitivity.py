"""The Sensitivity page: which assumptions move the value, as stored numbers of the last run beside the live base."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from ...bridge import Valuation
from ...sensitivity import Sensitivity
from ...sensitivity.worst import Tail
from ...units import RATE, Unit
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from ..styles import NAVY

TITLE: Final = "Simulated sensitivity"
NAME, UNIT = 0, 1
FIRST: Final = 2
CHART: Final = 11
MOST: Final = 20
CHARTED: Final = 12
CHARTS: Final = HEAD_ROW + 1
TALL: Final = 24
SHARE: Final = RATE.number_format
PLAIN: Final = "0.00_);(0.00)"
LIGHT: Final = "#9DB7DD"

Cells = Sequence[tuple[float, str] | str]


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the facts, the tornado, contributions, the worst and best draws, and the value by event; with charts."""
    found, valuation = made.sensitivity, made.valuation
    assert found is not None
    page.widths = {NAME: 46, UNIT: 11, **dict.fromkeys(range(FIRST, CHART - 1), 13), CHART - 1: 3}
    page.freeze = (HEAD_ROW + 1, 1)
    at = _facts(page, found, valuation, draft)
    at = _tornado(page, found, at)
    at = _contributions(page, found, at)
    at = _tails(page, found, at)
    _events(page, found, at)


def _facts(page: Page, found: Sensitivity, valuation: Valuation, draft: Draft) -> int:
    """The base as it is now beside that of the run: the bars of the tornado start at the latter."""
    assert found.tornado is not None
    page.heads(HEAD_ROW, {NAME: "Last run", UNIT: "Unit", FIRST: "Value"})
    quote, at = found.case.quote, HEAD_ROW + 1
    _label(page, at, "Value per share, base case, as it is now", str(quote))
    live = draft.put(page, at, FIRST, valuation.per_share, unit=quote)
    _label(page, at + 1, "Value per share, base case, of the run", str(quote))
    page.number(at + 1, FIRST, found.tornado.base, quote.number_format)
    here, run = draft.cells[live.row].fixed, page.cell(at + 1, FIRST).fixed
    _label(page, at + 2, "Base now less base of the run", str(quote))
    page.raw(at + 2, FIRST, f"={here}-{run}", 0.0, "formula", quote.number_format)
    drawn, at = found.sample, at + 3
    for label, number in (("Draws", drawn.draws), ("Valid draws", drawn.valid), ("Seed", drawn.seed)):
        _label(page, at, label, "number")
        page.number(at, FIRST, number, "0_);(0)" if label == "Seed" else "#,##0_);(#,##0)")
        at += 1
    return at + 1


def _tornado(page: Page, found: Sensitivity, at: int) -> int:
    """Each input alone at its low and high quantile: what it is there, the value, and the change from the base."""
    tornado = found.tornado
    assert tornado is not None
    quote, (low, high) = tornado.quote, (f"P{100 * q:g}" for q in tornado.quantiles)
    text = f"One input at a time at its {low} and {high}, events at both outcomes, others at base; value in {quote}"
    heads = [f"{what} {q}" for what in ("Input at", "Value at", "Change at") for q in (low, high)] + ["Swing"]
    fmt = quote.number_format
    rows = {
        bar.name: (
            bar.unit,
            [
                *((end, bar.unit.number_format) for end in (bar.low_input, bar.high_input)),
                *((end, fmt) for end in (bar.low, bar.high, bar.low - tornado.base, bar.high - tornado.base)),
                (bar.swing, fmt),
            ],
        )
        for bar in tornado.bars[:MOST]
    }
    first, at = _table(page, at, text, heads, rows, len(tornado.bars))
    if rows:
        last = first + min(len(rows), CHARTED) - 1
        series = [(f"Input at {low}", FIRST + 4, LIGHT), (f"Input at {high}", FIRST + 5, NAVY)]
        title = f"Tornado: change of the value per share, {quote}, from {tornado.base:,.2f}"
        page.charts.append((CHARTS, CHART, partial(_bars, page, title, series, first, last, "0")))
    return at


def _contributions(page: Page, found: Sensitivity, at: int) -> int:
    """Ranks and regressions over all draws."""
    given = found.contributions
    assert given is not None
    text = "All inputs drawn: rank correlation with the value, contribution to its variance, standardised regressions"
    heads = ("Rank correlation", "Contribution to variance", "Rank regression", "Regression")
    rows = {
        row.name: (
            row.unit,
            [
                (row.rank_correlation, PLAIN),
                (row.contribution, SHARE),
                (row.rank_regression, PLAIN),
                (row.regression, PLAIN),
            ],
        )
        for row in given.inputs[:MOST]
    }
    first, at = _table(page, at, text, heads, rows, len(given.inputs))
    for label, amount in (("R squared of the ranks", given.rank_r_squared), ("R squared", given.r_squared)):
        _label(page, at, label, "%")
        page.number(at, FIRST, amount, SHARE)
        at += 1
    if given.note:
        page.text(at, NAME, given.note[0].upper() + given.note[1:], "subtitle")
        at += 1
    if rows:
        last = first + min(len(rows), CHARTED) - 1
        series = [("Contribution", FIRST + 1, NAVY)]
        title = "Contribution to variance (rank correlation squared, with its sign)"
        page.charts.append((CHARTS + TALL, CHART, partial(_bars, page, title, series, first, last, "0%")))
    return at + 1


def _tails(page: Page, found: Sensitivity, at: int) -> int:
    """Which inputs are different in the worst draws, and in the best."""
    given = found.worst
    assert given is not None
    quote, share = given.quote, f"{given.tail:.0%}"
    page.text(at, NAME, f"Expected shortfall: mean value of the worst draws, {quote}", "section")
    at += 1
    for level, mean in given.shortfall.items():
        _label(page, at, f"Worst {level:.0%}", str(quote))
        page.number(at, FIRST, mean, quote.number_format)
        at += 1
    at += 1
    for word, side, tail in (("worst", "below", given.worst), ("best", "above", given.best)):
        text = f"What drives the {word} {share} of draws ({side} {tail.bound:,.2f} {quote}, mean {tail.mean:,.2f})"
        heads = ("Mean, all draws", f"Mean, {word} {share}", "Difference, st. dev.", "Mean percentile", "Distance")
        first, at = _table(page, at, text, heads, _tail_rows(tail), len(tail.inputs))
        if word == "worst" and tail.inputs:
            last = first + min(len(tail.inputs), CHARTED) - 1
            series = [("Difference", FIRST + 2, NAVY)]
            title = f"Worst {share} of draws: mean of the input less its mean, in standard deviations"
            chart = partial(_bars, page, title, series, first, last, "0.0")
            page.charts.append((CHARTS + 2 * TALL, CHART, chart))
    return at


def _tail_rows(tail: Tail) -> dict[str, tuple[Unit, Cells]]:
    return {
        row.name: (
            RATE if row.event else row.unit,
            [
                *((mean, SHARE if row.event else row.unit.number_format) for mean in (row.mean, row.mean_inside)),
                (row.standard_deviations, PLAIN),
                (row.percentile, SHARE),
                (row.distance, PLAIN),
            ],
        )
        for row in tail.inputs[:MOST]
    }


def _events(page: Page, found: Sensitivity, at: int) -> int:
    """The value given each outcome of each event."""
    given = found.events
    assert given is not None
    quote, fmt = given.quote, given.quote.number_format
    heads = ("Outcome", "Draws", "Share of draws", "Mean", "P5", "P50", "P95", "Above the price")
    rows: dict[str, tuple[Unit, Cells]] = {}
    for row in given.outcomes:
        event = row.outcome in (0, 1)
        rows[f"{row.name} = {row.outcome:g}"] = (
            quote,
            [
                ("happens" if row.outcome else "does not") if event else f"{row.outcome:g}",
                (row.draws, "#,##0_);(#,##0)"),
                (row.share, SHARE),
                *((amount, fmt) for amount in (row.mean, row.p5, row.p50, row.p95)),
                (row.above, SHARE),
            ],
        )
    if not rows:
        return at
    return _table(page, at, f"The value per share by event, {quote}", heads, rows, len(rows))[1]


def _table(
    page: Page, at: int, text: str, heads: Sequence[str], rows: Mapping[str, tuple[Unit, Cells]], all_rows: int
) -> tuple[int, int]:
    """Write a caption, heads and rows; returns the first row of numbers and the row after the table."""
    page.text(at, NAME, text, "section")
    page.heads(at + 1, {NAME: "Input", UNIT: "Unit", **dict(enumerate(heads, start=FIRST))})
    page.heights[at + 1] = 28
    first = at = at + 2
    for label, (unit, cells) in rows.items():
        _label(page, at, label, str(unit))
        for column, cell in enumerate(cells, start=FIRST):
            if isinstance(cell, str):
                page.text(at, column, cell, "answer_text")
            elif math.isfinite(cell[0]):
                page.number(at, column, *cell)
            else:
                page.text(at, column, "n/a", "answer_text")
        at += 1
    if all_rows > len(rows):
        page.text(at, NAME, f"The first {len(rows)} of {all_rows}; valuation sensitivity --json has all", "subtitle")
        at += 1
    return first, at + 1


def _label(page: Page, at: int, label: str, unit: str) -> None:
    page.text(at, NAME, label)
    page.text(at, UNIT, unit, "unit")


def _bars(
    page: Page,
    title: str,
    series: Sequence[tuple[str, int, str]],
    first: int,
    last: int,
    number_format: str,
    book: Any,
) -> Any:
    """Horizontal bars either side of 0, the first row on top, names at the left edge."""
    chart = book.add_chart({"type": "bar"})
    for name, column, color in series:
        chart.add_series(
            {
                "name": name,
                "categories": [page.title, first, NAME, last, NAME],
                "values": [page.title, first, column, last, column],
                "fill": {"color": color},
                "border": {"none": True},
                "gap": 40,
                "overlap": 100,  # one row, both ends: where they lie on one side the second covers the first
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"size": 9}})
    lines = {"visible": True, "line": {"color": "#E0E0E0"}}
    chart.set_x_axis({"num_format": number_format, "major_gridlines": lines, "label_position": "high"})
    chart.set_legend({"position": "bottom"} if len(series) > 1 else {"none": True})
    chart.set_size({"width": 760, "height": 440})
    return chart


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Sensitivity",
    subtitle=lambda made: "Stored with the last run: numbers in blue do not follow the inputs until the next run",
    about="Which assumptions move the value: tornado, contributions, the worst draws, events",
    needed=lambda made: made.sensitivity is not None,
    write=_write,
)
