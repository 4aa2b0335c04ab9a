"""Truncated normal: the part of a bell curve that lies between two bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from .base import Array, Distribution, distribution
from .normal import Normal
from .percentiles import Family, Given, solved
from .spelling import expected
from .truncated import Cut


def _search(z: Array, values: Array, given: Given) -> dict[str, float] | None:
    low, high = given.get("low", math.nan), given.get("high", math.nan)
    if not low < values[0] <= values[-1] < high:
        return None
    spread = (values[-1] - values[0]) / (z[-1] - z[0])
    middle = values.mean() - spread * z.mean()

    def off(t: Array) -> Array:
        shape = TruncatedNormal(middle + spread * float(t[0]), spread * float(np.exp(np.clip(t[1], -9, 9))), low, high)
        return shape.score(values) - z

    found = solved(off, [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (-1.0, 1.0)])
    if found is None:
        return None
    return {"mean": middle + spread * float(found[0]), "sd": spread * math.exp(found[1])}


@distribution("truncated_normal")
@dataclass(frozen=True)
class TruncatedNormal(Cut):
    """Normal(``mu``, ``sigma``) given that it lies between ``low`` and ``high``, all in the unit of the quantity.

    Files call the first two mean and sd: they belong to the bell curve before it is cut, whereas the properties
    ``mean`` and ``sd`` are what remains after; percentiles are of what remains too. Johnson, Kotz and Balakrishnan
    (1994), Continuous Univariate Distributions 1, section 13.10.1.
    """

    mu: float = field(metadata={"name": "mean"})
    sigma: float = field(metadata={"name": "sd"})
    low: float
    high: float
    family: ClassVar[Family] = Family(solves=("mean", "sd"), search=_search)

    @property
    def whole(self) -> Distribution:
        return Normal(self.mu, self.sigma)

    @property
    def bounds(self) -> tuple[float, float]:
        return self.low, self.high

    def _complaints(self) -> Iterator[str]:
        if self.sigma <= 0:
            yield expected("sd > 0", self.sigma)
        if self.low >= self.high:
            yield expected("low < high", self.low, self.high)
