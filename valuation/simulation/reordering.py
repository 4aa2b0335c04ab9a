"""Iman and Conover's reordering within a run, in place of mixing: each input keeps its own draws, in another order.

Draws are reordered block by block of one sequence, each block as a whole, so whoever works on it finds the same. In a
block every input has the very numbers of the design, and their rank correlations follow the targets more closely than
those of mixed scores do; the blocks of a balanced design are its own, so that a Latin hypercube stays one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..dependence import Dependence, reorder
from .evaluator import Evaluator
from .frame import Frame
from .sampling import TILE, Design

Array = NDArray[np.float64]
Places = NDArray[np.intp]

BLOCK: Final = 4 * TILE
_TIMES: Final = 16


@dataclass(frozen=True, eq=False)
class Reordering:
    """``rows`` are the places of the case's inputs among the streams of the design, ``block`` the draws of a block."""

    rows: Places
    dependence: Dependence
    block: int

    @classmethod
    def of(cls, evaluator: Evaluator, frame: Frame, plan: Design) -> Reordering:
        """The reordering for a design whose streams are those of a frame; a longer design must keep it.

        Raises ValueError for a frame with directions (see ``Frame.undirected``), for antithetic draws, whose pairs it
        would part, and for a design whose sequences are not longer than there are correlated inputs.
        """
        if frame.directions.shape[1]:
            raise ValueError("reordered scores need a frame without directions: use frame.undirected()")
        if plan.kind == "antithetic":
            raise ValueError('reordering would part antithetic pairs: draw with kind="sobol", "lhs" or "random"')
        names, members = evaluator.dependence.names, len(evaluator.dependence.members)
        most = max(BLOCK, 1 << (_TIMES * members - 1).bit_length())
        block = most if plan.kind == "random" else min(most, plan.run)
        if block <= members:
            raise ValueError(
                f"{members} correlated inputs cannot be reordered in sequences of {block} draws: ask for more draws"
            )
        rows = np.array([frame.names.index(name) for name in names], dtype=np.intp)
        return cls(rows, evaluator.dependence, block)

    def apply(self, normals: Array) -> Array:
        """Return scores (inputs, draws) from the normals of a whole block (streams, draws)."""
        return reorder(normals[self.rows], self.dependence)

    def scores(self, plan: Design, run: int, first: int) -> Array:
        """Return the scores of the block of one sequence that begins with draw ``first``, up to the end of the design.

        A block of independent draws is reordered as a whole even where the design ends within it, so that a longer
        design begins with the same draws.
        """
        if first % self.block:
            raise ValueError(f"a block begins at a multiple of {self.block}, not at {first}")
        starts = range(first, first + self.block, TILE)
        tiles = [plan.normals(run, start, min(TILE, first + self.block - start)) for start in starts]
        found: Array = self.apply(np.concatenate(tiles, axis=1))[:, : plan.run - first]
        return found
