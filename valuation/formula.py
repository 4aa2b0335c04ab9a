"""The language of methods: a quantity is an array of draws, or a Formula that records what was done to it.

A method is an ordinary function over quantities. Called with NumPy arrays it computes; called with Formulas it records
itself, and the recording is later spelled in Excel, evaluated or compiled. An ``Operation`` holds both meanings side by
side, so NumPy and Excel cannot disagree. Shapes: yearly quantities are (years, draws), all others (draws,).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np

from .units import FLAG, NUMBER, Unit, UnitMismatch

ATOM: Final = 9
COMPARISON, SUM, PRODUCT, EXPONENT = 1, 3, 4, 5
UnitRule = Callable[[Sequence["Formula"]], Unit]


class Quantity(Protocol):
    """What methods compute with: a float, an array of draws or a Formula. Use operations, never ``if`` or ``>``."""

    def __add__(self, other: Any, /) -> Any: ...
    def __radd__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __rsub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...
    def __rmul__(self, other: Any, /) -> Any: ...
    def __truediv__(self, other: Any, /) -> Any: ...
    def __rtruediv__(self, other: Any, /) -> Any: ...
    def __pow__(self, other: Any, /) -> Any: ...
    def __neg__(self) -> Any: ...


@dataclass(frozen=True)
class Operation:
    """One entry of the closed table: a name, what NumPy computes, how Excel spells it, and the unit of the result.

    ``whole_row`` operations (total, final) read a yearly row and give one value; they take a row, not an expression.
    A ``boolean`` operation gives TRUE or FALSE in Excel; ``tests`` are the operands that may be such, by position.
    """

    name: str
    numpy: Callable[..., Any]
    excel: str
    unit: UnitRule
    precedence: int = ATOM
    whole_row: bool = False
    boolean: bool = False
    tests: tuple[int, ...] = ()

    def __call__(self, *operands: Any) -> Any:
        """Record when an operand is a Formula, else compute."""
        if any(isinstance(operand, Formula) for operand in operands):
            return self.record(*operands)
        return self.compute(*operands)

    def compute(self, *operands: Any) -> Any:
        """Compute with NumPy. What is infinite is invalid (NaN), as Excel has no infinity but errors."""
        with np.errstate(all="ignore"):
            return without_infinity(self.numpy(*(without_infinity(operand) for operand in operands)))

    def record(self, *operands: Any) -> Formula:
        """Return the Formula of this operation; a TypeError names the remedy when it cannot stand in a cell."""
        formulas = tuple(self._operand(lift(operand), place) for place, operand in enumerate(operands))
        if self.whole_row and not all(isinstance(o, Reference) and o.yearly for o in formulas):
            raise TypeError(f"{self.name} reads a whole yearly row: give its operand a line of its own")
        yearly = not self.whole_row and any(operand.yearly for operand in formulas)
        return Formula(self, formulas, self.unit(formulas), yearly)

    def _operand(self, formula: Formula, place: int) -> Formula:
        """Arithmetic counts TRUE as 1; MAX skips it in a cell, and Excel ranks it above every number."""
        arithmetic = self.precedence in (SUM, PRODUCT, EXPONENT)
        return formula if arithmetic or place in self.tests else countable(formula)


def without_infinity(value: Any) -> Any:
    """Return NaN in place of infinite values; anything else as it is."""
    if np.isfinite(np.sum(value)):
        return value  # a finite sum has finite terms: one pass settles nearly every case
    infinite = np.isinf(value)
    return np.where(infinite, np.nan, value) if np.any(infinite) else value


class Formula:
    """A recorded quantity: an operation over other Formulas, with its unit and whether it has a value each year."""

    __slots__ = ("operands", "operation", "unit", "yearly")
    __array_ufunc__ = None  # NumPy must leave array * formula to us

    def __init__(self, operation: Operation | None, operands: tuple[Formula, ...], unit: Unit, yearly: bool) -> None:
        self.operation, self.operands, self.unit, self.yearly = operation, operands, unit, yearly

    def __add__(self, other: Any) -> Formula:
        return ADD.record(self, other)

    def __radd__(self, other: Any) -> Formula:
        return ADD.record(other, self)

    def __sub__(self, other: Any) -> Formula:
        return SUBTRACT.record(self, other)

    def __rsub__(self, other: Any) -> Formula:
        return SUBTRACT.record(other, self)

    def __mul__(self, other: Any) -> Formula:
        return MULTIPLY.record(self, other)

    def __rmul__(self, other: Any) -> Formula:
        return MULTIPLY.record(other, self)

    def __truediv__(self, other: Any) -> Formula:
        return DIVIDE.record(self, other)

    def __rtruediv__(self, other: Any) -> Formula:
        return DIVIDE.record(other, self)

    def __pow__(self, other: Any) -> Formula:
        return POWER.record(self, other)

    def __rpow__(self, other: Any) -> Formula:
        return POWER.record(other, self)

    def __neg__(self) -> Formula:
        return NEGATE.record(self)

    def __bool__(self) -> bool:
        raise TypeError(
            "a quantity has many draws, so Python cannot branch on it: use where(test, a, b), maximum or minimum"
        )

    def _compare(self, other: Any) -> Any:
        raise TypeError("compare quantities with above, below, at_least or at_most, which keep invalid draws invalid")

    __lt__ = __le__ = __gt__ = __ge__ = _compare

    def __eq__(self, other: object) -> bool:
        raise TypeError("quantities are not compared for equality: use at_least and at_most, or same_formula")

    __hash__ = object.__hash__


class Constant(Formula):
    """A number written in a method. Only 0 and 1 may stand in a cell; others are assumptions or line.constant."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        if value not in (0, 1):
            raise TypeError(
                f"the number {value:g} would be hidden inside a formula: make it an assumption, "
                "or name it with line.constant(label, value)"
            )
        super().__init__(None, (), NUMBER, False)
        self.value = float(value)


@dataclass(eq=False)
class Row:
    """A row of a sheet: its formula, and the cells before (opening) and after (closing) the years."""

    scope: str
    label: str
    unit: Unit
    yearly: bool
    formula: Formula | None = None
    opening: Formula | None = None
    closing: Formula | None = None
    name: str = field(default="")


class Reference(Formula):
    """The value of another row: the same year's cell of a yearly row, or the one cell of any other."""

    __slots__ = ("row",)

    def __init__(self, row: Row) -> None:
        super().__init__(None, (), row.unit, row.yearly)
        self.row = row


class Before(Formula):
    """Inside roll_forward: last year's value of the row being written."""

    __slots__ = ()

    def __init__(self, unit: Unit) -> None:
        super().__init__(None, (), unit, True)


class Recurrence(Formula):
    """What roll_forward gives: a cell that reads its left neighbour. It must be given a line at once."""

    __slots__ = ("cell", "opening")

    def __init__(self, cell: Formula, opening: Formula) -> None:
        super().__init__(None, (), cell.unit, True)
        self.cell, self.opening = cell, opening


class Column(Formula):
    """The cells of one column of a peer table, read only by statistics such as median."""

    __slots__ = ("column", "table", "values")

    def __init__(self, table: str, column: str, values: Any, unit: Unit) -> None:
        super().__init__(None, (), unit, False)
        self.table, self.column, self.values = table, column, values


class Block(Formula):
    """Consecutive input rows read as one yearly quantity: item t in year t."""

    __slots__ = ("items", "period")

    def __init__(self, items: tuple[Reference, ...], period: Formula) -> None:
        super().__init__(None, (), items[0].unit, True)
        self.items, self.period = items, period


def lift(value: Any) -> Formula:
    """Return a Formula: itself, or the constant 0 or 1. A recurrence inside a formula is refused with the remedy."""
    if isinstance(value, Recurrence):
        raise TypeError("roll_forward (grow) reads the cell to its left: give it a line of its own before using it")
    if isinstance(value, Formula):
        return value
    if isinstance(value, (int, float, np.integer, np.floating)):
        return Constant(float(value))
    raise TypeError(f"expected a quantity, found {type(value).__name__}")


def countable(formula: Formula) -> Formula:
    """Return a number for a test: alone it would be TRUE or FALSE, a sum with 0 is 1 or 0."""
    return formula + 0 if formula.operation is not None and formula.operation.boolean else formula


def same_formula(left: Formula | None, right: Formula | None) -> bool:
    """Whether two Formulas would be spelled alike."""
    if left is right:
        return True
    if left is None or right is None or type(left) is not type(right):
        return False
    match left, right:
        case Reference(), Reference():
            return left.row is right.row
        case Constant(), Constant():
            return left.value == right.value
        case _:
            alike = left.operation is right.operation and len(left.operands) == len(right.operands)
            return (
                alike
                and left.operation is not None
                and all(same_formula(a, b) for a, b in zip(left.operands, right.operands, strict=True))
            )


# Units of results -----------------------------------------------------------------------------------------------


def _is_zero(formula: Formula) -> bool:
    return isinstance(formula, Constant) and formula.value == 0


def same_unit(operands: Sequence[Formula]) -> Unit:
    """Unit of a sum, maximum or choice: all operands must agree; a bare 0 fits any unit."""
    units = [operand.unit for operand in operands if not _is_zero(operand)]
    if not units:
        return NUMBER
    for unit in units[1:]:
        if not unit.like(units[0]):
            raise UnitMismatch(f"cannot combine {units[0]} with {unit}{_hint(units[0], unit)}")
    shown = {unit.shown for unit in units}
    return units[0] if len(shown) == 1 else Unit(units[0].dimensions, units[0].scale)


def _hint(left: Unit, right: Unit) -> str:
    if left.dimensions == right.dimensions:
        return ": write both in the same scale"
    if left.pure or right.pure:
        return ": one is a pure number"
    return f": convert first, with a rate in {left / right}"


def product_unit(operands: Sequence[Formula]) -> Unit:
    """Unit of a product."""
    return operands[0].unit * operands[1].unit


def quotient_unit(operands: Sequence[Formula]) -> Unit:
    """Unit of a ratio."""
    return operands[0].unit / operands[1].unit


def pure_unit(operands: Sequence[Formula]) -> Unit:
    """Unit of exp, log, powers: a number of numbers."""
    for operand in operands:
        if not operand.unit.pure:
            raise UnitMismatch(f"a pure number is needed here, found {operand.unit}")
    return NUMBER


def root_unit(operands: Sequence[Formula]) -> Unit:
    """Unit of a square root: of CNY m times CNY m it is CNY m, of a pure number a number; others have none."""
    unit = operands[0].unit
    if unit.pure or unit.scale % 2 or any(power % 2 for _, power in unit.dimensions):
        return pure_unit(operands)
    return Unit(tuple((name, power // 2) for name, power in unit.dimensions), unit.scale // 2)


def first_unit(operands: Sequence[Formula]) -> Unit:
    """Unit of the first operand."""
    return operands[0].unit


def flag_unit(operands: Sequence[Formula]) -> Unit:
    """Unit of a comparison whose operands must agree."""
    same_unit(operands)
    return FLAG


ADD: Final = Operation("add", np.add, "{}+{}", same_unit, SUM)
SUBTRACT: Final = Operation("subtract", np.subtract, "{}-{}", same_unit, SUM)
MULTIPLY: Final = Operation("multiply", np.multiply, "{}*{}", product_unit, PRODUCT)


def _power(base: Any, exponent: Any) -> Any:
    """Power, but 0^0 is invalid, as in Excel, and so is what has an operand without a value: not 1, as NumPy has it.

    NumPy squares instead where one exponent of 2 meets many bases, but not in every size of a chunk; dense operands
    are treated alike in all.
    """
    base, exponent = (np.array(side, order="C") for side in np.broadcast_arrays(base, exponent))
    invalid = (np.equal(base, 0) & np.equal(exponent, 0)) | np.isnan(base) | np.isnan(exponent)
    return np.where(invalid, np.nan, np.power(base, exponent))


DIVIDE: Final = Operation("divide", np.divide, "{}/{}", quotient_unit, PRODUCT)
POWER: Final = Operation("power", _power, "{}^{}", pure_unit, EXPONENT)
NEGATE: Final = Operation("negate", np.negative, "-{}", first_unit, SUM)
