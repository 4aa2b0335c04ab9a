"""The audit sheet of what the book was given, beside which edits and stale runs are seen."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...distributions.written import lettered
from ...units import WHOLE
from ..address import HEAD_ROW, quoted
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from . import correlations, inputs
from .inputs import BASE, BASELINE, DISTRIBUTION, HEADS, HIGH, NAME, NUMBERS, RANGES, UNIT, shown

TITLE: Final = BASELINE
COUNTS: Final = HEAD_ROW + 1
BASES, DISTRIBUTIONS, CORRELATIONS = "Base values", "Distributions", "Correlations"


def _place(page: Page, made: Material, draft: Draft) -> None:
    """The counts stand on top, whatever is below."""
    wanted = [BASES, DISTRIBUTIONS, *([CORRELATIONS] if made.case.correlations else [])]
    draft.changed.update({what: page.cell(COUNTS + number, BASE) for number, what in enumerate(wanted)})


def _write(page: Page, made: Material, draft: Draft) -> None:
    """What the book was given, each row beside its row on Inputs; then the correlations; on top what has changed."""
    heads = {column: HEADS[column] for column in (UNIT, BASE, DISTRIBUTION, *NUMBERS, *RANGES)}
    page.heads(HEAD_ROW, {NAME: "Name in the files", **heads}, right={BASE, *NUMBERS, *RANGES})
    page.widths = {NAME: 44, UNIT: 12, BASE: 16, DISTRIBUTION: 34, **dict.fromkeys(range(NUMBERS.start, HIGH + 1), 11)}
    page.freeze = (HEAD_ROW + 1, 1)
    rows = [cell.row for cell in draft.names.values()]
    first, last = min(rows) + 1, max(rows) + 1
    _given(page, made, draft)
    _count(page, draft, BASES, f"$C${first}:$C${last}", f"$C${first}:$C${last}")
    _count(page, draft, DISTRIBUTIONS, f"$D${first}:$J${last}", f"$D${first}:$J${last}")
    if made.case.correlations:
        _correlations(page, made, draft, last + 1)


def _given(page: Page, made: Material, draft: Draft) -> None:
    for found in made.case.inputs:
        at = draft.names[found.name].row
        page.text(at, NAME, found.name)
        page.text(at, UNIT, str(found.unit), "unit")
        page.number(at, BASE, found.base, shown(found.base, found.unit), "stored")
        if found.distribution is None:
            continue
        page.text(at, DISTRIBUTION, lettered(found.written), "beside")
        for column, number in zip(NUMBERS, draft.parameters.get(found.name, ()), strict=False):
            value = draft.value(number)
            page.number(at, column, value, shown(value, number.unit), "stored")
        for column, value in zip(RANGES, found.distribution.quantile(np.array(list(RANGES.values()))), strict=True):
            page.number(at, column, float(value), shown(float(value), found.unit), "stored")


def _count(page: Page, draft: Draft, what: str, there: str, here: str, sheet: str = inputs.TITLE) -> None:
    """How many cells of a range differ from what stands here."""
    cell = draft.changed[what]
    page.text(cell.row, NAME, f"{what} changed since this book was written")
    page.text(cell.row, UNIT, "number", "unit")
    formula = f"=SUMPRODUCT(--({quoted(sheet)}!{there}<>{here}))"
    page.raw(cell.row, BASE, formula, 0, "formula", WHOLE.number_format)


def _correlations(page: Page, made: Material, draft: Draft, at: int) -> None:
    """The pairs with their ranks and weights, below the inputs."""
    page.text(at + 1, NAME, correlations.TITLE, "section")
    top = at + 2
    for row, pair in enumerate(made.case.correlations, start=top):
        page.text(row, NAME, " and ".join(pair.between))
        page.text(row, UNIT, "number", "unit")
        page.number(row, BASE, pair.rank, correlations.RANKS, "stored")
    count = len(made.case.correlations)
    there = f"$C${correlations.TOP + 1}:$C${correlations.TOP + count}"
    _count(page, draft, CORRELATIONS, there, f"$C${top + 1}:$C${top + count}", correlations.TITLE)
    assert BASE == correlations.RANK


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Audit: what the book was given",
    subtitle=lambda made: "Stored values, each row beside its row on the Inputs sheet",
    about="What the book and its run were given, and how much has changed since",
    place=_place,
    write=_write,
)
