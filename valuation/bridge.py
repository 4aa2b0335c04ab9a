"""From enterprise value to the equity of the group and to one share.

Enterprise value less net debt is the equity of a part; times what the group owns it is attributable; the sum of the
parts plus the bridge items less the holding discount is the equity of the group; over diluted shares, times shares per
ADS, over the exchange rate it is the value of what is quoted. Koller, Goedhart, Wessels, Valuation (2020), ch. 16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .assumptions import Case
from .lines import Line
from .methods import Worth
from .operations import add_up, at_least, at_most, both, valid
from .units import RATE

if TYPE_CHECKING:
    from .model import Valuation


@dataclass
class PartWorth:
    """The worth of one part, 100 % and attributable; ``enterprise`` is None for a method that values the equity."""

    enterprise: Any
    equity: Any
    owned: Any
    attributable: Any
    per_share: Any = None


def attributable_value(line: Line, worth: Worth, owned: Any, net_debt: Any) -> PartWorth:
    """Cross from a method's worth to what the group's holders own of it; owning under 0 or over 100 % is invalid."""
    line.heading("Equity and ownership")
    equity = worth.value
    if worth.level == "enterprise" and net_debt is not None:
        equity = line("Equity value, 100 %", worth.value - net_debt)
    possible = both(at_least(owned, 0), at_most(owned, 1))
    attributable = line("Attributable value", valid(possible, equity * owned))
    return PartWorth(worth.value if worth.level == "enterprise" else None, equity, owned, attributable)


def per_share_factor(line: Line, known: Mapping[str, Any]) -> Any:
    """What one unit of the group's equity is worth per quoted share: ADS ratio / (diluted shares x exchange rate)."""
    factor = 1 / known["shares.diluted"]
    if "shares.ads_ratio" in known:
        factor = factor * known["shares.ads_ratio"]
    if "shares.fx" in known:
        factor = factor / known["shares.fx"]
    return line("Quoted value of one unit of equity", factor)


def equity_of_parent(case: Case, line: Line, known: Mapping[str, Any], found: Valuation, factor: Any) -> None:
    """Fill the valuation with the sum of the parts, the bridge, the equity and the value per share."""
    parts = line.within("parts", "Sum of the parts")
    rows = [parts(case.segments[name].name, found.parts[name].attributable) for name in case.segments]
    found.sum_of_parts = parts("Sum of the parts", add_up(*rows))
    bridge = line.within("bridge", "Bridge")
    found.bridge = {name.removeprefix("bridge."): known[name] for name in case.bridge}
    total = bridge("Parts and bridge items", add_up(found.sum_of_parts, *found.bridge.values()))
    equity = total
    if "holding.discount" in known:
        base = _discount_base(case, found, total)
        if base is not None:
            found.holding_discount = bridge("Holding discount", -base * known["holding.discount"])
            equity = total + found.holding_discount
    found.equity = bridge("Equity value of the group", equity)
    found.per_ordinary_share = bridge("Value per ordinary share", found.equity / known["shares.diluted"])
    found.per_share = bridge("Value per share as quoted", found.equity * factor, show=case.quote)
    found.price = known.get("shares.price")
    if found.price is not None:
        bridge("Upside to the price", found.per_share / found.price - 1, show=RATE)


def _discount_base(case: Case, found: Valuation, total: Any) -> Any:
    """What the holding discount applies to: nothing, the stakes, everything, or the named parts and bridge items."""
    match case.discount_base:
        case "nothing":
            return None
        case "net asset value":
            return total
        case "stakes":
            names = tuple(segment.id for segment in case.segments.values() if segment.discounted)
        case tuple() as names:
            pass
    values = [
        found.bridge[name.removeprefix("bridge.")] if name.startswith("bridge.") else found.parts[name].attributable
        for name in names
    ]
    return add_up(*values) if values else None
