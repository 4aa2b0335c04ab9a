"""Discounted cash flow: losses and tax, timing and stubs, capital, terminal values, failure; each by an identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from conftest import GOOD
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from valuation.kinds import Choice
from valuation.methods import METHODS, dcf
from valuation.methods.discounting import Discounting

BASE: Mapping[str, Any] = dict(
    revenue=100.0, growth=[0.12, 0.08, 0.05, 0.03], margin=0.2, tax_rate=0.25, wacc=[0.11, 0.10, 0.10, 0.09],
    return_on_new_capital=0.15, terminal_growth=0.02, terminal_return=0.12,
)  # fmt: skip
SALES: Mapping[str, Any] = {name: value for name, value in BASE.items() if name != "return_on_new_capital"} | {
    "sales_to_capital": 1.5
}
SOLD: Mapping[str, Any] = {"terminal_value": "exit multiple", "exit_multiple": 9.0}
TIMINGS = get_args(get_type_hints(Discounting)["timing"])

rates = st.floats(0.03, 0.2)
stubs = st.floats(0.05, 1.0)
paths = st.lists(st.floats(-0.5, 0.5), min_size=4, max_size=4)
timings = st.sampled_from(TIMINGS)


def one(value: Any) -> float:
    return float(np.ravel(value)[0])


def worth(**given_values: Any) -> float:
    return one(dcf(**given_values)["Enterprise value"])


# Losses -------------------------------------------------------------------------------------------------------------


def balances(ebita: Sequence[float], opening: float, cap: float) -> tuple[list[float], list[float]]:
    """Closing balances and what was used, by the words of the tax law: use what the cap allows, add the year's loss."""
    closing, used = [], []
    for profit in ebita:
        used.append(min(opening, cap * profit) if profit > 0 else 0.0)
        opening = opening - used[-1] + (-profit if profit < 0 else 0.0)
        closing.append(opening)
    return closing, used


@given(margin=paths, opening=st.floats(0, 200), cap=st.floats(0, 1) | st.none())
@settings(deadline=None)
def test_losses_shelter_profit_up_to_the_cap_and_are_used_once(
    margin: list[float], opening: float, cap: float | None
) -> None:
    lines = dcf(**{**BASE, "margin": margin}, nol=opening, nol_cap=cap)
    ebita = lines["EBITA"][:, 0]
    closing, used = balances(ebita, opening, 1.0 if cap is None else cap)
    np.testing.assert_allclose(lines["Net operating loss, closing balance"][:, 0], closing, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(lines["Net operating loss used"][:, 0], used, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(
        lines["Net operating loss, opening balance"][1:], lines["Net operating loss, closing balance"][:-1]
    )
    assert (lines["Net operating loss, closing balance"] >= 0).all()
    assert (lines["Tax on EBITA"] >= 0).all()
    paid = 0.25 * (np.maximum(ebita, 0) - used)
    np.testing.assert_allclose(lines["Tax on EBITA"][:, 0], paid, rtol=1e-9, atol=1e-12)


@given(margin=paths, opening=st.floats(0, 200), stub=stubs, timing=timings)
@settings(deadline=None)
def test_losses_are_worth_the_tax_that_they_save_and_nothing_after_the_forecast(
    margin: list[float], opening: float, stub: float, timing: str
) -> None:
    for terminal in ("value driver", "gordon"):
        common = {**BASE, "margin": margin, "terminal_value": terminal, "timing": timing, "stub": stub}
        without, lines = dcf(**common), dcf(**common, nol=opening)
        factor = lines["Discount factor of cash flows" if timing == "mid-year" else "Discount factor, end of year"]
        saved = lines["Tax saved by losses carried forward"] * factor * lines["Share of the year that is left"]
        difference = one(lines["Enterprise value"]) - one(without["Enterprise value"])
        assert pytest.approx(one(saved.sum(axis=0)), rel=1e-9, abs=1e-9) == difference
        np.testing.assert_allclose(lines["Terminal value"], without["Terminal value"], rtol=1e-12, atol=1e-9)


def test_losses_of_the_forecast_count_only_when_losses_are_carried_forward_at_all() -> None:
    young = {**BASE, "margin": [-0.3, 0.1, 0.2, 0.2]}
    assert worth(**young, nol=0.0) > worth(**young)
    assert "Net operating loss used" not in list(dcf(**young))


def test_a_negative_balance_of_losses_is_impossible() -> None:
    lines = dcf(**BASE, nol=np.array([-1.0, 0.0, 1.0]))
    assert [True, False, False] == np.isnan(lines["Enterprise value"]).tolist()
    assert lines.invalid.names[0] == "net_operating_loss_at_the_outset"


# Timing -------------------------------------------------------------------------------------------------------------


@given(timing=timings, margin=paths, sold=st.booleans())
@settings(deadline=None)
def test_a_whole_first_year_is_no_stub(timing: str, margin: list[float], sold: bool) -> None:
    common = {**BASE, "margin": margin, "timing": timing, **(SOLD if sold else {})}
    assert pytest.approx(worth(**common), rel=1e-13, abs=1e-12) == worth(**common, stub=1.0)


@given(wacc=rates, stub=stubs, timing=timings, years=st.integers(1, 5), sold=st.booleans())
@settings(deadline=None)
def test_a_stub_is_what_discounting_by_dates_gives(
    wacc: float, stub: float, timing: str, years: int, sold: bool
) -> None:
    common = {**BASE, "growth": [0.05] * years, "wacc": wacc, "terminal_growth": 0.01, **(SOLD if sold else {})}
    lines = dcf(**common, stub=stub, timing=timing)
    flow, ends = lines["Free cash flow"][:, 0], stub + np.arange(years)
    shares = np.array([stub] + [1.0] * (years - 1))
    dates = ends - shares / 2 if timing == "mid-year" else ends
    last = ends[-1] - (0.5 if timing == "mid-year" and not sold else 0.0)
    expected = (flow * shares * (1 + wacc) ** -dates).sum() + one(lines["Terminal value"]) * (1 + wacc) ** -last
    assert pytest.approx(expected, rel=1e-12) == one(lines["Enterprise value"])


@given(wacc=rates, margin=st.floats(0.01, 0.5))
@settings(deadline=None)
def test_half_a_year_earlier_is_worth_half_a_year_of_wacc(wacc: float, margin: float) -> None:
    common = {**BASE, "wacc": wacc, "margin": margin, "terminal_growth": 0.0}
    assert pytest.approx((1 + wacc) ** 0.5, rel=1e-13) == worth(**common) / worth(**common, timing="end-year")
    exits = [one(dcf(**common, **SOLD, timing=word)["Present value of terminal value"]) for word in TIMINGS]
    assert exits[0] == exits[1]


# Terminal value -----------------------------------------------------------------------------------------------------


@given(wacc=rates, growth=st.floats(-0.05, 0.025))
@settings(deadline=None)
def test_growth_at_the_cost_of_capital_is_worth_nothing(wacc: float, growth: float) -> None:
    lines = dcf(**{**BASE, "wacc": wacc, "terminal_growth": growth, "terminal_return": wacc})
    assert pytest.approx(one(lines["NOPAT after the forecast"]) / wacc, rel=1e-9) == one(lines["Terminal value"])


@given(
    timing=timings, stub=stubs | st.none(), margin=st.floats(0.02, 0.5), metric=st.sampled_from(("EBITA", "revenue"))
)
@settings(deadline=None)
def test_a_sale_at_the_implied_multiple_is_worth_the_perpetuity(
    timing: str, stub: float | None, margin: float, metric: str
) -> None:
    common = {**SALES, "margin": margin, "timing": timing, "stub": stub}
    held = dcf(**common)
    sold = dcf(
        **common,
        terminal_value="exit multiple",
        exit_metric=metric,
        exit_multiple=one(held[f"Implied exit multiple of {metric}"]),
    )
    assert pytest.approx(one(held["Enterprise value"]), rel=1e-12) == one(sold["Enterprise value"])


@given(timing=timings, stub=stubs | st.none(), multiple=st.floats(3, 30), opening=st.floats(0, 50))
@settings(deadline=None)
def test_a_perpetuity_at_the_implied_growth_is_worth_the_sale(
    timing: str, stub: float | None, multiple: float, opening: float
) -> None:
    common = {**BASE, "timing": timing, "stub": stub, "nol": opening}
    sold = dcf(**{**common, "terminal_value": "exit multiple", "exit_multiple": multiple})
    growth = one(sold["Implied terminal growth"])
    held = dcf(**{**common, "terminal_value": "gordon", "terminal_growth": growth})
    assert pytest.approx(one(sold["Enterprise value"]), rel=1e-9) == one(held["Enterprise value"])


def test_a_given_cash_flow_after_the_forecast_stands_for_the_last_one_grown() -> None:
    grown = dcf(**BASE, terminal_value="gordon")
    flow = one(grown["Free cash flow after the forecast"])
    assert one(grown["Free cash flow"][-1]) * 1.02 == pytest.approx(flow, rel=1e-14)
    assert worth(**BASE, terminal_value="gordon", terminal_cash_flow=flow) == one(grown["Enterprise value"])
    halved = dcf(**BASE, terminal_value="gordon", terminal_cash_flow=flow / 2)
    assert one(halved["Terminal value"]) == pytest.approx(one(grown["Terminal value"]) / 2, rel=1e-14)


@given(recovery=st.floats(0, 1), stub=stubs | st.none(), timing=timings)
@settings(deadline=None)
def test_a_liquidation_adds_what_is_recovered_of_the_capital(recovery: float, stub: float | None, timing: str) -> None:
    common = {**BASE, "invested_capital": 60.0, "stub": stub, "timing": timing}
    nothing = dcf(**common, terminal_value="none")
    lines = dcf(**common, terminal_value="liquidation", liquidation_recovery=recovery)
    added = recovery * (60 + lines["Reinvestment"].sum()) * one(lines["Discount factor, end of year"][-1])
    assert pytest.approx(added, rel=1e-9, abs=1e-9) == one(lines["Enterprise value"]) - one(nothing["Enterprise value"])
    assert one(nothing["Enterprise value"]) == one(nothing["Present value of forecast years"])
    assert not {"Terminal value", "Terminal value share"} & set(nothing)


def test_a_multiple_that_means_nothing_is_shown_as_nothing_and_spoils_no_draw() -> None:
    lines = dcf(**{**SALES, "margin": np.array([-0.1, 0.0, 0.2])}, terminal_value="gordon")
    assert np.isfinite(lines["Enterprise value"]).all()
    for label in ("Implied exit multiple of EBITA", "Enterprise value over first year's EBITA"):
        assert [0, 0] == lines[label][:2].tolist()
        assert lines[label][2] != 0
    assert lines.invalid.names == []
    sold = dcf(**{**SALES, "margin": -0.1}, **SOLD)
    assert one(sold["Implied terminal growth"]) == 0
    assert sold.invalid.names == []


def test_the_terminal_share_of_no_value_is_shown_as_nothing() -> None:
    lines = dcf(**{**BASE, "margin": np.array([-0.2, 0.0, 0.2])})
    assert lines["Enterprise value"][1] == 0
    assert lines["Terminal value share"][1] == 0
    assert lines["Terminal value share"][0] == pytest.approx(
        lines["Present value of terminal value"][0] / lines["Enterprise value"][0], rel=1e-14
    )


# Capital and failure ------------------------------------------------------------------------------------------------


def test_the_return_is_earned_on_the_capital_of_the_year_before() -> None:
    lines = dcf(**SALES, lag="1", invested_capital=80.0)
    capital = np.array([80.0, *lines["Invested capital"][:, 0]])
    np.testing.assert_allclose(np.diff(capital), lines["Reinvestment"][:, 0], rtol=1e-12)
    np.testing.assert_allclose(
        lines["Return on invested capital"][:, 0] * capital[:-1], lines["NOPAT"][:, 0], rtol=1e-13
    )
    none = dcf(**SALES, invested_capital=-1000.0)
    assert (none["Return on invested capital"] == 0).all() and none.invalid.names == []


@given(failure=st.floats(0, 1), proceeds=st.floats(0, 1), margin=paths)
@settings(deadline=None)
def test_failure_weighs_what_is_got_then_against_the_going_concern(
    failure: float, proceeds: float, margin: list[float]
) -> None:
    common = {**BASE, "margin": margin}
    going = worth(**common)
    lines = dcf(**common, failure=failure, distress_proceeds=proceeds)
    assert one(lines["Enterprise value as a going concern"]) == going
    expected = (1 - failure) * going + failure * proceeds * max(going, 0)
    assert pytest.approx(expected, rel=1e-12, abs=1e-12) == one(lines["Enterprise value"])
    np.testing.assert_array_equal(lines["Terminal value share"], dcf(**common)["Terminal value share"])
    booked = dcf(
        **common, failure=failure, distress_proceeds=proceeds, distress_basis="book value", invested_capital=going
    )
    assert one(booked["Enterprise value"]) == one(lines["Enterprise value"])


def test_the_book_is_worth_what_it_says_whatever_the_business_earns() -> None:
    failed = {"failure": 1.0, "distress_proceeds": 0.4, "distress_basis": "book value", "invested_capital": 50.0}
    assert worth(**BASE, **failed) == worth(**{**BASE, "margin": 0.4}, **failed) == pytest.approx(20, rel=1e-14)


# What contradicts itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"nol_cap": 0.8}, "nol is missing: nol_cap comes with it"),
        ({"failure": 0.1}, "distress_proceeds is missing: failure comes with it"),
        ({"distress_proceeds": 0.1}, "failure is missing: distress_proceeds comes with it"),
        (
            {"failure": 0.1, "distress_proceeds": 0.5, "distress_basis": "book value"},
            "invested_capital is missing: distress_basis is book value",
        ),
        ({"terminal_value": "liquidation"}, "liquidation_recovery is missing"),
        (
            {"terminal_value": "liquidation", "liquidation_recovery": 0.5},
            "invested_capital is missing: terminal_value is liquidation",
        ),
        ({"liquidation_recovery": 0.5}, "expected liquidation_recovery only where terminal_value is liquidation"),
        (
            {"terminal_cash_flow": 5.0},
            "expected terminal_cash_flow only where terminal_value is gordon, found it with value",
        ),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_said(more: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        dcf(**BASE, **more)


# The good cases ------------------------------------------------------------------------------------------------------


def test_the_good_cases_use_every_parameter_and_every_word_of_the_cash_flow_methods() -> None:
    reader = YAML(typ="safe")
    files = [path for path in GOOD if path.is_file()]
    segments = [segment for path in files for segment in reader.load(path)["segments"].values()]
    for name in ("dcf", "apv", "fcfe"):
        written = [segment for segment in segments if segment.get("method") == name]
        for parameter in METHODS[name].parameters.values():
            found = {str(segment[parameter.name]) for segment in written if parameter.name in segment}
            if isinstance(parameter.kind, Choice):
                assert {*parameter.kind.words} <= found | {parameter.default}, f"{name}: {parameter.name}"
            else:
                assert found, f"{name}: {parameter.name}"
