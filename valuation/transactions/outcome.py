"""From what the holders had to what they have: the rows of a transaction, its named differences, its residual.

What the holders have after is counted: shares times prices, stakes, cash. The differences are closed formulas of what a
transaction costs or frees. The two meet in the residual, which is nothing when both are right.
"""

from __future__ import annotations

from typing import Any

from ..calculation import needed
from ..lines import Line
from ..operations import above, absolute, add_up, proper_share, where
from ..units import RATE
from .part import Paid, PartAtDate, less, without
from .route import Before, Outcome
from .terms import Terms


def settle(
    line: Line,
    before: Before,
    part: PartAtDate,
    terms: Terms,
    paid: Paid,
    *,
    has: dict[str, Any],
    differences: dict[str, Any],
    kept: Any = None,
    discounted: Any = None,
    owners: dict[str, Any] | None = None,
) -> Outcome:
    """Write both ends of a transaction and the steps between them, in today's money, and return the outcome.

    ``has`` and ``differences`` are the route's own, by name and in money of the date; what all routes share is added
    here. ``kept`` is the stake that the parent keeps, before discounts; ``discounted`` all that stays under the holding
    discount, ``kept`` unless the route says otherwise. ``owners`` is what each has of the part after it.
    """
    if terms.lock_up_discount is not None:
        needed(kept, "retained", "lock_up_discount is for the stake kept")
    line.heading("What the holders of the parent have after, in today's money")
    counted = {"Group without the part": before.group_equity - less(part.owned * before.equity, terms.holding_discount)}
    if terms.interim_flows is not None:
        counted["Interim flows to the group"] = less(part.owned * terms.interim_flows, terms.holding_discount)
    counted.update({name: part.today(amount) for name, amount in has.items()})
    if kept is not None:
        seen = less(less(kept, terms.lock_up_discount), terms.holding_discount)
        counted["Stake kept"] = part.today(seen)
    for name, bills in (("Costs", paid.costs), ("Tax and duty", paid.taxes)):
        if bills:
            counted[name] = -part.today(add_up(*bills.values()))
    rows = {name: line(name, amount) for name, amount in counted.items()}
    after = line("After", add_up(*rows.values()))

    line.heading("From before to after")
    start = line("Before", before.group_equity)
    shared = _differences(before, part, terms, paid, kept, kept if discounted is None else discounted)
    named = {**shared, **{name: part.today(amount) for name, amount in differences.items()}}
    steps = {name: line(name, amount) for name, amount in named.items()}
    change = line("Change of the group's equity", after - start)
    explained = line("Differences together", add_up(*steps.values())) if steps else None
    rest = change if explained is None else change - explained
    share = where(above(absolute(start), 0), rest / start, 0)
    residual = line("Residual, as a share of the equity before", share, show=RATE)

    line.heading("One share of the parent, and what is expected")
    line("Before, per share of the parent", start / before.shares)
    line("After, per share of the parent", after / before.shares)
    probability = line("Probability", proper_share(terms.probability), show=RATE)
    expected = line("Expected change of the group's equity", change * probability)
    line("Expected change per quoted share", expected * before.factor)
    return Outcome(
        probability,
        start,
        after,
        rows,
        steps,
        residual,
        change,
        expected,
        owners=owners or {},
        years_until=terms.years_until,
        lock_up=terms.lock_up_years,
    )


def _differences(
    before: Before, part: PartAtDate, terms: Terms, paid: Paid, kept: Any, discounted: Any
) -> dict[str, Any]:
    """The differences that all routes share, in today's money."""
    found: dict[str, Any] = {}
    remaining = without(before.equity, terms.interim_flows)
    if terms.market_value is not None:
        found["Re-rating"] = part.owned * (part.today(terms.market_value) - remaining)
    if terms.standalone_cost is not None:
        cost = less(terms.standalone_cost, terms.cost_tax_rate) * part.burden
        found["Stand-alone cost"] = -part.today(part.owned * cost)
    if terms.holding_discount is not None:
        leaving = part.owned * remaining
        if discounted is not None:
            leaving = leaving - part.today(discounted)
        found["Holding discount released"] = leaving * terms.holding_discount
    if terms.lock_up_discount is not None and kept is not None:
        found["Lock-up of the stake kept"] = -part.today(less(kept * terms.lock_up_discount, terms.holding_discount))
    for name, bill in {**paid.costs, **paid.taxes}.items():
        found[name] = -part.today(bill)
    return found
