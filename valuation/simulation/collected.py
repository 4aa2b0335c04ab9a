"""What a run has found so far: draws in their places, sketches in order, and the largest design that is complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .draws import Draws, Sample
from .sampling import Design
from .sketch import Sketch, Sketched
from .work import Found, Piece, Stretch

Array = NDArray[np.float64]


class Collected:
    """Pieces put together in the order of the draws, in whatever order they come."""

    def __init__(self, design: Design, lengths: Mapping[str, int] | None = None) -> None:
        """``lengths`` says how many draws of each sequence are kept of outputs that are not kept whole."""
        self.design, self._lengths = design, lengths or {}
        self.drawn = 0
        self._kept: dict[str, Array] = {}
        self._sketches: dict[str, list[Sketch]] = {}
        self._invalid: dict[Stretch, Counter[str]] = {}
        self._waiting: dict[Stretch, Piece] = {}
        self._merged = 0

    def grow(self, design: Design) -> None:
        """Make room for a longer design; what was found stays."""
        for name, old in self._kept.items():
            new = np.empty((*old.shape[:-1], design.run))
            new[..., : old.shape[-1]] = old
            self._kept[name] = new
        self.design = design

    def add(self, found: Found) -> None:
        """Put what a stretch gave in its place."""
        for piece in found.pieces:
            stretch = piece.stretch
            for name, values in piece.kept.items():
                if name not in self._kept:
                    length = self._lengths.get(name, self.design.run)
                    self._kept[name] = np.empty((*values.shape[:-1], self.design.runs, length))
                self._kept[name][..., stretch.run, stretch.first : stretch.first + values.shape[-1]] = values
            self._invalid[stretch] = piece.invalid
            if piece.sketches:
                self._waiting[stretch] = piece
        self.drawn += found.stretch.draws
        self._merge()

    def _merge(self) -> None:
        """Add the sketches of all sequences at the next place once all are there, so that few are in memory at once."""
        while True:
            row = sorted(stretch for stretch in self._waiting if stretch.first == self._merged)
            if len(row) < self.design.runs:
                return
            for stretch in row:
                for name, sketch in self._waiting.pop(stretch).sketches.items():
                    blocks = self._sketches.setdefault(name, [Sketch() for _ in range(self.design.runs)])
                    blocks[stretch.run] += sketch
            self._merged += row[0].count

    def cut(self) -> None:
        """Keep the largest design that is complete: some sequences, as far as each of them came without a gap.

        Raises KeyboardInterrupt where there is none, as when a run is stopped before its first draws are done.
        """
        length, whole = self._complete()
        self._kept = {name: values[..., whole, :length] for name, values in self._kept.items()}
        inside = [s for s in self._invalid if s.run in whole and s.first + s.count <= length]
        self._invalid = {stretch: self._invalid[stretch] for stretch in inside}
        draws = length * len(whole)
        replicates = self._replicates(draws, len(whole))
        self.design, self.drawn = replace(self.design, draws=draws, replicates=replicates), draws

    def _replicates(self, draws: int, runs: int) -> int:
        """In how many independent blocks some draws of ``runs`` sequences come."""
        return {"antithetic": draws // 2, "random": 1}.get(self.design.kind, runs)

    def _complete(self) -> tuple[int, list[int]]:
        """The length and the sequences of the largest complete design; sketches are merged for all sequences only."""
        if self._sketches or self._waiting:
            if not self._merged:
                raise KeyboardInterrupt
            return self._merged, list(range(self.design.runs))
        ends = self._ends()
        least = 2 if self.design.kind in ("sobol", "lhs") else 1
        counts = {length: sum(end >= length for end in ends) for length in set(ends) if length}
        choices = [(length * count, length) for length, count in counts.items() if count >= least]
        if not choices:
            raise KeyboardInterrupt
        length = max(choices)[1]
        return length, [run for run, end in enumerate(ends) if end >= length]

    def _ends(self) -> list[int]:
        """How many draws of each sequence are there without a gap."""
        ends = [0] * self.design.runs
        for stretch in sorted(self._invalid):
            if ends[stretch.run] == stretch.first:
                ends[stretch.run] += stretch.count
        return ends

    @property
    def invalid(self) -> dict[str, int]:
        """Impossible draws by the line that spoiled them, in the order of the draws."""
        total: Counter[str] = Counter()
        for stretch in sorted(self._invalid, key=lambda stretch: (stretch.run, stretch.first)):
            total.update(self._invalid[stretch])
        return dict(total)

    def sample(self, name: str) -> Sample:
        """The distribution of an output: its draws, or its sketches."""
        if name in self._kept:
            values = self.kept(name)
            return Draws(values, self._replicates(values.size, self.design.runs))
        return Sketched(self._sketches[name], self.design.runs)

    def kept(self, name: str) -> Array:
        """The kept draws of an output, one sequence after another: (..., draws)."""
        values = self._kept[name]
        return values.reshape(*values.shape[:-2], -1)
