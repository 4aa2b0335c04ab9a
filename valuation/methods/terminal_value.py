"""What stands for the years after the forecast: a perpetuity, a price, what is left of the capital, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..calculation import needed
from ..kinds import Money, Multiple, Rate, Share
from ..lines import Line
from ..operations import final, shown_ratio
from ..units import MULTIPLE, RATE
from .discounting import DiscountFactors, spread_over
from .forecast import Forecast


@dataclass(frozen=True, kw_only=True)
class TerminalValue:
    """The terminal value and what its formula needs.

    Args:
        terminal_value: terminal value method; what stands for the years after the forecast, nothing for a finite life
        terminal_growth: terminal growth; for ever after the last forecast year (value driver, gordon)
        terminal_return: return on new capital after the forecast; RONIC in the value driver formula
        terminal_cash_flow: free cash flow of the first year after the forecast; else the last one grows (gordon)
        exit_multiple: exit multiple; of the last year's exit_metric
        exit_metric: exit metric; what the exit multiple is a multiple of
        liquidation_recovery: recovery in liquidation; share of the last year's closing invested capital
    """

    terminal_value: Literal["value driver", "gordon", "exit multiple", "liquidation", "none"] = "value driver"
    terminal_growth: Rate | None = None
    terminal_return: Rate | None = None
    terminal_cash_flow: Money | None = None
    exit_multiple: Multiple | None = None
    exit_metric: Literal["EBITA", "EBITDA", "revenue"] = "EBITA"
    liquidation_recovery: Share | None = None


@dataclass(frozen=True)
class LastYears:
    """What terminal values are built on: yearly rows, ``flow`` fully taxed; the last two may be None."""

    forecast: Forecast
    flow: Any
    factors: DiscountFactors
    capital: Any
    depreciation: Any


def terminal_value(line: Line, given: TerminalValue, last: LastYears) -> tuple[Any, Any] | None:
    """Write the terminal value; return it with the factor that discounts it, None when there is no such value.

    Perpetuities are discounted like the last flow (N - 1/2 when mid-year); an exit multiple and a liquidation are
    prices at the end of year N.
    """
    kind = given.terminal_value
    _refuse(given.terminal_cash_flow, "terminal_cash_flow", kind, "gordon")
    _refuse(given.liquidation_recovery, "liquidation_recovery", kind, "liquidation")
    match kind:
        case "none":
            return None
        case "liquidation":
            recovery = needed(given.liquidation_recovery, "liquidation_recovery", "terminal_value is liquidation")
            capital = needed(last.capital, "invested_capital", "terminal_value is liquidation")
            return line("Terminal value", recovery * final(capital)), final(last.factors.end)
        case "exit multiple":
            multiple = needed(given.exit_multiple, "exit_multiple", "terminal_value is exit multiple")
            value = line("Terminal value", multiple * final(_exit_metric(line, given, last)))
            _implied_growth(line, value, last)
            return value, final(last.factors.end)
        case _:
            value = _perpetuity(line, given, last)
            _implied_multiples(line, value, last)
            return value, last.factors.of_perpetuity()


def _refuse(value: Any, name: str, kind: str, wanted: str) -> None:
    if value is not None and kind != wanted:
        raise TypeError(f"expected {name} only where terminal_value is {wanted}, found it with {kind}")


def _perpetuity(line: Line, given: TerminalValue, last: LastYears) -> Any:
    """Free cash flow after the forecast / (WACC - growth); WACC not above growth is invalid."""
    kind = given.terminal_value
    growth = needed(given.terminal_growth, "terminal_growth", f"terminal_value is {kind}")
    if kind == "value driver":
        ronic = needed(given.terminal_return, "terminal_return", "terminal_value is value driver")
        profit = line("NOPAT after the forecast", final(last.forecast.taxed_nopat) * (1 + growth))
        following_flow = profit * (1 - growth / ronic)
    elif given.terminal_cash_flow is not None:
        following_flow = given.terminal_cash_flow
    else:
        following_flow = final(last.flow) * (1 + growth)
    flow = line("Free cash flow after the forecast", following_flow)
    last_wacc = line("WACC after the forecast", final(last.factors.wacc), show=RATE)
    spread = line("WACC less terminal growth", spread_over(last_wacc, growth), show=RATE)
    return line("Terminal value", flow / spread)


def _exit_metric(line: Line, given: TerminalValue, last: LastYears) -> Any:
    match given.exit_metric:
        case "EBITDA":
            depreciation = needed(last.depreciation, "depreciation", "exit_metric is EBITDA")
            return line("EBITDA", last.forecast.ebita + last.forecast.sales * depreciation)
        case "revenue":
            return last.forecast.sales
        case _:
            return last.forecast.ebita


def _implied_multiples(line: Line, value: Any, last: LastYears) -> None:
    """The exit multiples at which a perpetuity would be sold at the end of the last year; 0 where they mean nothing."""
    price = value
    if last.factors.half is not None:
        price = line("Terminal value at the end of the last year", last.factors.half_a_year_on(value))
    for name, row in (("EBITA", last.forecast.ebita), ("revenue", last.forecast.sales)):
        implied = shown_ratio(price, final(row))
        line(f"Implied exit multiple of {name}", implied, show=MULTIPLE)


def _implied_growth(line: Line, value: Any, last: LastYears) -> None:
    """The growth at which a perpetuity of the last flow would be worth the exit's price; 0 where it means nothing."""
    flow = final(last.flow)
    if last.factors.half is not None:
        flow = line("Last free cash flow at the end of its year", last.factors.half_a_year_on(flow))
    sum_of_both = value + flow
    growth = shown_ratio(value * final(last.factors.wacc) - flow, sum_of_both)
    line("Implied terminal growth", growth, show=RATE)
