"""Independent standard normal draws for every uncertain input, in tiles whose bounds never move.

Two designs. ``sobol``: independent scramblings of a Sobol' sequence, whose mean converges faster than 1/sqrt(draws);
the scramblings, called replicates, differ only by chance, so their spread is an honest error. ``random``: plain
Monte Carlo. Either way a tile depends on the seed and its own number only, so work may be shared out at will.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]
Kind = Literal["sobol", "random"]

TILE: Final = 2048
LEAST_REPLICATES: Final = 16
_BITS: Final = 30
_MOST_DIMENSIONS: Final = 21201


@dataclass(frozen=True)
class Design:
    """A plan of draws: tiles of independent standard normals for ``dimensions`` inputs, made by ``design``.

    ``draws`` is what will be drawn, ``requested`` what was asked for; ``replicates`` the number of independent equal
    blocks in which the draws come one after another, 1 when each draw is independent (kind "random").
    """

    kind: Kind
    draws: int
    requested: int
    dimensions: int
    seed: int
    replicates: int

    @property
    def rounded(self) -> bool:
        """Whether the draws were rounded up."""
        return self.draws != self.requested

    @property
    def tile_bounds(self) -> tuple[tuple[int, int], ...]:
        """First draw and the one after the last of each tile."""
        block = self.draws // self.replicates
        starts = (first + k for first in range(0, self.draws, block) for k in range(0, block, TILE))
        return tuple((start, min(start + TILE, start - start % block + block)) for start in starts)

    def tiles(self, first: int = 0, last: int | None = None) -> Iterator[tuple[int, Array]]:
        """Yield (start, z) for the tiles first, first + 1, ..., last - 1; z is (dimensions, draws of the tile)."""
        bounds = self.tile_bounds[first:last]
        if self.kind == "random":
            yield from ((start, self._random(start, stop)) for start, stop in bounds)
        else:
            yield from self._sobol(bounds)

    def _random(self, start: int, stop: int) -> Array:
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(start // TILE,))))
        # a full tile always, so that more draws extend a shorter run instead of replacing its last tile
        return np.ascontiguousarray(generator.standard_normal((self.dimensions, TILE))[:, : stop - start])

    def _sobol(self, bounds: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, Array]]:
        # scipy.stats takes most of a second to import; only a simulation should pay for it
        from scipy.stats import qmc

        block = self.draws // self.replicates
        seeds = np.random.SeedSequence(self.seed).spawn(self.replicates)
        engine, expected = None, -1
        for start, stop in bounds:
            if self.dimensions == 0:
                yield start, np.empty((0, stop - start))
                continue
            if engine is None or start != expected or start % block == 0:
                generator = np.random.Generator(np.random.PCG64(seeds[start // block]))
                engine = qmc.Sobol(self.dimensions, scramble=True, bits=_BITS, rng=generator)
                if start % block:
                    engine.fast_forward(start % block)
            expected = stop
            # the points lie on a grid that holds 0 but not 1; half a step makes it symmetric and its scores finite
            u = engine.random(stop - start).T + 0.5 ** (_BITS + 1)
            yield start, ndtri(np.ascontiguousarray(u))


def design(draws: int, dimensions: int, seed: int, kind: Kind = "sobol", replicates: int | None = None) -> Design:
    """Return the plan of at least ``draws`` draws of ``dimensions`` independent standard normals.

    Sobol' draws are rounded up to ``replicates`` blocks of a power of two, where the sequence is balanced; if not given
    there are 16 to 32 of them, so that little is added. Plain random draws are exactly as many as asked. Raises
    ValueError for fewer than 1 draw, a negative seed, fewer than 2 replicates (a single one has no error), or more
    dimensions or draws than the sequence has. Scrambled sequences: Owen (1998), Scrambling Sobol' and
    Niederreiter-Xing points; Matousek (1998) for the scrambling that SciPy does.
    """
    if draws < 1 or dimensions < 0 or seed < 0:
        raise ValueError(f"draws >= 1, dimensions >= 0 and seed >= 0 expected, found {draws}, {dimensions}, {seed}")
    if kind == "random":
        return Design(kind, draws, draws, dimensions, seed, 1)
    if kind != "sobol":
        raise ValueError(f'kind "sobol" or "random" expected, found {kind!r}')
    if replicates is None:
        replicates = max(LEAST_REPLICATES, -(-draws // _largest_power(draws // LEAST_REPLICATES)))
    if replicates < 2:
        raise ValueError(f'at least 2 replicates expected, found {replicates}; kind="random" needs none')
    block = 1 << (-(-draws // replicates) - 1).bit_length()
    if dimensions > _MOST_DIMENSIONS or block > 1 << _BITS:
        raise ValueError(
            f"at most {_MOST_DIMENSIONS} dimensions and 2**{_BITS} draws a replicate expected, "
            f'found {dimensions} and {block}; use kind="random"'
        )
    return Design(kind, replicates * block, draws, dimensions, seed, replicates)


def _largest_power(number: int) -> int:
    """The largest power of two that is not above a number; 1 for 0."""
    return 1 << max(number.bit_length() - 1, 0)
