"""Research and development as an investment: its asset, its amortisation, and EBITA as if it had been capitalised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from ..calculation import needed
from ..formula import Quantity
from ..kinds import LASTING, MONEY, Money, Table, Years
from ..lines import Line
from ..operations import add_up, below, maximum, minimum, where
from ..units import RATE
from .schedule import schedule

Expenses = Annotated[Mapping[str, Mapping[str, Quantity]], Table({"expense": MONEY, "age": LASTING})]


@schedule
def research(
    line: Line, *, expenses: Expenses, life: Years, ebita: Money | None = None, revenue: Money | None = None
) -> None:
    """Capitalise research expenses and write them off in equal parts over their life.

    Gives, in the money of the expenses, the research asset at the end of the base year, that year's amortisation and
    the adjustment to EBITA: the expense of the year less the amortisation. The expense of the base year has age 0 and
    is not yet amortised; those older than ``life`` no longer count, however many are given. Tax does not change, as
    research is deducted when it is spent. Source: Damodaran, Investment Valuation (2012), ch. 9, and the R&D converter
    of his fcffsimpleginzu workbook.

    Args:
        expenses: expenses; named rows of expense and age, in years before the base year (0 for the base year itself)
        life: amortisable life; in years, straight line
        ebita: EBITA as reported; after research expenses, of the base year
        revenue: revenue; of the base year, for the margin

    Example:
        expenses:
          this_year: {expense: 90 CNY m, age: 0 years}
          last_year: {expense: 75 CNY m, age: 1 years}
          two_years_ago: {expense: 60 CNY m, age: 2 years}
          three_years_ago: {expense: 50 CNY m, age: 3 years}
        life: 3 years
        ebita: 120 CNY m
    """
    line.heading("Research asset")
    rows = expenses.items()
    left = [line(f"Unamortised, {name}", row["expense"] * maximum(0, 1 - row["age"] / life)) for name, row in rows]
    line("Research asset", add_up(*left))
    line.heading("Adjustment")
    written_off = [
        line(f"Amortisation, {name}", row["expense"] * _of_this_year(row["age"], life)) for name, row in rows
    ]
    amortisation = line("Amortisation", add_up(*written_off))
    spent = [
        line(f"Expense of the base year, {name}", where(below(row["age"], 1), row["expense"], 0)) for name, row in rows
    ]
    adjustment = line("Adjustment to EBITA", add_up(*spent) - amortisation)
    if ebita is not None:
        adjusted = line("Adjusted EBITA", ebita + adjustment)
    if revenue is not None:
        needed(ebita, "ebita", "revenue is there for the margin")
        line("Adjusted EBITA margin", adjusted / revenue, show=RATE)


def _of_this_year(age: Quantity, life: Quantity) -> Quantity:
    """The part of its life that an expense lived in the base year: 1 / life, less in the last year of a broken life."""
    lived: Quantity = (minimum(age, life) - minimum(maximum(age - 1, 0), life)) / life
    return lived
