"""Multiples of peers and of deals: what a multiple implies, what is refused, and what deals say of today."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.lines import Lines
from valuation.methods import dcf, multiple, precedent

BY_PROFIT = dict(growth=0.04, return_on_capital=0.2, wacc=0.09, tax_rate=0.25)
BY_EARNINGS = dict(growth=0.03, payout=0.6, cost_of_equity=0.1)


def one(lines: Lines, label: str) -> float:
    return float(np.ravel(lines[label])[0])


@given(
    st.floats(0.0, 0.05), st.floats(0.06, 0.4), st.floats(0.06, 0.15), st.floats(0.0, 0.4), st.floats(0.05, 0.5)
)  # fmt: skip
def test_the_fundamental_multiple_implies_its_own_fundamentals(
    growth: float, return_on_capital: float, wacc: float, tax_rate: float, margin: float
) -> None:
    given_values = dict(growth=growth, return_on_capital=return_on_capital, wacc=wacc, tax_rate=tax_rate)
    fair = margin * (1 - tax_rate) * (1 - growth / return_on_capital) / (wacc - growth)
    lines = multiple(metric=100.0, multiple=fair, basis="EV/Sales", margin=margin, **given_values)
    assert one(lines, "Fundamental multiple") == pytest.approx(fair)
    assert one(lines, "Multiple over fundamental multiple") == pytest.approx(1)
    assert one(lines, "Implied margin") == pytest.approx(margin)
    if abs(return_on_capital - wacc) > 0.01:  # a return at the cost of capital is worth the same at any growth
        assert one(lines, "Implied growth for ever") == pytest.approx(growth, abs=1e-8)
    if growth > 0.001:
        assert one(lines, "Implied return on capital") == pytest.approx(return_on_capital, rel=1e-6)


def test_a_fundamental_multiple_is_the_value_driver_formula() -> None:
    lines = multiple(metric=104.0, multiple=1.0, basis="EV/EBITA", **BY_PROFIT)
    model = dcf(
        revenue=100.0, growth=[0.04], margin=1.0, tax_rate=0.25, wacc=0.09, return_on_new_capital=0.2,
        terminal_growth=0.04, terminal_return=0.2, timing="end-year",
    )  # fmt: skip
    assert one(model, "Terminal value") / (104 * 1.04) == pytest.approx(one(lines, "Fundamental multiple"))


@pytest.mark.parametrize(("basis", "margin"), [("P/E", None), ("P/Sales", 0.2)])
def test_equity_multiples_are_held_against_gordons_growth(basis: str, margin: float | None) -> None:
    fair = 0.6 * 1.03 / 0.07 * (margin or 1)
    lines = multiple(metric=10.0, multiple=2 * fair, basis=basis, margin=margin, discount=0.5, **BY_EARNINGS)
    assert one(lines, "Multiple after discount and premium") == pytest.approx(fair)
    assert one(lines, "Fundamental multiple") == pytest.approx(fair)
    assert one(lines, "Implied growth for ever") == pytest.approx(0.03)
    assert ("Implied margin" in list(lines)) == (margin is not None)


def test_the_cross_check_spoils_no_draw() -> None:
    wacc = np.array([0.03, 0.04, 0.09])  # below, at and above growth
    lines = multiple(metric=10.0, multiple=8.0, basis="EV/EBITA", **{**BY_PROFIT, "wacc": wacc})
    np.testing.assert_array_equal(lines["Enterprise value"], 80.0)
    assert np.isnan(lines["Fundamental multiple"][1])
    assert lines.invalid.names == []


def test_control_is_worth_its_premium() -> None:
    lines = multiple(metric=10.0, multiple=8.0, basis="EV/Gross profit", discount=0.1, control_premium=0.3)
    assert one(lines, "Enterprise value") == pytest.approx(80 * 0.9 * 1.3)


def test_an_installed_base_is_worth_its_units() -> None:
    lines = multiple(units=100.0, value_per_unit=0.05, basis="EV/Units")
    assert one(lines, "Enterprise value") == pytest.approx(5)
    assert np.isnan(one(multiple(units=-1.0, value_per_unit=0.05, basis="EV/Units"), "Enterprise value"))


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        (dict(basis="EV/Sales", period="LTM", multiple_period="NTM"), "found NTM on LTM"),
        (dict(basis="EV/Sales", period="LTM"), "multiple_period is missing: period comes with it"),
        (dict(basis="EV/Sales", multiple_period="FY1"), "period is missing: multiple_period comes with it"),
        (dict(basis="EV/Units"), "expected units and value_per_unit with EV/Units, found metric"),
        (dict(basis="P/E", units=1.0), "expected metric and multiple with P/E, found units"),
        (
            dict(basis="EV/EBITDA", growth=0.03),
            "expected EV/EBITA, .* with fundamentals such as growth, found EV/EBITDA",
        ),
        (dict(basis="EV/EBITA", margin=0.1, **BY_PROFIT), "expected growth, .*, tax_rate with EV/EBITA, found margin"),
        (dict(basis="P/E", **BY_PROFIT), "expected growth, payout, cost_of_equity with P/E, found return_on_capital"),
        (dict(basis="EV/Sales", **BY_PROFIT), "margin is missing: growth comes with it, to check EV/Sales"),
    ],
)
def test_what_does_not_fit_the_basis_is_refused(given_values: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        multiple(metric=10.0, multiple=8.0, **given_values)


def test_what_is_multiplied_must_be_given() -> None:
    with pytest.raises(TypeError, match="multiple is missing: basis is P/E"):
        multiple(metric=10.0, basis="P/E")


# Deals ----------------------------------------------------------------------------------------------------------------

DEALS = {
    "first": {"paid": 36.3, "acquired": 0.363, "metric": 20.0, "net_debt": 40.0, "premium": 0.25, "index": 0.9},
    "second": {"paid": 90.0, "acquired": 1.0, "metric": 10.0, "earn_out": 20.0, "earn_out_probability": 0.5},
    "third": {"paid": 51.0, "acquired": 0.51, "metric": 10.0, "net_debt": -10.0},
}
AS_PAID = np.array([140 / 20 * 0.9, 100 / 10, 90 / 10])


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("median", np.median(AS_PAID)),
        ("average", np.mean(AS_PAID)),
        ("harmonic mean", 3 / np.sum(1 / AS_PAID)),
        ("lowest", AS_PAID.min()),
        ("highest", AS_PAID.max()),
    ],
)
def test_deals_are_grossed_up_indexed_and_summed_up(statistic: str, expected: float) -> None:
    lines = precedent(metric=5.0, deals=DEALS, statistic=statistic)
    assert one(lines, "Multiple of the deals") == pytest.approx(expected)
    assert one(lines, "Enterprise value") == pytest.approx(5 * expected)


def test_a_minority_pays_no_premium_for_control() -> None:
    lines = precedent(metric=5.0, deals=DEALS, level="minority")
    assert one(lines, "Equity without control premium, first") == pytest.approx(80)
    assert one(lines, "Multiple, first") == pytest.approx(120 / 20 * 0.9)


def test_equity_multiples_of_deals_know_no_debt() -> None:
    lines = precedent(metric=5.0, deals=DEALS, basis="equity")
    assert one(lines, "Multiple, first") == pytest.approx(100 / 20 * 0.9)
    assert list(lines)[-1] == "Equity value by deals"


def test_a_loss_has_no_multiple_of_deals() -> None:
    lines = precedent(metric=np.array([-1.0, 0.0, 1.0]), deals={"only": {**DEALS["second"]}})
    np.testing.assert_array_equal(lines["Enterprise value"], [np.nan, 0.0, 10.0])
    lossy = precedent(metric=1.0, deals={"loss": {**DEALS["second"], "metric": np.array([-1.0, 10.0])}})
    np.testing.assert_array_equal(lossy["Enterprise value"], [np.nan, 10.0])


@given(st.floats(0.05, 1), st.floats(0.1, 1e4), st.floats(0, 1e3))
def test_a_deal_valued_by_itself_is_worth_what_it_fetched(acquired: float, paid: float, debt: float) -> None:
    deal = {"paid": paid, "acquired": acquired, "metric": 7.0, "net_debt": debt}
    lines = precedent(metric=7.0, deals={"itself": deal})
    assert one(lines, "Enterprise value") == pytest.approx(paid / acquired + debt)
