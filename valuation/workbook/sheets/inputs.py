"""The Inputs page: every number that somebody chose, in blue, with unit, distribution, range, source and reason."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase
from typing import Any, Final

import numpy as np

from ...assumptions import DEFAULT, Case, Input
from ...distributions.written import LONGEST, lettered, live_quantile, numbers_of
from ...formula import Formula, Reference, Row
from ...lines import snake
from ...model import GROUP_TITLES
from ...recording import INPUTS as INPUT_ROWS
from ...recording import Recording
from ...units import NUMBER, RATE, Unit
from ..address import FIRST_ROW, HEAD_ROW, Cell
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Inputs"
BASELINE: Final = "Audit baseline"
NAME, UNIT, BASE, DISTRIBUTION, FIRST_NUMBER = range(5)
NUMBERS: Final = range(FIRST_NUMBER, FIRST_NUMBER + LONGEST)
LOW, MIDDLE, HIGH, SOURCE, ID, WHY, SAYS = range(NUMBERS.stop, NUMBERS.stop + 7)
RANGES: Final = {LOW: 0.05, MIDDLE: 0.5, HIGH: 0.95}
RANGE_LABEL: Final = "Percentile of the ranges on Inputs, {:g}"
HEADS: Final = {
    NAME: "Assumption",
    UNIT: "Unit",
    BASE: "Base",
    DISTRIBUTION: "Distribution",
    **dict(zip(NUMBERS, ascii_lowercase, strict=False)),
    LOW: "P5",
    MIDDLE: "P50",
    HIGH: "P95",
    SOURCE: "Source",
    ID: "Name in the files",
    WHY: "Why",
    SAYS: "What the source says",
}
WIDTHS: Final = {
    NAME: 46,
    UNIT: 12,
    BASE: 14,
    DISTRIBUTION: 26,
    **dict.fromkeys(NUMBERS, 9.5),
    **dict.fromkeys(RANGES, 10.5),
    SOURCE: 34,
    ID: 40,
    WHY: 90,
    SAYS: 90,
}


# Before the book is evaluated ------------------------------------------------------------------------------------


def _prepare(made: Material, draft: Draft) -> None:
    """Give the numbers of each distribution rows of their own, and find the formulas of its quantiles."""
    for found in made.case.inputs:
        numbers = numbers_of(found.written) if found.distribution is not None else []
        if not 0 < len(numbers) <= LONGEST:
            continue
        units = [found.unit if not number.free else RATE if number.percent else NUMBER for number in numbers]
        rows = [
            Row(INPUT_ROWS, f"{found.label}, {letter}", unit, False)
            for letter, unit in zip(ascii_lowercase, units, strict=False)
        ]
        draft.values.update({row: np.array([number.value]) for row, number in zip(rows, numbers, strict=True)})
        draft.parameters[found.name] = [Reference(row) for row in rows]
    for found in made.case.inputs:
        if found.name in draft.parameters:
            draft.quantiles[found.name] = [live(made.recording, draft, found, _level(made, q)) for q in RANGES.values()]


def _level(made: Material, quantile: float) -> Reference:
    return made.recording.constant(RANGE_LABEL.format(quantile), quantile)


def live(recording: Recording, draft: Draft, found: Input, u: Any) -> Formula | None:
    """The quantile of an input at ``u`` as a formula over its cells a to f; None where there is none that is short."""
    if found.distribution is None or found.name not in draft.parameters:
        return None
    made = live_quantile(found.distribution, found.written, draft.parameters[found.name], u, recording.constant)
    return made if isinstance(made, Formula) else None


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
            if row.name:
                draft.names[row.name] = page.cell(at, BASE)
            for column, number in zip(NUMBERS, draft.parameters.get(row.name, ()), strict=False):
                draft.cells[number.row] = page.cell(at, column)
            at += 1
    draft.values.update({recording.inputs[found.name]: np.array([found.base]) for found in case.inputs})
    draft.values.update({row: np.array([value]) for row, value in recording.constants.values()})


def _sections(case: Case, recording: Recording) -> Iterator[tuple[str, list[Row]]]:
    sections: dict[str, list[Row]] = {}
    for found in case.inputs:
        sections.setdefault(found.name.partition(".")[0], []).append(recording.inputs[found.name])
    for group, rows in sections.items():
        named = case.segments.get(group)
        working = case.workings.get(group)
        title = named.name if named else working.title if working else GROUP_TITLES.get(group, group.capitalize())
        yield title, rows
    constants = [row for row, _ in recording.constants.values()]
    if constants:
        yield "Constants of methods and checks", constants


# The page --------------------------------------------------------------------------------------------------------


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the head and a row for each input."""
    case, recording = made.case, made.recording
    page.heads(HEAD_ROW, HEADS, right={BASE, *NUMBERS, *RANGES})
    page.widths = dict(WIDTHS)
    page.freeze = (HEAD_ROW + 1, BASE + 1)
    page.text(FIRST_ROW, NAME, "Base fiscal year (the last before the forecast)")
    page.text(FIRST_ROW, UNIT, "year", "unit")
    page.number(FIRST_ROW, BASE, case.base_year, "0", "input")
    page.text(FIRST_ROW, SOURCE, "case file", "beside")
    for found in case.inputs:
        _input(page, draft.names[found.name].row, found, case)
        _distribution(page, draft.names[found.name].row, found, draft)
    for row, value in recording.constants.values():
        at = draft.cells[row].row
        page.text(at, NAME, row.label)
        page.text(at, UNIT, str(row.unit), "unit")
        page.number(at, BASE, value, shown(value, row.unit), "input")
        page.text(at, SOURCE, "method", "beside")
        page.text(at, ID, f"constant.{snake(row.label)}", "unit")
    page.print_area = (0, NAME, max(row for row, _ in page.cells), SOURCE)


def _input(page: Page, at: int, found: Input, case: Case) -> None:
    page.text(at, NAME, found.label)
    page.text(at, UNIT, str(found.unit), "unit")
    page.number(at, BASE, found.base, shown(found.base, found.unit), "input")
    page.text(at, ID, found.name, "unit")
    given = "default of the method" if found.origin.sources == (DEFAULT,) else found.origin.source or "none given"
    page.text(at, SOURCE, given, "beside")
    page.text(at, WHY, found.origin.why)
    page.text(at, SAYS, _statement(found, case))
    page.validations.append((at, BASE, _rule(found)))


def _distribution(page: Page, at: int, found: Input, draft: Draft) -> None:
    """The distribution: its shape, its numbers in blue, and its range as formulas of these or as it was given."""
    if found.distribution is None:
        return
    page.text(at, DISTRIBUTION, lettered(found.written), "beside")
    for column, number in zip(NUMBERS, draft.parameters.get(found.name, ()), strict=False):
        value = draft.value(number)
        page.number(at, column, value, shown(value, number.unit), "input")
    stored = found.distribution.quantile(np.array(list(RANGES.values())))
    formulas = draft.quantiles.get(found.name, [None] * len(RANGES))
    for column, formula, value in zip(RANGES, formulas, stored, strict=True):
        fmt = shown(float(value), found.unit)
        if formula is not None:
            draft.put(page, at, column, formula, unit=found.unit)
        elif np.isfinite(value):
            page.raw(at, column, f"={Cell(BASELINE, at, column).seen_from(page.title)}", float(value), "formula", fmt)


def _statement(found: Input, case: Case) -> str:
    facts = [case.evidence[source] for source in found.origin.sources if source in case.evidence]
    return "; ".join(fact.statement for fact in facts)


def shown(value: float, unit: Unit) -> str:
    """The number format of a stored number: more decimals for small rates and amounts, so that it shows what it is."""
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
    subtitle=lambda made: "Every assumption, in blue: change a base and the book follows, a to f and the range does",
    about="Every assumption with unit, distribution, range, source and reason",
    prepare=_prepare,
    place=_place,
    write=_write,
)
