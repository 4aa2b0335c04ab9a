"""The base case as tables: parts, bridge, one share, transactions and the price; with a run also its ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..tables import Bold, Cells, Column, Table, note

if TYPE_CHECKING:
    from ..base_case import BaseCase, Part, TransactionResult
    from ..simulation.results import Simulation

ENDS = (0.05, 0.5, 0.95)


def base_tables(base: BaseCase, simulation: Simulation | None = None) -> list[Table]:
    """Parts and bridge down to one share, transactions if there are any, and the price."""
    found = [parts_table(base, simulation)]
    if base.transactions:
        found.append(transactions_table(base))
    return found + price_note(base)


def parts_table(base: BaseCase, simulation: Simulation | None = None) -> Table:
    """A row for each part and bridge item and one for the value per share, with the ranges of a run."""
    case = base.case
    ranges = [] if simulation is None else [Column(f"P{100 * q:g}", right=True) for q in ENDS]
    columns = (
        Column("part"),
        Column(f"value, {case.currency} m", right=True),
        Column("owned", right=True),
        Column(str(case.quote), right=True),
        *ranges,
    )
    empty = ("",) * len(ranges)
    parts = tuple(_part(part, simulation) for part in base.parts)
    bridge = tuple((*row, *empty) for row in _bridge(base))
    last = () if simulation is None else tuple(f"{simulation.quantiles[q]:,.2f}" for q in ENDS)
    share = (Bold("value per share"), f"{base.equity:,.0f}", "", Bold(f"{base.per_share:,.2f}"), *last)
    return Table(f"{case.name}, {case.date}".removesuffix(", "), columns, (parts, bridge, (share,)))


def _part(part: Part, simulation: Simulation | None) -> Cells:
    row = (part.name, f"{part.attributable:,.0f}", f"{part.owned:.1%}", f"{part.per_share:,.2f}")
    if simulation is None:
        return row
    quantiles = simulation.part_quantiles(part.id)
    return (*row, *(f"{quantiles[q]:,.2f}" for q in ENDS))


def _bridge(base: BaseCase) -> Iterator[Cells]:
    for step in base.steps:
        yield step.label, f"{step.amount:,.0f}", "", f"{step.amount * base.factor:,.2f}"


def transactions_table(base: BaseCase) -> Table:
    """Each transaction as if it were certain, and what its probability makes of it."""
    heads = ("probability", "before", "after", "expected change")
    columns = (Column("transaction"), Column("route"), *(Column(head, right=True) for head in heads))
    rows = tuple(
        (
            found.name,
            found.route,
            f"{found.probability:.1%}",
            *(f"{amount * base.factor:,.2f}" for amount in (found.before, found.after)),
            f"{found.expected_per_share:+,.2f}",
        )
        for found in base.transactions
    )
    return Table(f"Transactions, {base.case.quote}", columns, (rows,))


def price_note(base: BaseCase) -> list[Table]:
    """The price and how far the base case is from it; nothing without a price."""
    if base.price is None or base.upside is None:
        return []
    return [note(f"price {base.price:,.2f} {base.case.quote}; base case {base.upside:+.1%} against it")]


def part_table(part: Part) -> Table:
    """One part: what its method found, what is owned of it, and what that is worth."""
    rows = (
        ("method", part.method),
        *((("enterprise value", f"{part.enterprise_value:,.0f}"),) if part.enterprise_value is not None else ()),
        ("equity value", f"{part.equity_value:,.0f}"),
        ("owned", f"{part.owned:.1%}"),
        ("attributable", f"{part.attributable:,.0f}"),
        ("per share", f"{part.per_share:,.2f}"),
    )
    columns = (Column(""), Column("base case, in the case's money", right=True))
    return Table(part.name, columns, (rows,))


def transaction_table(found: TransactionResult) -> Table:
    """One transaction: from what holders had, by each difference, to what they have."""
    before = ((Bold("holders had"), Bold(f"{found.before:,.0f}")),)
    steps = tuple((name, f"{amount:+,.0f}") for name, amount in found.differences.items())
    after = ((Bold("holders have"), Bold(f"{found.after:,.0f}")),)
    has = tuple((f"of which {name}", f"{amount:,.0f}") for name, amount in found.has.items())
    text = f"probability {found.probability:.1%}; {found.expected_per_share:+,.2f} a quoted share by its probability"
    columns = (Column(f"{found.route} of {found.part}"), Column("in the case's money", right=True))
    return Table(found.name, columns, (before, steps, (*after, *has)), (text,))
