"""Regression of one column of peers on others, NumPy beside Excel's LINEST, over the peers that have every number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from .columns import STATISTICS, of_numbers, statistic
from .formula import Column, Formula, UnitRule, first_unit, pure_unit, quotient_unit
from .operations import operation
from .units import NUMBER, Unit


class Sampled(Column):
    """One column of a sample; the workbook writes the columns of a sample side by side, without gaps."""

    __slots__ = ("sample",)

    def __init__(self, column: Column, sample: tuple[str, ...], rows: NDArray[np.bool_]) -> None:
        name = f"{column.column} of {', '.join(sample)}"
        super().__init__(column.table, name, np.asarray(column.values)[rows], column.unit)
        self.sample = sample


def sample(*columns: Any) -> list[Any]:
    """Return the columns with only those peers that have a number in each of them."""
    arrays = [np.asarray(values_of(column), dtype=np.float64) for column in columns]
    if len({array.shape for array in arrays}) > 1:
        raise TypeError("expected columns of one table of peers")
    rows = np.all(np.isfinite(arrays), axis=0)
    if not any(isinstance(column, Column) for column in columns):
        return [array[rows] for array in arrays]
    if len({column.table for column in columns}) > 1:
        raise TypeError("expected columns of one table of peers")
    names = tuple(column.column for column in columns)
    return [Sampled(column, names, rows) for column in columns]


def values_of(column: Any) -> Any:
    """Return the numbers of a column in either reading: they are data, which a model may count before it begins."""
    return column.values if isinstance(column, Column) else column


def logged(column: Any) -> Any:
    """Return the column of natural logarithms; a peer without one (0, negative) is blank."""
    with np.errstate(all="ignore"):
        values = np.log(np.asarray(values_of(column), dtype=np.float64))
    values = np.where(np.isfinite(values), values, np.nan)
    return Column(column.table, f"ln_{column.column}", values, NUMBER) if isinstance(column, Column) else values


# Least squares --------------------------------------------------------------------------------------------------------


def least_squares(multiple: Any, *regressors: Any) -> dict[str, NDArray[np.float64]]:
    """Ordinary least squares with an intercept, by QR of scaled regressors: never by the normal equations.

    ``multiple`` and each regressor have shape (peers,). Gives ``coefficients`` and their ``errors`` (the intercept
    first), ``r_squared``, ``residual`` (standard error of the regression) and ``freedom``. With no more peers than
    coefficients, or with regressors that move together, all are NaN. Source: Golub and Van Loan, Matrix Computations
    (2013), ch. 5; certified against NIST's Longley data.
    """
    y = np.asarray(multiple, dtype=np.float64)
    plain = np.column_stack([np.asarray(x, dtype=np.float64) for x in regressors])
    size, terms = len(y), plain.shape[1] + 1
    centre, scale = plain.mean(axis=0), plain.std(axis=0)
    if size <= terms or not (scale > size * np.finfo(float).eps * np.abs(centre)).all():
        return _nothing(terms)
    q, r = np.linalg.qr((plain - centre) / scale)
    if np.abs(np.diag(r)).min() <= size * np.finfo(float).eps * np.abs(np.diag(r)).max():
        return _nothing(terms)
    deviation = y - y.mean()
    inverse = np.linalg.solve(r, np.eye(terms - 1)) / scale[:, None]
    slopes = inverse @ (q.T @ deviation)
    rest = deviation - (plain - centre) @ slopes
    freedom, squares = size - terms, float(rest @ rest)
    variance = squares / freedom
    spread = inverse @ inverse.T
    errors = np.sqrt(variance * np.array([1 / size + centre @ spread @ centre, *np.diag(spread)]))
    return {
        "coefficients": np.array([y.mean() - centre @ slopes, *slopes]),
        "errors": errors,
        "r_squared": np.array([1 - squares / float(deviation @ deviation)]),
        "residual": np.array([np.sqrt(variance)]),
        "freedom": np.array([float(freedom)]),
    }


def _nothing(terms: int) -> dict[str, NDArray[np.float64]]:
    one = np.array([np.nan])
    return {
        "coefficients": np.full(terms, np.nan),
        "errors": np.full(terms, np.nan),
        "r_squared": one,
        "residual": one,
        "freedom": one,
    }


def _fitted(name: str, place: int, excel: str, unit: UnitRule, text: str) -> Any:
    """A coefficient of the regression of the first column on the others, which form a sample."""

    def computed(*columns: Any) -> NDArray[np.float64]:
        return least_squares(*columns)["coefficients"][place : place + 1]

    text = f"{text} of the regression of a column on others"
    return statistic(name, computed, f"INDEX(LINEST({{y}},{{x}}),1,{excel})", unit, 9, text)


def _slope_unit(operands: Sequence[Formula]) -> Unit:
    return quotient_unit(operands[:2])


def _second_unit(operands: Sequence[Formula]) -> Unit:
    return quotient_unit((operands[0], operands[2]))


def _third_unit(operands: Sequence[Formula]) -> Unit:
    return quotient_unit((operands[0], operands[3]))


# LINEST gives the slopes from right to left and the intercept last: their places are counted by the sample's columns.
intercept = _fitted("intercept", 0, "COLUMNS({both})", first_unit, "Intercept")
slope = _fitted("slope", 1, "COLUMNS({x})", _slope_unit, "Slope on the first regressor")
second_slope = _fitted("second_slope", 2, "COLUMNS({x})-1", _second_unit, "Slope on the second regressor")
third_slope = _fitted("third_slope", 3, "1", _third_unit, "Slope on the third regressor")
SLOPES: Final = (slope, second_slope, third_slope)
REGRESSIONS: Final = ("intercept", "slope", "second_slope", "third_slope")


def _squares(values: Any) -> Any:
    return np.sum((values - np.mean(values)) ** 2)


def _covariance(left: Any, right: Any) -> Any:
    return np.atleast_1d(np.mean((left - np.mean(left)) * (right - np.mean(right))))


squares = statistic(
    "squares", of_numbers(_squares), "DEVSQ({})", pure_unit, 1, "Sum of squared differences from the mean"
)
covariance = statistic("covariance", _covariance, "COVAR({},{})", pure_unit, 2, "Covariance of two columns of a sample")


def _student_t(outside: Any, freedom: Any) -> Any:
    """Excel cuts the degrees of freedom to a whole number."""
    outside, freedom = np.asarray(outside, dtype=np.float64), np.trunc(np.asarray(freedom, dtype=np.float64))
    possible = (outside > 0) & (outside <= 1) & (freedom >= 1)
    return np.where(possible, np.abs(stdtrit(freedom, outside / 2)), np.nan)


student_t = operation("student_t", _student_t, "TINV({},{})", pure_unit)
STATISTICS["student_t"] = student_t
