"""Tests for a listing in Hong Kong: each threshold at, just below and just above, and what they come to together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import readings_agree, recorded

from valuation.kinds import MONEY
from valuation.lines import Lines
from valuation.schedules import listing_tests
from valuation.units import UnitMismatch, parse_unit

NOTHING: dict[str, float] = {
    f"{who}_{figure}": 0.0
    for who in ("parent", "unit")
    for figure in ("assets", "profit", "earlier_profit", "revenue", "cash_flow", "capitalisation")
}
LARGE = 1e6
ALL = {
    **{name: LARGE if name.startswith("parent") else LARGE / 10 for name in NOTHING},
    "years_listed": 6.0, "offered": 0.2, "entitlement": 0.1, "unit_research": 0.2, "independent": 1.0,
}  # fmt: skip


def run(**given: Any) -> Lines:
    return listing_tests(**{**NOTHING, "years_listed": 0.0, "offered": 0.0, "independent": 1.0, **given})


def flag(lines: Lines, label: str) -> float:
    return float(np.ravel(lines[label])[0])


# Thresholds -----------------------------------------------------------------------------------------------------------

PROFIT = {"profit": LARGE, "earlier_profit": LARGE, "capitalisation": LARGE}
FLOWING = {"revenue": LARGE, "cash_flow": LARGE, "capitalisation": LARGE}
SELLING = {"revenue": LARGE, "capitalisation": LARGE}
RULE_8_05 = [
    ("profit test", PROFIT, "profit", 35),
    ("profit test", PROFIT, "earlier_profit", 45),
    ("profit test", PROFIT, "capitalisation", 500),
    ("capitalisation, revenue and cash flow test", FLOWING, "capitalisation", 2000),
    ("capitalisation, revenue and cash flow test", FLOWING, "revenue", 500),
    ("capitalisation, revenue and cash flow test", FLOWING, "cash_flow", 100),
    ("capitalisation and revenue test", SELLING, "capitalisation", 4000),
    ("capitalisation and revenue test", SELLING, "revenue", 500),
]


def around(threshold: float) -> list[tuple[float, float]]:
    """A value and whether it meets the threshold: just below, at, just above."""
    return [(np.nextafter(threshold, -np.inf), 0), (threshold, 1), (np.nextafter(threshold, np.inf), 1)]


@pytest.mark.parametrize(("who", "title"), [("unit", "Unit"), ("parent", "Parent without the unit")])
@pytest.mark.parametrize(("test", "rest", "figure", "threshold"), RULE_8_05)
def test_rule_8_05(who: str, title: str, test: str, rest: dict[str, float], figure: str, threshold: float) -> None:
    for value, met in around(threshold):
        lines = run(**{f"{who}_{name}": v for name, v in {**rest, figure: value}.items()})
        assert flag(lines, f"{title}: {test}") == met


@pytest.mark.parametrize(("test", "rest", "figure", "threshold"), RULE_8_05)
def test_any_test_of_rule_8_05_is_enough(test: str, rest: dict[str, float], figure: str, threshold: float) -> None:
    unit = run(**{f"unit_{name}": value for name, value in rest.items()})
    parent = run(**{f"parent_{name}": value for name, value in rest.items()})
    assert flag(unit, "Unit meets rule 8.05") == flag(parent, "Parent meets rule 8.05 without the unit") == 1
    assert flag(unit, "Parent meets rule 8.05 without the unit") == flag(parent, "Unit meets rule 8.05") == 0


COMMERCIAL = {"unit_revenue": LARGE, "unit_capitalisation": LARGE, "unit_research": 1.0}
NEAR = {"unit_revenue": 200.0, "unit_capitalisation": LARGE, "unit_research": 1.0}
EARLY = {**NEAR, "unit_revenue": 0.0}


@pytest.mark.parametrize(
    ("label", "rest", "figure", "threshold"),
    [
        ("Unit: commercial company", COMMERCIAL, "unit_revenue", 250),
        ("Unit: commercial company", COMMERCIAL, "unit_capitalisation", 4000),
        ("Unit: commercial company", COMMERCIAL, "unit_research", 0.15),
        ("Unit: pre-commercial company", NEAR, "unit_capitalisation", 8000),
        ("Unit: pre-commercial company", NEAR, "unit_research", 0.30),
        ("Unit: pre-commercial company", EARLY, "unit_research", 0.50),
        ("Unit: pre-commercial company", {**NEAR, "unit_research": 0.4}, "unit_revenue", 150),
    ],
)
def test_chapter_18c(label: str, rest: dict[str, float], figure: str, threshold: float) -> None:
    for value, met in around(threshold):
        lines = run(**{**rest, figure: value})
        other = "Unit: pre-commercial company" if label == "Unit: commercial company" else "Unit: commercial company"
        assert flag(lines, label) == met
        assert flag(lines, "Unit meets chapter 18C") == max(met, flag(lines, other))


def test_a_unit_with_revenue_is_no_pre_commercial_company() -> None:
    below, at = (run(**{**NEAR, "unit_revenue": revenue}) for revenue in (249.0, 250.0))
    assert (flag(below, "Unit: pre-commercial company"), flag(below, "Unit: commercial company")) == (1, 0)
    assert (flag(at, "Unit: pre-commercial company"), flag(at, "Unit: commercial company")) == (0, 1)


@pytest.mark.parametrize(
    ("label", "numerator", "denominator"),
    [
        ("Assets ratio", "unit_assets", "parent_assets"),
        ("Profits ratio", "unit_profit", "parent_profit"),
        ("Revenue ratio", "unit_revenue", "parent_revenue"),
        ("Consideration ratio", "consideration", "parent_capitalisation"),
    ],
)
def test_any_ratio_of_a_quarter_needs_a_vote(label: str, numerator: str, denominator: str) -> None:
    big = {name: LARGE for name in NOTHING if name.startswith("parent")}
    for value, needed in around(25):
        lines = run(**{**big, numerator: value, denominator: 100.0, "control": "given up"})
        assert flag(lines, label) == pytest.approx(0.25, rel=1e-12)
        assert flag(lines, "Largest ratio") == flag(lines, label)
        assert flag(lines, "Shareholders' vote needed") == needed


def test_shares_that_the_parent_issues_count_as_well() -> None:
    big = {name: LARGE for name in NOTHING if name.startswith("parent")}
    assert [flag(run(**big, equity_capital=share), "Shareholders' vote needed") for share, _ in around(0.25)] == [
        0,
        1,
        1,
    ]


def test_ratios_take_the_share_offered_unless_control_is_given_up_and_a_loss_by_its_size() -> None:
    given = {**ALL, "unit_profit": -4e5}
    kept, given_up = listing_tests(**given), listing_tests(**given, control="given up")
    for label, whole in {"Assets ratio": 0.1, "Profits ratio": 0.4, "Revenue ratio": 0.1}.items():
        assert flag(given_up, label) == pytest.approx(whole)
        assert flag(kept, label) == pytest.approx(0.2 * whole)
    assert flag(kept, "Consideration ratio") == flag(given_up, "Consideration ratio") == pytest.approx(0.02)
    taxed = listing_tests(**given, unit_profit_before_tax=-5e5, parent_profit_before_tax=2e6, control="given up")
    assert flag(taxed, "Profits ratio") == pytest.approx(0.25)


# What is left of the parent -------------------------------------------------------------------------------------------


def test_the_parent_without_the_unit_keeps_what_was_never_the_units() -> None:
    lines = listing_tests(**{**ALL, "owned": 0.6, "unit_internal_revenue": 7e4})
    assert flag(lines, "Profit of the parent without the unit") == LARGE - 0.6 * LARGE / 10
    assert flag(lines, "Earlier profit of the parent without the unit") == LARGE - 0.6 * LARGE / 10
    assert flag(lines, "Operating cash flow of the parent without the unit") == LARGE - LARGE / 10
    assert flag(lines, "Capitalisation of the parent without the unit") == LARGE - 0.6 * LARGE / 10
    assert flag(lines, "Revenue of the parent without the unit") == LARGE - 3e4


def test_a_parent_that_lives_on_the_unit_fails_without_it() -> None:
    """The reason for the rule: the parent must stand alone."""
    alone = {f"parent_{name}": ALL[f"unit_{name}"] * 1.000001 for name in ("profit", "earlier_profit", "revenue")}
    lines = listing_tests(**{**ALL, **alone, "parent_cash_flow": 1e5})
    assert flag(lines, "Unit meets rule 8.05") == 1
    assert flag(lines, "Parent meets rule 8.05 without the unit") == flag(lines, "Practice Note 15 is met") == 0


# Practice Note 15 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "met"),
    [
        ({}, 1),
        ({"years_listed": 3.0}, 1),
        ({"years_listed": 2.999999}, 0),
        ({"parent_capitalisation": 1e5 + 499}, 0),
        ({"unit_revenue": 0.0, "unit_profit": 0.0}, 0),
        ({"unit_revenue": 0.0, "unit_profit": 0.0, "unit_research": 0.6}, 1),
        ({"entitlement": 0.0}, 0),
        ({"entitlement": 0.0, "entitlement_waived": 1.0}, 1),
        ({"independent": 0.0}, 0),
        ({"unit_assets": 9e5, "control": "given up"}, 1),
    ],
)
def test_practice_note_15_needs_all_of_it(change: dict[str, Any], met: int) -> None:
    lines = listing_tests(**{**ALL, **change})
    assert flag(lines, "Practice Note 15 is met") == met
    vote = flag(lines, "Shareholders' vote needed")
    assert vote == ("unit_assets" in change)
    assert flag(lines, "Practice Note 15 is met without a vote") == met * (1 - vote)


@pytest.mark.parametrize(
    ("change", "needed"), [({}, 1), ({"unit_revenue": 0.0, "unit_profit": 0.0, "unit_research": 0.6}, 2)]
)
def test_the_lock_up_is_a_year_and_two_before_there_is_revenue(change: dict[str, Any], needed: int) -> None:
    assert flag(listing_tests(**{**ALL, **change}), "Lock-up is given") == 0
    for years, enough in around(needed):
        lines = listing_tests(**{**ALL, **change, "lock_up": years})
        assert flag(lines, "Lock-up is given") == 1
        assert flag(lines, "Lock-up needed") == needed
        assert flag(lines, "Lock-up is long enough") == enough


def test_thresholds_are_parameters() -> None:
    """Before 1 September 2024 a commercial company needed HK$6bn."""
    unit = {**NOTHING, "unit_revenue": 300.0, "unit_research": 0.2, "unit_capitalisation": 5000.0}
    assert flag(run(**unit), "Unit: commercial company") == 1
    assert flag(run(**unit, commercial_capitalisation=6000.0), "Unit: commercial company") == 0


# Alibaba and T-Head ---------------------------------------------------------------------------------------------------

RATE = 7.81 / 6.9678  # HKD for one CNY, 30 January 2026
ALIBABA: dict[str, float] = dict(  # CNY m; fiscal years to March 2025, capitalisation of US$388bn at 30 January 2026
    parent_assets=1_804_227, parent_profit=129_470, parent_earlier_profit=79_741 + 72_509, parent_revenue=996_347,
    parent_cash_flow=163_509 + 182_593 + 199_752, parent_capitalisation=388_000 * 6.9678, years_listed=6.2, hkd=RATE,
)  # fmt: skip
T_HEAD: dict[str, float] = dict(  # orders of magnitude that brokers and the press give: most sales are internal
    unit_assets=25_000, unit_profit=-500, unit_earlier_profit=-2_000, unit_revenue=15_000,
    unit_internal_revenue=12_000, unit_cash_flow=-4_000, unit_research=0.5, offered=0.15, independent=1.0,
)  # fmt: skip


@pytest.mark.parametrize(("value", "ratio"), [(25_000, 0.064), (62_000, 0.160)])
def test_t_head_is_small_enough_to_need_no_vote_and_large_enough_to_list(value: float, ratio: float) -> None:
    """JPMorgan's US$25-62bn (23 January 2026): each ratio stays below a quarter, even if all of it is given away."""
    lines = listing_tests(
        **ALIBABA, **{**T_HEAD, "offered": 1.0}, unit_capitalisation=value * 6.9678, control="given up", entitlement=0.1
    )
    assert flag(lines, "Consideration ratio") == pytest.approx(ratio, abs=5e-4)
    assert flag(lines, "Shareholders' vote needed") == 0
    assert flag(lines, "Parent without the unit: profit test") == 1
    assert flag(lines, "Unit: profit test") == 0
    assert flag(lines, "Unit: capitalisation and revenue test") == flag(lines, "Unit: commercial company") == 1
    assert flag(lines, "Practice Note 15 is met without a vote") == 1


def test_counted_from_the_primary_listing_alibaba_would_have_to_wait() -> None:
    """Primary since 28 August 2024; on the exchange since 26 November 2019."""
    given = {**ALIBABA, **T_HEAD, "unit_capitalisation": 174_195.0, "entitlement": 0.1}
    assert flag(listing_tests(**given), "Practice Note 15 is met") == 1
    assert flag(listing_tests(**{**given, "years_listed": 1.4}), "Practice Note 15 is met") == 0


# The workbook ---------------------------------------------------------------------------------------------------------

HKD_PER_CNY = {"hkd": parse_unit("HKD/CNY")}


def drawn(random: np.random.Generator) -> dict[str, Any]:
    """Figures on both sides of the thresholds, losses among them."""
    figures = {name: float(value) for name, value in zip(NOTHING, random.uniform(-50, 500, len(NOTHING)), strict=True)}
    for who in ("parent", "unit"):
        figures[f"{who}_capitalisation"] = float(random.choice([400, 3000, 5000, 9000]))
    figures["unit_revenue"] = float(random.choice([100, 200, 400, 800]))
    shares = {name: float(random.uniform(0, 1)) for name in ("offered", "owned", "unit_research", "equity_capital")}
    flags = {name: float(random.integers(2)) for name in ("entitlement_waived", "independent")}
    extra = {"lock_up": float(random.choice([0.5, 1, 2])), "entitlement": float(random.choice([0, 0.1]))}
    return {**figures, **shares, **flags, **extra, "years_listed": float(random.uniform(1, 5)), "hkd": 1.12}


@pytest.mark.parametrize("control", ["kept", "given up"])
def test_excel_computes_what_numpy_computes(control: str) -> None:
    random = np.random.default_rng(4)
    for _ in range(12):
        readings_agree(listing_tests, 1, HKD_PER_CNY, **drawn(random), control=control)


def test_a_case_in_hong_kong_dollars_needs_no_rate() -> None:
    hkd = {name: parse_unit("HKD m") for name, entry in listing_tests.parameters.items() if entry.kind == MONEY}
    given = drawn(np.random.default_rng(1))
    del given["hkd"]
    readings_agree(listing_tests, 1, hkd, **given)


@pytest.mark.parametrize("rate", [None, "CNY/HKD", "USD/CNY"])
def test_a_rate_forgotten_inverted_or_of_another_currency_is_refused_by_its_unit(rate: str | None) -> None:
    given = drawn(np.random.default_rng(1))
    if rate is None:
        del given["hkd"]
    with pytest.raises(UnitMismatch, match="cannot combine"):
        recorded(listing_tests, 1, {"hkd": parse_unit(rate)} if rate else {}, **given)


def test_flags_are_flags_and_ratios_are_rates() -> None:
    found = recorded(listing_tests, 1, HKD_PER_CNY, **drawn(np.random.default_rng(1)))
    units = {row.label: str(row.unit) for row in found.rows}
    assert units["Practice Note 15 is met"] == units["Shareholders' vote needed"] == "flag"
    assert units["Largest ratio"] == "%"
    assert units["Revenue of the parent without the unit"] == "HKD m"
