"""Net assets, stakes and stubs: what is held, what it nets to, and what a price leaves for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from agreement import readings_agree
from hypothesis import given
from hypothesis import strategies as st
from test_published import one

from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.calculation import MissingAssumption
from valuation.methods import net_asset, stake
from valuation.problems import InvalidAssumptions
from valuation.schedules import stub_value
from valuation.units import Unit, parse_unit

RNG = np.random.default_rng(4)
HOLDINGS: dict[str, dict[str, Any]] = {
    "listed": {"value": 1000.0, "owned": 0.3, "discount": 0.1, "tax": 0.25, "basis": 70.0},
    "under_water": {"value": 100.0, "tax": 0.25, "basis": 150.0},
    "fund": {"value": 50.0},
}
ITEMS = {
    "plant": {"book": 400.0, "adjustment": -0.6},
    "land": {"book": 50.0, "adjustment": 1.0},
    "debts": {"book": -120.0},
}


def unit(text: str) -> Unit:
    found = parse_unit(text)
    assert found is not None
    return found


# Net assets -------------------------------------------------------------------------------------------------------


def test_holdings_net_to_what_is_owned_after_discount_tax_debt_and_costs() -> None:
    lines = net_asset(
        holdings=HOLDINGS, holding_net_debt=84.0, holding_cost=4.0, cost_tax_rate=0.25, cost_growth=0.02,
        discount_rate=0.08, market_cap=150.0, shares=10.0,
    )  # fmt: skip
    assert pytest.approx(270) == one(lines["Value, listed"])
    assert pytest.approx(50) == one(lines["Tax on latent gain, listed"])
    assert one(lines["Tax on latent gain, under_water"]) == 0  # no tax is given back on a loss
    assert pytest.approx(420) == one(lines["Gross asset value"])
    assert pytest.approx(0.2) == one(lines["Loan to value"])
    assert pytest.approx(50) == one(lines["Capitalised holding costs"])
    assert pytest.approx(420 - 50 - 84 - 50) == one(lines["Net asset value"])
    assert pytest.approx(23.6) == one(lines["Net asset value per share"])
    assert pytest.approx(1 - 150 / 236) == one(lines["Discount to net asset value"])


@pytest.mark.parametrize("basis", ["adjusted book", "liquidation", "replacement cost"])
def test_a_balance_sheet_is_restated_item_by_item(basis: str) -> None:
    lines = net_asset(items=ITEMS, basis=basis)
    assert [one(lines[f"Fair value, {name}"]) for name in ITEMS] == pytest.approx([160, 100, -120])
    assert pytest.approx(140) == one(lines[f"Value at {basis}"]) == one(lines["Net asset value"])


def test_holdings_and_items_add_up() -> None:
    both = net_asset(holdings=HOLDINGS, items=ITEMS)
    parts = [net_asset(holdings=HOLDINGS), net_asset(items=ITEMS)]
    assert pytest.approx(sum(one(part["Net asset value"]) for part in parts)) == one(both["Net asset value"])


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({}, "holdings is missing: give it, or items"),
        ({"holdings": {"a": {"value": 1.0, "tax": 0.1}}}, "holdings.a.basis is missing"),
        ({"holdings": {"a": {"value": 1.0, "basis": 0.1}}}, "holdings.a.tax is missing"),
        ({"items": ITEMS, "holding_cost": 1.0}, "discount_rate is missing"),
        ({"items": ITEMS, "holding_cost": 1.0, "discount_rate": 0.1}, "cost_growth is missing"),
    ],
)
def test_what_is_missing_is_named(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(MissingAssumption, match=message):
        net_asset(**terms)


def test_readings_of_net_assets_agree() -> None:
    drawn = {**HOLDINGS, "listed": {**HOLDINGS["listed"], "value": RNG.uniform(0, 2000, 20)}}
    items = {**ITEMS, "plant": {"book": 400.0, "adjustment": RNG.uniform(-1, 0.5, 20)}}
    lines = readings_agree(
        net_asset, holdings=drawn, items=items, basis="liquidation", holding_net_debt=RNG.normal(0, 100, 20),
        holding_cost=4.0, cost_growth=np.append(RNG.uniform(0, 0.05, 19), 0.09), discount_rate=0.08, shares=10.0,
        market_cap=100.0,
    )  # fmt: skip
    assert np.isnan(lines["Net asset value"]).tolist() == [False] * 19 + [True]


def test_a_basis_that_misses_its_tax_is_told_the_analyst(case_of: Callable[..., Case]) -> None:
    with pytest.raises(InvalidAssumptions, match=r"a\.holdings\.x\.tax: missing; basis comes with it"):
        case_of("segments:\n  a: {method: net_asset, holdings: {x: {value: 5 CNY m, basis: 1 CNY m}}}\n")


# Stakes -----------------------------------------------------------------------------------------------------------


def test_shares_times_price_times_exchange_rate_is_the_stake() -> None:
    lines = stake(
        shares_held=20.0, price=50.0, fx=0.9, control_premium=0.2, discount=0.1, tax_rate=0.25, tax_basis=172.0
    )
    assert pytest.approx(900) == one(lines["Market value of the shares held"])
    assert pytest.approx(1080) == one(lines["Value with control"])
    assert pytest.approx(972) == one(lines["Value before tax"])
    assert pytest.approx(200) == one(lines["Tax on the latent gain"])
    assert pytest.approx(772) == one(lines["Equity value of the shares held"])


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"value": 1.0, "paid": 1.0, "fraction": 0.1}, "either value, or paid and fraction, found both"),
        ({"value": 1.0, "shares_held": 1.0, "price": 1.0}, "either shares_held and price, or value, found both"),
        (
            {"paid": 1.0, "fraction": 0.1, "price": 1.0},
            "either shares_held and price, or paid and fraction, found both",
        ),
        ({"shares_held": 1.0}, "price is missing"),
        ({"price": 1.0}, "shares_held is missing"),
        ({"fraction": 0.1}, "value is missing"),
        ({"paid": 0.1}, "fraction is missing"),
        ({"value": 1.0, "tax_rate": 0.1}, "tax_basis is missing"),
        ({"value": 1.0, "tax_basis": 0.1}, "tax_rate is missing"),
    ],
)
def test_a_stake_has_one_source(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        stake(**terms)


def test_a_price_in_another_currency_needs_its_exchange_rate(case_of: Callable[..., Case]) -> None:
    text = "segments:\n  a: {method: stake, shares_held: 10 m shares, price: 20 HKD/share%s}\n"
    assert pytest.approx(184) == base_case(case_of(text % ", fx: 0.92 CNY/HKD")).equity
    with pytest.raises(InvalidAssumptions, match="HKD"):
        case_of(text % "")


def test_readings_of_a_stake_agree() -> None:
    units = {"price": unit("HKD/share"), "fx": unit("CNY/HKD")}
    drawn = dict(shares_held=20.0, price=RNG.uniform(5, 80, 20), fx=RNG.uniform(0.8, 1, 20), discount=0.1)
    readings_agree(stake, units=units, **drawn, control_premium=0.2, tax_rate=0.25, tax_basis=400.0)


# Stubs ------------------------------------------------------------------------------------------------------------

HELD: dict[str, Any] = dict(held=0.8, subsidiary_shares=300.0, parent_shares=100.0)


def test_what_is_held_over_the_parents_shares_is_the_ratio() -> None:
    by_shares = stub_value(parent_price=50.0, subsidiary_price=10.0, **HELD)
    by_ratio = stub_value(parent_price=50.0, subsidiary_price=10.0, ratio=2.4)
    assert one(by_shares["Equity stub per share"]) == pytest.approx(26) == one(by_ratio["Equity stub per share"])
    assert one(by_shares["Negative stub"]) == 0


def test_tax_lock_up_and_borrowing_lift_the_stub() -> None:
    lines = stub_value(
        parent_price=20.0, subsidiary_price=10.0, **HELD, lock_up=0.1, borrow_cost=0.3, borrow_years=0.5, tax_rate=0.25,
        tax_basis=2.0, holding_net_debt=400.0,
    )  # fmt: skip
    assert pytest.approx(-4) == one(lines["Equity stub per share"])
    assert one(lines["Negative stub"]) == 1
    value = 24 * 0.9 - 24 * 0.3 * 0.5
    value -= 0.25 * (value - 2)
    assert pytest.approx(20 - value) == one(lines["Equity stub per share, realisable"])
    assert one(lines["Negative stub, realisable"]) == 0
    assert pytest.approx(20 - value + 4) == one(lines["Operating stub per share"])


@given(st.floats(1, 100), st.floats(1, 100), st.floats(0, 3), st.floats(0, 1), st.floats(0, 0.4))
def test_what_lowers_the_subsidiary_never_lowers_the_stub(
    parent: float, price: float, ratio: float, lock_up: float, tax_rate: float
) -> None:
    lines = stub_value(
        parent_price=parent, subsidiary_price=price, ratio=ratio, lock_up=lock_up, tax_rate=tax_rate, tax_basis=1.0
    )
    assert one(lines["Equity stub per share, realisable"]) >= one(lines["Equity stub per share"]) - 1e-12


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"ratio": 1.0, "held": 0.5}, "either ratio, or held"),
        ({"held": 0.5}, "subsidiary_shares is missing"),
        ({}, "held is missing: give it, or ratio"),
        ({"ratio": 1.0, "holding_net_debt": 1.0}, "parent_shares is missing"),
        ({"ratio": 1.0, "borrow_cost": 0.1}, "borrow_years is missing"),
        ({"ratio": 1.0, "tax_rate": 0.1}, "tax_basis is missing"),
        ({"ratio": 1.0, "tax_basis": 0.1}, "tax_rate is missing"),
        ({"ratio": 1.0, "borrow_years": 0.1}, "borrow_cost is missing"),
    ],
)
def test_a_stub_needs_what_it_stands_on(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        stub_value(parent_price=1.0, subsidiary_price=1.0, **terms)


def test_readings_of_a_stub_agree() -> None:
    units = {"parent_price": unit("CNY/share"), "subsidiary_price": unit("HKD/share"), "fx": unit("CNY/HKD"),
             "tax_basis": unit("CNY/share")}  # fmt: skip
    drawn = dict(parent_price=RNG.uniform(5, 40, 20), subsidiary_price=RNG.uniform(5, 20, 20), fx=0.92)
    lines = readings_agree(
        stub_value, units=units, **drawn, **HELD, lock_up=0.1, borrow_cost=0.3, borrow_years=RNG.uniform(0, 2, 20),
        tax_rate=0.25, tax_basis=2.0, holding_net_debt=-40.0,
    )  # fmt: skip
    assert set(lines["Negative stub"]) == {0.0, 1.0}
