"""The Inputs page: every number that somebody chose, in blue, with unit, distribution, range, source and reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ...assumptions import DEFAULT, Case, Input
from ...formula import Row
from ...lines import snake
from ...model import GROUP_TITLES
from ...recording import Recording
from ...units import Unit
from ..address import FIRST_ROW, HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Inputs"
NAME, UNIT, BASE, DISTRIBUTION, LOW, MIDDLE, HIGH, SOURCE, ID, WHY = range(10)
HEADS: Final = {
    NAME: "Assumption",
    UNIT: "Unit",
    BASE: "Base",
    DISTRIBUTION: "Distribution",
    LOW: "P5",
    MIDDLE: "P50",
    HIGH: "P95",
    SOURCE: "Source",
    ID: "Name in the files",
    WHY: "Why, or what the source says",
}
WIDTHS: Final = {
    NAME: 46,
    UNIT: 12,
    BASE: 14,
    DISTRIBUTION: 34,
    LOW: 12,
    MIDDLE: 12,
    HIGH: 12,
    SOURCE: 40,
    ID: 40,
    WHY: 100,
}


def _place(page: Page, made: Material, draft: Draft) -> None:
    """Give every input and constant its row and its value."""
    case, recording = made.case, made.recording
    draft.base_year = page.cell(FIRST_ROW, BASE)
    at = FIRST_ROW + 1
    for heading, rows in _sections(case, recording):
        at += 1
        page.text(at, NAME, heading, "section")
        at += 1
        for row in rows:
            draft.cells[row] = page.cell(at, BASE)
            at += 1
    draft.values.update({recording.inputs[found.name]: np.array([found.base]) for found in case.inputs})
    draft.values.update({row: np.array([value]) for row, value in recording.constants.values()})


def _sections(case: Case, recording: Recording) -> Iterator[tuple[str, list[Row]]]:
    sections: dict[str, list[Row]] = {}
    for found in case.inputs:
        sections.setdefault(found.name.partition(".")[0], []).append(recording.inputs[found.name])
    for group, rows in sections.items():
        segment = case.segments.get(group)
        yield (segment.name if segment else GROUP_TITLES.get(group, group.capitalize())), rows
    constants = [row for row, _ in recording.constants.values()]
    if constants:
        yield "Constants of methods and checks", constants


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the head and a row for each input."""
    case, recording = made.case, made.recording
    page.heads(HEAD_ROW, HEADS, right_from=99)
    page.widths = dict(WIDTHS)
    page.freeze = (HEAD_ROW + 1, BASE + 1)
    page.print_area = (0, NAME, max(row for row, _ in page.cells), ID)
    page.text(FIRST_ROW, NAME, "Base fiscal year (the last before the forecast)")
    page.text(FIRST_ROW, UNIT, "year", "unit")
    page.number(FIRST_ROW, BASE, case.base_year, "0", "input")
    page.text(FIRST_ROW, SOURCE, "case file")
    for found in case.inputs:
        row = recording.inputs[found.name]
        at = draft.cells[row].row
        _input(page, at, found, case)
        draft.names[found.name] = page.cell(at, BASE)
    for row, value in recording.constants.values():
        at = draft.cells[row].row
        page.text(at, NAME, row.label)
        page.text(at, UNIT, str(row.unit), "unit")
        page.number(at, BASE, value, _format(value, row.unit), "input")
        page.text(at, SOURCE, "method")
        page.text(at, ID, f"constant.{snake(row.label)}", "unit")


def _input(page: Page, at: int, found: Input, case: Case) -> None:
    fmt = _format(found.base, found.unit)
    page.text(at, NAME, found.label)
    page.text(at, UNIT, str(found.unit), "unit")
    page.number(at, BASE, found.base, fmt, "input")
    page.text(at, ID, found.name, "unit")
    page.text(
        at,
        SOURCE,
        "default of the method" if found.origin.sources == (DEFAULT,) else found.origin.source or "none given",
    )
    page.text(at, WHY, found.origin.why or _statement(found, case))
    page.validations.append((at, BASE, _rule(found)))
    if found.distribution is None:
        return
    page.text(at, DISTRIBUTION, found.written)
    for column, quantile in zip(
        (LOW, MIDDLE, HIGH), found.distribution.quantile(np.array([0.05, 0.5, 0.95])), strict=True
    ):
        page.number(at, column, float(quantile), fmt, "stored")


def _statement(found: Input, case: Case) -> str:
    facts = [case.evidence[source] for source in found.origin.sources if source in case.evidence]
    return "; ".join(fact.statement for fact in facts)


def _format(value: float, unit: Unit) -> str:
    """More decimals for small rates and amounts, so that a stored number shows what it is."""
    if unit.pure and unit.shown == "rate":
        return "0.0%_);(0.0%)" if abs(round(value * 1000) - value * 1000) < 1e-9 else "0.00%_);(0.00%)"
    if unit.shown == "flag" and value not in (0, 1):
        return "0%_);(0%)"  # an event that the base case weighs by its probability
    if unit.pure and 0 < abs(value) < 1e-3:
        return "0.0E+00"
    if not unit.pure and unit.number_format.startswith("#,##0_") and 0 < abs(value) < 10:
        return "#,##0.00_);(#,##0.00)"
    return unit.number_format


def _rule(found: Input) -> dict[str, object]:
    """What a cell accepts: 0 or 1 for an event (or a probability, if the base case weighs it), otherwise a number."""
    event = found.distribution is not None and found.distribution.name == "event"
    if event and found.base in (0, 1):
        return {"validate": "list", "source": ["0", "1"], "error_title": "Event", "error_message": "0 (no) or 1 (yes)"}
    rate = found.unit.pure and found.unit.shown == "rate"
    low, high = (0, 1) if event else (-10, 10) if rate else (-1e15, 1e15)
    wanted = "a percentage such as 10%" if rate or event else "a number"
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_title": found.label[:32],
        "error_message": f"Expected {wanted} ({found.unit})",
    }


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Inputs",
    subtitle=lambda made: "Every assumption, in blue; change the column Base and the whole book follows",
    about="Every assumption with unit, distribution, range, source and reason",
    place=_place,
    write=_write,
)
