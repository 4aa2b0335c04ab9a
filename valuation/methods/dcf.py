"""Discounted free cash flow to the firm, with three ways to reinvest and five terminal values."""

from __future__ import annotations

from typing import Any

from ..calculation import two_way
from ..kinds import Money, YearlyRate
from ..lines import Line
from ..operations import first, shown_ratio, total
from ..units import MULTIPLE
from .discounting import Discounting, discount_factors
from .distress import Distress, enterprise_value
from .forecast import Forecast, LossesCarriedForward, operating_forecast
from .method import Measures, Worth, method
from .present_value import terminal_share
from .reinvestment import Reinvestment, invested, reinvested
from .terminal_value import LastYears, TerminalValue, terminal_value


@method
@two_way(("wacc", "terminal_growth"), ("exit_multiple", "wacc"))
def dcf(
    line: Line,
    *,
    revenue: Money,
    growth: YearlyRate,
    margin: YearlyRate,
    tax_rate: YearlyRate,
    losses: LossesCarriedForward,
    discounting: Discounting,
    reinvestment: Reinvestment,
    invested_capital: Money | None = None,
    terminal: TerminalValue,
    distress: Distress,
) -> Worth:
    """Present value of free cash flow to the firm over the forecast years, plus a terminal value.

    Gives the enterprise value (100 %, before net debt) in the money of ``revenue``. Yearly arguments have shape
    (years, draws). A draw whose last WACC is not above the terminal growth is invalid (NaN). Tax is never negative;
    losses carried forward (``nol``) are used before tax, and the terminal value is taxed in full. With a ``stub`` the
    first year counts for the part that is left. Failure is weighted last.
    Sources: Koller, Goedhart, Wessels, Valuation (2020), ch. 10 and 14 (value driver formula); Damodaran,
    Investment Valuation (2012), ch. 12 and 15, and his fcffsimpleginzu workbook (reinvestment lag, losses, failure);
    Rosenbaum and Pearl, Investment Banking (2013), ch. 3 (implied growth and multiples, stub).

    Args:
        revenue: base-year revenue; the fiscal year before the first forecast year
        growth: revenue growth; yearly
        margin: EBITA margin; EBITA as a share of revenue, yearly
        tax_rate: tax rate; on EBITA where it is positive, yearly
        invested_capital: opening invested capital; at the end of the base year, at book

    Example:
        revenue: 1000 CNY m
        growth: fade(~ pert(6%, 10%, 15%) to 2.5% over 5 years)
        margin: ~ pert(12%, 16%, 20%)
        tax_rate: 25%
        risk_free: 2.5%
        equity_risk_premium: ~ pert(4.5%, 5%, 6%)
        beta: 1.2
        wacc: = risk_free + beta * equity_risk_premium
        sales_to_capital: 2
        terminal_growth: 2.5%
        terminal_return: 12%
        net_debt: 0 CNY m
    """
    line.heading("Free cash flow")
    forecast = operating_forecast(line, revenue, growth, margin, tax_rate, losses)
    spent = reinvested(line, reinvestment, forecast, terminal.terminal_growth)
    flow = line("Free cash flow", forecast.nopat - spent)
    taxed = flow if forecast.tax_saved is None else line("Free cash flow, fully taxed", flow - forecast.tax_saved)
    capital = invested(line, invested_capital, spent, forecast.nopat)

    line.heading("Present value")
    factors = discount_factors(line, discounting)
    counted = flow if factors.left is None else flow * factors.left
    present = line("Present value of cash flow", counted * factors.flows)
    worth = explicit = line("Present value of forecast years", total(present))

    line.heading("Terminal value")
    last = LastYears(forecast, taxed, factors, capital, reinvestment.depreciation)
    beyond = terminal_value(line, terminal, last)
    if beyond is not None:
        after = line("Present value of terminal value", beyond[0] * beyond[1])
        worth = explicit + after
    enterprise, going = enterprise_value(line, distress, worth, invested_capital)
    if beyond is not None:
        terminal_share(line, going, after)
    _multiples(line, enterprise, forecast)
    shown = Measures(
        metric=first(forecast.sales),
        named="Revenue",
        period="FY1",
        ratio="EV/Sales, first forecast year",
        rate=discounting.wacc,
        growth=terminal.terminal_growth,
        sales=forecast.sales,
        profit=forecast.ebita,
    )
    return Worth(enterprise, "enterprise", shown)


def _multiples(line: Line, enterprise: Any, forecast: Forecast) -> None:
    """What the value is of the first forecast year's EBITA and revenue; 0 where that means nothing."""
    for name, row in (("EBITA", forecast.ebita), ("revenue", forecast.sales)):
        paid = shown_ratio(enterprise, first(row))
        line(f"Enterprise value over first year's {name}", paid, show=MULTIPLE)
