"""The cap table of an offering: prices, and who holds how many shares before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..lines import Line
from ..operations import above, add_up, at_least, below, both, valid, within_whole
from ..units import RATE
from .part import less, together, without
from .route import EMPLOYEES, GROUP, PUBLIC


@dataclass(frozen=True)
class Offer:
    """Gross amounts of an offer, its greenshoe included; None where there is none. ``option`` is the greenshoe."""

    new: Any
    sold: Any
    option: Any


@dataclass(frozen=True)
class CapTable:
    """Prices of a share at the offer and in the market after it; shares offered, and who owns what after."""

    offered_at: Any
    fair: Any
    offered: Any
    stake: Any
    owners: dict[str, Any]


def underpricing(money: Any, discount: Any) -> Any:
    """What an offer of ``money`` at a discount to the fair price hands to its buyers: M d / (1 - d)."""
    return money * discount / (1 - discount)


def cap_table(
    line: Line, offer: Offer, *, old: Any, owned: Any, post: Any, discount: Any, employee_share: Any
) -> CapTable:
    """Price an offer and count its shares; ``post`` is the value of the company with the new money.

    Old shares and new money share what is left of ``post`` at the offer price: P S = (1 - d)(1 - e) post - M.
    """
    line.heading("Price and cap table")
    at_offer = less(less(post, employee_share), discount)
    old_at_offer = line("Old shares at the offer price", without(at_offer, offer.new))
    possible = above(old_at_offer, 0)
    if discount is not None:
        possible = both(possible, below(discount, 1))
    price = line("Offer price", valid(possible, old_at_offer / old))
    new = None if offer.new is None else line("New shares sold", offer.new / price)
    sold = None if offer.sold is None else line("Shares sold by the parent", offer.sold / price)
    if offer.option is not None:
        line("Of which greenshoe", offer.option / price)

    first = line("Shares of the parent before", old * owned)
    rows = [line("Shares of the parent after", first if sold is None else valid(at_least(first, sold), first - sold))]
    rows.append(line("Shares of other old holders", old - first))
    public = line("Shares of the public", together(new, sold))
    rows.append(public)
    if employee_share is not None:
        before_them = together(old, new)
        granted = before_them * employee_share / (1 - employee_share)
        rows.append(line("Shares of employees", valid(within_whole(employee_share), granted)))
    everything = line("Shares after the offer", add_up(*rows))
    fair = line("Fair price after the offer", post / everything)
    line("First-day return to the fair price", fair / price - 1, show=RATE)
    held = line("Public float", public / everything, show=RATE)
    stake = line("Stake of the parent after", rows[0] / everything, show=RATE)
    owners = {GROUP: stake, PUBLIC: held}
    if employee_share is not None:
        owners[EMPLOYEES] = employee_share
    return CapTable(price, fair, public, stake, owners)
