"""The closed table of operations: what NumPy computes, what passes NaN on, and what a formula refuses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation import columns, least_squares
from valuation import operations as op
from valuation.formula import Before, Block, Column, Constant, Formula, Reference, Row, lift, same_formula
from valuation.lines import Lines
from valuation.operations import OPERATIONS
from valuation.recording import Recording
from valuation.units import NUMBER, RATE, UnitMismatch, money

NAN, INF = math.nan, math.inf
ROW = np.array([[1.0, -2.0], [0.0, 5.0], [4.0, NAN]])

COLUMN, BLANK = np.array([3.0, 1.0, NAN, 10.0, 4.0]), np.array([NAN, NAN])
LINE_X, BENT_X = np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 1.0, 0.0, 1.0])
LINE_Y = 1 + 2 * LINE_X

# Each entry by hand: operands, and what comes out.
GRID: dict[str, list[tuple[Any, ...]]] = {
    "add": [(2, -3, -1), (0, 0, 0), (NAN, 1, NAN)],
    "subtract": [(2, -3, 5), (0, 4, -4), (1, NAN, NAN)],
    "multiply": [(2, -3, -6), (0, -4, 0), (NAN, 0, NAN)],
    "divide": [(6, -3, -2), (0, 4, 0), (1, 0, NAN), (-1, 0, NAN), (0, 0, NAN), (1, INF, NAN)],
    "power": [
        (2, 3, 8),
        (4, 0.5, 2),
        (-2, 2, 4),
        (-2, 0.5, NAN),
        (0, 0, NAN),
        (2, -1, 0.5),
        (NAN, 2, NAN),
        (NAN, 0, NAN),
        (1, NAN, NAN),
    ],
    "negate": [(2, -2), (-3, 3), (NAN, NAN)],
    "maximum": [(-1, 0, 0), (3, 2, 3), (NAN, 1, NAN), (1, NAN, NAN)],
    "minimum": [(-1, 0, -1), (3, 2, 2), (NAN, 1, NAN), (1, NAN, NAN)],
    "absolute": [(-2, 2), (0, 0), (NAN, NAN)],
    "exp": [(0, 1), (1000, NAN), (1, math.e), (NAN, NAN)],
    "log": [(1, 0), (math.e, 1), (0, NAN), (-1, NAN), (NAN, NAN)],
    "sqrt": [(4, 2), (0, 0), (-1, NAN), (NAN, NAN)],
    "normal_cdf": [(0, 0.5), (1.959963984540054, 0.975), (-INF, NAN), (NAN, NAN)],
    "above": [(1, 0, 1), (0, 0, 0), (-1, 0, 0), (NAN, 0, NAN), (0, NAN, NAN)],
    "below": [(1, 0, 0), (0, 0, 0), (-1, 0, 1), (NAN, 0, NAN), (0, NAN, NAN)],
    "at_least": [(1, 0, 1), (0, 0, 1), (-1, 0, 0), (NAN, 0, NAN), (0, NAN, NAN)],
    "at_most": [(1, 0, 0), (0, 0, 1), (-1, 0, 1), (NAN, 0, NAN), (0, NAN, NAN)],
    "both": [(1, 1, 1), (1, 0, 0), (0, 0, 0), (2, -1, 1), (NAN, 0, NAN), (0, NAN, NAN)],
    "either": [(1, 1, 1), (1, 0, 1), (0, 0, 0), (0, -1, 1), (NAN, 1, NAN), (1, NAN, NAN)],
    "opposite": [(1, 0), (0, 1), (-3, 0), (NAN, NAN)],
    "where": [(1, 5, 6, 5), (0, 5, 6, 6), (-1, 5, NAN, 5), (0, 5, NAN, NAN), (NAN, 5, 6, NAN)],
    "valid": [(1, 5, 5), (0, 5, NAN), (NAN, 5, NAN), (1, NAN, NAN)],
    "total": [(ROW, [5, NAN])],
    "final": [(ROW, [4, NAN])],
    "first": [(ROW, [1, -2])],
    "previous": [(ROW, 9.0, [[9, 9], [1, -2], [0, 5]])],
    "following": [(ROW, np.array([7.0, 8.0]), [[0, 5], [4, NAN], [7, 8]])],
    "add_up": [(1, 2, -4, -1), (0, 0, 0, 0), (1, 2, NAN, NAN)],
    "median": [(np.array([3.0, NAN, 1.0, 10.0]), [3])],
    "average": [(np.array([3.0, NAN, 1.0, 5.0]), [3])],
    "harmonic_mean": [(np.array([2.0, NAN, 4.0, 4.0]), [3]), (np.array([2.0, 0.0]), [NAN]), (np.array([-2.0]), [NAN])],
    "smallest": [(COLUMN, [1]), (BLANK, [NAN])],
    "largest": [(COLUMN, [10]), (BLANK, [NAN])],
    "count": [(COLUMN, [4]), (BLANK, [0])],
    "quartile": [(COLUMN, 1, [2.5]), (COLUMN, 3.9, [5.5]), (COLUMN, 0, [1]), (COLUMN, 5, [NAN]), (BLANK, 1, [NAN])],
    "percentile": [(COLUMN, [0.25, 1, -0.1, NAN], [2.5, 10, NAN, NAN]), (BLANK, [0.5, 1], [NAN, NAN])],
    "aggregate": [(COLUMN, np.array([1.0, 2.0, 5.0, NAN, 4.0]), [8 / 7]), (BLANK, COLUMN[:2], [NAN])],
    "squares": [(np.array([1.0, 3.0]), [2])],
    "covariance": [(np.array([1.0, 3.0]), np.array([2.0, 6.0]), [2])],
    "intercept": [(LINE_Y, LINE_X, [1]), (LINE_Y, BENT_X, LINE_X, [1]), (LINE_Y[:2], LINE_X[:2], [NAN])],
    "slope": [(LINE_Y, LINE_X, [2]), (LINE_Y, LINE_X, BENT_X, [2]), (LINE_Y, np.ones(4), [NAN])],
    "second_slope": [(LINE_Y, LINE_X, LINE_X**2, [0]), (LINE_Y, LINE_X, 3 * LINE_X, [NAN])],
    "third_slope": [
        (np.append(LINE_Y, 27), np.append(LINE_X, 3), np.append(BENT_X, 0), np.array([0.0, 0, 0, 0, 1]), [20]),
        (LINE_Y, LINE_X, BENT_X, LINE_X**2, [NAN]),
    ],
    "student_t": [(0.05, 5, 2.5705818356363146), (0.05, 5.9, 2.5705818356363146), (0, 5, NAN), (0.05, 0.5, NAN)],
    "normal_quantile": [(0.5, 0), (0.975, 1.959963984540054), (0, NAN), (1, NAN), (NAN, NAN)],
    "beta_quantile": [
        (0.25, 1, 1, 2, 4, 2.5),
        (0.25, 2, 1, 0, 1, 0.5),
        (1, 2, 3, 0, 7, 7),
        (0, 1, 1, 0, 1, NAN),
        (0.5, 0, 1, 0, 1, NAN),
        (0.5, 1, 1, 4, 4, NAN),
        (0.5, 1, 1, 0, NAN, NAN),
    ],
    "gamma_quantile": [(0.5, 1, 2, 2 * math.log(2)), (1, 1, 1, NAN), (0.5, -1, 1, NAN), (0.5, 1, 0, NAN)],
    "median_of": [(3, 1, 2, 2), (3, 1, 2), (1, NAN, 2, NAN)],
    "average_of": [(3, 1, 5, 3), (1, NAN, NAN)],
    "harmonic_mean_of": [(2, 4, 4, 3), (2, 0, NAN), (-2, 4, NAN), (NAN, 1, NAN)],
    "lowest_of": [(3, 1, 2, 1), (1, NAN, NAN)],
    "highest_of": [(3, 1, 2, 3), (NAN, 1, NAN)],
}


@pytest.mark.parametrize(("name", "case"), [(name, case) for name, cases in GRID.items() for case in cases])
def test_an_operation_computes_what_its_name_says(name: str, case: tuple[Any, ...]) -> None:
    *operands, expected = case
    actual = OPERATIONS[name](*(np.asarray(value, dtype=float) for value in operands))
    fitted = name in least_squares.REGRESSIONS  # by QR, where 0 may come out as 1e-16
    np.testing.assert_allclose(actual, expected, rtol=1e-13 if fitted else 1e-15, atol=1e-14 if fitted else 0)


def test_the_grid_knows_every_operation() -> None:
    assert set(OPERATIONS) == set(GRID)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=5), st.integers(1, 4))
def test_a_harmonic_mean_ignores_blanks_and_is_the_mean_of_inverses(values: list[float], blanks: int) -> None:
    column = np.array([*values, *[NAN] * blanks])
    np.testing.assert_allclose(
        columns.harmonic_mean(column), len(values) / sum(1 / value for value in values), rtol=1e-12
    )


# Paths ----------------------------------------------------------------------------------------------------------------


def test_roll_forward_applies_its_step_to_the_year_before() -> None:
    growth = np.array([[0.1, 0.0], [0.2, 0.0], [-0.5, 1.0]])
    path = op.roll_forward(lambda before, g: before * (1 + g), np.array([100.0, 10.0]), growth)
    np.testing.assert_allclose(path, [[110, 10], [132, 10], [66, 20]], rtol=1e-14)
    np.testing.assert_array_equal(op.grow(np.array([100.0, 10.0]), growth), path)


def test_a_fade_holds_then_falls_in_a_line_then_stays() -> None:
    path = op.fade(np.arange(1.0, 8)[:, None], 0.30, 0.10, 2, 4)
    np.testing.assert_allclose(path[:, 0], [0.30, 0.30, 0.25, 0.20, 0.15, 0.10, 0.10], rtol=1e-14)


@pytest.mark.parametrize("opening", [1.0, np.ones((3, 2))], ids=["no yearly row", "a yearly opening"])
def test_roll_forward_needs_one_opening_and_a_yearly_row(opening: Any) -> None:
    yearly = 0.1 if isinstance(opening, float) else ROW
    with pytest.raises(TypeError, match="needs one opening value and a yearly row"):
        op.grow(opening, yearly)


def test_roll_forward_refuses_a_step_that_reads_a_whole_row_in_arrays() -> None:
    with pytest.raises(TypeError, match="read a whole yearly row: pass it as an argument"):
        op.roll_forward(lambda before, _: before + ROW, 0.0, ROW)


# What a formula refuses -----------------------------------------------------------------------------------------------


def row(label: str = "Sales", *, yearly: bool = False, unit: Any = NUMBER) -> Reference:
    return Reference(Row("", label, unit, yearly))


A, B = row("A"), row("B")
YEARLY, OTHER = row("Y", yearly=True), row("Z", yearly=True)

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "if": (lambda: 1 if A else 0, "Python cannot branch on it: use where"),
    "and": (lambda: A and B, "Python cannot branch on it: use where"),
    ">": (lambda: A > B, "compare quantities with above, below, at_least or at_most"),
    "<=": (lambda: A <= 1, "compare quantities with above, below, at_least or at_most"),
    "==": (lambda: A == B, "quantities are not compared for equality"),
    "!=": (lambda: A != 0, "quantities are not compared for equality"),
    "a number": (lambda: A * 0.5, r"the number 0.5 would be hidden .* line.constant\(label, value\)"),
    "a number before": (lambda: 2 - A, "the number 2 would be hidden inside a formula"),
    "NaN": (lambda: A + NAN, "the number nan would be hidden"),
    "infinity": (lambda: A + INF, "the number inf would be hidden"),
    "a text": (lambda: A + "b", "expected a quantity, found str"),
    "an array": (lambda: A * np.array([1.0, 0.0]), "expected a quantity, found ndarray"),
    "total of an expression": (lambda: op.total(YEARLY * YEARLY), "total reads a whole yearly row: give its operand"),
    "final of one value": (lambda: op.final(A), "final reads a whole yearly row"),
    "previous of an expression": (lambda: op.previous(YEARLY + YEARLY, 0), "previous reads a neighbouring cell"),
    "previous of one value": (lambda: op.previous(A, 0), "previous reads a neighbouring cell"),
    "a yearly opening": (lambda: op.previous(YEARLY, OTHER), "the opening value of a row is one number"),
    "a yearly closing": (lambda: op.following(YEARLY, OTHER), "the closing value of a row is one number"),
    "roll_forward inside a formula": (
        lambda: 1 + op.grow(A, YEARLY),
        r"roll_forward \(grow\) reads the cell to its left",
    ),
    "nested roll_forward": (lambda: op.grow(op.grow(A, YEARLY), YEARLY), "give it a line of its own"),
    "roll_forward from a yearly row": (lambda: op.grow(OTHER, YEARLY), "needs one opening value"),
    "roll_forward of no years": (lambda: op.grow(A, B), "needs one opening value and a yearly row"),
    "a captured row": (
        lambda: op.roll_forward(lambda before, y: before + y * OTHER, A, YEARLY),
        "step reads the yearly row Z: pass it as an argument",
    ),
    "a total in a step": (
        lambda: op.roll_forward(lambda before, y: before + y / op.total(YEARLY), A, YEARLY),
        "reads one year at a time",
    ),
    "a shifted row in a step": (lambda: op.grow(A, op.previous(row(yearly=True), 0)), "reads one year at a time"),
    "a block in a step": (lambda: op.grow(A, Block((A, B), YEARLY)), "reads one year at a time"),
    "a median of a row": (
        lambda: columns.median(YEARLY),
        r"median reads a column of a peer table: median\(peers.table",
    ),
}


@pytest.mark.parametrize(("attempt", "message"), REFUSED.values(), ids=REFUSED)
def test_a_formula_refuses_and_names_the_remedy(attempt: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        attempt()


def test_a_row_has_one_opening_value_however_often_it_is_named() -> None:
    sales, other = row(yearly=True), row("B")
    assert op.previous(sales, A).yearly and op.previous(sales, A).yearly
    assert sales.row.opening is A
    with pytest.raises(TypeError, match="Sales already has another opening value: give this one a line of its own"):
        op.previous(sales, other)
    assert op.following(sales, other).yearly
    assert sales.row.closing is other


@pytest.mark.parametrize("number", [0, 1, 0.0, 1.0, np.float64(1), np.int64(0)])
def test_zero_and_one_may_stand_in_a_formula(number: Any) -> None:
    formula = A + number
    assert isinstance(formula.operands[1], Constant)
    assert float(number) == formula.operands[1].value


def test_an_expression_grows_as_well_as_a_row() -> None:
    recording = Recording(2)
    line = recording("Path", op.grow(recording.input("base", "Base", NUMBER), recording.period * recording.period))
    assert line.yearly


def test_numpy_leaves_formulas_to_us() -> None:
    assert isinstance(np.float64(1) * A, Formula)
    assert isinstance(1**A, Formula)
    assert isinstance(0 / A, Formula)


def test_formulas_are_the_same_when_they_would_be_spelled_alike() -> None:
    again = Reference(A.row)
    assert same_formula(A + 1, again + 1)
    assert same_formula(A, A) and same_formula(None, None)
    for other in (A + 0, 1 + A, A - 1, -A, A, None, B + 1):
        assert not same_formula(A + 1, other)
    assert not same_formula(Before(NUMBER), Before(RATE))
    assert not same_formula(A, B)


def test_lift_leaves_formulas_alone() -> None:
    assert lift(A) is A
    assert A.row is not None and hash(A) != hash(B)


# Units of formulas ----------------------------------------------------------------------------------------------------

CNY, USD, CNY_BN = (row(str(unit), unit=unit) for unit in (money("CNY"), money("USD"), money("CNY", "bn")))
SHARE = row("rate", unit=RATE)

MIXED: dict[str, tuple[Callable[[], Any], str]] = {
    "two currencies": (lambda: CNY + USD, "cannot combine CNY m with USD m: convert first, with a rate in CNY/USD"),
    "two scales": (lambda: CNY - CNY_BN, "cannot combine CNY m with CNY bn: write both in the same scale"),
    "money and a number": (lambda: op.maximum(CNY, SHARE), "cannot combine CNY m with %: one is a pure number"),
    "a comparison": (lambda: op.above(CNY, USD), "cannot combine CNY m with USD m"),
    "a choice": (lambda: op.where(op.above(A, B), CNY, USD), "cannot combine CNY m with USD m"),
    "a test in money": (lambda: op.where(CNY, A, B), "a test is needed .*, found CNY m"),
    "a valid in money": (lambda: op.valid(CNY, A), "a test is needed .*, found CNY m"),
    "both of money": (lambda: op.both(A, CNY), "a test is needed here, found CNY m"),
    "a power of money": (lambda: CNY**A, "a pure number is needed here, found CNY m"),
    "exp of money": (lambda: op.exp(CNY), "a pure number is needed here, found CNY m"),
    "an opening": (lambda: op.previous(row(yearly=True, unit=RATE), CNY), "one is a pure number"),
    "a path": (lambda: op.grow(CNY, row(yearly=True, unit=money("CNY"))), "one is a pure number"),
}


@pytest.mark.parametrize(("attempt", "message"), MIXED.values(), ids=MIXED)
def test_quantities_that_do_not_mix_are_refused(attempt: Callable[[], Any], message: str) -> None:
    with pytest.raises(UnitMismatch, match=message):
        attempt()


def test_units_of_results() -> None:
    assert "CNY m" == str((CNY + CNY).unit) == str(op.maximum(CNY, 0).unit) == str((0 - CNY).unit)
    assert str((SHARE * SHARE).unit) == "%"
    assert "number" == str((CNY / CNY).unit) == str(op.exp(SHARE).unit) == str((SHARE + A).unit)
    assert "CNY m" == str(op.valid(op.above(A, B), CNY).unit) == str(op.where(op.above(A, B), CNY, 0).unit)
    assert "flag" == str(op.above(CNY, CNY).unit) == str(op.both(A, op.below(CNY, 0)).unit)


def test_a_square_root_has_the_unit_of_its_sides() -> None:
    assert (str(op.sqrt(CNY * CNY).unit), str(op.sqrt(CNY * CNY).unit.scale)) == ("CNY m", "6")
    for odd in (CNY, CNY * CNY * CNY, CNY / A):
        with pytest.raises(UnitMismatch, match="a pure number is needed here"):
            op.sqrt(odd)


def test_nothing_and_nothing_has_no_unit() -> None:
    assert NUMBER == (Constant(0) + 0).unit == op.maximum(Constant(0), 0).unit


def test_a_column_of_peers_has_statistics() -> None:
    column = Column("chips", "ev_sales", np.array([1.0, 2.0, 6.0]), NUMBER)
    assert columns.median(column).operation is OPERATIONS["median"]
    assert columns.median.__doc__ == "Median of a column of peers; blank cells are left out."


def test_lines_name_draws_that_are_not_finite_and_keep_the_others() -> None:
    lines = Lines(2).within("a")
    assert {} == lines.invalid.counts(np.array([False]))
    values = lines("Ratio", np.array([1.0, INF, NAN, -INF]))
    np.testing.assert_array_equal(values, [1, NAN, NAN, NAN])
    draws, names = lines.invalid.spoiled(np.array([False, True, True, True]))
    assert ([1, 2, 3], ["a.ratio"] * 3) == (draws.tolist(), names.tolist())
    assert list(lines) == ["Ratio"]
    assert repr(lines) == "Lines(Ratio)"
    assert len(lines) == 1


def test_a_power_does_not_hang_on_how_many_draws_are_computed_together() -> None:
    base, years = np.random.default_rng(0).uniform(0.9, 1.1, 10_000), np.arange(1.0, 6)[:, None]
    whole = op.power(base, years)
    for size in (3, 2048, 8192):
        pieces = [op.power(base[start : start + size], years) for start in range(0, len(base), size)]
        assert np.concatenate(pieces, axis=1).tobytes() == whole.tobytes()
