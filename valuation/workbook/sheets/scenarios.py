"""The sheet of scenarios: named overlays of the base case."""

from __future__ import annotations

import math
from typing import Final

from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write each scenario with its probability, what it changes and the value per share that the last run found."""
    case, values, quote = made.case, made.scenarios, made.case.quote
    page.heads(
        HEAD_ROW,
        {0: "Scenario", 1: "Unit", 2: "Probability", 3: f"Value, {quote} (last run)", 4: "What it changes", 5: "Why"},
        99,
    )
    page.widths = {0: 28, 1: 11, 2: 13, 3: 16, 4: 90, 5: 70}
    page.heights[HEAD_ROW] = 28
    page.freeze = (HEAD_ROW + 1, 1)
    at = HEAD_ROW + 1
    for name, scenario in case.scenarios.items():
        page.text(at, 0, name)
        page.text(at, 1, str(quote), "unit")
        page.number(at, 2, scenario.probability, "0.0%_);(0.0%)")
        page.number(at, 3, values[name], quote.number_format)
        changes = "; ".join(f"{key} {value}" for key, value in scenario.values.items())
        page.text(at, 4, changes, "wrapped")
        page.text(at, 5, scenario.origin.why, "wrapped")
        page.heights[at] = 14 * max(1, math.ceil(len(changes) / 90), math.ceil(len(scenario.origin.why) / 70))
        at += 1
    first, last = HEAD_ROW + 2, at
    page.text(at, 0, "Weighted by probability", "total_text")
    page.text(at, 1, str(quote), "unit")
    weighted = sum(scenario.probability * values[name] for name, scenario in case.scenarios.items())
    page.raw(at, 3, f"=SUMPRODUCT($C${first}:$C${last},$D${first}:$D${last})", weighted, "total", quote.number_format)


SHEET: Final = Sheet(
    "Scenarios",
    heading=lambda made: "Scenarios",
    subtitle=lambda made: "Named overlays of the base case",
    about="Each scenario with its probability, what it changes and what it is worth",
    needed=lambda made: bool(made.case.scenarios),
    write=_write,
)
