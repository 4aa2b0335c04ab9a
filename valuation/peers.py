"""Tables of peers: which columns hold numbers, and ratios that follow from two of them."""

from __future__ import annotations

from collections.abc import Sequence


def derived_ratio(column: str, numeric: Sequence[str]) -> tuple[str, str] | None:
    """Return (ev, sales) for the column ev_sales when a table has both but not their ratio."""
    for above in numeric:
        below = column.removeprefix(f"{above}_")
        if below != column and below in numeric:
            return above, below
    return None
