"""The page Live draws data: the stored random numbers behind the live draws, a row an input, a column a draw.

They are the first draws of the run as probabilities, so ranks and correlations are those of the run. An input whose
distribution no short formula draws from keeps the values of the run, and does not move.
"""

from __future__ import annotations

from typing import Final

from ...formula import Reference, Row
from ...simulation.few import Few
from ...units import Unit
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..replica_block import COLUMN_WIDTH, FIRST, LABEL, MODEL, UNIT
from ..sheet import Material, Sheet
from . import inputs

TITLE: Final = "Live draws data"
PROBABILITY: Final = Unit(shown="rate")
FINE: Final = "0.000000_);(0.000000)"
MOVES, STAYS = "moves with Inputs", "stays as the run drew it"


def _prepare(made: Material, draft: Draft) -> None:
    """A lane for each uncertain input, and what the input is at it: a quantile of the cells of its distribution."""
    few = _few(made)
    for name in few.names:
        found = made.case.input(name)
        lane = Reference(Row(TITLE, f"Probability of {name}", PROBABILITY, False))
        formula = inputs.live(made.recording, draft, found, lane)
        draft.lanes[name] = lane if formula is not None else Reference(Row(TITLE, name, found.unit, False))
        draft.live[name] = formula if formula is not None else draft.lanes[name]


def stays(draft: Draft) -> list[str]:
    """The inputs that keep the values of the run."""
    return [name for name, formula in draft.live.items() if formula is draft.lanes[name]]


def _few(made: Material) -> Few:
    assert made.few is not None
    return made.few


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write what is stored of each input in the row of its lane."""
    few = _few(made)
    page.heads(HEAD_ROW, {LABEL: "Uncertain input", UNIT: "Unit", MODEL: "In live draws"})
    page.freeze = (HEAD_ROW + 1, FIRST)
    page.widths = {LABEL: 60, UNIT: 12, MODEL: 22, **dict.fromkeys(range(FIRST, FIRST + few.draws), COLUMN_WIDTH)}
    for number in range(few.draws):
        page.text(HEAD_ROW, FIRST + number, f"Draw {number + 1}", "head_right")
    staying = set(stays(draft))
    for number, name in enumerate(few.names):
        at, lane = HEAD_ROW + 1 + number, draft.lanes[name].row
        page.text(at, LABEL, name)
        page.text(at, UNIT, str(lane.unit) if name in staying else "probability", "unit")
        page.text(at, MODEL, STAYS if name in staying else MOVES)
        stored = few.values[number] if name in staying else few.uniforms[number]
        fmt = inputs.shown(float(stored[0]), lane.unit) if name in staying else FINE
        for column, value in enumerate(stored.tolist(), start=FIRST):
            page.number(at, column, value, fmt)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: TITLE,
    subtitle=lambda made: "The first draws of the run as probabilities, as dependent as there; nothing to type here",
    about="The stored random numbers behind the live draws",
    write=_write,
    needed=lambda made: made.few is not None,
    prepare=_prepare,
)
