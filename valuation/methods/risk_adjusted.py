"""Risk-adjusted net present value: a project in stages, each of which may fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from ..calculation import needed, two_way
from ..formula import Quantity
from ..kinds import LASTING, MONEY, SHARE, Money, Rate, Table, YearlyMoney
from ..lines import Line
from ..operations import add_up, total
from ..units import RATE, YEARS
from .discounting import Timing, discount_factor, years_until_flow
from .method import Measures, Worth, method

Stages = Annotated[
    Mapping[str, Mapping[str, Quantity]],
    Table({"probability": SHARE, "years": LASTING, "cost": MONEY}),
]


@method
@two_way(("launch_value", "discount_rate"))
def risk_adjusted(
    line: Line,
    *,
    stages: Stages,
    discount_rate: Rate,
    launch_value: Money | None = None,
    flows: YearlyMoney | None = None,
    timing: Timing = "end-year",
) -> Worth:
    """Value after the last stage by the chance of passing all, less each stage's cost by the chance of reaching it.

    Gives the enterprise value of the project. Stages follow each other in the order in which they are written; a cost
    is paid when its stage starts, and the launch is at the end of the last. The discount rate carries no premium for
    failure, which the probabilities count. ``flows`` run in years from the launch, year 1 being the first after it.
    One stage gives -C + pX/(1 + r). The value if nothing failed and what failure costs stand beside it.
    Sources: Stewart, Allison and Johnson (2001), Putting a price on biotechnology, Nature Biotechnology 19; Villiger
    and Bogdan (2005), Getting real about valuations in biotech, Nature Biotechnology 23.

    Args:
        stages: stages; named rows of probability of passing, years that it lasts, and cost at its start
        discount_rate: discount rate; a year, without a premium for failure
        launch_value: value at launch; at the end of the last stage, of all that comes after it
        flows: cash flows after launch; yearly, instead of a value at launch; nothing follows the last
        timing: timing of cash flows; middle or end of each year after launch

    Example:
        stages:
          design: {probability: 60%, years: 1, cost: 20 CNY m}
          trial: {probability: ~ beta(7, 3), years: 2, cost: 40 CNY m}
        discount_rate: 10%
        launch_value: ~ lognormal(600 CNY m, 0.4)
    """
    line.heading("Stages")
    reached: Any = None  # until the first stage is passed, it is reached for certain and at once
    start: Any = None
    weighted, certain = [], []
    for name, stage in stages.items():
        chance, years, cost = stage["probability"], stage["years"], stage["cost"]
        if start is not None:
            cost = cost * discount_factor(discount_rate, start)
        certain.append(line(f"Present value of cost if reached, {name}", cost))
        weighted.append(
            line(f"Present value of cost, {name}", certain[-1] if reached is None else certain[-1] * reached)
        )
        reached = line(f"Probability of passing {name}", chance if reached is None else reached * chance, show=RATE)
        start = line(f"Years until the end of {name}", years if start is None else start + years, show=YEARS)
    costs = line("Present value of costs", add_up(*weighted))

    line.heading("Launch")
    launch = _launch_value(line, launch_value, flows, discount_rate, timing)
    today = line("Present value of launch if all succeeds", launch * discount_factor(discount_rate, start))
    expected = line("Present value of launch", today * reached)

    line.heading("Value")
    sure = line("Net present value if nothing fails", today - add_up(*certain))
    worth = line("Risk-adjusted net present value", expected - costs)
    line("Value lost to the risk of failure", sure - worth)
    shown = Measures(metric=launch, named="Value at launch", rate=discount_rate)
    return Worth(worth, "enterprise", shown)


def _launch_value(line: Line, value: Any, flows: Any, rate: Any, timing: Timing) -> Any:
    if value is not None:
        if flows is not None:
            raise TypeError("expected either launch_value or flows, found both")
        return line("Value at launch", value)
    flows = needed(flows, "launch_value", "give it, or yearly flows after launch")
    row = line("Cash flow discounted to launch", flows * discount_factor(rate, years_until_flow(line, timing)))
    return line("Value at launch", total(row))
