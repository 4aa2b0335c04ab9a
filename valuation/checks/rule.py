"""What a check is, and the register of rules: live ones, rules about the files, and rules about a run.

    @live
    def terminal_share(look: Look) -> Iterator[Check]: ...

A live rule tests rows with a Formula, so the workbook shows it and its status follows the inputs. A rule about the
files looks at sources, distributions and formulas as they are written; a rule about a run looks at a simulation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import numpy as np

from ..assumptions import CheckSetting
from ..formula import Formula
from ..operations import at_least, at_most, final
from ..problems import Place
from ..recording import Recording
from ..simulation.results import Simulation
from ..tables import Shown, Table
from ..units import Unit, UnitMismatch
from .recorded import Recorded
from .standards import Severity, Standard, standards

if TYPE_CHECKING:
    from pandas import DataFrame

When = Literal["live", "files", "run"]


@dataclass(frozen=True)
class Check:
    """A live check of one thing: ``test`` is 1 when all is well; ``found`` is what is compared, ``limit`` with what.

    ``steps`` are named formulas inside ``found`` that get a cell of their own, where it would be long.
    """

    id: str
    rule: str
    severity: Severity
    tested: str
    advice: str
    place: Place
    test: Formula
    found: Formula | None = None
    limit: Formula | None = None
    steps: tuple[tuple[str, Formula], ...] = ()


@dataclass(frozen=True)
class Finding:
    """A check that fired, or a remark of the reading."""

    id: str
    severity: Severity
    message: str
    place: Place
    rule: str = ""

    def as_json(self) -> dict[str, str]:
        """The contract's object."""
        return {"id": self.id, "severity": self.severity, "message": self.message, "place": str(self.place)}


class Findings(tuple[Finding, ...], Shown):
    """Checks that fired, in the order of the files; in a notebook they are a table, errors first."""

    __slots__ = ()

    def tables(self) -> list[Table]:
        """A row a finding."""
        from ..layouts.findings import findings_tables

        return findings_tables(self)

    def to_frame(self) -> DataFrame:
        """A row a finding, indexed by its number: severity, place, message, rule and id."""
        import pandas as pd

        columns = ("severity", "place", "message", "rule", "id")
        rows = [(one.severity, str(one.place), one.message, one.rule, one.id) for one in self]
        return pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(1, len(rows) + 1, name="finding"))

    __repr__ = Shown.__repr__


@dataclass(frozen=True)
class Rule:
    """A registered rule: its function, and when it can be judged."""

    id: str
    when: When
    function: Callable[[Any], Iterator[Any]]

    @property
    def standard(self) -> Standard:
        """Its number, severity and thresholds."""
        return standards()[self.id]


RULES: Final[dict[str, Rule]] = {}
F = TypeVar("F", bound=Callable[[Any], Iterator[Any]])


def _register(function: F, when: When) -> F:
    name = function.__name__
    RULES[name] = Rule(name, when, function)
    return function


def live(function: Callable[[Look], Iterator[Check]]) -> Callable[[Look], Iterator[Check]]:
    """Register a rule whose tests are Formulas."""
    return _register(function, "live")


def of_files(function: Callable[[Look], Iterator[Finding]]) -> Callable[[Look], Iterator[Finding]]:
    """Register a rule about what the files say."""
    return _register(function, "files")


def of_run(function: Callable[[Look], Iterator[Finding]]) -> Callable[[Look], Iterator[Finding]]:
    """Register a rule about a simulation, which it finds in ``look.simulation``."""
    return _register(function, "run")


@dataclass(frozen=True)
class Look:
    """What one rule sees: the recorded case, its own standard and what the case changes in it, and the run."""

    recorded: Recorded
    standard: Standard
    setting: CheckSetting | None = None
    run: Simulation | None = None

    @property
    def simulation(self) -> Simulation:
        """The run; only rules about runs may ask for it."""
        assert self.run is not None
        return self.run

    @property
    def recording(self) -> Recording:
        """The recording of the case."""
        return self.recorded.recording

    def threshold(self, key: str = "threshold") -> float:
        """A threshold: the case's, else the standard's."""
        if self.setting is not None and key in self.setting.thresholds:
            return self.setting.thresholds[key]
        return self.standard.thresholds[key].value

    def limit(self, key: str = "threshold", unit: Unit | None = None) -> Any:
        """A threshold as a cell of its own, so that live tests read it."""
        words = "threshold" if key == "threshold" else key.replace("_", " ")
        label = f"Check: {self.standard.id.replace('_', ' ')}, {words}"
        return self.recording.constant(label, self.threshold(key), unit or self.standard.thresholds[key].shown)

    def words_in(self, name: str) -> bool:
        """Whether one of the standard's words is a word of a name or text: cash in restricted_cash, not in cashier."""
        return any(is_word(word, name) for word in self.standard.words)

    def severity(self, wanted: Severity | None = None) -> Severity:
        """The severity that the case asks for, else the rule's own wish, else the standard's."""
        if self.setting is not None and self.setting.severity:
            return self.setting.severity
        return wanted or self.standard.severity

    def check(
        self,
        scope: str,
        tested: str,
        advice: str,
        place: Place,
        test: Formula,
        found: Formula | None = None,
        limit: Formula | None = None,
        *,
        severity: Severity | None = None,
        steps: tuple[tuple[str, Formula], ...] = (),
        id: str = "",
    ) -> Check:
        """Return a live check of a scope; its id is ``<scope>.<rule>``."""
        name = id or f"{scope}.{self.standard.id}".lstrip(".")
        return Check(name, self.standard.id, self.severity(severity), tested, advice, place, test, found, limit, steps)

    def at_most(
        self, scope: str, tested: str, advice: str, place: Place, found: Formula, limit: Any = None, **more: Any
    ) -> Check:
        """Return a live check that what is found is at most a limit, else the threshold; ``more`` as in ``check``."""
        limit = self.limit() if limit is None else limit
        return self.check(scope, tested, advice, place, at_most(found, limit), found, limit, **more)

    def at_least(
        self, scope: str, tested: str, advice: str, place: Place, found: Formula, limit: Any = None, **more: Any
    ) -> Check:
        """Return a live check that what is found is at least a limit, else the threshold; ``more`` as in ``check``."""
        limit = self.limit() if limit is None else limit
        return self.check(scope, tested, advice, place, at_least(found, limit), found, limit, **more)

    def finding(self, scope: str, message: str, place: Place, *, severity: Severity | None = None) -> Finding:
        """Return a finding about a scope."""
        return Finding(
            f"{scope}.{self.standard.id}".lstrip("."), self.severity(severity), message, place, self.standard.id
        )


def last(quantity: Any) -> Any:
    """The last year of a yearly row, anything else as it is: a live test stands in one cell."""
    return final(quantity) if quantity is not None and quantity.yearly else quantity


def is_word(word: str, name: str) -> bool:
    """Whether words (joined by _ or a blank) stand in a name or a text, each as a whole."""
    spaced = re.sub(r"[^a-z0-9]+", " ", name.lower())
    return f" {re.sub(r'[^a-z0-9]+', ' ', word.lower())} " in f" {spaced} "


# Running the rules --------------------------------------------------------------------------------------------------


def look(recorded: Recorded, rule: Rule, run: Simulation | None = None) -> Look:
    """What a rule sees in a case."""
    return Look(recorded, rule.standard, recorded.case.checks.get(rule.id), run)


def rules(when: When) -> list[Rule]:
    """The rules of a kind by their numbers."""
    return sorted((rule for rule in RULES.values() if rule.when == when), key=lambda rule: rule.standard.number)


def _rules(recorded: Recorded, when: When) -> Iterator[Rule]:
    settings = recorded.case.checks
    return (rule for rule in rules(when) if not (rule.id in settings and settings[rule.id].off))


def checks(recorded: Recorded) -> list[Check]:
    """Every live check of a recorded model."""
    return [found for found in _made(recorded) if isinstance(found, Check)]


def _made(recorded: Recorded) -> Iterator[Check | Finding]:
    """The live checks, and a finding for each rule whose units do not meet, such as a market size without money."""
    for rule in _rules(recorded, "live"):
        seen = look(recorded, rule)
        try:
            yield from list(rule.function(seen))
        except UnitMismatch as error:
            text = f"{rule.id.replace('_', ' ')} cannot be judged: {error}"
            yield Finding(rule.id, seen.severity("warning"), text, recorded.case.place, rule.id)


def findings(recorded: Recorded) -> list[Finding]:
    """The live checks that fire in the base case, what the files say, and what the case changes in the checks."""
    made = list(_made(recorded))  # before the evaluation: rules name constants
    fired = [
        _fired(recorded, found) if isinstance(found, Check) else found
        for found in made
        if not isinstance(found, Check) or not passes(recorded, found)
    ]
    return [*fired, *file_findings(recorded), *_changes(recorded)]


def file_findings(recorded: Recorded) -> list[Finding]:
    """What the rules about the files find."""
    return [found for rule in _rules(recorded, "files") for found in rule.function(look(recorded, rule))]


def run_findings(recorded: Recorded, simulation: Simulation) -> list[Finding]:
    """What the rules about a run find."""
    return [found for rule in _rules(recorded, "run") for found in rule.function(look(recorded, rule, simulation))]


def passes(recorded: Recorded, check: Check) -> bool:
    """Whether a live check is well in the base case."""
    return bool(np.all(recorded.value(check.test) == 1))


def _fired(recorded: Recorded, check: Check) -> Finding:
    numbers = f", found {shown(recorded, check.found, unit_of(check))}" if check.found is not None else ""
    return Finding(check.id, check.severity, f"{check.tested}{numbers}: {check.advice}", check.place, check.rule)


def unit_of(check: Check) -> Unit:
    """The unit of what a check finds: its own, or that of the limit where a ratio is a share of something."""
    assert check.found is not None
    own = check.found.unit
    if own.pure and own.shown == "number" and check.limit is not None and check.limit.unit.pure:
        return check.limit.unit
    return own


def shown(recorded: Recorded, formula: Formula, unit: Unit) -> str:
    """A Formula in the base case as an analyst writes it."""
    value = recorded.amount(formula)
    assert value is not None
    if unit.shown == "rate" and unit.pure:
        return percent(value)
    if unit.pure:
        return f"{value:.4g}{'x' if unit.shown == 'multiple' else ''}"
    return f"{value:,.2f} {unit}" if unit.scale == 0 else f"{value:,.0f} {unit}"


def percent(value: float) -> str:
    """A share as a percentage with one digit, with more where it is small."""
    digits = f"{100 * value:.1f}".removesuffix(".0") if abs(value) >= 0.001 or value == 0 else f"{100 * value:.2g}"
    return f"{digits}%"


def _changes(recorded: Recorded) -> Iterator[Finding]:
    """What the case changes in the checks, so that nobody overlooks it."""
    for setting in recorded.case.checks.values():
        was = standards()[setting.rule]
        changes = ["switched off"] if setting.off else []
        changes += [
            f"{key} {setting.written[key]} instead of {was.thresholds[key]}"
            for key in setting.thresholds
            if not setting.off
        ]
        changes += [f"{setting.severity} instead of {was.severity}"] if setting.severity and not setting.off else []
        text = f"{setting.rule.replace('_', ' ')}: {', '.join(changes)}: {setting.origin.why}"
        yield Finding(f"{setting.rule}.changed", "info", text, setting.origin.place)
