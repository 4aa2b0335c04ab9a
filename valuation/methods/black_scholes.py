"""Black-Scholes over quantities: what a European call or put is worth, from present values alone.

The spot less what it yields until expiry and the discounted strike are both present values; with them the formula has
no rates of its own: C = S N(d1) - K N(d2), d1 = ln(S/K)/v + v/2, d2 = d1 - v, where v is the volatility over the life.
Sources: Black and Scholes (1973); Merton (1973) on the yield; Hull, Options, Futures, and Other Derivatives, ch. 15.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..lines import Line
from ..operations import at_least, exp, log, normal_cdf, sqrt, valid
from ..units import RATE


@dataclass(frozen=True)
class Spread:
    """How far the logarithm of the spot may stray: its standard deviation over the life, and half of it."""

    whole: Any
    half: Any


def spread(line: Line, volatility: Any, years: Any, of: str = "") -> Spread:
    """Volatility over the life; a negative one is invalid, as are options without any. ``of`` ends the labels."""
    usable = valid(at_least(volatility, 0), volatility * sqrt(years))
    whole = line(f"Volatility over the life{of}", usable, show=RATE)
    return Spread(whole, line(f"Half the volatility over the life{of}", whole * line.constant("Half", 0.5), show=RATE))


def discounted(amount: Any, rate: Any, years: Any) -> Any:
    """Present value at a continuously compounded rate."""
    return amount * exp(-rate * years)


def d1(spot: Any, strike: Any, over: Spread) -> Any:
    """Return d1 of two present values; N(d1) is the change of a call with its spot."""
    return log(spot / strike) / over.whole + over.half


def d2(spot: Any, strike: Any, over: Spread) -> Any:
    """Return d2 of two present values; N(d2) is the risk-neutral probability that a call is exercised."""
    return log(spot / strike) / over.whole - over.half


def call(spot: Any, strike: Any, over: Spread) -> Any:
    """Value of a European call from present values of spot and strike; both must be positive."""
    return spot * normal_cdf(d1(spot, strike, over)) - strike * normal_cdf(d2(spot, strike, over))


def put(spot: Any, strike: Any, over: Spread) -> Any:
    """Value of a European put from present values of spot and strike; both must be positive."""
    return strike * normal_cdf(-d2(spot, strike, over)) - spot * normal_cdf(-d1(spot, strike, over))
