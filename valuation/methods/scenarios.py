"""Probability-weighted outcomes (PWERM, First Chicago)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from ..formula import Quantity
from ..kinds import LASTING, MONEY, PERCENTAGE, SHARE, YEARLY_MONEY, Rate, Table
from ..lines import Line
from ..operations import absolute, add_up, at_most, below, maximum, total, valid, where
from ..rates import failure_adjusted
from ..units import RATE
from .discounting import Timing, discount_factor, years_until_flow
from .method import Worth, method

Outcomes = Annotated[
    Mapping[str, Mapping[str, Quantity]],
    Table(
        {
            "probability": SHARE,
            "value": MONEY,
            "years": LASTING,
            "discount_rate": PERCENTAGE,
            "annual_failure": SHARE,
            "flows": YEARLY_MONEY,
        },
        {"years": 0.0, "discount_rate": None, "annual_failure": None, "flows": None},
    ),
]


@method
def scenarios(
    line: Line,
    *,
    outcomes: Outcomes,
    discount_rate: Rate = 0.0,
    floor: Literal["none", "zero"] = "none",
    timing: Timing = "end-year",
) -> Worth:
    """Values of named outcomes, discounted from their dates and weighted by their probabilities.

    Gives the equity value. An outcome may have a discount rate of its own, a yearly probability of failure with nothing
    left, for which its rate is raised to (1 + k)/(1 - q) - 1, and yearly cash flows to the holders, which count up to
    its date. ``floor: zero`` lets no outcome's value at its date fall below nothing (limited liability). A draw whose
    probabilities do not sum to 1 is invalid. Where failure is an outcome, no rate may carry a premium for it.
    Sources: AICPA guide on private equity valuations (2019), ch. 8; Sahlman (1987) on First Chicago.

    Args:
        outcomes: outcomes; named rows of probability, value (100 % of the equity) and years until it is reached, and if
            need be discount_rate, annual_failure and yearly flows
        discount_rate: discount rate; a year, without a premium for failure; of outcomes without their own
        floor: floor; what the value of an outcome cannot fall below
        timing: timing of cash flows; middle or end of each year

    Example:
        outcomes:
          success: {probability: 30%, value: ~ lognormal(1500 CNY m, 0.3), years: 4}
          survival: {probability: 50%, value: 300 CNY m, years: 4}
          failure: {probability: 20%, value: 0 CNY m, years: 2}
        discount_rate: 15%
    """
    line.heading("Outcomes")
    chances, weighted = [], []
    for name, outcome in outcomes.items():
        rate = _rate(line, name, outcome, discount_rate)
        value = maximum(outcome["value"], 0) if floor == "zero" else outcome["value"]
        exit_value = value * discount_factor(rate, outcome["years"])
        if "flows" in outcome:
            flows = _present_flows(line, name, outcome, rate, timing)
            exit_value = line(f"Present value of the exit, {name}", exit_value) + flows
        today = line(f"Present value, {name}", exit_value)
        chances.append(outcome["probability"])
        weighted.append(line(f"Weighted value, {name}", today * outcome["probability"]))
    chance = line("Sum of probabilities", add_up(*chances))
    tolerance = line.constant("Tolerance of a sum of probabilities", 1e-9)
    worth = valid(below(absolute(chance - 1), tolerance), add_up(*weighted))
    return Worth(line("Equity value of the outcomes", worth), "equity")


def _rate(line: Line, name: str, outcome: Mapping[str, Any], discount_rate: Any) -> Any:
    """The rate of an outcome: its own or the method's, raised by its yearly probability of failure."""
    rate = outcome.get("discount_rate", discount_rate)
    if "annual_failure" not in outcome:
        return rate
    return line(f"Failure-adjusted rate, {name}", failure_adjusted(rate, outcome["annual_failure"]), show=RATE)


def _present_flows(line: Line, name: str, outcome: Mapping[str, Any], rate: Any, timing: Timing) -> Any:
    """Present value of the flows that come no later than the outcome."""
    date = years_until_flow(line, timing)
    flow = line(f"Cash flow until the exit, {name}", where(at_most(date, outcome["years"]), outcome["flows"], 0))
    row = line(f"Present value of cash flow, {name}", flow * discount_factor(rate, date))
    return line(f"Present value of cash flows, {name}", total(row))
