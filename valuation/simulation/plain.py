"""The work of a case by NumPy, many draws at once: the bits of the eager reading in a fraction of its time.

It has what a ``Machine`` has, so the same work may be done by either; and it pays once draws are many, as the list of
calls has to be written first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .sampling import Design

if TYPE_CHECKING:
    from ..compiled import Kernel, Program
    from .evaluator import Evaluator
    from .mixing import Mixing

Array = NDArray[np.float64]


class Plain:
    """The draws and the model of a case as NumPy calls; safe to share between threads."""

    def __init__(self, evaluator: Evaluator, mixing: Mixing, kept: tuple[str, ...] = ()) -> None:
        self.program = program_of(evaluator, kept)
        self._evaluator, self._mixing = evaluator, mixing

    def values(self, design: Design, tiles: Sequence[tuple[int, int, int]]) -> Array:
        """The values of the uncertain inputs (inputs, draws) for tiles of a design: sequence, first draw and count."""
        out = np.empty((self._mixing.inputs, sum(count for _, _, count in tiles)))
        begin = 0
        for tile in tiles:
            out[:, begin : begin + tile[2]] = self._mixing.apply(design.normals(*tile))
            begin += tile[2]
        return self._evaluator.values(out)

    def run(self, values: Array) -> dict[str, Array]:
        """The outputs of the model at values of the uncertain inputs (inputs, draws)."""
        return outputs_at(self.program, values)


def outputs_at(model: Program | Kernel, values: Array) -> dict[str, Array]:
    """The outputs of a model by name at values of the uncertain inputs (inputs, draws); yearly ones (years, draws)."""
    out = np.empty((max(place.stop for place in model.places.values()), values.shape[1]))
    model(values, out)
    return {
        name: out[place] if place.stop - place.start > 1 else out[place.start] for name, place in model.places.items()
    }


@lru_cache(maxsize=8)
def program_of(evaluator: Evaluator, kept: tuple[str, ...]) -> Program:
    """The program of a case, with ``kept`` among its outputs, written once for all designs."""
    from ..compiled import write_model

    return write_model(evaluator.case, [one.name for one in evaluator.uncertain], kept)


@lru_cache(maxsize=8)
def plain_of(evaluator: Evaluator, mixing: Mixing, kept: tuple[str, ...]) -> Plain:
    """The work of a case by NumPy, made once for all designs."""
    return Plain(evaluator, mixing, kept)
