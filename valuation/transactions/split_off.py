"""Split-off: the parent offers shares of the new company for its own shares, at a discount; its own shares fall."""

from __future__ import annotations

from typing import Any

from ..kinds import Money, Price, Share, Shares
from ..lines import Line
from ..operations import above, below, both, valid
from ..units import NUMBER
from .outcome import settle
from .part import at_the_date, equity_that_leaves, less, payments, share_that_leaves
from .route import GROUP, HOLDERS, Before, Outcome, route
from .terms import Terms


@route
def split_off(
    line: Line,
    before: Before,
    *,
    part_shares: Shares,
    discount: Share | None = None,
    retained: Share | None = None,
    parent_price: Price | None = None,
    debt_push_down: Money | None = None,
    terms: Terms,
) -> Outcome:
    """Exchange shares of the part for shares of the parent, which are then cancelled.

    For one share of the parent those who tender get x = P_parent / ((1 - d) P_part) shares of the part; the parent's
    shares fall by the shares offered over x. The discount moves value from those who stay to those who tender, and none
    of all of them together: ``after`` counts both. A draw in which as many shares would be tendered as there are, or
    the part is worth nothing, is invalid (NaN).
    Sources: IRC 355 (exchange of shares); General Electric and Synchrony (2015): a 7 % discount, so 107.53 of Synchrony
    for each 100 of General Electric.

    >>> from valuation.transactions import Before, split_off
    >>> group = Before(equity=200.0, owned=1.0, group_equity=1000.0, shares=100.0, factor=0.01)
    >>> lines = split_off(group, probability=1.0, part_shares=50.0, discount=0.2)
    >>> names = ("Exchange ratio", "Shares tendered", "Value for a share tendered", "Value of a share that stays")
    >>> [round(float(lines[name][0]), 4) for name in names]  # 10 / (80 % x 4); 50 / 3.125; (1000 - 200) / 84
    [3.125, 16.0, 12.5, 9.5238]

    Args:
        part_shares: shares of the part; fully diluted
        discount: exchange discount; of the part's share, a gift to those who tender
        retained: share kept; by the parent, as a share of the part
        parent_price: price of the parent's share; money a share at the date, without it the value of a share before
        debt_push_down: debt pushed down; borrowed by the part and paid out to its owners before the exchange

    Example:
        probability: 25%
        years_until: 1 years
        discount_rate: 10%
        part_shares: 400 m shares
        discount: 7%
        one_off_costs: 5 CNY m
    """
    part = at_the_date(line, before, terms)
    line.heading("The exchange")
    equity = equity_that_leaves(line, part, debt_push_down)
    given = share_that_leaves(line, part, retained)
    price = line("Value of one share of the part, today", part.today(equity / part_shares))
    own = before.group_equity / before.shares if parent_price is None else part.today(parent_price)
    parent = line("Price of one share of the parent, today", own)
    offered = line("Shares of the part offered", given * part_shares)
    ratio = line("Exchange ratio", parent / less(price, discount), show=NUMBER)
    tendered = offered / ratio
    possible = both(above(ratio, 0), below(tendered, before.shares))
    tendered = line("Shares tendered", valid(possible, tendered))
    kept = None if retained is None else line("Stake kept, at market", retained * equity)

    has: dict[str, Any] = {"Shares of the part in hands of those who tender": tendered * ratio * equity / part_shares}
    if debt_push_down is not None:
        has["Cash to the parent"] = part.owned * debt_push_down
    paid = payments(line, part, terms, given * equity)
    owners = {GROUP: given * 0 if retained is None else retained, HOLDERS: given}
    outcome = settle(line, before, part, terms, paid, has=has, differences={}, kept=kept, owners=owners)
    _both_sides(line, before, outcome, tendered, ratio * price)
    return outcome


def _both_sides(line: Line, before: Before, outcome: Outcome, tendered: Any, got: Any) -> None:
    """What a share is worth that is tendered and one that stays; their gains over the average are nothing together."""
    line.heading("Those who tender and those who stay, in today's money")
    staying = line("Shares of the parent after", before.shares - tendered)
    average = line("Average value of a share", outcome.after / before.shares)
    tender = line("Value for a share tendered", got)
    stay = line("Value of a share that stays", (outcome.after - tendered * tender) / staying)
    gain = line("Gain of those who tender", tendered * (tender - average))
    loss = line("Gain of those who stay", staying * (stay - average))
    line("Gains together", gain + loss)
