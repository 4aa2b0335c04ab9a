"""Internal trade: a supplier segment sells to a customer segment of the same group, and both count it alike."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from ..calculation import needed
from ..kinds import Multiple, Rate, YearlyMoney, YearlyRate, YearlyShare
from ..lines import Line
from ..methods.discounting import Discounting, Timing, discount_factors, spread_over
from ..operations import add_up, final, following, previous, roll_forward, total
from ..units import RATE
from .schedule import schedule

Treatment = Literal["gross", "net", "combined"]

TWICE: Final = "the supplier would count a profit that the customer is not charged, so it is counted twice"
NEVER: Final = "the customer would be charged a profit that the supplier does not count, so it is lost"
ALONE: Final = "a combined segment has no supplier beside it"
LATER: Final = "the customer deducts its purchases later than the supplier pays tax"


class Trade(NamedTuple):
    """Yearly internal sales, what the goods cost the supplier, and the profit between the two."""

    sales: Any
    cost: Any
    profit: Any


@schedule
def captive(
    line: Line,
    *,
    internal_sales: YearlyMoney,
    internal_cost: YearlyMoney,
    treatment: Treatment,
    supplier_treatment: Treatment | None = None,
    customer_treatment: Treatment | None = None,
    charged: Literal["expensed", "capitalised"] = "expensed",
    life: Literal["2", "3", "4", "5", "6", "7", "8", "9", "10"] | None = None,
    tax_rate: YearlyRate | None = None,
    wacc: YearlyRate | None = None,
    terminal_growth: Rate | None = None,
    timing: Timing = "mid-year",
    external_revenue: YearlyMoney | None = None,
    lost: YearlyShare = 0.0,
    premium_elsewhere: Rate = 0.0,
    supplier_multiple: Multiple | None = None,
    supplier_basis: Literal["revenue", "profit"] = "revenue",
    customer_multiple: Multiple = 0.0,
) -> None:
    """What a supplier segment counts and what its customer segment is charged for goods sold inside the group.

    Both segments' formulas read these lines, so that one word, ``treatment``, settles both:

        gross     the supplier counts internal sales and their cost; the customer pays the transfer price
        net       the supplier counts external business only; the customer pays what the goods cost the supplier
        combined  as net, but supplier and customer are one segment, and a spin-off is a memo

    Lines to read: "Supplier internal revenue", "Supplier internal cost", "Customer expense" (the year's charge
    or the depreciation of purchases), "Customer capital expenditure", and "Tax timing to deduct".

    The value of both segments by ``dcf`` does not move with the transfer price when the customer expenses the goods in
    the year of purchase, both have the same tax rates, WACC, timing, terminal value and terminal growth (and terminal
    return), both earn taxable profit every year, and reinvestment is set in money: capital expenditure as money over
    the segment's revenue, because sales to capital and a fixed share of revenue move with the transfer price.
    A loss of one segment earns no tax back and shelters nobody else's profit (the PRC taxes each company by itself), so
    the value falls by the tax on that loss.

    When the customer capitalises, the supplier's profit is taxed at once and deducted over the life: straight line, in
    equal parts, the first in the year of purchase. "Present value of tax timing" is tax x profit x (1 - present value
    factor of depreciation) purchase by purchase, with what is deducted behind the forecast at its last tax rate and
    WACC, and with purchases that grow by ``terminal_growth`` for ever after; without it they end with the forecast.
    The cash flows of the segments hold this by themselves under gross; under net and combined it is still to be
    deducted. A Gordon terminal value counts the same when profit grew by ``terminal_growth`` in the last ``life``
    years, all of them in the forecast; "Tax timing overstated by the terminal value" is what it counts too much
    otherwise. The value driver formula counts profit still unrealised as NOPAT: take Gordon with capitalised goods.
    Goods bought before the forecast are not here: they stand in the customer's own depreciation.

    Sources: IFRS 10.B86 and ASC 810-10-45 (intra-group profit in assets is eliminated until it is realised);
    OECD Transfer Pricing Guidelines (2022); Koller, Goedhart, Wessels, Valuation (2020), ch. 19 (inter-segment sales).

    Args:
        internal_sales: internal sales at the transfer price; yearly, before any loss of volume
        internal_cost: cost of internal sales; what the goods cost the supplier, yearly
        treatment: treatment of internal sales; one word for both segments
        supplier_treatment: treatment by the supplier; if said apart, and then the same as the customer's
        customer_treatment: treatment by the customer; if said apart, and then the same as the supplier's
        charged: charged to the customer; as an expense of the year or as fixed assets
        life: life of the goods; whole years of straight-line depreciation, with charged: capitalised
        tax_rate: tax rate; of both segments, yearly, with charged: capitalised
        wacc: WACC; of both segments, yearly, with charged: capitalised
        terminal_growth: terminal growth of internal sales; for ever after the last forecast year
        timing: timing of cash flows; middle or end of each year, as in the segments
        external_revenue: external revenue of the supplier; yearly, for its dependence on the group
        lost: internal sales lost after a spin-off; share of volume that the customer buys elsewhere, yearly
        premium_elsewhere: premium of other suppliers; over the transfer price
        supplier_multiple: multiple of the supplier; where multiples value the segments
        supplier_basis: basis of the supplier's multiple; revenue or profit
        customer_multiple: multiple of the customer's profit; 0 where its revenue is valued, which no charge moves

    Example:
        internal_sales: ~ pert(30 CNY m, 40 CNY m, 60 CNY m)
        internal_cost: 25 CNY m
        treatment: gross
        external_revenue: 10 CNY m
    """
    gross = _one_treatment(supplier_treatment or treatment, customer_treatment or treatment) == "gross"
    line.heading("Internal sales")
    sold = line("Sales to the customer", internal_sales * (1 - lost))
    cost = line("Cost of sales to the customer", internal_cost * (1 - lost))
    trade = Trade(sold, cost, line("Internal profit", sold - cost))
    gone = line("Internal sales lost after a spin-off", internal_sales * lost)
    if external_revenue is not None:
        everything = line("Supplier revenue from all customers", sold + external_revenue)
        line("Internal share of supplier revenue", sold / everything, show=RATE)

    line.heading("What the two segments count")
    line("Supplier internal revenue", sold if gross else sold * 0)
    line("Supplier internal cost", cost if gross else cost * 0)
    charge = line("Customer charge", sold if gross else cost)
    elsewhere = line("Customer purchases elsewhere", gone * (1 + premium_elsewhere))
    bought = line("Customer purchases", charge + elsewhere)

    years = None
    if charged == "capitalised":
        years = int(needed(life, "life", "the customer capitalises its purchases"))
    released = _customer_counts(line, bought, trade.profit, years)
    held = line("Increase in unrealised internal profit", trade.profit - released)
    line("Unrealised internal profit", roll_forward(lambda before, held: before + held, 0, held))
    line.heading("Eliminated on consolidation")
    line("Internal revenue eliminated", sold if gross else sold * 0)
    line("Internal profit eliminated", held if gross else held * 0)

    line.heading("Tax timing")
    if years is None:
        timed = total(line("Tax timing by year of purchase", trade.profit * 0))
    else:
        rate, discount_rate = needed(tax_rate, "tax_rate", LATER), needed(wacc, "wacc", LATER)
        timed = _tax_timing(line, trade.profit, held, rate, discount_rate, terminal_growth, years, timing)
    timed = line("Present value of tax timing", timed)
    line("Tax timing to deduct", timed * 0 if gross else timed)

    if supplier_multiple is not None:
        _multiples(line, trade, released, supplier_multiple, supplier_basis, customer_multiple)


def _one_treatment(supplier: str, customer: str) -> str:
    """Return how both count internal sales; a supplier and a customer that count in different ways are refused."""
    if supplier == customer:
        return supplier
    why = TWICE if supplier == "gross" else NEVER if customer == "gross" else ALONE
    raise TypeError(
        f"expected one treatment for both segments, found {supplier} for the supplier and {customer} for the "
        f"customer: {why}"
    )


def _customer_counts(line: Line, bought: Any, profit: Any, life: int | None) -> Any:
    """Write the customer's expense and capital expenditure; return the internal profit in its expense.

    Without a ``life`` purchases are an expense of their year.
    """
    if life is None:
        line("Customer expense", bought)
        line("Customer capital expenditure", bought * 0)
        return profit
    line("Customer capital expenditure", bought)
    line("Customer expense", _straight_line(line, bought, life, "Purchases"))
    return line("Internal profit depreciated", _straight_line(line, profit, life, "Profit"))


def _straight_line(line: Line, row: Any, life: int, noun: str) -> Any:
    """Depreciation in equal parts over a life, the first in the year of purchase: the purchases still alive over it."""
    alive = [row]
    for age in range(1, life):
        alive.append(line(f"{noun} {age} {'year' if age == 1 else 'years'} before", previous(alive[-1], 0)))
    return add_up(*alive) / line.constant(f"Life of {life} years", life)


def _tax_timing(
    line: Line, profit: Any, held: Any, tax_rate: Any, wacc: Any, growth: Any, life: int, timing: Timing
) -> Any:
    """Present value of tax paid on internal profit less tax saved by depreciating it, exact by purchase."""
    factor = discount_factors(line, Discounting(wacc=wacc, timing=timing)).flows
    paid = line("Discounted tax rate", tax_rate * factor, show=RATE)
    last_wacc = line("WACC after the forecast", final(wacc), show=RATE)
    ahead, beyond = [paid], final(paid)
    for year in range(1, life):
        beyond = line(f"Discounted tax rate after the forecast, year {year}", beyond / (1 + last_wacc), show=RATE)
        ahead.append(line(f"Discounted tax rate {year} ahead", following(ahead[-1], beyond), show=RATE))
    saved = add_up(*ahead) / line.constant(f"Life of {life} years", life)
    relief = line("Discounted tax relief by depreciation", saved, show=RATE)
    exact = line("Tax timing by year of purchase", profit * (paid - relief))
    counted = line("Tax paid ahead of its relief, discounted", held * paid)
    forecast = line("Tax timing of purchases in the forecast", total(exact))
    in_flows = line("Tax timing in the cash flows of the forecast", total(counted))
    if growth is None:
        line("Tax timing overstated by the terminal value", in_flows - forecast)
        return forecast
    spread = line("WACC less terminal growth", spread_over(last_wacc, growth), show=RATE)
    perpetuity = line("Later years over the last year", (1 + growth) / spread)
    later = line("Tax timing of later purchases", final(exact) * perpetuity)
    line("Tax timing overstated by the terminal value", in_flows + final(counted) * perpetuity - (forecast + later))
    return forecast + later


def _multiples(line: Line, trade: Trade, released: Any, multiple: Any, basis: str, customer_multiple: Any) -> None:
    """What gross counts more than net where multiples value the segments: no identity holds there."""
    line.heading("Under multiples")
    added = line(
        "Internal sales at the supplier multiple", (trade.sales if basis == "revenue" else trade.profit) * multiple
    )
    charged = line("Internal profit at the customer multiple", released * customer_multiple)
    line("Difference of gross to net under multiples", added - charged)
