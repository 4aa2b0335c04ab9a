"""The cover: what this is and as of when, whether it holds, where everything stands and what the colours mean."""

from __future__ import annotations

from typing import Final

from ...model import GROUP_TITLES
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Cover"
NAME, TEXT = 0, 1
COLOURS: Final = {
    "input": "Blue: a number that somebody chose or that a run stored. Change the blue cells of the Inputs sheet.",
    "formula": "Black: a formula over cells of the same sheet.",
    "link": "Green: a formula that reads another sheet.",
}
SCOPES: Final = {
    GROUP_TITLES["parts"]: "Each part's worth and what the group owns of it",
    GROUP_TITLES["bridge"]: "From the parts to the equity of the group and to one share",
}


def _write(page: Page, made: Material, draft: Draft) -> None:
    page.widths = {NAME: 36, TEXT: 90}
    page.freeze = (HEAD_ROW, 0)
    page.heads(HEAD_ROW, {NAME: "Sheet", TEXT: "What it shows"}, right_from=99)
    at = HEAD_ROW + 1
    for title, other in draft.pages.items():
        if title != page.title:
            page.text(at, NAME, title)
            page.links[at, NAME] = title
            page.text(at, TEXT, other.about or SCOPES.get(title, other.heading))
            at += 1
    at += 1
    page.text(at, NAME, "Colours", "section")
    for style, text in COLOURS.items():
        at += 1
        page.text(at, NAME, text.partition(":")[0], style)
        page.text(at, TEXT, text.partition(": ")[2])
    at += 2
    page.text(at, NAME, "About", "section")
    for label, text in _about(made).items():
        at += 1
        page.text(at, NAME, label)
        page.text(at, TEXT, text)


def _about(made: Material) -> dict[str, str]:
    run = made.simulation
    found = "no simulation" if run is None else f"{run.draws:,} draws, seed {run.seed}, {run.kind}"
    return {"Valuation date": made.case.date or "not given", "Money": f"{made.case.currency} m", "Run": found}


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: made.case.name,
    subtitle=lambda made: f"Sum of the parts as of {made.case.date}" if made.case.date else "Sum of the parts",
    about="",
    write=_write,
    closing=True,
)
