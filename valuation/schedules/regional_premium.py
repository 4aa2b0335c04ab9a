"""The equity risk premium of a company by where it sells, not by where it is listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from ..formula import Quantity
from ..kinds import MONEY, PERCENTAGE, Table
from ..lines import Line
from ..operations import add_up, not_negative
from ..units import RATE
from .schedule import schedule

Regions = Annotated[Mapping[str, Mapping[str, Quantity]], Table({"revenue": MONEY, "premium": PERCENTAGE})]


@schedule
def regional_premium(line: Line, *, regions: Regions) -> None:
    """Equity risk premium of each region, its country risk included, weighted by the revenue earned there.

    The result is an ``equity_risk_premium`` that holds the country risk already: leave ``country_risk_by`` at none
    beside it. A draw with a negative revenue is invalid (NaN). Source: Damodaran, Investment Valuation (2012), ch. 7,
    and his yearly country risk premiums.

    Args:
        regions: regions; named rows of revenue and premium (equity risk premium of the region)

    Example:
        regions:
          home: {revenue: 600 CNY m, premium: 5.5%}
          abroad: {revenue: 200 CNY m, premium: ~ pert(5%, 6%, 8%)}
    """
    line.heading("Where revenue is earned")
    earned = {name: line(f"Revenue, {name}", not_negative(row["revenue"])) for name, row in regions.items()}
    whole = line("Revenue of all regions", add_up(*earned.values()))
    weights = {name: line(f"Weight, {name}", revenue / whole, show=RATE) for name, revenue in earned.items()}
    line.heading("Premiums weighted by revenue")
    shares = [
        line(f"Weighted premium, {name}", weights[name] * row["premium"], show=RATE) for name, row in regions.items()
    ]
    line("Equity risk premium by revenue", add_up(*shares), show=RATE)
