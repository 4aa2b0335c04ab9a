"""The Football field: ranges of one share by source beside the price, and those of each part and method."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from ...football import Range, company_ranges, market_ranges, part_titles
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..range_bars import MARK, PRICE_MARK, RangeBars
from ..sheet import Material, Sheet
from ..waterfall import nice_floor
from .simulation import SCENARIOS, WHOLE_VALUE

TITLE: Final = "Football field"
LABEL, UNIT, LOW, BASE, HIGH, LAST_SHOWN, _, PIECES = *range(5), 10, 11, 12
WIDE: Final = 900
COMPANY: Final = "company"
PARTS: Final = "parts"


def needed(made: Material) -> bool:
    """Whether there is a range to show: of a run, of the market or of scenarios."""
    return made.simulation is not None or bool(_market(made))


def _market(made: Material) -> list[Range]:
    """What the market says of one share."""
    return market_ranges(made.case.assumptions, made.recorded.assumption, made.valuation.price)


def _company(made: Material, draft: Draft) -> list[Range]:
    """The ranges of the value per share; those of the run and of scenarios are stored with it."""
    base, run, market = made.valuation.per_share, draft.run, _market(made)
    if made.simulation is None:
        return list(company_ranges(base, None, (), market))
    scenarios = [run[SCENARIOS, name] for name in made.scenarios]
    return list(company_ranges(base, lambda name: run[WHOLE_VALUE, name], scenarios, market))


def _parts(made: Material, draft: Draft) -> list[Range]:
    """The ranges of each part and, below it, of each of its methods where it has several."""
    run, base = draft.run, draft.per_share
    return [Range(title, run[scope, "P5"], base[scope], run[scope, "P95"]) for scope, title in part_titles(made.case)]


def _prepare(made: Material, draft: Draft) -> None:
    if made.valuation.price is not None:
        made.recording.constant(PRICE_MARK, MARK)


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write both tables, and a chart below each; the ranges of the run are stored, base and market are live."""
    page.widths = {LABEL: 40, UNIT: 11, LOW: 12, BASE: 12, HIGH: 12, **dict.fromkeys(range(HIGH + 1, PIECES), 7)}
    page.freeze = (HEAD_ROW + 1, 1)
    found = made.valuation
    mark = None if found.price is None else made.recording.constant(PRICE_MARK, MARK)
    bars = RangeBars(page, draft, made.case.quote, LOW, PIECES, found.price, mark)
    at = _table(page, draft, bars, HEAD_ROW, COMPANY, "One share", _company(made, draft))
    at = _chart(page, draft, at, COMPANY, f"One share, {made.case.quote}", WIDE)
    if made.simulation is not None:
        plain = RangeBars(page, draft, made.case.quote, LOW, PIECES)
        at = _table(page, draft, plain, at, PARTS, "Parts and their methods", _parts(made, draft))
        at = _chart(page, draft, at, PARTS, f"Parts, {made.case.quote}", WIDE)
    page.print_area, page.one_page = (0, LABEL, at, LAST_SHOWN), True


def _table(page: Page, draft: Draft, bars: RangeBars, at: int, key: str, label: str, ranges: list[Range]) -> int:
    page.heads(at, {LABEL: label, UNIT: "Unit", LOW: "Low", BASE: "Base", HIGH: "High"})
    page.heights[at] = 36
    bars.heads(at)
    for number, (title, low, base, high) in enumerate(ranges, start=at + 1):
        page.text(number, LABEL, title)
        page.text(number, UNIT, str(bars.unit), "unit")
        bars.row(number, low, base, high)
    draft.ranges[key] = bars, at + 1, at + len(ranges)
    return at + len(ranges) + 1


def height_of(rows: int) -> int:
    """The height of a chart of so many bars."""
    return 120 + 30 * rows


def _chart(page: Page, draft: Draft, at: int, key: str, title: str, width: int) -> int:
    _, first, last = draft.ranges[key]
    height = height_of(last - first + 1)
    page.charts.append((at + 1, LABEL, shown_elsewhere(draft, key, title, (width, height))))
    return at + 3 + -(-height // 20)


def shown_elsewhere(draft: Draft, key: str, title: str, size: tuple[int, int]) -> Any:
    """The chart of a table of ranges, for any sheet."""
    bars, first, last = draft.ranges[key]
    lows = [getattr(bars.page.cells[row, bars.low], "value", 0.0) for row in range(first, last + 1)]
    price = [] if bars.price is None else [draft.value(bars.price)]
    floor = nice_floor(min([*lows, *price])) if key == COMPANY else 0.0
    return partial(bars.chart, title, first, last, size, floor=floor)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Football field",
    subtitle=lambda made: f"{made.case.quote}; dark from low to base, light from base to high",
    about="Ranges of one share by run, scenarios, market and brokers beside the price, and of each part",
    needed=needed,
    prepare=_prepare,
    write=_write,
)
