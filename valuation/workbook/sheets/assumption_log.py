"""The sheet of the assumption log: each with value, range, source, dates and owner, and what was edited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...assumptions import DEFAULT, JUDGEMENT, Assumption, Case, Input, Origin
from ...formula import Row
from ...lines import single
from ...model import GROUP_TITLES, scope_of
from ..address import HEAD_ROW, Cell, column_name, quoted
from ..pages import Draft, FormulaCell, Page, RawCell
from ..sheet import Material, Sheet
from .evidence import evidence_row
from .inputs import BASE as INPUTS_BASE
from .inputs import BASELINE, HIGH, LOW, shown
from .inputs import TITLE as INPUTS

TITLE: Final = "Assumption log"
(ID, LABEL, UNIT, CURRENCY, VALUE, P5, P95, WRITTEN, SOURCE, AS_OF, OWNER, KIND, CHANGED, SINCE, WHY) = range(15)
HEADS: Final = {
    ID: "Id",
    LABEL: "Assumption",
    UNIT: "Unit",
    CURRENCY: "Currency",
    VALUE: "Value",
    P5: "Low (P5)",
    P95: "High (P95)",
    WRITTEN: "As written",
    SOURCE: "Source",
    AS_OF: "As of",
    OWNER: "Owner",
    KIND: "Kind, confidence",
    CHANGED: "Last changed",
    SINCE: "Edited since this book was written",
    WHY: "Why",
}
WIDTHS: Final = {
    ID: 36,
    LABEL: 34,
    UNIT: 11,
    CURRENCY: 9,
    VALUE: 12,
    P5: 11,
    P95: 11,
    WRITTEN: 34,
    SOURCE: 28,
    AS_OF: 17,
    OWNER: 10,
    KIND: 18,
    CHANGED: 12,
    SINCE: 12,
    WHY: 90,
}
LINK: Final = re.compile(r"=(?:('(?:[^']|'')+'|\w+)!)?\$?([A-Z]+)\$?(\d+)")
EDITED, UNCHANGED, FOLLOWS = "edited", "no", "follows"


def _write(page: Page, made: Material, draft: Draft) -> None:
    """A row for each input and each formula, in the order of the files."""
    page.heads(HEAD_ROW, HEADS, 99)
    page.widths = dict(WIDTHS)
    page.heights[HEAD_ROW] = 40
    page.freeze = (HEAD_ROW + 1, 1)
    at, group = HEAD_ROW + 1, ""
    for name, assumption in made.case.assumptions.items():
        if name.partition(".")[0] != group:
            group = name.partition(".")[0]
            at += bool(at > HEAD_ROW + 1)
            page.text(at, ID, _heading(made.case, group), "section")
            at += 1
        for found in assumption.inputs:
            _input(page, at, found, made, draft)
            at += 1
        row = _formula_row(made, assumption)
        if row is not None:
            _formula(page, at, assumption, row, made, draft)
            at += 1
    page.lights = (HEAD_ROW + 1, SINCE, at, SINCE)
    page.print_area = (0, ID, at - 1, SINCE)


def _heading(case: Case, group: str) -> str:
    segment = case.segments.get(group)
    return segment.name if segment else GROUP_TITLES.get(group, group.replace("_", " ").capitalize())


def _formula_row(made: Material, assumption: Assumption) -> Row | None:
    """The row that holds what a formula gives; None for numbers, lists and fades, whose inputs say all."""
    if not assumption.written.startswith("="):
        return None
    scope = made.recording.scopes.get(scope_of(assumption))
    return scope.assumed(assumption.name) if scope else None


def _input(page: Page, at: int, found: Input, made: Material, draft: Draft) -> None:
    """One number: what the model reads now, its range, and whether base or distribution were edited."""
    row, there = made.recording.inputs[found.name], draft.names[found.name]
    _about(page, at, found.name, found.label, str(found.unit), found.origin, made.case)
    value = single(draft.values[row])
    page.raw(at, VALUE, f"={draft.cells[row].seen_from(page.title)}", value, "formula", shown(value, found.unit))
    for column, source in ((P5, LOW), (P95, HIGH)):
        _link(page, at, column, Cell(INPUTS, there.row, source), draft)
    if found.distribution is not None:
        page.text(at, WRITTEN, found.written)
    span = f"!${column_name(INPUTS_BASE)}${there.row + 1}:${column_name(LOW - 1)}${there.row + 1}"
    same = f"SUMPRODUCT(--({quoted(INPUTS)}{span}<>{quoted(BASELINE)}{span}))=0"
    page.raw(at, SINCE, f'=IF({same},"{UNCHANGED}","{EDITED}")', UNCHANGED, "status")
    page.links[at, ID] = there


def _formula(page: Page, at: int, assumption: Assumption, row: Row, made: Material, draft: Draft) -> None:
    """One formula with its text and what it gives now, in the first year where it has a value each year."""
    label = f"{assumption.label} (first year)" if row.yearly else assumption.label
    _about(page, at, assumption.name, label, str(row.unit), assumption.origin, made.case)
    there = draft.cells[row]
    text = f"={there.seen_from(page.title)}{'+0' if _pointed(draft, there) else ''}"
    value = draft.values[row]
    page.raw(at, VALUE, text, single(value[0] if row.yearly else value), "formula", row.unit.number_format)
    page.text(at, WRITTEN, assumption.written)
    page.text(at, SINCE, FOLLOWS, "status_text")
    page.links[at, ID] = there


def _about(page: Page, at: int, name: str, label: str, unit: str, origin: Origin, case: Case) -> None:
    page.text(at, ID, name)
    page.text(at, LABEL, label)
    page.text(at, UNIT, unit, "unit")
    currencies = re.findall(r"\b[A-Z]{3}\b", unit)
    page.text(at, CURRENCY, "/".join(dict.fromkeys(text for text in currencies if text != "ADS")), "unit")
    texts = {SOURCE: _source(origin), AS_OF: _as_of(origin, case), OWNER: origin.owner, CHANGED: origin.changed}
    texts |= {KIND: ", ".join(dict.fromkeys(_kinds(origin, case))), WHY: origin.why}
    for column, text in texts.items():
        page.text(at, column, text)
    fact = next((row for source in origin.sources if (row := evidence_row(case, source)) is not None), None)
    if fact is not None:
        page.links[at, SOURCE] = fact


def _source(origin: Origin) -> str:
    return "default of the method" if origin.sources == (DEFAULT,) else origin.source or "none given"


def _as_of(origin: Origin, case: Case) -> str:
    """The day that the files tell, else that of the first fact that is cited."""
    facts = (case.evidence[source] for source in origin.sources if source in case.evidence)
    return origin.as_of or next((fact.fields.get("as_of", "") for fact in facts), "")


def _kinds(origin: Origin, case: Case) -> Iterator[str]:
    """What sort of a source each is: a judgement, a default, or the kind of a fact with its confidence."""
    for source in origin.sources:
        fact = case.evidence.get(source)
        if fact is not None:
            yield from (fact.fields[name] for name in ("kind", "confidence") if fact.fields.get(name))
        elif source in (JUDGEMENT, DEFAULT):
            yield source


def _link(page: Page, at: int, column: int, there: Cell, draft: Draft) -> None:
    """A link to a cell, or to where that in its turn points: no link to a link."""
    content = draft.pages[there.sheet].cells.get((there.row, there.column))
    value = getattr(content, "value", None)
    if content is not None and value is not None:
        target = _pointed(draft, there) or there
        text = f"={target.seen_from(page.title)}"
        page.raw(at, column, text, value, "formula", getattr(content, "number_format", ""))


def _pointed(draft: Draft, there: Cell) -> Cell | None:
    """Where a cell points that is nothing but a link."""
    content = draft.pages[there.sheet].cells.get((there.row, there.column))
    if isinstance(content, FormulaCell):
        text = draft.spelling.spell(content.formula, there)
    else:
        text = content.text if isinstance(content, RawCell) else ""
    found = LINK.fullmatch(text)
    if found is None:
        return None
    sheet = (found[1] or there.sheet).strip("'").replace("''", "'")
    column = 0
    for letter in found[2]:
        column = 26 * column + ord(letter) - 64
    return Cell(sheet, int(found[3]) - 1, column - 1)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Assumption log",
    subtitle=lambda made: "Every number and every formula that somebody chose; change numbers on Inputs, not here",
    about="Every assumption with value, range, source, dates, owner, and whether it was edited since",
    write=_write,
    group="Inputs",
)
