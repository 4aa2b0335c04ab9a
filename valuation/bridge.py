"""From enterprise value to the equity of the group and to one share.

Enterprise value less net debt is the equity of a part; times what the group owns it is attributable; the sum of the
parts plus the bridge items less the holding discount is the equity of the group; over diluted shares, times shares per
ADS, over the exchange rate it is the value of what is quoted. Koller, Goedhart, Wessels, Valuation (2020), ch. 16.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .lines import Line
from .methods import Worth
from .operations import (
    above,
    absolute,
    add_up,
    at_least,
    at_most,
    both,
    maximum,
    shown_ratio,
    valid,
    where,
    within_whole,
)
from .transactions import Outcome
from .units import RATE, Unit


@dataclass
class PartWorth:
    """The worth of one part, 100 % and attributable; ``enterprise`` is None for a method that values the equity."""

    enterprise: Any
    equity: Any
    owned: Any
    attributable: Any
    per_share: Any = None


@dataclass
class Valuation:
    """What a reading found: the worth of each part, the bridge items, and the value per share; arrays or References.

    ``worths`` is what each method found, by its scope. ``expected`` is what each transaction is expected to add to the
    group's equity: its probability times its effect.
    """

    worths: dict[str, Worth] = field(default_factory=dict)
    parts: dict[str, PartWorth] = field(default_factory=dict)
    memos: dict[str, PartWorth] = field(default_factory=dict)
    bridge: dict[str, Any] = field(default_factory=dict)
    transactions: dict[str, Outcome] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    before_transactions: Any = None
    factor: Any = None
    sum_of_parts: Any = None
    holding_discount: Any = None
    equity: Any = None
    per_ordinary_share: Any = None
    per_share: Any = None
    price: Any = None
    diluted: Any = None
    implied_discount: Any = None
    loan_to_value: Any = None


def attributable_value(line: Line, worth: Worth, owned: Any, net_debt: Any) -> PartWorth:
    """Cross from a method's worth to what the group's holders own of it; owning under 0 or over 100 % is invalid."""
    line.heading("Equity and ownership")
    equity = worth.value
    if worth.level == "enterprise" and net_debt is not None:
        equity = line("Equity value, 100 %", worth.value - net_debt)
    possible = within_whole(owned)
    attributable = line("Attributable value", valid(possible, equity * owned))
    return PartWorth(worth.value if worth.level == "enterprise" else None, equity, owned, attributable)


def weighted_worth(line: Line, worths: Mapping[str, Worth], weights: Sequence[Any], net_debt: Any) -> Worth:
    """Weigh several methods in the space of values, each shown; weights that do not sum to 1 are invalid.

    Where one of them gives the equity, all are taken as equity.
    """
    line.heading("Methods, each weighted")
    level = "equity" if any(worth.level == "equity" for worth in worths.values()) else "enterprise"
    shown = []
    for title, worth in worths.items():
        value = worth.value
        if worth.level != level and net_debt is not None:
            value = value - net_debt
        shown.append(line(f"{level.capitalize()} value, {title}", value))
    weighed = [line(f"Weighted value, {title}", v * w) for title, v, w in zip(worths, shown, weights, strict=True)]
    tolerance = line.constant("Tolerance of a sum of weights", 1e-9)
    whole = line("Weights together", add_up(*weights), show=RATE)
    tied = line("Sum of weights", valid(at_most(absolute(whole - 1), tolerance), whole), show=RATE)
    worth = valid(at_least(tied, 0), add_up(*weighed))
    return Worth(line(f"{level.capitalize()} value", worth), level)  # type: ignore[arg-type]


def per_share_factor(line: Line, known: Mapping[str, Any]) -> Any:
    """What one unit of the group's equity is worth per quoted share: ADS ratio / (diluted shares x exchange rate)."""
    factor = 1 / known["shares.diluted"]
    if "shares.ads_ratio" in known:
        factor = factor * known["shares.ads_ratio"]
    if "shares.fx" in known:
        factor = factor / known["shares.fx"]
    return line("Quoted value of one unit of equity", factor)


def equity_of_parent(
    line: Line,
    known: Mapping[str, Any],
    found: Valuation,
    titles: Mapping[str, str],
    discounted: Sequence[str] | None,
) -> None:
    """Fill the valuation with the sum of the parts, the bridge and the equity of the group before transactions.

    ``titles`` names the parts in order; ``discounted`` are the parts and bridge items that the holding discount applies
    to, None for everything. Loan to value carries no value: bridge items that add to the parts are no loan and show 0,
    as do parts that are worth nothing.
    """
    parts = line.within("parts", "Sum of the parts")
    rows = [parts(title, found.parts[name].attributable) for name, title in titles.items()]
    found.sum_of_parts = parts("Sum of the parts", add_up(*rows))
    bridge = line.within("bridge", "Bridge")
    bridge.heading("From the parts to one share")
    whole = bridge("Value of the parts", found.sum_of_parts)
    items = bridge("Bridge items", add_up(*found.bridge.values())) if found.bridge else 0
    equity = total = bridge("Parts and bridge items", whole + items)
    base = total if discounted is None else discount_base(found, discounted)
    if "holding.discount" in known and base is not None:
        found.holding_discount = bridge("Holding discount", -base * known["holding.discount"])
        equity = total + found.holding_discount
    found.before_transactions = equity
    debt = maximum(0, found.sum_of_parts - total)
    lent = shown_ratio(debt, found.sum_of_parts)
    found.loan_to_value = bridge("Loan to value: bridge items over parts", lent, show=RATE)


def value_of_share(
    line: Line,
    known: Mapping[str, Any],
    found: Valuation,
    names: Mapping[str, str],
    parts: Mapping[str, str],
    quote: Unit,
) -> None:
    """Weigh the transactions by their probabilities and divide the equity of the group by the shares.

    ``names`` are the transactions' names and ``parts`` those of the parts that they move; routes of one part exclude
    each other, so their probabilities sum to at most 1, else the draw is invalid. ``quote`` is the unit of what is
    quoted. The discount of the price to the value carries no value and shows 0 where a share is worth nothing or less.
    """
    bridge = line.within("bridge", "Bridge")
    equity = found.before_transactions
    if found.transactions:
        equity = equity + _expected(line.within("transactions", "Transactions"), found, names, parts)
    found.equity = bridge("Equity value of the group", equity)
    found.diluted = known["shares.diluted"]
    found.per_ordinary_share = bridge("Value per ordinary share", found.equity / known["shares.diluted"])
    found.per_share = bridge("Value per share as quoted", found.equity * found.factor, show=quote)
    found.price = known.get("shares.price")
    if "shares.second_fx" in known:
        bridge("Value per ordinary share in the second currency", found.per_ordinary_share / known["shares.second_fx"])
    if found.price is not None and "shares.second_price" in known:
        bridge("Second quote over the price", (known["shares.second_price"] - found.price) / found.price, show=RATE)
    if found.price is not None:
        bridge("Upside to the price", found.per_share / found.price - 1, show=RATE)
        below = where(above(found.per_share, 0), 1 - found.price / found.per_share, 0)
        found.implied_discount = bridge("Discount of the price to the value", below, show=RATE)


def _expected(line: Line, found: Valuation, names: Mapping[str, str], parts: Mapping[str, str]) -> Any:
    """The sum of what transactions are expected to add, shown one by one with the chance that a part stays."""
    line.heading("What transactions are expected to add")
    for name, outcome in found.transactions.items():
        found.expected[name] = line(f"Expected: {names[name]}", outcome.expected)
    total = line("Transactions, weighted by probability", add_up(*found.expected.values()))
    possible: Any = None
    for part in dict.fromkeys(parts.values()):
        chances = [found.transactions[name].probability for name in names if parts[name] == part]
        leaves = line(f"Probability of all routes of {part}", add_up(*chances), show=RATE)
        stays = line(f"Probability that {part} stays", 1 - leaves, show=RATE)
        possible = at_least(stays, 0) if possible is None else both(possible, at_least(stays, 0))
    line.heading("Per quoted share")
    for name, amount in found.expected.items():
        line(f"Expected per share: {names[name]}", amount * found.factor)
    return line("Expected change of the equity of the group", valid(possible, total))


def discount_base(found: Valuation, names: Sequence[str]) -> Any:
    """What the holding discount is taken from: the named parts and bridge items; None when nothing is named."""
    values = [
        found.bridge[name.removeprefix("bridge.")] if name.startswith("bridge.") else found.parts[name].attributable
        for name in names
    ]
    return add_up(*values) if values else None
