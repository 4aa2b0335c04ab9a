"""The discount of a holding: its reasons add up, overlap, and leave a rest that is shown and not plugged."""

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
from valuation.methods import net_asset
from valuation.problems import InvalidAssumptions
from valuation.schedules import holding_discount
from valuation.units import parse_unit

RNG = np.random.default_rng(7)
COSTS = {"holding_cost": 4.0, "cost_tax_rate": 0.25, "cost_growth": 0.02, "discount_rate": 0.08}
TAX = {"latent_gain": 60.0, "tax_rate": 0.25}
OTHERS = {"illiquidity": 0.05, "control": 0.1}


def test_the_reasons_add_up_and_the_rest_is_shown() -> None:
    lines = holding_discount(nav=500.0, market_cap=300.0, **COSTS, **TAX, **OTHERS)
    assert pytest.approx(0.4) == one(lines["Observed discount"])
    assert pytest.approx(0.1) == one(lines["Discount for holding costs"])  # 3 / (8 % - 2 %) of 500
    assert pytest.approx(0.03) == one(lines["Discount for latent tax"])
    assert pytest.approx(0.28) == one(lines["Explained discount"])
    assert pytest.approx(0.12) == one(lines["Unexplained discount"])
    assert pytest.approx(1 - 0.9 * 0.97 * 0.95 * 0.9) == one(lines["Explained discount, each on what the others leave"])


def test_what_net_assets_take_off_is_what_the_reasons_explain() -> None:
    # held against the method: the same costs and tax taken off the gross value are the explained discount of it
    holding = {"listed": {"value": 500.0, "tax": 0.25, "basis": 440.0}}
    lines = net_asset(holdings=holding, **COSTS)
    gross, net = one(lines["Gross asset value"]), one(lines["Net asset value"])
    found = holding_discount(nav=gross, market_cap=net, **COSTS, **TAX)
    assert pytest.approx(1 - net / gross) == one(found["Explained discount"])
    assert pytest.approx(0, abs=1e-12) == one(found["Unexplained discount"])


shares_of_value = st.floats(0, 1)


@given(shares_of_value, shares_of_value, st.floats(0, 200), st.floats(0, 1))
def test_reasons_one_after_another_explain_no_more_than_their_sum(
    illiquidity: float, control: float, gain: float, tax_rate: float
) -> None:
    lines = holding_discount(
        nav=200.0, market_cap=100.0, illiquidity=illiquidity, control=control, latent_gain=gain, tax_rate=tax_rate
    )
    compounded = one(lines["Explained discount, each on what the others leave"])
    assert -1e-12 <= compounded <= one(lines["Explained discount"]) + 1e-12
    assert compounded <= 1


@given(st.floats(0.01, 1000), st.floats(-0.5, 0.9))
def test_more_of_a_reason_leaves_less_unexplained_and_the_price_moves_only_what_is_observed(
    scale: float, control: float
) -> None:
    here = holding_discount(nav=500 * scale, market_cap=300 * scale, control=control)
    dearer = holding_discount(nav=500 * scale, market_cap=350 * scale, control=control)
    assert one(here["Explained discount"]) == one(dearer["Explained discount"])
    assert pytest.approx(0.1) == one(here["Observed discount"]) - one(dearer["Observed discount"])
    assert pytest.approx(0.4 - control) == one(here["Unexplained discount"])


def test_tax_that_falls_due_later_weighs_less_and_a_loss_is_not_taxed() -> None:
    later = holding_discount(nav=500.0, market_cap=300.0, **TAX, tax_years=10.0, discount_rate=0.08)
    assert pytest.approx(15 / 1.08**10 / 500) == one(later["Discount for latent tax"])
    loss = holding_discount(nav=500.0, market_cap=300.0, latent_gain=-60.0, tax_rate=0.25)
    assert one(loss["Explained discount"]) == 0


def test_without_value_there_is_no_discount() -> None:
    lines = holding_discount(nav=np.array([500.0, 0.0, -1.0]), market_cap=300.0, control=0.1)
    assert [False, True, True] == np.isnan(lines["Unexplained discount"]).tolist()


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"control": 0.1}, "price is missing: give it with shares, or market_cap"),
        ({"control": 0.1, "price": 1.0}, "shares is missing: price comes with it"),
        ({"control": 0.1, "price": 1.0, "market_cap": 1.0}, "either market_cap, or price and shares, found both"),
        ({"market_cap": 1.0}, "expected a reason: holding_cost, latent_gain, illiquidity or control, found none"),
        ({"market_cap": 1.0, "holding_cost": 1.0}, "discount_rate is missing: holding_cost comes with it"),
        ({"market_cap": 1.0, "latent_gain": 1.0}, "tax_rate is missing: latent_gain comes with it"),
        ({"market_cap": 1.0, "tax_rate": 0.1}, "latent_gain is missing: tax_rate comes with it"),
        (
            {"market_cap": 1.0, "latent_gain": 1.0, "tax_rate": 0.1, "tax_years": 1.0},
            "discount_rate is missing: tax_years comes with it",
        ),
    ],
)
def test_what_does_not_fit_or_is_missing_is_named(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        holding_discount(nav=1.0, **terms)


def test_every_reading_agrees() -> None:
    drawn = {"nav": np.append(RNG.uniform(100, 900, 19), -5.0), "control": RNG.uniform(-0.1, 0.3, 20)}
    readings_agree(holding_discount, **drawn, market_cap=300.0, **COSTS)
    units = {"price": parse_unit("HKD/share"), "fx": parse_unit("CNY/HKD")}
    terms = {**COSTS, **TAX, "latent_gain": RNG.normal(0, 80, 20), "tax_years": 3.0, "illiquidity": 0.05}
    lines = readings_agree(holding_discount, units=units, **drawn, price=20.0, fx=0.92, shares=30.0, **terms)  # type: ignore[arg-type]
    assert np.isnan(lines["Unexplained discount"]).sum() == 1


def test_a_case_may_take_the_explained_discount_and_never_has_to(case_of: Callable[..., Case]) -> None:
    text = """segments:
  fund: {method: stake, value: 500 CNY m}
schedules:
  reasons: {schedule: holding_discount, nav: = fund.value, price: 20 HKD/share, %sshares: 15 m shares, illiquidity: 7%%}
holding: {discount: = reasons.explained_discount, applies_to: [fund]}
"""
    assert pytest.approx(465) == base_case(case_of(text % "fx: 1 CNY/HKD, ")).equity
    with pytest.raises(InvalidAssumptions, match="HKD"):
        case_of(text % "")
