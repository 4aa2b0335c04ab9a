"""Tracking stock: shares that follow the part are given or sold to the public, the part stays where it is."""

from __future__ import annotations

from typing import Any

from ..calculation import MissingAssumption, needed
from ..kinds import Money, Share
from ..lines import Line
from ..operations import at_least, below, both, positive, valid
from ..units import RATE
from .cap_table import underpricing
from .outcome import settle
from .part import at_the_date, less, payments, together
from .route import GROUP, HOLDERS, PUBLIC, Before, Outcome, route
from .terms import Terms


@route
def tracking_stock(
    line: Line,
    before: Before,
    *,
    distributed: Share | None = None,
    sold: Money | None = None,
    discount: Share | None = None,
    fee: Share | None = None,
    terms: Terms,
) -> Outcome:
    """Issue shares of the parent that follow the part: some to its holders for nothing, some for money.

    The part is not separated in law, so the holding discount stays on all of it, and buyers pay a price that bears it.
    The money is the parent's; taxable is what it sells. A draw that gives and sells more of the part than is owned, or
    whose part is worth nothing, is invalid (NaN).
    Sources: Billett and Mauer (2000), Diversification and the Value of Internal Capital Markets: the Case of Tracking
    Stock; General Motors classes E (1984) and H (1985).

    >>> from valuation.transactions import Before, tracking_stock
    >>> group = Before(equity=300.0, owned=1.0, group_equity=1000.0, shares=100.0, factor=0.01)
    >>> lines = tracking_stock(group, probability=1.0, distributed=0.5, holding_discount=0.2, market_value=400.0)
    >>> names = ("Tracking shares in holders' hands", "Stake kept", "Change of the group's equity")
    >>> [round(float(lines[name][0]), 6) for name in names]  # 80 % of 200 each; 80 % of the re-rating
    [160.0, 160.0, 80.0]

    Args:
        distributed: share distributed; of the part, that the tracking shares given to the parent's holders follow
        sold: money for tracking shares; gross, from shares that the parent sells to the public
        discount: IPO discount; of the offer price to the price of a tracking share after the offer
        fee: gross spread; of banks, as a share of the gross money

    Example:
        probability: 20%
        years_until: 1 years
        discount_rate: 10%
        distributed: 30%
        one_off_costs: 5 CNY m
    """
    if distributed is None and sold is None:
        raise MissingAssumption("distributed", "give it, or sold")
    part = at_the_date(line, before, terms)
    line.heading("The tracking shares")
    worth = line("Equity that is followed", positive(part.worth))
    has: dict[str, Any] = {}
    differences: dict[str, Any] = {}
    public = None
    if sold is not None:
        at_market = sold if discount is None else valid(below(discount, 1), sold / (1 - discount))
        value = line("Value of the tracking shares sold", at_market)
        public = line("Share of the part sold", value / less(worth, terms.holding_discount), show=RATE)
        has["Cash to the parent"] = less(sold, fee)
        if discount is not None:
            differences["Underpricing"] = -underpricing(sold, discount)
        if fee is not None:
            differences["Fees of the offer"] = -(sold * fee)
    if distributed is not None:
        has["Tracking shares in holders' hands"] = less(distributed * worth, terms.holding_discount)
    gone = line("Share of the part followed by tracking shares", together(distributed, public), show=RATE)
    possible = both(at_least(gone, 0), at_least(part.owned, gone))
    stays = line("Share of the part kept", valid(possible, part.owned - gone), show=RATE)
    kept = line("Stake kept, at market", stays * worth)
    if terms.tax_rate is not None or terms.stamp_duty is not None:
        needed(sold, "sold", "tax_rate and stamp_duty are on what the parent sells")
    paid = payments(line, part, terms, has.get("Cash to the parent"))
    under = part.owned * worth  # the price of what is sold bears the holding discount too
    owners = {GROUP: stays}
    if distributed is not None:
        owners[HOLDERS] = distributed
    if public is not None:
        owners[PUBLIC] = public
    return settle(
        line, before, part, terms, paid, has=has, differences=differences, kept=kept, discounted=under, owners=owners
    )
