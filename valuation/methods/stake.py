"""Stakes: an equity value taken from a market, a round, a transaction or the books."""

from __future__ import annotations

from typing import Any, Literal

from ..calculation import MissingAssumption, needed
from ..kinds import Amount, Money, Rate, Share, Shares
from ..lines import Line
from ..rates import tax_on_gain
from .method import Measures, Worth, method


@method
def stake(
    line: Line,
    *,
    value: Money | None = None,
    paid: Money | None = None,
    fraction: Share | None = None,
    shares_held: Shares | None = None,
    price: Amount | None = None,
    fx: Amount | None = None,
    basis: Literal["market value", "last round", "transaction", "book value", "estimate"] = "market value",
    control_premium: Rate | None = None,
    discount: Share = 0.0,
    tax_rate: Rate | None = None,
    tax_basis: Money | None = None,
) -> Worth:
    """Equity value of a company in which a stake is held, or of the shares held: given, implied by a price, or listed.

    Exactly one of ``value`` (100 %), ``paid`` over ``fraction`` (100 %), and ``shares_held`` x ``price`` x ``fx`` (the
    shares held, so that the segment is owned by 100 %). The stake itself is the segment's ``owned``. On top come a
    premium for control, a discount for a lock-up or lack of marketability, and tax on the gain if a sale is taxed. A
    post-money value treats all share classes alike and overstates common equity (Gornall and Strebulaev, 2020).
    Sources: IPEV guidelines (2022); Koller, Goedhart, Wessels, Valuation (2020), ch. 16.

    Args:
        value: equity value; 100 % of the company
        paid: price paid; for the fraction bought in the last round or transaction
        fraction: fraction bought; of the equity, fully diluted
        shares_held: shares held; of a listed company
        price: price of a share; in money of the case, or in another with fx
        fx: exchange rate; money of the case for one of the price's, such as CNY/HKD
        basis: basis; where the value comes from
        control_premium: control premium; over a minority value, of a stake held for control
        discount: discount; for a lock-up or lack of marketability, never on top of the holding discount for the same
        tax_rate: tax rate on the latent gain; if a sale is planned and taxed
        tax_basis: tax basis; of what the value is of: 100 %, or the shares held

    Example:
        value: ~ lognormal(1000 CNY m, 0.2)
        basis: estimate
        discount: ~ pert(0%, 10%, 20%)
        owned: 30%
    """
    line.heading(f"Equity by {basis}")
    worth = _value(line, value, paid, fraction, (shares_held, price, fx))
    if control_premium is not None:
        worth = line("Value with control", worth * (1 + control_premium))
    worth = worth * (1 - discount)
    if tax_rate is not None:
        worth = line("Value before tax", worth)
        gain = worth - needed(tax_basis, "tax_basis", "tax_rate comes with it")
        worth = worth - line("Tax on the latent gain", tax_on_gain(tax_rate, gain))
    elif tax_basis is not None:
        raise MissingAssumption("tax_rate", "tax_basis comes with it")
    label = "Equity value of the company" if shares_held is None else "Equity value of the shares held"
    return Worth(line(label, worth), "equity", Measures(named=basis.capitalize()))


def _value(line: Line, value: Any, paid: Any, fraction: Any, listed: tuple[Any, Any, Any]) -> Any:
    shares, price, fx = listed
    bought = paid is not None or fraction is not None
    if value is not None and bought:
        raise TypeError("expected either value, or paid and fraction, found both")
    if shares is not None or price is not None:
        if value is not None or bought:
            found = "value" if value is not None else "paid and fraction"
            raise TypeError(f"expected either shares_held and price, or {found}, found both")
        market = needed(shares, "shares_held", "price comes with it") * needed(price, "price", "shares_held needs it")
        return line("Market value of the shares held", market if fx is None else market * fx)
    if value is None:
        paid = needed(paid, "value", "give it, or paid and fraction, or shares_held and price")
        return line("Implied value of 100 %", paid / needed(fraction, "fraction", "paid comes with it"))
    return value
