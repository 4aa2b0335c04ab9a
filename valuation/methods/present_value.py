"""Flows at the end of each year discounted at a rate of their own, with a perpetuity behind them when they grow on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..lines import Line
from ..operations import above, final, roll_forward, total, valid
from ..units import RATE


@dataclass(frozen=True)
class DiscountRate:
    """Yearly factors for the end of each year; ``spread`` is the last rate less growth, None for finite lives."""

    factor: Any
    spread: Any


@dataclass(frozen=True)
class PresentValue:
    """What flows are worth: ``yearly`` the flows of the forecast discounted, ``beyond`` the terminal value or None."""

    yearly: Any
    beyond: Any
    value: Any


def discount_at(line: Line, name: str, rate: Any, growth: Any) -> DiscountRate:
    """Write the factors of a yearly rate; a last rate not above the growth (None: nothing goes on) is invalid."""
    factor = line(f"Discount factor at the {name}", roll_forward(lambda before, rate: before / (1 + rate), 1, rate))
    if growth is None:
        return DiscountRate(factor, None)
    last = final(rate)
    label = f"{name[:1].upper()}{name[1:]} less terminal growth"
    return DiscountRate(factor, line(label, valid(above(last, growth), last - growth), show=RATE))


def present_value(line: Line, what: str, flow: Any, rate: DiscountRate, after: Any) -> PresentValue:
    """Write what a yearly flow is worth; ``after`` is the first flow after the forecast, unread for finite lives."""
    yearly = line(f"Present value of {what}", flow * rate.factor)
    if rate.spread is None:
        return PresentValue(yearly, None, total(yearly))
    first_after = line(f"{what[:1].upper()}{what[1:]} after the forecast", after)
    beyond = line(f"Terminal value of {what}", first_after / rate.spread)
    later = line(f"Present value of the terminal value of {what}", beyond * final(rate.factor))
    return PresentValue(yearly, beyond, total(yearly) + later)
