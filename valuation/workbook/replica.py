"""Replicas: the model's own formulas once a column, for as many values of a few of its rows.

A row is *varied*: in each column it has another value, by a Formula of its own. Rows of the model that depend on a
varied one, and on which an output depends, are repeated; all others are read where they stand. *Lanes* are rows with a
value a column that the model does not know, such as a stored random number or a level of a two-way table.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..formula import Formula, Reference, Row
from ..lines import Array
from ..operations import rows_read
from ..recording import Recording, Values, evaluate_row


@dataclass(frozen=True)
class Replica:
    """What is repeated: the varied rows with their formulas, then ``followed`` rows in the order of the model.

    A varied row's formula reads lanes, and the model as it is, also the varied rows themselves.
    """

    varied: Mapping[Row, Formula]
    followed: tuple[Row, ...]
    outputs: tuple[Row, ...]

    @classmethod
    def of(cls, recording: Recording, varied: Mapping[Row, Formula], outputs: Iterable[Row]) -> Replica:
        """Find what changes with the varied rows, and is needed for the outputs."""
        wanted = tuple(outputs)
        changed, needed = _dependent(recording, varied), _behind(wanted, varied)
        followed = [row for row in recording.written if row in changed & needed and row not in varied]
        return cls({row: formula for row, formula in varied.items() if row in needed}, tuple(followed), wanted)

    @property
    def rows(self) -> list[Row]:
        """Every row that has cells in the block; one that only stands for another is read there."""
        return [*self.varied, *(row for row in self.followed if stands_for(row) is None)]

    def formula(self, row: Row) -> Formula:
        """What stands in the cells of a row of the block."""
        found = self.varied.get(row, row.formula)
        assert found is not None
        return found

    def values(self, model: Values, lanes: Mapping[Row, Array], years: int) -> Values:
        """The rows of the block as NumPy computes them, from the model's values and those of lanes (columns,)."""
        known = {**model, **lanes}
        varied = {
            row: evaluate_row(replace(row, formula=formula, opening=None), known, years)
            for row, formula in self.varied.items()
        }
        known |= varied
        for row in self.followed:
            known[row] = evaluate_row(row, known, years)
        return {row: known[row] for row in (*self.varied, *self.followed)}


def stands_for(row: Row) -> Row | None:
    """The row of which a row is nothing but a link, of the same sort; None where it has a formula of its own."""
    formula = row.formula
    if not isinstance(formula, Reference) or row.opening is not None or row.closing is not None:
        return None
    return formula.row if formula.row.yearly == row.yearly else None


def direct(row: Row, varied: Container[Row] = ()) -> Row:
    """Follow links to the row that they come from; a varied one is not left."""
    while row not in varied and (other := stands_for(row)) is not None:
        row = other
    return row


def formulas_of(row: Row) -> Iterator[Formula]:
    """What stands in the cells of a row: its years, and the cells before and after them."""
    yield from (formula for formula in (row.opening, row.formula, row.closing) if formula is not None)


def _reads(row: Row) -> Iterator[Row]:
    for formula in formulas_of(row):
        yield from rows_read(formula)


def _dependent(recording: Recording, varied: Mapping[Row, Formula]) -> set[Row]:
    """The rows that change with a varied one, in their years or in the cells before and after them."""
    readers: dict[Row, list[Row]] = {}
    for row in recording.written:
        for read in _reads(row):
            readers.setdefault(read, []).append(row)
    found, waiting = set(varied), list(varied)
    while waiting:
        new = [row for row in readers.get(waiting.pop(), ()) if row not in found]
        found.update(new)
        waiting += new
    return found


def _behind(outputs: Sequence[Row], varied: Mapping[Row, Formula]) -> set[Row]:
    """The rows on which the outputs depend, up to the varied ones."""
    found, waiting = set(outputs), list(outputs)
    while waiting:
        row = waiting.pop()
        if row not in varied:
            new = set(_reads(row)) - found
            found |= new
            waiting += new
    return found
