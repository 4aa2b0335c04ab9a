"""The pro forma after a part has left: balance items and earnings of the parent and of the new company."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ..calculation import needed
from ..kinds import Money
from ..lines import Line
from ..operations import shown_ratio
from ..units import MULTIPLE
from .part import Paid, together, without
from .terms import Terms


@dataclass(frozen=True)
class ProForma:
    """Balance items and earnings before the transaction, consolidated and of the part; a memo that moves no value.

    Source of the lay-out: Regulation S-X, article 11; GE, Form 8-K of January 2023.

    Args:
        group_cash: cash of the group; consolidated, before
        part_cash: cash left with the part; needed with group_cash
        group_borrowings: borrowings of the group; consolidated, before
        part_borrowings: borrowings of the part; that leave with it, needed with group_borrowings
        group_securities: investment securities of the group; to which the stake kept is added
        group_ebita: EBITA of the group; consolidated, before
        part_ebita: EBITA of the part; needed with group_ebita
    """

    group_cash: Money | None = None
    part_cash: Money | None = None
    group_borrowings: Money | None = None
    part_borrowings: Money | None = None
    group_securities: Money | None = None
    group_ebita: Money | None = None
    part_ebita: Money | None = None


def pro_forma(
    line: Line, given: ProForma, terms: Terms, paid: Paid, *, raised: Any, received: Any, kept: Any, equity: Any
) -> None:
    """Write the pro forma of what is given.

    ``raised`` is the new company's new debt, which it pays out to its owners, ``received`` what of it reaches the
    parent, ``equity`` the parent's equity after, in today's money. A ratio to a loss is shown as 0.
    """
    if all(getattr(given, entry.name) is None for entry in fields(given)):
        return
    line.heading("Pro forma, at the date")
    cash = _cash(line, given, paid, received)
    borrowings = _borrowings(line, given, raised)
    if given.group_securities is not None:
        line("Securities of the parent, pro forma", together(given.group_securities, kept))
    debts: list[Any] = [None, None]
    if cash is not None and borrowings is not None:
        debts[0] = line("Net debt of the parent, pro forma", borrowings[0] - cash[0])
        debts[1] = line("Net debt of the new company, pro forma", borrowings[1] - cash[1])
    if given.group_ebita is not None:
        _earnings(line, given, terms, debts, equity)


def _cash(line: Line, given: ProForma, paid: Paid, received: Any) -> tuple[Any, Any] | None:
    if given.group_cash is None:
        return None
    left = line("Cash that leaves with the part", needed(given.part_cash, "part_cash", "group_cash comes with it"))
    cash = together(given.group_cash - left, received)
    if paid.cash:
        cash = cash - line("Costs and taxes paid at the date", together(*paid.cash))
    return line("Cash of the parent, pro forma", cash), left


def _borrowings(line: Line, given: ProForma, raised: Any) -> tuple[Any, Any] | None:
    if given.group_borrowings is None:
        return None
    own = needed(given.part_borrowings, "part_borrowings", "group_borrowings comes with it")
    consolidated = line("Borrowings with the new debt, consolidated", together(given.group_borrowings, raised))
    leaving = line("Borrowings of the new company, pro forma", together(own, raised))
    return line("Borrowings of the parent, pro forma", consolidated - leaving), leaving


def _earnings(line: Line, given: ProForma, terms: Terms, debts: list[Any], equity: Any) -> None:
    own = needed(given.part_ebita, "part_ebita", "group_ebita comes with it")
    rest = given.group_ebita - own
    parent = line("EBITA of the parent, pro forma", without(rest, terms.stranded_cost))
    new = line("EBITA of the new company, pro forma", without(own, terms.standalone_cost))
    for name, debt, ebita in (("parent", debts[0], parent), ("new company", debts[1], new)):
        if debt is not None:
            line(f"Net debt to EBITA of the {name}", shown_ratio(debt, ebita), show=MULTIPLE)
    if debts[0] is not None:
        worth = line("Enterprise value of the parent, pro forma", equity + debts[0])
        line("EV/EBITA of the parent, pro forma", shown_ratio(worth, parent), show=MULTIPLE)
