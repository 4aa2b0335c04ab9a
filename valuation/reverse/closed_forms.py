"""What the price implies for one thing when everything else stays at its value: closed forms over quantities.

The market's value of the group's equity less everything else is what one part must be worth; the same gap gives the
holding discount. Called with arrays they compute, with References they become cells. They hold where the value moves in
a straight line; ``solve`` searches where it does not, as where the number of shares follows the value. Lamont and
Thaler (2003), Can the market add and subtract?, on stubs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..assumptions import Case
from ..bridge import PartWorth, Valuation, discount_base
from ..operations import add_up


def equity_gap(found: Valuation, price: Any) -> Any:
    """The equity of the group that the price sees above the model's: money."""
    return (price - found.per_share) / found.factor


def shares_kept(case: Case, found: Valuation, part: str, discount: Any) -> list[Any]:
    """What a unit more of a part's value adds to the group's equity: behind the holding discount, None for all of it.

    A part that may leave adds it only where it stays, or wherever what it is worth outside follows: both are given.
    """
    discounted = case.discounted is None or part in case.discounted
    kept = 1 - discount if discount is not None and discounted else None
    leaves = [found.transactions[name].probability for name, moved in case.transactions.items() if moved.part == part]
    if not leaves:
        return [kept]
    stays = 1 - add_up(*leaves)
    return [stays if kept is None else kept * stays, kept]


def attributable_needed(part: PartWorth, gap: Any, kept: Any) -> Any:
    """The attributable value at which the price is met: what it is, and the gap over what the group keeps of it."""
    return part.attributable + (gap if kept is None else gap / kept)


def equity_needed(part: PartWorth, attributable: Any) -> Any:
    """100 % of the equity behind an attributable value."""
    return attributable / part.owned


def enterprise_needed(part: PartWorth, equity: Any) -> Any:
    """The enterprise value behind 100 % of the equity: net debt stays."""
    return equity + (part.enterprise - part.equity)


def discount_needed(case: Case, found: Valuation, gap: Any, discount: Any) -> Any:
    """The holding discount at which the price is met, over the same base."""
    return discount - gap / discounted_value(case, found)


def discounted_value(case: Case, found: Valuation) -> Any:
    """What the holding discount is taken from: the named parts and bridge items, or everything."""
    if case.discounted is None:
        return found.before_transactions - found.holding_discount
    return discount_base(found, case.discounted)


@dataclass(frozen=True)
class Yardstick:
    """What a part's worth is measured against: its metric or the revenue of its first forecast year."""

    label: str
    amount: Any
    level: Literal["enterprise", "equity"]


def yardstick(case: Case, found: Valuation, part: str) -> Yardstick | None:
    """The yardstick of a part that one method values, as the method says it; None where it has none."""
    views = case.segments[part].views
    worth = found.worths[views[0]]
    if len(views) > 1 or not worth.measures.ratio:
        return None
    return Yardstick(worth.measures.ratio, worth.measures.metric, worth.level)


def not_operating(case: Case, found: Valuation) -> dict[str, Any]:
    """What is no operating part, by label: stakes, bridge items and the holding discount; the rest is the stub."""
    stakes = [name for name in case.parts if case.method_of(name) == "stake"]
    items = {case.segments[name].name: found.parts[name].attributable for name in stakes}
    items |= {f"Bridge: {name.replace('_', ' ')}": item for name, item in found.bridge.items()}
    return items if found.holding_discount is None else items | {"Holding discount": found.holding_discount}
