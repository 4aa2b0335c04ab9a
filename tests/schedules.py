"""Helpers of the schedules' tests: a schedule recorded, recalculated in the independent engine, and held to NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbooks import recalculated

from valuation.calculation import Calculation
from valuation.formula import Block
from valuation.kinds import Kind
from valuation.recording import Recording
from valuation.units import Unit, money


def recorded(
    entry: Calculation, given: Mapping[str, Any], years: int, units: Mapping[str, Unit] | None = None
) -> tuple[Recording, dict[str, float]]:
    """Run a schedule over inputs: lists are yearly, words are choices; money is CNY m unless ``units`` says else."""
    recording, numbers, arguments = Recording(years), {}, {}
    for name, value in given.items():
        kind = entry.parameters[name].kind
        if not isinstance(kind, Kind):
            arguments[name] = value
            continue
        unit = (units or {}).get(name) or kind.unit or money("CNY")
        items = value if isinstance(value, list) else [value]
        keys = [f"{name}.{number}" for number in range(len(items))]
        numbers |= dict(zip(keys, items, strict=True))
        inputs = [recording.input(key, key, unit) for key in keys]
        quantity = Block(tuple(inputs), recording.period) if isinstance(value, list) else inputs[0]
        arguments[name] = recording(f"Assumed: {name}", quantity, yearly=kind.yearly)
    entry.run(recording, **arguments)
    for label, (row, value) in recording.constants.items():  # the engine has one sheet of inputs: constants join it
        recording.inputs[label], numbers[label] = row, value
    return recording, numbers


def assert_excel_agrees(
    entry: Calculation, given: Mapping[str, Any], years: int, units: Mapping[str, Unit] | None = None
) -> None:
    """Every line of a schedule is in the engine of workbooks what it is in NumPy."""
    recording, numbers = recorded(entry, given, years, units)
    lines = entry(years=years, **given)
    rows = {row.label: values for row, values in recalculated(recording, numbers).items()}
    own = [label for label in rows if not label.startswith("Assumed: ")]
    assert own == list(lines)
    for label in own:
        np.testing.assert_allclose(
            rows[label], np.broadcast_to(np.ravel(lines[label]), rows[label].shape), rtol=1e-9, atol=1e-9, err_msg=label
        )
