"""Pages that only list: contents, evidence, scenarios, the baseline of the run, the files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from ..assumptions import Case
from .address import FIRST_ROW, HEAD_ROW
from .inputs_page import BASE, DISTRIBUTION
from .pages import Draft, Page

FACT_FIELDS: Final = ("id", "statement", "value", "unit", "as_of", "kind", "source_title", "source_url", "published")


def write_contents(page: Page, pages: Mapping[str, Page], case: Case, notes: Mapping[str, str], run: str) -> None:
    """Write the cover: what this is, where everything stands, what the colours mean."""
    page.widths = {0: 36, 1: 90}
    page.freeze = (HEAD_ROW, 0)
    page.heads(HEAD_ROW, {0: "Sheet", 1: "What it shows"}, right_from=99)
    at = HEAD_ROW + 1
    for title, other in pages.items():
        if title == page.title:
            continue
        page.text(at, 0, title)
        page.links[at, 0] = title
        page.text(at, 1, notes.get(title, other.heading))
        at += 1
    at += 1
    page.text(at, 0, "Colours", "section")
    for style, text in (
        (
            "input",
            "Blue: a number that somebody chose or that a run stored. Change the blue cells of the Inputs sheet.",
        ),
        ("formula", "Black: a formula over cells of the same sheet."),
        ("link", "Green: a formula that reads another sheet."),
    ):
        at += 1
        page.text(at, 0, text.partition(":")[0], style)
        page.text(at, 1, text.partition(": ")[2])
    at += 2
    page.text(at, 0, "About", "section")
    for label, text in (("Valuation date", case.date or "not given"), ("Money", f"{case.currency} m"), ("Run", run)):
        at += 1
        page.text(at, 0, label)
        page.text(at, 1, text)


def write_evidence(page: Page, case: Case) -> None:
    """Write the facts that assumptions cite."""
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


def write_scenarios(page: Page, case: Case, values: Mapping[str, float]) -> None:
    """Write each scenario with its probability, what it changes and the value per share that the last run found."""
    quote = case.quote
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


def write_baseline(page: Page, case: Case, draft: Draft, inputs: str) -> None:
    """Write what the run was given, row by row beside the Inputs sheet, so that a change is seen."""
    page.heads(
        HEAD_ROW,
        {0: "Name in the files", 1: "Unit", BASE: "Base at the run", DISTRIBUTION: "Distribution at the run"},
        99,
    )
    page.widths = {0: 44, 1: 12, BASE: 16, DISTRIBUTION: 40}
    page.freeze = (HEAD_ROW + 1, 1)
    for found in case.inputs:
        at = draft.names[found.name].row
        page.text(at, 0, found.name)
        page.text(at, 1, str(found.unit), "unit")
        page.number(at, BASE, found.base, found.unit.number_format, "stored")
        if found.distribution is not None:
            page.text(at, DISTRIBUTION, found.written)
    page.text(FIRST_ROW, 0, "Each row stands beside its row on the Inputs sheet.", "subtitle")


FILE, LINE = 0, 1


def write_files(page: Page, case: Case) -> None:
    """Write the text of the assumption files, so that the book can be verified and rebuilt from itself."""
    page.heads(HEAD_ROW, {FILE: "File", LINE: "Text"}, right_from=99)
    page.widths = {FILE: 34, LINE: 150}
    page.freeze = (HEAD_ROW + 1, 0)
    at = HEAD_ROW + 1
    for name, text in case.files.items():
        if name == "evidence.yaml":
            continue
        for line in text.splitlines():
            page.text(at, FILE, name, "unit")
            page.text(at, LINE, line)
            at += 1
