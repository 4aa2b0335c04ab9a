"""Discounts for lack of marketability: their order, their limits, their digits, and the law of one definition."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from agreement import agreed, only
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.schedules import marketability
from valuation.units import RATE, YEARS

MODELS = ("chaffe", "finnerty", "ghaidarov", "longstaff")
volatilities, lock_ups = st.floats(0.05, 1.5), st.floats(1 / 52, 6)


@given(volatilities, lock_ups)
def test_the_models_keep_their_order(volatility: float, lock_up: float) -> None:
    lines = marketability(volatility=volatility, lock_up=lock_up)
    rising = [only(lines, name) for name in ("Finnerty", "Ghaidarov", "Chaffe", "Longstaff, upper bound")]
    assert rising == sorted(rising)
    assert 0 < rising[0] < 0.33  # Finnerty never reaches N(sqrt(ln 2) / 2) - N(-sqrt(ln 2) / 2) = 32.3 %


@given(volatilities, lock_ups, st.sampled_from(MODELS), st.floats(1.01, 2))
def test_longer_and_wilder_costs_more(volatility: float, lock_up: float, model: str, more: float) -> None:
    label = "Discount for lack of marketability"
    here = only(marketability(volatility=volatility, lock_up=lock_up, model=model), label)
    assert here <= only(marketability(volatility=volatility * more, lock_up=lock_up, model=model), label)
    assert here <= only(marketability(volatility=volatility, lock_up=lock_up * more, model=model), label)


@given(st.floats(1e-4, 4), st.floats(0, 0.1))
@settings(max_examples=200)
def test_no_digits_are_lost_where_the_variance_is_small(whole: float, dividends: float) -> None:
    lines = marketability(volatility=whole, lock_up=1.0, dividend_yield=dividends)
    with localcontext() as context:
        context.prec = 60
        v = Decimal(whole) ** 2
        moment = (2 * (v.exp() - v - 1)).ln()
        roots = {"F": (v + moment - 2 * (v.exp() - 1).ln()).sqrt(), "G": (moment - 2 * v.ln()).sqrt()}
    expected = {name: math.exp(-dividends) * math.erf(float(w) / math.sqrt(8)) for name, w in roots.items()}
    assert expected["F"] == pytest.approx(only(lines, "Finnerty"), rel=2e-10)
    assert expected["G"] == pytest.approx(only(lines, "Ghaidarov"), rel=2e-10)


def test_longstaff_beyond_the_whole_price_is_capped_and_flagged() -> None:
    lines = marketability(volatility=np.array([0.3, 0.9]), lock_up=5.0, model="longstaff")
    bound = lines["Longstaff, upper bound"]
    assert bound[0] < 1 < bound[1]
    assert [0, 1] == lines["Longstaff beyond 100 %"].tolist()
    assert [bound[0], 1.0] == lines["Discount for lack of marketability"].tolist()


@pytest.mark.parametrize("model", MODELS)
def test_who_may_sell_at_once_loses_nothing(model: str) -> None:
    lines = marketability(volatility=0.4, lock_up=np.array([0.0, 1e-12]), risk_free=0.03, model=model)
    assert [0.0, 0.0] == pytest.approx(lines["Discount for lack of marketability"].tolist(), abs=1e-6)


@pytest.mark.parametrize(("volatility", "lock_up"), [(-0.3, 1.0), (0.3, -1.0)])
def test_a_negative_lock_up_or_volatility_is_invalid(volatility: float, lock_up: float) -> None:
    lines = marketability(volatility=volatility, lock_up=lock_up)
    assert np.isnan(only(lines, "Discount for lack of marketability"))


@pytest.mark.parametrize("model", MODELS)
@given(volatility=volatilities, lock_up=lock_ups, rates=st.tuples(st.floats(0, 0.1), st.floats(0, 0.1)))
@settings(max_examples=10, deadline=None)
def test_every_reading_agrees(model: Any, volatility: float, lock_up: float, rates: tuple[float, float]) -> None:
    inputs = {
        "volatility": (volatility, RATE),
        "lock_up": (lock_up, YEARS),
        "risk_free": (rates[0], RATE),
        "dividend_yield": (rates[1], RATE),
    }
    agreed(lambda line, quantities: marketability.run(line, **quantities, model=model), inputs)
