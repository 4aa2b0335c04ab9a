"""Units: their algebra, and that each reads back from its own text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.units import FLAG, MULTIPLE, NUMBER, RATE, SCALES, WHOLE, YEARS, Unit, kept, money, parse_unit, scaled


def unit(text: str) -> Unit:
    found = parse_unit(text)
    assert found is not None
    return found


CURRENCIES = st.sampled_from(("CNY", "USD", "JPY"))
THINGS = st.sampled_from(("share", "ADS", "chip", "CNY", "EUR"))
UNITS = st.one_of(
    st.sampled_from((RATE, MULTIPLE, YEARS, NUMBER, FLAG)),
    st.builds(money, CURRENCIES, st.sampled_from(sorted(SCALES))),
    st.builds(lambda thing, scale: Unit(((thing, 1),), SCALES[scale]), THINGS, st.sampled_from(sorted(SCALES))),
    st.builds(
        lambda above, below, scale: Unit(tuple(sorted(((above, 1), (below, -1)))), scale),
        CURRENCIES,
        st.sampled_from(("share", "ADS", "chip", "HKD")),
        st.sampled_from((-9, -6, -3, 0, 3, 6)),
    ),
)


@given(UNITS)
def test_a_unit_reads_back_from_its_text(given_unit: Unit) -> None:
    assert given_unit == parse_unit(str(given_unit))


@given(UNITS, UNITS)
def test_a_product_over_one_factor_is_like_the_other(one: Unit, other: Unit) -> None:
    assert (one * other / other).like(one)
    assert (one * other).like(other * one)


@given(UNITS)
def test_a_unit_over_itself_is_a_pure_number(given_unit: Unit) -> None:
    assert (given_unit / given_unit).pure


def test_equity_becomes_what_is_quoted() -> None:
    quoted = unit("CNY m") / unit("m shares") * unit("shares/ADS") / unit("CNY/USD")
    assert quoted == unit("USD/ADS")
    assert str(quoted) == "USD/ADS"


def test_thousands_times_thousands_are_millions() -> None:
    assert unit("k chips") * unit("CNY k/chip") == unit("CNY m")


def test_a_rate_converts_a_currency() -> None:
    assert unit("USD m") * unit("CNY/USD") == unit("CNY m")
    assert not unit("CNY m").like(unit("USD m"))
    assert not unit("CNY m").like(unit("CNY bn"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CNY m", "CNY m"), ("m CNY", "CNY m"), (" USD/ADS ", "USD/ADS"), ("m shares", "m shares"), ("%", "%"),
        ("shares/ADS", "shares/ADS"), ("k chips", "k chips"), ("CNY k/chip", "CNY k/chip"), ("x", "x"),
        ("year", "years"), ("beta", "number"), ("CNY", "CNY"), ("tn JPY", "JPY tn"), ("chips", "chips"),
        ("CNY/shares", "CNY/share"),
    ],
)  # fmt: skip
def test_units_as_analysts_write_them(text: str, shown: str) -> None:
    assert shown == str(unit(text))


@pytest.mark.parametrize(
    "text", ["", " ", "CNY m m", "CNY USD", "m", "m bn", "5 CNY", "CNY/USD/x", "CNY/", "/", "€", "C$", "%/x y z"]
)
def test_what_is_no_unit(text: str) -> None:
    assert parse_unit(text) is None


def test_only_a_rate_of_numbers_is_shown_as_a_percentage() -> None:
    assert RATE == RATE * RATE == NUMBER * RATE
    assert NUMBER == RATE * MULTIPLE == YEARS * RATE
    assert unit("CNY m") == unit("CNY m") * RATE == MULTIPLE * unit("CNY m")


@pytest.mark.parametrize(
    ("given_unit", "text", "format_of_a_cell"),
    [
        (RATE, "%", "0.0%_);(0.0%);0.0%_)"),
        (WHOLE, "number", "0_);(0)"),
        (money("CNY"), "CNY m", "#,##0_);(#,##0)"),
        (money("CNY", "bn"), "CNY bn", "#,##0.00_);(#,##0.00)"),
        (unit("USD/ADS"), "USD/ADS", "#,##0.00_);(#,##0.00)"),
        (NUMBER / unit("m shares"), "1/share m", "0.000000_);(0.000000)"),
        (unit("CNY") * unit("CNY"), "CNY^2", "#,##0.00_);(#,##0.00)"),
    ],
)
def test_how_a_unit_is_shown(given_unit: Unit, text: str, format_of_a_cell: str) -> None:
    assert format_of_a_cell == given_unit.number_format
    assert text == str(given_unit)


@pytest.mark.parametrize(
    ("written", "wanted", "kept_in", "power"),
    [
        ("JPY tn", None, "JPY m", 6),
        ("USD bn", None, "USD m", 3),
        ("CNY m", None, "CNY m", 0),
        ("CNY k", None, "CNY k", 0),
        ("CNY k", "CNY m", "CNY m", -3),
        ("CNY", "CNY m", "CNY m", -6),
        ("shares", None, "m shares", -6),
        ("CNY k/chip", None, "CNY k/chip", 0),
        ("USD bn", "CNY m", "USD m", 3),
    ],
)
def test_large_amounts_are_kept_in_millions(written: str, wanted: str | None, kept_in: str, power: int) -> None:
    found, scale = kept(unit(written), None if wanted is None else unit(wanted))
    assert (kept_in, power) == (str(found), scale)


def test_powers_of_ten_are_exact() -> None:
    assert (0.0423, 2_870_000.0, 0.07) == (scaled(4.23, -2), scaled(2.87, 6), scaled(7.0, -2))
