"""Routes out of a group: nothing is lost without a name, and prices, stakes and taxes are what they should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from transactions import EVERY_ROUTE, Transaction, a_part, between, transactions

FRICTIONS = (
    "market_value", "holding_discount", "one_off_costs", "standalone_cost", "stranded_cost", "lock_up_discount",
    "tax_rate", "tax_basis", "stamp_duty", "discount", "fee", "employee_share", "assured_entitlement", "price",
    "premium", "stake", "synergies", "post_money",
)  # fmt: skip


def close(expected: float, actual: float, size: float) -> bool:
    return bool(abs(expected - actual) <= 1e-12 * size)


# Nothing is lost without a name ------------------------------------------------------------------------------------


@EVERY_ROUTE
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_the_named_differences_explain_the_change(route: str, data: st.DataObject) -> None:
    made = data.draw(transactions((route,)))
    outcome = made.outcome
    assume(np.isfinite(outcome.after))
    assert close(0, float(outcome.residual), made.size)
    assert close(float(outcome.after), sum(map(float, outcome.has.values())), made.size)


@EVERY_ROUTE
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_without_frictions_after_is_before_at_any_date(route: str, data: st.DataObject) -> None:
    made = data.draw(transactions((route,))).without(*FRICTIONS)
    outcome = made.outcome
    assume(np.isfinite(outcome.after))
    assert outcome.differences == {}
    assert close(float(outcome.before), float(outcome.after), made.size)


@EVERY_ROUTE
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_each_friction_is_named(route: str, data: st.DataObject) -> None:
    made = data.draw(transactions((route,)))
    bare = made.without(*FRICTIONS)
    zero_sum = {"discount"} if route == "split_off" else set()
    for name in set(made.given) & set(FRICTIONS) - {"tax_basis"} - zero_sum:
        alone = {other: made.given[other] for other in (name, *NEEDS.get(name, ())) if other in made.given}
        assert bare.but(**alone).outcome.differences, name


NEEDS = {
    "tax_rate": ("tax_basis",), "standalone_cost": ("cost_rate",), "stranded_cost": ("cost_rate",),
    "assured_entitlement": ("discount",),
}  # fmt: skip


@given(transactions(("distribution", "split_off", "carve_out")), between(0, 0.5))
@settings(deadline=None)
def test_a_debt_push_down_moves_no_value(made: Transaction, debt: float) -> None:
    made = made.without("retained", "lock_up_discount", "holding_discount", "tax_rate", "tax_basis", "stamp_duty",
                        "employee_share")  # fmt: skip
    bare = made.without("debt_push_down")
    pushed = made.but(debt_push_down=debt * made.before["equity"])
    assume(np.isfinite(pushed.outcome.after) and np.isfinite(bare.outcome.after))
    assert close(float(bare.outcome.after), float(pushed.outcome.after), pushed.size)


# Offerings ---------------------------------------------------------------------------------------------------------


@given(transactions(("carve_out",)), st.floats(0, 100))
@settings(deadline=None)
def test_a_primary_without_fees_and_discount_changes_nothing_whatever_its_size(made: Transaction, size: float) -> None:
    bare = Transaction("carve_out", made.before, {"probability": 1.0, "old_shares": made.given["old_shares"]})
    offered = bare.but(primary=(size + 1e-6) * made.before["equity"])
    assert close(made.before["group_equity"], float(offered.outcome.after), offered.size)


@given(transactions(("carve_out",)))
@settings(deadline=None)
def test_underpricing_hands_m_d_over_one_less_d_to_the_buyers(made: Transaction) -> None:
    made = made.without(*set(FRICTIONS) - {"discount"}, "secondary", "greenshoe", "exercised", "greenshoe_shares")
    made = made.but(primary=0.1 * made.before["equity"], discount=0.15)
    owned, money, factor = made.before["owned"], made.given["primary"], 1.0
    if "years_until" in made.given:
        factor = (1 + made.given["discount_rate"]) ** -made.given["years_until"]
    lost = float(made.outcome.before) - float(made.outcome.after)
    assert close(owned * money * 0.15 / 0.85 * factor, lost, made.size)


@given(transactions(("carve_out",)))
@settings(deadline=None)
def test_the_cap_table_adds_up_and_prices_agree(made: Transaction) -> None:
    lines, outcome = made.run()
    assume(np.isfinite(outcome.after))
    given_ = made.given
    old, employees = given_["old_shares"], given_.get("employee_share", 0.0)
    primary, secondary = given_.get("primary", 0.0), given_.get("secondary", 0.0)
    option = given_.get("greenshoe", 0.0) * (primary + secondary) * given_.get("exercised", 1.0)
    if given_.get("greenshoe_shares") == "secondary":
        secondary += option
    else:
        primary += option
    price = float(lines["Offer price"])
    new = primary / price
    everything = (old + new) / (1 - employees)
    assert float(lines["Shares after the offer"]) == pytest.approx(everything, rel=1e-12)
    sold = old * made.before["owned"] - secondary / price
    assert float(lines["Stake of the parent after"]) == pytest.approx(sold / everything, rel=1e-10, abs=1e-14)
    fair = float(lines["Fair price after the offer"])
    assert price == pytest.approx((1 - given_.get("discount", 0.0)) * fair, rel=1e-12)
    assert float(lines["Value after the money"]) == pytest.approx(fair * everything, rel=1e-12)


@given(transactions(("carve_out",)))
@settings(deadline=None)
def test_a_whole_assured_entitlement_gives_all_underpricing_back(made: Transaction) -> None:
    made = made.but(discount=0.2, assured_entitlement=1.0)
    assume(made.before["owned"] > 0.9999 or "primary" not in made.given)
    made.before["owned"] = 1.0
    outcome = made.outcome
    assume(np.isfinite(outcome.after))
    found = outcome.differences["Underpricing"] + outcome.differences["Underpricing back by assured entitlement"]
    assert close(0, float(found), made.size)


# Exchanges, sales, mergers -----------------------------------------------------------------------------------------


@given(transactions(("split_off",)))
@settings(deadline=None)
def test_a_split_off_is_zero_sum_among_holders(made: Transaction) -> None:
    lines, outcome = made.run()
    assume(np.isfinite(outcome.after))
    assert close(0, float(lines["Gains together"]), made.size)
    as_asked = made.without("discount").outcome.after
    assume(np.isfinite(as_asked))
    assert close(float(as_asked), float(outcome.after), made.size)


@given(transactions(("split_off",)), between(0.01, 0.2))
@settings(deadline=None)
def test_a_discount_moves_value_to_those_who_tender(made: Transaction, discount: float) -> None:
    made = made.without(*FRICTIONS).but(discount=discount)
    lines, outcome = made.run()
    assume(np.isfinite(outcome.after))
    worth = made.before["group_equity"] / made.before["shares"]
    assert float(lines["Value for a share tendered"]) == pytest.approx(worth / (1 - discount), rel=1e-12)
    assert float(lines["Value of a share that stays"]) < worth


@given(transactions(("sale",)))
@settings(deadline=None)
def test_a_sale_at_fair_value_without_tax_moves_nothing(made: Transaction) -> None:
    made = made.without(*FRICTIONS)
    fair = made.but(price=made.one("Market value at the date"))
    assert close(float(fair.outcome.before), float(fair.outcome.after), fair.size)


@given(transactions(("merger",)))
@settings(deadline=None)
def test_all_stakes_of_a_merged_company_hold_its_whole_value(made: Transaction) -> None:
    made = made.without("stake", "cash_contributed", "cash_received", "post_money").but(owned=None)
    made.before["owned"] = 1.0
    lines, outcome = made.run()
    assume(np.isfinite(outcome.after))
    thin = (1 - made.given.get("employee_share", 0.0)) * (1 - float(lines.get("Share of the new money", 0.0)))
    other = (1 - float(lines["Stake by contributed values"])) * thin
    whole = float(lines["Both companies with the cash"]) + made.given.get("synergies", 0.0)
    whole += made.given.get("new_money", 0.0)
    held = float(lines["Stake kept, at market"]) + (other + 1 - thin) * whole
    assert held == pytest.approx(whole, rel=1e-12)


# Costs and taxes ---------------------------------------------------------------------------------------------------


@given(between(0.02, 0.2), between(-0.05, 0.1), st.integers(1, 30), between(0, 0.5))
def test_a_yearly_cost_is_the_sum_of_its_discounted_years(rate: float, growth: float, years: int, tax: float) -> None:
    assume(abs(rate - growth) > 1e-3)
    costs = {"stranded_cost": 10.0, "cost_rate": rate, "cost_growth": growth, "cost_years": years, "cost_tax_rate": tax}
    made = Transaction("sale", a_part(), {"probability": 1.0, **costs})
    by_hand = sum(10.0 * (1 - tax) * (1 + growth) ** (year - 1) / (1 + rate) ** year for year in range(1, years + 1))
    assert made.one("Stranded cost for good") == pytest.approx(by_hand, rel=1e-9)
    if rate > growth:
        for_ever = made.without("cost_years").one("Stranded cost for good")
        assert for_ever == pytest.approx(10.0 * (1 - tax) / (rate - growth), rel=1e-12)


@given(between(0, 2), between(0, 0.4))
def test_a_gain_is_taxed_and_a_loss_is_not(basis: float, rate: float) -> None:
    made = Transaction("sale", a_part(), {"probability": 1.0, "tax_rate": rate, "tax_basis": basis * 240.0})
    assert made.one("Tax on the gain") == pytest.approx(rate * max(0.0, 0.8 * 300.0 - basis * 240.0), abs=1e-12)
