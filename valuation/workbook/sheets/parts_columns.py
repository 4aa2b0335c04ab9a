"""The columns of the Sum of the parts: those that a case has something for, and their heads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..address import HEAD_ROW
from ..pages import Page
from ..sheet import Material

Columns = Mapping[str, int]
ALL: Final = (
    "part", "unit", "method", "metric", "amount", "multiple", "rate", "growth", "enterprise", "debt", "equity", "owned",
    "attributable", "ordinary", "share", "weight", "sales_1", "sales_2", "profit_1", "profit_2", "low", "base", "high",
)  # fmt: skip
ALWAYS: Final = ("part", "unit", "method", "equity", "owned", "attributable", "share", "weight")
TEXTS: Final = 3
WIDTHS: Final = {"part": 40, "unit": 9, "method": 14, "metric": 18, "owned": 9, "weight": 9, "rate": 8, "growth": 9}
USUAL, NARROW = 11, 9


def columns_of(made: Material) -> Columns:
    """Where the columns of this case stand, by name."""
    wanted = {*ALWAYS, *_wanted(made)}
    return {name: number for number, name in enumerate(name for name in ALL if name in wanted)}


def _wanted(made: Material) -> Iterator[str]:
    case, found = made.case, made.valuation
    shown = [worth.measures for worth in found.worths.values()]
    yield from (name for name, known in {
        "metric": any(one.named for one in shown),
        "amount": any(one.metric is not None for one in shown),
        "multiple": any(one.multiple is not None for one in shown),
        "rate": any(one.rate is not None for one in shown),
        "growth": any(one.growth is not None for one in shown),
        "enterprise": any(worth.level == "enterprise" for worth in found.worths.values()),
        "debt": any(part.has_net_debt for part in case.segments.values()),
        "ordinary": not case.quote.like(found.per_ordinary_share.unit),
    }.items() if known)  # fmt: skip
    for word in ("sales", "profit"):
        years = {year for one in shown for year in _years(getattr(one, word), case.years)}
        yield from (f"{word}_{year}" for year in years if year <= 2)
    if made.simulation is not None:
        yield from ("low", "base", "high")


def _years(amounts: Any, years: int) -> range | list[int]:
    return list(amounts) if isinstance(amounts, Mapping) else range(1, years + 1)


def heads(page: Page, made: Material, columns: Columns) -> None:
    """Write the head row and the widths."""
    case, quote = made.case, str(made.case.quote)
    year = f"FY{case.base_year + 1}", f"FY{case.base_year + 2}"
    words = {
        "part": "Part", "unit": "Unit", "method": "Method", "metric": "Metric", "amount": "Metric, amount",
        "multiple": "Multiple", "rate": "Discount rate, first year", "growth": "Growth for ever",
        "enterprise": "Enterprise value, 100 %", "debt": "Net debt", "equity": "Equity value, 100 %", "owned": "Owned",
        "attributable": "Attributable value", "ordinary": f"Value, {made.valuation.per_ordinary_share.unit}",
        "share": f"Value, {quote}", "weight": "Share of the parts", "sales_1": f"EV/Sales {year[0]}",
        "sales_2": f"EV/Sales {year[1]}", "profit_1": f"EV/EBITA {year[0]}", "profit_2": f"EV/EBITA {year[1]}",
        "low": f"Low (P5), {quote}", "base": f"Base, {quote}", "high": f"High (P95), {quote}",
    }  # fmt: skip
    texts = {columns[name]: words[name] for name in columns}
    page.heads(HEAD_ROW, texts, right_from=4 if "metric" in columns else TEXTS)
    page.widths = {at: WIDTHS.get(name, NARROW if "_" in name else USUAL) for name, at in columns.items()}
    page.heights[HEAD_ROW] = 42
    page.freeze = (HEAD_ROW + 1, 1)


def dash(page: Page, at: int, column: int) -> None:
    """Say that there is nothing to show here."""
    page.text(at, column, "-", "answer_text")
