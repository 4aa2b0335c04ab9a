"""Discounts for lack of marketability: what an owner loses who cannot sell for a while, by four option models."""

from __future__ import annotations

import math
from typing import Any, Literal

from ..kinds import Rate, Years
from ..lines import Line
from ..methods.black_scholes import Spread, put, spread
from ..operations import above, below, exp, log, maximum, minimum, normal_cdf, sqrt, where
from ..units import FLAG, NUMBER, RATE
from .schedule import schedule


@schedule
def marketability(
    line: Line,
    *,
    volatility: Rate,
    lock_up: Years,
    risk_free: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    model: Literal["finnerty", "chaffe", "ghaidarov", "longstaff"] = "finnerty",
) -> None:
    """Discount for lack of marketability by Chaffe, Finnerty, Ghaidarov and Longstaff; one of them is chosen.

    Finnerty and Ghaidarov value an average-price put, Chaffe a put at the price of today, Longstaff the perfect sale
    at the highest price: an upper bound, which beyond 100 % is capped and flagged in lines of their own. Without a
    lock-up there is no discount; a negative lock-up or volatility is invalid (NaN).
    Sources: Chaffe (1993); Longstaff (1995); Ghaidarov (2009); Finnerty (2012).

    Args:
        volatility: volatility of the share; a year
        lock_up: lock-up; years until the share can be sold
        risk_free: risk-free rate; a year, continuously compounded (Chaffe)
        dividend_yield: dividend yield; a year, continuously compounded (Chaffe, Finnerty, Ghaidarov)
        model: model; which discount is used

    Example:
        volatility: ~ uniform(30%, 50%)
        lock_up: 1 years
        risk_free: 2.5%
        model: finnerty
    """
    line.heading("Discount for lack of marketability by model")
    over = spread(line, volatility, lock_up)
    kept = line("Part of the price that is not dividends until then", exp(-dividend_yield * lock_up), show=RATE)
    money = line("Present value of the price in money", exp(-risk_free * lock_up), show=RATE)
    ratio = averaging(line, over)
    found = {
        "chaffe": line("Chaffe", chaffe(over, kept, money), show=RATE),
        "finnerty": line("Finnerty", finnerty(line, over, ratio, kept), show=RATE),
        "ghaidarov": line("Ghaidarov", ghaidarov(line, ratio, kept), show=RATE),
    }
    bound = line("Longstaff, upper bound", longstaff(line, over), show=RATE)
    line("Longstaff beyond 100 %", where(above(bound, 1), 1, 0), show=FLAG)
    found["longstaff"] = line("Longstaff", minimum(bound, 1), show=RATE)
    line("Discount for lack of marketability", found[model] + 0, show=RATE)


def chaffe(over: Spread, kept: Any, money: Any) -> Any:
    """A European put at today's price over the share: what protection until the sale costs (Chaffe, 1993).

    ``kept`` is what the share is worth without its dividends until then, ``money`` the present value of its price, both
    over that price.
    """
    return where(above(over.whole, 0), put(kept, money, over), maximum(money - kept, 0))


def finnerty(line: Line, over: Spread, ratio: Any, kept: Any) -> Any:
    """An average-strike put: an owner without skill in timing, who would have sold evenly over the time (2012).

    Its variance is v + ln[2 (e^v - v - 1)] - 2 ln(e^v - 1); both logarithms are of numbers near v for a short time, so
    they are taken of the ``ratio`` of ``averaging`` instead, which loses no digits.
    """
    variance, half = over.whole * over.whole, line.constant("Half", 0.5)
    squared = variance + log(ratio) - line.constant("Two", 2) * log(1 + variance * ratio * half)
    return _put_on_average(line, "Finnerty", squared, kept)


def ghaidarov(line: Line, ratio: Any, kept: Any) -> Any:
    """An average-strike put whose average is taken as lognormal (2009): its variance is ln[2 (e^v - v - 1) / v^2]."""
    return _put_on_average(line, "Ghaidarov", log(ratio), kept)


def longstaff(line: Line, over: Spread) -> Any:
    """A lookback: the gain of selling at the highest price (1995), (2 + v/2) N(s/2) + s/sqrt(2 pi) e^(-v/8) - 1."""
    half, root = line.constant("Half", 0.5), line.constant("Square root of two pi", math.sqrt(2 * math.pi))
    certain = (line.constant("Two", 2) + over.whole * over.whole * half) * normal_cdf(over.half)
    return certain + over.whole / root * exp(-over.half * over.half * half) - 1


def averaging(line: Line, over: Spread) -> Any:
    """Second moment of the average price over that of a constant one: 2 (e^v - v - 1) / v^2.

    Below a variance of 0.05 the difference would lose digits, so there its series is summed.
    """
    variance = line("Variance over the life", over.whole * over.whole, show=NUMBER)
    series: Any = 1
    for number, word in reversed(list(enumerate(("Three", "Four", "Five", "Six", "Seven"), 3))):
        series = 1 + variance / line.constant(word, number) * series
    series = line("Mean square of the average price, series", series, show=NUMBER)
    closed = line.constant("Two", 2) * (exp(variance) - variance - 1) / (variance * variance)
    small = below(variance, line.constant("Variance from which the series is left", 0.05))
    return line("Mean square of the average price", where(small, series, closed), show=NUMBER)


def _put_on_average(line: Line, name: str, squared: Any, kept: Any) -> Any:
    """What an average-strike put costs: N(w/2) - N(-w/2), with w the root of its variance."""
    half = line.constant("Half", 0.5)
    half = line(f"Half the volatility of share over average, {name}", sqrt(squared) * half, show=RATE)
    return kept * (normal_cdf(half) - normal_cdf(-half))
