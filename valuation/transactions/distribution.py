"""Pro rata distribution: the holders of the parent get shares of the new company for nothing, a spin-off proper."""

from __future__ import annotations

from typing import Any

from ..kinds import Money, Number, Share
from ..lines import Line
from ..units import RATE
from .outcome import settle
from .part import at_the_date, equity_that_leaves, payments, share_that_leaves
from .pro_forma import ProForma, pro_forma
from .route import GROUP, HOLDERS, Before, Outcome, route
from .terms import Terms

IN_HANDS = "Shares of the new company in holders' hands"


@route
def distribution(
    line: Line,
    before: Before,
    *,
    new_shares: Number,
    retained: Share | None = None,
    debt_push_down: Money | None = None,
    terms: Terms,
    balance: ProForma,
) -> Outcome:
    """Give the part to the parent's holders: so many of its shares for each share of the parent, some kept.

    A share with the right to the distribution is worth P_ex + r P_spin. The new company may borrow D before it leaves
    and pay it out to its owners: its enterprise value stays, its equity falls by D. Taxable is what is distributed. A
    draw in which the new company is worth nothing, or more is kept than is owned, is invalid (NaN).
    Sources: IRC 355 and 358 (basis of the holders split by market values); GE, Form 10-K 2022 (GE HealthCare); eBay,
    Form 8937 (2015); HKEX Practice Note 15 (distribution in specie as assured entitlement).

    >>> from valuation.transactions import Before, distribution
    >>> group = Before(equity=300.0, owned=1.0, group_equity=1000.0, shares=100.0, factor=0.01)
    >>> given = dict(new_shares=0.5, retained=0.2, market_value=360.0, one_off_costs=10.0)
    >>> lines = distribution(group, probability=1.0, **given)
    >>> float(lines["Shares of the new company"][0])  # 50 m distributed are 80 %
    62.5
    >>> float(lines["Value of one share of the new company"][0])  # 360 / 62.5
    5.76
    >>> float(lines["After, per share of the parent"][0])  # 1000 + 60 of re-rating - 10 of costs, over 100
    10.5

    Args:
        new_shares: new shares per share; of the new company for each share of the parent, 1/3 for one for three
        retained: share kept; by the parent, as a share of the new company (IRC 355 allows up to 20 %)
        debt_push_down: debt pushed down; borrowed by the new company and paid out to its owners before it leaves

    Example:
        probability: 60%
        years_until: 1 years
        discount_rate: 10%
        new_shares: 1
        standalone_cost: 4 CNY m
        stranded_cost: 3 CNY m
        cost_rate: 9%
        one_off_costs: 5 CNY m
    """
    part = at_the_date(line, before, terms)
    line.heading("The distribution")
    equity = equity_that_leaves(line, part, debt_push_down)
    given = share_that_leaves(line, part, retained)
    handed_out = line("Shares distributed", new_shares * before.shares)
    shares = line("Shares of the new company", handed_out / given)
    price = line("Value of one share of the new company", equity / shares)
    kept = None if retained is None else line("Stake kept, at market", retained * equity)

    has = {IN_HANDS: handed_out * price}
    cash = None
    if debt_push_down is not None:
        cash = has["Cash to the parent"] = line("Cash from the new company's debt", part.owned * debt_push_down)
    paid = payments(line, part, terms, given * equity)
    owners = {GROUP: given * 0 if retained is None else retained, HOLDERS: given}
    outcome = settle(line, before, part, terms, paid, has=has, differences={}, kept=kept, owners=owners)
    parent = _prices(line, before, outcome, part.today(new_shares * price))
    pro_forma(line, balance, terms, paid, raised=debt_push_down, received=cash, kept=kept, equity=parent)
    return outcome


def _prices(line: Line, before: Before, outcome: Outcome, new: Any) -> Any:
    """Prices with and without the right, and the split of the holders' tax basis; returns the parent's equity after."""
    line.heading("One share with and without the right, in today's money")
    parent = line("Equity of the parent after", outcome.after - outcome.has[IN_HANDS])
    without = line("Share of the parent without the right", parent / before.shares)
    right = line("Shares of the new company for one share", new)
    cum = line("Share of the parent with the right", without + right)
    line("Tax basis that stays with the parent's share", without / cum, show=RATE)
    line("Tax basis that goes to the new shares", right / cum, show=RATE)
    return parent
