"""From uniform numbers to dependent scores: exact quantiles, exact sums, and draws only put in another order."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from conftest import ASSUMPTIONS
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from valuation.assumptions import Case
from valuation.reading import load
from valuation.simulation.evaluator import Evaluator
from valuation.simulation.frame import Frame, find_frame
from valuation.simulation.mixing import WEIGHT, Mixing, exact_product
from valuation.simulation.normal import PIECE, normal_quantiles
from valuation.simulation.reordering import BLOCK, Reordering
from valuation.simulation.sampling import TILE, Design, Kind, design

Read = Callable[[str], Case]

# Normal quantiles -----------------------------------------------------------------------------------------------------


def test_normal_quantiles_are_those_of_scipy_to_a_few_units_in_the_last_place() -> None:
    words = np.random.default_rng(0).integers(0, 1 << 32, 200_000)
    grid = np.concatenate([(words + 0.5) / 2**32, np.logspace(-320, -1, 5000), np.linspace(0.07, 0.08, 5001)])
    for u in (grid, 1 - grid[grid > 1e-16]):
        np.testing.assert_allclose(normal_quantiles(u), ndtri(u), rtol=2e-15, atol=2e-16)


def test_normal_quantiles_of_what_is_no_probability_are_none() -> None:
    found = normal_quantiles(np.array([0.0, 1.0, -0.1, 1.1, np.nan, 0.5]))
    np.testing.assert_array_equal([-np.inf, np.inf, np.nan, np.nan, np.nan, 0.0], found)
    assert (0, 3) == normal_quantiles(np.empty((0, 3))).shape


@given(st.integers(1, 3 * PIECE), st.integers(1, PIECE))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_quantile_does_not_hang_on_the_numbers_beside_it(count: int, cut: int) -> None:
    u = np.random.default_rng(count).random(count)
    whole = normal_quantiles(u)
    cuts = [normal_quantiles(u[start : start + cut]) for start in range(0, count, cut)]
    assert whole.tobytes() == np.concatenate(cuts).tobytes()


# Mixing ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator.of(load(ASSUMPTIONS / "alibaba"))


@pytest.fixture(scope="module")
def mixing(evaluator: Evaluator) -> Mixing:
    return find_frame(evaluator).mixing(evaluator)


def normals(mixing: Mixing, draws: int) -> np.ndarray:
    return np.random.default_rng(draws).standard_normal((mixing.along.shape[1] + mixing.inputs, draws))


def test_scores_are_the_weighted_sums_of_normals(mixing: Mixing) -> None:
    given_normals, weights = normals(mixing, 500), mixing.matrix()
    expected = np.einsum("ij,jk->ik", weights.astype(np.longdouble), given_normals.astype(np.longdouble))
    np.testing.assert_allclose(mixing.apply(given_normals), expected.astype(np.float64), rtol=0, atol=5e-14)


def test_scores_do_not_hang_on_the_draws_at_once(mixing: Mixing) -> None:
    given_normals = normals(mixing, 301)
    whole = mixing.apply(given_normals)
    for cut in (1, 2, 7, 64):
        cuts = [mixing.apply(given_normals[:, start : start + cut]) for start in range(0, 301, cut)]
        assert whole.tobytes() == np.concatenate(cuts, axis=1).tobytes()


def test_sums_of_dependence_are_exact_so_that_their_order_does_not_matter(mixing: Mixing) -> None:
    columns = np.random.default_rng(2).standard_normal((len(mixing.factor), 50))
    whole = exact_product(mixing.factor, columns)
    order = np.random.default_rng(1).permutation(len(columns))
    assert whole.tobytes() == exact_product(mixing.factor[:, order], columns[order]).tobytes()
    rows = [[Fraction(weight) for weight in row] for row in mixing.factor.tolist()]
    rounded = [[Fraction(round(Fraction(number) * 2**48), 2**48) for number in column] for column in columns.T.tolist()]
    sums = [[sum(map(operator.mul, row, column), Fraction(0)) for column in rounded] for row in rows]
    assert [[float(exact) for exact in row] for row in sums] == whole.tolist()


def test_the_factor_is_that_of_the_case_to_half_a_millionth(evaluator: Evaluator, mixing: Mixing) -> None:
    names = evaluator.dependence.names
    members = [names[row] for row in mixing.places[: len(mixing.factor)]]
    np.testing.assert_allclose(mixing.factor, evaluator.dependence.factor_in(members), rtol=0, atol=WEIGHT / 2)


# Reordering -----------------------------------------------------------------------------------------------------------

PAIRS = """
segments:
  a: {method: stake, value: = x + y + z, x: "~ lognormal(100 CNY m, 0.4)", y: "~ uniform(10 CNY m, 90 CNY m)",
      z: "~ normal(60 CNY m, 9 CNY m)"}
correlations:
  - {between: [a.x, a.y], rank: 0.7}
  - {between: [a.y, a.z], rank: -0.5}
"""


def reordering(case: Case, draws: int, kind: Kind = "sobol") -> tuple[Reordering, Design, Frame, Evaluator]:
    evaluator = Evaluator.of(case)
    frame = find_frame(evaluator).undirected()
    plan = design(draws, frame.streams, 3, kind)
    return Reordering.of(evaluator, frame, plan), plan, frame, evaluator


@pytest.mark.parametrize("kind", ["sobol", "lhs", "random"])
def test_reordered_draws_have_the_rank_correlations_of_the_case(case_of: Read, kind: Kind) -> None:
    found, plan, _, evaluator = reordering(case_of(PAIRS), 8 * BLOCK, kind)
    scores = found.scores(plan, 0, 0)
    given_values = evaluator.from_mixed(scores)
    values = np.array([given_values[f"a.{name}"] for name in "xyz"])
    ranks = stats.spearmanr(values, axis=1).statistic
    np.testing.assert_allclose([0.7, -0.5], [ranks[0, 1], ranks[1, 2]], atol=0.003)
    wanted = np.corrcoef(scores)
    np.testing.assert_allclose(evaluator.dependence.normal, wanted, atol=0.003)


@pytest.mark.parametrize("kind", ["sobol", "lhs", "random"])
def test_every_input_keeps_the_very_numbers_of_its_block(case_of: Read, kind: Kind) -> None:
    found, plan, frame, evaluator = reordering(case_of(PAIRS), 8 * BLOCK, kind)
    before = np.concatenate([plan.normals(0, start, TILE) for start in range(0, found.block, TILE)], axis=1)
    scores = found.scores(plan, 0, 0)
    for name, row in zip(evaluator.dependence.names, scores, strict=True):
        assert np.sort(before[frame.names.index(name)]).tobytes() == np.sort(row).tobytes()


def test_a_latin_hypercube_stays_one(case_of: Read) -> None:
    found, plan, _, _ = reordering(case_of(PAIRS), 8 * 1024, "lhs")
    u = stats.norm.cdf(found.scores(plan, 0, 0))
    assert 1024 == plan.run == u.shape[1]
    np.testing.assert_array_equal(np.sort(np.floor(u * plan.run), axis=1), np.tile(np.arange(plan.run), (3, 1)))


def test_a_longer_run_of_random_draws_begins_with_the_same_reordered_draws(case_of: Read) -> None:
    found, plan, _, _ = reordering(case_of(PAIRS), BLOCK + 5, "random")
    assert (3, 5) == found.scores(plan, 0, BLOCK).shape
    longer = plan.longer(2)
    assert found.scores(plan, 0, BLOCK).tobytes() == found.scores(longer, 0, BLOCK)[:, :5].tobytes()
    assert found.scores(plan, 0, 0).tobytes() == found.scores(longer, 0, 0).tobytes()


def test_what_cannot_be_reordered_is_refused_with_the_remedy(case_of: Read, evaluator: Evaluator) -> None:
    case = case_of(PAIRS)
    with pytest.raises(ValueError, match="part antithetic pairs"):
        reordering(case, 1000, "antithetic")
    with pytest.raises(ValueError, match="cannot be reordered in sequences of 2 draws: ask for more"):
        reordering(case, 16)
    frame = find_frame(evaluator)
    with pytest.raises(ValueError, match=r"use frame\.undirected"):
        Reordering.of(evaluator, frame, design(1000, frame.streams, 1))
    found, plan, _, _ = reordering(case, 8 * BLOCK)
    with pytest.raises(ValueError, match=f"a block begins at a multiple of {BLOCK}, not at {TILE}"):
        found.scores(plan, 0, TILE)
