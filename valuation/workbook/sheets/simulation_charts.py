"""The sheet of what the charts of a run show: its histogram and the convergence of its estimates."""

from __future__ import annotations

from typing import Final

from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from . import convergence, histogram


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write both tables, one below the other, and both charts beside them."""
    assert made.simulation is not None
    page.widths = dict(histogram.WIDTHS)
    page.freeze = (HEAD_ROW + 1, 1)
    histogram.write_histogram(page, made.case, made.simulation)
    convergence.write_convergence(page, made.case, made.simulation)


SHEET: Final = Sheet(
    "Simulation charts",
    heading=lambda made: "Simulation: histogram and convergence",
    subtitle=lambda made: f"The stored run, {made.case.quote}; numbers in blue do not follow the inputs",
    about="Histogram and cumulative distribution of the last run, and how its estimates settled",
    needed=lambda made: made.simulation is not None,
    write=_write,
)
