"""What every worker does: value a stretch of one sequence of draws. A stretch is the same whoever works on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .evaluator import Evaluator, named
from .frame import Frame
from .mixing import Mixing
from .sampling import TILE, Design
from .sketch import Sketch

Array = NDArray[np.float64]
Numbers = NDArray[np.intp]
Names = NDArray[np.object_]

PER_SHARE: Final = "per share"
MODEL: Final = 4 * TILE
"""How many draws the model takes at once: enough to spread what a call costs, few enough to stay in the cache."""


@dataclass(frozen=True, order=True)
class Stretch:
    """``count`` draws from ``first`` on, a multiple of TILE, of each of the sequences run, ..., run + runs - 1."""

    first: int
    run: int
    count: int
    runs: int = 1

    @property
    def draws(self) -> int:
        """How many draws it has."""
        return self.count * self.runs

    def each(self) -> Iterator[tuple[Stretch, slice]]:
        """Yield the stretch of each sequence, with its place among the draws."""
        for number in range(self.runs):
            yield (
                Stretch(self.first, self.run + number, self.count),
                slice(number * self.count, (number + 1) * self.count),
            )

    def tiles(self) -> Iterator[tuple[int, int, int]]:
        """Yield sequence, first draw and count of each tile, in the order of the draws."""
        for run in range(self.run, self.run + self.runs):
            for first in range(self.first, self.first + self.count, TILE):
                yield run, first, min(TILE, self.first + self.count - first)


@dataclass
class Piece:
    """What one sequence gave: kept draws of outputs (..., draws), sketches of others, impossible draws by line."""

    stretch: Stretch
    kept: dict[str, Array]
    sketches: dict[str, Sketch]
    invalid: Counter[str]


@dataclass
class Found:
    """What a stretch gave, sequence by sequence."""

    stretch: Stretch
    pieces: list[Piece]


@dataclass(frozen=True, eq=False)
class Work:
    """A case with a design of draws: all that a worker needs to know.

    ``kept`` are the outputs whose draws are kept, ``sketched`` those that are summarised; names are those of
    ``outputs_of``, or dotted names of inputs, assumptions and lines.
    """

    evaluator: Evaluator
    frame: Frame
    design: Design
    mixing: Mixing
    kept: tuple[str, ...]
    sketched: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, evaluator: Evaluator, frame: Frame, design: Design, kept: Sequence[str], sketched: Sequence[str] = ()
    ) -> Work:
        """Prepare the work on a case."""
        return cls(evaluator, frame, design, frame.mixing(evaluator), tuple(kept), tuple(sketched))

    def stretches(self, size: int, after: int = 0) -> list[Stretch]:
        """All stretches of at most ``size`` draws, a multiple of TILE; ``after`` draws of each sequence are done.

        Sequences advance together, so that what is done at any time is a smaller design; short ones share a stretch.
        """
        run, runs = self.design.run, self.design.runs
        together = max(size // max(run - after, 1), 1)
        return [
            Stretch(first, number, min(size, run - first), min(together, runs - number))
            for first in range(after, run, size)
            for number in range(0, runs, together)
        ]

    def scores(self, stretch: Stretch) -> Iterator[Array]:
        """Yield the draws of a stretch piece by piece: scores (inputs, at most MODEL draws)."""
        waiting: list[Array] = []
        for run, first, count in stretch.tiles():
            if waiting and sum(tile.shape[1] for tile in waiting) + count > MODEL:
                yield np.concatenate(waiting, axis=1)
                waiting = []
            waiting.append(self.mixing.apply(self.design.normals(run, first, count)))
        yield np.concatenate(waiting, axis=1)

    def carry_out(self, stretch: Stretch) -> Found:
        """Value a stretch."""
        outputs: dict[str, Array] = {}
        spoiled = [(np.empty(0, dtype=np.intp), np.empty(0, dtype=object))]
        begin = 0
        for scores in self.scores(stretch):
            here = slice(begin, begin + scores.shape[1])
            values, (draws, lines) = self._values(scores)
            spoiled.append((begin + draws, lines))
            for name, found in values.items():
                if name not in outputs:
                    outputs[name] = np.empty((*found.shape[:-1], stretch.draws))
                outputs[name][..., here] = found
            begin = here.stop
        numbers, names = (np.concatenate(column) for column in zip(*spoiled, strict=True))
        return Found(
            stretch,
            [
                self._piece(one, here, outputs, names[(numbers >= here.start) & (numbers < here.stop)])
                for one, here in stretch.each()
            ],
        )

    def _piece(self, one: Stretch, here: slice, outputs: dict[str, Array], spoiled: Names) -> Piece:
        sketches = {name: Sketch(outputs[name][here]) for name in self.sketched}
        return Piece(one, {name: outputs[name][..., here] for name in self.kept}, sketches, Counter(spoiled))

    def _values(self, scores: Array) -> tuple[dict[str, Array], tuple[Numbers, Names]]:
        """The outputs of some draws, and the line that spoiled each impossible one."""
        given = self.evaluator.from_mixed(scores)
        found, lines = self.evaluator.run(given)
        per_share = np.broadcast_to(found.per_share, (scores.shape[1],))
        known: dict[str, Array] = {PER_SHARE: per_share}
        for name, part in found.parts.items():
            known[share_of(name)], known[attributable_of(name)] = part.per_share, part.attributable
        wanted = {
            name: known[name] if name in known else named(self.evaluator.case, lines, given, name)
            for name in (*self.kept, *self.sketched)
        }
        return wanted, lines.invalid.spoiled(~np.isfinite(per_share))


def outputs_of(evaluator: Evaluator) -> list[str]:
    """The outputs of every run: the value per share, then each part's per share and in the case's money."""
    return [PER_SHARE, *(found(name) for name in evaluator.case.parts for found in (share_of, attributable_of))]


def share_of(part: str) -> str:
    """The name of the output of a part's value per quoted share; no dotted name looks like it."""
    return f"{part}: per share"


def attributable_of(part: str) -> str:
    """The name of the output of what the holders own of a part, in the case's money."""
    return f"{part}: attributable"
