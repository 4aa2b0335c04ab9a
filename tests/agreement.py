"""The law of one definition for a calculation alone: arrays, its recording and an independent engine say the same.

``readings_agree`` takes a method, a schedule or any other calculation, ``agreed`` a function over a line and its
quantities; both also see to it that every formula fits a cell. ``Recorder`` is for tests with more of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from workbooks import recalculated

from valuation.calculation import Calculation
from valuation.formula import Block, Row
from valuation.kinds import Kind, Table
from valuation.lines import Line, Lines, snake
from valuation.recording import Recording, Scope, evaluate_all
from valuation.units import Unit, money
from valuation.workbook.pages import Draft
from valuation.workbook.sheets.lines import place_rows

ENGINE_DRAWS = 5
LONGEST_FORMULA = 160
ASSUMED = "Assumed: "
Array = np.ndarray
Given = Mapping[str, tuple[Any, Unit]]


class Recorder:
    """Turns what a calculation is given into inputs of a recording, and keeps their draws.

    A list has an item a year. Yearly quantities get a line, as assumptions have in the model of a case.
    """

    def __init__(self, years: int = 1) -> None:
        self.recording = Recording(years)
        self.draws: dict[str, Array] = {}

    def quantity(self, name: str, value: Any, unit: Unit, *, yearly: bool = False) -> Any:
        """A number, an array of draws, or a list of either, as inputs."""
        if isinstance(value, list):
            items = tuple(self._input(f"{name}.{year}", item, unit) for year, item in enumerate(value, start=1))
            return self.recording(ASSUMED + name, Block(items, self.recording.period), yearly=True)
        found = self._input(name, value, unit)
        return self.recording(ASSUMED + name, found, yearly=True) if yearly else found

    def _input(self, name: str, value: Any, unit: Unit) -> Any:
        self.draws[name] = np.atleast_1d(np.asarray(value, dtype=np.float64))
        return self.recording.input(name, name, unit)

    def argument(self, name: str, kind: Any, value: Any, units: Mapping[str, Unit]) -> Any:
        """A parameter of a calculation, tables and words included; money is CNY m unless ``units`` says else."""
        if isinstance(kind, Table):
            return {
                row: {
                    field: self.argument(f"{name}.{row}.{field}", kind.fields[field], entry, units)
                    for field, entry in {**_numbers(kind), **fields}.items()
                }
                for row, fields in value.items()
            }
        if not isinstance(kind, Kind):
            return value
        unit = units.get(name) or (money("CNY", "m") if kind.unit is None else kind.unit)
        return self.quantity(name, value, unit, yearly=kind.yearly)

    @property
    def rows(self) -> list[Row]:
        """The rows that the calculation wrote."""
        return [row for row in self.recording.written if not row.label.startswith(ASSUMED)]

    def agrees(self, lines: Lines, *, nothing: float | None = None, apart: bool = False) -> None:
        """Assert that the recording and the engine give these lines, draw by draw, in formulas that fit a cell.

        ``nothing`` is what amounts that are differences of larger ones may be off; ``apart`` puts the inputs on a sheet
        of their own.
        """
        assert [snake(row.label) for row in self.rows] == list(lines.scopes[""])
        inputs = self.recording.inputs
        values = evaluate_all(self.recording, {inputs[name]: draws for name, draws in self.draws.items()})
        for row in self.rows:
            found, expected = np.broadcast_arrays(values[row], lines[row.label])
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=nothing or 0, err_msg=row.label)
        self.fits(apart=apart)
        for draw in range(min(ENGINE_DRAWS, max(map(np.size, self.draws.values())))):
            self._engine_agrees(lines, draw, nothing)

    def fits(self, *, apart: bool = False) -> None:
        """Assert that no formula is too long for its reader or holds an IF within an IF."""
        for text in spelled(self.recording, apart=apart):
            assert len(text) <= LONGEST_FORMULA, text
            assert text.count("IF(") <= 1, text

    def _engine_agrees(self, lines: Lines, draw: int, nothing: float | None) -> None:
        """What is left of large amounts that cancel is known to the last digits of the largest amount of its unit."""
        numbers = {name: float(_at(values, draw)) for name, values in self.draws.items()}
        found = recalculated(self.recording, numbers)
        expected = {row: np.broadcast_to(np.ravel(_at(lines[row.label], draw)), found[row].shape) for row in self.rows}
        scales: dict[str, float] = {}
        given = {row: numbers[name] for name, row in self.recording.inputs.items() if name in numbers}
        for row, values in [*expected.items(), *given.items()]:
            largest = np.max(np.nan_to_num(np.abs(values)))
            scales[str(row.unit)] = max(scales.get(str(row.unit), 1.0), float(largest))
        for row, values in expected.items():
            atol = 1e-15 * scales[str(row.unit)] if nothing is None else nothing
            np.testing.assert_allclose(found[row], values, rtol=1e-9, atol=atol, err_msg=row.label)


def readings_agree(entry: Calculation, years: int = 3, units: Mapping[str, Unit] | None = None, **given: Any) -> Lines:
    """Assert that all readings of a calculation agree line by line, draw by draw; return the computed lines.

    Yearly values are lists with an item a year. ``units`` are those of parameters that accept any.
    """
    recorder = recorded(entry, years, units, **given)
    lines = entry(years=years, **{name: _eager(value) for name, value in given.items()})
    recorder.agrees(lines)
    return lines


def recorded(entry: Calculation, years: int = 3, units: Mapping[str, Unit] | None = None, **given: Any) -> Recorder:
    """Run a calculation over inputs; numbers that its signature gives become inputs too, as when a file is read."""
    recorder, kinds = Recorder(years), {name: parameter.kind for name, parameter in entry.parameters.items()}
    defaults = {
        name: parameter.default
        for name, parameter in entry.parameters.items()
        if isinstance(parameter.kind, Kind) and parameter.default is not None
    }
    arguments = {
        name: recorder.argument(name, kinds[name], value, units or {}) for name, value in {**defaults, **given}.items()
    }
    entry.run(recorder.recording, **arguments)
    return recorder


def agreed(run: Callable[[Line, dict[str, Any]], Any], given: Given, *, years: int = 1) -> Lines:
    """Assert that all readings of a function agree; ``given`` are its inputs with their units. Return its lines."""
    lines, recorder = Lines(years), Recorder(years)
    with np.errstate(all="ignore"):
        run(lines, {name: np.atleast_1d(_eager(value)) for name, (value, _) in given.items()})
    run(recorder.recording, {name: recorder.quantity(name, value, unit) for name, (value, unit) in given.items()})
    recorder.agrees(lines)
    return lines


def spelled(recording: Recording, *, apart: bool = False) -> list[str]:
    """The formulas of a recording as they would stand on the sheet of a segment, its inputs above them or apart."""
    draft, scope = Draft(recording.years), recording.scopes[""]
    constants = [row for row, _ in recording.constants.values()]
    given = [row for row in recording.inputs.values() if row not in constants]
    above: list[Row] = [] if apart else given
    place_rows(draft.page("Model", "Model"), Scope("", "", [*above, *scope.entries]), draft)
    inputs = draft.page("Inputs", "Inputs")
    for number, row in enumerate([*constants, *(given if apart else [])]):
        draft.cells[row] = inputs.cell(100 + number, 3)
    return [draft.spelling.spell(row.formula, draft.cells[row]) for row in scope.rows if row.formula is not None]


def only(lines: Lines, label: str) -> float:
    """The one value of a line."""
    return float(np.ravel(lines[snake(label)])[0])


def _numbers(table: Table) -> dict[str, Any]:
    """The defaults of a table's fields that are there."""
    return {name: default for name, default in table.defaults.items() if default is not None}


def _eager(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _eager(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return np.stack(np.broadcast_arrays(*(np.atleast_1d(np.asarray(item, dtype=float)) for item in value)))
    return value


def _at(values: Array, draw: int) -> Any:
    return values[..., draw if values.shape[-1] > 1 else 0] if np.ndim(values) else values
