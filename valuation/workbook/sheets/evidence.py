"""The sheet of evidence: dated and sourced facts, first those that assumptions cite."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet

FACT_FIELDS: Final = ("id", "statement", "value", "unit", "as_of", "kind", "source_title", "source_url", "published")


def _write(page: Page, made: Material, draft: Draft) -> None:
    case = made.case
    page.heads(
        HEAD_ROW,
        dict(enumerate(("Id", "Statement", "Value", "Unit", "As of", "Kind", "Source", "Link", "Published"))),
        99,
    )
    page.widths = {0: 34, 1: 80, 2: 16, 3: 20, 4: 22, 5: 12, 6: 50, 7: 50, 8: 14}
    page.freeze = (HEAD_ROW + 1, 1)
    cited = {source for found in case.inputs for source in found.origin.sources}
    facts = [fact for fact in case.evidence.values() if fact.id in cited]
    facts += [fact for fact in case.evidence.values() if fact.id not in cited]
    for at, fact in enumerate(facts, start=HEAD_ROW + 1):
        for column, name in enumerate(FACT_FIELDS):
            text = fact.fields.get(name, "")
            number = _number(text) if name == "value" else None
            if number is not None:
                page.number(at, column, number, "#,##0.####_);(#,##0.####)", "stored")
            else:
                page.text(at, column, text)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


SHEET: Final = Sheet(
    "Evidence and sources",
    heading=lambda made: "Evidence",
    subtitle=lambda made: "Facts that assumptions cite, first those cited",
    about="Dated and sourced facts",
    write=_write,
)
