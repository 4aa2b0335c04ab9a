"""What every worker does: value a stretch of one sequence of draws. A stretch is the same whoever works on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from .evaluator import Evaluator, named
from .machine import Machine, machine_of
from .mixing import Mixing
from .plain import Plain, plain_of
from .reordering import Reordering
from .sampling import TILE, Design
from .sketch import Sketch

Array = NDArray[np.float64]
Numbers = NDArray[np.intp]
Names = NDArray[np.object_]
Spoiled = tuple[Numbers, Names]
By = Literal["lines", "list", "machine code"]
Tiles = list[tuple[int, int, int]]

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

    ``kept`` are the outputs whose draws are kept, ``sketched`` those that are summarised, and of ``partly`` kept ones
    the first ``upto`` draws of each sequence; names are those of ``outputs_of``, or dotted names of inputs, assumptions
    and lines. Work is done ``by`` the model's lines one after another, which costs nothing to begin with, by a list of
    NumPy calls, which gives the same bits, or by machine code. ``reordering`` stands in for mixing.
    """

    evaluator: Evaluator
    design: Design
    mixing: Mixing
    kept: tuple[str, ...]
    sketched: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    upto: int = 0
    by: By = "lines"
    reordering: Reordering | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All outputs that are wanted."""
        return (*self.kept, *self.sketched, *self.partly)

    @cached_property
    def machine(self) -> Machine | Plain | None:
        """What values many draws, made at first use in each process; None where ``by`` is "lines"."""
        named = tuple(name for name in self.names if name not in outputs_of(self.evaluator))
        match self.by:
            case "machine code":
                return machine_of(self.evaluator, self.mixing, named)
            case "list":
                return plain_of(self.evaluator, self.mixing, named)
        return None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the machine behind: another process loads its own."""
        return {name: value for name, value in self.__dict__.items() if name != "machine"}

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

    def _batches(self, stretch: Stretch) -> Iterator[Tiles]:
        """Yield the tiles of a stretch in batches of at most MODEL draws."""
        batch: Tiles = []
        for tile in stretch.tiles():
            if batch and sum(count for _, _, count in batch) + tile[2] > MODEL:
                yield batch
                batch = []
            batch.append(tile)
        yield batch

    def carry_out(self, stretch: Stretch) -> Found:
        """Value a stretch."""
        outputs: dict[str, Array] = {}
        spoiled = [(np.empty(0, dtype=np.intp), np.empty(0, dtype=object))]
        machine, begin = self.machine, 0
        for tiles in self._batches(stretch):
            values, (draws, lines) = self._by_lines(tiles) if machine is None else self._by_machine(machine, tiles)
            spoiled.append((begin + draws, lines))
            here = slice(begin, begin + sum(count for _, _, count in tiles))
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
        kept = {name: outputs[name][..., here] for name in self.kept}
        first = slice(here.start, here.start + max(min(one.count, self.upto - one.first), 0))
        kept |= {name: outputs[name][..., first] for name in self.partly if first.start < first.stop}
        return Piece(one, kept, sketches, Counter(spoiled))

    def scores(self, tiles: Tiles) -> Array:
        """Scores (inputs, draws) that depend on each other as the case says."""
        if self.reordering is None:
            return np.concatenate([self.mixing.apply(self.design.normals(*tile)) for tile in tiles], axis=1)
        found, known, scores = [], (-1, 0), np.empty((0, 0))
        for run, first, count in tiles:
            start = first - first % self.reordering.block
            if known != (run, start):
                known, scores = (run, start), self.reordering.scores(self.design, run, start)
            found.append(scores[:, first - start : first - start + count])
        return np.concatenate(found, axis=1)

    def _by_lines(self, tiles: Tiles) -> tuple[dict[str, Array], Spoiled]:
        """The outputs of some tiles, and the line that spoiled each impossible draw."""
        scores = self.scores(tiles)
        given = self.evaluator.from_mixed(scores)
        found, lines = self.evaluator.run(given)
        per_share = np.broadcast_to(found.per_share, (scores.shape[1],))
        known: dict[str, Array] = {PER_SHARE: per_share}
        for name, part in found.parts.items():
            known[share_of(name)], known[attributable_of(name)] = part.per_share, part.attributable
        wanted = {
            name: known[name] if name in known else named(self.evaluator.case, lines, given, name)
            for name in self.names
        }
        return wanted, lines.invalid.spoiled(~np.isfinite(per_share))

    def _by_machine(self, machine: Machine | Plain, tiles: Tiles) -> tuple[dict[str, Array], Spoiled]:
        """The same by a list or machine code; impossible draws are run again by lines, which name what spoiled them."""
        if self.reordering is None:
            values = machine.values(self.design, tiles)
        else:
            values = self.evaluator.values(self.scores(tiles))
        found = machine.run(values)
        known: dict[str, Array] = {PER_SHARE: found["per_share"]}
        for name in self.evaluator.case.parts:
            known[share_of(name)] = found[f"{name}.per_share"]
            known[attributable_of(name)] = found[f"{name}.attributable"]
        wanted = {name: known[name] if name in known else found[name] for name in self.names}
        bad = np.flatnonzero(~np.isfinite(found["per_share"]))
        if not bad.size:
            return wanted, (bad, np.empty(0, dtype=object))
        again, lines = self.evaluator.run(self.evaluator.given(values[:, bad]))
        draws, names = lines.invalid.spoiled(~np.isfinite(np.broadcast_to(again.per_share, bad.shape)))
        return wanted, (bad[draws], names)


def outputs_of(evaluator: Evaluator) -> list[str]:
    """The outputs of every run: the value per share, then each part's per share and in the case's money."""
    return [PER_SHARE, *(found(name) for name in evaluator.case.parts for found in (share_of, attributable_of))]


def share_of(part: str) -> str:
    """The name of the output of a part's value per quoted share; no dotted name looks like it."""
    return f"{part}: per share"


def attributable_of(part: str) -> str:
    """The name of the output of what the holders own of a part, in the case's money."""
    return f"{part}: attributable"
