"""The page Live draws: the model runs in the book over stored random numbers, and edited distributions move results.

An input is the quantile of its cells a to f on Inputs at the stored probability of each draw; the block below is the
model's own formulas, a column a draw; the figures and the histogram above it are formulas of the block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from ...lines import Array
from ...units import RATE
from ..address import HEAD_ROW, column_name
from ..pages import Draft, Page
from ..replica import Replica
from ..replica_block import FIRST, LABEL, MODEL, UNIT, Lanes, write_block
from ..sheet import Material, Sheet
from ..styles import NAVY
from . import live_draws_data as data

TITLE: Final = "Live draws"
VALUE, STORED = MODEL, FIRST
TO, SHARE, CUMULATIVE, AT_PRICE = range(MODEL, MODEL + 4)
BINS: Final = 20
NOTHING: Final = "n/a"
LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
LEVEL_LABEL: Final = "Percentile of the live draws, {:g}"
FIGURES: Final = HEAD_ROW + 1
BIN_HEAD: Final = FIGURES + 16
NOTES: Final = BIN_HEAD + BINS + 2
BLOCK: Final = NOTES + 4
LOWEST: Final = 10
"""The figure that is the lowest value; the highest, the width of a bin and the price are the next ones."""
HIGH, WIDTH, PRICE = (f"$C${FIGURES + LOWEST + place}" for place in (1, 2, 3))
COUNT: Final = "#,##0_);(#,##0)"
CHART: Final = {"width": 760, "height": 400}


def _prepare(made: Material, draft: Draft) -> None:
    """Name the percentiles that are shown."""
    for level in LEVELS:
        made.recording.constant(LEVEL_LABEL.format(level), level)


@dataclass(frozen=True)
class _Figures:
    """What is said of the value of the draws: ``range`` are its cells, ``values`` what they hold."""

    page: Page
    made: Material
    draft: Draft
    range: str
    values: Array

    @property
    def possible(self) -> Array:
        """The values of possible draws."""
        return self.values[np.isfinite(self.values)]


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the block first, then what is said of it."""
    few = made.few
    assert few is not None
    page.freeze = (HEAD_ROW + 1, FIRST)
    staying, numbers = data.stays(draft), draft.pages[data.TITLE]
    rows = [draft.lanes[name].row for name in few.names]
    lanes = Lanes(
        {row: numbers.cell(HEAD_ROW + 1 + number, FIRST) for number, row in enumerate(rows)},
        {
            row: (few.values if name in staying else few.uniforms)[number]
            for number, (name, row) in enumerate(zip(few.names, rows, strict=True))
        },
    )
    varied = {made.recording.inputs[name]: draft.live[name] for name in few.names}
    worth = made.valuation.per_share.row
    page.heads(BLOCK, {LABEL: "Line", UNIT: "Unit", MODEL: "From the model"})
    for number in range(few.draws):
        page.text(BLOCK, FIRST + number, f"Draw {number + 1}", "head_right")
    block = write_block(page, BLOCK + 2, made.recording, draft, Replica.of(made.recording, varied, [worth]), lanes)
    values = np.broadcast_to(block.of(worth), (few.draws,))
    _possible(page, values, block.row(worth).row + 1, made)
    last = column_name(FIRST + few.draws - 1)
    cells = f"${column_name(FIRST)}${BLOCK + 2}:${last}${BLOCK + 2}"
    figures = _Figures(page, made, draft, cells, values)
    _statistics(figures)
    _histogram(figures)
    _notes(page, staying)


def _possible(page: Page, values: Array, source: int, made: Material) -> None:
    """The value of each draw above the block; an impossible draw is told by a word, which figures leave out.

    A word is above every number, so figures count what is at most as large: that no word is.
    """
    page.text(BLOCK + 1, LABEL, "Value per share, where it can be", "total_text")
    page.text(BLOCK + 1, UNIT, str(made.case.quote), "unit")
    for number, value in enumerate(values.tolist(), start=FIRST):
        cell = f"{column_name(number)}{source}"
        shown = value if np.isfinite(value) else NOTHING
        text = f'=IF(ISNUMBER({cell}),{cell},"{NOTHING}")'
        page.raw(BLOCK + 1, number, text, shown, "total", made.case.quote.number_format)


# Figures ---------------------------------------------------------------------------------------------------------


def _statistics(on: _Figures) -> None:
    """Live figures beside those of the stored run."""
    page, money = on.page, str(on.made.case.quote)
    page.heads(HEAD_ROW, {LABEL: "Value per share", UNIT: "Unit", VALUE: "Live draws", STORED: "Last run"})
    for number, (label, unit, text, value, last) in enumerate(_rows(on), start=FIGURES):
        shown = {money: on.made.case.quote.number_format, "%": RATE.number_format}.get(unit, COUNT)
        page.text(number, LABEL, label)
        page.text(number, UNIT, unit, "unit")
        page.raw(number, VALUE, text, value, "formula", shown)
        if np.isfinite(last):
            page.number(number, STORED, last, shown)


def _rows(on: _Figures) -> Iterator[tuple[str, str, str, float, float]]:
    """Each figure: label, unit, formula, its value, and that of the stored run (NaN: none is shown)."""
    run, r, found, money, none = on.made.simulation, on.range, on.possible, str(on.made.case.quote), float("nan")
    assert run is not None
    yield "Draws", "number", f"=COLUMNS({r})", on.values.size, run.draws
    yield "Possible draws", "number", f"=COUNT({r})", found.size, run.valid
    yield "Mean", money, f"=AVERAGE({r})", _of(np.mean, found), run.mean
    yield "Standard deviation", money, f"=STDEV({r})", _of(_deviation, found), run.standard_deviation
    for level in LEVELS:
        value = _of(partial(np.quantile, q=level), found)
        yield f"P{100 * level:g}", money, f"=PERCENTILE({r},{_level(on, level)})", value, run.quantile(level)
    yield "Lowest", money, f"=MIN({r})", _of(np.min, found), none
    yield "Highest", money, f"=MAX({r})", _of(np.max, found), none
    low, high = (f"${column_name(VALUE)}${FIGURES + place}" for place in (LOWEST, LOWEST + 1))
    width = _of(np.ptp, found) / BINS
    yield "Width of a bin", money, f"=({high}-{low})/ROWS({_bins(BIN_HEAD + 2)})", width, none
    price = on.made.valuation.price
    if price is not None:
        text, at = on.draft.spelling.spell(price, on.page.cell(FIGURES, VALUE)), on.draft.value(price)
        yield "Price", money, text, at, at
        above = f"=1-SUMPRODUCT(--({r}<={PRICE}))/COUNT({r})"
        share = _of(np.mean, (found > at).astype(np.float64))
        yield "Probability that value is above the price", "%", above, share, run.probability_above(at)


def _of(function: Callable[[Array], Any], found: Array) -> float:
    return float(function(found)) if found.size > 1 else float("nan")


def _deviation(found: Array) -> Any:
    return np.std(found, ddof=1)


def _level(on: _Figures, level: float) -> str:
    row, _ = on.made.recording.constants[LEVEL_LABEL.format(level)]
    return on.draft.cells[row].seen_from(on.page.title)


def _bins(first: int) -> str:
    """The labels of the bins from a row on, counted from 1: how many there are is how many rows they have."""
    return f"$A{first}:$A${BIN_HEAD + 1 + BINS}"


# Histogram -------------------------------------------------------------------------------------------------------


def _histogram(on: _Figures) -> None:
    """Equal bins between the lowest and the highest value, and a chart of them."""
    page, money = on.page, on.made.case.quote
    priced = on.made.valuation.price is not None
    heads = {LABEL: "Histogram", UNIT: "Unit", TO: "Up to", SHARE: "Share of draws", CUMULATIVE: "Cumulative"}
    page.heads(BIN_HEAD, heads | ({AT_PRICE: "Bin of the price"} if priced else {}))
    found, r = on.possible, on.range
    edges = np.max(found) - np.ptp(found) / BINS * np.arange(BINS - 1, -1, -1) if found.size else np.full(BINS, np.nan)
    cumulative = np.array([_of(np.mean, (found <= edge).astype(np.float64)) for edge in edges])
    shares = np.diff(cumulative, prepend=0.0)
    price = on.draft.value(on.made.valuation.price) if priced else np.nan
    for number in range(BINS):
        at, n = BIN_HEAD + 1 + number, BIN_HEAD + 2 + number
        page.text(at, LABEL, f"Bin {number + 1}")
        page.text(at, UNIT, str(money), "unit")
        page.raw(at, TO, f"={HIGH}-{WIDTH}*(ROWS({_bins(n)})-1)", float(edges[number]), "formula", money.number_format)
        share = f"=E{n}-SUM(D${BIN_HEAD + 1}:D{n - 1})"
        page.raw(at, SHARE, share, float(shares[number]), "formula", RATE.number_format)
        below = f"=SUMPRODUCT(--({r}<=C{n}))/COUNT({r})"
        page.raw(at, CUMULATIVE, below, float(cumulative[number]), "formula", RATE.number_format)
        if priced:
            here = edges[number] - np.ptp(found) / BINS < price <= edges[number] if found.size else False
            text = f"=IF(AND({PRICE}>C{n}-{WIDTH},{PRICE}<=C{n}),D{n},0)"
            page.raw(at, AT_PRICE, text, float(shares[number]) if here else 0.0, "formula", RATE.number_format)
    page.charts.append((HEAD_ROW, AT_PRICE + 2, partial(_chart, page, str(money), priced)))


def _chart(page: Page, money: str, priced: bool, book: Any) -> Any:
    first, last = BIN_HEAD + 1, BIN_HEAD + BINS
    categories = [page.title, first, TO, last, TO]

    def series(name: str, column: int, **more: Any) -> dict[str, Any]:
        return {"name": name, "categories": categories, "values": [page.title, first, column, last, column], **more}

    chart, line = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
    bars = {"border": {"none": True}, "gap": 10, "overlap": 100}
    chart.add_series(series("Share of draws", SHARE, fill={"color": "#9DB7DD"}, **bars))
    if priced:
        chart.add_series(series("Bin of the price", AT_PRICE, fill={"color": "#C00000"}, **bars))
    line.add_series(series("Cumulative (right axis)", CUMULATIVE, line={"color": NAVY, "width": 2}, y2_axis=True))
    chart.combine(line)
    chart.set_title({"name": f"Value per share, {money}: live draws", "name_font": {"size": 12}})
    chart.set_x_axis({"num_format": "#,##0", "num_font": {"size": 9, "rotation": -90}})
    chart.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}})
    line.set_y2_axis({"num_format": "0%", "max": 1, "min": 0})
    chart.set_legend({"position": "bottom"})
    chart.set_size(CHART)
    return chart


def _notes(page: Page, staying: list[str]) -> None:
    moves = "Edit a to f of a distribution on Inputs: draws, figures and histogram follow at once."
    page.text(NOTES, LABEL, moves, "subtitle")
    text = f"Does not move, as no short formula draws from it: {', '.join(staying)}" if staying else "All inputs move."
    page.text(NOTES + 1, LABEL, text, "subtitle")


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: TITLE,
    subtitle=lambda made: f"Value per share, {made.case.quote}: the model runs here over stored random numbers",
    about="The model run in the book: edit a distribution and its percentiles and histogram move",
    write=_write,
    needed=lambda made: made.few is not None,
    prepare=_prepare,
)
