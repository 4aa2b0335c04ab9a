"""The value per share of mixtures of two cases, as many at once as differ by numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ..assumptions import Case
from ..lines import Lines, dotted
from ..model import value
from ..problems import Problems
from ..trial import record, try_recording
from .difference import Difference, Piece
from .mixed import mixed
from .shares import Array, Masks

TILE: Final = 2048
MISFITS: Final = (TypeError, ValueError, LookupError, ArithmeticError)
"""What the model raises where the parts of a case do not fit together: units, shapes, names that are not there."""


class Mixtures:
    """The value per share of A with any of the steps to B taken; NaN where such a case cannot be valued."""

    def __init__(self, a: Case, b: Case, steps: Sequence[Difference]) -> None:
        self.a, self.b, self.steps = a, b, tuple(steps)
        self._pieces = frozenset(piece for step in steps for piece in step.pieces)
        self._bases = [{found.name: found.base for found in case.inputs} for case in (a, b)]
        self._typed = bool(self._pieces) and _types_differ(a, b)
        self._cases: dict[frozenset[Piece], Case | None] = {}
        self._known: dict[bytes, float] = {}

    @property
    def evaluated(self) -> int:
        """How many different mixtures were valued."""
        return len(self._known)

    def values(self, taken: Masks) -> Array:
        """Values per share (mixtures,) with the steps ``taken`` (mixtures, steps)."""
        keys = [row.tobytes() for row in taken]
        new = {key: row for row, key in enumerate(keys) if key not in self._known}
        if new:
            found = self._value(taken[list(new.values())])
            self._known.update(zip(new, found.tolist(), strict=True))
        return np.array([self._known[key] for key in keys])

    def _value(self, taken: Masks) -> Array:
        """Sort mixtures by the model that they make; those of one model are valued together."""
        found = np.empty(len(taken))
        making = np.array([bool(step.pieces) for step in self.steps], dtype=np.bool_)
        models, which = np.unique(taken & making, axis=0, return_inverse=True)
        for number, model in enumerate(models):
            rows = np.flatnonzero(which.ravel() == number)
            case = self._case(frozenset(p for s, on in zip(self.steps, model, strict=True) if on for p in s.pieces))
            for start in range(0, len(rows), TILE):
                tile = rows[start : start + TILE]
                found[tile] = np.nan if case is None else self._tile(case, taken[tile])
        return found

    def _tile(self, case: Case, taken: Masks) -> Array:
        given = case.base_values
        for column, step in enumerate(self.steps):
            for name in step.inputs & given.keys():
                before, after = (base[name] for base in self._bases)
                given[name] = np.where(taken[:, column], after, before)
        try:
            per_share = np.asarray(value(case, Lines(case.years), given).per_share)
            return np.broadcast_to(per_share, (len(taken),))
        except MISFITS:
            return np.full(len(taken), np.nan)

    def _case(self, switched: frozenset[Piece]) -> Case | None:
        if switched not in self._cases:
            self._cases[switched] = self._mixed(switched)
        return self._cases[switched]

    def _mixed(self, switched: frozenset[Piece]) -> Case | None:
        problems = Problems()
        try:
            case = mixed(self.a, self.b, self._pieces, switched)
            if self._typed:
                try_recording(case, problems)  # units are compared where they are recorded: arrays add CNY to USD
        except MISFITS:
            return None
        return None if problems else case


def _types_differ(a: Case, b: Case) -> bool:
    """Whether a line of both cases has another unit, or is yearly in one alone: then mixtures must be recorded too."""
    ours, theirs = _types(a), _types(b)
    return any(ours[name] != theirs[name] for name in ours.keys() & theirs.keys())


def _types(case: Case) -> dict[str, tuple[str, bool]]:
    recording, _ = record(case)
    return {found.name: (str(found.unit), False) for found in case.inputs} | {
        dotted(row.scope, row.label, row.name): (str(row.unit), row.yearly)
        for scope in recording.scopes.values()
        for row in scope.rows
    }
