"""The law of one definition, in NumPy: what a reading computes is what the recording says, draw by draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import every_good_case
from hypothesis import given, settings
from strategies import ELEMENTWISE, NEIGHBOURS, WHOLE_ROW, Model, models

from valuation.assumptions import Case
from valuation.columns import STATISTICS
from valuation.distributions import REGISTRY
from valuation.formula import Reference
from valuation.least_squares import REGRESSIONS
from valuation.lines import Lines, snake
from valuation.methods import METHODS
from valuation.model import value
from valuation.operations import OPERATIONS
from valuation.quantiles import QUANTILES
from valuation.recording import Recording, evaluate, evaluate_all
from valuation.schedules import SCHEDULES
from valuation.simulation.evaluator import Evaluator
from valuation.simulation.sampling import design
from valuation.transactions import ROUTES
from valuation.trial import record


def random_inputs(case: Case, draws: int = 500) -> dict[str, Any]:
    evaluator = Evaluator.of(case)
    _, scores = next(design(draws, [found.name for found in evaluator.uncertain], 11, "random").tiles())
    return evaluator.draw(scores)


def assert_same(case: Case, given_values: dict[str, Any]) -> int:
    """Compare every line of both readings; return how many numbers were NaN in the value per share."""
    lines = Lines(case.years)
    found = value(case, lines, given_values)
    recording, valuation = record(case)
    values = evaluate_all(recording, {recording.inputs[name]: array for name, array in given_values.items()})
    kept = {(scope, key): array for scope, rows in lines.scopes.items() for key, array in rows.items()}
    assert len(kept) == len(recording.written)
    for row in recording.written:
        eager = kept[row.scope, row.name or snake(row.label)]
        np.testing.assert_allclose(*np.broadcast_arrays(values[row], eager), rtol=1e-12, atol=0, err_msg=row.label)
    recorded = evaluate(valuation.per_share, values.__getitem__)
    np.testing.assert_allclose(recorded, found.per_share, rtol=1e-12, atol=0)
    return int(np.isnan(found.per_share).sum())


@every_good_case
def test_readings_agree_on_the_base_case(good: Case) -> None:
    assert assert_same(good, good.base_values) == 0


@every_good_case
def test_readings_agree_on_random_draws(good: Case) -> None:
    assert_same(good, random_inputs(good))


def test_readings_agree_where_draws_are_invalid_or_lose_money(case_of: Any) -> None:
    case = case_of(
        """
segments:
  a:
    method: dcf
    owned: ~ uniform(80%, 120%)
    revenue: 100 CNY m
    growth: ~ normal(0%, 20%)
    margin: ~ normal(0%, 20%)
    tax_rate: 25%
    wacc: ~ uniform(1%, 9%)
    sales_to_capital: 2
    lag: 3
    terminal_growth: 3%
    terminal_return: 9%
  b: {method: multiple, basis: P/E, metric: "~ normal(2 CNY m, 4 CNY m)", multiple: 9}
"""
    )
    given_values = random_inputs(case)
    lines = Lines(case.years)
    value(case, lines, given_values)
    assert 100 < assert_same(case, given_values) < 450
    assert (lines.scopes["a"]["ebita"] < 0).any()
    assert set(lines.invalid.names) >= {
        "a.wacc_less_terminal_growth",
        "a.attributable_value",
        "b.metric_where_positive",
    }


@given(models())
@settings(max_examples=200, deadline=None)
def test_random_formulas_say_what_they_compute(model: Model) -> None:
    compare(model)


@given(models(nested=False))
@settings(max_examples=100, deadline=None)
def test_random_formulas_with_a_line_a_node_say_what_they_compute(model: Model) -> None:
    compare(model)


def compare(model: Model) -> None:
    lines = model.eager()
    recording, _ = model.recorded()
    values = evaluate_all(recording, {recording.inputs[name]: array for name, array in model.inputs.items()})
    assert [snake(row.label) for row in recording.written] == list(lines.scopes[""])
    for row in recording.written:
        eager = lines[row.label]
        assert row.yearly == (eager.ndim == 2)
        np.testing.assert_allclose(*np.broadcast_arrays(values[row], eager), rtol=1e-12, atol=0)


# The tests above see everything that there is -----------------------------------------------------------------------


def test_the_random_formulas_know_every_operation() -> None:
    assert {*ELEMENTWISE, *WHOLE_ROW, *NEIGHBOURS} == set(OPERATIONS) - {*STATISTICS, *REGRESSIONS, *QUANTILES}


def test_the_good_cases_use_every_method_and_every_distribution(request: pytest.FixtureRequest) -> None:
    from conftest import GOOD

    from valuation.reading import load

    cases = [load(path) for path in GOOD]
    used = {working.calculation.name for case in cases for working in case.workings.values()}
    kinds = {found.distribution.name for case in cases for found in case.inputs if found.distribution is not None}
    assert used == {*METHODS, *SCHEDULES, *ROUTES}
    assert kinds == set(REGISTRY)


@every_good_case
def test_a_recording_reads_only_what_stands_before_it(good: Case) -> None:
    recording, _ = record(good)
    known = {recording.period_row, *recording.inputs.values(), *(row for row, _ in recording.constants.values())}
    for row in recording.written:
        assert set(rows_of(row)) <= known, row.label
        known.add(row)


def rows_of(row: Any) -> list[Any]:
    def inside(formula: Any) -> list[Any]:
        if isinstance(formula, Reference):
            return [formula.row]
        operands = (*formula.operands, *getattr(formula, "items", ()))
        return [found for operand in operands for found in inside(operand)]

    return [found for formula in (row.formula, row.opening) if formula is not None for found in inside(formula)]


def test_a_recording_refuses_a_label_twice_and_a_constant_with_two_values() -> None:
    recording = Recording(2)
    recording("Sales", recording.period)
    with pytest.raises(ValueError, match="two lines labelled 'sales!'"):
        recording("sales!", recording.period)
    recording.constant("Half", 0.5)
    with pytest.raises(ValueError, match=r"two constants are labelled 'Half': 0\.5 and 0\.6"):
        recording.constant("Half", 0.6)


def test_lines_refuse_a_label_twice() -> None:
    lines = Lines(2)
    lines("Sales", 1.0)
    with pytest.raises(ValueError, match="the method has two lines labelled 'sales'"):
        lines("sales", 1.0)
