"""Free cash flow to equity: what is left for the owners after interest, tax and borrowing, at their cost of capital."""

from __future__ import annotations

from ..calculation import two_way
from ..kinds import Money, Rate, YearlyMoney, YearlyRate
from ..lines import Line
from ..operations import final, first, following
from .method import Measures, Worth, method
from .present_value import discount_at, present_value, terminal_share


@method
@two_way(("cost_of_equity", "terminal_growth"))
def fcfe(
    line: Line,
    *,
    free_cash_flow: YearlyMoney,
    debt: YearlyMoney,
    cost_of_debt: YearlyRate,
    tax_rate: YearlyRate,
    cost_of_equity: YearlyRate,
    closing_debt: Money | None = None,
    terminal_growth: Rate | None = None,
) -> Worth:
    """Free cash flow to the firm less interest after tax plus net borrowing, at the cost of equity.

    Gives the equity value (100 %) in the money of ``free_cash_flow``: debt is already taken off, cash that does not
    work in the business is not yet added. Yearly arguments have shape (years, draws); flows come at the end of each
    year. The cost of equity must fit the debt: a plan that moves leverage needs one that moves with it. Without
    ``terminal_growth`` nothing comes after the forecast and debt is repaid at its end; with it flow and debt grow for
    ever, and a draw whose last cost of equity is not above it is invalid.
    Sources: Damodaran, Investment Valuation (2012), ch. 14; Koller, Goedhart, Wessels, Valuation (2020), ch. 10.

    Args:
        free_cash_flow: free cash flow to the firm; before interest, taxed as if there were no debt, yearly
        debt: debt plan; at the start of each year, yearly
        cost_of_debt: cost of debt; interest over debt at the start of the year, before tax, yearly
        tax_rate: tax rate; at which interest is deducted, yearly
        cost_of_equity: cost of equity; with the debt of the plan, yearly
        closing_debt: debt at the end of the forecast; else the last year's grows at terminal_growth, or all is repaid
        terminal_growth: terminal growth; of flow and debt for ever after the forecast, else nothing comes after it

    Example:
        first_flow: ~ pert(50 CNY m, 60 CNY m, 70 CNY m)
        flow_growth: 4%
        free_cash_flow: = first_flow * (1 + flow_growth) ** (period - 1)
        debt: 200 CNY m
        cost_of_debt: 5%
        tax_rate: 25%
        cost_of_equity: 10%
        closing_debt: 200 CNY m
        terminal_growth: 2%
    """
    line.heading("Flow to equity")
    owed = line("Debt at the start of the year", debt)
    left = closing_debt
    if left is None:
        grown = final(owed) * (0 if terminal_growth is None else 1 + terminal_growth)
        left = line("Debt at the end of the forecast", grown)
    interest = line("Interest after tax", owed * cost_of_debt * (1 - tax_rate))
    borrowed = line("Net borrowing", following(owed, left) - owed)
    flow = line("Free cash flow to equity", free_cash_flow - interest + borrowed)

    line.heading("Present value")
    rate = discount_at(line, "cost of equity", cost_of_equity, terminal_growth)
    after = None
    if terminal_growth is not None:
        rates = line("Interest rate after tax", cost_of_debt * (1 - tax_rate))
        after = final(free_cash_flow) * (1 + terminal_growth) - left * (final(rates) - terminal_growth)
    found = present_value(line, "free cash flow to equity", flow, rate, after)
    equity = line("Equity value", found.value)
    if terminal_growth is not None:
        terminal_share(line, equity, found.later)
    shown = Measures(first(flow), "Free cash flow to equity", "FY1", rate=cost_of_equity, growth=terminal_growth)
    return Worth(equity, "equity", shown)
