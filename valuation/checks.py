"""Model checks: rules that look at a recorded model and give a test which is live in the workbook as well.

Each rule is a function that yields Checks; the test is a Formula (1 when all is well), so the same rule is computed for
``valuation check`` and stands as a formula on the Checks sheet. Numbering follows the rules' order here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from .assumptions import Case, Reconciliation
from .bridge import Valuation
from .formula import Formula, Reference
from .model import scope_of
from .operations import above, absolute, add_up, at_least, at_most, below, within_whole
from .problems import Place
from .recording import Recording, Values, evaluate, evaluate_all

Severity = Literal["error", "warning", "info"]
RECONCILED_WITHIN: Final = 0.005
HIGH_TERMINAL_SHARE: Final = 0.9
TIED_WITHIN: Final = 1e-6
SPREAD: Final = 0.01


@dataclass(frozen=True)
class Check:
    """One check of one thing: its test is 1 when all is well."""

    id: str
    severity: Severity
    message: str
    place: Place
    test: Formula


@dataclass(frozen=True)
class Finding:
    """A check that fired, or a remark of the reading."""

    id: str
    severity: Severity
    message: str
    place: Place

    def as_json(self) -> dict[str, str]:
        """The contract's object."""
        return {"id": self.id, "severity": self.severity, "message": self.message, "place": str(self.place)}


@dataclass(frozen=True)
class Recorded:
    """What rules look at: the case, its recording and the References of its valuation."""

    case: Case
    recording: Recording
    valuation: Valuation

    def line(self, scope: str, label: str) -> Any:
        """A Reference to a line, or None."""
        found = self.recording.scopes[scope].row(label) if scope in self.recording.scopes else None
        return None if found is None else Reference(found)

    def assumption(self, name: str) -> Any:
        """A Reference to the row of an assumption, or None."""
        assumption = self.case.assumptions.get(name)
        scope = self.recording.scopes.get(scope_of(assumption)) if assumption else None
        row = scope.assumed(name) if scope else None
        return None if row is None else Reference(row)


Rule = Callable[[Recorded], Iterator[Check]]
RULES: Final[list[Rule]] = []


def rule(function: Rule) -> Rule:
    """Add a rule to the list."""
    RULES.append(function)
    return function


def checks(recorded: Recorded) -> list[Check]:
    """Every check of a recorded model."""
    return [check for make in RULES for check in make(recorded)]


def findings(recorded: Recorded, given: Mapping[Any, Any]) -> list[Finding]:
    """The checks that fire for given values of the inputs' rows, and the remarks of the reading."""
    made = checks(recorded)  # before the evaluation: rules name constants
    values = evaluate_all(recorded.recording, given)
    fired = [
        Finding(check.id, check.severity, check.message, check.place) for check in made if not passes(check, values)
    ]
    remarks = [Finding("source", "warning", f"{r.name} {r.text}", r.place) for r in recorded.case.remarks]
    return fired + remarks


def passes(check: Check, values: Values) -> bool:
    """Whether a check is well in the base case."""
    return bool(np.all(np.asarray(evaluate(check.test, values.__getitem__)) == 1))


def _whole(case: Case) -> Place:
    return Place(next(iter(case.files), case.id))


@rule
def parts_add_up(recorded: Recorded) -> Iterator[Check]:
    """The value per share is the sum of the parts and the bridge, each per share."""
    found, recording = recorded.valuation, recorded.recording
    factor = recorded.line("shares", "Quoted value of one unit of equity")
    rest = [*found.bridge.values(), *found.expected.values()]
    rest += [found.holding_discount] if found.holding_discount is not None else []
    others = add_up(*rest) * factor if rest else 0
    parts = add_up(*(part.per_share for part in found.parts.values()))
    tolerance = recording.constant("Tolerance of identities", TIED_WITHIN)
    difference = absolute(parts + others - found.per_share)
    test = at_most(difference, tolerance * absolute(found.per_share))
    yield Check("parts_add_up", "error", "parts and bridge add up to the value per share", _whole(recorded.case), test)


@rule
def segments_reconcile(recorded: Recorded) -> Iterator[Check]:
    """Reported items tie to the reported total."""
    for reconciliation in recorded.case.reconciliations:
        difference = recorded.line(
            "reconciliation", f"Difference of {reconciliation.name.replace('_', ' ')} to the total"
        )
        tolerance = recorded.recording.constant("Tolerance of reconciliations", RECONCILED_WITHIN)
        test = at_most(absolute(difference), tolerance)
        yield Check(
            f"reconciliation.{reconciliation.name}",
            "error",
            f"{reconciliation.name}: segments, eliminations and unallocated tie to the group within 0.5%",
            _place(recorded, reconciliation),
            test,
        )


def _place(recorded: Recorded, reconciliation: Reconciliation) -> Place:
    return recorded.case.assumptions[reconciliation.total].origin.place


@rule
def wacc_above_growth(recorded: Recorded) -> Iterator[Check]:
    """WACC is above terminal growth, with a margin under which the terminal value means little."""
    for name, segment in recorded.case.segments.items():
        spread = recorded.line(name, "WACC less terminal growth")
        if spread is not None:
            least = recorded.recording.constant("Least spread of WACC over growth", SPREAD)
            place = recorded.case.assumptions[f"{name}.wacc"].origin.place
            message = f"{segment.name}: WACC is at least 1 point above terminal growth"
            yield Check(f"{name}.wacc_above_growth", "warning", message, place, at_least(spread, least))


@rule
def growth_below_risk_free(recorded: Recorded) -> Iterator[Check]:
    """Nothing grows for ever faster than the risk-free rate (Damodaran), where the case names one."""
    case = recorded.case
    if "drivers.risk_free" not in case.assumptions:
        return
    risk_free = recorded.assumption("drivers.risk_free")
    if risk_free is None:
        risk_free = _driver(recorded, "drivers.risk_free")
    for name, segment in case.segments.items():
        growth = recorded.assumption(f"{name}.terminal_growth")
        if growth is not None:
            message = f"{segment.name}: terminal growth is not above the risk-free rate"
            place = case.assumptions[f"{name}.terminal_growth"].origin.place
            yield Check(f"{name}.growth_below_risk_free", "warning", message, place, at_most(growth, risk_free))


def _driver(recorded: Recorded, name: str) -> Any:
    found = recorded.case.assumptions[name].inputs[0]
    return recorded.recording.input(found.name, found.label, found.unit)


@rule
def terminal_share(recorded: Recorded) -> Iterator[Check]:
    """The terminal value is not nearly everything."""
    for name, segment in recorded.case.segments.items():
        share = recorded.line(name, "Terminal value share")
        if share is not None:
            most = recorded.recording.constant("High share of terminal value", HIGH_TERMINAL_SHARE)
            message = f"{segment.name}: terminal value is at most 90% of enterprise value, or the note says why"
            severity: Severity = "info" if segment.note else "warning"
            place = (
                recorded.case.assumptions[f"{name}.terminal_growth"].origin.place
                if recorded.case.has(f"{name}.terminal_growth")
                else segment.place
            )
            yield Check(f"{name}.terminal_share", severity, message, place, at_most(share, most))


@rule
def owned_is_a_share(recorded: Recorded) -> Iterator[Check]:
    """Nobody owns less than nothing or more than everything."""
    for name, segment in recorded.case.segments.items():
        owned = recorded.assumption(f"{name}.owned")
        place = recorded.case.assumptions[f"{name}.owned"].origin.place
        message = f"{segment.name}: the share owned is between 0% and 100%"
        yield Check(f"{name}.owned", "error", message, place, within_whole(owned))


@rule
def probabilities_sum_to_one(recorded: Recorded) -> Iterator[Check]:
    """The outcomes of a segment are all there is."""
    for name, segment in recorded.case.segments.items():
        chance = recorded.line(name, "Sum of probabilities")
        if chance is not None:
            tolerance = recorded.recording.constant("Tolerance of a sum of probabilities", 1e-9)
            message = f"{segment.name}: probabilities of the outcomes sum to 100%"
            test = below(absolute(chance - 1), tolerance)
            yield Check(f"{name}.probabilities", "error", message, segment.place, test)


@rule
def value_is_positive(recorded: Recorded) -> Iterator[Check]:
    """A share is worth more than nothing."""
    test = above(recorded.valuation.per_share, 0)
    yield Check("value_positive", "warning", "the value per share is positive", _whole(recorded.case), test)
