"""How figures of analyses are spelled, and tables of inputs laid out, everywhere alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from ..tables import Cells, Column, Table, Text

ROWS: Final = 15


def table(title: str, heads: Sequence[str], rows: Iterable[Cells], notes: Iterable[Text] = (), left: int = -1) -> Table:
    """A table whose first column, and the one numbered ``left``, hold texts; the terminal shows the first rows."""
    columns = tuple(
        Column(head, right=number not in (0, left), whole=number in (0, left)) for number, head in enumerate(heads)
    )
    return Table(title, columns, (tuple(rows),), tuple(notes), above=True, most=ROWS)


def amount(value: float) -> str:
    """An amount of money a share; n/a where there is none."""
    return f"{value:,.2f}" if math.isfinite(value) else "n/a"


def signed(value: float) -> str:
    """A number with its sign."""
    return f"{value:+.2f}" if math.isfinite(value) else "n/a"


def percent(value: float, sign: bool = False) -> str:
    """A share, with its sign where that matters."""
    return (f"{value:+.1%}" if sign else f"{value:.1%}") if math.isfinite(value) else "n/a"


def left_out(count: int) -> str:
    """How many draws or evaluations were impossible."""
    return f"; {count:,} left out as impossible" if count else ""


def noted(text: str) -> list[Text]:
    """A note, if there is one."""
    return [f"note: {text}"] if text else []
