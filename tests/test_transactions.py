"""Routes out of a group: nothing is lost without a name, and both readings of every route agree."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from transactions import OWN, Transaction, between, transactions
from workbooks import recalculated

from valuation.calculation import MissingAssumption
from valuation.kinds import Choice
from valuation.lines import snake
from valuation.transactions import ROUTES, Before
from valuation.workbook.address import Cell
from valuation.workbook.spelling import Spelling

EVERY_ROUTE = pytest.mark.parametrize("route", sorted(OWN))
FRICTIONS = (
    "market_value", "holding_discount", "one_off_costs", "standalone_cost", "stranded_cost", "lock_up_discount",
    "tax_rate", "tax_basis", "stamp_duty", "discount", "fee", "employee_share", "assured_entitlement", "price",
    "premium", "stake", "synergies", "post_money",
)  # fmt: skip


def a_part(**other: float) -> dict[str, float]:
    return {"equity": 300.0, "owned": 0.8, "group_equity": 1000.0, "shares": 100.0, "factor": 0.01, **other}


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


# What is impossible is invalid -------------------------------------------------------------------------------------

MINIMAL: dict[str, dict[str, Any]] = {
    "distribution": {"new_shares": 0.5},
    "carve_out": {"old_shares": 100.0, "primary": 30.0},
    "split_off": {"part_shares": 100.0},
    "sale": {},
    "merger": {"other_value": 300.0},
    "tracking_stock": {"distributed": 0.2},
}


@EVERY_ROUTE
@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_a_probability_or_ownership_beyond_its_bounds_is_invalid(route: str, wrong: float) -> None:
    sound = Transaction(route, a_part(), {"probability": 0.4, **MINIMAL[route]})
    assert np.isfinite(sound.outcome.expected)
    assert np.isnan(sound.but(probability=wrong).outcome.expected)
    assert np.isnan(Transaction(route, a_part(owned=wrong), sound.given).outcome.after)


IMPOSSIBLE = {
    "more kept than owned": ("distribution", {"retained": 0.81}),
    "nothing kept, but less than nothing": ("distribution", {"retained": -0.01}),
    "more debt than the company is worth": ("distribution", {"debt_push_down": 301.0}),
    "more sold than held": ("carve_out", {"secondary": 241.0}),
    "an offer larger than the company": ("carve_out", {"primary": None, "secondary": 80.0, "discount": 1.0}),
    "new shares for less than nothing": ("carve_out", {"primary": 1800.0, "discount": 0.15}),
    "a loss-making company listed": ("carve_out", {"market_value": -5.0}),
    "all shares tendered": ("split_off", {"parent_price": 2.0}),
    "a negative price": ("sale", {"price": -1.0}),
    "companies worth nothing": ("merger", {"other_value": -300.0}),
    "a stake over 100 %": ("merger", {"stake": 1.01}),
    "a stake under nothing": ("merger", {"cash_received": 250.0}),
    "new money over post-money": ("merger", {"new_money": 50.0, "post_money": 50.0}),
    "more tracked than owned": ("tracking_stock", {"sold": 181.0}),
    "costs that grow at their rate": ("sale", {"stranded_cost": 1.0, "cost_rate": 0.05, "cost_growth": 0.05}),
    "costs that outgrow their rate": ("sale", {"stranded_cost": 1.0, "cost_rate": 0.05, "cost_growth": 0.06}),
}


@pytest.mark.parametrize(("route", "given_"), IMPOSSIBLE.values(), ids=list(IMPOSSIBLE))
def test_what_is_impossible_is_invalid(route: str, given_: dict[str, Any]) -> None:
    sound = Transaction(route, a_part(), {"probability": 1.0, **MINIMAL[route]})
    assert np.isfinite(sound.outcome.after)
    assert np.isnan(sound.but(**given_).outcome.after)


MISSING = {
    "discount_rate": ("sale", {"years_until": 1.0}),
    "tax_basis": ("sale", {"tax_rate": 0.1}),
    "cost_rate": ("sale", {"stranded_cost": 1.0}),
    "retained": ("distribution", {"lock_up_discount": 0.1}),
    "primary": ("carve_out", {"primary": None}),
    "secondary": ("carve_out", {"tax_rate": 0.1, "tax_basis": 0.0}),
    "distributed": ("tracking_stock", {"distributed": None}),
    "sold": ("tracking_stock", {"stamp_duty": 0.001}),
    "discount": ("carve_out", {"assured_entitlement": 0.1}),
    "part_cash": ("distribution", {"group_cash": 1.0}),
    "part_borrowings": ("distribution", {"group_borrowings": 1.0}),
    "part_ebita": ("distribution", {"group_ebita": 1.0}),
}


@pytest.mark.parametrize("parameter", MISSING)
def test_what_is_needed_together_is_asked_for(parameter: str) -> None:
    route, given_ = MISSING[parameter]
    made = Transaction(route, a_part(), {"probability": 1.0, **MINIMAL[route]}).but(**given_)
    with pytest.raises(MissingAssumption) as found:
        made.run()
    assert found.value.parameter == parameter


@pytest.mark.parametrize(
    ("route", "given_", "message"),
    [
        ("sale", {"price": 1.0, "premium": 0.1}, "expected either price or premium, found both"),
        ("merger", {"post_money": 1.0}, "expected new_money with post_money"),
    ],
)
def test_contradictory_terms_are_refused(route: str, given_: dict[str, float], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Transaction(route, a_part(), {"probability": 1.0, **MINIMAL[route], **given_}).run()


# Both readings -----------------------------------------------------------------------------------------------------


@EVERY_ROUTE
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_an_independent_engine_computes_the_spelled_route(route: str, data: st.DataObject) -> None:
    made = data.draw(transactions((route,)))
    lines, outcome = made.run()
    recording, numbers, recorded = made.recorded()
    found = recalculated(recording, numbers)
    assert [snake(row.label) for row in recording.written] == list(lines.scopes[""])
    assert list(recorded.has) == list(outcome.has) and list(recorded.differences) == list(outcome.differences)
    size = made.size if np.isfinite(outcome.after) else 1.0
    for row in recording.written:
        np.testing.assert_allclose(found[row][0], lines[row.label], rtol=1e-9, atol=1e-12 * size, err_msg=row.label)


@EVERY_ROUTE
def test_every_parameter_of_a_route_is_drawn_and_every_row_fits_a_cell(route: str) -> None:
    drawn: set[str] = set()
    longest = [0]

    @given(transactions((route,)))
    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    def collect(made: Transaction) -> None:
        drawn.update(made.given)
        recording = made.recorded()[0]
        rows = recording.written
        cells = {row: Cell("Inputs", 100 + i, 3) for i, row in enumerate(recording.inputs.values())}
        cells |= {row: Cell("Carve-out of T-Head", 100 + i, 3) for i, row in enumerate(rows)}
        spelling = Spelling(cells, 1, {})
        texts = [spelling.spell(row.formula, cells[row]) for row in rows if row.formula is not None]
        longest.append(max(map(len, texts)))
        assert [text for text in texts if text.count("IF(") > 1] == []

    collect()
    assert max(longest) <= 160
    assert drawn | {"parent_price", "lock_up_years"} >= set(ROUTES[route].parameters)


@EVERY_ROUTE
def test_arrays_of_draws_are_valued_like_single_draws(route: str) -> None:
    probabilities, owned = np.array([0.2, 1.4, 0.9]), np.array([0.8, 0.7, 1.0])
    before = Before(**{**a_part(), "owned": owned})
    lines = ROUTES[route](before, probability=probabilities, **MINIMAL[route], holding_discount=0.3)
    for number in (0, 2):
        one = Transaction(
            route, a_part(owned=owned[number]),
            {"probability": probabilities[number], **MINIMAL[route], "holding_discount": 0.3},
        )  # fmt: skip
        expected = one.one("Expected change of the group's equity")
        assert lines["Expected change of the group's equity"][number] == pytest.approx(expected, rel=1e-12)
    assert np.isnan(lines["Expected change of the group's equity"][1])


# Help --------------------------------------------------------------------------------------------------------------


@EVERY_ROUTE
def test_the_example_of_a_route_is_true(route: str) -> None:
    example = doctest.DocTestParser().get_doctest(ROUTES[route].__doc__ or "", {}, route, None, 0)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


@EVERY_ROUTE
def test_a_route_has_the_common_terms_and_sources(route: str) -> None:
    entry = ROUTES[route]
    assert {"probability", "years_until", "tax_rate", "stranded_cost"} <= set(entry.parameters)
    assert [name for name, p in entry.parameters.items() if p.required] == ["probability"] or MINIMAL[route]
    assert "Source" in (entry.__doc__ or "")
    assert all(isinstance(p.kind, Choice) or p.label for p in entry.parameters.values())
