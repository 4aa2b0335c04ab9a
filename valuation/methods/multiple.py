"""Trading multiples: a metric times what peers are paid for it, and what that price says about the future."""

from __future__ import annotations

from typing import Any, Final, Literal

from ..calculation import needed, two_way
from ..kinds import Amount, Money, Multiple, Rate, Share
from ..lines import Line
from ..operations import not_negative
from ..units import MULTIPLE, RATE
from .method import Measures, Worth, by_year, method

EQUITY_MULTIPLES: Final = ("P/E", "P/B", "P/Sales")
BY_PROFIT: Final = ("growth", "return_on_capital", "wacc", "tax_rate")
BY_EARNINGS: Final = ("growth", "payout", "cost_of_equity")
FUNDAMENTALS: Final = {
    "EV/EBITA": BY_PROFIT,
    "EV/EBIT": BY_PROFIT,
    "EV/Sales": (*BY_PROFIT, "margin"),
    "P/E": BY_EARNINGS,
    "P/Sales": (*BY_EARNINGS, "margin"),
}


@method
@two_way(("multiple", "metric"), ("value_per_unit", "units"))
def multiple(
    line: Line,
    *,
    metric: Money | None = None,
    multiple: Multiple | None = None,
    basis: Literal[
        "EV/Sales", "EV/Gross profit", "EV/EBITDA", "EV/EBITA", "EV/EBIT", "EV/Units", "P/E", "P/B", "P/Sales"
    ],
    units: Amount | None = None,
    value_per_unit: Amount | None = None,
    period: Literal["LTM", "NTM", "FY0", "FY1", "FY2"] | None = None,
    multiple_period: Literal["LTM", "NTM", "FY0", "FY1", "FY2"] | None = None,
    discount: Share = 0.0,
    control_premium: Rate | None = None,
    growth: Rate | None = None,
    return_on_capital: Rate | None = None,
    wacc: Rate | None = None,
    tax_rate: Rate | None = None,
    margin: Rate | None = None,
    payout: Rate | None = None,
    cost_of_equity: Rate | None = None,
) -> Worth:
    """Metric times multiple, less a discount; EV multiples give the enterprise value, P multiples the equity value.

    A draw with a negative metric is invalid (NaN): a multiple of a loss means nothing. An equity multiple values at the
    leverage and the cash of the earnings: add cash only when the earnings are without its interest. With the
    fundamentals of a basis the multiple is held against the one that they justify, EV/EBITA = (1 - tax rate)
    (1 - growth / return on capital) / (WACC - growth), EV/Sales = margin x that, P/E = payout (1 + growth) / (cost of
    equity - growth), and turned round into what it implies; these lines are not part of the value.
    Sources: Koller, Goedhart, Wessels, Valuation (2020), ch. 18; Damodaran, Investment Valuation (2012), ch. 17 to 20;
    Baker and Ruback (1999) on the median.

    Args:
        metric: metric; revenue, gross profit, EBITDA, EBITA or earnings of the period that the multiple refers to
        multiple: multiple; such as the median of a peer table
        basis: basis; what the multiple divides, which says whether it values the enterprise or the equity
        units: units; installed base such as chips, vehicles or customers, instead of metric with EV/Units
        value_per_unit: value per unit; enterprise value a unit at peers, with EV/Units
        period: period of the metric; last or next twelve months, or a fiscal year (FY0 is the last one reported)
        multiple_period: period of the multiple; must be that of the metric
        discount: discount to peers; for size, illiquidity or dependence
        control_premium: control premium; on a multiple of minority trading when control is valued
        growth: growth for ever; of the cross-check by fundamentals
        return_on_capital: return on capital; on new investment, for ever
        wacc: WACC; of the cross-check by fundamentals
        tax_rate: tax rate; of the cross-check by fundamentals
        margin: margin; EBITA over sales with EV/Sales, earnings over sales with P/Sales
        payout: payout; share of the earnings that is paid out
        cost_of_equity: cost of equity; of the cross-check by fundamentals

    Example:
        basis: EV/EBITDA
        metric: 150 CNY m
        multiple: ~ pert(8, 10, 13)
        net_debt: 0 CNY m
    """
    given = dict(locals())
    _same_period(period, multiple_period)
    line.heading(f"Value by {basis}")
    amount, price = _pair(given)
    what = "Units" if basis == "EV/Units" else "Metric"
    usable = line(f"{what}, where positive", not_negative(amount))
    at_peers = line("Value at the multiple", usable * price)
    step = (1 - discount) if control_premium is None else (1 - discount) * (1 + control_premium)
    level: Literal["equity", "enterprise"] = "equity" if basis in EQUITY_MULTIPLES else "enterprise"
    worth = line("Equity value at peers" if level == "equity" else "Enterprise value", at_peers * step)
    _cross_check(line, given, price * step)
    return Worth(worth, level, _measures(given, usable, price))


def _measures(given: dict[str, Any], usable: Any, price: Any) -> Measures:
    basis, period = given["basis"], given["period"]
    sales = by_year(period, usable) if basis == "EV/Sales" else {}
    profit = by_year(period, usable) if basis == "EV/EBITA" else {}
    ratio = "" if basis == "EV/Units" else basis
    return Measures(usable, basis, period, multiple=price, ratio=ratio, sales=sales, profit=profit)


def _same_period(period: str | None, multiple_period: str | None) -> None:
    if period is None and multiple_period is None:
        return
    needed(period, "period", "multiple_period comes with it")
    needed(multiple_period, "multiple_period", "period comes with it")
    if period != multiple_period:
        raise TypeError(f"expected a multiple of the metric's own period, found {multiple_period} on {period}")


def _pair(given: dict[str, Any]) -> tuple[Any, Any]:
    """What is multiplied: metric and multiple, or units and the value of one."""
    names = ("units", "value_per_unit") if given["basis"] == "EV/Units" else ("metric", "multiple")
    for name in ("metric", "multiple", "units", "value_per_unit"):
        if given[name] is not None and name not in names:
            raise TypeError(f"expected {' and '.join(names)} with {given['basis']}, found {name}")
    amount, price = (needed(given[name], name, f"basis is {given['basis']}") for name in names)
    return amount, price


def _cross_check(line: Line, given: dict[str, Any], paid: Any) -> None:
    """The multiple that fundamentals justify, and what the one paid implies; nothing when no fundamental is given."""
    everything = (*BY_PROFIT, "margin", "payout", "cost_of_equity")
    found, basis = [name for name in everything if given[name] is not None], given["basis"]
    if not found:
        return
    names = FUNDAMENTALS.get(basis)
    if names is None:
        raise TypeError(f"expected {', '.join(FUNDAMENTALS)} with fundamentals such as {found[0]}, found {basis}")
    stray = [name for name in found if name not in names]
    if stray:
        raise TypeError(f"expected {', '.join(names)} with {basis}, found {stray[0]}")
    for name in names:
        needed(given[name], name, f"{found[0]} comes with it, to check {basis}")
    line.heading("Against fundamentals; not part of the value")
    price = line("Multiple after discount and premium", paid, show=MULTIPLE, aside=True)
    margin = given["margin"] if given["margin"] is not None else 1
    (_by_earnings if basis in EQUITY_MULTIPLES else _by_profit)(line, given, price, margin)


def _by_profit(line: Line, given: dict[str, Any], price: Any, margin: Any) -> None:
    """Koller's value driver formula over EBITA; ``price`` = margin (1 - t)(1 - g / R) / (W - g) solved for each."""
    growth, wacc, ronic, kept = given["growth"], given["wacc"], given["return_on_capital"], 1 - given["tax_rate"]
    on_profit = line(
        "Fundamental multiple of profit", kept * (1 - growth / ronic) / (wacc - growth), show=MULTIPLE, aside=True
    )
    _compare(line, given, price, on_profit)
    of_profit = price / margin
    line("Implied growth for ever", (of_profit * wacc - kept) / (of_profit - kept / ronic), show=RATE, aside=True)
    line("Implied return on capital", growth / (1 - of_profit * (wacc - growth) / kept), show=RATE, aside=True)


def _by_earnings(line: Line, given: dict[str, Any], price: Any, margin: Any) -> None:
    """Gordon's growth model over earnings; ``price`` = margin x payout (1 + g) / (k - g) solved for each."""
    growth, cost, payout = given["growth"], given["cost_of_equity"], given["payout"]
    on_profit = line(
        "Fundamental multiple of profit", payout * (1 + growth) / (cost - growth), show=MULTIPLE, aside=True
    )
    _compare(line, given, price, on_profit)
    of_profit = price / margin
    line("Implied growth for ever", (of_profit * cost - payout) / (of_profit + payout), show=RATE, aside=True)


def _compare(line: Line, given: dict[str, Any], price: Any, on_profit: Any) -> None:
    margin = given["margin"]
    fundamental = on_profit if margin is None else margin * on_profit
    fundamental = line("Fundamental multiple", fundamental, show=MULTIPLE, aside=True)
    line("Multiple over fundamental multiple", price / fundamental, show=RATE, aside=True)
    if margin is not None:
        line("Implied margin", price / on_profit, show=RATE, aside=True)
