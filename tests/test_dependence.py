"""Rank correlations become normal scores that have them; what contradicts itself is mended and said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from valuation.dependence import KEEP, Dependence, nearest_correlation, to_normal, to_rank
from valuation.dependence.copula import MENDABLE
from valuation.dependence.nearest_correlation import FLOOR
from valuation.distributions import Lognormal, Pert

# agrees with itself / is off by little / is beyond mending
SLIGHT = [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", 0.55)]
GROSS = [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)]


def scores(rows: int, draws: int = 100_000) -> np.ndarray:
    return np.random.default_rng(11).standard_normal((rows, draws))


def test_the_spearman_correlations_asked_for_are_drawn_whatever_the_marginals() -> None:
    pairs = [("a", "b", 0.6), ("b", "c", -0.4), ("a", "d", 0.25)]
    z = Dependence.build("abcd", pairs).apply(scores(4))
    drawn = stats.spearmanr([Pert(0, 0, 1).from_normal(z[0]), Lognormal(1, 1).from_normal(z[1]), z[2], z[3]], axis=1)
    wanted = np.eye(4)
    for first, second, rank in pairs:
        i, j = "abcd".index(first), "abcd".index(second)
        wanted[i, j] = wanted[j, i] = rank
    # standard error of a rank correlation is at most 1/sqrt(draws) = 0.0032; four of them
    assert np.abs(drawn.statistic - wanted).max() < 4 / np.sqrt(100_000)


@pytest.mark.parametrize("rank", [1.0, -1.0])
def test_perfect_rank_correlation_is_drawn_without_repair(rank: float) -> None:
    built = Dependence.build("abc", [("a", "c", rank)])
    z = built.apply(scores(3, 1000))
    assert (built.report, built.complaints) == (None, ())
    assert z[2] == pytest.approx(rank * z[0], abs=1e-6)


def test_a_matrix_on_the_very_edge_is_factored_without_repair() -> None:
    # 0.9, 0.9 and 2 * 0.9**2 - 1 make a singular matrix; a last digit less is rounding, not a contradiction
    near, far = to_rank(np.array([0.9, 2 * 0.9**2 - 1 - 1e-11])).tolist()
    built = Dependence.build("abc", [("a", "b", near), ("b", "c", near), ("a", "c", far)])
    assert (built.report, built.complaints) == (None, ())
    assert built.factor @ built.factor.T == pytest.approx(built.normal, abs=1e-10)
    assert (np.diag(built.factor) >= 0).all()


def test_pearson_1907_converts_there_and_back() -> None:
    rank = np.linspace(-1, 1, 21)
    assert to_rank(to_normal(rank)) == pytest.approx(rank, abs=1e-14)
    assert to_normal(np.array([0.5])) == pytest.approx([2 * np.sin(np.pi / 12)], rel=1e-15)


def test_only_rows_that_take_part_are_mixed_and_the_first_of_them_leads() -> None:
    z = scores(5, 100)
    built = Dependence.build(list("abcde"), [("b", "d", 0.5), ("a", "e", 0.0)])
    mixed = built.apply(z)
    assert built.members == (1, 3)
    assert [np.array_equal(mixed[row], z[row]) for row in range(5)] == [True, True, True, False, True]


def test_without_pairs_the_scores_come_back_as_a_copy() -> None:
    z = scores(3, 10)
    mixed = Dependence.build("abc", []).apply(z)
    assert np.array_equal(mixed, z) and not np.shares_memory(mixed, z)
    assert Dependence.build([], []).apply(np.empty((0, 4))).shape == (0, 4)


def test_a_draw_is_the_same_whatever_draws_come_with_it() -> None:
    names = [f"x{i}" for i in range(60)]
    built = Dependence.build(names, [(a, b, 0.3) for i, a in enumerate(names) for b in names[:i]])
    z = scores(60, 5000)
    whole = built.apply(z)
    for start, stop in ((0, 1), (1, 18), (100, 2148), (4999, 5000)):
        assert np.ascontiguousarray(whole[:, start:stop]).tobytes() == built.apply(z[:, start:stop]).tobytes()


# The nearest correlation matrix -----------------------------------------------------------------------------------


def test_the_nearest_matrices_are_those_that_higham_published() -> None:
    # Higham (2002), IMA J. Numer. Anal. 22, introduction of the 3 x 3 case: 0.7607 and 0.1573
    found = nearest_correlation(np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]]))
    assert found == pytest.approx(np.array([[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]), abs=5e-5)


def test_the_second_difference_matrix_has_its_published_neighbour() -> None:
    # Higham (2002), numerical experiments, and the example of NAG's G02AAF: 2 on the diagonal, -1 beside it
    found = nearest_correlation(2 * np.eye(4) - np.eye(4, k=1) - np.eye(4, k=-1))
    first = [1, -0.8084, 0.1916, 0.1068]
    second = [-0.8084, 1, -0.6562, 0.1916]
    assert found[:2] == pytest.approx(np.array([first, second]), abs=5e-5)


@st.composite
def symmetric(draw: st.DrawFn) -> np.ndarray:
    """A symmetric matrix with a unit diagonal and entries in [-1, 1], seldom a correlation matrix."""
    size = draw(st.integers(2, 7))
    upper = np.triu(
        np.array(draw(st.lists(st.floats(-1, 1), min_size=size * size, max_size=size * size))).reshape(size, size), 1
    )
    return upper + upper.T + np.eye(size)


@given(symmetric())
@settings(max_examples=60, deadline=None)
def test_a_repaired_matrix_is_a_correlation_matrix_with_a_cholesky_factor(matrix: np.ndarray) -> None:
    names = [f"x{i}" for i in range(len(matrix))]
    built = Dependence.from_matrix(names, names, matrix)
    assert (np.diag(built.normal) == 1).all()
    assert np.array_equal(built.normal, built.normal.T)
    assert built.factor @ built.factor.T == pytest.approx(built.normal, abs=1e-9)
    assert np.array_equal(built.factor, np.tril(built.factor)) or np.abs(np.triu(built.factor, 1)).max() == 0
    if built.report is not None:
        assert np.linalg.eigvalsh(built.normal)[0] >= FLOOR * 0.9
    beyond = built.report is not None and built.report.largest_change > MENDABLE
    assert bool(built.complaints) == beyond


@given(symmetric(), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_other_correlation_matrix_is_nearer(matrix: np.ndarray, seed: int) -> None:
    found = nearest_correlation(matrix)
    other = np.corrcoef(np.random.default_rng(seed).standard_normal((len(matrix), 2 * len(matrix))))
    distance = np.linalg.norm(matrix - found)
    # the set is convex, so a step from the nearest towards any other member leads away
    for step in (0.01, 0.1, 1.0):
        assert np.linalg.norm(matrix - (found + step * (other - found))) >= distance - 1e-6


# Weights ----------------------------------------------------------------------------------------------------------


def mirrored(pairs: dict[tuple[int, int], float], size: int, rest: float) -> np.ndarray:
    weights = np.full((size, size), float(rest))
    for (i, j), weight in pairs.items():
        weights[i, j] = weights[j, i] = weight
    return weights


def test_a_weight_for_each_element_gives_the_published_matrix() -> None:
    # NAG Library, Mark 28.5, example of G02AJF: norm 0.0572, eigenvalues 0.04, 0.04, 1, 2.92; its weights are roots
    target = 2 * np.eye(4) - np.eye(4, k=1) - np.eye(4, k=-1)
    roots = mirrored({(0, 1): 1, (1, 2): 0.15, (1, 3): 0.15}, 4, 0)
    found = nearest_correlation(target, roots**2, smallest=0.04)
    np.fill_diagonal(target, 1)
    assert np.linalg.norm(roots * (found - target)) == pytest.approx(0.0572, abs=5e-5)
    assert np.linalg.eigvalsh(found) == pytest.approx([0.04, 0.04, 1, 2.92], abs=5e-5)
    assert found[0, :3] == pytest.approx([1, -0.96, 0.96], abs=5e-5)


def test_elements_that_are_kept_give_the_published_matrix() -> None:
    # NAG Library, Mark 27, example of G02ASC: elements (2, 1) and (5, 4) are fixed, the smallest eigenvalue is 0.04
    lower = [[-0.0991], [0.5665, -0.4273], [-0.5653, 0.8474, -0.1837], [-0.3441, 0.4975, -0.0585, -0.2713]]
    published = [[-0.0991], [0.5116, -0.3498], [-0.4019, 0.6170, -0.2656], [-0.2257, 0.3305, -0.1179, -0.2713]]
    target, wanted = np.eye(5), np.eye(5)
    for i, rows in enumerate(zip(lower, published, strict=True), start=1):
        target[i, :i], wanted[i, :i] = rows
    target, wanted = np.tril(target, -1) + np.tril(target).T, np.tril(wanted, -1) + np.tril(wanted).T
    found = nearest_correlation(target, mirrored({(1, 0): KEEP, (4, 3): KEEP}, 5, 1), smallest=0.04)
    assert found == pytest.approx(wanted, abs=1e-4)
    assert [target[1, 0], target[4, 3]] == [found[1, 0], found[4, 3]]


@st.composite
def weighed(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A target, weights of its elements, some kept, and a correlation matrix that has what is kept."""
    target = draw(symmetric())
    size = len(target)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    possible = np.corrcoef(random.standard_normal((size, 2 * size)))
    weights = np.exp(random.normal(0, 1.5, (size, size)))
    weights = np.triu(weights, 1) + np.triu(weights, 1).T
    kept = np.triu(random.random((size, size)) < draw(st.sampled_from([0, 0.2, 0.6])), 1)
    kept = kept | kept.T
    return np.where(kept, possible, target), np.where(kept, KEEP, weights), possible


@given(weighed())
@settings(max_examples=60, deadline=None)
def test_a_repair_by_weights_keeps_what_is_kept_and_nothing_possible_is_nearer(
    given: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    target, weights, possible = given
    found = nearest_correlation(target, weights)
    kept = np.isinf(weights)
    assert (np.diag(found) == 1).all() and np.array_equal(found, found.T)
    assert np.linalg.eigvalsh(found)[0] >= FLOOR * 0.9
    assert found[kept] == pytest.approx(target[kept], abs=1e-7)
    counted = np.where(kept | np.eye(len(target), dtype=bool), 0, weights)

    def distance(matrix: np.ndarray) -> float:
        return float((counted * (matrix - target) ** 2).sum())

    # the set is convex, so a step from the nearest towards any other member leads away
    for step in (0.01, 0.1, 1.0):
        assert distance(found + step * (possible - found)) >= distance(found) - 1e-6


def test_the_more_a_pair_weighs_the_less_it_moves_and_one_that_is_kept_does_not() -> None:
    moved = []
    for weight in (0, 1, 5, 50, KEEP):
        built = Dependence.build("abc", [(*SLIGHT[0], weight), *SLIGHT[1:]])
        moved.append(abs(to_rank(built.normal)[0, 1] - 0.9))
        assert built.complaints == ()
    assert moved == sorted(moved, reverse=True) and moved[0] > 0.04
    assert moved[-1] < 1e-12


def test_a_pair_without_weight_may_move_as_far_as_it_must() -> None:
    built = Dependence.build("abc", [*GROSS[:2], (*GROSS[2], 0)])
    assert built.complaints == () and built.report is not None
    assert [("a", "c")] == [change.between for change in built.report.visible]
    # the least that 0.9 and 0.9 leave to the third, in normal scores 2 r^2 - 1
    assert to_normal(np.array(built.report.changes[0].after)) == pytest.approx(2 * to_normal(np.array(0.9)) ** 2 - 1)


def test_pairs_that_cannot_all_be_kept_are_complained_about() -> None:
    [complaint] = Dependence.build("abcd", [("c", "d", 0.1), *((*pair, KEEP) for pair in GROSS)]).complaints
    assert complaint.pair == 1
    assert "pairs to keep that agree with each other expected, found a and b 0.9, b and c 0.9, a and c -0.9" in str(
        complaint
    )


def test_weights_of_a_matrix_are_those_of_its_pairs() -> None:
    ranks = np.array([[1, 0.9, 0.55], [0.9, 1, 0.9], [0.55, 0.9, 1]])
    weights = mirrored({(0, 1): KEEP, (0, 2): 3}, 3, 1)
    by_matrix = Dependence.from_matrix("abc", "abc", ranks, weights)
    by_pairs = Dependence.build("abc", [("a", "b", 0.9, KEEP), ("b", "c", 0.9), ("a", "c", 0.55, 3)])
    assert np.array_equal(by_matrix.normal, by_pairs.normal)


def test_a_repair_lists_the_changes_that_can_be_seen() -> None:
    report = Dependence.build("abc", [(*SLIGHT[0], KEEP), *SLIGHT[1:]]).report
    assert report is not None
    listed = [(tuple(pair["between"]), pair["before"], pair["given"]) for pair in report.as_json()]
    assert [(("b", "c"), 0.9, True), (("a", "c"), 0.55, True)] == listed


# Reports and complaints -------------------------------------------------------------------------------------------


def test_ranks_that_agree_are_left_alone() -> None:
    built = Dependence.build("abc", [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", 0.75)])
    assert (built.report, built.complaints) == (None, ())
    assert to_rank(built.normal)[0] == pytest.approx([1, 0.9, 0.75], abs=1e-12)


def test_a_slight_contradiction_is_mended_and_reported() -> None:
    built = Dependence.build("abc", SLIGHT)
    assert built.complaints == () and built.report is not None
    assert built.report.smallest_eigenvalue == pytest.approx(-0.0311, abs=5e-5)
    before = {change.between: change.before for change in built.report.requested}
    assert before == {(first, second): rank for first, second, rank in SLIGHT}
    ranks = to_rank(built.normal)
    after = {change.between: change.after for change in built.report.requested}
    assert [after["a", "b"], after["a", "c"], after["b", "c"]] == pytest.approx(ranks[np.triu_indices(3, 1)], abs=1e-15)
    assert built.report.largest_change == max(abs(before[pair] - after[pair]) for pair in before) < MENDABLE
    assert "a and b 0.9 to 0.879" in str(built.report)


def test_a_gross_contradiction_names_the_pairs_and_their_place() -> None:
    built = Dependence.build("abcd", [("c", "d", 0.1), *GROSS])
    [complaint] = built.complaints
    assert "contradiction" in complaint.text and complaint.pair in (1, 2, 3)
    assert all(f"{first} and {second} " in complaint.text for first, second, _ in GROSS)
    assert "c and d" not in complaint.text
    assert np.linalg.eigvalsh(built.normal)[0] > 0  # usable all the same: the caller decides


def test_a_pair_nobody_gave_is_said_to_be_so() -> None:
    [complaint] = Dependence.build("abc", [("a", "b", 0.95), ("b", "c", 0.95)]).complaints
    assert "a and c 0 (not given) to" in complaint.text


@pytest.mark.parametrize(
    ("pair", "complaint"),
    [
        (("b", "a", 0.5), "one rank for b and a expected, found twice, as 0.5"),
        (("b", "a", 0.4), "one rank for b and a expected, found both 0.5 and 0.4"),
        (("c", "c", 0.4), "two different inputs expected, found c twice"),
        (("a", "c", 1.01), "a rank correlation between -1 and 1 expected, found 1.01"),
        (("a", "c", float("nan")), "a rank correlation between -1 and 1 expected, found nan"),
        (("a", "c", 0.4, -1.0), "a weight of 0 or more expected, found -1"),
        (("a", "betta", 0.1), "an uncertain input expected, found betta; did you mean beta"),
    ],
)
def test_a_pair_at_fault_is_left_out_and_complained_about(pair: tuple[str, str, float], complaint: str) -> None:
    built = Dependence.build(["a", "b", "c", "beta"], [("a", "b", 0.5), pair])
    assert [(c.text, c.pair) for c in built.complaints] == [(complaint, 1)]
    assert to_rank(built.normal)[0, 1] == pytest.approx(0.5) and built.members == (0, 1)


def test_a_matrix_is_read_by_its_labels() -> None:
    matrix = np.array([[1, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 1]])
    by_matrix = Dependence.from_matrix(list("abcd"), ["d", "a", "b"], matrix)
    by_pairs = Dependence.build(list("abcd"), [("a", "d", 0.5), ("a", "b", 0.2)])
    assert by_matrix.complaints == () and by_matrix.members == by_pairs.members == (0, 1, 3)
    assert np.array_equal(by_matrix.normal, by_pairs.normal)


@pytest.mark.parametrize(
    ("matrix", "complaint"),
    [
        ([[1, 0.5], [0.4, 1]], "a symmetric matrix expected, found 0.5 and 0.4 for a and b"),
        ([[1, 0.5], [0.5, 0.9]], "rank 1 of b with itself expected, found 0.9"),
        ([[1, 0.5, 0.1], [0.5, 1, 0.1]], "a matrix of 2 x 2 expected, found 2 x 3"),
        ([[1, 1.5], [1.5, 1]], "a rank correlation between -1 and 1 expected, found 1.5"),
    ],
)
def test_a_matrix_at_fault_is_complained_about(matrix: list[list[float]], complaint: str) -> None:
    assert [str(c) for c in Dependence.from_matrix("ab", "ab", np.array(matrix)).complaints] == [complaint]
