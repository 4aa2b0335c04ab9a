"""Calculations outside of cases on a sheet: arrays, the recording and the independent engine must agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from workbooks import recalculated

from valuation.formula import Row
from valuation.lines import Line, Lines, snake
from valuation.recording import Recording, Scope, evaluate_all
from valuation.units import Unit
from valuation.workbook.lines_page import place_rows
from valuation.workbook.pages import Draft

LONGEST_FORMULA = 160
Given = Mapping[str, tuple[float, Unit]]


def agreed(run: Callable[[Line, dict[str, Any]], Any], given: Given, *, years: int = 1) -> Lines:
    """Run a calculation on arrays, recorded, and in the independent engine; return its lines when all three agree.

    ``given`` are the inputs with their units, so that the recording checks the units too. No formula may be long or
    hold an IF within an IF.
    """
    lines, recording = Lines(years), Recording(years)
    with np.errstate(all="ignore"):
        run(lines, {name: np.array([value]) for name, (value, _) in given.items()})
    run(recording, {name: recording.input(name, name, unit) for name, (_, unit) in given.items()})
    values = {name: value for name, (value, _) in given.items()}
    inside = evaluate_all(recording, {recording.inputs[name]: np.array([value]) for name, value in values.items()})
    for label, (row, value) in recording.constants.items():
        recording.inputs[label] = row
        values[label] = value
    for row, found in recalculated(recording, values).items():
        expected = np.ravel(lines[row.label])
        np.testing.assert_allclose(np.ravel(inside[row]), expected, rtol=1e-12, atol=0, err_msg=row.label)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15, err_msg=row.label)
    for text in spelled(recording):
        assert len(text) <= LONGEST_FORMULA, text
        assert text.count("IF(") <= 1, text
    return lines


def spelled(recording: Recording) -> list[str]:
    """The formulas of a recording as they would stand on the sheet of a segment, its inputs above them."""
    draft, scope = Draft(recording.years), recording.scopes[""]
    constants = [row for row, _ in recording.constants.values()]
    given: list[Row] = [row for row in recording.inputs.values() if row not in constants]
    place_rows(draft.page("Model", "Model"), Scope("", "", [*given, *scope.entries]), draft)
    inputs = draft.page("Inputs", "Inputs")
    for number, row in enumerate(constants):
        draft.cells[row] = inputs.cell(100 + number, 3)
    return [draft.spelling.spell(row.formula, draft.cells[row]) for row in scope.rows if row.formula is not None]


def only(lines: Lines, label: str) -> float:
    """The one value of a line."""
    return float(np.ravel(lines[snake(label)])[0])
