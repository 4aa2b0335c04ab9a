"""Helper of tests of calculations: computed with arrays, recorded, and recalculated in an independent engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbooks import recalculated

from valuation.calculation import Calculation
from valuation.formula import Block
from valuation.kinds import Choice, Kind, Table
from valuation.lines import Lines, snake
from valuation.recording import Recording, evaluate_all
from valuation.units import Unit, money

ENGINE_DRAWS = 5


class _Recorder:
    """Turns what a calculation is given into inputs of a recording, and keeps their draws."""

    def __init__(self, years: int, units: Mapping[str, Unit]) -> None:
        self.recording, self.units, self.draws = Recording(years), units, {}

    def argument(self, name: str, kind: Any, value: Any) -> Any:
        if isinstance(kind, Table):
            return {
                row: {
                    field: self.argument(f"{name}.{row}.{field}", kind.fields[field], v) for field, v in given.items()
                }
                for row, given in value.items()
            }
        if isinstance(kind, Choice):
            return value
        if isinstance(value, list):
            items = tuple(self._input(f"{name}.{year}", kind, item) for year, item in enumerate(value, start=1))
            return Block(items, self.recording.period)
        return self._input(name, kind, value)

    def _input(self, name: str, kind: Kind, value: Any) -> Any:
        self.draws[name] = np.atleast_1d(np.asarray(value, dtype=np.float64))
        unit = self.units.get(name) or (money("CNY", "m") if kind.unit is None else kind.unit)
        return self.recording.input(name, name, unit)


def readings_agree(entry: Calculation, years: int = 3, units: Mapping[str, Unit] | None = None, **given: Any) -> Lines:
    """Assert that all readings of a calculation agree line by line, draw by draw; return the computed lines.

    Yearly values are lists with an item a year. ``units`` are those of parameters that accept any.
    """
    recorder = _Recorder(years, units or {})
    arguments = {name: recorder.argument(name, entry.parameters[name].kind, value) for name, value in given.items()}
    recording = recorder.recording
    entry.run(recording, **_with_defaults(entry, arguments, recorder))
    values = evaluate_all(recording, {recording.inputs[name]: draws for name, draws in recorder.draws.items()})
    lines = entry(years=years, **{name: _eager(value) for name, value in given.items()})
    assert [snake(row.label) for row in recording.written] == list(lines.scopes[""])
    for row in recording.written:
        np.testing.assert_allclose(
            *np.broadcast_arrays(values[row], lines[row.label]), rtol=1e-12, atol=1e-300, err_msg=row.label
        )
    for draw in range(min(ENGINE_DRAWS, max(map(np.size, recorder.draws.values())))):
        _engine_agrees(recording, recorder.draws, lines, draw)
    return lines


def _with_defaults(entry: Calculation, arguments: dict[str, Any], recorder: _Recorder) -> dict[str, Any]:
    """Numbers that the signature gives become inputs, as they do when a file is read."""
    for name, parameter in entry.parameters.items():
        if name not in arguments and isinstance(parameter.kind, Kind) and parameter.default is not None:
            arguments[name] = recorder.argument(name, parameter.kind, parameter.default)
    for name, parameter in entry.parameters.items():
        if isinstance(parameter.kind, Table) and name in arguments:
            for row, fields in arguments[name].items():
                for field, default in parameter.kind.defaults.items():
                    if default is not None and field not in fields:
                        fields[field] = recorder.argument(
                            f"{name}.{row}.{field}", parameter.kind.fields[field], default
                        )
    return arguments


def _eager(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _eager(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return np.stack(np.broadcast_arrays(*(np.atleast_1d(np.asarray(item, dtype=float)) for item in value)))
    return value


def _engine_agrees(recording: Recording, draws: Mapping[str, np.ndarray], lines: Lines, draw: int) -> None:
    numbers = {name: float(_at(values, draw)) for name, values in draws.items()}
    for label, (row, value) in recording.constants.items():
        recording.inputs.setdefault(label, row)  # in a cell of its own, beside the inputs
        numbers[label] = value
    for row, found in recalculated(recording, numbers).items():
        expected = _at(lines[row.label], draw)
        np.testing.assert_allclose(
            found, np.broadcast_to(expected, found.shape), rtol=1e-9, atol=1e-12, err_msg=row.label
        )


def _at(values: np.ndarray, draw: int) -> Any:
    return values[..., draw if values.shape[-1] > 1 else 0]
