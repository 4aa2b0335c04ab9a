"""Contributions: how the value moves with each input over draws of all, by ranks and by regression."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..tables import Shown, Table
from ..units import Unit
from .draws import Array, Sample, ranks
from .results import frame, plain

if TYPE_CHECKING:
    from pandas import DataFrame

SINGULAR: Final = 1e-9
DESCRIPTIVE: Final = (
    "inputs are correlated, so an input is also credited with what moves beside it: these figures describe; "
    "Shapley effects share the variance out"
)


@dataclass(frozen=True)
class Contribution:
    """One input beside the value per share.

    ``rank_correlation`` is Spearman's. ``contribution`` is its square as a share of the sum of all squares, with its
    sign: what spreadsheet simulation calls contribution to variance. ``rank_regression`` and ``regression`` are
    standardised coefficients of the linear regression on all inputs, of ranks and of values. NaN for an input, or a
    value, that does not vary.
    """

    name: str
    label: str
    unit: Unit
    rank_correlation: float
    contribution: float
    rank_regression: float
    regression: float


@dataclass(frozen=True, repr=False)
class Contributions(Shown):
    """Inputs from the largest contribution to the smallest.

    ``r_squared`` and ``rank_r_squared`` say how much of the variance the two regressions explain. A rank correlation
    smaller than twice ``noise`` may be chance. ``note`` is empty when inputs are independent.
    """

    draws: int
    left_out: int
    r_squared: float
    rank_r_squared: float
    noise: float
    note: str
    inputs: tuple[Contribution, ...]

    def as_json(self) -> dict[str, Any]:
        """draws, left_out, both R squared, noise, note and inputs."""
        found = plain(self)
        assert isinstance(found, dict)
        return found

    def to_frame(self) -> DataFrame:
        """The inputs as a pandas frame."""
        return frame(self.inputs)

    def tables(self) -> list[Table]:
        """Rank correlations, contributions and regressions."""
        from ..layouts.sensitivity import contributions_tables

        return contributions_tables(self)


def contributions(sample: Sample) -> Contributions:
    """Return rank correlations, contributions and standardised regression coefficients of a sample.

    Spearman (1904); standardised and rank regression as measures of importance: Saltelli, Chan and Scott (2000),
    Sensitivity Analysis; Iman and Conover (1979), The Use of the Rank Transform in Regression,
    Technometrics 21, 499-509. Squares of rank correlations, normalised: the user's guide of Oracle Crystal Ball,
    chapter Sensitivity Charts.
    """
    good = sample.good
    values, worth = sample.values[:, good], sample.per_share[good]
    ranked, rank = sample.ranked, ranks(worth[None])[0]
    correlation = correlations(ranked, rank)
    squares = np.where(np.isfinite(correlation), correlation * correlation, 0.0)
    share = np.sign(correlation) * squares / (squares.sum() or math.nan)
    slopes, r_squared = _standardised(values, worth)
    rank_slopes, rank_r_squared = _standardised(ranked, rank)
    rows = [
        Contribution(found.name, found.label, found.unit, *map(float, figures))
        for found, *figures in zip(sample.inputs, correlation, share, rank_slopes, slopes, strict=True)
    ]
    rows.sort(key=lambda row: -abs(row.contribution) if math.isfinite(row.contribution) else math.inf)
    return Contributions(
        draws=sample.draws,
        left_out=sample.draws - sample.valid,
        r_squared=r_squared,
        rank_r_squared=rank_r_squared,
        noise=1 / math.sqrt(sample.valid - 1) if sample.valid > 1 else math.nan,
        note=DESCRIPTIVE if sample.evaluator.dependence.members else "",
        inputs=tuple(rows),
    )


def _standard(rows: Array) -> Array:
    """Rows with mean 0 and length 1; NaN for one that does not vary."""
    centred = rows - rows.mean(axis=-1, keepdims=True) if rows.shape[-1] else rows
    length = np.sqrt(np.einsum("...j,...j->...", centred, centred))
    still = length <= 1e-12 * np.sqrt(np.einsum("...j,...j->...", rows, rows))
    return np.asarray(centred / np.where(still, np.nan, length)[..., None])


def correlations(rows: Array, worth: Array) -> Array:
    """Correlation of each row (rows, draws) with the worth (draws,); NaN for one that does not vary."""
    return np.asarray(_standard(rows) @ _standard(worth))


def _standardised(rows: Array, worth: Array) -> tuple[Array, float]:
    """Standardised coefficients and R squared of the regression of the worth on all rows; NaN if it is not unique.

    The normal equations of standardised rows are their correlation matrix, which is well scaled.
    """
    standard, target = _standard(rows), _standard(worth)
    moving = np.isfinite(standard).all(axis=1)
    slopes = np.full(len(rows), np.nan)
    matrix = standard[moving] @ standard[moving].T
    if not np.isfinite(target).all() or not moving.any() or np.linalg.eigvalsh(matrix)[0] < SINGULAR:
        return slopes, math.nan
    along = standard[moving] @ target
    slopes[moving] = np.linalg.solve(matrix, along)
    return slopes, float(along @ slopes[moving])
