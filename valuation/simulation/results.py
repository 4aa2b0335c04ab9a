"""What a simulation found: draws of the value per share and of each part, with known errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from .errors import mean_error, quantile_error

if TYPE_CHECKING:
    from pandas import DataFrame

Array = NDArray[np.float64]
QUANTILES: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class Simulation:
    """Draws of the value per share (as quoted) and of the parts; NaN where a draw is impossible.

    ``parts`` are per quoted share, ``attributable`` in the case's money. ``invalid`` counts impossible draws by the
    line that spoiled them. ``asked`` is the number of draws asked for; ``draws`` is what the design made of it.
    """

    per_share: Array
    parts: Mapping[str, Array]
    attributable: Mapping[str, Array]
    price: float | None
    seed: int
    kind: str
    asked: int
    replicates: int
    invalid: Mapping[str, int]
    repair: Any = None
    kept: Mapping[str, Array] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """How many draws were made."""
        return len(self.per_share)

    @cached_property
    def valid(self) -> int:
        """How many draws are possible."""
        return int(np.isfinite(self.per_share).sum())

    @cached_property
    def mean(self) -> float:
        """Mean value per share of the valid draws."""
        return _mean(self.per_share)

    @cached_property
    def standard_deviation(self) -> float:
        """Standard deviation of the valid draws."""
        good = _good(self.per_share)
        return float(np.std(good, ddof=1)) if len(good) > 1 else 0.0

    @cached_property
    def standard_error(self) -> float:
        """Standard error of the mean, from independent replicates."""
        return mean_error(self.per_share, self._replicates)

    @property
    def _replicates(self) -> int:
        return self.replicates if self.kind == "sobol" else 1

    def quantile(self, q: float) -> float:
        """Quantile of the value per share among valid draws."""
        return _quantiles(self.per_share, [q])[0]

    def quantile_error(self, q: float) -> float:
        """Standard error of a quantile."""
        return quantile_error(self.per_share, q, self._replicates)

    @cached_property
    def quantiles(self) -> dict[float, float]:
        """The quantiles that every report shows."""
        return dict(zip(QUANTILES, _quantiles(self.per_share, QUANTILES), strict=True))

    def probability_above(self, price: float) -> float:
        """Share of valid draws whose value per share is above a price."""
        good = _good(self.per_share)
        return float(np.mean(good > price)) if len(good) else float("nan")

    def part_quantiles(self, name: str) -> dict[float, float]:
        """Quantiles of a part's value per share."""
        return dict(zip(QUANTILES, _quantiles(self.parts[name], QUANTILES), strict=True))

    def part_mean(self, name: str) -> float:
        """Mean of a part's value per share."""
        return _mean(self.parts[name])

    def to_frame(self) -> DataFrame:
        """The draws as a pandas frame: the value per share and each part's, a row a draw."""
        import pandas as pd

        return pd.DataFrame({"per_share": self.per_share, **self.parts})

    def as_json(self) -> dict[str, Any]:
        """The contract's object: counts, seed, mean, standard error, quantiles, parts."""
        above = None if self.price is None else self.probability_above(self.price)
        return {
            "draws": self.draws,
            "asked": self.asked,
            "valid": self.valid,
            "seed": self.seed,
            "sampling": self.kind,
            "replicates": self.replicates,
            "mean": _number(self.mean),
            "standard_deviation": _number(self.standard_deviation),
            "standard_error": _number(self.standard_error),
            "quantiles": _named(self.quantiles),
            "quantile_errors": {f"{q:g}": _number(self.quantile_error(q)) for q in (0.05, 0.5, 0.95)},
            "probability_above_price": above if above is None else _number(above),
            "invalid": dict(self.invalid),
            "correlation_repair": None if self.repair is None else str(self.repair),
            "parts": {
                name: {
                    "mean": _number(self.part_mean(name)),
                    "quantiles": _named(self.part_quantiles(name)),
                    "attributable": {
                        "mean": _number(_mean(values)),
                        "quantiles": _named(dict(zip(QUANTILES, _quantiles(values, QUANTILES), strict=True))),
                    },
                }
                for name, values in self.attributable.items()
            },
        }


def _good(values: Array) -> Array:
    return values[np.isfinite(values)]


def _mean(values: Array) -> float:
    good = _good(values)
    return float(good.mean()) if len(good) else float("nan")


def _quantiles(values: Array, at: Any) -> list[float]:
    good = _good(values)
    return [float(v) for v in np.quantile(good, at)] if len(good) else [float("nan")] * len(at)


def _named(quantiles: Mapping[float, float]) -> dict[str, float | None]:
    return {f"{q:g}": _number(v) for q, v in quantiles.items()}


def _number(value: float) -> float | None:
    """JSON knows no NaN."""
    return value if np.isfinite(value) else None
