"""Stakes: an equity value taken from a market, a round, a transaction or the books."""

from __future__ import annotations

from typing import Literal

from ..calculation import MissingAssumption
from ..kinds import Money, Share
from ..lines import Line
from .method import Worth, method


@method
def stake(
    line: Line,
    *,
    value: Money | None = None,
    paid: Money | None = None,
    fraction: Share | None = None,
    basis: Literal["market value", "last round", "transaction", "book value", "estimate"] = "market value",
    discount: Share = 0.0,
) -> Worth:
    """Equity value of a company in which a stake is held: given, or what was paid over the fraction bought.

    The stake itself is the segment's ``owned``. A post-money value treats all share classes alike and overstates
    common equity (Gornall and Strebulaev, 2020). Sources: IPEV guidelines (2022); Koller et al. (2020), ch. 16.

    Args:
        value: equity value; 100 % of the company
        paid: price paid; for the fraction bought in the last round or transaction
        fraction: fraction bought; of the equity, fully diluted
        basis: basis; where the value comes from
        discount: discount; for a lock-up or lack of marketability
    """
    line.heading(f"Equity by {basis}")
    if value is not None and (paid is not None or fraction is not None):
        raise TypeError("expected either value, or paid and fraction, found both")
    if value is None:
        if paid is None:
            raise MissingAssumption("value", "give it, or paid and fraction")
        if fraction is None:
            raise MissingAssumption("fraction", "paid comes with it")
        value = line("Implied value of 100 %", paid / fraction)
    return Worth(line("Equity value of the company", value * (1 - discount)), "equity")
