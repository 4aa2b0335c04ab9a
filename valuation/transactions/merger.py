"""Merger: the part is contributed to another company, and the group holds a stake in the two together."""

from __future__ import annotations

from typing import Any

from ..kinds import Money, Share
from ..lines import Line
from ..operations import above, positive, proper_share, valid
from ..units import RATE
from .outcome import settle
from .part import at_the_date, less, payments, together, without
from .route import EMPLOYEES, GROUP, PUBLIC, Before, Outcome, route
from .terms import Terms


@route
def merger(
    line: Line,
    before: Before,
    *,
    other_value: Money,
    cash_contributed: Money | None = None,
    cash_received: Money | None = None,
    stake: Share | None = None,
    synergies: Money | None = None,
    new_money: Money | None = None,
    post_money: Money | None = None,
    employee_share: Share | None = None,
    terms: Terms,
) -> Outcome:
    """Contribute the part to a company for a stake in the merged company, perhaps with cash either way.

    By contributed values the stake is (own part + cash in - cash out) / (part + cash in - cash out + other), before new
    money and employee shares, which thin it by (1 - employees)(1 - new money / post-money). What the merged company
    loses or earns is no longer consolidated: take the unit's losses out of the segment it sat in. Taxable is what the
    group gets for the part. A draw in which the companies together are worth nothing, or a stake is under 0 or over
    100 %, is invalid (NaN).
    Sources: Koller, Goedhart, Wessels, Valuation (2020), on mergers; IFRS 10.25 (loss of control), IAS 28; Cainiao's
    unmanned vehicles into Zelos (2025), Uber ATG into Aurora (2020).

    >>> from valuation.transactions import Before, merger
    >>> group = Before(equity=300.0, owned=1.0, group_equity=1000.0, shares=100.0, factor=0.01)
    >>> given = dict(other_value=600.0, cash_contributed=100.0, new_money=250.0, employee_share=0.1, synergies=50.0)
    >>> lines = merger(group, probability=1.0, **given)
    >>> names = ("Stake by contributed values", "Stake after new money and employee shares", "Stake kept")
    >>> [round(float(lines[name][0]), 4) for name in names]  # 400 / 1000; x 90 % x (1 - 250 / 1300); x 1300
    [0.4, 0.2908, 378.0]

    Args:
        other_value: value of the other company; 100 % of its equity at the date, before the merger
        cash_contributed: cash put in; by the parent into the merged company
        cash_received: cash taken out; by the parent from the merged company
        stake: stake agreed; of the group in the merged company, before new money and employee shares; without it, what
            the contributed values give
        synergies: value of synergies; present value at the date, after what it costs to reach them
        new_money: new money; from outside investors, for new shares of the merged company
        post_money: post-money value; at which the new money comes in, without it at fair value
        employee_share: share of employees; given after the merger and before the new money, as a share of all

    Example:
        probability: 70%
        years_until: 0.5 years
        discount_rate: 12%
        other_value: ~ lognormal(2000 CNY m, 0.2)
        stake: 30%
        synergies: 50 CNY m
        one_off_costs: 5 CNY m
    """
    if post_money is not None and new_money is None:
        raise TypeError("expected new_money with post_money, found post_money alone")
    part = at_the_date(line, before, terms)
    line.heading("The merger")
    group = line("Contributed by the group", _with_cash(part.owned * part.worth, cash_contributed, cash_received))
    both_worth = _with_cash(part.worth + other_value, cash_contributed, cash_received)
    combined = line("Both companies with the cash", positive(both_worth))
    fair = line("Stake by contributed values", group / combined, show=RATE)
    agreed = fair if stake is None else stake
    first = line("Stake before new money and employee shares", proper_share(agreed), show=RATE)
    merged = combined
    if synergies is not None:
        merged = line("Both companies with synergies", combined + synergies)
    funded = merged if new_money is None else line("Merged company with the new money", merged + new_money)
    after = less(first, employee_share)
    outside = None
    if new_money is not None:
        priced = funded if post_money is None else post_money
        outside = line("Share of the new money", valid(above(priced, new_money), new_money / priced), show=RATE)
        after = less(after, outside)
    after = line("Stake after new money and employee shares", after, show=RATE)
    kept = line("Stake kept, at market", after * funded)

    has: dict[str, Any] = {}
    if cash_contributed is not None:
        has["Cash put into the merged company"] = -cash_contributed
    if cash_received is not None:
        has["Cash to the parent"] = cash_received
    differences: dict[str, Any] = {}
    if stake is not None:
        differences["Stake agreed over contributed values"] = stake * combined - group
    if synergies is not None:
        differences["Synergies"] = first * synergies
    if employee_share is not None:
        differences["Employee shares"] = -(first * employee_share * merged)
    if post_money is not None:
        differences["Price of the new money"] = less(first, employee_share) * (new_money - outside * funded)
    owners = {GROUP: after}
    if outside is not None:
        owners[PUBLIC] = outside
    if employee_share is not None:
        owners[EMPLOYEES] = employee_share if outside is None else less(employee_share, outside)
    paid = payments(line, part, terms, _with_cash(first * combined, cash_received, cash_contributed))
    return settle(line, before, part, terms, paid, has=has, differences=differences, kept=kept, owners=owners)


def _with_cash(amount: Any, more: Any, fewer: Any) -> Any:
    """An amount with the cash that comes to it and without the cash that leaves it, where there is any."""
    return without(together(amount, more), fewer)
