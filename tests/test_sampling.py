"""Draws: the same for the same seed however they are cut, nearer to the truth than chance, with honest errors."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from valuation.simulation import sampling
from valuation.simulation.draws import Draws
from valuation.simulation.errors import mean_error, quantile_error, quantile_interval, times
from valuation.simulation.order_statistics import quantiles
from valuation.simulation.sampling import KINDS as NAMES
from valuation.simulation.sampling import TILE, Design, Kind
from valuation.simulation.sobol import DIMENSIONS, Points, directions

Array = np.ndarray
KINDS: list[Kind] = ["sobol", "lhs", "antithetic", "random"]
every_kind = pytest.mark.parametrize("kind", KINDS)


def design(draws: int, dimensions: int, seed: int, kind: Kind = "sobol", replicates: int | None = None) -> Design:
    return sampling.design(draws, [f"x{number}" for number in range(dimensions)], seed, kind, replicates)


def drawn(plan: Design) -> Array:
    return np.concatenate([z for _, z in plan.tiles()], axis=1)


# Designs ----------------------------------------------------------------------------------------------------------


@every_kind
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(kind: Kind) -> None:
    first, again, other = (drawn(design(5000, 3, seed, kind)) for seed in (7, 7, 8))
    assert first.tobytes() == again.tobytes()
    assert not (first == other).any()


@every_kind
@given(draws=st.integers(1, 80_000), dimensions=st.integers(0, 3))
@settings(max_examples=15, deadline=None)
def test_tiles_cover_the_draws_once_in_order_with_finite_scores(kind: Kind, draws: int, dimensions: int) -> None:
    plan = design(draws, dimensions, 1, kind)
    tiles = list(plan.tiles())
    assert [(start, start + z.shape[1]) for start, z in tiles] == list(plan.tile_bounds)
    assert [start for start, _ in plan.tile_bounds] == [0, *(stop for _, stop in plan.tile_bounds[:-1])]
    assert plan.tile_bounds[-1][1] == plan.draws >= draws
    assert all(z.shape[0] == dimensions and z.shape[1] <= TILE and np.isfinite(z).all() for _, z in tiles)


@every_kind
def test_a_tile_is_the_same_alone_as_in_its_row(kind: Kind) -> None:
    plan = design(100_000, 2, 5, kind)
    tiles = dict(plan.tiles())
    count = len(plan.tile_bounds)
    for first, last in ((0, 1), (1, 2), (3, 9), (count - 1, count)):
        part = list(plan.tiles(first, last))
        assert [start for start, _ in part] == [start for start, _ in plan.tile_bounds[first:last]]
        assert all(z.tobytes() == tiles[start].tobytes() for start, z in part)


def test_more_random_draws_extend_a_shorter_run() -> None:
    assert np.array_equal(drawn(design(10_000, 2, 5, "random"))[:, :3000], drawn(design(3000, 2, 5, "random")))


@pytest.mark.parametrize(
    ("asked", "given_", "replicates"),
    [(1, 8, 8), (8, 8, 8), (9, 9, 9), (1000, 1024, 16), (4096, 4096, 8), (65_536, 65_536, 8), (100_000, 106_496, 13)],
)
def test_sobol_draws_are_rounded_up_to_replicates_of_a_power_of_two_and_say_so(
    asked: int, given_: int, replicates: int
) -> None:
    plan = design(asked, 2, 1)
    assert (plan.draws, plan.rounded, plan.replicates) == (given_, asked != given_, replicates)
    assert (plan.draws // plan.replicates).bit_count() == 1
    assert design(asked, 2, 1, replicates=16).replicates == 16
    assert drawn(plan).shape == (2, given_)
    assert (design(asked, 2, 1, "random").draws, design(asked, 2, 1, "random").rounded) == (asked, False)


@every_kind
def test_scores_are_standard_normal_and_independent(kind: Kind) -> None:
    z = drawn(design(16_384, 5, 3, kind))
    assert all(stats.kstest(row, "norm").pvalue > 1e-3 for row in z)
    assert np.abs(np.corrcoef(z) - np.eye(5)).max() < 4 / math.sqrt(16_384)


def test_every_sobol_replicate_is_stratified_in_every_dimension() -> None:
    # the defining property of a (t, m, s)-net in base 2: one point in each interval of length 2**-m
    z = drawn(design(16 * 256, 20, 3, replicates=16))
    cells = np.floor(stats.norm.cdf(z) * 256).astype(int).reshape(20, 16, 256)
    assert (np.sort(cells, axis=2) == np.arange(256)).all()


def test_sobol_points_lie_in_the_middle_of_their_steps() -> None:
    # so that none is 0, whose score is infinite, and both tails are alike
    u = stats.norm.cdf(drawn(design(16 * 64, 8, 3, replicates=16)))
    assert (u * 2**32) % 1 == pytest.approx(np.full(u.shape, 0.5), abs=1e-4)


def test_direction_numbers_are_those_of_scipy() -> None:
    """An independent engine: the same points in another order, dimension by dimension."""
    theirs = stats.qmc.Sobol(DIMENSIONS, scramble=False, bits=32).random(256) * 2**32
    ours = np.zeros((DIMENSIONS, 256), dtype=np.uint32)
    for bit in range(8):
        ours ^= np.where(np.arange(256) >> bit & 1, directions()[:, bit : bit + 1], 0).astype(np.uint32)
    assert (np.sort(ours, axis=1) == np.sort(theirs.T, axis=1)).all()
    gray = np.arange(256) ^ np.arange(256) >> 1
    assert (ours[:, gray] == theirs.T).all()


def test_scrambling_keeps_points_apart_and_hangs_on_seed_replicate_and_name() -> None:
    points = Points(1, 0, ["a", "b"]).stretch(0, 2048)
    assert (points[:1] == Points(1, 0, ["a"]).stretch(0, 2048)).all()
    for other in (Points(2, 0, ["a", "b"]), Points(1, 1, ["a", "b"]), Points(1, 0, ["b", "a"])):
        assert not (points == other.stretch(0, 2048)).any(axis=1).all()
    assert np.unique(points[0]).size == 2048


@pytest.mark.parametrize("kind", ["lhs", "antithetic", "random"])
def test_a_name_draws_the_same_numbers_whatever_others_there_are(kind: Kind) -> None:
    alone = drawn(sampling.design(5000, ["wacc"], 3, kind))
    among = drawn(sampling.design(5000, ["growth", "wacc", "tax"], 3, kind))
    assert alone.tobytes() == among[1:2].tobytes()


def test_a_latin_hypercube_hits_every_stratum_once() -> None:
    z = drawn(design(8 * 512, 6, 3, "lhs"))
    cells = np.floor(stats.norm.cdf(z) * 512).astype(int).reshape(6, 8, 512)
    assert (np.sort(cells, axis=2) == np.arange(512)).all()
    assert np.unique(cells.reshape(48, 512), axis=0).shape == (48, 512)


def test_antithetic_draws_come_in_opposite_pairs() -> None:
    z = drawn(design(5000, 3, 3, "antithetic"))
    np.testing.assert_allclose(z[:, ::2], -z[:, 1::2], rtol=1e-9)


def test_a_design_may_be_made_longer_and_begins_with_the_shorter() -> None:
    for kind in ("sobol", "antithetic", "random"):
        short = design(2048, 3, 5, kind, 16 if kind == "sobol" else None)
        long = short.longer(4)
        assert (long.draws, long.extensible) == (8192, True)
        starts = drawn(long).reshape(3, long.runs, -1)[:, :, : short.run].reshape(3, -1)
        np.testing.assert_array_equal(starts, drawn(short))
    assert not design(2048, 3, 5, "lhs").extensible
    longest = design(8 << 31, 3, 5)
    assert (1 << 31, False) == (longest.run, longest.extensible)  # 32 bits tell no more points apart


def test_more_names_than_dimensions_draw_plainly_beyond_them() -> None:
    z = drawn(design(2048, DIMENSIONS + 3, 5))
    assert np.isfinite(z).all()
    assert all(stats.kstest(row, "norm").pvalue > 1e-3 for row in z[DIMENSIONS:])


def test_the_kinds_of_designs_are_named_once() -> None:
    assert set(KINDS) == set(NAMES)


def test_replicates_are_scrambled_independently() -> None:
    # that their means are independent, too, is what the coverage of the standard errors below says
    blocks = drawn(design(16 * 64, 8, 3, replicates=16)).reshape(8, 16, 64)
    assert np.unique(blocks).size == blocks.size


def test_where_the_sequence_ends_there_are_more_replicates() -> None:
    plan = design(10**12, 1, 1)
    assert (2**31, 466, 466 * 2**31) == (plan.run, plan.replicates, plan.draws)
    assert 16 >= design(2**34, 1, 1).replicates


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"draws": 0}, "draws >= 1"),
        ({"seed": -1}, "seed >= 0"),
        ({"replicates": 1}, "at least 2 replicates"),
        ({"draws": 2**40, "replicates": 8}, "use more replicates"),
        ({"kind": "halton"}, "sobol, lhs, antithetic, random expected, found 'halton'"),
    ],
)
def test_impossible_designs_are_refused_with_the_remedy(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        design(**({"draws": 10, "dimensions": 2, "seed": 1} | wrong))  # type: ignore[arg-type]


def test_importing_the_sampler_does_not_import_scipy_stats() -> None:
    code = "import sys, valuation.simulation.sampling, valuation.distributions; sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Errors -----------------------------------------------------------------------------------------------------------


def lognormal_sum(z: Array) -> Array:
    return np.exp(0.5 * z.sum(axis=0) / math.sqrt(len(z)))


TRUTH = math.exp(0.125)


def root_mean_square_error(kind: Kind, draws: int) -> float:
    return math.sqrt(
        np.mean([(lognormal_sum(drawn(design(draws, 6, seed, kind))).mean() - TRUTH) ** 2 for seed in range(24)])
    )


def test_the_sobol_error_falls_faster_than_the_random_one() -> None:
    few, many = 16 * 8, 16 * 512
    kinds: tuple[Kind, Kind] = ("sobol", "random")
    sobol, plain = (
        math.log(root_mean_square_error(kind, few) / root_mean_square_error(kind, many), 64) for kind in kinds
    )
    assert plain == pytest.approx(0.5, abs=0.12)
    assert sobol > 0.65
    assert root_mean_square_error("sobol", many) < root_mean_square_error("random", many) / 4


@cache
def runs(kind: Kind) -> list[tuple[Array, int]]:
    """Values and number of replicates of 300 runs with different seeds."""
    plans = [design(4096, 4, seed, kind) for seed in range(300)]
    return [(lognormal_sum(drawn(plan)), plan.replicates) for plan in plans]


def coverage(
    kind: Kind, estimate: Callable[[Array], float], error: Callable[[Array, int], float], truth: float
) -> float:
    """Share of runs whose 95 % interval holds the truth: Student's t between blocks."""
    return float(np.mean([abs(estimate(v) - truth) < times(blocks) * error(v, blocks) for v, blocks in runs(kind)]))


@every_kind
def test_standard_errors_of_the_mean_cover_the_truth_as_often_as_they_claim(kind: Kind) -> None:
    # 95 % of 300 runs, whose own standard deviation is 1.3 %
    assert 0.91 <= coverage(kind, lambda v: float(v.mean()), mean_error, TRUTH) <= 0.985


@every_kind
@pytest.mark.parametrize("q", [0.05, 0.5, 0.9])
def test_standard_errors_of_quantiles_cover_the_truth_as_often_as_they_claim(kind: Kind, q: float) -> None:
    truth = math.exp(0.5 * stats.norm.ppf(q))
    covered = coverage(kind, lambda v: float(np.quantile(v, q)), lambda v, blocks: quantile_error(v, q, blocks), truth)
    # a pair of opposite draws lies on both sides of the median, which is therefore known better than half a rank
    most = 1.0 if (kind, q) == ("antithetic", 0.5) else 0.985
    assert 0.90 <= covered <= most


@every_kind
def test_intervals_cover_the_truth_as_often_as_they_claim(kind: Kind) -> None:
    inside = [low <= TRUTH <= high for low, high in (Draws(v, blocks).mean_interval for v, blocks in runs(kind))]
    assert 0.91 <= np.mean(inside) <= 0.985
    truth = math.exp(0.5 * stats.norm.ppf(0.05))
    inside = [low <= truth <= high for low, high in (quantile_interval(v, 0.05, blocks) for v, blocks in runs(kind))]
    assert 0.90 <= np.mean(inside) <= 0.985


def test_the_interval_of_independent_draws_is_that_of_order_statistics() -> None:
    # ranks n q +- 1.96 sqrt(n q (1 - q)) = 5000 +- 98
    low, high = quantile_interval(np.arange(10_001.0), 0.5)
    assert (low, high) == pytest.approx((4902, 5098), abs=0.1)


@given(
    values=st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=60),
    at=st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
def test_order_statistics_are_those_of_numpy(values: list[float], at: list[float]) -> None:
    array = np.array(values)
    found = quantiles(array, at)
    expected = np.nanquantile(array, at) if np.isfinite(array).any() else np.full(len(at), np.nan)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("make", ["standard_normal", "standard_cauchy", "standard_exponential"])
def test_order_statistics_of_many_draws_are_exact(make: str) -> None:
    values = getattr(np.random.default_rng(1), make)(1_500_000)
    values[::7] = np.nan
    at = [0.0, 0.01, 0.05, 0.5, 0.95, 0.999999, 1.0]
    np.testing.assert_allclose(quantiles(values, at), np.nanquantile(values, at), rtol=1e-12)
    assert quantiles(np.repeat([1.0, 2.0], 1_000_000), [0.25, 0.75]) == [1.0, 2.0]


def test_the_error_of_independent_draws_is_s_over_root_n() -> None:
    values = np.random.default_rng(1).exponential(size=1000)
    assert mean_error(values) == pytest.approx(values.std(ddof=1) / math.sqrt(1000), rel=1e-12)


def test_the_error_of_equal_blocks_is_that_of_their_means() -> None:
    values = np.random.default_rng(1).exponential(size=1600)
    blocks = values.reshape(16, 100).mean(axis=1)
    assert mean_error(values, 16) == pytest.approx(blocks.std(ddof=1) / 4, rel=1e-12)


def test_the_error_of_a_quantile_is_half_the_band_of_binomial_ranks() -> None:
    # 0..10000: the value is the rank; sqrt(n q (1 - q)) = 50 at the median
    values = np.arange(10_001.0)
    assert quantile_error(values, 0.5) == pytest.approx(50, rel=1e-3)


@pytest.mark.parametrize("replicates", [1, 16])
def test_nan_draws_do_not_count(replicates: int) -> None:
    values = np.random.default_rng(2).standard_normal(1600)
    values[::8] = np.nan
    assert mean_error(values, replicates) == pytest.approx(1 / math.sqrt(1400), rel=0.5)
    if replicates == 1:
        valid = values[~np.isnan(values)]
        assert mean_error(values) == mean_error(valid)
        assert quantile_error(values, 0.3) == quantile_error(valid, 0.3)
    assert math.isfinite(quantile_error(values, 0.3, replicates))


def test_what_too_few_draws_cannot_say_is_nan_rather_than_a_guess() -> None:
    assert math.isnan(mean_error(np.array([1.0])))
    assert math.isnan(mean_error(np.full(32, np.nan), 16))
    assert math.isnan(quantile_error(np.arange(10.0), 0.01))
    assert math.isnan(quantile_error(np.arange(10.0), 0.99))
    assert math.isnan(quantile_error(np.full(32, np.nan), 0.5, 16))


def test_draws_tied_at_a_quantile_do_not_hide_its_error() -> None:
    # 30 % ones: at 69 % the quantile is 0 but might as well have been 1
    values = np.random.default_rng(4).permutation(np.repeat([0.0, 1.0], [1120, 480]))
    assert quantile_error(values, 0.69, 16) == pytest.approx(quantile_error(values, 0.69), rel=0.5)
    assert quantile_error(values, 0.5, 16) == quantile_error(values, 0.5) == 0


def test_a_constant_has_no_error() -> None:
    assert mean_error(np.ones(160), 16) == quantile_error(np.ones(160), 0.5, 16) == 0


def test_blocks_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="16 equal blocks"):
        mean_error(np.ones(100), 16)
    with pytest.raises(ValueError, match="0 < q < 1"):
        quantile_error(np.ones(100), 1.0)
