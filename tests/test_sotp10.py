"""SOTP-10 is an ordinary case, and says the same as its definition, which knows nothing of the package."""

from __future__ import annotations

import numpy as np
import pytest

import valuation
from benchmarks import definition as sotp10
from benchmarks import naive
from benchmarks.write_sotp10 import FOLDER, files, input_names
from valuation import Study
from valuation.simulation.evaluator import Evaluator


@pytest.fixture(scope="module")
def study() -> Study:
    return valuation.load(FOLDER)


def test_the_committed_files_are_those_that_the_definition_makes() -> None:
    found = {path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in FOLDER.rglob("*.*")}
    assert files() == found


def test_the_case_has_no_problem_and_no_check_above_an_information(study: Study) -> None:
    assert {"info"} == {finding.severity for finding in study.findings()}


def test_every_input_has_the_marginal_of_the_definition(study: Study) -> None:
    inputs = {found.name: found.distribution for found in Evaluator.of(study.case).uncertain}
    assert set(input_names()) == set(inputs)
    u = np.array([1e-6, 0.01, 0.049, 0.2, 0.5, 0.77, 0.949, 0.99, 1 - 1e-6])
    for name, marginal in zip(input_names(), sotp10.MARGINALS, strict=True):
        assert naive.quantile(marginal, u) == pytest.approx(inputs[name].quantile(u), rel=1e-9), name


def test_the_inputs_have_the_rank_correlations_of_the_definition(study: Study) -> None:
    ranks = {frozenset(pair.between): pair.rank for pair in study.case.correlations}
    matrix, names = sotp10.rank_correlations(), input_names()
    upper = np.argwhere(np.triu(matrix, 1))
    wanted = {frozenset((names[i], names[j])): matrix[i, j] for i, j in upper}
    assert wanted == ranks
    assert Evaluator.of(study.case).dependence.report is None


def test_the_case_gives_the_value_per_share_of_the_definition_on_any_inputs(study: Study) -> None:
    evaluator = Evaluator.of(study.case)
    x = naive.draw(20_000, seed=5)
    given = study.case.base_values | dict(zip(input_names(), x, strict=True))
    assert sotp10.model(x) == pytest.approx(evaluator.per_share(given, x.shape[1]), rel=1e-12)


@pytest.mark.slow
def test_the_simulation_finds_the_mean_and_the_percentiles_of_100_million_plain_draws(study: Study) -> None:
    found = study.simulate(1 << 18, seed=1)
    estimates = {"mean": (found.mean, found.standard_error)}
    estimates |= {f"P{100 * q:.0f}": (found.quantile(q), found.quantile_error(q)) for q in (0.05, 0.5, 0.95)}
    apart = {name: abs(estimate - sotp10.REFERENCE[name]) for name, (estimate, _) in estimates.items()}
    allowed = {name: 4 * np.hypot(error, sotp10.REFERENCE_ERRORS[name]) for name, (_, error) in estimates.items()}
    assert {} == {name: gap for name, gap in apart.items() if gap > allowed[name]}
    assert found.standard_deviation == pytest.approx(sotp10.REFERENCE_SD, abs=0.02)  # four errors of 2^18 plain draws
