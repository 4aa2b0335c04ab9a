"""What is put back into a business so that it grows, in three ways, and the capital invested in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..calculation import MissingAssumption, needed
from ..kinds import YearlyNumber, YearlyRate
from ..lines import Line
from ..operations import final, following, previous, roll_forward, shown_ratio
from ..units import RATE
from .forecast import Forecast


@dataclass(frozen=True, kw_only=True)
class Reinvestment:
    """Reinvestment by exactly one of sales to capital, capital expenditure, or return on new capital.

    Args:
        sales_to_capital: sales to capital; revenue added by one unit of reinvestment, yearly
        lag: reinvestment lag; how many years ahead of the revenue it serves (with sales_to_capital)
        capex: capital expenditure rate; as a share of revenue, yearly
        depreciation: depreciation rate; as a share of revenue, yearly, needed with capex
        working_capital: working capital rate; as a share of the change in revenue, yearly, with capex
        return_on_new_capital: return on new capital; reinvestment is NOPAT times growth over this return, yearly
    """

    sales_to_capital: YearlyNumber | None = None
    lag: Literal["0", "1", "2", "3"] = "0"
    capex: YearlyRate | None = None
    depreciation: YearlyRate | None = None
    working_capital: YearlyRate | None = None
    return_on_new_capital: YearlyRate | None = None


def reinvested(line: Line, given: Reinvestment, forecast: Forecast, terminal_growth: Any) -> Any:
    """Write the yearly row of reinvestment; a lag looks beyond the forecast, where ``terminal_growth`` goes on."""
    ways = [name for name in ("sales_to_capital", "capex", "return_on_new_capital") if getattr(given, name) is not None]
    if not ways:
        raise MissingAssumption("sales_to_capital", "give it, or capex, or return_on_new_capital")
    if len(ways) > 1:
        found = " and ".join(ways)
        raise TypeError(f"expected only one of sales_to_capital, capex and return_on_new_capital, found {found}")
    if given.sales_to_capital is not None:
        return _by_sales(line, given, forecast, terminal_growth)
    if given.capex is not None:
        return _by_capex(line, given, forecast)
    return line("Reinvestment", forecast.taxed_nopat * forecast.growth / given.return_on_new_capital)


def _by_sales(line: Line, given: Reinvestment, forecast: Forecast, terminal_growth: Any) -> Any:
    """Increase in revenue over sales to capital; with a lag, the increase of a later year."""
    sales = forecast.sales
    increase = line("Increase in revenue", sales - previous(sales, forecast.revenue))
    if given.lag != "0":
        growth = needed(terminal_growth, "terminal_growth", "the reinvestment lag looks beyond the forecast")
        beyond = final(sales) * growth
        for year in range(1, int(given.lag) + 1):
            later = line(f"Increase in revenue after the forecast, year {year}", beyond)
            increase = line(f"Increase in revenue {year} ahead", following(increase, later))
            beyond = later * (1 + growth)
    return line("Reinvestment", increase / given.sales_to_capital)


def _by_capex(line: Line, given: Reinvestment, forecast: Forecast) -> Any:
    """Capital expenditure less depreciation plus the growth of working capital."""
    sales = forecast.sales
    capex = line("Capital expenditure", sales * given.capex)
    depreciation = line("Depreciation", sales * needed(given.depreciation, "depreciation", "capex comes with it"))
    net = capex - depreciation
    if given.working_capital is not None:
        increase = (sales - previous(sales, forecast.revenue)) * given.working_capital
        net = net + line("Increase in working capital", increase)
    return line("Reinvestment", net)


def invested(line: Line, opening: Any, reinvestment: Any, nopat: Any) -> Any:
    """Write the capital at the end of each year and the return on the capital of the year before; None without opening.

    A return on no capital, or on less, means nothing and is shown as 0.
    """
    line("Invested capital added to date", roll_forward(lambda before, spent: before + spent, 0, reinvestment))
    if opening is None:
        return None
    capital = line("Invested capital", roll_forward(lambda before, spent: before + spent, opening, reinvestment))
    before = previous(capital, opening)
    line("Return on invested capital", shown_ratio(nopat, before), show=RATE)
    return capital
