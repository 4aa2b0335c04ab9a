"""The Football field: ranges of one share by source beside the price, and those of each part and method."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from ...formula import Formula
from ...operations import average_of, highest_of, lowest_of
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..range_bars import MARK, PRICE_MARK, RangeBars
from ..sheet import Material, Sheet
from ..waterfall import nice_floor
from .simulation import SCENARIOS, WHOLE_VALUE

TITLE: Final = "Football field"
LABEL, UNIT, LOW, BASE, HIGH, LAST_SHOWN, _, PIECES = *range(5), 10, 11, 12
WIDE: Final = 900
Range = tuple[str, Formula, Formula, Formula]
COMPANY: Final = "company"
PARTS: Final = "parts"


def needed(made: Material) -> bool:
    """Whether there is a range to show: of a run, of the market or of scenarios."""
    return made.simulation is not None or bool(market_ranges(made))


def market_ranges(made: Material) -> list[Range]:
    """What the market says of one share: its last 52 weeks, and the targets of brokers."""
    find, price = made.recorded.assumption, made.valuation.price
    ranges: list[Range] = []
    low, high = find("market.low_52_weeks"), find("market.high_52_weeks")
    if low is not None and high is not None:
        ranges.append(("Last 52 weeks", low, price if price is not None else high, high))
    targets = [find(name) for name in made.case.assumptions if name.startswith("market.targets.")]
    if targets:
        ends = lowest_of(*targets), average_of(*targets), highest_of(*targets)
        ranges.append((f"Brokers: lowest, mean, highest of {len(targets)}", *ends))
    return ranges


def _company(made: Material, draft: Draft) -> Iterator[Range]:
    """The ranges of the value per share, the widest view first."""
    base, run = made.valuation.per_share, draft.run
    if made.simulation is not None:
        for low, high in (("P5", "P95"), ("P25", "P75")):
            yield f"Simulation, {low} to {high}", run[WHOLE_VALUE, low], base, run[WHOLE_VALUE, high]
        stored = [run[SCENARIOS, name] for name in made.scenarios]
        if len(stored) > 1:
            yield f"{len(stored)} scenarios", lowest_of(*stored), base, highest_of(*stored)
    yield from market_ranges(made)


def _parts(made: Material, draft: Draft) -> Iterator[Range]:
    """The ranges of each part and, below it, of each of its methods where it has several."""
    case = made.case
    for name, part in case.parts.items():
        for scope in (name, *(part.views if len(part.views) > 1 else ())):
            short = re.sub(r" \([^)]*\)", "", part.name)
            view = case.workings[scope].title.removeprefix(f"{part.name}: ") if scope != name else ""
            title = f"{short}, by {view[:1].lower()}{view[1:]}" if view else short
            yield title, draft.run[scope, "P5"], draft.per_share[scope], draft.run[scope, "P95"]


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
    at = _table(page, draft, bars, HEAD_ROW, COMPANY, "One share", list(_company(made, draft)))
    at = _chart(page, draft, at, COMPANY, f"One share, {made.case.quote}", WIDE)
    if made.simulation is not None:
        plain = RangeBars(page, draft, made.case.quote, LOW, PIECES)
        at = _table(page, draft, plain, at, PARTS, "Parts and their methods", list(_parts(made, draft)))
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
