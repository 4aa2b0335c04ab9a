"""Sobol' points in base 2, scrambled by name: one replicate's points of any stretch, by table and exclusive or.

Direction numbers are those of Joe and Kuo (2008). Each dimension is scrambled by a random lower triangular matrix and
a digital shift (Matousek 1998, J. Complexity 14; Owen 1998, ibid.), both of which hang on seed, replicate and the
name of who draws from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .streams import words

Words = NDArray[np.uint32]

BITS: Final = 32
LOW: Final = 11
DIMENSIONS: Final = 1024


@cache
def directions() -> Words:
    """Return the direction numbers (dimensions, bits), the highest bit of a word being the first digit of a point."""
    text = files(__package__).joinpath("joe_kuo.txt").read_text("ascii")
    lines = [[int(word) for word in line.split()] for line in text.splitlines() if not line.startswith("#")]
    found = np.empty((DIMENSIONS, BITS), dtype=np.uint32)
    found[0] = 1 << np.arange(BITS - 1, -1, -1, dtype=np.uint32)
    for row, (polynomial, *initial) in zip(found[1:], lines, strict=True):
        row[:] = _of_dimension(polynomial, initial)
    return found


def _of_dimension(polynomial: int, initial: Sequence[int]) -> list[int]:
    """The recurrence of Bratley and Fox (1988), ACM Trans. Math. Softw. 14, equation 2."""
    degree = polynomial.bit_length() - 1
    numbers = [m << (BITS - 1 - place) for place, m in enumerate(initial)][:BITS]
    for place in range(len(numbers), BITS):
        number = numbers[place - degree] ^ (numbers[place - degree] >> degree)
        for back in range(1, degree):
            if polynomial >> (degree - back) & 1:
                number ^= numbers[place - back]
        numbers.append(number)
    return numbers


class Points:
    """The scrambled points of one replicate: ``dimensions`` names the dimensions, in the order of their numbers."""

    def __init__(self, seed: int, replicate: int, names: Sequence[str]) -> None:
        drawn = np.array([words(BITS + 1, "sobol", seed, replicate, name) for name in names], dtype=np.uint32)
        drawn = drawn.reshape(len(names), BITS + 1)
        self._columns = _multiplied(drawn[:, :BITS], directions()[: len(names)])
        self.low = np.empty((len(names), 1 << LOW), dtype=np.uint32)
        self.low[:, 0] = drawn[:, BITS]
        for bit in range(LOW):
            half = 1 << bit
            self.low[:, half : 2 * half] = self.low[:, :half] ^ self._columns[:, bit : bit + 1]

    def stretch(self, first: int, last: int) -> Words:
        """Return points first to last - 1 as words (dimensions, points); within 2**LOW, ``first`` a multiple of it."""
        return self.low[:, : last - first] ^ self.base(first)[:, None]

    def base(self, first: int) -> Words:
        """Return what the words of a stretch that begins at ``first`` have beside ``low``: one word a dimension."""
        found = np.zeros(len(self._columns), dtype=np.uint32)
        for bit in range(LOW, BITS):
            if first >> bit & 1:
                found ^= self._columns[:, bit]
        return found


def _multiplied(matrices: Words, numbers: Words) -> Words:
    """Multiply direction numbers (dimensions, bits) by lower triangular matrices of bits (dimensions, digits)."""
    places = np.arange(BITS - 1, -1, -1, dtype=np.uint32)
    diagonal = np.uint32(1) << places
    above = ~(diagonal - np.uint32(1)) & ~diagonal  # digits before this one
    rows = (matrices & above) | diagonal  # the diagonal is 1
    parity = np.bitwise_count(rows[:, :, None] & numbers[:, None, :]).astype(np.uint32) & np.uint32(1)
    found: Words = np.bitwise_or.reduce(parity << places[:, None], axis=1)
    return found
