"""The sheet of evidence: dated and sourced facts with their age, and which assumptions cite them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ...assumptions import Case, Fact
from ...checks.hygiene import day_of, lasts
from ...checks.standards import standards
from ...peers import ordinal
from ..address import HEAD_ROW, Cell
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Evidence and sources"
(ID, STATEMENT, VALUE, UNIT, AS_OF, DATED, AGE, STATUS, KIND, CONFIDENCE, SOURCE, ADDRESS, PUBLISHED, CITED) = range(14)
HEADS: Final = {
    ID: "Id",
    STATEMENT: "Statement",
    VALUE: "Value",
    UNIT: "Unit",
    AS_OF: "As of",
    DATED: "Day",
    AGE: "Age, days",
    STATUS: "Status",
    KIND: "Kind",
    CONFIDENCE: "Confidence",
    SOURCE: "Source",
    ADDRESS: "Address of the source",
    PUBLISHED: "Published",
    CITED: "Cited by",
}
WIDTHS: Final = {
    ID: 32,
    STATEMENT: 88,
    VALUE: 13,
    UNIT: 18,
    AS_OF: 20,
    DATED: 11,
    AGE: 9,
    STATUS: 11,
    KIND: 11,
    CONFIDENCE: 11,
    SOURCE: 46,
    ADDRESS: 46,
    PUBLISHED: 12,
    CITED: 40,
}
TEXTS: Final = {UNIT: "unit", AS_OF: "as_of", KIND: "kind", CONFIDENCE: "confidence", SOURCE: "source_title",
                ADDRESS: "source_url", PUBLISHED: "published"}  # fmt: skip
FIGURE: Final = "#,##0.####_);(#,##0.####)"
DATE: Final = "yyyy-mm-dd"
DAY_ROW, OLD_ROW, FIRST = HEAD_ROW + 1, HEAD_ROW + 2, HEAD_ROW + 4
OLD_RULE: Final = "stale_source"
LASTING, NO_DAY = "period", "no day"


def facts_of(case: Case) -> list[Fact]:
    """The facts in the order of the sheet: first those that assumptions cite."""
    cited = {source for found in case.inputs for source in found.origin.sources}
    return sorted(case.evidence.values(), key=lambda fact: fact.id not in cited)


def evidence_row(case: Case, fact: str) -> Cell | None:
    """The cell in which the row of a fact begins, for links to it; None for what is no fact, such as a judgement."""
    if fact not in case.evidence:
        return None
    return Cell(TITLE, FIRST + next(at for at, found in enumerate(facts_of(case)) if found.id == fact), ID)


def citations(case: Case) -> dict[str, list[str]]:
    """The names of the inputs that cite each fact, in file order."""
    found: dict[str, list[str]] = {}
    for each in case.inputs:
        for source in each.origin.sources:
            if source in case.evidence:
                found.setdefault(source, []).append(each.name)
    return found


def facts_in(cells: Mapping[tuple[int, int], Any]) -> dict[str, Fact]:
    """The facts that a sheet of a book holds, from its constants by row and column."""
    found: dict[str, Fact] = {}
    at = FIRST
    while (at, STATEMENT) in cells and (at, ID) in cells:
        fields = {name: str(cells[at, column]) for column, name in TEXTS.items() if (at, column) in cells}
        name = str(cells[at, ID])
        found[name] = Fact(name, str(cells[at, STATEMENT]), fields)
        at += 1
    return found


def _place(page: Page, made: Material, draft: Draft) -> None:
    """The valuation date stands here, unless the peers need it before."""
    if draft.valuation_date is None and made.case.date:
        draft.valuation_date = page.cell(DAY_ROW, VALUE)


def _write(page: Page, made: Material, draft: Draft) -> None:
    """A row for each fact; below, a row for each assumption that cites one, with links both ways."""
    case = made.case
    page.heads(HEAD_ROW, HEADS, 99)
    page.widths = dict(WIDTHS)
    page.freeze = (HEAD_ROW + 1, 1)
    if case.date:
        _dates(page, case, draft)
    cited = citations(case)
    facts = facts_of(case)
    for at, fact in enumerate(facts, start=FIRST):
        _fact(page, at, fact, bool(case.date))
    below = FIRST + len(facts)
    page.lights = (FIRST, STATUS, max(below, FIRST), STATUS)
    page.print_area = (0, ID, below - 1, PUBLISHED)
    if not facts:
        page.text(FIRST, ID, "no evidence beside this case")
    elif cited:
        _citations(page, below + 1, case, cited, draft)


def _dates(page: Page, case: Case, draft: Draft) -> None:
    """The day of the valuation and the age at which a fact is old."""
    assert draft.valuation_date is not None
    page.text(DAY_ROW, ID, "Valuation date")
    page.text(DAY_ROW, UNIT, "date", "unit")
    day = ordinal(case.date)
    if draft.valuation_date.sheet == page.title:
        page.number(DAY_ROW, VALUE, day, DATE, "stored")
    else:
        page.raw(DAY_ROW, VALUE, f"={draft.valuation_date.seen_from(page.title)}", day, "formula", DATE)
    changed = case.checks.get(OLD_RULE)
    limits = {name: threshold.value for name, threshold in standards()[OLD_RULE].thresholds.items()}
    limits |= dict(changed.thresholds) if changed else {}
    page.text(OLD_ROW, ID, "A fact is old after")
    page.text(OLD_ROW, UNIT, "days", "unit")
    page.number(OLD_ROW, VALUE, limits["threshold"], "#,##0_);(#,##0)", "stored")


def _fact(page: Page, at: int, fact: Fact, dated: bool) -> None:
    page.text(at, ID, fact.id)
    page.text(at, STATEMENT, fact.statement, "folded")
    page.heights[at] = 13.5 * max(1, -(-len(fact.statement) // 92))
    number = _number(fact.fields.get("value", ""))
    if number is None:
        page.text(at, VALUE, fact.fields.get("value", ""), "answer_text")
    else:
        page.number(at, VALUE, number, FIGURE, "stored")
    for column, name in TEXTS.items():
        text = fact.fields.get(name, "")
        page.text(at, column, "" if text == "null" else text)
    if number is not None and (at, UNIT) not in page.cells:
        page.text(at, UNIT, "not given", "unit")
    if dated:
        _age(page, at, fact)


def _age(page: Page, at: int, fact: Fact) -> None:
    """How old a fact is at the valuation date; a reported period, or a rule in force, does not age."""
    day = day_of(fact)
    if lasts(fact) or day is None:
        page.text(at, STATUS, LASTING if lasts(fact) else NO_DAY, "status_text")
        return
    number, today = ordinal(day.isoformat()), page.cells[DAY_ROW, VALUE]
    if (at, UNIT) not in page.cells:
        page.text(at, UNIT, "not given", "unit")
    page.number(at, DATED, number, DATE, "stored")
    age = float(getattr(today, "value", number)) - number
    today_cell, old = page.cell(DAY_ROW, VALUE).fixed, page.cell(OLD_ROW, VALUE).fixed
    here = page.cell(at, AGE).name
    page.raw(at, AGE, f"={today_cell}-{page.cell(at, DATED).name}", age, "formula", "#,##0_);(#,##0)")
    limit = float(getattr(page.cells[OLD_ROW, VALUE], "value", 0))
    page.raw(at, STATUS, f'=IF({here}>{old},"WARNING","OK")', "WARNING" if age > limit else "OK", "status")


def _citations(page: Page, at: int, case: Case, cited: dict[str, list[str]], draft: Draft) -> None:
    """A row for each assumption that cites a fact: links to the fact and to the row on Inputs."""
    page.text(at, ID, "Which assumptions cite which fact", "section")
    page.text(at + 1, ID, "Fact", "head")
    page.text(at + 1, STATEMENT, "Assumption that cites it", "head")
    at += 2
    labels = {found.name: found.label for found in case.inputs}
    for fact in facts_of(case):
        names = cited.get(fact.id, [])
        row = evidence_row(case, fact.id)
        if row is None or not names:
            continue
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        page.text(row.row, CITED, f"{names[0]}{more}")
        page.links[row.row, CITED] = page.cell(at, ID)
        for name in names:
            page.text(at, ID, fact.id)
            page.links[at, ID] = row
            page.text(at, STATEMENT, f"{name}: {labels[name]}")
            page.links[at, STATEMENT] = draft.names[name]
            at += 1


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Evidence",
    subtitle=lambda made: "Facts that assumptions cite, first those cited; their age at the valuation date",
    about="Dated and sourced facts, their age, and which assumptions cite them",
    place=_place,
    write=_write,
    group="Evidence and audit",
)
