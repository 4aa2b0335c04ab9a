"""Sale: the part is sold for cash, wholly or but for a stake."""

from __future__ import annotations

from typing import Any

from ..kinds import Money, Rate, Share
from ..lines import Line
from ..operations import not_negative
from .outcome import settle
from .part import at_the_date, payments, share_that_leaves, together, without
from .route import BUYERS, GROUP, Before, Outcome, route
from .terms import Terms


@route
def sale(
    line: Line,
    before: Before,
    *,
    price: Money | None = None,
    premium: Rate | None = None,
    retained: Share | None = None,
    terms: Terms,
) -> Outcome:
    """Sell the part to a buyer: net proceeds are P - t max(0, P - basis) - costs, and the part's value leaves.

    The price is for 100 % of the equity at the date: given, or the market value plus a premium, or the market value. A
    draw with a negative price is invalid (NaN): nobody has to pay for being rid of a limited company.
    Sources: Koller, Goedhart, Wessels, Valuation (2020), chapter on divestitures; SAT Bulletin 7/2015.

    >>> from valuation.transactions import Before, sale
    >>> group = Before(equity=200.0, owned=1.0, group_equity=1000.0, shares=100.0, factor=0.01)
    >>> lines = sale(group, probability=1.0, premium=0.2, tax_rate=0.25, tax_basis=100.0, one_off_costs=5.0)
    >>> [float(lines[name][0]) for name in ("Proceeds of the sale", "Net proceeds", "Change of the group's equity")]
    [240.0, 200.0, 0.0]

    Args:
        price: price; for 100 % of the part's equity, at the date
        premium: control premium; of the price over the market value, instead of price
        retained: share kept; by the parent, as a share of the part

    Example:
        probability: 30%
        years_until: 1 years
        discount_rate: 10%
        premium: ~ pert(0%, 15%, 30%)
        tax_rate: 25%
        tax_basis: 200 CNY m
        one_off_costs: 5 CNY m
    """
    if price is not None and premium is not None:
        raise TypeError("expected either price or premium, found both")
    part = at_the_date(line, before, terms)
    line.heading("The sale")
    sold = share_that_leaves(line, part, retained)
    asked = price
    if asked is None:
        asked = part.worth if premium is None else part.worth * (1 + premium)
    paid_for_all = line("Price of 100 %", not_negative(asked))
    proceeds = line("Proceeds of the sale", sold * paid_for_all)
    kept = None if retained is None else line("Stake kept, at market", retained * part.worth)
    paid = payments(line, part, terms, proceeds)
    line("Net proceeds", without(proceeds, together(*paid.cash)))

    differences: dict[str, Any] = {}
    if price is not None:
        differences["Price over market value"] = sold * (price - part.worth)
    if premium is not None:
        differences["Price over market value"] = sold * part.worth * premium
    has = {"Cash to the parent": proceeds}
    owners = {GROUP: sold * 0 if retained is None else retained, BUYERS: sold}
    return settle(line, before, part, terms, paid, has=has, differences=differences, kept=kept, owners=owners)
