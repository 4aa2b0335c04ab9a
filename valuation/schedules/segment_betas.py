"""The beta of a group of businesses, each weighted by its value, and the market value of the group's debt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from ..calculation import needed
from ..formula import Quantity
from ..kinds import MONEY, PERCENTAGE, PLAIN, Kind, Money, Rate, Table, Years
from ..lines import Line
from ..operations import add_up, at_least, valid
from ..rates import debt_market_value, relever
from ..units import MULTIPLE, NUMBER, RATE
from .schedule import schedule

Businesses = Annotated[
    Mapping[str, Mapping[str, Quantity]],
    Table(
        {"beta": PLAIN, "revenue": MONEY, "ev_sales": Kind("multiple", MULTIPLE, low=0.0), "wacc": PERCENTAGE},
        {"wacc": None},
    ),
]


@schedule
def segment_betas(
    line: Line,
    *,
    businesses: Businesses,
    interest: Money | None = None,
    book_debt: Money | None = None,
    cost_of_debt: Rate | None = None,
    maturity: Years | None = None,
    tax_rate: Rate | None = None,
) -> None:
    """Unlevered beta of a group: that of each business, weighted by revenue x EV/Sales of its industry, not by revenue.

    With a WACC for each business their mean by value is the WACC that the whole group should have. With the terms of
    its debt come the debt's market value and, with the tax rate, the levered beta (Hamada). A draw with a negative
    revenue is invalid. Source: Damodaran, Investment Valuation (2012), ch. 8 (bottom-up betas) and 7 (value of debt).

    Args:
        businesses: businesses; named rows of beta (unlevered), revenue, EV/Sales of the industry, and WACC
        interest: interest expense; a year, of the whole debt
        book_debt: book value of debt; repaid at its maturity
        cost_of_debt: cost of debt; before tax, today's
        maturity: maturity of debt; in years, its weighted average
        tax_rate: tax rate; marginal

    Example:
        businesses:
          software: {beta: 1.2, revenue: 400 CNY m, ev_sales: 6}
          retail: {beta: 0.9, revenue: 900 CNY m, ev_sales: ~ pert(0.8, 1, 1.5)}
    """
    line.heading("Values of the businesses")
    worths: dict[str, Any] = {}
    for name, row in businesses.items():
        revenue = row["revenue"]
        worths[name] = line(f"Value, {name}", valid(at_least(revenue, 0), revenue * row["ev_sales"]))
    whole = line("Value of the businesses", add_up(*worths.values()))

    line.heading("Betas weighted by value")
    weights = {name: line(f"Weight, {name}", worth / whole, show=RATE) for name, worth in worths.items()}
    betas = [
        line(f"Weighted beta, {name}", weights[name] * row["beta"], show=NUMBER) for name, row in businesses.items()
    ]
    unlevered = line("Unlevered beta of the group", add_up(*betas))
    _weighted_wacc(line, businesses, weights)

    if book_debt is not None:
        line.heading("Debt at market value")
        market = debt_market_value(
            needed(interest, "interest", "book_debt comes with it"),
            book_debt,
            needed(cost_of_debt, "cost_of_debt", "book_debt comes with it"),
            needed(maturity, "maturity", "book_debt comes with it"),
        )
        debt = line("Market value of debt", market)
        line("Debt to value", debt / whole, show=RATE)
        if tax_rate is not None:
            debt_to_equity = line("Debt to equity", debt / (whole - debt), show=RATE)
            line("Levered beta of the group", relever(unlevered, debt_to_equity, tax_rate), show=NUMBER)


def _weighted_wacc(line: Line, businesses: Mapping[str, Mapping[str, Quantity]], weights: Mapping[str, Any]) -> None:
    given = [name for name, row in businesses.items() if "wacc" in row]
    if given and len(given) < len(businesses):
        without = next(name for name in businesses if name not in given)
        raise TypeError(f"expected a wacc for each business or for none, found none for {without}")
    rates = [line(f"Weighted WACC, {name}", weights[name] * businesses[name]["wacc"], show=RATE) for name in given]
    if rates:
        line("WACC of the group", add_up(*rates))
