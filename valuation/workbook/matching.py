"""Whether a workbook still matches a case: which inputs differ, by their cells in the book and their places in files.

Base values and the numbers of distributions are those that the book's cells hold now. Formulas, correlations, scenarios
and the rest are those of the files that the book carries. What moves no value, notes and reasons, is no difference.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ..assumptions import Case, Input, PeerTable
from ..distributions.written import LONGEST, lettered, numbers_of
from ..identity import inputs_digest
from ..problems import Place
from ..texts import shortened
from .address import Cell
from .cells import Value
from .opening import OpenedBook
from .sheets import inputs
from .sheets.files import TITLE as FILES

CLOSE: Final = 1e-12
"""Programs save fifteen digits: this near to each other two numbers are the same."""

NOTHING: Final = "nothing"
SHOWN: Final = 20
_OFFSET: Final = re.compile(r", offset=\d+")


@dataclass(frozen=True)
class InputDifference:
    """One thing that the book and the case tell differently; ``cell`` is where the book has it."""

    kind: str
    name: str
    book: str
    case: str
    cell: str
    place: Place

    def as_json(self) -> dict[str, Any]:
        """One object, its place as file:line:column."""
        return {**vars(self), "place": str(self.place)}

    def __str__(self) -> str:
        return f"{self.place}: {self.name}: {self.kind}: {self.case} in the case, {self.book} in the book ({self.cell})"


@dataclass(frozen=True)
class Match:
    """Whether a book is that of a case: it is when nothing differs that moves value or range."""

    case: str
    differences: tuple[InputDifference, ...]
    same_files: bool

    @property
    def matches(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def __str__(self) -> str:
        lines = [str(difference) for difference in self.differences[:SHOWN]]
        if len(self.differences) > SHOWN:
            lines.append(f"... and {len(self.differences) - SHOWN} more")
        if not self.matches:
            lines.append(f"the workbook does NOT match {self.case}: {len(self.differences)} differences")
        elif self.same_files:
            lines.append(f"the workbook matches {self.case}")
        else:
            lines.append(f"the workbook matches {self.case}, whose files differ in what moves no value")
        return "\n".join(lines)


def match(book: OpenedBook, own: Case, case: Case) -> Match:
    """Compare a book, whose own files tell the case ``own``, with a case."""
    same = book.properties.custom.get("Inputs") == inputs_digest(case)
    return Match(case.id, tuple(input_differences(book, own, case)), same)


def input_differences(book: OpenedBook, own: Case, case: Case) -> list[InputDifference]:
    """Return what differs between a book, whose files tell the case ``own``, and another case."""
    found = list(_cells(book, own, case))
    told = {difference.name for difference in found}
    found += [difference for difference in _facts_that_differ(own, case) if difference.name not in told]
    return found


# What stands in cells ---------------------------------------------------------------------------------------------


def _cells(book: OpenedBook, own: Case, case: Case) -> Iterator[InputDifference]:
    ours = {found.name: found for found in own.inputs}
    theirs = {found.name: found for found in case.inputs}
    for name in dict.fromkeys((*theirs, *ours)):
        cell = book.named(name)
        if name not in theirs:
            yield InputDifference("input", name, ours[name].written, NOTHING, str(cell or inputs.TITLE), case.place)
        elif name not in ours or cell is None:
            there = theirs[name]
            yield InputDifference("input", name, NOTHING, there.written, inputs.TITLE, there.origin.place)
        else:
            yield from _numbers(book, cell, theirs[name])


def _numbers(book: OpenedBook, cell: Cell, found: Input) -> Iterator[InputDifference]:
    """The base value, and the distribution: its words and its numbers."""
    base = _at(book, cell, inputs.BASE)
    if not _same(base, found.base):
        yield _difference("base", found, _told(base), repr(found.base), cell)
    written = found.written if found.distribution is not None else ""
    words = _at(book, cell, inputs.DISTRIBUTION)
    if _plain(words) != _plain(shortened(lettered(written))):
        there = Cell(cell.sheet, cell.row, inputs.DISTRIBUTION)
        yield _difference("distribution", found, _told(words), written or NOTHING, there)
        return
    numbers = numbers_of(written) if written else []
    if 0 < len(numbers) <= LONGEST:
        for column, number in zip(inputs.NUMBERS, numbers, strict=False):
            value = _at(book, cell, column)
            if not _same(value, number.value):
                there = Cell(cell.sheet, cell.row, column)
                yield _difference("distribution", found, _told(value), f"{number.value!r} of {written}", there)


def _difference(kind: str, found: Input, book: str, case: str, cell: Cell) -> InputDifference:
    return InputDifference(kind, found.name, book, case, str(cell), found.origin.place)


def _at(book: OpenedBook, cell: Cell, column: int) -> Value | None:
    """What a cell of a row holds, of a formula that somebody typed there its last value."""
    spot = cell.row, column
    cells = book.stored if spot in book.formulas.get(cell.sheet, {}) else book.constants
    return cells.get(cell.sheet, {}).get(spot)


def _same(value: Value | None, number: float) -> bool:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return plain and math.isclose(float(value), number, rel_tol=CLOSE, abs_tol=1e-300)  # type: ignore[arg-type]


def _plain(text: Value | None) -> str:
    return "" if text is None else " ".join(str(text).split())


def _told(value: Value | None) -> str:
    return NOTHING if value is None else str(value) if isinstance(value, str) else repr(value)


# What stands in files ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fact:
    """What a case says of something; two facts are the same when their ``key`` is."""

    told: str
    place: Place
    key: str = ""


Facts = Iterator[tuple[tuple[str, str], _Fact]]


def _facts_that_differ(own: Case, case: Case) -> Iterator[InputDifference]:
    ours, theirs = dict(_facts(own)), dict(_facts(case))
    for key in dict.fromkeys((*theirs, *ours)):
        before, after = ours.get(key), theirs.get(key)
        if before is None or after is None or (before.key or before.told) != (after.key or after.told):
            texts = [NOTHING if fact is None else fact.told for fact in (before, after)]
            cell = FILES if before is None else f"{FILES}: {before.place.within(own.folder)}"
            yield InputDifference(*key, texts[0], texts[1], cell, case.place if after is None else after.place)


def _facts(case: Case) -> Facts:
    """What a case says beside its inputs and what moves its value or its range, by kind and name."""
    for name in ("currency", "date", "years", "base_year", "discount_base"):
        yield ("frame", name), _Fact(str(getattr(case, name)), case.place)
    for name, found in case.assumptions.items():
        place = found.origin.place
        if not found.plain:
            # its numbers are inputs, so that only names and operations are left
            yield ("formula", name), _Fact(_plain(found.written), place, _OFFSET.sub("", repr(found.expression)))
        yield ("unit", name), _Fact(str(found.unit), place)
    yield from _structure(case)
    for pair in case.correlations:
        weight = "" if pair.weight == 1 else f", weight {pair.weight:g}"
        yield ("correlation", " and ".join(sorted(pair.between))), _Fact(f"{pair.rank!r}{weight}", pair.origin.place)
    for name, scenario in case.scenarios.items():
        place = scenario.origin.place
        yield ("scenario", name), _Fact(repr(scenario.probability), place)
        for changed, text in scenario.values.items():
            yield ("scenario", f"{name}: {changed}"), _Fact(_plain(text), place)
    for name, table in case.peers.items():
        yield ("peers", name), _Fact(_table(table), table.place)


def _structure(case: Case) -> Facts:
    """Parts, methods and routes, and the words that they are given."""
    for name, segment in case.segments.items():
        facts = (segment.views, segment.weights, segment.discounted, segment.has_net_debt, segment.memo)
        yield ("structure", name), _Fact(f"{case.method_of(name)} {_short(facts)}", segment.place)
    for name, transaction in case.transactions.items():
        yield ("structure", name), _Fact(f"of {transaction.part}", transaction.place)
    shares = [] if case.share_count is None else [case.share_count]
    for working in (*case.workings.values(), *shares):
        told = f"{working.calculation.name}{''.join(f', {key} {text}' for key, text in working.told.items())}"
        yield ("method", working.scope), _Fact(told, working.place)
    for tie in case.reconciliations:
        yield ("reconciliation", tie.name), _Fact(f"{', '.join(tie.items)} to {tie.total}", case.place)


def _table(table: PeerTable) -> str:
    columns = {name: list(map(str, values)) for name, values in table.columns.items()}
    rows = max((len(values) for values in columns.values()), default=0)
    return f"{rows} companies, {_short(columns)}"


def _short(what: Any) -> str:
    """A few letters that tell one thing from another."""
    return hashlib.sha256(json.dumps(what, default=str).encode()).hexdigest()[:8]
