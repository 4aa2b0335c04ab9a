"""Taken from peers: lognormal about the median of a column, as wide as its middle half."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from .base import Argument, Array, Distribution, distribution
from .lognormal import Lognormal
from .spelling import expected

FEWEST: Final = 4
MIDDLE_HALF: Final = 1.349  # standard deviations between the quartiles of a normal distribution
SPELLED: Final = "peers(peers.table.column)"


@distribution("peers")
@dataclass(frozen=True)
class FromPeers(Lognormal):
    """Lognormal about the median of a column of peers, with sigma = ln(Q3 / Q1) / 1.349 from its quartiles.

    The quartiles of a lognormal are median x exp(+-0.6745 sigma), so their ratio gives sigma and outliers do not. It
    describes one peer, not the median of them: use it where the segment may be worth what any peer is.

    >>> str(FromPeers.of("peers.chips.ev_sales", np.array([4.0, 6.0, 10.0, 20.0])))
    'peers(peers.chips.ev_sales)'
    """

    family: ClassVar[None] = None
    column: str = ""
    peers: int = FEWEST
    lowest: float = 1.0

    @classmethod
    def of(cls, column: str, values: Array, power: int = 0) -> FromPeers:
        """Return the distribution of a column's numbers, blanks left out; ``power`` of ten is the unit's scale."""
        numbers = values[np.isfinite(values)]
        lowest = float(numbers.min()) if numbers.size else math.nan
        low, middle, high = np.quantile(numbers, [0.25, 0.5, 0.75]) if numbers.size else (math.nan,) * 3
        sigma = math.log(high / low) / MIDDLE_HALF if low > 0 else 0.0
        return cls(float(middle) * 10.0**power, sigma, column, len(numbers), lowest)

    def _faults(self) -> list[str]:
        return list(self._complaints())

    def _complaints(self) -> Iterator[str]:
        if self.peers < FEWEST:
            yield f"at least {FEWEST} peers with a number in {self.column} expected, found {self.peers}"
        elif not self.lowest > 0:
            yield expected(f"positive numbers in {self.column}", self.lowest)
        elif not self.sigma > 0:
            yield f"peers that differ in {self.column} expected, found quartiles that are equal"

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the column gives."""
        return {"column": self.column, "median": self.median, "sigma": self.sigma}

    def _arguments(self, format: Callable[[float], str]) -> Iterator[str]:
        yield self.column

    @classmethod
    def names(cls) -> list[str]:
        """Return the name of the one argument."""
        return ["column"]

    @classmethod
    def signature(cls) -> str:
        return SPELLED

    @classmethod
    def from_arguments(cls, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
        """Return a complaint: numbers make no such distribution, a column does."""
        return f"{SPELLED} expected, found numbers"
