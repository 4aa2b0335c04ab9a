"""The venture method: what an investor with a target return would pay today for a value at exit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from ..calculation import two_way
from ..formula import Quantity
from ..kinds import SHARE, Money, Rate, Share, Shares, Table, Years
from ..lines import Line
from ..operations import below, valid
from ..rates import failure_adjusted
from ..units import RATE
from .discounting import discount_factor
from .method import Measures, Worth, method

Rounds = Annotated[Mapping[str, Mapping[str, Quantity]], Table({"sold": SHARE})]


@method
@two_way(("exit_value", "target_return"))
def venture(
    line: Line,
    *,
    exit_value: Money,
    years_to_exit: Years,
    target_return: Rate,
    success: Share | None = None,
    annual_failure: Share | None = None,
    dilution: Share | None = None,
    later_rounds: Rounds | None = None,
    investment: Money = 0.0,
    old_shares: Shares | None = None,
) -> Worth:
    """Exit value, weighted by the chance of success, discounted at the target return, less later rounds and new money.

    Gives the equity value of today's holders before the new money (pre-money). The investor needs
    investment / post-money at exit, and that over the retention today. Failure is counted once: by ``success``, by
    ``annual_failure``, which turns a return without failure into (1 + r)/(1 - q) - 1, or inside the target return. A
    share costs pre-money / old shares, which is investment / new shares. A draw whose investment is not below the
    post-money value has no number of new shares.
    Sources: Sahlman and Scherlis (HBS 288-006, 1987); Hellmann (2001), note on the method; CFA Institute, private
    equity valuation (failure-adjusted rate).

    Args:
        exit_value: exit value; equity at the exit, 100 %
        years_to_exit: years to exit; from the valuation date
        target_return: target return; a year, required by a venture investor
        success: probability of success; of reaching the exit at all
        annual_failure: annual probability of failure; with nothing left; the target return must not contain it
        dilution: dilution by later rounds; share of the company sold to them before the exit
        later_rounds: later rounds; named rows of the share of the company sold in each, instead of dilution
        investment: new money; paid in now for new shares
        old_shares: old shares; before the new money, fully diluted

    Example:
        exit_value: ~ lognormal(2000 CNY m, 0.4)
        years_to_exit: 4 years
        target_return: 35%
        dilution: 20%
    """
    line.heading("Venture method")
    success, target_return = _failure_once(line, success, annual_failure, target_return)
    dilution = _dilution(line, dilution, later_rounds)
    expected = line("Expected exit value", exit_value * success)
    factor = line("Discount factor", discount_factor(target_return, years_to_exit))
    post = line("Post-money value", expected * factor * (1 - dilution))
    line("Stake of the new money at exit", investment / (expected * factor), show=RATE)
    stake = line("Stake of the new money today", investment / post, show=RATE)
    pre = line("Pre-money value", post - investment)
    if old_shares is not None:
        line("New shares", valid(below(stake, 1), old_shares * stake / (1 - stake)))
        line("Price of a share", pre / old_shares)
    return Worth(pre, "equity", Measures(metric=exit_value, named="Value at exit", rate=target_return))


def _failure_once(line: Line, success: Any, failure: Any, target_return: Any) -> tuple[Any, Any]:
    """The chance of success and the target return, of which at most one counts failure."""
    if failure is None:
        return 1 if success is None else success, target_return
    if success is not None:
        raise TypeError("expected success or annual_failure, found both: failure would count twice")
    return 1, line("Failure-adjusted return", failure_adjusted(target_return, failure), show=RATE)


def _dilution(line: Line, dilution: Any, rounds: Any) -> Any:
    """What later rounds take: 1 less the product of what each leaves."""
    if rounds is None:
        return 0 if dilution is None else dilution
    if dilution is not None:
        raise TypeError("expected dilution or later_rounds, found both")
    left: Any = 1
    for name, row in rounds.items():
        left = line(f"Retention after {name}", left * (1 - row["sold"]), show=RATE)
    return line("Dilution by all later rounds", 1 - left, show=RATE)
