"""Designs: independent standard normal draws for every named stream, in tiles whose bounds never move.

``sobol``: independent scramblings of a Sobol' sequence, whose averages converge faster than 1/sqrt(draws); the
scramblings, called replicates, differ only by chance, so their spread is an honest error. ``lhs``: independent Latin
hypercubes. ``antithetic``: pairs of opposite draws. ``random``: plain Monte Carlo. A tile hangs on the seed, the names
of its streams and its own number only, so work may be shared out at will.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .normal import normal_quantiles
from .sobol import BITS, DIMENSIONS, LOW, Points
from .streams import uniforms, words

Array = NDArray[np.float64]
Kind = Literal["sobol", "lhs", "antithetic", "random"]

KINDS: Final[tuple[str, ...]] = get_args(Kind)
TILE: Final = 1 << LOW
LEAST_REPLICATES: Final = 8
_LONGEST: Final = 1 << (BITS - 1)
_ROUNDS: Final = 4


@dataclass(frozen=True)
class Design:
    """A plan of draws: tiles of independent standard normals, one row a name, made by ``design``.

    ``draws`` is what will be drawn, ``requested`` what was asked for; ``replicates`` the number of independent equal
    blocks in which the draws come one after another: scramblings or hypercubes, pairs of antithetic draws, and 1 when
    each draw is independent (kind "random").
    """

    kind: Kind
    draws: int
    requested: int
    names: tuple[str, ...]
    seed: int
    replicates: int

    @property
    def rounded(self) -> bool:
        """Whether the draws were rounded up."""
        return self.draws != self.requested

    @property
    def runs(self) -> int:
        """How many sequences of points there are, one after another: one a scrambling, else a single one."""
        return self.replicates if self.kind in ("sobol", "lhs") else 1

    @property
    def run(self) -> int:
        """How many draws one sequence has."""
        return self.draws // self.runs

    @property
    def extensible(self) -> bool:
        """Whether there is a design twice as long that begins with the draws of this one, sequence by sequence."""
        return self.kind != "lhs" and not (self.kind == "sobol" and 2 * self.run > _LONGEST)

    def longer(self, times: int) -> Design:
        """Return the design with sequences ``times`` as long; a power of two keeps Sobol' points balanced."""
        replicates = self.replicates if self.kind in ("sobol", "random") else self.replicates * times
        return replace(self, draws=self.draws * times, replicates=replicates)

    @property
    def tile_bounds(self) -> tuple[tuple[int, int], ...]:
        """First draw and the one after the last of each tile."""
        run = self.run
        starts = (first + k for first in range(0, self.draws, run) for k in range(0, run, TILE))
        return tuple((start, min(start + TILE, start - start % run + run)) for start in starts)

    def tiles(self, first: int = 0, last: int | None = None) -> Iterator[tuple[int, Array]]:
        """Yield (start, scores) for the tiles first, first + 1, ..., last - 1; scores are (names, draws)."""
        for start, stop in self.tile_bounds[first:last]:
            yield start, self.normals(start // self.run, start % self.run, stop - start)

    def scores(self) -> Array:
        """All draws at once as standard normals (names, draws); for few."""
        return np.concatenate([tile for _, tile in self.tiles()], axis=1)

    def normals(self, run: int, first: int, count: int) -> Array:
        """Return ``count`` draws from ``first`` on of one sequence as standard normals (names, count)."""
        return normal_quantiles(self.uniforms(run, first, count))

    def uniforms(self, run: int, first: int, count: int) -> Array:
        """The same as uniform numbers inside (0, 1); ``first`` is a multiple of TILE, ``count`` at most TILE."""
        match self.kind:
            case "sobol":
                return self._sobol(run, first, count)
            case "lhs":
                return self._rows(lambda name: _stratified(self.seed, run, name, first, count, self.run), count)
            case "antithetic":
                return self._rows(lambda name: _opposite(self.seed, name, first, count), count)
        return self._rows(lambda name: uniforms(first, first + count, "random", self.seed, name), count)

    def points(self, run: int) -> Points:
        """The scrambled points of one sequence, for as many names as there are dimensions."""
        return _points(self.seed, run, self.names[:DIMENSIONS])

    def _sobol(self, run: int, first: int, count: int) -> Array:
        u = self.points(run).stretch(first, first + count).astype(np.float64)
        u += 0.5  # the middle of the step: never 0 nor 1, and alike on both sides
        u *= 2.0**-BITS
        if len(self.names) <= DIMENSIONS:
            return u
        more = [uniforms(first, first + count, "beyond", self.seed, run, name) for name in self.names[DIMENSIONS:]]
        return np.concatenate([u, more])

    def _rows(self, row: object, count: int) -> Array:
        found = np.empty((len(self.names), count))
        for number, name in enumerate(self.names):
            found[number] = row(name)  # type: ignore[operator]
        return found


@lru_cache(maxsize=32)
def _points(seed: int, run: int, names: tuple[str, ...]) -> Points:
    """One replicate's tables serve all its tiles; those of a run's replicates are kept."""
    return Points(seed, run, names)


def _opposite(seed: int, name: str, first: int, count: int) -> Array:
    """Pairs u, 1 - u side by side."""
    half = uniforms(first // 2, (first + count + 1) // 2, "antithetic", seed, name)
    return np.stack([half, 1 - half], axis=1).ravel()[:count]


def _stratified(seed: int, run: int, name: str, first: int, count: int, strata: int) -> Array:
    """Draws of a Latin hypercube: each of ``strata`` equal intervals is hit once, in an order of the name's own.

    The order is a keyed bijection of the index (Kensler 2013, Correlated multi-jittered sampling), so that no
    permutation need be kept.
    """
    place = np.arange(first, first + count, dtype=np.uint32)
    mask = np.uint32(strata - 1)
    bits = max(strata.bit_length() - 1, 1)
    keys = words(2 * _ROUNDS, "order", seed, run, name)
    for add, factor in keys.reshape(_ROUNDS, 2):
        place = (place ^ add) & mask
        place = (place * (factor | np.uint32(1))) & mask
        place ^= place >> np.uint32((bits + 1) // 2)
    return (place + uniforms(first, first + count, "lhs", seed, run, name)) / strata


def design(draws: int, names: Sequence[str], seed: int, kind: Kind = "sobol", replicates: int | None = None) -> Design:
    """Return the plan of at least ``draws`` draws of independent standard normals, one stream a name.

    Sobol' and Latin hypercube draws are rounded up to ``replicates`` blocks of a power of two, where the sequence is
    balanced; if not given there are 8 to 16 of them, so that little is added, and more where the sequence ends.
    Antithetic draws are made even, plain random draws are exactly as many as asked. Raises ValueError for fewer than 1
    draw, a negative seed, fewer than 2 replicates (a single one has no error), a name that stands twice, or more draws
    than the sequence has.
    """
    if draws < 1 or seed < 0:
        raise ValueError(f"draws >= 1 and seed >= 0 expected, found {draws} and {seed}")
    if len(set(names)) < len(names):
        raise ValueError("expected a name of its own for each stream")
    if kind == "random":
        return Design(kind, draws, draws, tuple(names), seed, 1)
    if kind == "antithetic":
        pairs = max(-(-draws // 2), 2)
        return Design(kind, 2 * pairs, draws, tuple(names), seed, pairs)
    if kind not in ("sobol", "lhs"):
        raise ValueError(f"kind {', '.join(KINDS)} expected, found {kind!r}")
    if replicates is None:
        longest = min(largest_power(draws // LEAST_REPLICATES), _LONGEST)
        replicates = max(LEAST_REPLICATES, -(-draws // longest))
    if replicates < 2:
        raise ValueError(f'at least 2 replicates expected, found {replicates}; kind="random" needs none')
    block = 1 << (-(-draws // replicates) - 1).bit_length()
    if block > _LONGEST:
        raise ValueError(f"at most 2**{BITS - 1} draws a replicate expected, found {block}; use more replicates")
    return Design(kind, replicates * block, draws, tuple(names), seed, replicates)


def largest_power(number: int) -> int:
    """The largest power of two that is not above a number; 1 for 0."""
    return 1 << max(number.bit_length() - 1, 0)
