"""Distributions as files write them: shares of one, columns of CSV files, hostile texts; tables beside functions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ASSUMPTIONS, CASES, HEAD
from scipy import stats

from valuation.assumptions import Case
from valuation.distributions import Empirical, Gamma, Truncated
from valuation.reading import load, read
from valuation.simulation.evaluator import Evaluator
from valuation.study import load as study
from valuation.workbook.verify import verify_book

EVERY = CASES / "good" / "distributions"
PART = "segments: {a: {method: stake, value: 10 CNY m}}\n"
CaseOf = Callable[..., Case]
Z = np.random.default_rng(11).standard_normal((80, 50_000))


def problems(path: Path) -> list[str]:
    case, found = read(path)
    assert (case is None) == bool(found)
    return [str(problem).replace(f"{path.parent}/", "") for problem in found]


# Tables -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [EVERY, ASSUMPTIONS / "alibaba"], ids=lambda path: path.name)
def test_tables_move_no_percentile_of_the_value_by_1e_5_standard_deviations(path: Path) -> None:
    values = []
    for exact in (False, True):
        evaluator = Evaluator.of(load(path), exact=exact)
        values.append(evaluator.per_share(evaluator.draw(Z[: len(evaluator.uncertain)]), Z.shape[1]))
    by_table, by_function = (np.sort(found[np.isfinite(found)]) for found in values)
    assert len(by_table) == len(by_function) > 0.9 * Z.shape[1]
    assert np.abs(by_table - by_function).max() <= 1e-5 * by_function.std()
    assert not np.array_equal(by_table, by_function)


# Shares of one ------------------------------------------------------------------------------------------------------


def drawn_shares(case: Case, *names: str) -> list[np.ndarray]:
    """Shares of the drivers, from the lines of the model."""
    evaluator = Evaluator.of(case)
    assert len(evaluator.uncertain) == 3
    u = (np.random.default_rng(3).permuted(np.tile(np.arange(1 << 16), (3, 1)), axis=1) + 0.5) / (1 << 16)
    _, lines = evaluator.run(evaluator.draw(stats.norm.ppf(u)))
    return [lines.scopes["drivers"][name] for name in names]


MIX = f"drivers:\n  mix: ~ dirichlet(cloud=5, chips=3, other=2)\n{PART}"


def test_shares_sum_to_one_and_have_the_moments_of_a_dirichlet(case_of: CaseOf) -> None:
    # Johnson, Kotz and Balakrishnan (2000), Continuous Multivariate Distributions 1, section 49.1
    alphas, total = np.array([5, 3, 2]), 10
    shares = np.array(drawn_shares(case_of(MIX), *(f"drivers.mix.{name}" for name in ("cloud", "chips", "other"))))
    assert np.abs(shares.sum(axis=0) - 1).max() <= 4e-16
    sd = np.sqrt(alphas * (total - alphas) / (total * total * (total + 1)))
    assert np.abs(shares.mean(axis=1) - alphas / total).max() < 4 * sd.max() / np.sqrt(shares.shape[1])
    assert shares.std(axis=1) == pytest.approx(sd, rel=0.01)
    covariance = -alphas[0] * alphas[1] / (total * total * (total + 1))
    assert np.cov(shares)[0, 1] == pytest.approx(covariance, rel=0.02)


def test_shares_are_at_first_their_means(case_of: CaseOf) -> None:
    case = case_of(MIX)
    assert {name: found.base for name, found in ((i.name, i) for i in case.inputs) if "gamma" in name} == {
        "drivers.mix.cloud.gamma": 5,
        "drivers.mix.chips.gamma": 3,
        "drivers.mix.other.gamma": 2,
    }
    assert case.input("drivers.mix.chips.gamma").distribution == Gamma(3, 1)


def test_shares_may_be_replaced_as_a_whole_or_by_their_gammas(case_of: CaseOf, write: Callable[[str], Path]) -> None:
    other = case_of(MIX, drivers__mix="~ dirichlet(cloud=1, chips=1, other=8)")
    assert other.input("drivers.mix.other.gamma").base == 8
    assert case_of(MIX, drivers__mix__cloud__gamma="9").input("drivers.mix.cloud.gamma").base == 9
    case, found = read(write(MIX), {"drivers.mix.cloud": "40%"})
    assert case is None
    assert found[0].text == (
        "drivers.mix.cloud is one of several shares of 1: replace drivers.mix, or drivers.mix.cloud.gamma against the "
        "others"
    )


def test_shares_columns_and_mixtures_travel_through_the_workbook(tmp_path: Path) -> None:
    case = study(EVERY)
    book = tmp_path / "book.xlsx"
    case.write_workbook(book, case.simulate(draws=1000, seed=1))
    proof = verify_book(book, 20)
    assert proof.proved, str(proof)


# Columns of CSV files -----------------------------------------------------------------------------------------------


def test_a_column_is_read_in_the_unit_of_its_quantity() -> None:
    case = load(EVERY)
    margin, revenue = (case.input(f"a.{name}").distribution for name in ("margin", "revenue"))
    assert margin == Truncated(Empirical((0.115, 0.09, 0.124, 0.131), "history/margins.csv, margin"), 0.095)
    assert revenue == Empirical((1180, 1240, 1310, 1295, 1402), "history/margins.csv, revenue")
    assert str(margin) == "empirical(history/margins.csv, margin, min=0.095)"
    assert "history/margins.csv" in case.files


@pytest.mark.parametrize(
    ("written", "table", "complaint"),
    [
        ("h.csv, sale", "year,sales\n1,2\n2,3\n", "case.yaml:7:6: drivers.x: h.csv has no column sale; did you mean"),
        ("i.csv, sales", "year,sales\n1,2\n", "case.yaml:7:6: drivers.x: i.csv is not found in the folder of the case"),
        (
            "h.csv, sales",
            "year,sales\n1,2\n2,n/a\n",
            "h.csv:3:2: drivers.x: expected a number, found 'n/a'; leave blank",
        ),
        (
            "h.csv, sales",
            "year,sales\n1,2 USD m\n2,5 CNY m\n",
            "h.csv:3:2: drivers.x: expected USD m, found 5 CNY m",
        ),
        ("h.csv, sales", "year,sales\n1,2\n2,\n", "case.yaml:7:6: drivers.x: empirical: 2 to 100000 numbers in h.csv"),
        ("h.csv, sales", "year,sales\n1,2\n2,2\n", "case.yaml:7:6: drivers.x: empirical: numbers that differ in h.csv"),
        ("h.csv, sales", "year;sales\n1;2\n", "h.csv:1:1: expected commas between the cells"),
        ("h.csv, sales, 3", "year,sales\n1,2\n2,4\n", "case.yaml:7:6: drivers.x: empirical(3, 5, 8, ...) or"),
        ("h.csv, sales, q=3", "year,sales\n1,2\n2,4\n", "case.yaml:7:6: drivers.x: empirical(3, 5, 8, ...) or"),
    ],
)
def test_what_is_wrong_with_a_column_is_told_where_it_stands(
    tmp_path: Path, written: str, table: str, complaint: str
) -> None:
    (tmp_path / "h.csv").write_text(table)
    path = tmp_path / "case.yaml"
    path.write_text(f"{HEAD}drivers:\n  x: ~ empirical({written})\n{PART}")
    assert [text[: len(complaint)] for text in problems(path)] == [complaint]


# Hostile texts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "normal(" * 20_000,
        "mixture(" * 3000 + "normal(0, 1) at 50%" + ") at 50%" * 3000,
        f"normal({'1' * 100_000}, 2)",
        f"normal({'1' * 100_000}!, 2)",
        f"normal({'1_' * 50_000}!, 2)",
        f"normal(1{' ' * 100_000}at 3, 2)",
        f"discrete({'1 at 1%, ' * 20_000})",
        f"empirical({'1, ' * 100_001})",
        f"{'x' * 100_000}(1)",
        f"normal({'p' * 100_000}=1)",
        f"normal(p{'1' * 50_000}=1, p9=2)",
        f"dirichlet({'x' * 100_000}=1, y=2)",
        f"dirichlet({'a=1, ' * 1000})",
        f"metalog({', '.join(f'p{k}={k}' for k in range(1, 90))})",
        f"empirical({'x' * 100_000}.csv, y)",
        "empirical(/etc/passwd.csv, y)",
        "normal(1e308, 1e308)",
        "lognormal(1e308, 1)",
        "mixture(lognormal(1e308, 1) at 50%, normal(0, 1) at 50%)",
        "metalog(p10=1e-320, p50=1, p90=1e308)",
        "metalog(p10=1, p50=2, p90=3, low=-1e308)",
        "gamma(1e-300, 1)",
        "gamma(1e300, 1)",
        "weibull(1e300, 1)",
        "student_t(0, 1, 1e300, min=1e9)",
        "beta(1e-300, 1e300)",
        "normal(nan, 1)",
        "normal(0, 1, min=inf)",
        "pert(p10=1, p50=1.0000000000000002, p90=2)",
        "truncated_normal(p10=1, p90=2, low=3, high=1)",
    ],
    ids=range(30),
)
def test_hostile_texts_give_complaints_or_values_and_never_an_exception(
    write: Callable[[str], Path], text: str
) -> None:
    case, found = read(write(f"drivers:\n  x: ~ {text}\n{PART}"))
    if case is None:
        assert all(len(str(problem)) < 1000 for problem in found), str(found[0])[:2000]
    else:
        distribution = case.input("drivers.x").distribution
        assert distribution is not None
        x = distribution.from_normal(np.linspace(-6, 6, 101))
        assert np.isfinite(x).all()
        assert (np.diff(x) >= 0).all()
