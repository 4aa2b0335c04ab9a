"""What the price implies, as tables: base beside implied, and what other parts change about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..tables import Bold, Column, Table, Text, note
from ..units import change, shown

if TYPE_CHECKING:
    from ..reverse import Solution


def solution_tables(found: Solution) -> list[Table]:
    """Base beside implied, how likely that is, and what other parts change about it."""
    title = note(f"{found.case.name}: what the price implies for {found.unknown.name}")
    others = [_others(found)] if found.sensitivity else []
    return [title, _levels(found), *others, *(note(f"note: {text}") for text in found.notes)]


def _levels(found: Solution) -> Table:
    what, rows = found.unknown, []
    if what.sort != "part":
        label = {"path": "shift of every year", "event": "probability"}.get(what.sort, what.name)
        amounts = [_implied(found, amount) for amount in (what.base, found.implied)]
        rows.append((label, *amounts, change(found.difference, what.unit)))
    for level in found.levels:
        amounts = [shown(level.base, level.unit), shown(level.implied, level.unit)]
        rows.append((level.label, *amounts, change(level.implied - level.base, level.unit)))
    columns = (Column(what.label), *(Column(head, right=True) for head in ("base", "implied", "difference")))
    return Table("", columns, (tuple(rows),), tuple(_chances(found)))


def _chances(found: Solution) -> Iterator[Text]:
    quote = found.case.quote
    yield f"price {shown(found.price, quote)}; base case {shown(found.value, quote)}"
    if found.probability is not None:
        whence = "its own distribution" if found.exact else f"{found.simulation.draws:,} draws"
        yield "probability that it is at least that good: ", Bold(f"{found.probability:.1%}"), f" ({whence})"
    if found.simulation.valid:
        yield "probability that value is above the price: ", Bold(f"{found.probability_above_price:.1%}")


def _others(found: Solution) -> Table:
    rows = tuple(
        (other.name, *("out of reach" if end is None else _implied(found, end) for end in (other.lower, other.higher)))
        for other in found.sensitivity
    )
    columns = (Column("part"), Column("10% less", right=True), Column("10% more", right=True))
    return Table("implied when another part is worth 10% less or more:", columns, (rows,), above=True)


def _implied(found: Solution, amount: float) -> str:
    return change(amount, found.unknown.unit) if found.unknown.sort == "path" else shown(amount, found.unknown.unit)
