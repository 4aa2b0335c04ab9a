"""The model: every assumption, each segment's method, the bridge and the value of one share. Every reading runs it.

``value(case, line, given)`` computes when ``line`` keeps arrays and records when it keeps Formulas; it is the only
place where parts become a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np

from .assumptions import Assumption, Case, Segment
from .bridge import Valuation, attributable_value, equity_of_parent, per_share_factor
from .expressions import evaluate
from .formula import Block, Constant, Formula, Reference
from .lines import Line, Lines, snake
from .operations import add_up
from .order import resolve
from .peers import peer_column
from .recording import Recording
from .units import RATE

GROUP_TITLES: Final = {
    "drivers": "Drivers",
    "shares": "Shares",
    "parts": "Sum of the parts",
    "bridge": "Bridge",
    "reconciliation": "Reconciliation",
}


def scope_of(assumption: Assumption) -> str:
    """The scope whose sheet shows an assumption: its group's; the holding discount stands on the bridge."""
    return "bridge" if assumption.group == "holding" else assumption.group


class Given(Protocol):
    """The quantities of the inputs, by name."""

    def __getitem__(self, name: str, /) -> Any: ...


def value(case: Case, line: Line, given: Given) -> Valuation:
    """Run the whole model of a case in a reading; ``given`` holds a quantity for every input."""
    run = Run(case, line, given)
    with np.errstate(all="ignore"):  # what is not finite becomes NaN, is counted and named
        for step in case.order:
            run.step(step)
        return run.finish()


class Run:
    """One run of the model in one reading, step by step, so that a trial can go on behind a faulty step."""

    def __init__(self, case: Case, line: Line, given: Given) -> None:
        self.case, self.line, self.given = case, line, given
        self.known: dict[str, Any] = {}
        self.valuation = Valuation()

    def step(self, name: str) -> None:
        """Compute one assumption ('cloud.wacc') or the worth of one segment ('cloud.*')."""
        head, _, last = name.partition(".")
        if last == "*":
            self._segment(self.case.segments[head])
        else:
            self.known[name] = self._assumption(self.case.assumptions[name])

    def _assumption(self, assumption: Assumption) -> Any:
        scope = assumption.group
        quantity = evaluate(assumption.expression, _Around(self, scope))
        if scope == "drivers" and assumption.plain:
            return quantity
        scope = scope_of(assumption)
        line = self.line.within(scope, self._title(scope))
        kept = line(assumption.label, quantity, show=assumption.unit, yearly=assumption.yearly, name=assumption.name)
        if assumption.single and is_yearly(kept):
            raise TypeError("expected one value, found a yearly row: use first(...) or final(...)")
        return kept

    def _title(self, scope: str) -> str:
        segment = self.case.segments.get(scope)
        return segment.name if segment else GROUP_TITLES.get(scope, scope)

    def _segment(self, segment: Segment) -> None:
        line = self.line.within(segment.id, segment.name)
        given = {name: self._argument(value) for name, value in segment.given.items()}
        worth = segment.method.run(line, **given)
        owned = self.quantity(f"{segment.id}.owned")
        debt = self.quantity(f"{segment.id}.net_debt") if segment.has_net_debt else None
        self.valuation.parts[segment.id] = attributable_value(line, worth, owned, debt)

    def _argument(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {row: {name: self.quantity(ref) for name, ref in fields.items()} for row, fields in value.items()}
        return self.quantity(value) if value in self.case.assumptions else value

    def quantity(self, name: str) -> Any:
        """The quantity of an assumption that was computed; NotComputed when its step failed or is still to come."""
        if name not in self.known:
            raise NotComputed(name)
        return self.known[name]

    def finish(self) -> Valuation:
        """Add up the parts, cross the bridge and divide by the shares."""
        case, found = self.case, self.valuation
        found.factor = per_share_factor(self.line.within("shares", GROUP_TITLES["shares"]), self.known)
        for name in case.segments:
            part = found.parts[name]
            line = self.line.within(name, case.segments[name].name)
            part.per_share = line("Value per share", part.attributable * found.factor)
        found.bridge = {name.removeprefix("bridge."): self.known[name] for name in case.bridge}
        titles = {name: segment.name for name, segment in case.segments.items()}
        equity_of_parent(self.line, self.known, found, titles, case.discounted, case.quote)
        self._reconcile()
        return found

    def _reconcile(self) -> None:
        """Show what reported items sum to beside what was reported."""
        line = self.line.within("reconciliation", GROUP_TITLES["reconciliation"])
        if self.case.reconciliations:
            line.heading("Do they tie?")
        for table in self.case.reconciliations:
            title = table.name.replace("_", " ")
            items = line(f"Sum of items of {title}", add_up(*(self.known[name] for name in table.items)))
            total = self.known[table.total]
            line(f"Difference of {title} to the total", (items - total) / total, show=RATE)


class _Around:
    """The surroundings of an expression: inputs, siblings, other segments' lines, peers."""

    def __init__(self, run: Run, scope: str) -> None:
        self.run, self.scope = run, scope

    @property
    def period(self) -> Any:
        return self.run.line.period

    def number(self, value: float) -> Any:
        return Constant(value) if isinstance(self.run.line, Recording) else np.float64(value)

    def input(self, name: str) -> Any:
        return self.run.given[name]

    def listing(self, names: Sequence[str]) -> Any:
        items = [self.run.given[name] for name in names]
        if any(isinstance(item, Reference) for item in items):
            return Block(tuple(items), self.run.line.period)
        return np.stack(np.broadcast_arrays(*(np.atleast_1d(item) for item in items)))

    def name(self, dotted: str) -> Any:
        head, _, rest = dotted.partition(".")
        if head == "peers":
            return self._peers(rest)
        case = self.run.case
        target = resolve(dotted, self.scope, case.assumptions, case.segments) or dotted
        if target.endswith(".*"):
            return find_line(self.run.line, head, rest)
        assumption = case.assumptions[target]
        if assumption.plain and assumption.group != self.scope:
            return self.run.given[assumption.inputs[0].name]
        return self.run.quantity(target)

    def _peers(self, rest: str) -> Any:
        name, _, column = rest.partition(".")
        case = self.run.case
        return peer_column(case.peers[name], column, case.date, recorded=isinstance(self.run.line, Recording))


def find_line(line: Line, scope: str, name: str) -> Any:
    """Return a line of another segment by its dotted-name form; KeyError with the known names."""
    if isinstance(line, Lines):
        return line.scopes[scope][snake(name)]
    assert isinstance(line, Recording)
    rows = {snake(row.label): row for row in line.scopes[scope].rows if not row.name}  # assumptions have their names
    if snake(name) not in rows:
        raise UnknownLine(name, list(rows))
    return Reference(rows[snake(name)])


class NotComputed(KeyError):
    """An assumption is read that could not be computed."""


class UnknownLine(KeyError):
    """A formula names a line that the segment does not have."""

    def __init__(self, name: str, known: list[str]) -> None:
        self.name, self.known = name, known
        super().__init__(name)


def is_yearly(quantity: Any) -> bool:
    """Whether a quantity has a value each year."""
    return quantity.yearly if isinstance(quantity, Formula) else np.ndim(quantity) == 2
