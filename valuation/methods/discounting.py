"""Discount factors: a rate that may change each year, flows in the middle or at the end of it, a part of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..kinds import Share, YearlyRate
from ..lines import Line
from ..operations import above, at_most, final, power, previous, roll_forward, valid, where
from ..units import RATE

Timing = Literal["mid-year", "end-year"]


@dataclass(frozen=True, kw_only=True)
class Discounting:
    """When cash flows arrive and at what they are discounted.

    Args:
        wacc: WACC; weighted average cost of capital, yearly, in the currency of the cash flows
        timing: timing of cash flows; middle or end of each year
        stub: share of the first year that is left; days from the valuation date to its end over 365, all unless given
    """

    wacc: YearlyRate
    timing: Timing = "mid-year"
    stub: Share | None = None


@dataclass(frozen=True)
class DiscountFactors:
    """Yearly factors for the end of each year and for its cash flow, and the factor of a perpetuity's value.

    ``left`` is the share of each year that is left and ``half`` the shift to the middle of a year; None without them.
    """

    wacc: Any
    end: Any
    flows: Any
    left: Any
    half: Any

    def of_perpetuity(self) -> Any:
        """A perpetuity is worth one flow a year from the first flow after the forecast: it stands a year before that.

        Without a stub that is where the last flow stands; with one, the last flow may be the shortened first.
        """
        return final(self.flows) if self.left is None else self.half_a_year_on(final(self.end))

    def half_a_year_on(self, amount: Any) -> Any:
        """Carry an amount from the middle of the last year to its end when flows are mid-year."""
        return amount if self.half is None else amount * power(1 + final(self.wacc), self.half)


def discount_factor(rate: Any, years: Any) -> Any:
    """What one unit of money is worth now that comes after so many years: (1 + rate)^-years, at one yearly rate."""
    return power(1 + rate, -years)


def years_until_flow(line: Line, timing: Timing) -> Any:
    """When the flow of each year comes: at its end or in its middle, a yearly row."""
    return line.period - mid_year_shift(line) if timing == "mid-year" else line.period


def mid_year_shift(line: Line) -> Any:
    """Half a year, in a cell of its own."""
    return line.constant("Mid-year shift in years", 0.5)


def year_end_factors(rate: Any) -> Any:
    """Product of 1 / (1 + rate) over the years so far, for a rate that may change each year."""
    return roll_forward(lambda before, rate: before / (1 + rate), 1, rate)


def spread_over(rate: Any, growth: Any) -> Any:
    """What a perpetuity's flow is divided by; a rate that is not above the growth is invalid."""
    return valid(above(rate, growth), rate - growth)


def discount_factors(line: Line, given: Discounting) -> DiscountFactors:
    """Write the discount factors: products of 1 / (1 + WACC), of the first year to the power of the stub."""
    wacc, left = given.wacc, None
    if given.stub is None:
        end = line("Discount factor, end of year", year_end_factors(wacc))
    else:
        left = line("Share of the year that is left", where(at_most(line.period, 1), given.stub, 1), show=RATE)
        shrunk = roll_forward(lambda before, wacc, left: before / power(1 + wacc, left), 1, wacc, left)
        end = line("Discount factor, end of year", shrunk)
    if given.timing == "end-year":
        return DiscountFactors(wacc, end, end, left, None)
    half = mid_year_shift(line)
    shift = half if left is None else half * left
    flows = line("Discount factor of cash flows", previous(end, 1) / power(1 + wacc, shift))
    return DiscountFactors(wacc, end, flows, left, half)
