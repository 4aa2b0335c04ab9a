"""Iman and Conover's reordering: draws that exist already get a rank correlation, and every marginal stays as it is.

For draws that come as data (a history, another model's output) and so have no quantile function that a copula could
drive; inputs with distributions are correlated by ``copula``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]

_ROUNDING = 1e-10


def iman_conover(
    x: ArrayLike,
    correlation: ArrayLike,
    *,
    scores: ArrayLike | None = None,
    seed: int | np.random.Generator = 0,
) -> Array:
    """Return the values of each column of ``x`` (draws, columns) in an order that has the target ``correlation``.

    Each column comes back as the same numbers in another order, which is that of scores with exactly the correlation
    (columns, columns). ``scores`` (draws, columns) takes a published score matrix; without it each column gets van der
    Waerden scores, shuffled by ``seed``, a number or a generator. The rank correlation follows the target within 0.02
    and the noise of the draws; for a Spearman target give ``to_normal`` of it.

    Raises ValueError when shapes disagree, a number is not finite, or the correlation is not positive definite;
    ``nearest_correlation`` gives one that is.
    Source: Iman and Conover (1982), Communications in Statistics B 11; Mildenhall (2005), CAS Working Party report.
    """
    values, target = _numbers("x", x), _numbers("correlation", correlation)
    draws, columns = values.shape
    upper = _upper_factor("correlation", _correlation(target, columns))
    given = _van_der_waerden(draws, columns, seed) if scores is None else _numbers("scores", scores)
    if given.shape != values.shape:
        raise ValueError(f"expected scores of the shape of x, {values.shape}, found {given.shape}")
    found = np.einsum("di,dj->ij", given, given) / draws
    wanted = np.einsum("di,ij->dj", given, np.linalg.solve(_upper_factor("scores", found), upper))
    ranks = np.argsort(np.argsort(wanted, axis=0, kind="stable"), axis=0, kind="stable")
    return np.take_along_axis(np.sort(values, axis=0), ranks, axis=0)


def _van_der_waerden(draws: int, columns: int, seed: int | np.random.Generator) -> Array:
    """Normal quantiles of rank/(draws + 1) with variance 1, in a random order of its own in each column."""
    quantiles = ndtri(np.arange(1, draws + 1) / (draws + 1))
    quantiles = quantiles / np.sqrt(np.mean(quantiles**2))
    return np.random.default_rng(seed).permuted(np.tile(quantiles[:, None], (1, columns)), axis=0)


def _numbers(name: str, given: ArrayLike) -> Array:
    values = np.asarray(given, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"expected {name} with rows and columns, found {values.ndim} dimensions")
    if not np.isfinite(values).all():
        raise ValueError(f"expected finite numbers in {name}")
    return values


def _correlation(matrix: Array, columns: int) -> Array:
    if matrix.shape != (columns, columns):
        found = " x ".join(map(str, matrix.shape))
        raise ValueError(f"expected a correlation of {columns} x {columns}, found {found}")
    if np.abs(matrix - matrix.T).max() > _ROUNDING or np.abs(np.diag(matrix) - 1).max() > _ROUNDING:
        raise ValueError("expected a symmetric correlation with 1 on its diagonal")
    return matrix


def _upper_factor(name: str, matrix: Array) -> Array:
    """The upper triangular factor U of U'U."""
    try:
        return np.linalg.cholesky(matrix).T.astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        remedy = "columns of scores depend on each other" if name == "scores" else "use nearest_correlation"
        raise ValueError(f"expected {name} with a positive definite correlation: {remedy}") from None
