"""Iman and Conover's reordering: draws that exist already get a rank correlation, and every marginal stays as it is.

``iman_conover`` is for draws that come as data (a history, another model's output) and so have no quantile function
that a copula could drive. ``reorder`` does it to a block of normal scores, in place of the copula's mixing: each row
keeps its numbers, so that a Latin hypercube stays one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from .copula import Dependence

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
    return _in_the_order_of(wanted, values, axis=0)


def reorder(scores: Array, dependence: Dependence) -> Array:
    """Return independent normal scores (inputs, draws) in an order that gives them the correlations of ``dependence``.

    Every row holds the same numbers as before; rows that take no part, and the first that does, come back as they are.
    The order is that of the scores themselves, freed of the correlation that they have by chance and mixed, so within
    the block the correlation follows the target closely. Blocks are independent of each other; each needs more draws
    than there are correlated inputs, and should have many times as many.

    Raises ValueError for a block too small, or with rows that depend on each other.
    Source: Iman and Conover (1982), Communications in Statistics B 11, with the scores in place of van der Waerden's.
    """
    rows = np.array(dependence.members, dtype=np.intp)
    reordered = scores.copy()
    if rows.size == 0:
        return reordered
    draws = scores.shape[1]
    if draws <= rows.size:
        raise ValueError(f"expected a block of more draws than the {rows.size} correlated inputs, found {draws}")
    taken = scores[rows] - scores[rows].mean(axis=1, keepdims=True)
    found = np.einsum("id,jd->ij", taken, taken) / draws
    mixing = np.linalg.solve(_upper_factor("scores", found), dependence.factor.T).T
    reordered[rows] = _in_the_order_of(np.einsum("ij,jd->id", mixing, taken), scores[rows], axis=1)
    return reordered


def _in_the_order_of(wanted: Array, values: Array, axis: int) -> Array:
    """Return the values along an axis in the order in which those wanted stand along it."""
    ordered = np.empty_like(values)
    order = np.argsort(wanted, axis=axis, kind="stable")
    np.put_along_axis(ordered, order, np.sort(values, axis=axis), axis=axis)
    return ordered


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
