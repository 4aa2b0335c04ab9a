"""Internal trade written in a file: one word settles both segments, and no transfer price moves their sum."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.problems import InvalidAssumptions

Read = Callable[..., Case]

TEXT = """\
name: Chips and Cloud
currency: CNY
date: 2026-02-02
years: 5
drivers: {tax_rate: 25%, wacc: 10%, growth: 3%}
schedules:
  trade:
    schedule: captive
    volume: [20, 30, 30.9, 31.827, 32.78181]
    transfer_price: 1.5 CNY m
    internal_sales: = volume * transfer_price
    internal_cost: {value: [20, 30, 30.9, 31.827, 32.78181], unit: CNY m}
    treatment: gross
    charged: expensed
    life: 4
    tax_rate: = drivers.tax_rate
    wacc: = drivers.wacc
    terminal_growth: = drivers.growth
segments:
  chips:
    method: dcf
    outside: [60 CNY m, 80 CNY m, 90 CNY m, 100 CNY m, 110 CNY m]
    sold: = outside + trade.supplier_internal_revenue
    profit: = outside * 40% + trade.supplier_internal_revenue - trade.supplier_internal_cost
    revenue: 60 CNY m
    growth: = sold / previous(sold, revenue) - 1
    margin: = profit / sold
    money_spent: 5 CNY m
    capex: = money_spent / sold
    depreciation: = capex
    tax_rate: = drivers.tax_rate
    wacc: = drivers.wacc
    terminal_value: gordon
    terminal_growth: = drivers.growth
  cloud:
    method: dcf
    revenue: 200 CNY m
    sold: = grow(revenue, growth)
    growth: 10%
    margin: = 60% - trade.customer_expense / sold
    capex: = trade.customer_capital_expenditure / sold
    depreciation: = if(capex > 0, trade.customer_expense / sold, 0)
    tax_rate: = drivers.tax_rate
    wacc: = drivers.wacc
    terminal_value: gordon
    terminal_growth: = drivers.growth
bridge: {tax_timing: = 0 - trade.tax_timing_to_deduct}
shares: {diluted: 10 m shares}
"""


def equity(case_of: Read, **overrides: str) -> float:
    return float(base_case(case_of(TEXT, **overrides)).equity)


@pytest.mark.parametrize("price", ["1 CNY m", "2.4 CNY m", "0.9 CNY m"])
@pytest.mark.parametrize("treatment", ["gross", "net", "combined"])
def test_one_word_and_no_transfer_price_moves_the_sum(case_of: Read, price: str, treatment: str) -> None:
    moved = equity(case_of, trade__transfer_price=price, trade__treatment=treatment)
    assert moved == pytest.approx(equity(case_of), rel=1e-9)


@pytest.mark.parametrize("treatment", ["net", "combined"])
def test_capitalised_chips_cost_their_tax_timing_under_every_treatment(case_of: Read, treatment: str) -> None:
    gross = equity(case_of, trade__charged="capitalised")
    other = equity(case_of, trade__charged="capitalised", trade__treatment=treatment)
    assert other == pytest.approx(gross, rel=1e-9)
    at_cost = equity(case_of, trade__charged="capitalised", trade__transfer_price="1 CNY m")
    timing = base_case(case_of(TEXT, trade__charged="capitalised")).lines.scopes["trade"]["present_value_of_tax_timing"]
    assert at_cost - gross == pytest.approx(float(timing[0]), rel=1e-9)
    assert float(timing[0]) > 5


def test_a_mixed_treatment_is_a_problem_with_its_place(case_of: Read) -> None:
    text = TEXT.replace("    charged:", "    customer_treatment: net\n    charged:")
    with pytest.raises(InvalidAssumptions, match=r"case_of_test\.yaml:\d+:\d+: trade.*counted twice"):
        case_of(text)


def test_a_forgotten_life_is_asked_for(case_of: Read) -> None:
    with pytest.raises(InvalidAssumptions, match=r"trade\.life.*the customer capitalises its purchases"):
        case_of(TEXT.replace("    life: 4\n", ""), trade__charged="capitalised")


LISTING = """\
name: Listing
currency: CNY
date: 2026-02-02
schedules:
  listing:
    schedule: listing_tests
    parent_assets: 2000 CNY bn
    parent_profit: 130 CNY bn
    parent_earlier_profit: 150 CNY bn
    parent_revenue: 996 CNY bn
    parent_cash_flow: 540 CNY bn
    parent_capitalisation: 2700 CNY bn
    years_listed: 6 years
    unit_assets: 25 CNY bn
    unit_profit: -500 CNY m
    unit_earlier_profit: -2000 CNY m
    unit_revenue: 15 CNY bn
    unit_cash_flow: -4 CNY bn
    unit_capitalisation: 174 CNY bn
    offered: 15%
    entitlement: 10%
    independent: 1
    hkd: 1.12 HKD/CNY
segments:
  group: {method: stake, value: = listing.parent_capitalisation * listing.practice_note_15_is_met}
shares: {diluted: 10 m shares}
"""


def test_a_part_may_read_whether_it_can_be_listed(case_of: Read) -> None:
    assert base_case(case_of(LISTING)).equity == 2_700_000
    assert base_case(case_of(LISTING, listing__years_needed="7")).equity == 0
    assert base_case(case_of(LISTING, listing__revenue_needed="2000 HKD bn")).equity == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("    hkd: 1.12 HKD/CNY\n", ""), "cannot combine CNY m with HKD m"),
        (("1.12 HKD/CNY", "0.89 CNY/HKD"), "cannot combine"),
        (("    hkd:", "    revenue_needed: 500 CNY m\n    hkd:"), "expected HKD m, found 500 CNY m"),
    ],
)
def test_money_of_another_currency_is_refused(case_of: Read, wrong: tuple[str, str], message: str) -> None:
    with pytest.raises(InvalidAssumptions) as found:
        case_of(LISTING.replace(*wrong))
    assert message in str(found.value)
