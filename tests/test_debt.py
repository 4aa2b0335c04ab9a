"""Value with debt, found three ways: adjusted present value, WACC, and the flow to equity; each by an identity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.methods import apv, dcf, fcfe

Array = np.ndarray

years = st.integers(1, 5)
leverages = st.floats(0, 0.7)
costs = st.floats(0.06, 0.15)
debt_costs = st.floats(0.03, 0.055)
taxes = st.floats(0, 0.4)
growths = st.none() | st.floats(-0.02, 0.025)


def flows(count: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(1, 30), min_size=count, max_size=count)


def one(value: Any) -> float:
    return float(np.ravel(value)[0])


def backward(flow: Array, rate: Array, beyond: float) -> Array:
    """Values at the start of each year, from the end: V = (flow + V of next year) / (1 + rate)."""
    values = [beyond]
    for paid, wanted in zip(flow[::-1], rate[::-1], strict=True):
        values.append((values[-1] + paid) / (1 + wanted))
    return np.array(values[:0:-1])


@given(st.data(), years, costs, debt_costs, taxes, leverages, growths)
@settings(deadline=None)
def test_at_a_target_leverage_adjusted_present_value_is_the_value_at_wacc(
    data: st.DataObject, count: int, cost: float, interest: float, tax: float, leverage: float, growth: float | None
) -> None:
    flow = np.array(data.draw(flows(count)))
    unlevered = cost + 0.005 * np.arange(count)
    lines = apv(
        free_cash_flow=list(flow), unlevered_cost=list(unlevered), tax_rate=tax, cost_of_debt=interest,
        leverage=leverage, terminal_growth=growth,
    )  # fmt: skip
    wacc = unlevered - tax * interest * leverage
    beyond = 0.0 if growth is None else flow[-1] * (1 + growth) / (wacc[-1] - growth)
    values = backward(flow, wacc, beyond)
    assert pytest.approx(values[0], rel=1e-11) == one(lines["Enterprise value"])
    np.testing.assert_allclose(lines["Levered value at the start of the year"][:, 0], values, rtol=1e-9)
    np.testing.assert_allclose(lines["Debt at the start of the year"][:, 0], leverage * values, rtol=1e-9)


@given(st.data(), years, costs, debt_costs, taxes, st.sampled_from(("unlevered cost", "cost of debt")))
@settings(deadline=None)
def test_a_debt_plan_is_worth_what_a_wacc_gives_that_moves_with_its_leverage(
    data: st.DataObject, count: int, cost: float, interest: float, tax: float, shield_rate: str
) -> None:
    flow, debt = np.array(data.draw(flows(count))), np.array(data.draw(flows(count)))
    lines = apv(
        free_cash_flow=list(flow), unlevered_cost=cost, tax_rate=tax, cost_of_debt=interest, debt=list(debt),
        shield_rate=shield_rate,
    )  # fmt: skip
    shield = tax * interest * debt
    at = cost if shield_rate == "unlevered cost" else interest
    shields = backward(shield, np.full(count, at), 0.0)
    values = backward(flow, np.full(count, cost), 0.0) + shields
    wacc = (flow + np.append(values[1:], 0.0)) / values - 1  # the rate at which the flow alone gives the value
    if shield_rate == "unlevered cost":
        np.testing.assert_allclose(wacc, cost - shield / values, rtol=1e-9, atol=1e-12)
    else:  # Inselbag and Kaufold (1997): the shields' own risk comes in as well
        np.testing.assert_allclose(wacc, cost - shield / values - (cost - interest) * shields / values, atol=1e-12)
    assert pytest.approx(backward(flow, wacc, 0.0)[0], rel=1e-11) == one(lines["Enterprise value"])


@given(growth=st.floats(0.0, 0.04), margin=st.floats(0.05, 0.4), cost=st.floats(0.08, 0.14), leverage=leverages)
@settings(deadline=None)
def test_the_flow_of_a_dcf_is_worth_as_much_to_all_three_methods(
    growth: float, margin: float, cost: float, leverage: float
) -> None:
    interest, tax, beyond = 0.05, 0.25, 0.02
    whole = dcf(
        revenue=100.0, growth=[growth] * 4, margin=margin, tax_rate=tax, wacc=cost - tax * interest * leverage,
        return_on_new_capital=0.2, terminal_value="gordon", terminal_growth=beyond, timing="end-year",
    )  # fmt: skip
    flow = whole["Free cash flow"]
    common = dict(free_cash_flow=flow, tax_rate=tax, cost_of_debt=interest, terminal_growth=beyond)
    adjusted = apv(**common, unlevered_cost=cost, leverage=leverage)
    owners = fcfe(
        **common,
        debt=adjusted["Debt at the start of the year"],
        closing_debt=leverage * adjusted["Terminal value of free cash flow at WACC"],
        cost_of_equity=cost + (cost - interest) * leverage / (1 - leverage),
    )
    expected = one(whole["Enterprise value"])
    assert pytest.approx(expected, rel=1e-10) == one(adjusted["Enterprise value"])
    assert pytest.approx(expected * (1 - leverage), rel=1e-9) == one(owners["Equity value"])
    after = one(adjusted["Terminal value of free cash flow at WACC"]) / (1 + cost) ** 4  # at the unlevered cost
    assert pytest.approx(after / expected, rel=1e-9) == one(adjusted["Terminal value share"])


def test_a_plan_that_grows_with_the_business_is_a_target_leverage() -> None:
    common = dict(
        free_cash_flow=[10 * 1.02**t for t in range(4)], tax_rate=0.25, cost_of_debt=0.05, terminal_growth=0.02
    )
    target = apv(**common, unlevered_cost=0.09, leverage=0.4)
    debt = target["Debt at the start of the year"]
    np.testing.assert_allclose(debt[1:] / debt[:-1], 1.02, rtol=1e-12)
    plan = apv(**common, unlevered_cost=0.09, debt=debt)
    assert pytest.approx(one(target["Enterprise value"]), rel=1e-12) == one(plan["Enterprise value"])
    cost = 0.09 + (0.09 - 0.05) * 0.4 / 0.6
    owners = fcfe(**common, debt=debt, cost_of_equity=cost)
    assert pytest.approx(one(target["Enterprise value"]) * 0.6, rel=1e-12) == one(owners["Equity value"])


def test_without_growth_the_debt_is_repaid_with_the_last_flow() -> None:
    lines = fcfe(free_cash_flow=[10.0, 20.0], debt=[8.0, 5.0], cost_of_debt=0.1, tax_rate=0.25, cost_of_equity=0.2)
    assert [10 - 0.6 - 3, 20 - 0.375 - 5] == pytest.approx(lines["Free cash flow to equity"][:, 0].tolist(), rel=1e-14)
    assert one(lines["Equity value"]) == pytest.approx(6.4 / 1.2 + 14.625 / 1.44, rel=1e-14)


def test_distress_costs_come_off_the_adjusted_present_value() -> None:
    common = dict(free_cash_flow=[10.0], unlevered_cost=0.1, tax_rate=0.25, cost_of_debt=0.05, debt=4.0)
    assert one(apv(**common, distress_cost=1.5)["Enterprise value"]) == one(apv(**common)["Enterprise value"]) - 1.5


def test_a_rate_not_above_the_growth_is_impossible_and_named() -> None:
    rates = np.array([0.01, 0.02, 0.08])
    common = dict(free_cash_flow=[10.0, 10.0], tax_rate=0.25, cost_of_debt=0.05, terminal_growth=0.02)
    lines = apv(**common, unlevered_cost=rates, debt=4.0)
    assert [True, True, False] == np.isnan(lines["Enterprise value"]).tolist()
    assert lines.invalid.names[0] == "unlevered_cost_of_capital_less_terminal_growth"
    owners = fcfe(**common, cost_of_equity=rates, debt=4.0)
    assert [True, True, False] == np.isnan(owners["Equity value"]).tolist()
    assert owners.invalid.names[0] == "cost_of_equity_less_terminal_growth"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "debt is missing: give it, or leverage"),
        ({"debt": 1.0, "leverage": 0.3}, "expected either debt or leverage, found both"),
        (
            {"leverage": 0.3, "shield_rate": "cost of debt"},
            "expected shield_rate unlevered cost, .* found cost of debt",
        ),
    ],
)
def test_debt_is_given_once_and_discounted_at_what_suits_it(more: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        apv(free_cash_flow=[10.0], unlevered_cost=0.1, tax_rate=0.25, cost_of_debt=0.05, **more)
