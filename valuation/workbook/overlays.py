"""What scenarios change, as cells that the model reads: inputs with a value each, and rows with another formula.

A scenario overlays the case with other values. Most are other numbers for inputs: the model then reads, in place of
the blue cell, the one that belongs to the chosen scenario. An overlay of another shape, such as a number or a fade over
a formula, has inputs of its own, and the row of the assumption chooses between both formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from ..assumptions import Assumption, Case, Input, Scenario
from ..expressions import Apply, Expression, Listing, Name
from ..formula import Block, Column, Constant, Formula, Operation, Reference, Row, same_unit
from ..model import scope_of
from ..recording import CONSTANTS, INPUTS, Recording, Values, evaluate_all
from ..trial import record
from ..units import FLAG, UnitMismatch

AGREE: Final = 1e-9
CHOOSE: Final = Operation(
    "choose",
    lambda other, own, instead: np.where(np.equal(other, 0), own, instead),
    "CHOOSE(1+{},{},{})",
    lambda operands: same_unit(operands[1:]),
)
"""The formula of an assumption, or what stands instead of it; the workbook's own, as no other reading has a choice."""


@dataclass(frozen=True)
class Overlaid:
    """One number that scenarios choose: the input, the row by which the model reads it, its value by scenario.

    ``base`` is None for an input that only scenarios have, and ``switch`` the row that says whether one has it.
    """

    input: Input
    row: Row
    values: Mapping[str, float]
    base: float | None = None
    switch: Row | None = None


@dataclass(frozen=True)
class Overlays:
    """All that the scenarios of a case change: in cells, and by name what cells cannot say, with the reason.

    ``added`` are lines that the model alone does not have: formulas that a scenario puts in place of another.
    """

    rows: tuple[Overlaid, ...] = ()
    beyond: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: tuple[Row, ...] = ()

    def values(self, *scenarios: str | None) -> Values:
        """The values of all rows under each scenario (None: the base case), as draws: shape (scenarios,)."""
        found: Values = {}
        for overlaid in self.rows:
            base = 0.0 if overlaid.base is None else overlaid.base
            found[overlaid.row] = np.array([overlaid.values.get(name or "", base) for name in scenarios])
            if overlaid.switch is not None:
                found[overlaid.switch] = np.array([float(name in overlaid.values) for name in scenarios])
        return found


def overlay(case: Case, recording: Recording, per_share: Row, given: Values, stored: Mapping[str, float]) -> Overlays:
    """Find what the scenarios change and let the rows of the recording choose where a formula gives way.

    ``given`` holds the base value of every input, ``stored`` the value per share of each scenario's own case. A
    scenario whose cells do not give that, because it changes what no cell holds, is named in ``beyond``.
    """
    search = _Search(case, recording)
    for scenario in case.scenarios.values():
        if scenario.case is not None:
            search.scenario(scenario, scenario.case)
    found = search.found()
    live = evaluate_all(recording, {**given, **found.values(*case.scenarios)})[per_share]
    beyond = {name: tuple(texts) for name, texts in search.beyond.items()}
    for name, value in zip(case.scenarios, np.broadcast_to(live, (len(case.scenarios),)), strict=True):
        wanted = stored.get(name, np.nan)
        if name not in beyond and not abs(value - wanted) <= AGREE * max(abs(wanted), AGREE):
            beyond[name] = ("it changes more than values of assumptions",)
    return replace(found, beyond=beyond)


class _Search:
    """The comparison of the case with each of its scenarios."""

    def __init__(self, case: Case, recording: Recording) -> None:
        self.case, self.recording = case, recording
        self.place = {row: number for number, row in enumerate(recording.written)}
        self.numbers: dict[str, dict[str, float]] = {}
        self.instead: dict[tuple[str, Expression], list[Overlaid]] = {}
        self.beyond: dict[str, list[str]] = {}
        self.added: list[Row] = []

    def scenario(self, scenario: Scenario, other: Case) -> None:
        """Compare each assumption with that of the scenario's case."""
        recorded: Recording | None = None
        for name, assumption in self.case.assumptions.items():
            changed = other.assumptions.get(name)
            if changed is None:
                self._beyond(scenario, f"{name} has no place in it")
            elif _shape(changed.expression) == _shape(assumption.expression):
                self._numbers(scenario, assumption, changed)
            else:
                recorded = recorded or record(other)[0]
                reason = self._instead(scenario, assumption, changed, recorded)
                if reason:
                    self._beyond(scenario, f"{name}: {changed.written} ({reason})")

    def found(self) -> Overlays:
        """The rows in the order of the files; the inputs of a list stay together, as the model reads them as one."""
        rows: list[Overlaid] = []
        for assumption in self.case.assumptions.values():
            listed = {name for group in _lists(assumption.expression) for name in group if group & self.numbers.keys()}
            for own in assumption.inputs:
                if own.name in self.numbers or own.name in listed:
                    row = self.recording.inputs[own.name]
                    rows.append(Overlaid(own, row, self.numbers.get(own.name, {}), own.base))
            for (name, _), inputs in self.instead.items():
                if name == assumption.name:
                    rows += inputs
        return Overlays(tuple(rows), added=tuple(self.added))

    def _beyond(self, scenario: Scenario, text: str) -> None:
        self.beyond.setdefault(scenario.name, []).append(text)

    def _numbers(self, scenario: Scenario, assumption: Assumption, changed: Assumption) -> None:
        """Inputs of the same names: those with another base, and those that the scenario names."""
        for own, other in zip(assumption.inputs, changed.inputs, strict=True):
            named = own.name in scenario.values or assumption.name in scenario.values
            if not other.unit.like(own.unit):
                self._beyond(scenario, f"{own.name}: in {other.unit}, not {own.unit}")
            elif named or other.base != own.base:
                self.numbers.setdefault(own.name, {})[scenario.name] = other.base

    def _instead(self, scenario: Scenario, assumption: Assumption, changed: Assumption, recorded: Recording) -> str:
        """Let the row of an assumption choose a formula of another shape; returns why it cannot."""
        scope, key = scope_of(assumption), (assumption.name, _shape(changed.expression))
        row = self.recording.scopes[scope].assumed(assumption.name) if scope in self.recording.scopes else None
        other = recorded.scopes[scope].assumed(assumption.name) if scope in recorded.scopes else None
        if row is None or other is None or assumption.plain:
            return "a formula in place of a number"
        if not changed.inputs:
            return "a formula without a number of its own"
        if row.formula is None or other.formula is None or row.opening or other.opening or row.closing or other.closing:
            return "it reads the year before"
        if key not in self.instead:
            inputs = [Row(INPUTS, found.label, found.unit, False, name=found.name) for found in changed.inputs]
            switch = Row(INPUTS, f"{assumption.label}: replaced", FLAG, False)
            own = {found.name: live for found, live in zip(changed.inputs, inputs, strict=True)}
            try:
                instead = _Translation(self.recording, recorded, own, self.place, self.place[row]).formula(
                    other.formula
                )
                if instead.yearly and not row.yearly:
                    return "a value each year in place of one"
                chosen = self._chosen(row, Reference(switch), row.formula, instead)
            except (_Untranslatable, UnitMismatch) as error:
                return str(error)
            row.formula = chosen
            self.instead[key] = [
                Overlaid(found, live, {}, switch=switch) for found, live in zip(changed.inputs, inputs, strict=True)
            ]
        rows = self.instead[key]
        self.instead[key] = [
            replace(there, values={**there.values, scenario.name: found.base})
            for there, found in zip(rows, changed.inputs, strict=True)
        ]
        return ""

    def _chosen(self, row: Row, switch: Reference, own: Formula, instead: Formula) -> Formula:
        """The choice between both formulas; a longer one has a line of its own, which is 0 while it is not chosen."""
        if not isinstance(instead, Reference):
            formula = CHOOSE.record(switch, Constant(0), instead)
            line = Row(row.scope, f"{row.label}, as a scenario has it", row.unit, row.yearly, formula)
            entries = self.recording.scopes[row.scope].entries
            entries.insert(entries.index(row), line)
            self.recording.written.insert(self.recording.written.index(row), line)
            self.added.append(line)
            instead = Reference(line)
        return CHOOSE.record(switch, own, instead)


def _shape(expression: Expression) -> Expression:
    """An expression without the places in its text, so that two may be compared."""
    match expression:
        case Name():
            return Name(expression.dotted)
        case Apply():
            return Apply(expression.function, tuple(_shape(operand) for operand in expression.operands))
        case _:
            return expression


def _lists(expression: Expression) -> Iterator[set[str]]:
    """The names of each list inside an expression."""
    if isinstance(expression, Listing):
        yield set(expression.names)
    elif isinstance(expression, Apply):
        for operand in expression.operands:
            yield from _lists(operand)


class _Untranslatable(ValueError):
    """A formula of a scenario that reads what the base case does not have at that place."""


@dataclass(frozen=True)
class _Translation:
    """A formula of the scenario's recording, said with the rows of the book; ``own`` are inputs that it alone has."""

    recording: Recording
    other: Recording
    own: Mapping[str, Row]
    place: Mapping[Row, int]
    before: int

    def formula(self, formula: Formula) -> Formula:
        """Return the formula over rows that are written before the one that it is for."""
        match formula:
            case Reference():
                return Reference(self._row(formula.row))
            case Block():
                items = tuple(Reference(self._row(item.row)) for item in formula.items)
                return Block(items, self.formula(formula.period))
            case Constant() | Column():
                return formula
        operands = tuple(self.formula(operand) for operand in formula.operands)
        return Formula(formula.operation, operands, formula.unit, formula.yearly)

    def _row(self, row: Row) -> Row:
        if row is self.other.period_row:
            return self.recording.period_row
        if row.scope == CONSTANTS:
            if row.label not in self.recording.constants:
                raise _Untranslatable(f"it needs a constant of its own, {row.label}")
            return self.recording.constants[row.label][0]
        if row.scope == INPUTS:
            found = self.own.get(row.name) or self.recording.inputs.get(row.name)
        else:
            found = self._line(row)
        if found is None:
            raise _Untranslatable(f"it reads {row.label}, which comes later")
        return found

    def _line(self, row: Row) -> Row | None:
        scope = self.recording.scopes.get(row.scope)
        rows: Sequence[Row] = scope.rows if scope else ()
        found = next((there for there in rows if (there.name, there.label) == (row.name, row.label)), None)
        return found if found is not None and self.place[found] < self.before else None
