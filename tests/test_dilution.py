"""Dilution: the price of a share is the one at which all claims on the equity add up, however it was found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import agreed, only
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from valuation.dilution import if_converted, per_share_by_option_value, per_share_of, treasury_stock
from valuation.lines import Line, Lines
from valuation.units import M_SHARES, RATE, YEARS, Unit, money

CNY, SHARES = money("CNY"), M_SHARES
PRICE = CNY / SHARES
UNITS: dict[str, Unit] = {
    "number": SHARES, "strike": PRICE, "unrecognised": PRICE, "face": CNY, "shares": SHARES, "years": YEARS,
    "volatility": RATE,
}  # fmt: skip
Rows = dict[str, dict[str, float]]

numbers, prices = st.floats(0.1, 100), st.floats(0.5, 200) | st.sampled_from([5.0, 10.0])


def named(row: st.SearchStrategy[dict[str, float]], name: str, most: int) -> st.SearchStrategy[Rows]:
    return st.lists(row, max_size=most).map(lambda rows: {f"{name}_{n}": row for n, row in enumerate(rows)})


options = st.fixed_dictionaries({"number": numbers, "strike": prices})
restricted = st.fixed_dictionaries({"number": numbers}, optional={"unrecognised": prices})
grant_rows = named(options | restricted, "grant", 5)
convert_rows = named(st.fixed_dictionaries({"face": st.floats(10, 2000), "shares": numbers}), "bond", 3)
equities = st.floats(50, 20_000)


def price_of(equity: float, basic: float, grants: Rows, converts: Rows) -> float:
    lines = Lines(1)
    per_share_of(lines, np.array([equity]), basic, grants, converts)
    return only(lines, "Value of a common share")


@given(equities, numbers, grant_rows, convert_rows)
@settings(max_examples=300)
def test_at_the_price_found_all_claims_add_up_to_the_equity(
    equity: float, basic: float, grants: Rows, converts: Rows
) -> None:
    faces = sum(row["face"] for row in converts.values())
    equity += faces
    price = price_of(equity, basic, grants, converts)
    held = basic
    for grant in grants.values():
        cost = grant.get("strike", grant.get("unrecognised", 0.0))
        held += grant["number"] * max(0.0, 1 - cost / price)
    owed = sum(max(row["face"], row["shares"] * price) for row in converts.values())
    assert equity == pytest.approx(price * held + owed, rel=1e-10)


@given(equities, numbers, st.fixed_dictionaries({"a": options, "b": options, "units": restricted}), st.floats(0.3, 3))
def test_the_treasury_stock_method_iterated_at_its_own_price_gives_the_same(
    equity: float, basic: float, grants: Rows, guess: float
) -> None:
    def shares(price: float) -> float:
        lines = Lines(1)
        treasury_stock(lines, grants, np.array([price]))
        return basic + only(lines, "Incremental shares of grants")

    root = brentq(lambda price: price * shares(price) - equity, 1e-9, equity / basic + 1, xtol=1e-12, rtol=1e-13)
    assert root == pytest.approx(price_of(equity, basic, grants, {}), rel=1e-9)


def test_anti_dilutive_claims_are_left_out() -> None:
    assert 10.0 == price_of(1000.0, 100.0, {"far": {"number": 50.0, "strike": 10.0}}, {})
    assert 9.0 == price_of(1000.0, 100.0, {}, {"bond": {"face": 100.0, "shares": 10.0}})
    assert 12.5 == price_of(1500.0, 100.0, {}, {"bond": {"face": 100.0, "shares": 20.0}})


def test_a_negative_equity_stays_negative() -> None:
    assert -5.0 == price_of(-525.0, 100.0, {"a": {"number": 9.0, "strike": 1.0}, "units": {"number": 5.0}}, {})
    lines = Lines(1)
    with np.errstate(all="ignore"):
        treasury_stock(lines, {"a": {"number": 9.0, "strike": 1.0}}, np.array([-2.0, 0.0, 2.0]))
    assert [0.0, 0.0, 4.5] == lines["Incremental shares of grants"].tolist()


def test_restricted_units_count_in_full_or_less_what_is_still_to_be_earned() -> None:
    lines = Lines(1)
    units = {"old": {"number": 10.0}, "new": {"number": 10.0, "unrecognised": 5.0}}
    treasury_stock(lines, units, np.array([20.0]))
    assert 17.5 == only(lines, "Incremental shares of grants")


def test_convertibles_convert_class_by_class() -> None:
    lines = Lines(1)
    bonds = {"near": {"face": 100.0, "shares": 10.0}, "far": {"face": 100.0, "shares": 4.0}}
    if_converted(lines, bonds, np.array([12.0, 30.0]))
    assert [10.0, 14.0] == lines["Shares of convertibles"].tolist()
    assert [100.0, 0.0] == lines["Face of convertibles that stay debt"].tolist()


# Option value -------------------------------------------------------------------------------------------------------

lasting = st.fixed_dictionaries(
    {"number": numbers, "strike": prices, "years": st.floats(0.2, 10), "volatility": st.floats(0.1, 1)}
)


@given(equities, numbers, named(lasting, "grant", 3).filter(bool), st.floats(0, 0.08))
def test_shares_and_options_at_their_value_add_up_and_keep_more_than_their_intrinsic_value(
    equity: float, basic: float, grants: Rows, risk_free: float
) -> None:
    lines = Lines(1)
    per_share_by_option_value(lines, np.array([equity]), basic, grants, risk_free=risk_free)
    price, spot = only(lines, "Value of a common share"), only(lines, "Equity a share, all grants exercised")
    assert spot == pytest.approx(equity / (basic + sum(grant["number"] for grant in grants.values())))
    whole = price * basic
    for grant in grants.values():
        v = grant["volatility"] * np.sqrt(grant["years"])
        owed = grant["strike"] * np.exp(-risk_free * grant["years"])
        d1 = np.log(spot / owed) / v + v / 2
        whole += grant["number"] * (spot * norm.cdf(d1) - owed * norm.cdf(d1 - v))
    assert equity == pytest.approx(whole, rel=1e-9)


def test_options_on_nothing_are_worth_nothing() -> None:
    lines = Lines(1)
    grants = {"a": {"number": 9.0, "strike": 1.0, "years": 3.0, "volatility": 0.4}, "units": {"number": 5.0}}
    per_share_by_option_value(lines, np.array([-210.0, 0.0]), 100.0, grants, risk_free=0.02)
    assert [-2.0, 0.0] == lines["Value of a common share"].tolist()


# Every reading ------------------------------------------------------------------------------------------------------


def inputs_of(**rows: Rows) -> dict[str, tuple[float, Unit]]:
    every = {name: row for table in rows.values() for name, row in table.items()}
    return {f"{name}.{field}": (value, UNITS[field]) for name, row in every.items() for field, value in row.items()}


def read(quantities: dict[str, Any], rows: Rows) -> Any:
    return {name: {field: quantities[f"{name}.{field}"] for field in row} for name, row in rows.items()}


@given(equities, grant_rows, convert_rows)
@settings(max_examples=15, deadline=None)
def test_every_reading_agrees_on_the_price_of_a_share(equity: float, grants: Rows, converts: Rows) -> None:
    def run(line: Line, q: dict[str, Any]) -> None:
        price = per_share_of(line, q["equity"], q["basic"], read(q, grants), read(q, converts))
        if grants:
            treasury_stock(line, read(q, grants), price)
        if converts:
            if_converted(line, read(q, converts), price)

    given_values = {"equity": (equity, CNY), "basic": (60.0, SHARES)}
    lines = agreed(run, given_values | inputs_of(grants=grants, converts=converts))
    assert "Value of a common share" in lines


@given(st.floats(-100, 2000), named(lasting, "grant", 3).filter(bool))
@settings(max_examples=10, deadline=None)
def test_every_reading_agrees_on_option_values(equity: float, grants: Rows) -> None:
    def run(line: Line, q: dict[str, Any]) -> None:
        per_share_by_option_value(
            line, q["equity"], q["basic"], read(q, grants), risk_free=q["rate"], dividend_yield=q["yield"]
        )

    rates = {"rate": (0.03, RATE), "yield": (0.01, RATE)}
    agreed(run, {"equity": (equity, CNY), "basic": (60.0, SHARES)} | rates | inputs_of(grants=grants))
