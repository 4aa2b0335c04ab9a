"""Adjusted present value: the business without debt, plus what its debt saves in tax, less the cost of distress."""

from __future__ import annotations

from typing import Any, Literal

from ..calculation import needed, two_way
from ..kinds import Money, Rate, Share, YearlyMoney, YearlyRate
from ..lines import Line
from ..operations import final, first, previous, roll_forward
from ..units import RATE
from .method import Measures, Worth, method
from .present_value import discount_at, present_value, terminal_share


@method
@two_way(("unlevered_cost", "terminal_growth"))
def apv(
    line: Line,
    *,
    free_cash_flow: YearlyMoney,
    unlevered_cost: YearlyRate,
    tax_rate: YearlyRate,
    cost_of_debt: YearlyRate,
    debt: YearlyMoney | None = None,
    leverage: Share | None = None,
    shield_rate: Literal["unlevered cost", "cost of debt"] = "unlevered cost",
    terminal_growth: Rate | None = None,
    distress_cost: Money | None = None,
) -> Worth:
    """Free cash flow at the unlevered cost of capital, plus the present value of interest tax shields.

    Gives the enterprise value (100 %, before net debt) in the money of ``free_cash_flow``. Yearly arguments have shape
    (years, draws); flows and interest come at the end of each year. Debt is either a plan (``debt``) or a constant
    share of the value (``leverage``); with the latter it moves with the value, so its shields are discounted at the
    unlevered cost and the result is the value at WACC. For a spin-off that is laden with debt give the plan, as the
    WACC then changes each year. Interest is taken to be deducted in full. A draw whose rate is not above the terminal
    growth is invalid.
    Sources: Myers (1974); Berk and DeMarzo, Corporate Finance, ch. 18; Koller, Goedhart, Wessels, Valuation (2020),
    ch. 10.

    Args:
        free_cash_flow: free cash flow to the firm; before interest, taxed as if there were no debt, yearly
        unlevered_cost: unlevered cost of capital; the cost of equity without debt, yearly
        tax_rate: tax rate; at which interest is deducted, yearly
        cost_of_debt: cost of debt; interest over debt at the start of the year, before tax, yearly
        debt: debt plan; at the start of each year, yearly
        leverage: debt to value; constant, at market values, instead of a plan
        shield_rate: discount rate of tax shields; the cost of debt suits a plan that does not follow the value
        terminal_growth: terminal growth; of flows and debt for ever after the forecast, else nothing comes after it
        distress_cost: cost of financial distress; its present value

    Example:
        first_flow: ~ pert(50 CNY m, 60 CNY m, 70 CNY m)
        flow_growth: 4%
        free_cash_flow: = first_flow * (1 + flow_growth) ** (period - 1)
        unlevered_cost: 9%
        tax_rate: 25%
        cost_of_debt: 5%
        leverage: 20%
        terminal_growth: 2%
    """
    line.heading("Without debt")
    rate = discount_at(line, "unlevered cost of capital", unlevered_cost, terminal_growth)
    flow_after = None if terminal_growth is None else final(free_cash_flow) * (1 + terminal_growth)
    business = present_value(line, "free cash flow", free_cash_flow, rate, flow_after)
    base = line("Unlevered value", business.value)

    line.heading("Interest tax shields")
    if leverage is None:
        owed = line("Debt at the start of the year", needed(debt, "debt", "give it, or leverage"))
        shield = line("Interest tax shield", owed * cost_of_debt * tax_rate)
        shield_after = None if terminal_growth is None else final(shield) * (1 + terminal_growth)
    else:
        _refuse_contradictions(debt, shield_rate)
        saving = line("Tax saved per unit of value", leverage * cost_of_debt * tax_rate, show=RATE)
        wacc = line("WACC at the target leverage", unlevered_cost - saving, show=RATE)
        value, beyond = _levered_value(line, free_cash_flow, flow_after, wacc, terminal_growth)
        line("Debt at the start of the year", value * leverage)
        shield = line("Interest tax shield", value * saving)
        shield_after = None if beyond is None else beyond * final(saving)
    if shield_rate == "cost of debt":
        rate = discount_at(line, "cost of debt", cost_of_debt, terminal_growth)
    saved = present_value(line, "interest tax shield", shield, rate, shield_after)
    shields = line("Value of tax shields", saved.value)

    line.heading("Adjusted present value")
    worth = base + shields
    enterprise = line("Enterprise value", worth if distress_cost is None else worth - distress_cost)
    if terminal_growth is not None:
        terminal_share(line, enterprise, business.later + saved.later)
    shown = Measures(first(free_cash_flow), "Free cash flow", "FY1", rate=unlevered_cost, growth=terminal_growth)
    return Worth(enterprise, "enterprise", shown)


def _refuse_contradictions(debt: Any, shield_rate: str) -> None:
    if debt is not None:
        raise TypeError("expected either debt or leverage, found both")
    if shield_rate != "unlevered cost":
        raise TypeError(f"expected shield_rate unlevered cost, as debt moves with the value, found {shield_rate}")


def _levered_value(line: Line, flow: Any, flow_after: Any, wacc: Any, growth: Any) -> tuple[Any, Any]:
    """Value with its debt at the start of each year, and the terminal value: what is still to come, carried forward."""
    rate = discount_at(line, "levered WACC", wacc, growth)
    found = present_value(line, "free cash flow at WACC", flow, rate, flow_after)
    levered = line("Levered value", found.value)
    to_date = line("Present value to date", roll_forward(lambda before, value: before + value, 0, found.yearly))
    to_come = (levered - previous(to_date, 0)) / previous(rate.factor, 1)
    return line("Levered value at the start of the year", to_come), found.beyond
