"""What the price implies: closed forms, the way back, how likely it is, and what is said when nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import GOOD
from hypothesis import event, given, settings
from hypothesis import strategies as st
from scipy import stats
from solving import ALIBABA, CAPEX, CASES, EQUITY, PRICED, SALES, STAKES, Read, Write, panel, per_share, quick, refused
from test_published import one, published

from valuation.assumptions import Case
from valuation.distributions import REGISTRY
from valuation.lines import Lines
from valuation.model import value
from valuation.problems import InvalidAssumptions
from valuation.reading import load
from valuation.reverse import closed_forms
from valuation.reverse.roots import search
from valuation.reverse.solve import at_least_as_good, solve
from valuation.reverse.unknowns import bounds, unknown
from valuation.simulation.engine import simulate
from valuation.study import load as open_study
from valuation.units import parse_unit

# Closed forms ---------------------------------------------------------------------------------------------------------


def test_a_stake_must_be_worth_what_the_price_leaves_for_it(case_of: Read) -> None:
    case = case_of(PRICED + STAKES)
    # 800 = 0.8 x 0.5 x value + 400 + 60
    assert quick(case, "a.value").implied == pytest.approx(340 / 0.4, rel=1e-14)
    found = quick(case, "a")
    assert found.implied == pytest.approx(340 / 0.8, rel=1e-14)
    assert (300.0, "part", True) == (found.unknown.base, found.unknown.sort, found.rising)
    assert [(level.label, level.base) for level in found.levels] == [
        ("Attributable value", pytest.approx(300)),
        ("Equity value, 100 %", pytest.approx(600)),
    ]
    assert found.levels[1].implied == pytest.approx(340 / 0.4, rel=1e-14)
    assert quick(case, "a.attributable_value").implied == found.implied
    assert quick(case, "bridge.cash").implied == pytest.approx(800 - 240 - 400, rel=1e-14)
    assert quick(case, "holding.discount", 72.1).implied == pytest.approx(1 - (721 - 460) / 300, rel=1e-13)
    assert quick(case, "shares.diluted").implied == pytest.approx(700 / 80, rel=1e-14)


def test_other_parts_move_a_part_against_themselves(case_of: Read) -> None:
    """A_i moves by -10 % of A_j (1 - d_j) / (1 - d_i)."""
    case = case_of(PRICED + STAKES)
    [of_a], [of_b] = quick(case, "a").sensitivity, quick(case, "b").sensitivity
    assert ("b", "B") == (of_a.part, of_a.name)
    assert [of_a.lower, of_a.higher] == pytest.approx([(340 + 40) / 0.8, (340 - 40) / 0.8], rel=1e-13)
    assert [of_b.lower, of_b.higher] == pytest.approx([500 + 24, 500 - 24], rel=1e-13)
    assert 2 == len(quick(case, "holding.discount", 72.1).sensitivity)


GORDON = """
segments:
  a:
    method: dcf
    revenue: 100 CNY m
    growth: [5%, 4%, 3%]
    margin: 30%
    tax_rate: 25%
    wacc: = risk_free + premium
    risk_free: 3%
    premium: ~ uniform(4%, 8%)
    sales_to_capital: 2
    terminal_value: gordon
    terminal_growth: ~ uniform(1%, 3%)
    timing: end-year
"""


@pytest.mark.parametrize("price", [15.0, 25.0, 40.0, 400.0])
def test_the_growth_that_a_gordon_value_implies(price: float, case_of: Read) -> None:
    """g = (TV r - F) / (TV + F), with TV what the price leaves for the years after the forecast."""
    case = case_of(GORDON)
    lines = Lines(case.years)
    value(case, lines, case.base_values)
    found, rate = lines.scopes["a"], 0.09
    flow = one(found["free_cash_flow"][-1])
    terminal = (10 * price - one(found["present_value_of_forecast_years"])) * (1 + rate) ** 3
    expected = (terminal * rate - flow) / (terminal + flow)
    assert quick(case, "a.terminal_growth", price).implied == pytest.approx(expected, rel=1e-10)


def test_a_multiple_and_a_row(case_of: Read) -> None:
    case = case_of(
        """
segments:
  m: {method: multiple, basis: EV/Sales, metric: 50 CNY m, multiple: 4, discount: 10%, owned: 60%, net_debt: 30 CNY m}
  r: {method: stake, value: = total(rows) * unit, unit: 1 CNY m, rows: [1, 2, 4]}
"""
    )
    found = quick(case, "m", 13.0)
    shown = {level.label: (level.base, level.implied) for level in found.levels}
    assert shown["Attributable value"] == pytest.approx((90, 123))
    assert shown["Equity value, 100 %"] == pytest.approx((150, 205))
    assert shown["Enterprise value, 100 %"] == pytest.approx((180, 235))
    assert shown["EV/Sales"] == pytest.approx((3.6, 4.7))
    assert quick(case, "m.multiple", 13.0).implied == pytest.approx(235 / 45)
    row = quick(case, "r.rows", 11.2)
    assert ("path", 0.0) == (row.unknown.sort, row.unknown.base)
    assert row.implied == pytest.approx((112 - 97) / 3)
    assert [(level.label, level.base, level.implied) for level in row.levels] == [
        ("Rows, 2026", 1.0, pytest.approx(6)),
        ("Rows, 2028", 4.0, pytest.approx(9)),
    ]


@pytest.mark.parametrize(
    ("parts", "net_debt", "shares", "price", "discount"),
    [
        pytest.param(".71 2.37 2.80 3.52 .79 1.23 .28 2.87 1.30", 1.75, 1463, 5182, 0.463, id="V19-Mar-2023"),
        pytest.param(".02 2.39 3.03 4.04 .91 1.20 .23 3.66 1.42", 1.35, 1464, 6773, 0.362, id="V19-Jun-2023"),
    ],
)
def test_softbank_implied_discount(
    parts: str, net_debt: float, shares: int, price: int, discount: float, write: Write
) -> None:
    """SoftBank Group's own sum of the parts, JPY tn."""
    stakes = "".join(f"  p{n}: {{method: stake, value: {part} JPY tn}}\n" for n, part in enumerate(parts.split()))
    case = load(
        write(f"""\
name: SoftBank Group
currency: JPY
date: 2023-06-30
segments:
{stakes}bridge: {{net_debt: -{net_debt} JPY tn}}
shares: {{diluted: {shares} m shares, price: {price} JPY/share}}
holding: {{discount: 0%, applies_to: net asset value}}
""")
    )
    assert quick(case, "holding.discount").implied == pytest.approx(discount, abs=5e-4)
    assert panel(case)["Holding discount rate"][1] == pytest.approx(discount, abs=5e-4)


@published("V15", "Zweig's commentary in Graham; Lamont and Thaler (2003): 3Com and Palm, 2 March 2000")
def test_the_market_left_less_than_nothing_for_the_rest_of_3com(source: str, write: Write) -> None:
    text = """\
name: 3Com
currency: USD
date: 2000-03-02
segments:
  palm: {method: stake, value: = palm_price * palm_shares, palm_price: 95.06 USD/share, palm_shares: 1.525 m shares}
  rest: {method: stake, value: 10 USD m}
shares: {diluted: 1 m shares, price: 81.81 USD/share}
"""
    case = load(write(text))
    assert quick(case, "rest").implied == pytest.approx(-63.16, abs=0.005)
    assert panel(case)["Without Palm"][1] == pytest.approx(-63.16, abs=0.005)


def test_an_event_is_solved_as_its_probability(case_of: Read) -> None:
    part = "{method: stake, value: '= if(drivers.win, 30, 10) * u', u: 1 CNY m}"
    case = case_of(f"drivers: {{win: ~ event(70%)}}\nsegments: {{a: {part}}}\n")
    found = quick(case, "drivers.win", 1.5)
    assert ("event", 0.7, None) == (found.unknown.sort, found.unknown.base, found.probability)
    assert found.implied == pytest.approx(0.25)
    assert "an event: implied is the probability" in found.notes[0]
    assert "impossible where it happens, or where it does not" in refused(
        CASES[EQUITY], "odds.outcomes.win.probability"
    )


# The way back ---------------------------------------------------------------------------------------------------------


def settable(case: Case) -> Iterator[str]:
    """Names whose solution can be written as one number."""
    for name in [*(found.name for found in case.inputs), *case.assumptions]:
        if unknown(case, name).sort in ("input", "formula") and not name.startswith("reconciliation."):
            yield name


NAMES = [(path, name) for path, case in CASES.items() for name in dict.fromkeys(settable(case))]


@given(st.sampled_from(NAMES), st.floats(0.6, 1.6))
@settings(max_examples=120, deadline=None)
def test_what_is_implied_gives_the_price(which: tuple[Path, str], times: float) -> None:
    path, name = which
    case = CASES[path]
    price = per_share(case) * times
    try:
        found = quick(case, name, price)
    except InvalidAssumptions as error:
        event(str(error).partition(": ")[2].partition(": ")[2][:12])
        return
    unit = found.unknown.unit
    written = f"{found.implied:.20f}" if unit.shown == "years" else repr(found.implied)
    try:
        again = load(path, {name: written if unit.pure else f"{written} {unit}"})
    except InvalidAssumptions as error:  # possible in the base case, but not beside what a scenario sets
        scenarios = {scenario.origin.place.line for scenario in case.scenarios.values()}
        if not {problem.place.line for problem in error.problems} <= scenarios:
            raise
        event("impossible in a scenario")
        return
    assert per_share(again) == pytest.approx(price, rel=1e-9)
    assert found.implied in found.roots


@pytest.mark.parametrize("times", [0.7, 0.9, 1.1, 1.4])
def test_a_row_moves_as_a_whole(times: float) -> None:
    case = CASES[SALES]
    price = per_share(case) * times
    found = quick(case, "core.margin", price)
    ends = {end: case.input(f"core.margin.{end}").base + found.implied for end in ("from", "to")}
    again = load(SALES, {f"core.margin.{end}": repr(level) for end, level in ends.items()})
    assert per_share(again) == pytest.approx(price, rel=1e-9)
    assert [level.implied for level in found.levels] == pytest.approx(list(ends.values()))


@pytest.mark.parametrize(
    "name", ["cloud.wacc", "cloud.cloud_margin.to", "drivers.equity_risk_premium", "drivers.usd_cny"]
)
def test_alibaba_at_its_price(name: str) -> None:
    case = load(ALIBABA)
    found = quick(case, name)
    unit = found.unknown.unit
    again = load(ALIBABA, {name: repr(found.implied) if unit.pure else f"{found.implied!r} {unit}"})
    assert per_share(again) == pytest.approx(found.price, rel=1e-9)


@pytest.mark.parametrize("path", [*CASES, ALIBABA], ids=lambda path: path.stem)
def test_money_added_to_a_part_is_worth_its_share(path: Path) -> None:
    case = load(path)
    base = value(case, Lines(case.years), case.base_values)
    discount = one(value_of(case, "holding.discount")) if case.has("holding.discount") else None
    for name in parts_that_stay(case):
        more = value(case, Lines(case.years), case.base_values, added={name: np.array([-50.0, 0.0, 50.0])})
        [kept] = closed_forms.shares_kept(case, base, name, discount)
        expected = one(base.factor) * (1 if kept is None else kept) * np.array([-50.0, 0.0, 50.0])
        np.testing.assert_allclose(more.per_share - base.per_share, expected, rtol=1e-9, atol=1e-12)


def parts_that_stay(case: Case) -> list[str]:
    """The parts that no transaction moves: money added to one that moves is worth what the transaction makes of it."""
    moved = {transaction.part for transaction in case.transactions.values()}
    return [name for name in case.parts if name not in moved]


def value_of(case: Case, name: str) -> Any:
    lines = Lines(case.years)
    value(case, lines, case.base_values)
    return next(rows[name] for rows in lines.scopes.values() if name in rows)


def test_what_is_fixed_replaces_its_formula() -> None:
    case = CASES[SALES]
    wacc = value_of(case, "core.wacc")
    same = value(case, Lines(case.years), case.base_values, fixed={"core.wacc": wacc})
    other = value(case, Lines(case.years), case.base_values, fixed={"core.wacc": np.array([0.10])})
    assert one(same.per_share) == per_share(case)
    assert one(other.per_share) == pytest.approx(per_share(load(SALES, {"core.wacc": "10%"})), rel=1e-14)


# How likely -----------------------------------------------------------------------------------------------------------


def test_the_marginal_of_an_input_is_exact(case_of: Read) -> None:
    case = case_of(PRICED + STAKES)
    found = quick(case, "a.value")
    assert found.exact
    assert found.probability == pytest.approx(stats.lognorm.sf(found.implied, 0.4, scale=600), rel=1e-12)
    growing = case_of(GORDON)
    worse = quick(growing, "a.premium", 0.9 * per_share(growing))
    assert not worse.rising
    assert worse.probability == pytest.approx((worse.implied - 0.04) / 0.04, rel=1e-12)


def test_the_simulation_knows_how_likely_a_formula_and_a_part_are(case_of: Read) -> None:
    case = case_of(PRICED + STAKES)
    part = solve(case, "a", draws=50_000)
    exact = stats.lognorm.sf(340 / 0.4, 0.4, scale=600)
    assert (part.exact, part.probability) == (False, part.probability_above_price)
    assert part.probability == pytest.approx(exact, abs=2e-3)
    growing = case_of(GORDON)
    formula = solve(growing, "a.wacc", 0.9 * per_share(growing), draws=50_000)
    assert formula.unknown.sort == "formula"
    assert formula.probability == pytest.approx((formula.implied - 0.07) / 0.04, abs=2e-3)


def test_a_row_is_as_likely_as_its_average(case_of: Read) -> None:
    rows = "fade(~ normal(5, 1) to 5 over 2 years)"
    part = f"{{method: stake, value: = total(rows) * unit, unit: 1 CNY m, rows: {rows}}}"
    found = solve(case_of(f"segments: {{r: {part}}}\n"), "r.rows", 1.65, draws=50_000)
    assert found.implied == pytest.approx(0.5)
    # the average moves by a third of the first year's draw
    assert found.probability == pytest.approx(stats.norm.sf(1.5), abs=2e-3)


def test_what_is_certain_has_no_probability(case_of: Read) -> None:
    case = case_of(PRICED + STAKES)
    for name in ("b", "b.value", "bridge.cash", "holding.discount"):
        assert quick(case, name, 72.0).probability is None


@pytest.mark.parametrize(
    ("name", "arguments", "exact", "level"),
    [
        ("normal", (3.0, 2.0), stats.norm(3, 2), 4.5),
        ("uniform", (1.0, 5.0), stats.uniform(1, 4), 1.5),
        ("lognormal", (2.0, 0.5), stats.lognorm(0.5, scale=2), 3.0),
        ("triangular", (0.0, 1.0, 4.0), stats.triang(0.25, 0, 4), 3.5),
        ("beta", (2.0, 5.0), stats.beta(2, 5), 0.4),
        ("normal", (3.0, 2.0), stats.norm(3, 2), 30.0),
        ("uniform", (1.0, 5.0), stats.uniform(1, 4), 0.0),
    ],
)
def test_chances_are_those_of_the_distribution(name: str, arguments: Any, exact: Any, level: float) -> None:
    distribution = REGISTRY[name](*arguments)
    assert at_least_as_good(distribution, level, True) == pytest.approx(exact.sf(level), abs=1e-12)
    assert at_least_as_good(distribution, level, False) == pytest.approx(exact.cdf(level), abs=1e-12)


def test_chances_of_steps_count_the_step_itself() -> None:
    dice = REGISTRY["discrete"]((1.0, 2.0, 4.0), (0.5, 0.3, 0.2))
    at_least = [at_least_as_good(dice, level, True) for level in (1, 2, 3, 4, 5)]
    at_most = [at_least_as_good(dice, level, False) for level in (0, 1, 2, 3, 4)]
    assert at_least == pytest.approx([1, 0.5, 0.2, 0.2, 0], abs=1e-12)
    assert at_most == pytest.approx([0, 0.5, 0.8, 0.8, 1], abs=1e-12)


def test_a_run_keeps_the_draws_that_it_is_asked_for() -> None:
    case = CASES[SALES]
    keep = ["core.wacc", "drivers.erp", "core.enterprise_value", "core.net_debt"]
    runs = [simulate(case, 5_000, 3, chunk=chunk, keep=keep) for chunk in (2048, 10**9)]
    assert 1 == len({b"".join(run.kept[name].tobytes() for name in keep) for run in runs})
    kept = runs[0].kept
    assert [(6, 5120), (5120,), (5120,), (5120,)] == [kept[name].shape for name in keep]
    np.testing.assert_allclose(kept["core.wacc"][0], 0.02 + 1.1 * kept["drivers.erp"], rtol=1e-14)
    np.testing.assert_allclose(kept["core.enterprise_value"] - 100, runs[0].attributable["core"], rtol=1e-12)
    assert {} == simulate(case, 100, 3).kept
    with pytest.raises(KeyError):
        simulate(case, 100, 3, keep=["core.nothing"])


# What is said when nothing gives the price, or more than one thing does -----------------------------------------------


def test_names_that_stand_for_nothing() -> None:
    case = CASES[SALES]
    assert refused(case, "core.wac") == (
        "--for: core.wac: is no assumption and no part; did you mean core.wacc or core.beta"
    )
    assert "aside: is a memo" in refused(load(next(p for p in GOOD if p.stem == "several_methods")), "aside", 1.0)
    assert refused(CASES[CAPEX], "mine") == "--price: shares.price: missing; give the price, as the case has none"


def test_how_far_the_value_can_go(case_of: Read) -> None:
    assert refused(CASES[SALES], "core.owned") == (
        "--for: core.owned: nothing from 0.00% to 100.00% gives a value per share of 15.00 CNY/share: "
        "it goes from 0.00 CNY/share at 0.00% to 14.14 CNY/share at 100.00%"
    )
    assert refused(CASES[SALES], "core.terminal_growth").endswith(
        "; the model is impossible from 8.60% up, at core.wacc_less_terminal_growth"
    )
    assert "these are shifts of the whole row" in refused(CASES[CAPEX], "plant.tax_rate", 1000.0)
    assert refused(CASES[SALES], "shares.price").endswith("does not depend on it: it is 14.14 CNY/share for any")
    text = refused(CASES[EQUITY], "bet.outcomes.good.probability")
    assert "has no other value than its base, 26.44%: the model is impossible from 26.44% down" in text


CURVE = "segments: {{a: {{method: stake, value: '= ({}) * unit', unit: 1 CNY m, x: {}}}}}\n"


def test_several_values_are_all_reported(case_of: Read) -> None:
    found = quick(case_of(CURVE.format("40 - (x - 3) ** 2", 1.5)), "a.x", 3.1)
    assert found.roots == pytest.approx((0, 6), abs=1e-12)
    assert (found.implied, found.one_way) == (pytest.approx(0, abs=1e-12), False)
    assert found.notes[0].startswith("2 values give the price: ")
    assert found.notes[1] == "the value per share both rises and falls in a.x; it turns near 2.991"


def test_a_step_is_no_answer(case_of: Read) -> None:
    text = refused(case_of(CURVE.format("if(x > 2, 50, 10)", 1)), "a.x", 3.0)
    assert text.endswith("; the value jumps at 2")


def test_an_answer_behind_a_pole_is_not_taken(case_of: Read) -> None:
    case = case_of(CURVE.format("10 / (x - 2)", 1))
    assert "the value jumps at 2" in refused(case, "a.x", 1.0)
    found = quick(case, "a.x", -2.0)
    assert found.implied == pytest.approx(1.5)
    both = quick(case_of(CURVE.format("x - 10 / (x - 2)", 1)), "a.x", 0.1)
    assert both.roots == pytest.approx(((3 - 41**0.5) / 2,))
    assert both.notes == ("the value jumps at 2", "behind that, 4.702 would give the price as well")


def test_where_the_model_is_impossible_is_said(case_of: Read) -> None:
    found = quick(case_of(GORDON), "a.terminal_growth", 400.0)
    assert 0.0 < 0.09 - found.implied < 0.01
    assert "the model is impossible from 9.00% up, at a.wacc_less_terminal_growth" in found.notes


def test_a_value_that_reads_the_price_is_said(case_of: Read) -> None:
    case = case_of(
        PRICED + "segments: {a: {method: stake, value: = shares.diluted * shares.price * part, part: 50%}}\n"
    )
    assert any("reads the price of the case" in note for note in quick(case, "a.part").notes)
    assert quick(case_of(PRICED + STAKES), "b").notes == ()


@pytest.mark.parametrize(
    ("unit", "base", "expected"),
    [
        ("%", 0.1, (-1, 1)),
        ("%", 0.8, (-1, 1.6)),
        ("x", 5.0, (0, np.inf)),
        ("years", 2.0, (0, np.inf)),
        ("CNY m", 5.0, (-np.inf, np.inf)),
        ("CNY/USD", 7.0, (0, np.inf)),
        ("m shares", 7.0, (0, np.inf)),
        ("number", 1.0, (-np.inf, np.inf)),
        ("flag", 1.0, (0, 1)),
    ],
)
def test_bounds_are_those_of_the_unit(unit: str, base: float, expected: tuple[float, float]) -> None:
    found = parse_unit(unit)
    assert found is not None
    assert bounds(found, None, base) == expected


@given(st.floats(-50, 50), st.floats(-40, 40), st.floats(0.01, 100))
def test_a_line_is_solved_wherever_it_crosses(root: float, start: float, slope: float) -> None:
    found = search(lambda x: slope * (x - root), start, -np.inf, np.inf, 1.0, slope * 50)
    assert found.roots == pytest.approx((root,), rel=1e-12, abs=1e-12)
    assert (found.walls, found.turns, found.rising_at(root)) == ((-np.inf, np.inf), (), True)


# The study ------------------------------------------------------------------------------------------------------------


def test_a_study_solves() -> None:
    study = open_study(SALES)
    seen: list[tuple[int, int]] = []
    found = study.solve("core.wacc", draws=1000, seed=5, progress=lambda done, whole: seen.append((done, whole)))
    assert (15.0, 5, 1024) == (found.price, found.simulation.seed, found.simulation.draws)
    assert (1024, 1024) == seen[-1]
    assert found.value == study.value().per_share
    np.testing.assert_array_equal(found.simulation.per_share, study.simulate(1000, 5).per_share)
