"""The reading that records: each line becomes a Row with the Formula that a sheet will hold.

The same rows can be evaluated here with NumPy, which gives the values stored beside the formulas and proves that the
recording says what the eager reading computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .formula import Before, Block, Column, Constant, Formula, Recurrence, Reference, Row, countable, lift
from .lines import Array, DuplicateLine, snake
from .units import NUMBER, WHOLE, Unit, UnitMismatch

PERIOD_LABEL = "Forecast year"
CONSTANTS = "constants"
INPUTS = "inputs"


@dataclass(frozen=True)
class Heading:
    """A caption between the rows of a sheet."""

    text: str


@dataclass
class Scope:
    """The rows of one sheet in the order they were written."""

    name: str
    title: str
    entries: list[Row | Heading] = field(default_factory=list)
    _by_key: dict[str, Row] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for row in self.rows:
            self._by_key.setdefault(snake(row.label), row)

    def add(self, row: Row) -> None:
        """Write a row below the others."""
        self.entries.append(row)
        self._by_key.setdefault(snake(row.label), row)

    def relabel(self, row: Row, label: str) -> None:
        """Give a row another label, so that the one it had is free."""
        del self._by_key[snake(row.label)]
        row.label = label
        self._by_key.setdefault(snake(label), row)

    @property
    def rows(self) -> list[Row]:
        """The rows without the captions."""
        return [entry for entry in self.entries if isinstance(entry, Row)]

    def row(self, name: str) -> Row | None:
        """Return the row with a label or its dotted-name form."""
        return self._by_key.get(snake(name))

    def assumed(self, name: str) -> Row | None:
        """Return the row of an assumption by its dotted name."""
        return next((row for row in self.rows if row.name == name), None)


class Recording:
    """The reading that keeps Formulas: scopes of rows, constants by label."""

    def __init__(self, years: int, scope: str = "") -> None:
        self.years = years
        self.scope = scope
        self.scopes: dict[str, Scope] = {}
        self.constants: dict[str, tuple[Row, float]] = {}
        self.inputs: dict[str, Row] = {}
        self.written: list[Row] = []
        self.period_row = Row("", PERIOD_LABEL, WHOLE, True)
        if not scope:
            self.scopes[""] = Scope("", "")

    @property
    def period(self) -> Reference:
        """The number of the forecast year, in the head of every sheet."""
        return Reference(self.period_row)

    def __call__(
        self,
        label: str,
        quantity: Any,
        *,
        show: Unit | None = None,
        yearly: bool = False,
        name: str = "",
        aside: bool = False,
    ) -> Reference:
        """Keep a Formula as a row; see ``Line``."""
        row = self._row(label, quantity, show, yearly)
        row.name = name
        here = self.scopes[self.scope]
        there = here.row(label)
        if there is not None and not there.name:
            raise DuplicateLine(f"{self.scope or 'the method'} has two lines labelled {label!r}")
        if there is not None:
            here.relabel(there, f"{label} (assumed: {there.name.partition('.')[2]})")
        here.add(row)
        self.written.append(row)
        return Reference(row)

    def _row(self, label: str, quantity: Any, show: Unit | None, yearly: bool) -> Row:
        if isinstance(quantity, Recurrence):
            unit = _shown(quantity.unit, show)
            return Row(self.scope, label, unit, True, quantity.cell, opening=quantity.opening)
        formula = countable(lift(quantity))
        return Row(self.scope, label, _shown(formula.unit, show), formula.yearly or yearly, formula)

    def constant(self, label: str, value: float, unit: Unit = NUMBER) -> Reference:
        """Name a number of a method; the same label is the same cell."""
        row, there = self.constants.setdefault(label, (Row(CONSTANTS, label, unit, False), value))
        if there != value:
            raise DuplicateLine(f"two constants are labelled {label!r}: {there:g} and {value:g}")
        return Reference(row)

    def input(self, name: str, label: str, unit: Unit) -> Reference:
        """Return a Reference to the row of an input; the same name is the same cell."""
        return Reference(self.inputs.setdefault(name, Row(INPUTS, label, unit, False, name=name)))

    def heading(self, text: str) -> None:
        """Write a caption."""
        self.scopes[self.scope].entries.append(Heading(text))

    def within(self, scope: str, title: str = "") -> Recording:
        """Return the same recording seen from another scope."""
        other = Recording.__new__(Recording)
        other.__dict__.update(self.__dict__)
        other.scope = scope
        self.scopes.setdefault(scope, Scope(scope, title or scope))
        return other


def _shown(unit: Unit, show: Unit | None) -> Unit:
    if show is None:
        return unit
    if not unit.like(show):
        raise UnitMismatch(f"expected {show}, found {unit}")
    return show


# Evaluation ------------------------------------------------------------------------------------------------------

Values = dict[Row, Array]


def evaluate(formula: Formula, read: Callable[[Row], Any], before: Any = None) -> Any:
    """Compute a Formula, reading other rows through ``read`` and the left neighbour from ``before``."""
    match formula:
        case Constant():
            return formula.value
        case Reference():
            return read(formula.row)
        case Column():
            return formula.values
        case Block():
            return np.stack(np.broadcast_arrays(*(np.atleast_1d(read(item.row)) for item in formula.items)))
        case Before():
            return before
        case _:
            operands = [evaluate(operand, read, before) for operand in formula.operands]
            assert formula.operation is not None
            return formula.operation.compute(*operands)


def evaluate_row(row: Row, values: Mapping[Row, Any], years: int) -> Array:
    """Compute one row from the rows it reads; NaN where a value is not finite."""
    assert row.formula is not None
    if row.opening is not None and reads_before(row.formula):
        result = _forward(row, values, years)
    else:
        result = np.asarray(evaluate(row.formula, values.__getitem__), dtype=np.float64)
    if row.yearly and result.ndim < 2:
        result = np.broadcast_to(result, (years, *np.atleast_1d(result).shape))
    return np.where(np.isfinite(result), result, np.nan)


def _forward(row: Row, values: Mapping[Row, Any], years: int) -> Array:
    assert row.formula is not None and row.opening is not None
    before, out = evaluate(row.opening, values.__getitem__), []
    for year in range(years):

        def read(other: Row, year: int = year) -> Any:
            value = values[other]
            return value[year] if np.ndim(value) == 2 else value

        before = evaluate(row.formula, read, before)
        out.append(before)
    return np.stack(np.broadcast_arrays(*(np.atleast_1d(value) for value in out)))


def reads_before(formula: Formula) -> bool:
    """Whether a formula reads last year's value of the row being written."""
    leaf = isinstance(formula, Before)
    return leaf or any(reads_before(operand) for operand in formula.operands)


def evaluate_all(recording: Recording, given: Mapping[Row, Any], rows: Iterable[Row] | None = None) -> Values:
    """Compute rows of a recording from the values of its inputs, in the order they were written: all, or only some."""
    values: Values = dict(given)
    values[recording.period_row] = np.arange(1.0, recording.years + 1)[:, None]
    values.update({row: np.atleast_1d(value) for row, value in recording.constants.values()})
    for row in recording.written if rows is None else rows:
        values[row] = evaluate_row(row, values, recording.years)
    return values
