"""The audit sheet of what the book was given, beside which edits and stale runs are seen."""

from __future__ import annotations

from typing import Final

from ..address import FIRST_ROW, HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from .inputs import BASE, DISTRIBUTION

TITLE: Final = "Audit baseline"


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write what the run was given, row by row beside the Inputs sheet, so that a change is seen."""
    page.heads(
        HEAD_ROW,
        {0: "Name in the files", 1: "Unit", BASE: "Base at the run", DISTRIBUTION: "Distribution at the run"},
        99,
    )
    page.widths = {0: 44, 1: 12, BASE: 16, DISTRIBUTION: 40}
    page.freeze = (HEAD_ROW + 1, 1)
    for found in made.case.inputs:
        at = draft.names[found.name].row
        page.text(at, 0, found.name)
        page.text(at, 1, str(found.unit), "unit")
        page.number(at, BASE, found.base, found.unit.number_format, "stored")
        if found.distribution is not None:
            page.text(at, DISTRIBUTION, found.written)
    page.text(FIRST_ROW, 0, "Each row stands beside its row on the Inputs sheet.", "subtitle")


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Audit: what the run was given",
    subtitle=lambda made: "Stored values, compared with the Inputs sheet",
    about="The inputs that the stored run was given",
    write=_write,
)
