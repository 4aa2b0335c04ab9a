"""Streams of random numbers by name: each number hangs on seed, name and its own index, and on nothing else.

So an input draws the same numbers whatever other inputs there are, however draws are cut into chunks and whoever
computes them; two runs of a changed case have common random numbers.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Words = NDArray[np.uint32]

_LANES: Final = 4  # numbers of one block of Philox


def words(count: int, *name: str | int) -> Words:
    """Return ``count`` random words of 32 bits that hang on the name alone, for scrambles and keys."""
    digest = hashlib.shake_128(_spelled(name)).digest(4 * count)
    return np.frombuffer(digest, dtype="<u4").astype(np.uint32)


def uniforms(first: int, last: int, *name: str | int) -> Array:
    """Return uniform numbers first, first + 1, ..., last - 1 of the stream of a name, each inside (0, 1).

    Philox 4x64 (Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as 1, 2, 3) counts blocks of four
    numbers, so any stretch of a stream is reached at once.
    """
    key = hashlib.blake2b(_spelled(name), digest_size=16).digest()
    skipped = first % _LANES
    stream = np.random.Philox(key=int.from_bytes(key, "little"), counter=first // _LANES)
    raw = stream.random_raw(last - first + skipped)[skipped:]
    # 53 bits and half a step: never 0 nor 1, and alike on both sides
    return ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _spelled(name: tuple[str | int, ...]) -> bytes:
    return "\x1f".join(map(str, name)).encode()
