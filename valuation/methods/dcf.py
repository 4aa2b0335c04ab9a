"""Discounted free cash flow to the firm, with three ways to reinvest and three terminal values."""

from __future__ import annotations

from typing import Any, Literal

from ..calculation import MissingAssumption
from ..kinds import Money, Multiple, Rate, YearlyNumber, YearlyRate
from ..lines import Line
from ..operations import above, final, following, maximum, previous, roll_forward, total, valid
from ..units import RATE
from .method import Worth, method


@method
def dcf(
    line: Line,
    *,
    revenue: Money,
    growth: YearlyRate,
    margin: YearlyRate,
    tax_rate: YearlyRate,
    wacc: YearlyRate,
    sales_to_capital: YearlyNumber | None = None,
    lag: Literal["0", "1", "2", "3"] = "0",
    capex: YearlyRate | None = None,
    depreciation: YearlyRate | None = None,
    working_capital: YearlyRate | None = None,
    return_on_new_capital: YearlyRate | None = None,
    terminal_value: Literal["value driver", "gordon", "exit multiple"] = "value driver",
    terminal_growth: Rate | None = None,
    terminal_return: Rate | None = None,
    exit_multiple: Multiple | None = None,
    exit_metric: Literal["EBITA", "EBITDA", "revenue"] = "EBITA",
    timing: Literal["mid-year", "end-year"] = "mid-year",
) -> Worth:
    """Present value of free cash flow to the firm over the forecast years, plus a terminal value.

    Gives the enterprise value (100 %, before net debt) in the money of ``revenue``. Yearly arguments have shape
    (years, draws). A draw whose last WACC is not above the terminal growth is invalid (NaN). Tax is never negative.
    Sources: Koller, Goedhart, Wessels, Valuation (2020), ch. 10 and 14 (value driver formula); Damodaran,
    Investment Valuation (2012), ch. 12 and 15, and his fcffsimpleginzu workbook (reinvestment lag).

    Args:
        revenue: base-year revenue; the fiscal year before the first forecast year
        growth: revenue growth; yearly
        margin: EBITA margin; EBITA as a share of revenue, yearly
        tax_rate: tax rate; on EBITA where it is positive, yearly
        wacc: WACC; weighted average cost of capital, yearly, in the currency of the cash flows
        sales_to_capital: sales to capital; revenue added by one unit of reinvestment, yearly
        lag: reinvestment lag; how many years ahead of the revenue it serves (with sales_to_capital)
        capex: capital expenditure rate; as a share of revenue, yearly
        depreciation: depreciation rate; as a share of revenue, yearly, needed with capex
        working_capital: working capital rate; as a share of the change in revenue, yearly, with capex
        return_on_new_capital: return on new capital; reinvestment is NOPAT times growth over this return, yearly
        terminal_value: terminal value method; what stands for the years after the forecast
        terminal_growth: terminal growth; for ever after the last forecast year (value driver, gordon)
        terminal_return: return on new capital after the forecast; RONIC in the value driver formula
        exit_multiple: exit multiple; of the last year's exit_metric
        exit_metric: exit metric; what the exit multiple is a multiple of
        timing: timing of cash flows; middle or end of each year
    """
    line.heading("Free cash flow")
    sales = line("Revenue forecast", roll_forward(lambda before, growth: before * (1 + growth), revenue, growth))
    ebita = line("EBITA", sales * margin)
    nopat = line("NOPAT", ebita - line("Tax on EBITA", maximum(ebita, 0) * tax_rate))
    spent = _reinvestment(line, locals())
    flow = line("Free cash flow", nopat - spent)
    line("Invested capital added to date", roll_forward(lambda before, spent: before + spent, 0, spent))

    line.heading("Present value")
    factor = line("Discount factor, end of year", roll_forward(lambda before, wacc: before / (1 + wacc), 1, wacc))
    flow_factor = factor
    if timing == "mid-year":
        half = line.constant("Mid-year shift in years", 0.5)
        flow_factor = line("Discount factor of cash flows", previous(factor, 1) / (1 + wacc) ** half)
    present = line("Present value of cash flow", flow * flow_factor)
    explicit = line("Present value of forecast years", total(present))

    line.heading("Terminal value")
    beyond, discounted_with = _terminal_value(line, locals())
    terminal = line("Present value of terminal value", beyond * final(discounted_with))
    worth = explicit + terminal
    enterprise = line("Enterprise value", worth)
    line("Terminal value share", terminal / enterprise, show=RATE)
    return Worth(enterprise, "enterprise")


def _reinvestment(line: Line, given: dict[str, Any]) -> Any:
    """Reinvestment by exactly one of sales to capital, capital expenditure, or return on new capital."""
    modes = [name for name in ("sales_to_capital", "capex", "return_on_new_capital") if given[name] is not None]
    if not modes:
        raise MissingAssumption("sales_to_capital", "give it, or capex, or return_on_new_capital")
    if len(modes) > 1:
        found = " and ".join(modes)
        raise TypeError(f"expected only one of sales_to_capital, capex and return_on_new_capital, found {found}")
    return {"sales_to_capital": _by_sales, "capex": _by_capex, "return_on_new_capital": _by_return}[modes[0]](
        line, given
    )


def _by_sales(line: Line, given: dict[str, Any]) -> Any:
    """Increase in revenue over sales to capital; with a lag, the increase of a later year."""
    sales = given["sales"]
    increase = line("Increase in revenue", sales - previous(sales, given["revenue"]))
    lag = int(given["lag"])
    if not lag:
        return line("Reinvestment", increase / given["sales_to_capital"])
    growth = _needed(given, "terminal_growth", "the reinvestment lag looks beyond the forecast")
    beyond = final(sales) * growth
    for year in range(1, lag + 1):
        later = line(f"Increase in revenue after the forecast, year {year}", beyond)
        increase = line(f"Increase in revenue {year} ahead", following(increase, later))
        beyond = later * (1 + growth)
    return line("Reinvestment", increase / given["sales_to_capital"])


def _by_capex(line: Line, given: dict[str, Any]) -> Any:
    """Capital expenditure less depreciation plus the growth of working capital."""
    sales = given["sales"]
    capex = line("Capital expenditure", sales * given["capex"])
    depreciation = line("Depreciation", sales * _needed(given, "depreciation", "capex comes with it"))
    net = capex - depreciation
    if given["working_capital"] is not None:
        increase = (sales - previous(sales, given["revenue"])) * given["working_capital"]
        net = net + line("Increase in working capital", increase)
    return line("Reinvestment", net)


def _by_return(line: Line, given: dict[str, Any]) -> Any:
    """NOPAT x growth / return on new capital (Koller's g/RONIC)."""
    return line("Reinvestment", given["nopat"] * given["growth"] / given["return_on_new_capital"])


def _terminal_value(line: Line, given: dict[str, Any]) -> tuple[Any, Any]:
    """Return the terminal value and the row of factors whose last one discounts it.

    Perpetuities are worth one flow a year from the first flow after the forecast, so they are discounted like the last
    flow (N - 1/2 when mid-year); an exit multiple is a price at the end of year N.
    """
    kind = given["terminal_value"]
    if kind == "exit multiple":
        multiple = _needed(given, "exit_multiple", "terminal_value is exit multiple")
        return line("Terminal value", multiple * final(_exit_metric(line, given))), given["factor"]
    growth = _needed(given, "terminal_growth", f"terminal_value is {kind}")
    if kind == "gordon":
        following_flow = final(given["flow"]) * (1 + growth)
    else:
        ronic = _needed(given, "terminal_return", "terminal_value is value driver")
        profit = line("NOPAT after the forecast", final(given["nopat"]) * (1 + growth))
        following_flow = profit * (1 - growth / ronic)
    flow = line("Free cash flow after the forecast", following_flow)
    last_wacc = line("WACC after the forecast", final(given["wacc"]), show=RATE)
    spread = line("WACC less terminal growth", valid(above(last_wacc, growth), last_wacc - growth), show=RATE)
    return line("Terminal value", flow / spread), given["flow_factor"]


def _exit_metric(line: Line, given: dict[str, Any]) -> Any:
    match given["exit_metric"]:
        case "EBITDA":
            depreciation = _needed(given, "depreciation", "exit_metric is EBITDA")
            return line("EBITDA", given["ebita"] + given["sales"] * depreciation)
        case "revenue":
            return given["sales"]
        case _:
            return given["ebita"]


def _needed(given: dict[str, Any], name: str, reason: str) -> Any:
    if given[name] is None:
        raise MissingAssumption(name, reason)
    return given[name]
