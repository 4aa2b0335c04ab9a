"""Which lines a sheet emphasises: what calculations find, as the model knows it; no label is listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..assumptions import Case
from ..bridge import Valuation
from ..formula import Formula, Reference, Row
from ..operations import rows_read
from ..recording import Recording
from ..schedules import Schedule


def result_rows(case: Case, recording: Recording, found: Valuation) -> frozenset[Row]:
    """The worth that each method finds, what parts and routes come to, and what schedules give to the others."""
    schedules = {name for name, working in case.workings.items() if isinstance(working.calculation, Schedule)}
    read = {row for reader in recording.written for row in _read(reader) if row.scope != reader.scope}
    given = {row for row in read if row.scope in schedules and not row.name}
    for name in schedules - {row.scope for row in given}:  # nothing reads it: a schedule ends with what it is for
        given |= {row for row in recording.scopes[name].rows[-1:] if not row.name and row.unit.shown != "flag"}
    return frozenset(given) | {value.row for value in _found(found) if isinstance(value, Reference)}


def _found(found: Valuation) -> Iterator[Any]:
    for worth in found.worths.values():
        yield worth.value
    for part in (*found.parts.values(), *found.memos.values()):
        yield from (part.enterprise if part.enterprise is not None else part.equity, part.attributable, part.per_share)
    for outcome in found.transactions.values():
        yield from (outcome.after, outcome.expected)
    yield from (found.sum_of_parts, found.equity, found.per_share)


def _read(row: Row) -> list[Row]:
    formulas: list[Formula | None] = [row.formula, row.opening, row.closing]
    return [read for formula in formulas if formula is not None for read in rows_read(formula)]
