"""What a simulation found: distributions of the value per share and of each part, with known errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..tables import Shown, Table
from ..units import NUMBER, Unit
from .draws import Draws, Sample
from .sketch import RANK_ERROR

if TYPE_CHECKING:
    from pandas import DataFrame

Array = NDArray[np.float64]
QUANTILES: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
TRACED: Final = (0.05, 0.5, 0.95)
SHORTFALLS: Final = (0.05, 0.1)
SHORTEST: Final = 16
BINS: Final = 60


@dataclass(frozen=True)
class Checkpoint:
    """The estimates after some of the draws, with their standard errors."""

    draws: int
    mean: float
    error: float
    quantiles: Mapping[float, float]
    errors: Mapping[float, float]

    @classmethod
    def of(cls, sample: Sample) -> Checkpoint:
        """The estimates of a sample."""
        quantiles = dict(zip(TRACED, sample.quantiles(TRACED), strict=True))
        errors = {q: sample.quantile_error(q) for q in TRACED}
        return cls(sample.drawn, sample.mean, sample.mean_error, quantiles, errors)

    @property
    def relative_error(self) -> float:
        """The largest standard error of P5, P50 and P95 as a share of its quantile; NaN where one is not known."""
        shares = [self.errors[q] / abs(value) if value else np.inf for q, value in self.quantiles.items()]
        return float(np.max(shares))  # NaN stays NaN

    def as_json(self) -> dict[str, Any]:
        """One object."""
        return {
            "draws": self.draws,
            "mean": _number(self.mean),
            "standard_error": _number(self.error),
            "quantiles": _named(self.quantiles),
            "quantile_errors": _named(self.errors),
        }


@dataclass(frozen=True)
class Drawn:
    """How a run was drawn.

    ``asked`` is the number of draws asked for, and what the design made of it stands with the sample; ``runs`` are the
    sequences of points one after another. ``until`` is the relative standard error that was asked for, if any.
    ``partial`` says that the run was stopped before its end. ``seconds`` it took, ``engine`` computed it, and by
    ``dependence`` inputs move together; a ``note`` says why another engine did not, or why it could not keep what it
    compiled.
    """

    seed: int
    kind: str
    asked: int
    replicates: int
    runs: int = 1
    until: float | None = None
    partial: bool = False
    engine: str = "numpy"
    dependence: str = "copula"
    note: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Simulation(Shown):
    """The distributions that a run found; NaN where a draw is impossible.

    ``value`` is the value per share as quoted, ``shares`` each part's per quoted share, ``attributables`` each part's
    in the case's money. ``invalid`` counts impossible draws by the line that spoiled them. ``kept`` holds the draws of
    names that were asked for: (draws,), or (years, draws) when yearly. ``quote`` is the unit of the value per share.
    """

    value: Sample
    shares: Mapping[str, Sample]
    attributables: Mapping[str, Sample]
    price: float | None
    drawn: Drawn
    invalid: Mapping[str, int] = field(default_factory=dict)
    repair: Any = None
    kept: Mapping[str, Array] = field(default_factory=dict)
    quote: Unit = NUMBER

    @property
    def per_share(self) -> Array:
        """The draws of the value per share (draws,); LookupError when they were not kept."""
        return _draws(self.value)

    @property
    def parts(self) -> Mapping[str, Array]:
        """The draws of each part's value per quoted share."""
        return {name: _draws(sample) for name, sample in self.shares.items()}

    @property
    def attributable(self) -> Mapping[str, Array]:
        """The draws of what holders own of each part, in the case's money."""
        return {name: _draws(sample) for name, sample in self.attributables.items()}

    @property
    def draws(self) -> int:
        """How many draws were made."""
        return self.value.drawn

    @property
    def asked(self) -> int:
        """How many draws were asked for."""
        return self.drawn.asked

    @property
    def seed(self) -> int:
        """The seed."""
        return self.drawn.seed

    @property
    def kind(self) -> str:
        """The design of the draws: sobol, lhs, antithetic or random."""
        return self.drawn.kind

    @property
    def replicates(self) -> int:
        """How many independent blocks the draws consist of; 1 when each draw is independent."""
        return self.drawn.replicates

    @property
    def valid(self) -> int:
        """How many draws are possible."""
        return self.value.valid

    @property
    def mean(self) -> float:
        """Mean value per share of the valid draws."""
        return self.value.mean

    @property
    def standard_deviation(self) -> float:
        """Standard deviation of the valid draws."""
        return self.value.sd

    @property
    def standard_error(self) -> float:
        """Standard error of the mean, from independent blocks."""
        return self.value.mean_error

    def quantile(self, q: float) -> float:
        """Quantile of the value per share among valid draws."""
        return self.value.quantiles([q])[0]

    def quantile_error(self, q: float) -> float:
        """Standard error of a quantile."""
        return self.value.quantile_error(q)

    @cached_property
    def quantiles(self) -> dict[float, float]:
        """The quantiles that every report shows."""
        return _quantiles(self.value)

    @cached_property
    def relative_error(self) -> float:
        """The largest standard error of P5, P50 and P95 as a share of its quantile; NaN where one is not known."""
        return Checkpoint.of(self.value).relative_error

    @property
    def reached(self) -> bool:
        """Whether the relative standard error that was asked for was reached; True where none was."""
        return self.drawn.until is None or self.relative_error <= self.drawn.until

    def probability_above(self, price: float) -> float:
        """Share of valid draws whose value per share is above a price."""
        return self.value.share_above(price)

    def part_quantiles(self, name: str) -> dict[float, float]:
        """Quantiles of a part's value per share."""
        return _quantiles(self.shares[name])

    def part_mean(self, name: str) -> float:
        """Mean of a part's value per share."""
        return self.shares[name].mean

    @cached_property
    def trace(self) -> list[Checkpoint]:
        """The estimates after shares of every sequence that double up to all; the last alone without kept draws."""
        return list(_checkpoints(self.value, self.drawn))

    def to_frame(self) -> DataFrame:
        """The draws, a row a draw: the value per share, each part's, and what ``keep`` named.

        Impossible draws are NaN. A yearly name has a column a forecast year, ``cloud.growth.1`` and on. Values per
        share are in ``frame.attrs["unit"]``; the inputs are kept by ``simulate(keep=case.assumptions.uncertain)``.
        """
        import pandas as pd

        kept: dict[str, Array] = {}
        for name, values in self.kept.items():
            if np.ndim(values) == 2:
                kept |= {f"{name}.{year}": row for year, row in enumerate(values, start=1)}
            else:
                kept[name] = np.broadcast_to(values, (self.draws,))
        columns = {"per_share": self.per_share, **self.parts, **kept}
        frame = pd.DataFrame(columns, index=pd.RangeIndex(self.draws, name="draw"))
        frame.attrs.update(unit=str(self.quote), seed=self.seed)
        return frame

    def as_json(self) -> dict[str, Any]:
        """The contract's object: counts, seed, mean, standard error, quantiles, parts, and how well they are known."""
        above = None if self.price is None else self.probability_above(self.price)
        kept = isinstance(self.value, Draws)
        return {
            "draws": self.draws,
            "asked": self.asked,
            "valid": self.valid,
            "seed": self.seed,
            "sampling": self.kind,
            "dependence": self.drawn.dependence,
            "replicates": self.replicates,
            "until": self.drawn.until,
            "relative_error": _number(self.relative_error),
            "reached": None if self.drawn.until is None else self.reached,
            "partial": self.drawn.partial,
            "mean": _number(self.mean),
            "standard_deviation": _number(self.standard_deviation),
            "skewness": _number(self.value.skewness),
            "standard_error": _number(self.standard_error),
            "mean_interval": _interval(self.value.mean_interval),
            "quantiles": _named(self.quantiles),
            "quantile_errors": {f"{q:g}": _number(self.quantile_error(q)) for q in QUANTILES},
            "quantile_intervals": {f"{q:g}": _interval(self.value.quantile_interval(q)) for q in QUANTILES},
            "quantile_method": "order statistics" if kept else "t-digest",
            "quantile_rank_error": 0.0 if kept else RANK_ERROR,
            "probability_above_price": above if above is None else _number(above),
            "expected_shortfall": {f"{q:g}": _number(self.value.expected_shortfall(q)) for q in SHORTFALLS},
            "histogram": self.histogram(),
            "convergence": [checkpoint.as_json() for checkpoint in self.trace],
            "invalid": dict(self.invalid),
            "correlation_repair": None if self.repair is None else self.repair.as_json(),
            "parts": {
                name: {
                    "mean": _number(sample.mean),
                    "quantiles": _named(_quantiles(sample)),
                    "attributable": {
                        "mean": _number(self.attributables[name].mean),
                        "quantiles": _named(_quantiles(self.attributables[name])),
                    },
                }
                for name, sample in self.shares.items()
            },
        }

    def histogram(self, bins: int = BINS) -> dict[str, list[float]]:
        """Shares of the valid draws in equal intervals from P0.1 to P99.9, what lies outside in the first and last."""
        if not self.valid:
            return {"edges": [], "shares": []}
        low, high = self.value.quantiles([0.001, 0.999])
        if low == high:
            low, high = low - 0.5, high + 0.5
        edges = np.linspace(low, high, bins + 1)
        return {"edges": edges.tolist(), "shares": self.value.shares(edges).tolist()}

    def picture(self) -> str:
        """The distribution of the value per share."""
        from ..plots.inline import inline
        from ..plots.run import histogram

        if not self.valid:
            return ""
        return inline(lambda: histogram(self), "The distribution of the value per share")

    def tables(self) -> list[Table]:
        """How well the value is known, and the ranges of parts."""
        from ..layouts.simulation import parts_of_run, simulation_tables

        return [*simulation_tables(self, self.quote), parts_of_run(self, self.quote)]


def _checkpoints(sample: Sample, drawn: Drawn) -> Iterator[Checkpoint]:
    if isinstance(sample, Draws) and sample.drawn:
        runs = sample.values.reshape(drawn.runs, -1)
        lengths = [runs.shape[1] >> halvings for halvings in range(10, 0, -1)]
        pairs = {"antithetic": 2}.get(drawn.kind, 1)
        for length in lengths:
            if length * drawn.runs >= 8 * SHORTEST and length % pairs == 0:
                replicates = length // 2 if drawn.kind == "antithetic" else drawn.replicates
                yield Checkpoint.of(Draws(runs[:, :length].ravel(), replicates))
    yield Checkpoint.of(sample)


def _draws(sample: Sample) -> Array:
    if not isinstance(sample, Draws):
        raise LookupError("the draws were summarised, not kept: ask for fewer, or for keep_draws='all'")
    return sample.values


def _quantiles(sample: Sample, at: Sequence[float] = QUANTILES) -> dict[float, float]:
    return dict(zip(at, sample.quantiles(at), strict=True))


def _interval(ends: tuple[float, float]) -> list[float | None]:
    return [_number(end) for end in ends]


def _named(quantiles: Mapping[float, float]) -> dict[str, float | None]:
    return {f"{q:g}": _number(v) for q, v in quantiles.items()}


def _number(value: float) -> float | None:
    """JSON knows no NaN."""
    return value if np.isfinite(value) else None
