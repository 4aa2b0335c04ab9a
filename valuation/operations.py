"""The closed table of operations, NumPy beside Excel: what a method may do to a quantity.

>>> float(maximum(-3.0, 0.0))
0.0
>>> float(where(above(2.0, 1.0), 10.0, 20.0))
10.0
>>> total(np.array([[1.0], [2.0]]))
array([3.])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .formula import (
    ADD,
    COMPARISON,
    DIVIDE,
    MULTIPLY,
    NEGATE,
    POWER,
    SUBTRACT,
    Before,
    Block,
    Constant,
    Formula,
    Operation,
    Recurrence,
    Reference,
    UnitRule,
    countable,
    first_unit,
    flag_unit,
    lift,
    pure_unit,
    root_unit,
    same_formula,
    same_unit,
)
from .units import FLAG, Unit, UnitMismatch

OPERATIONS: Final[dict[str, Operation]] = {
    operation.name: operation for operation in (ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATE)
}


def operation(name: str, numpy: Callable[..., Any], excel: str, unit: UnitRule, **more: Any) -> Operation:
    """Add an operation to the table: its NumPy meaning and its Excel spelling, side by side; see ``Operation``."""
    OPERATIONS[name] = Operation(name, numpy, excel, unit, **more)
    return OPERATIONS[name]


def _comparison(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def flag(left: Any, right: Any) -> Any:
        """1 or 0; NaN where an operand is NaN, as Excel passes errors on."""
        return np.where(np.isnan(left) | np.isnan(right), np.nan, compare(left, right))

    return flag


def _where(test: Any, then: Any, otherwise: Any) -> Any:
    return np.where(np.isnan(test), np.nan, np.where(np.not_equal(test, 0), then, otherwise))


def _valid(test: Any, value: Any) -> Any:
    return np.where(np.equal(np.nan_to_num(test), 0), np.nan, value)


def _choice_unit(operands: Sequence[Formula]) -> Unit:
    _test_unit(operands)
    return same_unit(operands[1:])


def _valid_unit(operands: Sequence[Formula]) -> Unit:
    _test_unit(operands)
    return operands[1].unit


def _test_unit(operands: Sequence[Formula]) -> None:
    if not operands[0].unit.pure:
        raise UnitMismatch(f"a test is needed (a > b, or an event), found {operands[0].unit}")


def _flags(operands: Sequence[Formula]) -> Unit:
    for operand in operands:
        if not operand.unit.pure:
            raise UnitMismatch(f"a test is needed here, found {operand.unit}")
    return FLAG


def _both(left: Any, right: Any) -> Any:
    return np.where(np.isnan(left) | np.isnan(right), np.nan, (np.not_equal(left, 0)) & np.not_equal(right, 0))


def _either(left: Any, right: Any) -> Any:
    return np.where(np.isnan(left) | np.isnan(right), np.nan, (np.not_equal(left, 0)) | np.not_equal(right, 0))


def _opposite(test: Any) -> Any:
    return np.where(np.isnan(test), np.nan, np.equal(test, 0))


def _sum(row: Any) -> Any:
    return np.sum(row, axis=0)


power = POWER  # in methods instead of ** where the exponent is a year: the same bits in chunks of any size
maximum = operation("maximum", np.maximum, "MAX({},{})", same_unit)
minimum = operation("minimum", np.minimum, "MIN({},{})", same_unit)
absolute = operation("absolute", np.abs, "ABS({})", first_unit)
exp = operation("exp", np.exp, "EXP({})", pure_unit)
log = operation("log", np.log, "LN({})", pure_unit)
sqrt = operation("sqrt", np.sqrt, "SQRT({})", root_unit)
normal_cdf = operation("normal_cdf", ndtr, "NORMSDIST({})", pure_unit)
above = operation("above", _comparison(np.greater), "{}>{}", flag_unit, precedence=COMPARISON, boolean=True)
below = operation("below", _comparison(np.less), "{}<{}", flag_unit, precedence=COMPARISON, boolean=True)
at_least = operation(
    "at_least", _comparison(np.greater_equal), "{}>={}", flag_unit, precedence=COMPARISON, boolean=True
)
at_most = operation("at_most", _comparison(np.less_equal), "{}<={}", flag_unit, precedence=COMPARISON, boolean=True)
both = operation("both", _both, "AND({},{})", _flags, boolean=True, tests=(0, 1))
either = operation("either", _either, "OR({},{})", _flags, boolean=True, tests=(0, 1))
opposite = operation("opposite", _opposite, "NOT({})", _flags, boolean=True, tests=(0,))
where = operation("where", _where, "IF({},{},{})", _choice_unit, tests=(0,))
valid = operation("valid", _valid, "IF({},{},NA())", _valid_unit, tests=(0,))
total = operation("total", _sum, "SUM({})", first_unit, whole_row=True)
final = operation("final", lambda row: row[-1], "{}", first_unit, whole_row=True)
first = operation("first", lambda row: row[0], "{}", first_unit, whole_row=True)


def _shift_back(row: NDArray[np.float64], opening: Any) -> NDArray[np.float64]:
    shape = np.broadcast_shapes(row[:1].shape, np.shape(opening))
    return np.concatenate([np.broadcast_to(opening, shape), np.broadcast_to(row[:-1], (len(row) - 1, *shape[1:]))])


def _shift_ahead(row: NDArray[np.float64], closing: Any) -> NDArray[np.float64]:
    shape = np.broadcast_shapes(row[:1].shape, np.shape(closing))
    return np.concatenate([np.broadcast_to(row[1:], (len(row) - 1, *shape[1:])), np.broadcast_to(closing, shape)])


_PREVIOUS = operation("previous", _shift_back, "{}", same_unit)
_FOLLOWING = operation("following", _shift_ahead, "{}", same_unit)


def previous(row: Any, opening: Any) -> Any:
    """Last year's value of a row; in the first year the opening value, which is written before the row's first cell."""
    return _neighbour(_PREVIOUS, row, opening, "opening")


def following(row: Any, closing: Any) -> Any:
    """Next year's value of a row; in the last year the closing value, which is written behind the row's last cell."""
    return _neighbour(_FOLLOWING, row, closing, "closing")


def _neighbour(shift: Operation, row: Any, end: Any, side: str) -> Any:
    if not isinstance(row, Formula) and not isinstance(end, Formula):
        return shift(row, end)
    if not isinstance(row, Reference) or not row.yearly:
        raise TypeError(f"{shift.name} reads a neighbouring cell: give its operand a line of its own")
    cell = countable(lift(end))
    if cell.yearly:
        raise TypeError(f"the {side} value of a row is one number, not a yearly row")
    there = getattr(row.row, side)
    if there is None:
        setattr(row.row, side, cell)
    elif not same_formula(there, cell):
        raise TypeError(f"{row.row.label} already has another {side} value: give this one a line of its own")
    same_unit((row, cell))
    return Formula(shift, (row, cell), row.unit, True)


def roll_forward(step: Callable[..., Any], opening: Any, *yearly: Any) -> Any:
    """Value each year from the year before: ``step(before, *this year's values)`` starting at ``opening``.

    Every yearly quantity that the step reads must be passed as an argument, so that both readings see the same year.
    """
    if any(isinstance(value, Formula) for value in (opening, *yearly)):
        start, rows = countable(lift(opening)), [lift(value) for value in yearly]
        if start.yearly or not any(row.yearly for row in rows):
            raise TypeError(_ROLLING)
        from_nothing = isinstance(start, Constant) and start.value == 0 and bool(rows)
        cell = lift(step(Before(rows[0].unit if from_nothing else start.unit), *rows))
        _check_step(cell, yearly)
        same_unit((start, cell))
        return Recurrence(cell, start)
    return _roll(step, opening, [np.asarray(value) for value in yearly])


_ROLLING: Final = (
    "roll_forward (grow) needs one opening value and a yearly row to roll it forward with: "
    "for the same rate every year write opening * (1 + rate) ** period"
)


def _roll(step: Callable[..., Any], opening: Any, yearly: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    years = {len(value) for value in yearly if value.ndim == 2}
    if len(years) != 1 or np.ndim(opening) == 2:
        raise TypeError(_ROLLING)
    values, before = [], opening
    with np.errstate(all="ignore"):
        for year in range(years.pop()):
            before = step(before, *(value[year] if value.ndim == 2 else value for value in yearly))
            if np.ndim(before) > 1:
                raise TypeError("roll_forward's step read a whole yearly row: pass it as an argument")
            values.append(before)
    return np.stack(np.broadcast_arrays(*values))


def _check_step(cell: Formula, passed: Sequence[Any]) -> None:
    rows = {row for value in passed if isinstance(value, Formula) for row in rows_read(value)}
    if not _of_one_year(cell):
        raise TypeError(
            "roll_forward (grow) reads one year at a time: give rows shifted or added up lines of their own"
        )
    for row in rows_read(cell):
        if row.yearly and row not in rows:
            raise TypeError(f"roll_forward's step reads the yearly row {row.label}: pass it as an argument")


def _of_one_year(formula: Formula) -> bool:
    """Whether a formula reads nothing but its own year: no shifted row, no sum of a row, no block of inputs."""
    shifted = formula.operation in (_PREVIOUS, _FOLLOWING) or isinstance(formula, Block)
    whole = formula.operation is not None and formula.operation.whole_row
    return not shifted and not whole and all(map(_of_one_year, formula.operands))


def rows_read(formula: Formula) -> list[Any]:
    """Return the rows that a formula refers to."""
    if isinstance(formula, Reference):
        return [formula.row]
    operands = formula.items if isinstance(formula, Block) else formula.operands
    return [row for operand in operands for row in rows_read(operand)]


def _add_up(*values: Any) -> Any:
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result


def fade(period: Any, start: Any, end: Any, hold: Any, over: Any) -> Any:
    """A yearly path: ``start`` through year ``hold``, then linear, reaching ``end`` after ``over`` more years."""
    between = start + (end - start) * maximum(0, (period - hold) / over)
    return where(at_least(period, hold + over), end, between)


def decay(period: Any, start: Any, end: Any, half_life: Any) -> Any:
    """A yearly path from ``start`` in year 1 towards ``end``: every ``half_life`` years half of the way is left.

    x_t = end + (start - end) exp(-ln 2 (t - 1) / half-life), the geometric fade of competitive advantage.
    """
    one = period / period  # 2 is written as 1 + 1, as no other number may hide in a formula
    return end + (start - end) * exp(-log(one + one) * (period - 1) / half_life)


def grow(base: Any, growth: Any) -> Any:
    """A yearly path that grows from a base: base (1 + growth), year after year."""
    return roll_forward(lambda before, growth: before * (1 + growth), base, growth)


add_up = operation("add_up", _add_up, "SUM({})", same_unit)
"""The sum of any number of quantities; neighbouring rows are spelled as one range."""


# Statistics of a few quantities, draw by draw -----------------------------------------------------------------------


def _across(function: Callable[..., Any]) -> Callable[..., Any]:
    def computed(*values: Any) -> Any:
        return function(np.stack(np.broadcast_arrays(*values)), axis=0)

    return computed


def _harmonic(values: Any, axis: int) -> Any:
    """NaN unless every number is positive, as in Excel."""
    return np.where(np.all(values > 0, axis=axis), len(values) / np.sum(1 / values, axis=axis), np.nan)


median_of = operation("median_of", _across(np.median), "MEDIAN({})", same_unit)
average_of = operation("average_of", _across(np.mean), "AVERAGE({})", same_unit)
harmonic_mean_of = operation("harmonic_mean_of", _across(_harmonic), "HARMEAN({})", same_unit)
lowest_of = operation("lowest_of", _across(np.min), "MIN({})", same_unit)
highest_of = operation("highest_of", _across(np.max), "MAX({})", same_unit)


# Guards: an impossible draw is NaN ----------------------------------------------------------------------------------


def within_whole(share: Any) -> Any:
    """Whether a share lies between nothing and 100 %."""
    return both(at_least(share, 0), at_most(share, 1))


def proper_share(share: Any) -> Any:
    """A share; invalid below nothing and above 100 %."""
    return valid(within_whole(share), share)


def positive(amount: Any) -> Any:
    """An amount; invalid unless it is above 0."""
    return valid(above(amount, 0), amount)


def not_negative(amount: Any) -> Any:
    """An amount; invalid below 0."""
    return valid(at_least(amount, 0), amount)


def shown_ratio(amount: Any, base: Any) -> Any:
    """An amount over a base, shown as 0 where the base is not above 0; for lines that inform and carry no value."""
    return where(above(base, 0), amount / base, 0)


# Periods ------------------------------------------------------------------------------------------------------------


def ltm(fiscal_year: Any, this_ytd: Any, last_ytd: Any) -> Any:
    """The last twelve months: the last fiscal year, plus this year to date, less last year to the same date."""
    return fiscal_year + this_ytd - last_ytd


def ntm(fy1: Any, fy2: Any, share: Any) -> Any:
    """The next twelve months: the part of this fiscal year (FY1) still to come, and the rest from the next (FY2)."""
    return share * fy1 + (1 - share) * fy2
