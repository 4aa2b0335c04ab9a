"""Who reads whom in a recorded model: direct users and sources of a row, and the way from it to the value per share."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Case
from ..formula import Row
from ..lines import dotted
from ..operations import rows_read
from ..recording import CONSTANTS, Recording, Values, evaluate_row

Array = NDArray[np.float64]

BRIDGE: Final = "bridge."


@dataclass(frozen=True, eq=False)
class Uses:
    """The rows of a recording as a graph.

    ``reads`` are the rows that a row reads directly, ``users`` those that read it, both in the order of the model. The
    row of an assumption that is one input stands for its input too.
    """

    recording: Recording
    reads: Mapping[Row, list[Row]]
    users: Mapping[Row, list[Row]]
    inputs: frozenset[Row]

    @classmethod
    def of(cls, recording: Recording) -> Uses:
        """The graph of a recording."""
        same = _rows_of_inputs(recording)
        reads: dict[Row, list[Row]] = {row: [] for row in recording.inputs.values()}
        for row in recording.written:
            formulas = [formula for formula in (row.formula, row.opening, row.closing) if formula is not None]
            found = [same.get(read, read) for formula in formulas for read in rows_read(formula)]
            reads[row] = [read for read in dict.fromkeys(found) if _told(read, recording) and read is not row]
        users: dict[Row, list[Row]] = {row: [] for row in reads}
        for row, found in reads.items():
            for read in found:
                users[read].append(row)
        return cls(recording, reads, users, frozenset(recording.inputs.values()) | frozenset(same.values()))

    def behind(self, row: Row) -> list[Row]:
        """Everything that a row reads, directly or through others."""
        return _reached(row, self.reads)

    def after(self, row: Row) -> list[Row]:
        """Everything that reads a row, directly or through others."""
        return _reached(row, self.users)

    def path(self, row: Row, target: Row) -> list[Row]:
        """A shortest way from a row to one that hangs on it, both included; nothing when none does.

        Ways that lead through the parts go before those through other assumptions of the bridge.
        """
        return self._path(row, target, BRIDGE) or self._path(row, target, None)

    def _path(self, row: Row, target: Row, around: str | None) -> list[Row]:
        came: dict[Row, Row | None] = {row: None}
        waiting = deque([row])
        while waiting and target not in came:
            here = waiting.popleft()
            for user in self.users.get(here, []):
                if user not in came and not (around and user.name.startswith(around)):
                    came[user] = here
                    waiting.append(user)
        found: list[Row] = []
        step: Row | None = target if target in came else None
        while step is not None:
            found.append(step)
            step = came[step]
        return found[::-1]

    def moved(self, base: Values, row: Row, to: Array, target: Row) -> Array:
        """The target when a row is something else, all that does not hang on it being as it was.

        ``base`` are the values of all rows; ``to`` is (draws,), or (years, draws) of a yearly row; back comes (draws,).
        """
        values: Values = {**base, row: to}
        for given in self.recording.inputs.values():
            if given.name and given.name == row.name:
                values[given] = to if to.ndim == 1 else to[0]  # a yearly row of one input repeats it
        rest = set(self.after(row))
        with np.errstate(all="ignore"):  # what is impossible there is NaN
            for other in self.recording.written:
                if other in rest:
                    values[other] = evaluate_row(other, values, self.recording.years)
        return np.broadcast_to(values[target], to.shape[-1:])


def name_of(row: Row, case: Case) -> str:
    """The dotted name of a row; of a line beside an assumption of its name, with what it is."""
    name = dotted(row.scope, row.label, row.name)
    return f"{name} (line)" if not row.name and name in case.assumptions else name


def _rows_of_inputs(recording: Recording) -> dict[Row, Row]:
    """The row of the assumption that each input alone stands for, by the input's row."""
    named = {row.name: row for row in recording.written if row.name}
    return {row: named[name] for name, row in recording.inputs.items() if name in named}


def _told(row: Row, recording: Recording) -> bool:
    """Whether a row is told of: not the year's number, nor the constants of a method."""
    return row is not recording.period_row and row.scope != CONSTANTS


def _reached(row: Row, edges: Mapping[Row, Iterable[Row]]) -> list[Row]:
    seen: dict[Row, None] = {}
    waiting = list(edges.get(row, ()))
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen[here] = None
            waiting += edges.get(here, ())
    return list(seen)
