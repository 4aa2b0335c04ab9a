"""Levers: one name moved, or held at a level, while every other uncertain input is still drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtri

from ..reverse.unknowns import Unknown, unknown
from ..simulation.evaluator import named
from .draws import Array, Sample, chunks

Model = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Lever:
    """One name of a case under simulation; ``unknown`` says what may be moved and how far, as for ``valuation solve``.

    ``drawn`` holds its draws, (draws,) or (years, draws), None where it is certain, an event or a part. An uncertain
    name is moved by a shift of all its draws, in its unit; an event by its probability; anything else by its level.
    The sample has at least one possible draw.
    """

    sample: Sample
    unknown: Unknown
    drawn: Array | None

    @classmethod
    def of(cls, sample: Sample, name: str, place: str) -> Lever:
        """Find what a name stands for; raises InvalidAssumptions, with ``place``, when it stands for nothing."""
        found = unknown(sample.case, name, place)
        return cls(sample, found, _drawn(sample, found))

    @property
    def shifts(self) -> bool:
        """Whether it is moved by a shift, from 0."""
        return self.drawn is not None or self.unknown.sort == "path"

    @property
    def start(self) -> float:
        """What leaves everything as it is drawn."""
        return 0.0 if self.shifts else self.unknown.base

    @property
    def bounds(self) -> tuple[float, float]:
        """How far it may be moved, the start included."""
        low, high = self.unknown.low, self.unknown.high
        if self.drawn is not None and self.unknown.sort != "path":
            possible = self.drawn[..., self.sample.good]
            low, high = low - float(possible.min()), high - float(possible.max())
        return min(low, self.start), max(high, self.start)

    @cached_property
    def scale(self) -> float:
        """A step that matters: the standard deviation of its draws, or the size of what is there."""
        spread = 0.0 if self.drawn is None else float(self.drawn[..., self.sample.good].std(axis=-1).max())
        return 0.1 if self.unknown.sort == "event" else spread or 0.1 * self.unknown.scale

    def moved(self, x: float, here: slice, given: Model, fixed: Model, more: Model) -> None:
        """Enter the move by ``x`` into what the model is given for some of the draws."""
        if self.shifts and self.drawn is not None:
            target = given if self.unknown.sort == "input" else fixed
            target[self.unknown.name] = self.drawn[..., here] + x
        else:
            self.held(x, here, given, fixed, more)

    def held(self, x: float, here: slice, given: Model, fixed: Model, more: Model) -> None:
        """Hold it at ``x`` in all draws: a level, the probability of an event, the shift of a yearly row."""
        name, sort = self.unknown.name, self.unknown.sort
        if sort == "event":
            given[name] = (self._mixed[here] > -ndtri(x)).astype(np.float64)
        elif sort == "path" and self.drawn is not None:
            fixed[name] = self.drawn[..., here] + x
        else:
            self.unknown.enter(np.array([x]), given, fixed, more)

    @cached_property
    def _mixed(self) -> Array:
        """The scores of an event (draws,), as they depend on the others'."""
        row = next(row for row, one in enumerate(self.sample.inputs) if one.name == self.unknown.name)
        mixed: Array = self.sample.evaluator.dependence.apply(self.sample.scores)[row]
        return mixed


def per_share(sample: Sample, levers: Sequence[tuple[Lever, float]], *, shifted: bool) -> Array:
    """Value the draws of a sample (draws,) with some levers moved (``shifted``) or held, all else as it was drawn."""
    found = np.empty(sample.draws)
    for here in chunks(sample.draws):
        given, fixed, more = sample.case.base_values, dict[str, Any](), dict[str, Any]()
        for row, one in enumerate(sample.inputs):
            given[one.name] = sample.values[row, here]
        for lever, x in levers:
            (lever.moved if shifted else lever.held)(x, here, given, fixed, more)
        found[here] = sample.evaluator.per_share(given, here.stop - here.start, fixed, more)
    found[~np.isfinite(found)] = math.nan
    return found


def _drawn(sample: Sample, found: Unknown) -> Array | None:
    """The draws of an uncertain name; None where it does not vary, is an event or a part."""
    if found.sort in ("event", "part"):
        return None
    rows = {one.name: row for row, one in enumerate(sample.inputs)}
    if found.sort == "input":
        return sample.values[rows[found.name]] if found.name in rows else None
    pieces = []
    for here in chunks(sample.draws):
        given = sample.case.base_values
        for name, row in rows.items():
            given[name] = sample.values[row, here]
        _, lines = sample.evaluator.run(given)
        piece = named(sample.case, lines, given, found.name)
        pieces.append(np.broadcast_to(piece, (*piece.shape[:-1], here.stop - here.start)))
    drawn = np.concatenate(pieces, axis=-1)
    return drawn if np.ptp(drawn[..., sample.good], axis=-1).max() > 0 else None
