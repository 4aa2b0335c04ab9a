"""Probability of failure over a horizon: from the yield of a bond, a rate a year, or a rate of another period."""

from __future__ import annotations

from typing import Any

from ..calculation import needed
from ..kinds import Rate, Share, Years
from ..lines import Line
from ..operations import not_negative, power, proper_share
from ..units import RATE
from .schedule import schedule


@schedule
def failure(
    line: Line,
    *,
    horizon: Years,
    bond_yield: Rate | None = None,
    risk_free: Rate | None = None,
    recovery: Share | None = None,
    annual_rate: Share | None = None,
    cumulative_rate: Share | None = None,
    cumulative_years: Years | None = None,
) -> None:
    """Cumulative probability of failure, 1 - (1 - p)^years, that a discounted cash flow may read as its ``failure``.

    The rate p a year is given; or it is what a bond's yield y asks over the risk-free rate r, p = (1 - (1 + r)/(1 + y))
    / (1 - recovery), as a holder who gets the recovered share of the value in default and nothing else then expects the
    risk-free rate; or it follows from a cumulative rate of some other period. A yield also pays for bearing the risk,
    so p from a bond is risk-neutral and rather too high. As a rule of thumb for cumulative rates, S&P's default study
    has 11.8 % of companies rated BB and 23.7 % of those rated B in default within ten years. A draw whose rate is not
    between 0 and 100 % (such as a yield below the risk-free rate) is invalid (NaN). Do not count failure again in a
    discount rate, a size premium or a venture investor's target return.
    Sources: Damodaran (2006), The cost of distress: survival, truncation risk and valuation, and Investment Valuation
    (2012), ch. 12; Duffie and Singleton (1999) on recovery as a share of the value.

    Args:
        horizon: years of the horizon; those of the forecast
        bond_yield: yield of a bond; to maturity, of the company or of those rated alike
        risk_free: risk-free rate; of the bond's currency and maturity, with bond_yield
        recovery: recovery in default; share of the bond's value, nothing unless given
        annual_rate: rate of failure; a year
        cumulative_rate: cumulative rate of failure; such as that of a rating or of companies of an age
        cumulative_years: years of the cumulative rate; those of the horizon unless given

    Example:
        horizon: 10 years
        annual_rate: ~ pert(1%, 2%, 4%)
    """
    line.heading("Rate of failure a year")
    given = {"bond_yield": bond_yield, "annual_rate": annual_rate, "cumulative_rate": cumulative_rate}
    found = [name for name, value in given.items() if value is not None]
    if len(found) != 1:
        raise TypeError(f"expected one of {', '.join(given)}, found {' and '.join(found) or 'none'}")
    _only_with("bond_yield", bond_yield, risk_free=risk_free, recovery=recovery)
    _only_with("cumulative_rate", cumulative_rate, cumulative_years=cumulative_years)
    rate = annual_rate
    if bond_yield is not None:
        base = needed(risk_free, "risk_free", "bond_yield comes with it")
        lost = line("Value lost to failure a year", 1 - (1 + base) / (1 + bond_yield), show=RATE)
        rate = lost if recovery is None else lost / (1 - recovery)
    elif cumulative_rate is not None:
        over = horizon if cumulative_years is None else cumulative_years
        whole = line("Cumulative rate", proper_share(cumulative_rate), show=RATE)
        rate = 1 - power(1 - whole, 1 / over)
    yearly = line("Probability of failure a year", proper_share(rate), show=RATE)

    line.heading("Over the horizon")
    survival = line("Probability of survival", power(1 - yearly, not_negative(horizon)), show=RATE)
    line("Probability of failure", 1 - survival, show=RATE)


def _only_with(name: str, given: Any, **others: Any) -> None:
    for other, value in others.items():
        if value is not None and given is None:
            raise TypeError(f"expected {other} only with {name}, found it alone")
