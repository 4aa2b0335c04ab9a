"""Sensitivity of cases: sums of normals have closed forms, other libraries judge statistics, nothing is silent."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ASSUMPTIONS, GOOD, HEAD, SHIPPED
from scipy.stats import ks_2samp, norm, spearmanr

from valuation import load
from valuation.assumptions import Case
from valuation.problems import InvalidAssumptions
from valuation.sensitivity import (
    ALL,
    Axis,
    Sample,
    by_event,
    contributions,
    dependence_effect,
    goal,
    grid,
    sample,
    sensitivity,
    shapley,
    sobol,
    tornado,
    worst,
)
from valuation.sensitivity.worst import expected_shortfall
from valuation.simulation.evaluator import Evaluator

Read = Callable[..., Case]

PRICED = HEAD.replace("{diluted: 10 m shares}", "{diluted: 10 m shares, price: 21 CNY/share}")
# Value per share: 10 + 10 + 2 when it happens, standard deviations 1 and 2.
TWO = """
drivers: {boom: ~ event(30%)}
segments:
  a: {method: stake, value: '~ normal(100 CNY m, 10 CNY m)'}
  b: {method: stake, value: '~ normal(100 CNY m, 20 CNY m)'}
  c: {method: stake, value: = gain * drivers.boom, gain: 20 CNY m}
"""
RANK = 0.5
CORRELATED = TWO + f"correlations: [{{between: [a.value, b.value], rank: {RANK}}}]\n"
PEARSON = 2 * math.sin(math.pi / 6 * RANK)
LOSS = """
segments:
  a: {method: stake, value: '~ normal(100 CNY m, 10 CNY m)', owned: '~ normal(90%, 10%)'}
"""
IMPOSSIBLE = HEAD + LOSS


def drawn(case: Case, draws: int = 16_384) -> Sample:
    return sample(Evaluator.of(case), draws, 7)


def text(body: str) -> str:
    return PRICED + body


# Tornado --------------------------------------------------------------------------------------------------------------


def test_a_tornado_moves_each_input_alone_to_its_quantiles(case_of: Read) -> None:
    found = tornado(case_of(text(CORRELATED)))
    assert 20.0 == found.base
    assert ["b.value", "a.value", "drivers.boom"] == [bar.name for bar in found.bars]
    wide = norm.ppf(0.95)
    assert [20 - 2 * wide, 20 - wide, 20] == pytest.approx([bar.low for bar in found.bars])
    assert [20 + 2 * wide, 20 + wide, 22] == pytest.approx([bar.high for bar in found.bars])
    assert [4 * wide, 2 * wide, 2] == pytest.approx([bar.swing for bar in found.bars])
    assert 100 + 20 * wide == pytest.approx(found.bars[0].high_input)


def test_a_tornado_takes_other_quantiles_and_events_at_both_outcomes(case_of: Read) -> None:
    found = tornado(case_of(text(TWO)), (0.25, 0.75))
    boom = next(bar for bar in found.bars if bar.event)
    assert (0.0, 1.0, 20.0, 22.0) == (boom.low_input, boom.high_input, boom.low, boom.high)
    assert 20 + norm.ppf(0.75) == pytest.approx(next(bar for bar in found.bars if bar.name == "a.value").high)
    with pytest.raises(ValueError, match=r"0 <= low < high <= 1 expected, found 0\.9 and 0\.1"):
        tornado(case_of(text(TWO)), (0.9, 0.1))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_each_end_of_a_tornado_is_what_set_gives(path: Path) -> None:
    case = load(path).case
    for bar in tornado(case).bars[:3]:
        # side by side, as the tornado does: NumPy adds up the years of a single draw in another order, in the last bit
        given = {name: np.repeat(value, 2) for name, value in case.base_values.items()}
        given[bar.name] = np.full(2, bar.high_input)
        assert bar.high == Evaluator.of(case).per_share(given, 2)[0]


def test_an_impossible_end_is_named_and_last(case_of: Read) -> None:
    found = tornado(case_of(IMPOSSIBLE))
    assert ["a.value", "a.owned"] == [bar.name for bar in found.bars]
    assert math.isnan(found.bars[1].high)
    assert math.isnan(found.bars[1].swing)
    assert math.isfinite(found.bars[1].low)
    assert {"a.owned": found.bars[1].impossible} == found.impossible
    assert "a.attributable_value" == found.bars[1].impossible


# Contributions --------------------------------------------------------------------------------------------------------


def test_contributions_to_a_sum_are_shares_of_its_variance(case_of: Read) -> None:
    found = contributions(drawn(case_of(text(TWO), drivers__boom="0%")))
    rows = {row.name: row for row in found.inputs}
    assert found.r_squared == pytest.approx(1)
    assert [1 / math.sqrt(5), 2 / math.sqrt(5)] == pytest.approx(
        [rows[name].regression for name in ("a.value", "b.value")], abs=0.01
    )
    assert [0.2, 0.8] == pytest.approx([rows[name].contribution for name in ("a.value", "b.value")], abs=0.02)
    assert "" == found.note


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_rank_correlations_are_those_of_scipy(path: Path) -> None:
    some = drawn(load(path).case, 2048)
    rows = {row.name: row for row in contributions(some).inputs}
    for number, one in enumerate(some.inputs):
        assert rows[one.name].rank_correlation == pytest.approx(spearmanr(some.values[number], some.per_share)[0])
    assert 1 == pytest.approx(sum(abs(row.contribution) for row in rows.values()))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_regression_coefficients_are_those_of_least_squares(path: Path) -> None:
    some = drawn(load(path).case, 2048)
    design = np.column_stack([np.ones(some.draws), some.values.T / some.values.std(axis=1)])
    slopes = np.linalg.lstsq(design, some.per_share / some.per_share.std(), rcond=None)[0][1:]
    rows = {row.name: row.regression for row in contributions(some).inputs}
    assert slopes == pytest.approx([rows[one.name] for one in some.inputs], abs=1e-6)


def test_correlated_inputs_are_said_to_be_only_described(case_of: Read) -> None:
    assert "these figures describe" in contributions(drawn(case_of(text(CORRELATED)))).note


# Worst ----------------------------------------------------------------------------------------------------------------


def test_inputs_in_the_worst_decile_of_a_sum_lie_where_normals_say(case_of: Read) -> None:
    found = worst(drawn(case_of(text(TWO), drivers__boom="0%")))
    away = norm.pdf(norm.ppf(0.1)) / 0.1  # of the mean of the lowest tenth, in standard deviations
    rows = {row.name: row for row in found.worst.inputs}
    assert [-away / math.sqrt(5), -2 * away / math.sqrt(5)] == pytest.approx(
        [rows[name].standard_deviations for name in ("a.value", "b.value")], abs=0.02
    )
    assert "b.value" == found.worst.inputs[0].name
    assert 20 - away * math.sqrt(5) == pytest.approx(found.worst.mean, abs=0.02)
    assert found.worst.mean == pytest.approx(found.shortfall[0.1], abs=0.01)
    assert 20 + away * math.sqrt(5) == pytest.approx(found.best.mean, abs=0.02)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_distances_are_those_of_scipy(path: Path) -> None:
    some = drawn(load(path).case, 2048)
    rows = {row.name: row for row in worst(some).worst.inputs}
    inside = some.per_share <= np.quantile(some.per_share, 0.1)
    for values, one in zip(some.values, some.inputs, strict=True):
        statistic = ks_2samp(values[inside], values[~inside], method="asymp").statistic
        assert statistic == pytest.approx(rows[one.name].distance, abs=1e-12)


def test_an_event_has_a_probability_inside_the_worst_draws(case_of: Read) -> None:
    rows = {row.name: row for row in worst(drawn(case_of(text(TWO)))).worst.inputs}
    boom = rows["drivers.boom"]
    assert boom.event
    assert 0.3 == pytest.approx(boom.mean, abs=0.005)
    assert 0.05 < boom.mean_inside < 0.2
    assert boom.distance == pytest.approx((boom.mean - boom.mean_inside) / 0.9, abs=1e-3)


def test_expected_shortfall_counts_the_draw_at_the_edge_in_part() -> None:
    worth = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    assert [1.0, 1.5, (1 + 2 + 1.5) / 2.5, 3.0] == pytest.approx(
        [expected_shortfall(worth, level) for level in (0.1, 0.4, 0.5, 1.0)]
    )


# Correlations and events ----------------------------------------------------------------------------------------------


def test_what_correlations_do_to_a_sum_is_in_its_variance(case_of: Read) -> None:
    found = dependence_effect(drawn(case_of(text(CORRELATED), drivers__boom="0%")))
    assert math.sqrt(5) == pytest.approx(found.independent.standard_deviation, abs=0.01)
    assert math.sqrt(5 + 4 * PEARSON) == pytest.approx(found.correlated.standard_deviation, abs=0.01)
    assert math.sqrt(1 + 4 / 5 * PEARSON) - 1 == pytest.approx(found.widening, abs=0.005)
    assert found.correlated.p5 == pytest.approx(20 + norm.ppf(0.05) * math.sqrt(5 + 4 * PEARSON), abs=0.05)


def test_outcomes_of_an_event_shift_the_value_and_make_up_the_whole(case_of: Read) -> None:
    some = drawn(case_of(text(TWO)))
    without, happens = by_event(some).outcomes
    assert ("drivers.boom", 0.0, 1.0) == (without.name, without.outcome, happens.outcome)
    assert [20, 22] == pytest.approx([without.mean, happens.mean], abs=0.05)
    assert some.draws == without.draws + happens.draws
    for figure, whole in (("mean", some.per_share.mean()), ("above", some.probability_above(21.0))):
        told = without.share * getattr(without, figure) + happens.share * getattr(happens, figure)
        assert whole == pytest.approx(told)
    assert norm.cdf((20 - 21) / math.sqrt(5)) == pytest.approx(without.above, abs=0.01)


def test_values_of_a_discrete_input_are_outcomes_too(case_of: Read) -> None:
    body = "segments: {a: {method: stake, value: '~ discrete(10 CNY m at 25%, 30 CNY m at 75%)'}}\n"
    assert [(10.0, 1.0), (30.0, 3.0)] == [
        (row.outcome, row.mean) for row in by_event(drawn(case_of(HEAD + body))).outcomes
    ]


# Shares of variance of a case -----------------------------------------------------------------------------------------


def test_shapley_and_sobol_of_a_sum_share_its_variance(case_of: Read) -> None:
    event, pair = 4 * 0.3 * 0.7, 5 + 4 * PEARSON
    effects = {row.name: row for row in shapley(case_of(text(CORRELATED)), 8192, 3).inputs}
    square, shared = PEARSON * PEARSON / 2, 2 * PEARSON
    truth = {
        "a.value": 1 - square + shared + 4 * square,
        "b.value": 4 - 4 * square + shared + square,
        "drivers.boom": event,
    }
    assert sum(truth.values()) == pytest.approx(pair + event)
    for name, effect in truth.items():
        assert abs(effect / (pair + event) - effects[name].share) < 4 * effects[name].standard_error
    indices = sobol(case_of(text(CORRELATED)), 4096, 3)
    for row in indices.inputs:
        alone = {"a.value": 1, "b.value": 4, "drivers.boom": event}[row.name] / (5 + event)
        assert (alone, alone) == pytest.approx((row.first, row.total), abs=0.02)
    assert "correlations switched off" in indices.note
    assert "" == sobol(case_of(text(TWO)), 64, 3).note


# Goals ----------------------------------------------------------------------------------------------------------------


def test_the_shift_that_gives_a_probability_is_a_difference_of_quantiles(case_of: Read) -> None:
    case = case_of(text(TWO), drivers__boom="0%")
    found = goal(case, "b.value", 0.6, draws=16_384, seed=7)
    needed = 10 * (21 + norm.ppf(0.6) * math.sqrt(5) - 20)
    assert ("shift", 100.0) == (found.moved, found.base_level)
    assert abs(found.change - needed) < 4 * found.standard_error
    assert needed == pytest.approx(found.change, abs=0.2)
    assert found.level == 100 + found.change
    assert abs(found.reached - 0.6) <= 1 / found.draws
    assert norm.cdf((20 - 21) / math.sqrt(5)) == pytest.approx(found.base_probability, abs=0.005)


def test_a_certain_input_is_sought_by_its_level_and_an_event_by_its_probability(case_of: Read) -> None:
    case = case_of(text(TWO))
    gain = goal(case, "c.gain", 0.4, draws=16_384, seed=7)
    assert ("level", 20.0) == (gain.moved, gain.base_level)
    gains, chances = (gain.level / 10, 21), (0.3, 0.7)
    above = chances[0] * norm.cdf((20 + gains[0] - 21) / math.sqrt(5)) + chances[1] * norm.cdf(-1 / math.sqrt(5))
    assert 0.4 == pytest.approx(above, abs=0.005)
    boom = goal(case, "drivers.boom", 0.5, draws=16_384, seed=7)
    low, high = norm.cdf(-1 / math.sqrt(5)), norm.cdf(1 / math.sqrt(5))
    assert ("probability", 0.3) == (boom.moved, boom.base_level)
    assert (0.5 - low) / (high - low) == pytest.approx(boom.level, abs=0.01)


def test_parts_formulas_and_another_price_can_be_sought(case_of: Read) -> None:
    case = case_of(text(TWO), drivers__boom="0%")
    part = goal(case, "c", 0.6, draws=16_384, seed=7)
    needed = 10 * (21 + norm.ppf(0.6) * math.sqrt(5) - 20)
    assert ("level", needed) == (part.moved, pytest.approx(part.change, abs=0.2))
    formula = goal(case_of(text(TWO)), "c.value", 0.6, draws=16_384, seed=7)
    assert "shift" == formula.moved
    lower = goal(case, "c", 0.6, 19.0, draws=16_384, seed=7)
    assert -20.0 == pytest.approx(lower.change - part.change, abs=0.01)


def test_the_error_of_a_goal_is_the_spread_between_seeds(case_of: Read) -> None:
    case = case_of(text(TWO))
    found = [goal(case, "b.value", 0.6, draws=512, seed=seed) for seed in range(30)]
    ratio = np.mean([one.standard_error for one in found]) / np.std([one.change for one in found], ddof=1)
    assert 0.6 < ratio < 1.7


def test_a_goal_out_of_reach_says_how_far_the_probability_goes(case_of: Read) -> None:
    with pytest.raises(InvalidAssumptions) as refused:
        goal(case_of(text(TWO)), "drivers.boom", 0.9, draws=1024)
    assert "drivers.boom: no value from 0.00% to 100.00% makes the probability that value is above 21.00" in str(
        refused.value
    )
    for name, priced, said in (
        ("a.valu", True, "--goal: a.valu: is no assumption and no part; did you mean a.value"),
        ("a.value", False, "--price: shares.price: missing"),
    ):
        with pytest.raises(InvalidAssumptions, match="^" + said.replace(".", r"\.")):
            goal(case_of((PRICED if priced else HEAD) + TWO), name, draws=64)
    with pytest.raises(ValueError, match="0 < probability < 1 expected, found 60"):
        goal(case_of(text(TWO)), "a.value", 60)


def test_a_goal_stops_where_draws_become_impossible(case_of: Read) -> None:
    case = case_of(text("segments: {a: {method: stake, value: 250 CNY m, owned: '~ uniform(70%, 80%)'}}\n"))
    with pytest.raises(
        InvalidAssumptions, match=r"no shift from -70\.00% to 20\.0\d% .* it goes from 0\.0% to 20\.\d%"
    ):
        goal(case, "a.owned", 0.999, 24.5, draws=1024)


# Grids ----------------------------------------------------------------------------------------------------------------


def test_a_grid_at_base_is_what_set_gives() -> None:
    path = ASSUMPTIONS / "alibaba"
    found = grid(load(path).case, Axis("cloud.wacc", (0.08, 0.1)), Axis("drivers.usd_cny", (6.8, 7.2)))
    for row, wacc in enumerate(("8%", "10%")):
        for column, rate in enumerate(("6.8", "7.2")):
            changed = load(path, {"cloud.wacc": wacc, "drivers.usd_cny": rate}).value().per_share
            assert changed == pytest.approx(found.figures[row][column], rel=1e-12)


def test_a_grid_under_simulation_holds_two_names_and_draws_the_rest(case_of: Read) -> None:
    case, levels = case_of(text(TWO)), ((50.0, 100.0), (0.0, 1.0))
    axes = Axis("b.value", levels[0]), Axis("drivers.boom", levels[1])
    chance, mean = (grid(case, *axes, measure, draws=16_384, seed=7) for measure in ("probability", "mean"))  # type: ignore[arg-type]
    for row, worth in enumerate(levels[0]):
        for column, happens in enumerate(levels[1]):
            middle = 10 + worth / 10 + 2 * happens
            assert middle == pytest.approx(mean.figures[row][column], abs=0.01)
            assert norm.cdf(middle - 21) == pytest.approx(chance.figures[row][column], abs=0.005)
    frame = chance.to_frame()
    assert ("b.value", "drivers.boom") == (frame.index.name, frame.columns.name)


def test_an_event_of_a_grid_at_base_weighs_the_values_without_and_with_it(case_of: Read) -> None:
    found = grid(case_of(text(TWO)), Axis("drivers.boom", (0.0, 0.25, 1.0)), Axis("a.value", (100.0, 110.0)))
    assert ((20.0, 21.0), (20.5, 21.5), (22.0, 23.0)) == found.figures


def test_an_impossible_cell_is_counted_and_wrong_axes_are_refused(case_of: Read) -> None:
    found = grid(case_of(IMPOSSIBLE), Axis("a.owned", (0.5, 1.5)), Axis("a.value", (100.0,)))
    assert (5.0, 1) == (found.figures[0][0], found.left_out)
    assert math.isnan(found.figures[1][0])
    with pytest.raises(InvalidAssumptions, match=r"^--grid: a\.value: is given twice"):
        grid(case_of(text(TWO)), Axis("a.value", (1.0,)), Axis("a.value", (1.0,)))
    with pytest.raises(ValueError, match="1 to 10000 cells expected, found 0 x 1"):
        grid(case_of(text(TWO)), Axis("a.value", ()), Axis("b.value", (1.0,)))


# All of them ----------------------------------------------------------------------------------------------------------


def test_impossible_draws_are_left_out_and_counted_by_line(case_of: Read) -> None:
    found = sensitivity(case_of(IMPOSSIBLE), draws=4096, seed=3)
    bad = found.sample.draws - found.sample.valid
    assert norm.sf(1) == pytest.approx(bad / found.sample.draws, abs=0.01)
    assert bad == sum(found.sample.invalid.values()) == found.contributions.left_out  # type: ignore[union-attr]
    assert found.sobol is not None
    assert found.sobol.left_out > bad / 8
    assert found.shapley is not None
    assert found.shapley.left_out > 0


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_every_analysis_of_every_case_is_json_and_a_table(path: Path) -> None:
    found = load(path).sensitivity(draws=64, seed=3)
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert set(ALL) < set(told)
    uncertain = [one.name for one in found.sample.inputs]
    for name in ("tornado", "contributions", "worst", "sobol", "shapley"):
        frame = getattr(found, name).to_frame()
        assert sorted(uncertain) == sorted(frame.index)
    assert found.events is not None
    assert len(found.events.outcomes) == len(found.events.to_frame())


def test_the_same_seed_gives_the_same_bytes() -> None:
    case = load(SHIPPED[-1]).case
    runs = [json.dumps(sensitivity(case, draws=512, seed=seed).as_json()) for seed in (3, 3, 4)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_an_analysis_that_does_not_exist_is_named(case_of: Read) -> None:
    with pytest.raises(ValueError, match="shapely"):
        sensitivity(case_of(text(TWO)), ["shapely"])


def test_figures_of_alibaba_add_up() -> None:
    found = load(ASSUMPTIONS / "alibaba").sensitivity(draws=2048, seed=7)
    assert found.shapley is not None
    assert found.dependence is not None
    assert 1 == pytest.approx(sum(row.share for row in found.shapley.inputs))
    assert found.shapley.variance == pytest.approx(sum(row.effect for row in found.shapley.inputs))
    assert found.shapley.variance == pytest.approx(found.dependence.correlated.standard_deviation**2, rel=0.15)
    assert "drivers.equity_risk_premium" == found.shapley.inputs[0].name


def test_a_case_without_a_possible_draw_is_told_so(case_of: Read) -> None:
    owned = "owned: {value: '~ normal(150%, 1%)', base: 90%}"
    case = case_of(text("segments: {a: {method: stake, value: '~ normal(35 CNY m, 1 CNY m)', " + owned + "}}\n"))
    found = sensitivity(case, draws=128)
    assert (0, 128) == (found.sample.valid, found.sample.invalid["a.attributable_value"])
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert (None, None) == (told["worst"]["mean"], told["shapley"]["variance"])
    axes = Axis("a.value", (1.0,)), Axis("a.owned", (0.5,))
    for seek in (lambda: goal(case, "a.value", draws=128), lambda: grid(case, *axes, "mean", draws=128)):
        with pytest.raises(InvalidAssumptions, match="every draw of the model is impossible"):
            seek()
