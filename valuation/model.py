"""The model: every assumption, each segment's method, the bridge and the value of one share. Every reading runs it.

``value(case, line, given)`` computes when ``line`` keeps arrays and records when it keeps Formulas; it is the only
place where parts become a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import numpy as np

from .assumptions import Assumption, Case, PeerReference, Segment, Working
from .bridge import (
    Valuation,
    attributable_value,
    equity_of_parent,
    per_share_factor,
    value_of_share,
    weighted_worth,
)
from .expressions import evaluate
from .formula import Block, Constant, Formula, Reference
from .lines import Line, Lines, snake
from .methods import Worth
from .operations import add_up
from .order import resolve
from .peers import peer_column
from .recording import Recording
from .transactions import Before
from .units import RATE

GROUP_TITLES: Final = {
    "drivers": "Drivers",
    "financials": "Financials",
    "shares": "Shares",
    "parts": "Sum of the parts",
    "bridge": "Bridge",
    "market": "Market",
    "transactions": "Transactions",
    "reconciliation": "Reconciliation",
}


SHARED: Final = ("drivers", "financials")
"""Groups whose plain numbers stand among the inputs alone: any formula reads them, and no sheet repeats them."""


def scope_of(assumption: Assumption) -> str:
    """The scope whose sheet shows an assumption: its group's; the holding discount stands on the bridge."""
    return "bridge" if assumption.scope == "holding" else assumption.scope


class Given(Protocol):
    """The quantities of the inputs, by name."""

    def __getitem__(self, name: str, /) -> Any: ...


def value(
    case: Case,
    line: Line,
    given: Given,
    *,
    fixed: Mapping[str, Any] | None = None,
    added: Mapping[str, Any] | None = None,
) -> Valuation:
    """Run the whole model of a case in a reading; ``given`` holds a quantity for every input.

    ``fixed`` replaces what formulas give for assumptions, by name; ``added`` is money on top of the attributable value
    of parts, as if their method had found more.
    """
    run = Run(case, line, given, fixed, added)
    with np.errstate(all="ignore"):  # what is not finite becomes NaN, is counted and named
        for step in case.order:
            run.step(step)
        return run.finish()


def base_value(case: Case, lines: Lines | None = None) -> Valuation:
    """Run the model on the base value of every input; ``lines`` keep what it writes."""
    return value(case, Lines(case.years) if lines is None else lines, case.base_values)


class Run:
    """One run of the model in one reading, step by step, so that a trial can go on behind a faulty step."""

    def __init__(
        self,
        case: Case,
        line: Line,
        given: Given,
        fixed: Mapping[str, Any] | None = None,
        added: Mapping[str, Any] | None = None,
    ) -> None:
        self.case, self.line, self.given = case, line, given
        self.fixed, self.added = fixed or {}, added or {}
        self.known: dict[str, Any] = {}
        self.finished: set[str] = set()
        self.valuation = Valuation()

    def step(self, name: str) -> None:
        """Compute one assumption ('cloud.wacc'), one working or the worth of one segment ('cloud.*')."""
        scope, _, last = name.rpartition(".")
        if last != "*":
            self.known[name] = self._assumption(self.case.assumptions[name])
            return
        if scope in self.case.workings:
            self._working(self.case.workings[scope])
        if scope in self.case.segments:
            self._segment(self.case.segments[scope])
        self.finished.add(scope)

    def _assumption(self, assumption: Assumption) -> Any:
        quantity = self.fixed.get(assumption.name)
        if quantity is None:
            quantity = evaluate(assumption.expression, _Around(self, assumption))
        if assumption.scope in SHARED and assumption.plain:
            return quantity
        line = self._line(scope_of(assumption))
        kept = line(assumption.label, quantity, show=assumption.unit, yearly=assumption.yearly, name=assumption.name)
        if assumption.single and is_yearly(kept):
            raise TypeError("expected one value, found a yearly row: use first(...) or final(...)")
        return kept

    def _line(self, scope: str) -> Line:
        return self.line.within(scope, title_of(self.case, scope))

    def _working(self, working: Working) -> None:
        worth = working.calculation.run(self._line(working.scope), **self._given(working))
        if isinstance(worth, Worth):
            self.valuation.worths[working.scope] = worth

    def _segment(self, segment: Segment) -> None:
        line = self._line(segment.id)
        owned = self.quantity(f"{segment.id}.owned")
        debt = self.quantity(f"{segment.id}.net_debt") if segment.has_net_debt else None
        worths = {view: self._worth(view) for view in segment.views}
        worth = worths[segment.views[0]]
        if segment.weights:
            titles = {view: self.case.workings[view].title.removeprefix(f"{segment.name}: ") for view in worths}
            named = {titles[view]: found for view, found in worths.items()}
            worth = weighted_worth(line, named, [self.quantity(weight) for weight in segment.weights], debt)
        parts = self.valuation.memos if segment.memo else self.valuation.parts
        found = attributable_value(line, worth, owned, debt)
        if segment.id in self.added:
            more = self.added[segment.id]
            found = replace(found, equity=found.equity + more / owned, attributable=found.attributable + more)
        parts[segment.id] = found

    def _worth(self, view: str) -> Worth:
        if view not in self.valuation.worths:
            raise NotComputed(view)
        return self.valuation.worths[view]

    def _given(self, working: Working) -> dict[str, Any]:
        return {name: self._argument(value) for name, value in working.given.items()}

    def _argument(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                row: {name: self._argument(field) for name, field in fields.items()} for row, fields in value.items()
            }
        if isinstance(value, PeerReference):
            return self.column(value)
        return self.quantity(value) if value in self.case.assumptions else value

    def column(self, reference: PeerReference) -> Any:
        """A column of a table of peers, whole: (peers,) or a Column."""
        table, recorded = self.case.peers[reference.table], isinstance(self.line, Recording)
        return peer_column(table, reference.column, self.case.date, recorded=recorded)

    def quantity(self, name: str) -> Any:
        """The quantity of an assumption that was computed; NotComputed when its step failed or is still to come."""
        if name not in self.known:
            raise NotComputed(name)
        return self.known[name]

    def finish(self) -> Valuation:
        """Add up the parts, cross the bridge, carry out transactions and divide by the shares."""
        self.bridge()
        for name in self.case.transactions:
            self.transaction(name)
        return self.conclude()

    def bridge(self) -> None:
        """From the parts to the equity of the group before any transaction."""
        case, found = self.case, self.valuation
        found.parts = {name: found.parts[name] for name in case.parts}  # in the order of the files
        found.memos = {name: found.memos[name] for name in case.memos}
        found.bridge = {name.removeprefix("bridge."): self.known[name] for name in case.bridge}
        titles = {name: segment.name for name, segment in case.parts.items()}
        equity_of_parent(self.line, self.known, found, titles, case.discounted)
        if case.share_count is not None:
            self._count_shares(case.share_count)
        if case.transactions:
            line = self._line("bridge")
            found.before_transactions = line("Equity value before transactions", found.before_transactions)
        found.factor = per_share_factor(self._line("shares"), self.known)
        for name, part in (found.parts | found.memos).items():
            part.per_share = self._line(name)("Value per share", part.attributable * found.factor)

    def _count_shares(self, working: Working) -> None:
        """The diluted shares at the equity before transactions; convertibles that stay debt are owed before it."""
        found, bridge, line = self.valuation, self._line("bridge"), self._line("shares")
        equity = bridge("Equity value before dilution", found.before_transactions)
        price = None
        if "shares.price" in self.known:
            quoted = self.known["shares.price"] * self.known.get("shares.fx", 1)
            price = line("Price of an ordinary share, own currency", quoted / self.known.get("shares.ads_ratio", 1))
        counted = working.calculation.run(line, equity, price, **self._given(working))
        self.known["shares.diluted"] = counted.shares
        found.before_transactions = equity
        if counted.owed is not None:
            found.bridge["convertibles_at_face"] = bridge("Convertibles that stay debt", -counted.owed)
            found.before_transactions = equity + found.bridge["convertibles_at_face"]

    def transaction(self, name: str) -> None:
        """Carry out one transaction on the part that it moves."""
        found = self.valuation
        part = (found.parts | found.memos)[self.case.transactions[name].part]
        before = Before(part.equity, part.owned, found.before_transactions, self.known["shares.diluted"], found.factor)
        working = self.case.workings[name]
        outcome = working.calculation.run(self._line(name), before, **self._given(working))
        found.transactions[name] = outcome

    def conclude(self) -> Valuation:
        """Weigh the transactions, find the value of one share and show whether reports tie."""
        names = {name: transaction.name for name, transaction in self.case.transactions.items()}
        parts = {name: self.case.segments[t.part].name for name, t in self.case.transactions.items()}
        value_of_share(self.line, self.known, self.valuation, names, parts, self.case.quote)
        self._reconcile()
        return self.valuation

    def _reconcile(self) -> None:
        """Show what reported items sum to beside what was reported."""
        line = self._line("reconciliation")
        if self.case.reconciliations:
            line.heading("Do they tie?")
        for table in self.case.reconciliations:
            title = table.name.replace("_", " ")
            items = line(f"Sum of items of {title}", add_up(*(self.known[name] for name in table.items)))
            total = self.known[table.total]
            line(f"Difference of {title} to the total", (items - total) / total, show=RATE)


class _Around:
    """The surroundings of an expression: inputs, siblings, other segments' lines, peers."""

    def __init__(self, run: Run, reader: Assumption) -> None:
        self.run, self.reader, self.scope = run, reader, reader.scope

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
            return self.run.column(PeerReference(*rest.split(".", 1)))
        case = self.run.case
        lined = {*case.workings, *case.segments} - {*case.transactions}
        target = resolve(dotted, self.scope, case.assumptions, lined, self.reader.name) or dotted
        if target.endswith(".*"):
            scope = target.removesuffix(".*")
            if scope not in self.run.finished:
                raise NotComputed(scope)
            return find_line(self.run.line, scope, dotted.rpartition(".")[2])
        assumption = case.assumptions[target]
        if assumption.plain and assumption.scope != self.scope:
            return self.run.given[assumption.inputs[0].name]
        return self.run.quantity(target)


def find_line(line: Line, scope: str, name: str) -> Any:
    """Return a line of another segment by its dotted-name form; KeyError with the known names."""
    if isinstance(line, Lines):
        return line.scopes[scope][snake(name)]
    assert isinstance(line, Recording)
    rows = {snake(row.label): row for row in line.scopes[scope].rows if not row.name}  # assumptions have their names
    if snake(name) not in rows:
        raise UnknownLine(scope, name, list(rows))
    return Reference(rows[snake(name)])


def title_of(case: Case, scope: str) -> str:
    """The title of a scope: a working's, a segment's, a group's."""
    if scope in case.segments:
        return case.segments[scope].name
    return case.workings[scope].title if scope in case.workings else GROUP_TITLES.get(scope, scope)


class NotComputed(KeyError):
    """An assumption is read that could not be computed."""


class UnknownLine(KeyError):
    """A formula names a line that the scope does not have."""

    def __init__(self, scope: str, name: str, known: list[str]) -> None:
        self.scope, self.name, self.known = scope, name, known
        super().__init__(name)


def is_yearly(quantity: Any) -> bool:
    """Whether a quantity has a value each year."""
    return quantity.yearly if isinstance(quantity, Formula) else np.ndim(quantity) == 2
