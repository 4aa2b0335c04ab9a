"""Helpers of the tests of what a price implies: cases, quick solutions, and the panel of the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import GOOD, HEAD
from test_published import one

from valuation.assumptions import Case
from valuation.lines import Lines
from valuation.model import value
from valuation.problems import InvalidAssumptions
from valuation.reading import load
from valuation.reverse.solve import Solution, solve
from valuation.workbook.book import draft_book
from valuation.workbook.pages import FormulaCell, Page, RawCell, TextCell
from valuation.workbook.sheets.reverse import BASE, CHANGE, IMPLIED, LABEL, TITLE, UNIT

Read = Callable[..., Case]
Write = Callable[[str], Path]
ALIBABA = Path(__file__).parents[1] / "assumptions" / "alibaba"
SALES = next(path for path in GOOD if path.stem == "dcf_by_sales")
EQUITY = next(path for path in GOOD if path.stem == "methods_of_equity")
CAPEX = next(path for path in GOOD if path.stem == "dcf_by_capex")
STAKES = """
segments:
  a: {method: stake, value: "~ lognormal(600 CNY m, 0.4)", owned: 50%}
  b: {method: stake, value: 400 CNY m, discounted: no}
holding: {discount: 20%}
bridge: {cash: 60 CNY m}
"""
PRICED = HEAD.replace("10 m shares", "10 m shares, price: 80 CNY/share")
CASES = {path: load(path) for path in (SALES, EQUITY, CAPEX)}


def per_share(case: Case) -> float:
    return one(value(case, Lines(case.years), case.base_values).per_share)


def quick(case: Case, name: str, price: float | None = None) -> Solution:
    return solve(case, name, price, draws=64)


def refused(case: Case, name: str, price: float | None = None) -> str:
    with pytest.raises(InvalidAssumptions) as caught:
        quick(case, name, price)
    return str(caught.value)


def panel(case: Case) -> dict[str, tuple[float, Any, float | None]]:
    """Base, implied and difference by label; of parts, which stand under several captions, by caption and label."""
    page = draft_book(case, None, dict.fromkeys(case.scenarios, 0.0)).draft.pages[TITLE]
    return {
        label: tuple(_value(page, row, column) for column in (BASE, IMPLIED, CHANGE)) for label, row in panel_rows(page)
    }


def panel_rows(page: Page) -> Iterator[tuple[str, int]]:
    caption, seen = "", set[str]()
    for (row, column), content in sorted(page.cells.items(), key=lambda item: item[0]):
        if column != LABEL or not isinstance(content, TextCell):
            continue
        if content.style == "section":
            caption = content.text
        elif (row, UNIT) in page.cells and row > 3:
            label = content.text
            yield (
                (label if label not in seen and caption[:4] not in ("Attr", "Equi", "Ente") else f"{caption}: {label}"),
                row,
            )
            seen.add(label)


def _value(page: Page, row: int, column: int) -> Any:
    content = page.cells.get((row, column))
    return content.value if isinstance(content, (FormulaCell, RawCell)) else None
