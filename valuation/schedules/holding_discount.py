"""The discount of a holding to its net asset value, taken apart: what explains it, and what nothing explains."""

from __future__ import annotations

from typing import Any

from ..calculation import needed
from ..kinds import Amount, Money, Rate, Share, Shares, Years
from ..lines import Line
from ..methods.net_asset import capitalised_costs
from ..operations import add_up, positive, power
from ..rates import tax_on_gain
from ..units import RATE
from .schedule import schedule


@schedule
def holding_discount(
    line: Line,
    *,
    nav: Money,
    market_cap: Money | None = None,
    price: Amount | None = None,
    fx: Amount | None = None,
    shares: Shares | None = None,
    holding_cost: Money | None = None,
    cost_tax_rate: Rate | None = None,
    cost_growth: Rate | None = None,
    discount_rate: Rate | None = None,
    latent_gain: Money | None = None,
    tax_rate: Rate | None = None,
    tax_years: Years | None = None,
    illiquidity: Share | None = None,
    control: Rate | None = None,
) -> None:
    """Discount to net asset value by its reasons: holding costs, tax on latent gains, illiquidity, control and agency.

    Each reason is a share of the net asset value, which must be the one before holding costs and latent tax. Their sum
    is the explained discount; where each only takes its share of what the others leave it is smaller, so that the sum
    is the most that they explain. The observed discount is that of the price, or of the market capitalisation. What is
    left is unexplained: a diagnosis of the values or of the market, never a plug that makes a sum of the parts meet the
    price. A draw whose net asset value is not positive is invalid (NaN).
    Sources: Koller, Goedhart, Wessels, Valuation (2020), ch. 19 (valuation by parts); Berger and Ofek (1995), Campa and
    Kedia (2002) and Villalonga (2004) on the discount of diversification, which is another one: lower multiples of a
    conglomerate's own businesses, 13 to 15 % or nothing.

    Args:
        nav: net asset value; before holding costs and tax on latent gains, after the holding's own net debt
        market_cap: market capitalisation; of the holding, or else its price and number of shares
        price: price of a share; with shares, in the money of nav or in another with fx
        fx: exchange rate; money of nav for one of the price's, such as CNY/HKD
        shares: shares; diluted, with price
        holding_cost: holding costs; next year's, before tax, of running the holding
        cost_tax_rate: tax rate on holding costs; 0 where there is no profit to take them from
        cost_growth: growth of holding costs; a year, for ever
        discount_rate: discount rate; of holding costs, and of the tax on latent gains when it falls due in tax_years
        latent_gain: latent gain; value of what is held over its tax basis
        tax_rate: tax rate; on the latent gain
        tax_years: years until the gain is taxed; at once unless given
        illiquidity: discount for illiquidity; share of net asset value, such as one for lack of marketability
        control: discount for control and agency; share of net asset value, below 0 where control is worth a premium

    Example:
        nav: 5000 CNY m
        market_cap: 4200 CNY m
        holding_cost: 20 CNY m
        cost_growth: 2%
        discount_rate: 9%
        latent_gain: 800 CNY m
        tax_rate: 25%
        tax_years: 10 years
    """
    line.heading("Observed discount")
    base = line("Net asset value before costs and tax", positive(nav))
    observed = line("Observed discount", 1 - _paid(line, market_cap, price, fx, shares) / base, show=RATE)

    reasons: dict[str, Any] = {}
    if holding_cost is not None:
        line.heading("Holding costs")
        costs = capitalised_costs(line, holding_cost, cost_tax_rate, cost_growth, discount_rate)
        reasons["holding costs"] = costs / base
    if latent_gain is not None or tax_rate is not None:
        line.heading("Tax on latent gains")
        reasons["latent tax"] = _tax(line, latent_gain, tax_rate, tax_years, discount_rate) / base
    reasons |= {"illiquidity": illiquidity, "control and agency": control}
    given = {name: reason for name, reason in reasons.items() if reason is not None}
    if not given:
        raise TypeError("expected a reason: holding_cost, latent_gain, illiquidity or control, found none")

    line.heading("Reasons, as shares of net asset value")
    shown = [line(f"Discount for {name}", reason + 0, show=RATE) for name, reason in given.items()]
    left = 1 - shown[0]
    for reason in shown[1:]:
        left = left * (1 - reason)
    line("Explained discount, each on what the others leave", 1 - left, show=RATE)
    explained = line("Explained discount", add_up(*shown), show=RATE)
    line("Unexplained discount", observed - explained, show=RATE)


def _paid(line: Line, market_cap: Any, price: Any, fx: Any, shares: Any) -> Any:
    """Market capitalisation: as given, or price times shares."""
    if market_cap is not None:
        if price is not None or fx is not None or shares is not None:
            raise TypeError("expected either market_cap, or price and shares, found both")
        return market_cap
    price = needed(price, "price", "give it with shares, or market_cap")
    whole = price * needed(shares, "shares", "price comes with it")
    return line("Market capitalisation", whole if fx is None else whole * fx)


def _tax(line: Line, gain: Any, rate: Any, years: Any, discount_rate: Any) -> Any:
    """Tax on a gain, none on a loss; discounted when it falls due later."""
    rate = needed(rate, "tax_rate", "latent_gain comes with it")
    tax = line("Tax on the latent gain", tax_on_gain(rate, needed(gain, "latent_gain", "tax_rate comes with it")))
    if years is None:
        return tax
    factor = power(1 + needed(discount_rate, "discount_rate", "tax_years comes with it"), years)
    return line("Present value of the tax", tax / factor)
