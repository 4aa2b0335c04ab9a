"""Diluted shares of a case, counted from shares outstanding, grants and convertibles; a second quote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.problems import InvalidAssumptions
from valuation.reading import load
from valuation.simulation.engine import simulate

HEAD = "name: Test\ncurrency: CNY\ndate: 2026-02-02\nyears: 3\nsegments: {core: {method: stake, value: VALUE}}\n"
GRANTS = "grants: {low: {number: 4 m shares, strike: 8 CNY/share}, high: {number: 3 m shares, strike: 25 CNY/share}}"

Write = Callable[[str], Path]


@pytest.fixture
def read(write: Write) -> Callable[..., Case]:
    def from_shares(shares: str, value: str = "1000 CNY m", rest: str = "") -> Case:
        return load(write(HEAD.replace("VALUE", value) + f"shares:\n  basic: 50 m shares\n{shares}{rest}"))

    return from_shares


Read = Callable[..., Case]


@pytest.mark.parametrize("equity", [100, 500, 1000, 1400, 3000])
def test_the_value_per_share_is_that_at_which_its_own_dilution_is_right(read: Read, equity: int) -> None:
    found = base_case(read(f"  {GRANTS}\n", f"{equity} CNY m"))
    value = found.per_share
    shares = 50 + 4 * max(0, 1 - 8 / value) + 3 * max(0, 1 - 25 / value)
    assert value * shares == pytest.approx(equity, rel=1e-12)


@pytest.mark.parametrize(("equity", "converted"), [(900, False), (1500, True)])
def test_a_convertible_is_shares_or_debt_and_never_both(read: Read, equity: int, converted: bool) -> None:
    found = base_case(read("  converts: {notes: {face: 60 CNY m, shares: 3 m shares}}\n", f"{equity} CNY m"))
    assert found.bridge["convertibles_at_face"] == pytest.approx(0 if converted else -60)
    assert found.per_share == pytest.approx(equity / 53 if converted else (equity - 60) / 50, rel=1e-12)
    assert sum(part.per_share for part in found.parts) + found.bridge["convertibles_at_face"] * found.factor == (
        pytest.approx(found.per_share, rel=1e-12)
    )


def test_dilution_at_the_market_price_counts_what_reports_count(read: Read) -> None:
    shares = f"  dilution: at the price\n  price: 18 CNY/share\n  {GRANTS}\n"
    found = base_case(read(shares))
    assert found.per_share == pytest.approx(1000 / (50 + 4 * (1 - 8 / 18)), rel=1e-12)


def test_option_value_takes_more_than_treasury_stock(read: Read) -> None:
    timed = GRANTS.replace("strike: 8 CNY/share", "strike: 8 CNY/share, years: 4 years, volatility: 40%")
    timed = timed.replace("strike: 25 CNY/share", "strike: 25 CNY/share, years: 4 years, volatility: 40%")
    found = base_case(read(f"  dilution: option value\n  risk_free: 2%\n  {timed}\n"))
    assert found.per_share < base_case(read(f"  {GRANTS}\n")).per_share
    assert found.per_share * 50 == pytest.approx(
        1000 - sum(float(found.lines.scopes["shares"][f"value_of_{name}"][0]) for name in ("low", "high")), rel=1e-9
    )


def test_each_draw_has_its_own_dilution(read: Read) -> None:
    found = simulate(read(f"  {GRANTS}\n", "~ lognormal(1000 CNY m, 0.5)"), 2048)
    value = found.per_share
    shares = 50 + 4 * np.maximum(0, 1 - 8 / value) + 3 * np.maximum(0, 1 - 25 / value)
    np.testing.assert_allclose(value * shares, found.attributable["core"], rtol=1e-12)


def test_price_and_dilution_are_in_the_money_of_an_ordinary_share(read: Read) -> None:
    shares = f"  dilution: at the price\n  price: 6 USD/ADS\n  fx: 7 CNY/USD\n  ads_ratio: 2 shares/ADS\n  {GRANTS}\n"
    found = base_case(read(shares))
    assert found.per_ordinary_share == pytest.approx(1000 / (50 + 4 * (1 - 8 / 21)), rel=1e-12)
    assert found.per_share == pytest.approx(found.per_ordinary_share * 2 / 7, rel=1e-12)


def test_a_second_quote_is_held_against_the_first(read: Read) -> None:
    shares = "  price: 20 CNY/share\n  second_price: 20.5 CNY/share\n  second_fx: 0.9 CNY/HKD\n"
    lines = base_case(read(shares)).lines.scopes["bridge"]
    assert float(lines["second_quote_over_the_price"][0]) == pytest.approx(0.025)
    assert float(lines["value_per_ordinary_share_in_the_second_currency"][0]) == pytest.approx(1000 / 50 / 0.9)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ("  diluted: 60 m shares\n", "shares.diluted: expected either diluted or basic, found both"),
        (
            "  dilution: at the price\n  grants: {a: {number: 1 m shares}}\n",
            "shares.price: missing; dilution is",
        ),
        ("  dilution: by eye\n", "expected at the value or at the price or option value, found by eye"),
        ("  grants: {a: {number: 1 m shares, strike: 5 USD/share}}\n", "strike: expected CNY/share, found 5 USD/share"),
        ("  grants: {a: {strike: 5 CNY/share}}\n", "shares.grants.a: number is missing"),
        ("  grant: {a: 5}\n", "grant is not known here; did you mean grants"),
        ("  dilution: option value\n", "shares.risk_free: missing; dilution is by option value"),
    ],
)
def test_what_is_wrong_with_a_count_of_shares(read: Read, shares: str, message: str) -> None:
    with pytest.raises(InvalidAssumptions) as found:
        read(shares)
    assert message in str(found.value)
