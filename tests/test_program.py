"""The recorded model as a list of NumPy calls: the very bits of the eager reading, for many draws at once."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import GOOD, SHIPPED
from hypothesis import given, settings
from kernels import NAN, NASTY, drawn_values, grid, recorded
from strategies import ELEMENTWISE, INPUTS, Model, models

from valuation.compiled import program
from valuation.compiled.program import Program, write_model, write_rows
from valuation.formula import Reference
from valuation.lines import Lines
from valuation.model import value
from valuation.operations import OPERATIONS
from valuation.reading import load
from valuation.recording import Recording, evaluate_all
from valuation.simulation.evaluator import Evaluator
from valuation.simulation.frame import find_frame
from valuation.simulation.plain import Plain
from valuation.simulation.sampling import KINDS, TILE, Kind, design
from valuation.units import NUMBER


def run(written: Program, values: np.ndarray) -> dict[str, np.ndarray]:
    out = np.full((written.outputs, values.shape[1]), 12345.0)
    written(values, out)
    return {name: out[place] for name, place in written.places.items()}


@pytest.mark.parametrize("path", [*GOOD, *SHIPPED], ids=lambda path: path.stem)
def test_a_program_finds_the_bits_of_the_eager_reading_draw_by_draw(path: Path) -> None:
    case = load(path)
    names, given_values, drawn = drawn_values(case)
    found = run(write_model(case, names), drawn.reshape(len(names), 500))
    plain = value(case, Lines(case.years), given_values)
    expected = {"per_share": plain.per_share}
    for name, part in plain.parts.items():
        expected |= {f"{name}.per_share": part.per_share, f"{name}.attributable": part.attributable}
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(np.broadcast_to(values, (500,)), found[name][0], err_msg=name)


# Operations -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ELEMENTWISE))
def test_an_operation_finds_the_bits_of_its_numpy_of_nasty_numbers(name: str) -> None:
    operands = grid(name)
    recording, formula = recorded(name, len(operands))
    found = run(write_rows(recording, {}, recording.inputs, {"found": formula}), operands)
    np.testing.assert_array_equal(OPERATIONS[name].compute(*operands), found["found"][0])


@pytest.mark.parametrize("name", [name for name in sorted(ELEMENTWISE) if len(grid(name)) == 2])
@pytest.mark.parametrize("side", [0, 1])
def test_an_operation_with_a_certain_operand_finds_the_bits_of_its_numpy(name: str, side: int) -> None:
    drawn = np.array(NASTY)[None]
    for certain in (0.0, 1.0, -2.5, NAN):
        recording, formula = recorded(name, 2)
        rows = list(recording.inputs.values())
        written = write_rows(recording, {rows[side]: certain}, {"drawn": rows[1 - side]}, {"found": formula})
        operands = [drawn[0], certain] if side else [certain, drawn[0]]
        np.testing.assert_array_equal(OPERATIONS[name].compute(*operands), run(written, drawn)["found"][0])


def test_infinity_inside_a_formula_is_no_number_in_the_end() -> None:
    """1 / (1 / 0), a maximum, a choice and a comparison would hide it."""
    recording = Recording(1)
    a, b = (recording.input(name, name, NUMBER) for name in "ab")
    one = recording.constant("One", 1.0)
    maximum, where, above = (OPERATIONS[name] for name in ("maximum", "where", "above"))
    hidden = {
        "quotient": b / (one / a),
        "maximum": maximum(-(one / a), b),
        "chosen": maximum(where(one, -(one / a), b), b),
        "comparison": above(b / a, b),
        "choice": where(one / a, b, b),
    }
    found = run(write_rows(recording, {}, recording.inputs, hidden), np.array([[0.0, 2.0], [1.0, 1.0]]))
    assert {name: [True, False] for name in hidden} == {
        name: np.isnan(values[0]).tolist() for name, values in found.items()
    }


@given(models())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_random_formulas_find_what_their_rows_find(model: Model) -> None:
    compare(model, INPUTS)


@given(models(nested=False))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_random_formulas_of_which_a_part_is_certain_find_what_their_rows_find(model: Model) -> None:
    model.draws |= {name: [values[0]] * len(values) for name, values in model.draws.items() if name not in INPUTS[:4]}
    compare(model, INPUTS[:4])


def compare(model: Model, drawn: tuple[str, ...]) -> None:
    recording, result = model.recorded()
    cells = {recording.inputs[name]: array for name, array in model.inputs.items()}
    expected = evaluate_all(recording, cells)
    certain = {row: array[0] for row, array in cells.items()}
    outputs = {str(number): Reference(row) for number, row in enumerate([*recording.written, result.row])}
    written = write_rows(recording, certain, {name: recording.inputs[name] for name in drawn}, outputs)
    found = run(written, np.array([model.inputs[name] for name in drawn]))
    for number, row in enumerate([*recording.written, result.row]):
        values = np.broadcast_to(expected[row], found[str(number)].shape)
        np.testing.assert_allclose(found[str(number)], values, rtol=1e-14, atol=0, err_msg=row.label)


# Use ------------------------------------------------------------------------------------------------------------------

CASE = """
drivers: {rate: "~ uniform(6%, 12%)"}
segments:
  a: {method: dcf, revenue: "~ normal(100 CNY m, 20 CNY m)", growth: "~ normal(4%, 9%)", margin: 20%, tax_rate: 25%,
      wacc: = drivers.rate, sales_to_capital: 2, terminal_growth: "~ uniform(2%, 7%)", terminal_return: 15%}
  c: {method: multiple, basis: EV/EBITA, metric: 10 CNY m, multiple: "~ lognormal(9, 0.2)", net_debt: 5 CNY m}
"""
ROWS = 5


def test_kept_names_are_outputs_a_year_or_one(case_of: Any) -> None:
    case = case_of(CASE)
    names, given_values, drawn = drawn_values(case)
    found = run(write_model(case, names, ["a.ebita", "a.wacc", "drivers.rate", "c.metric"]), drawn)
    lines = Lines(case.years)
    value(case, lines, given_values)
    np.testing.assert_array_equal(lines.scopes["a"]["ebita"], found["a.ebita"])
    np.testing.assert_array_equal(lines.scopes["a"]["a.wacc"], found["a.wacc"])
    np.testing.assert_array_equal(given_values["drivers.rate"], found["drivers.rate"][0])
    np.testing.assert_array_equal(np.full(500, 10.0), found["c.metric"][0])
    with pytest.raises(KeyError, match=r"a\.ebitda"):
        write_model(case, names, ["a.ebitda"])


def test_a_case_without_uncertain_inputs_has_its_base_value_in_every_draw(case_of: Any) -> None:
    case = case_of(CASE)
    expected = value(case, Lines(case.years), case.base_values).per_share[0]
    assert [[expected] * 3] == run(write_model(case, []), np.empty((0, 3)))["per_share"].tolist()


def test_the_same_draws_give_the_same_bytes_however_they_are_cut_and_laid_out(case_of: Any) -> None:
    case = case_of(CASE)
    draws = program.BLOCK + 1003
    names, _, drawn = drawn_values(case, draws)
    written = write_model(case, names)
    whole = run(written, drawn)["per_share"].tobytes()
    pieces = [run(written, drawn[:, start : start + 37])["per_share"] for start in range(0, draws, 37)]
    assert whole == np.concatenate(pieces, axis=1).tobytes()
    apart = np.empty((2 * len(names), draws))[::2]
    apart[:] = drawn
    assert whole == run(written, apart)["per_share"].tobytes()
    bits = np.frombuffer(whole, np.int64)[np.isnan(np.frombuffer(whole))]
    assert {int(np.array(np.nan).view(np.int64))} == set(bits.tolist())


def test_threads_may_share_a_program_and_processes_may_be_sent_it(case_of: Any) -> None:
    case = case_of(CASE)
    names, _, drawn = drawn_values(case, 20_000)
    written = write_model(case, names)
    expected = run(written, drawn)["per_share"].tobytes()
    found = [run(pickle.loads(pickle.dumps(written)), drawn)["per_share"].tobytes()]
    threads = [
        threading.Thread(target=lambda: found.append(run(written, drawn)["per_share"].tobytes())) for _ in "1234"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [expected] * 5 == found


@pytest.mark.parametrize(
    ("shape", "message"), [((ROWS - 1, 9), r"expected 5 rows of float64"), ((ROWS, 8), "expected outputs of 8 draws")]
)
def test_arrays_that_do_not_fit_are_refused(case_of: Any, shape: tuple[int, int], message: str) -> None:
    case = case_of(CASE)
    written = write_model(case, drawn_values(case)[0])
    with pytest.raises(ValueError, match=message):
        written(np.empty(shape), np.empty((written.outputs, 9)))


@pytest.mark.parametrize("kind", KINDS)
def test_tiles_of_a_design_are_valued_to_the_bits_of_the_eager_reading(case_of: Any, kind: Kind) -> None:
    evaluator = Evaluator.of(case_of(CASE + "correlations: [{between: [a.revenue, a.growth], rank: 0.5}]\n"))
    frame = find_frame(evaluator)
    plan, mixing = design(8 * 3000, frame.streams, 5, kind), frame.mixing(evaluator)
    tiles = [(0, 0, TILE), (0, TILE, 100)]
    plain = Plain(evaluator, mixing, ("a.ebita",))
    values = plain.values(plan, tiles)
    found = plain.run(values)
    given_values = evaluator.from_mixed(np.concatenate([mixing.apply(plan.normals(*tile)) for tile in tiles], axis=1))
    np.testing.assert_array_equal(values, [given_values[one.name] for one in evaluator.uncertain])
    expected, lines = evaluator.run(given_values)
    np.testing.assert_array_equal(expected.per_share, found["per_share"])
    np.testing.assert_array_equal(expected.parts["a"].attributable, found["a.attributable"])
    np.testing.assert_array_equal(lines.scopes["a"]["ebita"], found["a.ebita"])
    assert np.isnan(found["per_share"]).any()


NO_COMPILER = """
import sys
sys.modules["numba"] = None
from valuation.compiled.program import write_model
from valuation.reading import load
assert write_model(load(sys.argv[1]), []).places
"""


def test_a_program_needs_no_compiler() -> None:
    subprocess.run([sys.executable, "-c", NO_COMPILER, str(GOOD[0])], check=True)
