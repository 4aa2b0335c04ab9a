"""Every name of a case that has a value: inputs, assumptions and lines, with label, unit and shape.

Formulas, commands and notebooks find what they are asked about by its dotted name here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .assumptions import Case
from .formula import Row
from .lines import dotted, snake
from .problems import InvalidAssumptions, Place, Problem, nearest
from .recording import Recording
from .trial import record
from .units import Unit

Sort = Literal["input", "assumption", "line"]


@dataclass(frozen=True, eq=False)
class Quantity:
    """One name: what it is, its label and unit, whether it has a value each year, and its recorded row.

    ``name`` is as ``simulation.evaluator.named`` takes it. An input alone has no row of its own but a cell.
    """

    name: str
    sort: Sort
    label: str
    unit: Unit
    yearly: bool
    row: Row | None


def quantities(case: Case, recording: Recording | None = None) -> Mapping[str, Quantity]:
    """Every input, assumption and line of a case by its dotted name, in the order in which they are computed."""
    recording = record(case)[0] if recording is None else recording
    found = {one.name: Quantity(one.name, "input", one.label, one.unit, False, None) for one in case.inputs}
    for scope, held in recording.scopes.items():
        for row in held.rows:
            name = dotted(scope, row.label, row.name)
            sort: Sort = "assumption" if row.name else "line"
            label = case.assumptions[name].label if sort == "assumption" else row.label
            if sort == "assumption" or name not in case.assumptions:  # an assumption goes before a line of its name
                found[name] = Quantity(name, sort, label, row.unit, row.yearly, row)
    return found


def find(case: Case, name: str, place: str, recording: Recording | None = None) -> Quantity:
    """What a name stands for; InvalidAssumptions, told from ``place``, with what may have been meant."""
    known = quantities(case, recording)
    scope, dot, line = name.rpartition(".")
    for spelled in (name, f"{scope}{dot}{snake(line)}"):
        if spelled in known:
            return known[spelled]
    raise InvalidAssumptions([Problem(Place(place), name, f"is no input, assumption or line{nearest(name, known)}")])
