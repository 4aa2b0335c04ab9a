"""Probability-weighted outcomes (PWERM, First Chicago)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from ..formula import Quantity
from ..kinds import LASTING, MONEY, SHARE, Rate, Table
from ..lines import Line
from ..operations import absolute, below, maximum, valid
from .method import Worth, method

Outcomes = Annotated[
    Mapping[str, Mapping[str, Quantity]],
    Table({"probability": SHARE, "value": MONEY, "years": LASTING}, {"years": 0.0}),
]


@method
def scenarios(
    line: Line, *, outcomes: Outcomes, discount_rate: Rate = 0.0, floor: Literal["none", "zero"] = "none"
) -> Worth:
    """Values of named outcomes, discounted from their dates and weighted by their probabilities.

    Gives the equity value. ``floor: zero`` lets no outcome fall below nothing (limited liability). A draw whose
    probabilities do not sum to 1 is invalid. The discount rate carries no premium for failure: failure is an outcome.
    Sources: AICPA guide on private equity valuations (2019), ch. 8; Sahlman (1987) on First Chicago.

    Args:
        outcomes: outcomes; named rows of probability, value (100 % of the equity) and years until it is reached
        discount_rate: discount rate; a year, without a premium for failure
        floor: floor; what the value of an outcome cannot fall below
    """
    line.heading("Outcomes")
    chances, weighted = [], []
    for name, outcome in outcomes.items():
        value = maximum(outcome["value"], 0) if floor == "zero" else outcome["value"]
        today = line(f"Present value, {name}", value * (1 + discount_rate) ** (-outcome["years"]))
        chances.append(outcome["probability"])
        weighted.append(line(f"Weighted value, {name}", today * outcome["probability"]))
    chance = line("Sum of probabilities", sum(chances[1:], chances[0]))
    tolerance = line.constant("Tolerance of a sum of probabilities", 1e-9)
    worth = valid(below(absolute(chance - 1), tolerance), sum(weighted[1:], weighted[0]))
    return Worth(line("Equity value of the outcomes", worth), "equity")
