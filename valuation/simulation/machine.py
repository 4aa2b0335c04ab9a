"""The work of a case by machine code: draws, values of inputs and the model in one go, beside other threads.

It gives what the plain reading gives, to 1e-12. Without numba, or for a model that cannot be compiled, there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..distributions import Distribution, Lognormal, Normal
from ..distributions.steps import Stepped
from ..distributions.tables import EDGE, STEPS, Continuous
from .plain import outputs_at
from .sampling import Design
from .sobol import DIMENSIONS

if TYPE_CHECKING:
    from ..compiled import Kernel
    from .evaluator import Evaluator
    from .mixing import Mixing

Array = NDArray[np.float64]
Words = NDArray[np.uint32]

Tiles = Sequence[tuple[int, int, int]]

_NUMBERS: Final = 3
_NO_WORDS: Final = np.empty((1, 0), dtype=np.uint32)


class NoMachine(RuntimeError):
    """Why there is no compiled reading: numba is not installed, or the model has something that is not compiled."""


class Machine:
    """The compiled draws and model of a case; safe to share between threads."""

    def __init__(self, evaluator: Evaluator, mixing: Mixing, kept: tuple[str, ...] = ()) -> None:
        self.kernel = kernel_of(evaluator, kept)
        from ..compiled import scores

        self._scores: Any = scores
        self._evaluator, self._mixing = evaluator, mixing
        self._places, self._threads = mixing.places, threading.local()
        self._rows = [evaluator.uncertain[row].distribution for row in self._places]
        self._kinds, self._numbers, self._tables = self._quantile_functions()
        self._passed = self._kinds == scores.PASSED

    @property
    def trouble(self) -> str:
        """Why compiled code was not kept on disk; '' when it was."""
        return self.kernel.trouble

    def values(self, design: Design, tiles: Tiles) -> Array:
        """The values of the uncertain inputs (inputs, draws) for tiles of a design: sequence, first draw and count."""
        out = np.empty((len(self._rows), sum(count for _, _, count in tiles)))
        begin = 0
        for tile in tiles:
            self._fill(design, tile, out, begin)
            begin += tile[2]
        return out

    def _fill(self, design: Design, tile: tuple[int, int, int], out: Array, begin: int) -> None:
        low, base, given = _points(design, *tile)
        mixing, here = self._mixing, slice(begin, begin + tile[2])
        beyond = np.zeros(len(self._rows), dtype=np.bool_)
        space = self._space(len(base) + len(given) + len(self._rows) + mixing.along.shape[1])
        self._scores.draw(
            low, base, given, mixing.along, mixing.take, mixing.factor, self._places,
            self._kinds, self._numbers, self._tables, EDGE, float(STEPS), space, here.start, here.stop, out, beyond,
        )  # fmt: skip
        if beyond.any():  # a score outside a table is met once in 1e16 draws; then the plain way gives them all
            scores = mixing.apply(design.normals(*tile))
        for row in np.flatnonzero(self._passed | beyond).tolist():
            place, distribution = self._places[row], self._rows[row]
            assert distribution is not None
            wanted = scores[place] if beyond[row] else out[place, here]
            out[place, here] = self._evaluator.value_of(distribution, wanted)

    def _space(self, rows: int) -> Array:
        """Room for what lies between, one for each thread: memory that is new each time is slow."""
        if not hasattr(self._threads, "space"):
            self._threads.space = np.empty((rows, self._scores.WIDTH))
        found: Array = self._threads.space
        return found

    def run(self, values: Array) -> dict[str, Array]:
        """The outputs of the model at values of the uncertain inputs (inputs, draws)."""
        return outputs_at(self.kernel, values)

    def _quantile_functions(self) -> tuple[NDArray[np.intp], Array, Array]:
        """How each row is valued, its numbers, and the tables that rows read."""
        kinds = np.full(len(self._rows), self._scores.PASSED, dtype=np.intp)
        numbers = np.zeros((len(self._rows), _NUMBERS))
        tables: list[Array] = []
        for row, distribution in enumerate(self._rows):
            assert distribution is not None
            kind, found = self._quantile_function(distribution)
            kinds[row] = kind
            if isinstance(found, tuple):
                numbers[row, : len(found)] = found
            elif found is not None:
                numbers[row, 0] = len(tables)
                tables.append(found)
        room = np.zeros((len(tables), self._scores.ROOM, 2))
        for place, table in zip(room, tables, strict=True):
            place[: len(table)] = table
        return kinds, numbers, room

    def _quantile_function(self, distribution: Distribution) -> tuple[int, tuple[float, ...] | Array | None]:
        if isinstance(distribution, Normal):
            return self._scores.LINEAR, (distribution.mean, distribution.sd)
        if isinstance(distribution, Lognormal):
            return self._scores.EXPONENTIAL, (distribution.median, distribution.sigma)
        if isinstance(distribution, Stepped):
            steps = distribution.steps()
            if steps.edges.size == 1:
                return self._scores.STEPS, (float(steps.edges[0]), *map(float, steps.values))
        elif isinstance(distribution, Continuous) and distribution.reads_table and not self._evaluator.exact:
            table = distribution.table()
            if table is not None and table.poor is None:
                return self._scores.TABLE, np.stack([table.left, table.rise], axis=1)
        return self._scores.PASSED, None


@lru_cache(maxsize=8)
def kernel_of(evaluator: Evaluator, kept: tuple[str, ...]) -> Kernel:
    """The compiled model of a case, with ``kept`` among its outputs; NoMachine where there is none."""
    from ..compiled import NotCompiled, compile_model

    if find_spec("numba") is None:
        raise NoMachine("numba is not installed: pip install 'valuation[fast]'")
    found = compile_model(evaluator.case, [one.name for one in evaluator.uncertain], kept)
    if isinstance(found, NotCompiled):
        raise NoMachine(found.reason)
    return found


@lru_cache(maxsize=8)
def machine_of(evaluator: Evaluator, mixing: Mixing, kept: tuple[str, ...]) -> Machine:
    """The machine of a case, made once for all designs."""
    return Machine(evaluator, mixing, kept)


def _points(design: Design, run: int, first: int, count: int) -> tuple[Words, Words, Array]:
    """Sobol' points as words; what is not of Sobol' as normals."""
    if design.kind != "sobol":
        return _NO_WORDS, _NO_WORDS[0], design.normals(run, first, count)
    points = design.points(run)
    more = len(design.names) > DIMENSIONS
    given = design.normals(run, first, count)[DIMENSIONS:] if more else np.empty((0, count))
    return points.low, points.base(first), given
