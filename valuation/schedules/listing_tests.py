"""Tests of the Hong Kong exchange for the separate listing of a unit of a listed group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from ..formula import Quantity
from ..kinds import Amount, Flag, Kind, Money, Rate, Share, Years
from ..lines import Line
from ..operations import above, absolute, at_least, below, both, either, highest_of, opposite, where
from ..units import FLAG, RATE, YEARS, money
from .schedule import schedule

HongKongMoney = Annotated[Quantity, Kind("money", money("HKD", "m"))]


@dataclass(frozen=True)
class Parent:
    """The listed group as it reports, with the unit, in the case's money.

    Args:
        parent_assets: total assets of the parent; consolidated
        parent_profit: profit of the parent, last year; attributable to its holders
        parent_earlier_profit: profit of the parent, two years before; their sum, attributable to its holders
        parent_profit_before_tax: profit before tax of the parent; for the profits ratio, profit where left out
        parent_revenue: revenue of the parent, last year; consolidated
        parent_cash_flow: operating cash flow of the parent; sum of three years
        parent_capitalisation: market capitalisation of the parent; the consideration is measured against it
    """

    parent_assets: Money
    parent_profit: Money
    parent_earlier_profit: Money
    parent_revenue: Money
    parent_cash_flow: Money
    parent_capitalisation: Money
    parent_profit_before_tax: Money | None = None


@dataclass(frozen=True)
class Unit:
    """The unit that is to be listed, all of it, in the case's money.

    Args:
        unit_assets: total assets of the unit; 100 %
        unit_profit: profit of the unit, last year; 100 %
        unit_earlier_profit: profit of the unit, two years before; their sum, 100 %
        unit_profit_before_tax: profit before tax of the unit; for the profits ratio, profit where left out
        unit_revenue: revenue of the unit, last year; with what it sells inside the group
        unit_internal_revenue: revenue of the unit from the group; which consolidation eliminates
        unit_cash_flow: operating cash flow of the unit; sum of three years, 100 %
        unit_capitalisation: expected market capitalisation of the unit; at listing, with new money
        unit_research: research and development of the unit; share of its operating expenditure, lowest that counts
        owned: owned by the parent; before the listing
    """

    unit_assets: Money
    unit_profit: Money
    unit_earlier_profit: Money
    unit_revenue: Money
    unit_cash_flow: Money
    unit_capitalisation: Money
    unit_profit_before_tax: Money | None = None
    unit_internal_revenue: Money = 0.0
    unit_research: Rate = 0.0
    owned: Share = 1.0


@dataclass(frozen=True)
class Thresholds:
    """What the rules ask for, as of January 2026; money in HKD m.

    Args:
        vote_ratio: ratio that needs a vote; any ratio of chapter 14, Practice Note 15
        years_needed: years since the listing of the parent; Practice Note 15
        profit_needed: profit of the last year; rule 8.05(1)
        earlier_profit_needed: profit of the two years before; sum, rule 8.05(1)
        profit_capitalisation: market capitalisation with the profit test; rule 8.05(1)
        revenue_needed: revenue; rule 8.05(2) and (3)
        cash_flow_needed: operating cash flow of three years; rule 8.05(2)
        cash_flow_capitalisation: market capitalisation with the cash flow test; rule 8.05(2)
        revenue_capitalisation: market capitalisation with the revenue test; rule 8.05(3)
        commercial_revenue: revenue of a commercial company; chapter 18C
        commercial_capitalisation: market capitalisation, commercial; chapter 18C, until 31 August 2027 (before: 6,000)
        early_capitalisation: market capitalisation, pre-commercial; chapter 18C, until 31 August 2027 (before: 10,000)
        commercial_research: research share, commercial; chapter 18C
        later_research: research share, pre-commercial near revenue; chapter 18C
        early_research: research share, pre-commercial; chapter 18C, with less revenue than later_revenue
        later_revenue: revenue near that of a commercial company; chapter 18C
    """

    vote_ratio: Rate = 0.25
    years_needed: Years = 3.0
    profit_needed: HongKongMoney = 35.0
    earlier_profit_needed: HongKongMoney = 45.0
    profit_capitalisation: HongKongMoney = 500.0
    revenue_needed: HongKongMoney = 500.0
    cash_flow_needed: HongKongMoney = 100.0
    cash_flow_capitalisation: HongKongMoney = 2000.0
    revenue_capitalisation: HongKongMoney = 4000.0
    commercial_revenue: HongKongMoney = 250.0
    commercial_capitalisation: HongKongMoney = 4000.0
    early_capitalisation: HongKongMoney = 8000.0
    commercial_research: Rate = 0.15
    later_research: Rate = 0.30
    early_research: Rate = 0.50
    later_revenue: HongKongMoney = 150.0


class Record(NamedTuple):
    """What rule 8.05 looks at, in HKD m."""

    profit: Any
    earlier_profit: Any
    revenue: Any
    cash_flow: Any
    capitalisation: Any


@schedule
def listing_tests(
    line: Line,
    *,
    parent: Parent,
    unit: Unit,
    rules: Thresholds,
    years_listed: Years,
    offered: Share,
    independent: Flag,
    control: Literal["kept", "given up"] = "kept",
    consideration: Money | None = None,
    equity_capital: Rate = 0.0,
    entitlement: Share = 0.0,
    entitlement_waived: Flag = 0.0,
    lock_up: Years | None = None,
    hkd: Amount | None = None,
) -> None:
    """Whether a unit of a listed group may be listed apart in Hong Kong, and whether its holders must vote.

    Each test is a line of 1 (met) or 0. The thresholds are in HKD m: give ``hkd``, the rate of the case's currency in
    HKD (such as 1.12 HKD/CNY), unless the case itself is in HKD; forgotten or the wrong way round, it is refused by its
    unit. Parent and unit are given as reported; the parent without the unit is worked out here: attributable profit and
    capitalisation less the share owned, consolidated revenue less what the unit sells outside the group, consolidated
    cash flow less all of the unit's. The tests are arithmetic; whether business, directors and administration are
    independent is a judgement, ``independent``.

    Ratios of chapter 14 take all of the unit when control is given up, else the share offered; a loss counts by its
    size. The tests leave out waivers, reliefs for mineral, biotech and infrastructure companies, management continuity
    and ownership continuity.
    Sources: HKEX Main Board Listing Rules, Practice Note 15 (para. 3), rules 8.05, 10.07, 14.07, 14.28 to 14.32, and
    chapter 18C (18C.03, 18C.04, 18C.14), as of January 2026.

    Args:
        years_listed: years since the parent was listed
        offered: share of the unit offered or distributed; of all its shares after the listing
        independent: unit and parent are independent; 1 or 0, business, directors and administration, a judgement
        control: control of the unit; whether it stays a subsidiary
        consideration: consideration; value of what is offered or distributed, at the expected price where left out
        equity_capital: equity capital ratio; shares the parent issues over its shares, none in a plain spin-off
        entitlement: assured entitlement; share of the offer that is kept for the parent's holders
        entitlement_waived: assured entitlement is waived; 1 or 0
        lock_up: lock-up of the parent's shares in the unit; from the listing
        hkd: HKD for one unit of the case's currency; 1 where left out

    Example:
        parent_assets: 20000 CNY m
        parent_profit: 1500 CNY m
        parent_earlier_profit: 2600 CNY m
        parent_revenue: 12000 CNY m
        parent_cash_flow: 4000 CNY m
        parent_capitalisation: 30000 CNY m
        unit_assets: 2500 CNY m
        unit_profit: 120 CNY m
        unit_earlier_profit: 80 CNY m
        unit_revenue: 1200 CNY m
        unit_cash_flow: 200 CNY m
        unit_capitalisation: ~ lognormal(8000 CNY m, 0.3)
        years_listed: 10 years
        offered: 20%
        independent: 1
        hkd: 1.09 HKD/CNY
    """
    vote = _ratios(line, parent, unit, rules, offered, control, consideration, equity_capital)
    line.heading("Parent and unit apart")
    remaining, alone = _remaining(line, parent, unit, hkd), _unit_record(line, unit, hkd)
    line.heading("Rule 8.05")
    parent_meets = _rule_8_05(line, "Parent without the unit", remaining, rules)
    parent_meets = line("Parent meets rule 8.05 without the unit", parent_meets, show=FLAG)
    unit_meets = line("Unit meets rule 8.05", _rule_8_05(line, "Unit", alone, rules), show=FLAG)
    specialist, early = _chapter_18c(line, alone, unit.unit_research, rules)

    line.heading("Practice Note 15")
    listed = line("Parent has been listed long enough", at_least(years_listed, rules.years_needed), show=FLAG)
    assured = line("Entitlement is assured or waived", either(above(entitlement, 0), entitlement_waived), show=FLAG)
    eligible = line("Unit meets rule 8.05 or chapter 18C", either(unit_meets, specialist), show=FLAG)
    met = both(both(listed, parent_meets), both(eligible, both(assured, independent)))
    met = line("Practice Note 15 is met", met, show=FLAG)
    line("Practice Note 15 is met without a vote", both(met, opposite(vote)), show=FLAG)
    _lock_up(line, lock_up, both(opposite(unit_meets), early))


def _converted(amount: Any, hkd: Any) -> Any:
    """An amount in HKD."""
    return amount if hkd is None else amount * hkd


def _ratios(
    line: Line,
    parent: Parent,
    unit: Unit,
    rules: Thresholds,
    offered: Any,
    control: str,
    consideration: Any,
    equity_capital: Any,
) -> Any:
    """The five ratios of chapter 14; whether the largest needs a vote."""
    line.heading("Size of the spin-off")
    part = offered if control == "kept" else 1
    before_tax = unit.unit_profit if unit.unit_profit_before_tax is None else unit.unit_profit_before_tax
    of_parent = parent.parent_profit if parent.parent_profit_before_tax is None else parent.parent_profit_before_tax
    value = unit.unit_capitalisation * offered if consideration is None else consideration
    ratios = [
        line("Assets ratio", unit.unit_assets * part / parent.parent_assets, show=RATE),
        line("Profits ratio", absolute(before_tax * part / of_parent), show=RATE),
        line("Revenue ratio", unit.unit_revenue * part / parent.parent_revenue, show=RATE),
        line("Consideration ratio", value / parent.parent_capitalisation, show=RATE),
        line("Equity capital ratio", equity_capital, show=RATE),
    ]
    largest = line("Largest ratio", highest_of(*ratios), show=RATE)
    return line("Shareholders' vote needed", at_least(largest, rules.vote_ratio), show=FLAG)


def _unit_record(line: Line, unit: Unit, hkd: Any) -> Record:
    """The unit in HKD, as it would list."""
    figures = {
        "Profit": unit.unit_profit,
        "Earlier profit": unit.unit_earlier_profit,
        "Revenue": unit.unit_revenue,
        "Operating cash flow": unit.unit_cash_flow,
        "Capitalisation": unit.unit_capitalisation,
    }
    return Record(*(line(f"{name} of the unit", _converted(figure, hkd)) for name, figure in figures.items()))


def _remaining(line: Line, parent: Parent, unit: Unit, hkd: Any) -> Record:
    """The parent without the unit, in HKD: its figures less the unit's as far as they are in them."""
    owned = unit.owned
    figures = {
        "Profit": parent.parent_profit - unit.unit_profit * owned,
        "Earlier profit": parent.parent_earlier_profit - unit.unit_earlier_profit * owned,
        "Revenue": parent.parent_revenue - (unit.unit_revenue - unit.unit_internal_revenue),
        "Operating cash flow": parent.parent_cash_flow - unit.unit_cash_flow,
        "Capitalisation": parent.parent_capitalisation - unit.unit_capitalisation * owned,
    }
    return Record(*(line(f"{name} of the parent without the unit", _converted(f, hkd)) for name, f in figures.items()))


def _rule_8_05(line: Line, who: str, record: Record, rules: Thresholds) -> Any:
    """Whether one of the three tests of rule 8.05 is met."""
    profits = both(
        at_least(record.profit, rules.profit_needed), at_least(record.earlier_profit, rules.earlier_profit_needed)
    )
    by_profit = both(profits, at_least(record.capitalisation, rules.profit_capitalisation))
    revenue = at_least(record.revenue, rules.revenue_needed)
    flowing = both(revenue, at_least(record.cash_flow, rules.cash_flow_needed))
    by_cash_flow = both(flowing, at_least(record.capitalisation, rules.cash_flow_capitalisation))
    by_revenue = both(revenue, at_least(record.capitalisation, rules.revenue_capitalisation))
    passed = [
        line(f"{who}: profit test", by_profit, show=FLAG),
        line(f"{who}: capitalisation, revenue and cash flow test", by_cash_flow, show=FLAG),
        line(f"{who}: capitalisation and revenue test", by_revenue, show=FLAG),
    ]
    return either(either(passed[0], passed[1]), passed[2])


def _chapter_18c(line: Line, record: Record, research: Any, rules: Thresholds) -> tuple[Any, Any]:
    """Whether chapter 18C takes the unit at all, and whether only as a pre-commercial company."""
    line.heading("Chapter 18C")
    selling = both(
        at_least(record.revenue, rules.commercial_revenue),
        at_least(record.capitalisation, rules.commercial_capitalisation),
    )
    commercial = line(
        "Unit: commercial company", both(selling, at_least(research, rules.commercial_research)), show=FLAG
    )
    wanted = where(at_least(record.revenue, rules.later_revenue), rules.later_research, rules.early_research)
    wanted = line("Research share of a pre-commercial company", wanted, show=RATE)
    young = both(
        below(record.revenue, rules.commercial_revenue), at_least(record.capitalisation, rules.early_capitalisation)
    )
    early = line("Unit: pre-commercial company", both(young, at_least(research, wanted)), show=FLAG)
    return line("Unit meets chapter 18C", either(commercial, early), show=FLAG), early


def _lock_up(line: Line, lock_up: Any, early: Any) -> None:
    """Twelve months (rule 10.07; commercial companies), twenty-four for pre-commercial companies."""
    line.heading("Lock-up")
    line("Lock-up is given", 0 if lock_up is None else 1, show=FLAG)
    wanted = line("Lock-up needed", early + 1, show=YEARS)
    if lock_up is not None:
        line("Lock-up is long enough", at_least(lock_up, wanted), show=FLAG)
