"""Routes one by one: what is impossible, missing or contradictory, what both readings say, and their help."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transactions import EVERY_ROUTE, MINIMAL, Transaction, a_part, transactions

from valuation.calculation import MissingAssumption
from valuation.kinds import Choice
from valuation.transactions import ROUTES, Before

# What is impossible is invalid -------------------------------------------------------------------------------------


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
def test_every_reading_of_a_route_agrees(route: str, data: st.DataObject) -> None:
    made = data.draw(transactions((route,)))
    lines, outcome = made.run()
    recorder, recorded = made.recorded()
    assert list(recorded.has) == list(outcome.has) and list(recorded.differences) == list(outcome.differences)
    recorder.agrees(lines, nothing=1e-12 * (made.size if np.isfinite(outcome.after) else 1.0), apart=True)


@EVERY_ROUTE
def test_every_parameter_of_a_route_is_drawn_and_every_row_fits_a_cell(route: str) -> None:
    drawn: set[str] = set()

    @given(transactions((route,)))
    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    def collect(made: Transaction) -> None:
        drawn.update(made.given)
        made.recorded()[0].fits(apart=True)

    collect()
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
