"""Flows at the end of each year discounted at a rate of their own, with a perpetuity behind them when they grow on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..lines import Line
from ..operations import above, absolute, final, total, where
from ..units import RATE
from .discounting import spread_over, year_end_factors


@dataclass(frozen=True)
class DiscountRate:
    """Yearly factors for the end of each year; ``spread`` is the last rate less growth, None for finite lives."""

    factor: Any
    spread: Any


@dataclass(frozen=True)
class PresentValue:
    """What flows are worth: each year's discounted, and those after the forecast, at its end (``beyond``) and today.

    ``beyond`` is None and ``later`` is 0 for finite lives.
    """

    yearly: Any
    beyond: Any
    later: Any
    value: Any


def discount_at(line: Line, name: str, rate: Any, growth: Any) -> DiscountRate:
    """Write the factors of a yearly rate; a last rate not above the growth (None: nothing goes on) is invalid."""
    factor = line(f"Discount factor at the {name}", year_end_factors(rate))
    if growth is None:
        return DiscountRate(factor, None)
    label = f"{name[:1].upper()}{name[1:]} less terminal growth"
    return DiscountRate(factor, line(label, spread_over(final(rate), growth), show=RATE))


def present_value(line: Line, what: str, flow: Any, rate: DiscountRate, after: Any) -> PresentValue:
    """Write what a yearly flow is worth; ``after`` is the first flow after the forecast, unread for finite lives."""
    yearly = line(f"Present value of {what}", flow * rate.factor)
    if rate.spread is None:
        return PresentValue(yearly, None, 0, total(yearly))
    first_after = line(f"{what[:1].upper()}{what[1:]} after the forecast", after)
    beyond = line(f"Terminal value of {what}", first_after / rate.spread)
    later = line(f"Present value of the terminal value of {what}", beyond * final(rate.factor))
    return PresentValue(yearly, beyond, later, total(yearly) + later)


def terminal_share(line: Line, worth: Any, later: Any) -> None:
    """Write how much of a value comes after the forecast; 0 where there is no value to share."""
    line("Terminal value share", where(above(absolute(worth), 0), later / worth, 0), show=RATE)
