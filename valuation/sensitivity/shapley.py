"""Shapley effects: the variance of the value shared out among inputs that may be correlated.

The effect of an input is what the variance of the conditional mean gains when the input becomes known, averaged over
all orders in which inputs may become known. The effects are not negative and sum to the variance, however the inputs
are correlated: Owen (2014), Sobol' indices and Shapley value, SIAM/ASA Journal on Uncertainty Quantification 2,
245-251.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..simulation.engine import SEED
from ..simulation.evaluator import Evaluator
from ..tables import Shown, Table
from ..units import Unit
from .conditional import exact_gains, path_gains
from .draws import Array, Function, worth
from .results import frame, plain

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..assumptions import Case

PAIRS: Final = 2048
BATCH: Final = 8192
MOST_EXACT: Final = 12
EXACT_BY_ITSELF: Final = 6


@dataclass(frozen=True)
class Effects:
    """Estimates (inputs,): shares of the variance, which sum to 1, and their standard errors."""

    share: Array
    error: Array
    variance: float
    pairs: int
    left_out: int
    evaluations: int
    exact: bool


@dataclass(frozen=True)
class Effect:
    """One input: its Shapley effect in squares of the quote, as a share of the variance, and the share's error."""

    name: str
    label: str
    unit: Unit
    effect: float
    share: float
    standard_error: float


@dataclass(frozen=True, repr=False)
class Shapley(Shown):
    """Effects by falling share; they sum to ``variance``.

    ``pairs`` of draws were held against each other, of which ``left_out`` met an impossible draw; ``exact`` says that
    all orders were averaged, not some at random.
    """

    quote: Unit
    variance: float
    pairs: int
    left_out: int
    evaluations: int
    exact: bool
    inputs: tuple[Effect, ...]

    def as_json(self) -> dict[str, Any]:
        """quote, variance, pairs, left_out, evaluations, exact and inputs."""
        found = plain(self)
        assert isinstance(found, dict)
        return found

    def to_frame(self) -> DataFrame:
        """The inputs as a pandas frame."""
        return frame(self.inputs)

    def tables(self) -> list[Table]:
        """Effects with their errors."""
        from ..layouts.sensitivity import shapley_tables

        return shapley_tables(self)


def shapley_effects(
    function: Function, normal: Array, pairs: int = PAIRS, seed: int = SEED, *, exact: bool | None = None
) -> Effects:
    """Estimate the Shapley effects of a function of normal scores (inputs, draws) with correlation matrix ``normal``.

    Two independent draws are the ends of a path: inputs pass from the one to the other in a random order, and at each
    step the inputs that did not pass are drawn given those that did, in closed form. Half the squared distance of a
    step's value to that at the end estimates the variance that is left, so each path gives one estimate of every
    effect, and the estimates of a path sum to one of the variance. Each pair is used twice, in an order and in its
    reverse.

    Random orders and conditional variances: Song, Nelson and Staum (2016), Shapley effects for global sensitivity
    analysis, SIAM/ASA Journal on Uncertainty Quantification 4, 1060-1083; the path along one pair of draws:
    Goda (2021), A simple algorithm for global sensitivity analysis with Shapley effects, Reliability Engineering and
    System Safety 213, 107702, here with conditional draws. With ``exact`` all subsets are visited
    instead, for at most 12 inputs; if not said, when there are at most 6. Errors are those of means over
    independent pairs. Raises ValueError for fewer than 2 pairs or too many inputs.
    """
    dimensions = len(normal)
    exact = dimensions <= EXACT_BY_ITSELF if exact is None else exact
    if pairs < 2 or (exact and dimensions > MOST_EXACT):
        limit = f"at least 2 pairs and, when exact, at most {MOST_EXACT} inputs"
        raise ValueError(f"{limit} expected, found {pairs} and {dimensions}")
    steps = 1 << dimensions if exact else 2 * (dimensions + 1)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    gains, size = [], max(BATCH // steps, 1)
    for start in range(0, pairs, size):
        count = min(size, pairs - start)
        gains.append((exact_gains if exact else path_gains)(function, normal, count, generator))
    return _effects(np.concatenate(gains), steps * pairs, exact)


def _effects(gains: Array, evaluations: int, exact: bool) -> Effects:
    """Shares of the variance from the gains of each pair (pairs, inputs), with errors of the linearised ratio."""
    good = np.asarray(np.isfinite(gains).all(axis=1))
    kept = gains[good]
    count, whole = len(kept), kept.sum(axis=1)
    variance = float(whole.mean()) if count and gains.shape[1] else math.nan
    share = kept.mean(axis=0) / (variance or math.nan) if count else np.full(gains.shape[1], np.nan)
    rest = (kept - share * whole[:, None]) / (variance or math.nan)
    error = rest.std(axis=0, ddof=1) / math.sqrt(count) if count > 1 else np.full(gains.shape[1], np.nan)
    return Effects(share, error, variance, len(gains), len(gains) - count, evaluations, exact)


def shapley(case: Case, pairs: int = PAIRS, seed: int = SEED, *, exact: bool | None = None) -> Shapley:
    """Return the Shapley effects of the uncertain inputs on the value per share, under the case's correlations."""
    evaluator = Evaluator.of(case)
    inputs, dependence = evaluator.uncertain, evaluator.dependence
    normal = np.eye(len(inputs))
    normal[np.ix_(dependence.members, dependence.members)] = dependence.normal
    found = shapley_effects(worth(evaluator), normal, pairs, seed, exact=exact)
    rows = [
        Effect(one.name, one.label, one.unit, float(share * found.variance), float(share), float(error))
        for one, share, error in zip(inputs, found.share, found.error, strict=True)
    ]
    rows.sort(key=lambda row: -row.share if math.isfinite(row.share) else math.inf)
    return Shapley(
        quote=case.quote,
        variance=found.variance,
        pairs=found.pairs,
        left_out=found.left_out,
        evaluations=found.evaluations,
        exact=found.exact,
        inputs=tuple(rows),
    )
