"""The part at the date of its transaction, and what the parent pays on that day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..calculation import needed
from ..lines import Line
from ..methods.discounting import discount_factor
from ..operations import above, at_least, both, maximum, positive, power, proper_share, valid
from ..units import NUMBER, RATE, YEARS
from .route import Before
from .terms import Terms


@dataclass(frozen=True)
class PartAtDate:
    """The part when the transaction happens; amounts are 100 % of its equity in money of that date.

    ``worth`` is its equity in the market, with the costs of standing alone; ``owned`` what the group owns before;
    ``factor`` what one unit of money of the date is worth today, None when the date is today; ``burden`` what one unit
    of yearly cost costs for good, None without yearly costs.
    """

    worth: Any
    owned: Any
    factor: Any
    burden: Any

    def today(self, amount: Any) -> Any:
        """An amount of the date in today's money."""
        return amount if self.factor is None else amount * self.factor


@dataclass(frozen=True)
class Paid:
    """What the parent bears, at the date and by name: costs, and taxes with duties. ``cash`` is due on the day."""

    costs: dict[str, Any]
    taxes: dict[str, Any]
    cash: list[Any]


def less(amount: Any, share: Any) -> Any:
    """An amount less a share of it; all of it when there is no such share."""
    return amount if share is None else amount * (1 - share)


def without(amount: Any, other: Any) -> Any:
    """An amount less another one; all of it when there is no other."""
    return amount if other is None else amount - other


def together(*amounts: Any) -> Any:
    """The sum of the amounts that exist; None when none does."""
    found = [amount for amount in amounts if amount is not None]
    return sum(found[1:], found[0]) if found else None


def at_the_date(line: Line, before: Before, terms: Terms) -> PartAtDate:
    """Roll the part forward to the date: V_T = (V_0 - interim flows)(1 + k)^T, or what the market will see in it."""
    line.heading("The part at the date of the transaction, 100 %")
    owned = line("Owned before", proper_share(before.owned), show=RATE)
    factor = None
    if terms.years_until is not None:
        rate = needed(terms.discount_rate, "discount_rate", "years_until comes with it")
        factor = line("Discount factor from the date", discount_factor(rate, terms.years_until), show=NUMBER)
    flowing = without(before.equity, terms.interim_flows)
    worth = line("Value in the sum of the parts at the date", flowing if factor is None else flowing / factor)
    if terms.market_value is not None:
        worth = terms.market_value
    burden = _burden(line, terms)
    if terms.standalone_cost is not None:
        worth = worth - line("Stand-alone cost for good", less(terms.standalone_cost, terms.cost_tax_rate) * burden)
    return PartAtDate(line("Market value at the date", worth), owned, factor, burden)


def _burden(line: Line, terms: Terms) -> Any:
    """What one unit of cost a year, the first in a year, costs for good: 1 / (r - g), or an annuity that grows."""
    if terms.standalone_cost is None and terms.stranded_cost is None:
        return None
    rate, growth = needed(terms.cost_rate, "cost_rate", "yearly costs are discounted at it"), terms.cost_growth
    spread, grown = (rate, 1) if growth is None else (rate - growth, 1 + growth)
    label = "Present value of one unit of cost a year"
    if terms.cost_years is None:
        return line(label, valid(above(spread, 0), 1 / spread), show=NUMBER)
    beyond = line("Part of a cost for ever beyond its years", power(grown / (1 + rate), terms.cost_years), show=NUMBER)
    return line(label, (1 - beyond) / spread, show=NUMBER)


def payments(line: Line, part: PartAtDate, terms: Terms, moved: Any) -> Paid:
    """What the parent pays: costs, tax on the gain over the basis, duty. ``moved`` is what it gives away or sells.

    A loss is not taxed and earns no tax back.
    """
    costs, taxes, cash = {}, {}, []
    if terms.one_off_costs is not None:
        costs["One-off costs"] = terms.one_off_costs
        cash.append(terms.one_off_costs)
    if terms.stranded_cost is not None:
        stranded = less(terms.stranded_cost, terms.cost_tax_rate) * part.burden
        costs["Stranded cost"] = line("Stranded cost for good", stranded)
    if terms.tax_rate is not None:
        basis = needed(terms.tax_basis, "tax_basis", "tax_rate comes with it")
        gain = line("Taxable gain", maximum(0, moved - basis))
        taxes["Tax leakage"] = line("Tax on the gain", gain * terms.tax_rate)
    if terms.stamp_duty is not None:
        taxes["Stamp duty"] = line("Duty on the transfer", moved * terms.stamp_duty)
    if terms.lock_up_years is not None:
        ends = terms.lock_up_years if terms.years_until is None else terms.years_until + terms.lock_up_years
        line("Years until the lock-up ends", ends, show=YEARS)
    return Paid(costs, taxes, [*cash, *taxes.values()])


def equity_that_leaves(line: Line, part: PartAtDate, debt_push_down: Any) -> Any:
    """The equity of the new company, which must be worth something."""
    return line("Equity of the new company", positive(without(part.worth, debt_push_down)))


def share_that_leaves(line: Line, part: PartAtDate, retained: Any) -> Any:
    """The share of the new company that leaves the parent: what it owns less what it keeps."""
    if retained is None:
        return line("Share that leaves the parent", positive(part.owned), show=RATE)
    possible = both(at_least(retained, 0), above(part.owned, retained))
    return line("Share that leaves the parent", valid(possible, part.owned - retained), show=RATE)
