"""The venture method: what an investor with a target return would pay today for a value at exit."""

from __future__ import annotations

from ..kinds import Money, Rate, Share, Years
from ..lines import Line
from ..units import RATE
from .method import Worth, method


@method
def venture(
    line: Line,
    *,
    exit_value: Money,
    years_to_exit: Years,
    target_return: Rate,
    success: Share = 1.0,
    dilution: Share = 0.0,
    investment: Money = 0.0,
) -> Worth:
    """Exit value, weighted by the chance of success, discounted at the target return, less later rounds and new money.

    Gives the equity value of today's holders before the new money (pre-money). The investor needs
    investment / post-money at exit, and that over the retention today. Do not combine a failure-laden target return
    with a success probability. Sources: Sahlman and Scherlis (HBS 288-006, 1987); Hellmann (2001), note on the method.

    Args:
        exit_value: exit value; equity at the exit, 100 %
        years_to_exit: years to exit; from the valuation date
        target_return: target return; a year, required by a venture investor
        success: probability of success; of reaching the exit at all
        dilution: dilution by later rounds; share of the company sold to them before the exit
        investment: new money; paid in now for new shares
    """
    line.heading("Venture method")
    expected = line("Expected exit value", exit_value * success)
    factor = line("Discount factor", (1 + target_return) ** (-years_to_exit))
    post = line("Post-money value", expected * factor * (1 - dilution))
    line("Stake of the new money at exit", investment / (expected * factor), show=RATE)
    line("Stake of the new money today", investment / post, show=RATE)
    return Worth(line("Pre-money value", post - investment), "equity")
