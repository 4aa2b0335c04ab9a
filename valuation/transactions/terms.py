"""What every route shares: when, how likely, at what costs and taxes, and the discounts that end or begin."""

from __future__ import annotations

from dataclasses import dataclass

from ..calculation import two_way
from ..kinds import Money, Rate, Share, Years


@two_way(("probability", "years_until"))
@dataclass(frozen=True)
class Terms:
    """The terms of a transaction. What is left out does not exist: it has no row.

    Amounts are in the case's money. ``interim_flows`` is today's money; every other amount is money of the date of the
    transaction. Taxes: IRC 355 (a spin-off is free of tax when at least 80 % is distributed and its other tests are
    met), SAT Bulletin 7/2015 (10 % of the gain of an indirect transfer of Chinese assets without reasonable purpose).

    Args:
        probability: probability of the transaction; that it happens at all
        years_until: years until it happens; from the valuation date
        discount_rate: cost of equity of the part; a year, rolls its value forward to the date and discounts all back
        interim_flows: interim flows; present value of what the part pays out until the date, 100 %, added once
        market_value: market value; 100 % of the part's equity at the date as the market will see it, before
            standalone_cost and before new money or debt; without it, what the sum of the parts says
        holding_discount: holding discount on the part; as in the sum of the parts, ends for what leaves the group
        lock_up_discount: lock-up discount; on the stake kept, which may not be sold for a while
        lock_up_years: lock-up period; from the date of the transaction
        one_off_costs: one-off costs at the date; of the parent, such as banks, lawyers and moving
        standalone_cost: stand-alone cost a year; before tax, that the part bears alone from the date on
        stranded_cost: stranded cost a year; before tax, shared cost that stays with the parent
        cost_tax_rate: tax relief on yearly costs; the tax rate at which they are deducted
        cost_rate: discount rate of yearly costs; the first cost is due a year after the date
        cost_growth: growth of yearly costs; a year
        cost_years: years of yearly costs; such as a service agreement of 2 years, without it for ever
        tax_rate: tax rate on the gain; of the parent, on what it gives away or sells over tax_basis
        tax_basis: tax basis; of what the parent gives away or sells, needed with tax_rate
        stamp_duty: rate of stamp duty; as a share of what the parent gives away or sells
    """

    probability: Share
    years_until: Years | None = None
    discount_rate: Rate | None = None
    interim_flows: Money | None = None
    market_value: Money | None = None
    holding_discount: Share | None = None
    lock_up_discount: Share | None = None
    lock_up_years: Years | None = None
    one_off_costs: Money | None = None
    standalone_cost: Money | None = None
    stranded_cost: Money | None = None
    cost_tax_rate: Share | None = None
    cost_rate: Rate | None = None
    cost_growth: Rate | None = None
    cost_years: Years | None = None
    tax_rate: Share | None = None
    tax_basis: Money | None = None
    stamp_duty: Share | None = None
