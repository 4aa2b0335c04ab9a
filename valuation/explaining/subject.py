"""What a name stands for: an input, a formula, a line, a part, a transaction or a column of peers, and its help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..assumptions import Assumption, Case, Input, Origin, PeerTable, Working
from ..bridge import Valuation
from ..calculation import Calculation
from ..formula import Reference, Row
from ..problems import InvalidAssumptions, Place, Problem, nearest
from ..quantities import Quantity, find, quantities
from ..recording import Recording
from ..units import Unit

Sort = Literal["input", "formula", "line", "part", "memo", "transaction", "peers"]
PLACE = "explain"


@dataclass(frozen=True, eq=False)
class Subject:
    """One name that is explained.

    ``key`` is what its draws are found by and ``row`` where it stands in the recording, None for a column of peers.
    ``assumption`` and ``input`` are those of the name, where it is one.
    """

    name: str
    sort: Sort
    label: str
    help: str
    unit: Unit | None
    yearly: bool
    key: str
    row: Row | None
    place: Place
    assumption: Assumption | None = None
    input: Input | None = None

    @property
    def origin(self) -> Origin | None:
        """Where its number or formula comes from."""
        if self.input is not None:
            return self.input.origin
        return None if self.assumption is None else self.assumption.origin


def subject(case: Case, name: str, recording: Recording, found: Valuation) -> Subject:
    """What a name stands for; InvalidAssumptions with what may have been meant."""
    if name.startswith("peers."):
        return _peers(case, name)
    if name in case.segments:
        return _segment(case, name, recording, found)
    if name in case.transactions:
        return _transaction(case, name, recording, found)
    try:
        quantity = find(case, name, PLACE, recording)
    except InvalidAssumptions:
        known = [*quantities(case, recording), *case.segments, *case.transactions, *_columns(case)]
        text = f"is no assumption, line, part, transaction or column of peers{nearest(name, known)}"
        raise InvalidAssumptions([Problem(Place(PLACE), name, text)]) from None
    return _quantity(case, quantity, recording)


def _quantity(case: Case, found: Quantity, recording: Recording) -> Subject:
    assumption = case.assumptions.get(found.name) or next(
        (held for held in case.assumptions.values() for one in held.inputs if one.name == found.name), None
    )
    given = next((one for one in case.inputs if one.name == found.name), None)
    row = found.row or recording.inputs.get(found.name)
    scope = assumption.scope if assumption is not None else row.scope if row is not None else ""
    working = case.workings.get(scope)
    if assumption is None:
        text = f"a line of {_told(working.calculation)}" if working else ""
        place = working.place if working else case.segments[scope].place if scope in case.segments else case.place
        return Subject(found.name, "line", found.label, text, found.unit, found.yearly, found.name, row, place)
    sort: Sort = "input" if given is not None else "formula"
    text = "" if working is None else _help(working, assumption.name)
    place = assumption.origin.place
    return Subject(
        found.name, sort, found.label, text, found.unit, found.yearly, found.name, row, place, assumption, given
    )


def _help(working: Working, name: str) -> str:
    """What the docstring of a calculation says of the parameter that an assumption is given to."""
    for parameter, given in working.given.items():
        if given == name:
            found = working.calculation.parameters[parameter]
            return (found.help or found.label).replace("``", "")
    return ""


def _told(calculation: Calculation) -> str:
    """A calculation by its name and the first line of its docstring."""
    return f"{calculation.name}: {calculation.summary.rstrip('.')}".replace("``", "")


def _segment(case: Case, name: str, recording: Recording, found: Valuation) -> Subject:
    segment, worth = case.segments[name], (found.parts | found.memos)[name]
    views = {one.name: one for one in (case.workings[view].calculation for view in segment.views)}
    text = "; ".join(_told(one) for one in views.values())
    row, sort = _row(worth.attributable), "memo" if segment.memo else "part"
    label = f"{segment.name}, attributable value"
    return Subject(name, sort, label, text, row.unit, False, f"{name}.attributable_value", row, segment.place)  # type: ignore[arg-type]


def _transaction(case: Case, name: str, recording: Recording, found: Valuation) -> Subject:
    transaction, working = case.transactions[name], case.workings[name]
    row = _row(found.expected[name])
    key = next((key for key, held in quantities(case, recording).items() if held.row is row), name)
    text = _told(working.calculation)
    label = f"{transaction.name}, change by its probability"
    return Subject(name, "transaction", label, text, row.unit, False, key, row, transaction.place)


def _row(quantity: Any) -> Row:
    assert isinstance(quantity, Reference)
    return quantity.row


def _peers(case: Case, name: str) -> Subject:
    table, _, column = name.removeprefix("peers.").partition(".")
    held = case.peers.get(table)
    if held is None or column not in held.columns:
        text = f"is no column of peers{nearest(name, _columns(case))}"
        raise InvalidAssumptions([Problem(Place(PLACE), name, text)])
    return Subject(
        name, "peers", f"{column.replace('_', ' ')} of the peers {table}", "", None, False, name, None, held.place
    )


def _columns(case: Case) -> list[str]:
    return [f"peers.{table}.{column}" for table, held in case.peers.items() for column in held.columns]


def companies(table: PeerTable) -> list[str]:
    """The names of the companies of a table of peers, by its first column of texts."""
    texts = [column for name, column in table.columns.items() if name not in table.numeric]
    return [str(name) for name in texts[0]] if texts else []
