"""The contract of every registered distribution, then what is particular to one."""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, stats

from valuation.distributions import (
    REGISTRY,
    Beta,
    Constant,
    Discrete,
    Distribution,
    Empirical,
    Event,
    FromPeers,
    Gamma,
    Lognormal,
    Metalog,
    Mixture,
    Normal,
    Pert,
    StudentT,
    Triangular,
    Truncated,
    TruncatedNormal,
    Uniform,
    Weibull,
    build,
)
from valuation.distributions.steps import Stepped
from valuation.distributions.tables import Continuous, shared_table, tabulate
from valuation.problems import Place, Problems
from valuation.reading.distributions import read_distribution
from valuation.reading.numbers import Numbers, Setting
from valuation.reading.tree import Text

COLUMN = np.array([3.0, np.nan, 5.0, 8.0, 21.0])
EXAMPLES: list[Distribution] = [
    FromPeers.of("peers.chips.ev_sales", COLUMN),
    Pert(0.24, 0.31, 0.38),
    Pert(0, 0, 1),
    Pert(-5, 100, 100, shape=20),
    Triangular(0.03, 0.04, 0.06),
    Triangular(2, 2, 7),
    Uniform(-1, 3),
    Normal(10, 2),
    TruncatedNormal(0.05, 0.02, 0.01, 0.11),
    TruncatedNormal(-900, 150, -1300, -500),
    TruncatedNormal(0, 1, 6, 9),
    Lognormal(118028, 0.08),
    Lognormal(1, 1.2),
    Beta(2, 5),
    Beta(0.5, 0.5, -1, 3),
    Beta(0.05, 0.1),
    Beta(200, 3, 10, 20),
    Discrete((10, 20, 5), (0.3, 0.5, 0.2)),
    Discrete((1, 2, 3), (0.5, 0, 0.5)),
    Event(0.7),
    Event(0.5),
    Event(0),
    Event(1),
    Constant(5),
    Gamma(4, 2.5),
    Gamma(0.3, 10),
    Weibull(2.2, 5.5),
    Weibull(0.8, 3),
    StudentT(0.05, 0.01, 4),
    StudentT(3, 2, 2.5),
    Metalog((10, 50, 90), (0.2, 0.3, 0.45)),
    Metalog((10, 50, 90), (0.2, 0.3, 0.45), low=0),
    Metalog((10, 50, 90), (0.2, 0.3, 0.45), high=0.8),
    Metalog((2.5, 25, 50, 75, 97.5), (1, 3, 4, 6, 9), low=0, high=12),
    Truncated(Lognormal(10, 0.4), 4, 25),
    Truncated(Pert(0.24, 0.31, 0.38), low=0.3),
    Truncated(Normal(0, 1), 6, 9),
    Truncated(Gamma(4, 2.5), high=12),
    Empirical((3, 5, 8, 13)),
    Mixture((Normal(0.05, 0.01), Lognormal(0.09, 0.2)), (0.7, 0.3)),
    Mixture((Truncated(Normal(5, 2), 0), Constant(0), Discrete((1, 20), (0.5, 0.5))), (0.7, 0.2, 0.1)),
]
CONTINUOUS = [d for d in EXAMPLES if not d.atoms]
TWO_SIDED = [d for d in CONTINUOUS if not isinstance(d, Empirical)]
IN_SCIPY = [d for d in CONTINUOUS if not isinstance(d, (Metalog, Truncated, Empirical, Mixture))]
every = pytest.mark.parametrize("d", EXAMPLES, ids=str)
every_in_scipy = pytest.mark.parametrize("d", IN_SCIPY, ids=str)
every_continuous = pytest.mark.parametrize("d", CONTINUOUS, ids=str)
Z = np.random.default_rng(3).standard_normal(20_000)

# one parameter list to a complaint; each is wrong in one way only
WRONG: list[tuple[Distribution, str]] = [
    (FromPeers.of("peers.t.c", COLUMN[:4]), "at least 4 peers with a number in peers.t.c expected, found 3"),
    (Pert(3, 2, 5), "low <= mode <= high expected, found 3, 2, 5"),
    (Pert(2, 2, 2), "low < high expected, found 2, 2"),
    (Pert(1, 2, 3, shape=0), "shape > 0 expected, found 0"),
    (Triangular(1, 5, 4), "low <= mode <= high expected, found 1, 5, 4"),
    (Triangular(1, 1, 1), "low < high expected, found 1, 1"),
    (Uniform(3, 1), "low < high expected, found 3, 1"),
    (Normal(1, 0), "sd > 0 expected, found 0"),
    (Normal(math.nan, 1), "finite numbers expected, found mean nan"),
    (TruncatedNormal(0, -1, 0, 1), "sd > 0 expected, found -1"),
    (TruncatedNormal(0, 1, 2, 1), "low < high expected, found 2, 1"),
    (TruncatedNormal(0, 1, 0, math.inf), "finite numbers expected, found high inf"),
    (Lognormal(-1, 0.2), "median > 0 expected, found -1"),
    (Lognormal(1, 0), "sigma > 0 expected, found 0"),
    (Beta(0, 1), "a > 0 expected, found 0"),
    (Beta(1, -1), "b > 0 expected, found -1"),
    (Beta(1, 1, 3, 2), "low < high expected, found 3, 2"),
    (Event(1.2), "a probability between 0% and 100% expected, found 1.2"),
    (Discrete((1, 2), (0.5, 0.4)), "probabilities that sum to 100% expected, found 90%"),
    (Discrete((1, 2), (1.5, -0.5)), "probabilities between 0% and 100% expected, found 1.5, -0.5"),
    (Discrete((1, 1), (0.5, 0.5)), "different values expected, found 1 more than once"),
    (Discrete((1, math.inf), (0.5, 0.5)), "finite numbers expected, found inf"),
    (Discrete((), ()), "one probability a value expected, found 0 and 0"),
    (Constant(math.inf), "finite numbers expected, found value inf"),
    (Gamma(0, 1), "shape > 0 expected, found 0"),
    (Gamma(1, -2), "scale > 0 expected, found -2"),
    (Weibull(-1, 1), "shape > 0 expected, found -1"),
    (Weibull(1, 0), "scale > 0 expected, found 0"),
    (Weibull(0.001, 1), "a finite standard deviation expected: weibull(0.001, 1) has too heavy a tail"),
    (Lognormal(1, 40), "a finite standard deviation expected: lognormal(1, 40) has too heavy a tail"),
    (StudentT(0, 0, 3), "scale > 0 expected, found 0"),
    (StudentT(0, 1, 2), "freedom > 2, without which there is no standard deviation, expected, found 2"),
    (Empirical((3,)), "2 to 100000 numbers expected, found 1"),
    (Empirical((3, 3)), "numbers that differ expected, found 3"),
    (Empirical((3, math.nan)), "finite numbers expected, found nan"),
    (Truncated(Normal(0, 1), 2, 1), "min < max expected, found 2, 1"),
    (Truncated(Normal(0, -1), 1, 2), "sd > 0 expected, found -1"),
    (Truncated(Pert(1, 2, 4), high=0.5), "min and max that leave something of it expected: it lies from 1.05698"),
    (Truncated(Event(0.5), 0, 1), "min and max cut what is continuous; leave out the values outside them instead"),
    (Mixture((Normal(0, 1), Uniform(0, 1)), (0.5, 0.4)), "weights that sum to 100% expected, found 90%"),
    (Mixture((Normal(0, 1), Uniform(0, 1)), (1.5, -0.5)), "weights between 0% and 100% expected, found 1.5, -0.5"),
    (Mixture((Normal(0, 0), Uniform(0, 1)), (0.5, 0.5)), "normal: sd > 0 expected, found 0"),
    (Mixture((Event(0.5), Constant(2)), (0.5, 0.5)), "a mixture with a continuous part expected; use discrete"),
    (Metalog((10, 50), (1, 2)), "at least three different percentiles expected, found p10, p50"),
    (Metalog((10, 50, 90), (1, 3, 2)), "p10 < p50 < p90 expected, found 1, 3, 2"),
    (Metalog((10, 50, 90), (1, 2, 3), low=1), "low < p10 < p50 < p90 expected, found 1, 1, 2, 3"),
    (Metalog((10, 50, 90), (1, 3, 20), low=0), "a finite standard deviation expected: metalog(p10=1, p50=3, p90=20"),
]


def read(text: str) -> Distribution | str:
    """Read the spelling of a file, by the reader of files; a column of peers needs its table."""
    if text.startswith("peers("):
        return FromPeers.of(text[6:-1], COLUMN)
    problems = Problems()
    numbers = Numbers(Setting(problems, "CNY", 10, 2025, None), "x", None, {}, Text(Place("x"), ""))
    found = read_distribution(numbers, Text(Place("x"), f"~ {text}"))
    return str(problems[0]) if found is None else found


def test_every_registered_distribution_is_under_contract() -> None:
    assert {type(d) for d in EXAMPLES} == {*REGISTRY.values(), Truncated} == {type(d) for d, _ in WRONG}
    assert all(cls.name == name for name, cls in REGISTRY.items())


@every
def test_quantiles_rise_within_the_support(d: Distribution) -> None:
    q = d.quantile(np.linspace(0, 1, 4001))
    assert (np.diff(q) >= 0).all()
    assert (q[0], q[-1]) == d.support


@every
def test_quantiles_outside_the_unit_interval_are_nan(d: Distribution) -> None:
    assert np.isnan(d.quantile(np.array([-1e-9, 1 + 1e-9, np.nan, np.inf]))).all()


@every_in_scipy
def test_quantiles_agree_with_scipy(d: Distribution) -> None:
    u = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999])
    assert d.quantile(u) == pytest.approx(oracle(d).ppf(u), rel=1e-12, abs=1e-10 * d.sd)


@every
def test_the_distribution_function_inverts_quantiles(d: Distribution) -> None:
    # a U-shaped beta hugs its bounds, where a value has too few digits left to tell its probability
    sharp = isinstance(d, Beta) and min(d.a, d.b) < 1
    u = np.array([0.3, 0.5, 0.6] if sharp else [1e-6, 0.01, 0.3, 0.45, 0.9, 0.999])
    x = d.quantile(u)
    if d.atoms:
        assert (d.cdf(x) >= u * (1 - 1e-9)).all()
        assert (d.cdf(x - 1e-9 * d.sd - 1e-12) <= u * (1 + 1e-9)).all() or d.sd == 0
        return
    upper = d.score(x)[x > d.support[0] + 1e-9 * d.sd]
    assert stats.norm.cdf(upper) == pytest.approx(u[x > d.support[0] + 1e-9 * d.sd], rel=1e-6)


@every
def test_the_distribution_function_is_0_below_the_support_1_above_and_nan_for_nan(d: Distribution) -> None:
    low, high = d.support
    assert d.cdf(np.array([low - 1, high + 1])).tolist() == [0, 1]
    assert math.isnan(d.cdf(math.nan))


@every_in_scipy
def test_the_distribution_function_agrees_with_scipy(d: Distribution) -> None:
    x = d.quantile(np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999]))
    assert d.cdf(x) == pytest.approx(oracle(d).cdf(x), rel=1e-9)


@every_in_scipy
def test_quantiles_invert_the_distribution_function(d: Distribution) -> None:
    # a U-shaped beta hugs its bounds, where a value has too few digits left to tell its probability
    u = np.array([0.3, 0.5, 0.6] if isinstance(d, Beta) and min(d.a, d.b) < 1 else [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999])
    assert oracle(d).cdf(d.quantile(u)) == pytest.approx(u, rel=1e-9)


@every_in_scipy
def test_moments_agree_with_scipy(d: Distribution) -> None:
    assert d.mean == pytest.approx(oracle(d).mean(), rel=1e-9)
    assert d.sd == pytest.approx(oracle(d).std(), rel=1e-6 if d == TruncatedNormal(0, 1, 6, 9) else 1e-9)


@every
def test_moments_are_the_integrals_of_the_quantile_function(d: Distribution) -> None:
    if isinstance(d, Stepped):
        levels = (np.arange(10_000) + 0.5) / 10_000
        assert d.mean == pytest.approx(d.quantile(levels).mean(), rel=1e-12)
        assert d.sd == pytest.approx(d.quantile(levels).std(), rel=1e-12)
        return
    if isinstance(d, (Empirical, Mixture)) or d == StudentT(3, 2, 2.5):
        return  # kinks, and a tail beyond every quadrature; tests of their own
    density = stats.norm.pdf

    def moment(power: int) -> float:
        parts = [
            integrate.quad(
                lambda z: float((d._from_normal(np.array(z)) - d.mean) ** power * density(z)),
                a,
                a + 2,
                epsabs=1e-10 * d.sd**power,
            )[0]
            for a in range(-12, 12, 2)
        ]
        return math.fsum(parts)

    assert abs(moment(1)) < 1e-8 * d.sd
    assert moment(2) == pytest.approx(d.sd**2, rel=1e-7)


@every
def test_the_base_is_the_mode_or_the_likelier_outcome_or_the_median(d: Distribution) -> None:
    if isinstance(d, (Pert, Triangular)):
        expected = d.mode
    elif isinstance(d, Truncated) and isinstance(d.inner, Pert):
        expected = d.inner.mode
    elif isinstance(d, Event):
        expected = 1.0 if d.probability >= 0.5 else 0.0
    else:
        expected = float(d.quantile(np.array(0.5)))
    assert d.base == pytest.approx(expected, rel=1e-14)


@every
def test_from_normal_is_the_quantile_of_phi(d: Distribution) -> None:
    z = Z[np.abs(Z) < 5]
    tail = np.where(z < 0, d.quantile(stats.norm.cdf(z)), d._quantile(stats.norm.cdf(z), stats.norm.sf(z)))
    assert np.abs(d.from_normal(z) - tail).max() <= 1e-5 * d.sd
    assert d.exact(z) == pytest.approx(tail, rel=1e-9, abs=1e-9 * d.sd)


@every
def test_from_normal_depends_on_its_own_score_alone(d: Distribution) -> None:
    whole = d.from_normal(Z)
    for start, stop in ((0, 1), (1, 8), (5, 2053), (19_999, 20_000), (7, 7)):
        assert d.from_normal(Z[start:stop]).tobytes() == whole[start:stop].tobytes()
    assert d.from_normal(Z[::3]).tobytes() == whole[::3].tobytes()
    assert d.from_normal(Z.reshape(4, -1)).tobytes() == whole.tobytes()
    assert d.from_normal(np.append(Z, 30.0))[:-1].tobytes() == whole.tobytes()


@every
def test_from_normal_keeps_to_the_support_and_passes_nan_on(d: Distribution) -> None:
    low, high = d.support
    x = d.from_normal(np.append(np.linspace(-12, 12, 5001), [-8.5, 8.5, np.nextafter(8.5, 0)]))
    assert (x >= low).all() and (x <= high).all()
    assert np.isnan(d.from_normal(np.array([0.0, np.nan]))).tolist() == [False, True]


@every
def test_the_spelling_reads_back(d: Distribution) -> None:
    assert read(str(d)) == d


@every
def test_sound_parameters_draw_no_complaint(d: Distribution) -> None:
    assert d.complaints() == []


@every
def test_a_pickle_carries_parameters_and_no_table(d: Distribution) -> None:
    d.from_normal(Z)
    copy = pickle.dumps(d)
    assert len(copy) < 600
    assert pickle.loads(copy).from_normal(Z).tobytes() == d.from_normal(Z).tobytes()


@pytest.mark.parametrize(("d", "complaint"), WRONG, ids=[c for _, c in WRONG])
def test_wrong_parameters_are_complaints(d: Distribution, complaint: str) -> None:
    assert len(d.complaints()) == 1
    assert d.complaints()[0].startswith(complaint)


def oracle(d: Distribution) -> stats.rv_continuous:
    """The same distribution in SciPy's words."""
    match d:
        case Pert(low, mode, high, shape):
            a, b = (1 + shape * side / (high - low) for side in (mode - low, high - mode))
            return stats.beta(a, b, low, high - low)
        case Beta(a, b, low, high):
            return stats.beta(a, b, low, high - low)
        case Triangular(low, mode, high):
            return stats.triang((mode - low) / (high - low), low, high - low)
        case Uniform(low, high):
            return stats.uniform(low, high - low)
        case Normal(mu, sigma):
            return stats.norm(mu, sigma)
        case TruncatedNormal(mu, sigma, low, high):
            return stats.truncnorm((low - mu) / sigma, (high - mu) / sigma, mu, sigma)
        case Lognormal(median, sigma):
            return stats.lognorm(sigma, scale=median)
        case Gamma(shape, scale):
            return stats.gamma(shape, scale=scale)
        case Weibull(shape, scale):
            return stats.weibull_min(shape, scale=scale)
        case StudentT(mu, scale, freedom):
            return stats.t(freedom, mu, scale)
    raise AssertionError(d)


# Properties over all parameters -----------------------------------------------------------------------------------


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e6), share=st.floats(0, 1), shape=st.floats(0.5, 40))
@settings(max_examples=60, deadline=None)
def test_tables_of_any_pert_are_exact_to_1e_5_sd(low: float, width: float, share: float, shape: float) -> None:
    d = Pert(low, min(low + share * width, low + width), low + width, shape)
    assert d.complaints() == []
    z = Z[:2000]
    assert np.abs(d.from_normal(z) - d._from_normal(z)).max() <= 1e-5 * d.sd


@given(a=st.floats(0.01, 500), b=st.floats(0.01, 500))
@settings(max_examples=60, deadline=None)
def test_tables_of_any_beta_are_exact_to_1e_5_sd(a: float, b: float) -> None:
    d = Beta(a, b)
    z = np.linspace(-8, 8, 3001)
    assert np.abs(d.from_normal(z) - d._from_normal(z)).max() <= 1e-5 * d.sd


@given(low=st.floats(-40, 39), width=st.floats(1e-3, 60))
@settings(max_examples=60, deadline=None)
def test_truncated_normals_keep_mean_and_sd_within_their_bounds(low: float, width: float) -> None:
    d = TruncatedNormal(0, 1, low, low + width)
    assert low < d.mean < low + width
    assert 0 < d.sd <= min(width / math.sqrt(12), 1.0) * (1 + 1e-6)  # uniform and normal are the widest


@given(median=st.floats(1e-6, 1e9), sigma=st.floats(0.01, 3), first=st.integers(1, 98), gap=st.integers(1, 98))
def test_a_lognormal_passes_through_its_percentiles(median: float, sigma: float, first: int, gap: int) -> None:
    second = min(first + gap, 99)
    points = {f"p{p}": float(stats.lognorm.ppf(p / 100, sigma, scale=median)) for p in (first, second)}
    d = Lognormal.from_percentiles(**points)
    assert d.quantile(np.array([first, second]) / 100) == pytest.approx(list(points.values()), rel=1e-9)


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=5), st.sampled_from(sorted(REGISTRY)))
def test_building_never_raises_and_complaints_never_do(numbers: list[float], name: str) -> None:
    built = build(name, numbers, {})
    if isinstance(built, Distribution) and not built.complaints():
        assert math.isfinite(built.base)
        assert read(str(built)) == built


# Particulars ------------------------------------------------------------------------------------------------------


def test_pert_has_the_mean_and_sd_of_its_authors() -> None:
    # Malcolm, Roseboom, Clark, Fazar (1959): mean (a + 4 m + b) / 6; at the middle sd is (b - a) / sqrt(28)
    assert Pert(2, 5, 14).mean == 6
    assert Pert(0, 5, 10).sd == pytest.approx(10 / math.sqrt(28), rel=1e-15)


def test_both_tails_are_mirror_images_to_the_last_digits() -> None:
    z = np.linspace(6, 12, 61)
    assert Pert(0, 0.2, 1).from_normal(z) == pytest.approx(1 - Pert(0, 0.8, 1).from_normal(-z), abs=1e-15)
    right, left = TruncatedNormal(0, 1, -2, 9), TruncatedNormal(0, 1, -9, 2)
    assert right.from_normal(z) == pytest.approx(-left.from_normal(-z), abs=1e-14)


def test_where_a_shape_is_too_sharp_for_a_table_it_is_computed_exactly() -> None:
    smooth, sharp = Beta(2, 2).table(), Mixture((Constant(0), Uniform(5, 6)), (0.3, 0.7)).table()
    assert smooth is not None and smooth.poor is None
    assert sharp is not None and sharp.poor is not None
    assert 1 <= sharp.poor.sum() <= 4
    assert tabulate(lambda z: np.sin(300 * z), 1.0) is None


def test_equal_distributions_share_one_table_in_the_process() -> None:
    assert Pert(1, 2, 5).table() is Pert(1.0, 2.0, 5.0).table()
    assert Pert(1, 2, 5).table() is not Pert(1, 2, 6).table()
    assert shared_table.cache_info().maxsize == 256


@every_continuous
def test_the_arrays_of_a_table_are_all_that_an_engine_needs(d: Distribution) -> None:
    assert isinstance(d, Continuous)
    table = d.table()
    z = Z[np.abs(Z) < 5]
    if table is None:
        return
    place = (z + 8.5) * 512
    index = place.astype(int)
    found = table.left[index] + table.rise[index] * (place - index)
    good = np.full(z.shape, True) if table.poor is None else ~table.poor[index]
    assert good.mean() > 0.85 or isinstance(d, Empirical)
    assert np.abs(found - d.exact(z))[good].max() <= 1e-5 * d.sd
    assert not d.reads_table or found[good].tobytes() == d.from_normal(z)[good].tobytes()


@every
def test_steps_are_all_that_an_engine_needs_of_single_values(d: Distribution) -> None:
    if isinstance(d, Stepped):
        found = d.steps()
        assert len(found.edges) == len(found.values) - 1
        assert found.values[np.searchsorted(found.edges, Z)].tobytes() == d.from_normal(Z).tobytes()


def test_a_ripple_that_coarse_points_miss_is_tabulated_from_exact_values() -> None:
    def rippled(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return z + 0.0104 * np.sin(30 * z)

    scores = tabulate(rippled, 1.0)
    assert scores is not None
    assert np.abs(scores.read(Z, rippled) - rippled(Z)).max() <= 1e-5


def test_at_a_step_the_quantile_is_the_lower_value() -> None:
    # the least value whose distribution function reaches u; these probabilities are exact in binary
    u = np.array([0.25, 0.26, 0.75])
    assert Event(0.75).quantile(u).tolist() == [0, 1, 1]
    assert Discrete((1, 2, 3), (0.25, 0.5, 0.25)).quantile(u).tolist() == [1, 2, 2]
    assert Discrete((1, 2), (0.5, 0.5)).from_normal(np.array([0.0])).tolist() == [1]


def test_an_event_happens_as_often_as_it_says() -> None:
    u = (np.arange(1000) + 0.5) / 1000
    assert Event(0.7).quantile(u).sum() == 700
    assert (Event(0.7).base, Event(0.5).base, Event(0.499).base) == (1.0, 1.0, 0.0)


def test_discrete_values_come_in_their_shares_and_impossible_ones_never() -> None:
    u = (np.arange(1000) + 0.5) / 1000
    values, counts = np.unique(Discrete((10, 20, 5, 7), (0.3, 0.5, 0.2, 0)).quantile(u), return_counts=True)
    assert (values.tolist(), counts.tolist()) == ([5, 10, 20], [200, 300, 500])


@pytest.mark.parametrize(
    ("name", "positional", "named", "complaint"),
    [
        ("pret", [1, 2, 3], {}, "pret is not a distribution; did you mean pert"),
        ("pert", [1, 2], {}, "pert(low, mode, high, shape=4) expected, high missing"),
        ("pert", [1, 2, 3, 4, 5], {}, "pert(low, mode, high, shape=4) expected, found 5 values"),
        ("pert", [1, 2, 3], {"shap": 3}, "pert(low, mode, high, shape=4) expected, found shap; did you mean shape"),
        ("pert", [1, 2, 3], {"low": 3}, "pert(low, mode, high, shape=4) expected, found low twice"),
        (
            "normal",
            [(1, 0.5)],
            {},
            "normal(mean, sd) expected, found a value at a probability, which only discrete takes",
        ),
        ("lognormal", [], {"p5": 3, "p95": 2}, "0 < p5 < p95 expected, found 3, 2"),
        ("lognormal", [], {"p5": -1, "p95": 2}, "0 < p5 < p95 expected, found -1, 2"),
        ("lognormal", [], {"p5": 3}, "two different percentiles expected, found p5"),
        ("lognormal", [], {"p5": 3, "p05": 4}, "two different percentiles expected, found p5, p05"),
        ("lognormal", [], {"p5": 3, "p100": 4}, "percentiles such as p10 and p90 expected, found p100"),
        ("discrete", [(1, 0.5), 3], {}, "discrete(value at probability, ...) expected, found 3"),
        ("discrete", [], {}, "discrete(value at probability, ...) expected, found nothing"),
    ],
)
def test_arguments_that_do_not_fit_are_complaints(
    name: str, positional: list[float | tuple[float, float]], named: dict[str, float], complaint: str
) -> None:
    built = build(name, positional, named)
    assert isinstance(built, str)
    assert built.partition("; choose")[0].startswith(complaint)


def test_arguments_may_be_named_and_units_go_to_the_parameters_that_carry_one() -> None:
    assert build("normal", [], {"sd": 2, "mean": 1}) == Normal(1, 2)
    assert build("lognormal", [], {"p5": 2, "p95": 8}) == Lognormal.from_percentiles(p95=8, p5=2)
    percent = "{:.0%}".format
    assert Pert(0.24, 0.31, 0.38, 6).shown(percent) == "pert(24%, 31%, 38%, shape=6)"
    assert Lognormal(0.1, 0.5).shown(percent) == "lognormal(10%, 0.5)"
    assert Discrete((0.1, 0.2), (1 / 3, 2 / 3)).shown(percent) == f"discrete(10% at {1 / 3}, 20% at {2 / 3})"


def test_a_table_is_ten_times_as_fast_as_the_exact_function() -> None:
    # a ratio, not a clock, so that a slow machine does not fail; measured: 10 ns against 800 ns a value
    d = Pert(0.24, 0.31, 0.38)
    d.from_normal(Z[:2048])
    assert _seconds(d.from_normal, 50) < _seconds(d._from_normal, 3) / 10


def _seconds(work: Callable[[NDArray[np.float64]], object], repeats: int) -> float:
    """Shortest time of several calls on one tile."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work(Z[:2048])
        times.append(time.perf_counter() - start)
    return min(times)
