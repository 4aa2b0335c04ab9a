"""What each cell of a book stands for in the files, so that an edit of it can go back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from ..lines import snake
from ..workbook.address import HEAD_ROW, Cell
from ..workbook.book import Plan
from ..workbook.pages import TextCell
from ..workbook.sheets import correlations, inputs, scenarios
from ..workbook.sheets.scenarios import NOT_CHANGED, OWN_FORMULA

PEERS: Final = "peers."
ID, PROBABILITY, WHY = "Name in the files", "Probability", "Why"
AS_BASE: Final = (NOT_CHANGED, OWN_FORMULA, "no reason given")
"""What cells say that stand for nothing in the files: a scenario leaves an input as it is, or has no reason."""
Kind = Literal[
    "base", "distribution", "number", "why",
    "rank", "weight", "pair why", "probability", "overlay", "scenario why", "peer", "base year", "fixed",
]  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What a cell stands for: of an input, a pair of inputs, a scenario, a peer; ``part`` says which of its numbers.

    ``refusal`` says why an edit cannot go back. ``free`` numbers, such as a shape, have no unit.
    """

    kind: Kind
    name: str
    part: str = ""
    refusal: str = ""
    may_be_blank: bool = False
    free: bool = False

    @property
    def text(self) -> bool:
        """Whether the cell holds a text."""
        return self.kind in ("distribution", "why", "pair why", "scenario why")

    @property
    def group(self) -> tuple[str, str]:
        """What the edits of several cells are about together."""
        match self.kind:
            case "base" | "distribution" | "number" | "why":
                return "input", self.name
            case "rank" | "weight" | "pair why":
                return "pair", f"{self.name} {self.part}"
            case _:
                return self.kind, f"{self.name} {self.part}"


def targets(plan: Plan) -> dict[Cell, Target]:
    """Return what each cell stands for that can be edited, or whose edit must be told of."""
    return dict([*_inputs(plan), *_correlations(plan), *_scenarios(plan), *_peers(plan)])


def _inputs(plan: Plan) -> Iterator[tuple[Cell, Target]]:
    case, draft = plan.made.case, plan.draft
    page = draft.pages[inputs.TITLE]
    if draft.base_year is not None:
        yield draft.base_year, Target("base year", "base_year")
    for found in case.inputs:
        row = draft.names[found.name].row
        yield page.cell(row, inputs.BASE), Target("base", found.name)
        yield page.cell(row, inputs.DISTRIBUTION), Target("distribution", found.name, may_be_blank=True)
        rows = [number.row for number in draft.parameters.get(found.name, ())]
        for number, column in enumerate(inputs.NUMBERS):
            free = number < len(rows) and rows[number].unit != found.unit
            yield (
                page.cell(row, column),
                Target("number", found.name, str(number), may_be_blank=number >= len(rows), free=free),
            )
        yield page.cell(row, inputs.WHY), Target("why", found.name, may_be_blank=True)
        for column, what in ((inputs.UNIT, "unit"), (inputs.SOURCE, "source")):
            refusal = f"the {what} of an assumption is changed in its file"
            yield page.cell(row, column), Target("fixed", found.name, what, refusal)
    for line, _ in plan.made.recording.constants.values():
        refusal = "a constant of a method or a check stands in no assumption file"
        yield draft.cells[line], Target("fixed", f"constant.{snake(line.label)}", refusal=refusal)


def _correlations(plan: Plan) -> Iterator[tuple[Cell, Target]]:
    page = plan.draft.pages.get(correlations.TITLE)
    if page is None:
        return
    for row, pair in enumerate(plan.made.case.correlations, start=correlations.TOP):
        kept = "" if math.isfinite(pair.weight) else "a pair that is kept as it is is changed in its file"
        yield page.cell(row, correlations.RANK), Target("rank", *pair.between)
        yield page.cell(row, correlations.WEIGHT), Target("weight", *pair.between, refusal=kept)
        yield page.cell(row, correlations.WHY), Target("pair why", *pair.between, may_be_blank=True)


def _scenarios(plan: Plan) -> Iterator[tuple[Cell, Target]]:
    """Numbers that scenarios lay over inputs, told by the heads of the sheet; below, probabilities and reasons."""
    page, names = plan.draft.pages.get(scenarios.SHEET.title), list(plan.made.case.scenarios)
    if page is None:
        return
    texts = {place: cell.text for place, cell in page.cells.items() if isinstance(cell, TextCell)}
    heads = {text: column for (row, column), text in texts.items() if row == HEAD_ROW}
    base, known = heads[scenarios.BASE_CASE], {found.name for found in plan.made.case.inputs}
    for (row, column), text in sorted(texts.items()):
        if column == heads[ID] and text in known:
            for number, scenario in enumerate(names, start=1):
                yield page.cell(row, base + number), Target("overlay", text, scenario, may_be_blank=True)
        elif (column, text) == (0, PROBABILITY):
            for number, scenario in enumerate(names, start=1):
                yield page.cell(row, base + number), Target("probability", "scenarios", scenario)
        elif (column, text) == (0, WHY):
            for number, scenario in enumerate(names, start=1):
                if texts.get((row + number, 0)) == scenario:
                    yield (
                        page.cell(row + number, base),
                        Target("scenario why", "scenarios", scenario, may_be_blank=True),
                    )


def _peers(plan: Plan) -> Iterator[tuple[Cell, Target]]:
    for cell, (table, head, peer) in plan.draft.pasted.items():
        yield cell, Target("peer", f"{PEERS}{table}.{head}", str(peer), may_be_blank=True)
