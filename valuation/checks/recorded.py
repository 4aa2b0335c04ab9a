"""What checks look at: a case, its recording, and what each line and assumption is in the base case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Assumption, Case, Segment, Working
from ..bridge import Valuation
from ..expressions import names_in
from ..formula import Formula, Reference, Row
from ..model import scope_of
from ..order import resolve
from ..problems import Place
from ..recording import Recording, evaluate, evaluate_all


@dataclass(frozen=True)
class Recorded:
    """The case, its recording and the References of its valuation."""

    case: Case
    recording: Recording
    valuation: Valuation

    # Rows, for live tests --------------------------------------------------------------------------------------------

    def line(self, scope: str, label: str) -> Any:
        """A Reference to a line, or None."""
        found = self.recording.scopes[scope].row(label) if scope in self.recording.scopes else None
        return None if found is None else Reference(found)

    def assumption(self, name: str) -> Any:
        """A Reference to the row of an assumption (of its input, where a plain driver has no row), or None."""
        assumption = self.case.assumptions.get(name)
        if assumption is None:
            return None
        scope = self.recording.scopes.get(scope_of(assumption))
        row = scope.assumed(name) if scope else None
        if row is None and assumption.plain:
            found = assumption.inputs[0]
            return self.recording.input(found.name, found.label, found.unit)
        return None if row is None else Reference(row)

    # Base values, for the others -------------------------------------------------------------------------------------

    @cached_property
    def values(self) -> Mapping[Row, NDArray[np.float64]]:
        """Every row in the base case; constants of checks are read as they are made."""
        inputs = self.recording.inputs
        given = {inputs[name]: value for name, value in self.case.base_values.items() if name in inputs}
        return evaluate_all(self.recording, given)

    def value(self, formula: Formula) -> NDArray[np.float64]:
        """A Formula in the base case."""
        constants = {row: np.atleast_1d(value) for row, value in self.recording.constants.values()}

        def read(row: Row) -> Any:
            return self.values[row] if row in self.values else constants[row]

        return np.asarray(evaluate(formula, read), dtype=np.float64)

    def amount(self, formula: Formula | None) -> float | None:
        """The one value of a Formula in the base case, the last of a yearly one."""
        return None if formula is None else float(np.ravel(self.value(formula))[-1])

    def base(self, name: str) -> float | None:
        """The base value of an assumption, the last of a yearly one; None when there is none."""
        return self.amount(self.assumption(name))

    # Parts of the case -----------------------------------------------------------------------------------------------

    def views(self, name: str = "") -> Iterator[tuple[Segment, Working]]:
        """Each part (no memo) with each of its workings; only those of a method when it is named."""
        for segment in self.case.parts.values():
            for view in segment.views:
                working = self.case.workings[view]
                if name in ("", working.calculation.name):
                    yield segment, working

    def workings(self, name: str) -> Iterator[Working]:
        """The workings of a calculation: schedules, routes, methods of parts and memos."""
        return (working for working in self.case.workings.values() if working.calculation.name == name)

    def of_part(self, segment: str) -> Iterator[Assumption]:
        """The assumptions of a part and of its workings."""
        for name, assumption in self.case.assumptions.items():
            if name.startswith(f"{segment}."):
                yield assumption

    def reach(self, *names: str) -> dict[str, Assumption]:
        """The assumptions that others read, directly or through others, themselves included."""
        found: dict[str, Assumption] = {}
        waiting = [name for name in names if name in self.case.assumptions]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self.case.assumptions[name]
                waiting += self.reads(found[name])
        return found

    def reads(self, assumption: Assumption) -> list[str]:
        """The names of the assumptions that one reads; a line of a working stands for all that the working is given."""
        names: list[str] = []
        for _, target in self._targets(assumption):
            if target.endswith(".*"):
                names += [name for name in self.case.assumptions if name.startswith(target.removesuffix("*"))]
            else:
                names.append(target)
        return names

    def lines_read(self, assumption: Assumption) -> Iterator[tuple[str, str]]:
        """The lines of workings that an assumption reads: scope and dotted-name form of the label."""
        for dotted, target in self._targets(assumption):
            if target.endswith(".*"):
                yield target.removesuffix(".*"), dotted.rpartition(".")[2]

    def _targets(self, assumption: Assumption) -> Iterator[tuple[str, str]]:
        """Each name that an assumption reads, as written, with the step of the model that it stands for."""
        case = self.case
        for read in names_in(assumption.expression):
            target = resolve(read.dotted, assumption.scope, case.assumptions, {*case.workings, *case.segments})
            if target:
                yield read.dotted, target

    def place(self, name: str, segment: str = "") -> Place:
        """Where an assumption stands, else where the part does, else the case."""
        case = self.case
        if name in case.assumptions:
            return case.assumptions[name].origin.place
        found: Any = case.segments.get(segment) or case.workings.get(segment) or case.transactions.get(segment)
        return found.place if found else self.case.place
