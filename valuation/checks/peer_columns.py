"""Which columns of peers a case reads, by which statistic, and the numbers in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Case, PeerReference, Working
from ..expressions import Apply, Expression, Name
from ..peers import COMPANY, column_values, included
from .recorded import Recorded

ENTERPRISE, EQUITY = ("ev",), ("p", "pe", "pb", "ps", "price", "market")
METRICS = {
    "sales": "sales", "revenue": "sales", "s": "sales", "ps": "sales", "ebitda": "EBITDA", "ebita": "EBITA",
    "ebit": "EBIT", "earnings": "earnings", "profit": "earnings", "e": "earnings", "pe": "earnings",
    "b": "book value", "book": "book value", "pb": "book value",
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A column of peers that an assumption reads; ``statistic`` is empty when a calculation takes it whole."""

    table: str
    column: str
    statistic: str
    reader: str

    @property
    def ratio(self) -> bool:
        """Whether the column is a multiple, with a price or an enterprise value above."""
        return self.level != ""

    @property
    def level(self) -> str:
        """What a multiple of this name values: the enterprise, the equity, or nothing that its name says."""
        head, _, rest = self.column.removeprefix("ln_").partition("_")
        if head in ENTERPRISE and rest:
            return "enterprise"
        return "equity" if head in EQUITY and (rest or head in ("pe", "pb", "ps")) else ""

    @property
    def metric(self) -> str:
        """The metric below the price, where the column's name says it."""
        words = self.column.removeprefix("ln_").split("_")
        return next((METRICS[word] for word in reversed(words) if word in METRICS), "") if self.ratio else ""


def reads_of(recorded: Recorded, working: Working) -> list[Read]:
    """The columns that a working reads, through all that its parameters read."""
    names = [name for name in recorded.case.assumptions if name.startswith(f"{working.scope}.")]
    given = [Read(v.table, v.column, "", working.scope) for v in working.given.values() if isinstance(v, PeerReference)]
    return [*given, *_through(recorded, names)]


def multiple_reads(recorded: Recorded, scope: str) -> list[Read]:
    """The columns behind the multiple of a working: those of multiples, by a statistic that gives one."""
    reads = _through(recorded, [f"{scope}.multiple"])
    return [read for read in reads if read.statistic != "count" and not read.column.startswith("ln_")]


def all_reads(recorded: Recorded) -> list[Read]:
    """The columns that any assumption or calculation of the case reads, each once a reader."""
    given = [
        Read(v.table, v.column, "", working.scope)
        for working in recorded.case.workings.values()
        for v in working.given.values()
        if isinstance(v, PeerReference)
    ]
    return list(dict.fromkeys([*given, *_through(recorded, list(recorded.case.assumptions))]))


def _through(recorded: Recorded, names: list[str]) -> Iterator[Read]:
    for name, assumption in recorded.reach(*names).items():
        for table, column, statistic in _columns(assumption.expression, ""):
            yield Read(table, column, statistic, name)


def _columns(expression: Expression, statistic: str) -> Iterator[tuple[str, str, str]]:
    match expression:
        case Name(dotted=dotted) if dotted.startswith("peers."):
            _, table, column = dotted.split(".", 2)
            yield table, column, statistic
        case Apply():
            for operand in expression.operands:
                yield from _columns(operand, expression.function)


def numbers(case: Case, table: str, column: str) -> NDArray[np.float64]:
    """The numbers of a column, without blanks and without peers that are left out."""
    found = column_values(case.peers[table], column, case.date)
    return found[np.isfinite(found)]


def texts(case: Case, table: str, column: str) -> tuple[str, ...]:
    """A column as texts, row by row; empty when the table has no such column."""
    found = case.peers[table].columns.get(column)
    if found is None:
        return ()
    return found if isinstance(found, tuple) else tuple("" if np.isnan(v) else f"{v:g}" for v in found)


def rows(case: Case, table: str, column: str) -> list[tuple[str, str]]:
    """Each peer that counts with its text in a column; empty when there is no such column."""
    found = zip(companies(case, table), texts(case, table, column), included(case.peers[table]), strict=False)
    return [(company, text) for company, text, counts in found if counts]


def companies(case: Case, table: str) -> tuple[str, ...]:
    """The names of the peers: the column company or name, else the first column of texts."""
    columns = case.peers[table].columns
    for name in (COMPANY, "name", *columns):
        if name in columns and isinstance(columns[name], tuple):
            return texts(case, table, name)
    return tuple(str(row) for row in range(1, len(next(iter(columns.values()))) + 1))
