"""Simulation: the same bytes for the same seed, means that are known, dependence that is asked for, nothing silent."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import GOOD, HEAD
from scipy.stats import spearmanr

from valuation.assumptions import Case
from valuation.reading import load
from valuation.simulation.engine import simulate
from valuation.simulation.results import QUANTILES
from valuation.simulation.sampling import KINDS, Kind
from valuation.study import load as open_study

Read = Callable[..., Case]

PERPETUITY = """
segments:
  a:
    method: dcf
    revenue: = 100 * unit
    unit: 1 CNY m
    growth: 0%
    margin: 100%
    tax_rate: 0%
    wacc: 10%
    sales_to_capital: 1
    terminal_value: gordon
    terminal_growth: ~ uniform(2%, 4%)
    timing: end-year
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_same_seed_gives_the_same_bytes_for_any_chunk(path: Path, kind: Kind) -> None:
    case = load(path)
    runs = [simulate(case, 10_000, 7, kind=kind, chunk=chunk) for chunk in (2048, 8192, 10**9)]
    assert 1 == len({run.per_share.tobytes() for run in runs})
    for name in case.parts:
        assert 1 == len({run.parts[name].tobytes() + run.attributable[name].tobytes() for run in runs})
    assert 1 == len({json.dumps(run.as_json()) for run in runs})
    other = simulate(case, 10_000, 8, kind=kind)
    assert other.per_share.tobytes() != runs[0].per_share.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_the_mean_of_a_perpetuity_with_uncertain_growth_is_known(kind: Kind, case_of: Read) -> None:
    """E[100 / (WACC - g)] for g uniform from 2 % to 4 % is 100 / 0.02 ln(0.08 / 0.06)."""
    case = case_of(PERPETUITY)
    found = simulate(case, 50_000, 3, kind=kind)
    inverse = math.log(0.08 / 0.06) / 0.02
    # the flow of year 4 is 100 (1 + g) and 1 + g = 1.1 - (0.1 - g)
    after = 100 * (1.1 * inverse - 1) / 1.1**3
    expected = (after + sum(100 / 1.1**year for year in (1, 2, 3))) / 10
    assert abs(found.mean - expected) < 4 * found.standard_error
    assert found.standard_error < {"sobol": 1e-3, "lhs": 1e-3, "antithetic": 0.03, "random": 0.1}[kind]
    assert found.valid == found.draws


def test_a_sum_of_correlated_normals_has_their_variance(case_of: Read) -> None:
    case = case_of(
        """
segments:
  a: {method: stake, value: = x + y, x: "~ normal(100 CNY m, 10 CNY m)", y: "~ normal(50 CNY m, 20 CNY m)"}
correlations: [{between: [a.x, a.y], rank: 0.5}]
"""
    )
    found = simulate(case, 100_000, 1)
    pearson = 2 * math.sin(math.pi / 6 * 0.5)
    assert found.mean == pytest.approx(15, abs=4 * found.standard_error)
    assert found.standard_deviation == pytest.approx(math.sqrt(1 + 4 + 2 * pearson * 2), rel=5e-3)


def test_a_named_input_is_one_draw_wherever_it_is_used(case_of: Read) -> None:
    case = case_of(
        """
drivers: {x: "~ normal(0, 1)"}
segments:
  long: {method: stake, value: = (5 + drivers.x) * unit, unit: 1 CNY m}
  short: {method: stake, value: = (7 - drivers.x) * long.unit}
"""
    )
    found = simulate(case, 5_000, 1)
    np.testing.assert_allclose(found.per_share, 1.2, rtol=1e-14)
    assert np.ptp(found.parts["long"]) > 0.5
    np.testing.assert_allclose(found.attributable["long"] + found.attributable["short"], 12, rtol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_rank_correlations_hit_their_targets(kind: Kind, case_of: Read) -> None:
    text = "".join(
        f"  {n}: {{method: stake, value: '~ lognormal({n}00 CNY m, 0.5)'}}\n".replace(f"  {n}", f"  p{n}", 1)
        for n in "123"
    )
    case = case_of(
        f"segments:\n{text}correlations:\n"
        "  - {between: [p1.value, p2.value], rank: 0.7}\n  - {between: [p2.value, p3.value], rank: -0.4}\n"
    )
    found = simulate(case, 40_000, 5, kind=kind)
    ranks = spearmanr(np.stack([found.parts[name] for name in ("p1", "p2", "p3")], axis=1)).statistic
    np.testing.assert_allclose([ranks[0, 1], ranks[1, 2], ranks[0, 2]], [0.7, -0.4, 0.0], atol=0.02)


def test_a_matrix_that_had_to_be_repaired_is_reported(case_of: Read) -> None:
    text = "segments:\n" + "".join(
        f"  p{n}: {{method: stake, value: '~ normal(1{n} CNY m, 1 CNY m)'}}\n" for n in "123"
    )
    pairs = [("1", "2", 0.8), ("2", "3", 0.8), ("1", "3", 0.25)]
    text += "correlations:\n" + "".join(f"  - {{between: [p{a}.value, p{b}.value], rank: {r}}}\n" for a, b, r in pairs)
    found = simulate(case_of(text), 100, 1)
    told = found.as_json()["correlation_repair"]
    assert [[f"p{a}.value", f"p{b}.value"] for a, b, _ in sorted(pairs)] == sorted(pair["between"] for pair in told)
    assert {0.8, 0.25} == {pair["before"] for pair in told}
    assert all(0 < abs(pair["after"] - pair["before"]) < 0.02 for pair in told)
    assert simulate(case_of(PERPETUITY), 100, 1).as_json()["correlation_repair"] is None


# Invalid draws --------------------------------------------------------------------------------------------------------


def test_invalid_draws_are_nan_counted_and_named(case_of: Read) -> None:
    text = PERPETUITY.replace("wacc: 10%", "wacc: ~ uniform(2%, 10%)").replace("~ uniform(2%, 4%)", "4%")
    found = simulate(case_of(text + "    owned: ~ uniform(60%, 110%)\n"), 20_000, 2)
    wacc, owned = found.invalid["a.wacc_less_terminal_growth"], found.invalid["a.attributable_value"]
    assert wacc / found.draws == pytest.approx(0.25, abs=0.005)
    assert owned / found.draws == pytest.approx(0.75 * 0.2, abs=0.005)
    assert (
        wacc + owned == sum(found.invalid.values()) == found.draws - found.valid == int(np.isnan(found.per_share).sum())
    )
    assert found.mean == pytest.approx(np.nanmean(found.per_share), rel=1e-13)
    assert found.quantile(0.05) == pytest.approx(np.nanquantile(found.per_share, 0.05), rel=1e-13)


def test_without_a_valid_draw_everything_is_null(case_of: Read) -> None:
    text = "segments: {a: {method: stake, value: = unit / test, unit: 1 CNY m, test: {value: ~ event(0%), base: 1}}}\n"
    found = simulate(case_of(text), 100, 1)
    result = found.as_json()
    assert (0, None, None, 0.0) == (
        result["valid"],
        result["mean"],
        result["standard_error"],
        result["standard_deviation"],
    )
    assert {None} == set(result["quantiles"].values())
    assert {"a.value": found.draws} == result["invalid"]
    assert math.isnan(found.probability_above(1.0))
    json.dumps(result, allow_nan=False)


# The contract ---------------------------------------------------------------------------------------------------------


def test_json_has_the_keys_of_the_contract(case_of: Read) -> None:
    text = HEAD.replace("10 m shares", "10 m shares, price: 150 CNY/share") + PERPETUITY
    found = simulate(case_of(text), 1_000, 4)
    result = found.as_json()
    wanted = {"draws", "valid", "seed", "mean", "standard_error", "quantiles", "probability_above_price", "parts"}
    wanted |= {"skewness", "mean_interval", "quantile_intervals", "quantile_errors", "quantile_method"}
    wanted |= {"quantile_rank_error", "expected_shortfall", "histogram", "convergence", "until", "reached", "partial"}
    assert wanted <= set(result)
    names = ["0.01", "0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.99"]
    assert names == list(result["quantiles"]) == list(result["parts"]["a"]["quantiles"])
    assert (1024, 1000, 4, "sobol", 16) == tuple(
        result[key] for key in ("draws", "asked", "seed", "sampling", "replicates")
    )
    assert result["probability_above_price"] == float(np.mean(found.per_share > 150))
    assert list(result["quantiles"].values()) == np.quantile(found.per_share, QUANTILES).tolist()
    assert names == list(result["quantile_errors"]) == list(result["quantile_intervals"])
    for name in names:
        low, high = result["quantile_intervals"][name]
        assert low <= result["quantiles"][name] <= high
    assert (None, None, False) == (result["until"], result["reached"], result["partial"])
    assert sum(result["histogram"]["shares"]) == pytest.approx(1, abs=1e-12)
    last = result["convergence"][-1]
    assert (1024, result["mean"], result["standard_error"]) == (last["draws"], last["mean"], last["standard_error"])
    assert ["0.05", "0.5", "0.95"] == list(last["quantiles"])
    assert last["quantiles"].items() <= result["quantiles"].items()
    assert last["quantile_errors"].items() <= result["quantile_errors"].items()
    assert ("order statistics", 0.0) == (result["quantile_method"], result["quantile_rank_error"])
    assert result["parts"]["a"]["attributable"]["mean"] == pytest.approx(10 * result["mean"], rel=1e-12)


def test_an_uncertain_price_is_the_base_price(case_of: Read) -> None:
    text = HEAD.replace("10 m shares", "10 m shares, price: = drivers.hk * 1")
    text += 'drivers: {hk: "~ normal(100 CNY/share, 20 CNY/share)"}\n'
    case = case_of(text + "segments: {a: {method: stake, value: 1000 CNY m}}\n")
    assert 100.0 == simulate(case, 5_000, 1).price


def test_draws_are_rounded_up_by_sobol_and_not_by_chance(case_of: Read) -> None:
    case = case_of(PERPETUITY)
    assert (20 * 512, 10_000) == (simulate(case, 10_000, 1).draws, simulate(case, 10_000, 1, kind="random").draws)
    assert 10_000 == simulate(case, 10_000, 1).asked
    with pytest.raises(ValueError, match="draws >= 1 and seed >= 0 expected, found 0"):
        simulate(case, 0)


def test_a_case_without_uncertainty_is_its_base_case_in_every_draw(case_of: Read) -> None:
    found = simulate(case_of(PERPETUITY.replace("~ uniform(2%, 4%)", "3%")), 100, 1)
    assert 1 == len(set(found.per_share.tolist()))
    assert max(found.standard_error, found.standard_deviation) < 1e-12
    assert found.probability_above(0.0) == 1.0


def test_progress_ends_at_all_draws_and_never_goes_back() -> None:
    seen: list[tuple[int, int]] = []

    def progress(done: int, whole: int) -> None:
        seen.append((done, whole))

    found = open_study(GOOD[0]).simulate(20_000, 1, chunk=1, progress=progress)
    assert (found.draws, found.draws) == seen[-1]
    assert seen == sorted(seen)
    assert len(seen) == found.draws / 2048  # a chunk is at least a tile


def test_quantiles_have_errors_that_shrink(case_of: Read) -> None:
    case = case_of(PERPETUITY)
    few, many = (simulate(case, draws, 1, kind="random").quantile_error(0.5) for draws in (1_000, 64_000))
    assert few / many == pytest.approx(8, rel=0.25)


def test_draws_and_inputs_are_frames() -> None:
    study = open_study(GOOD[0])
    frame, inputs = study.simulate(1_000, 1).to_frame(), study.assumptions.to_frame()
    assert ["per_share", *study.case.segments] == list(frame.columns)
    assert {found.name for found in study.case.inputs} == set(inputs.index)
    assert inputs.loc["plant.wacc", "distribution"] == "uniform(0.03, 0.09)"


def test_a_study_says_what_it_is() -> None:
    study: Any = open_study(GOOD[0])
    assert "2 parts)" in repr(study)
