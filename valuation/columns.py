"""Statistics of columns of peers, NumPy beside Excel: the part of the table of operations that reads whole columns.

A column is an array (peers,) when a model computes, and a ``Column`` when it records. Blank cells are NaN and left out.

>>> float(median(np.array([3.0, np.nan, 1.0, 10.0]))[0])
3.0
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .formula import Column, Formula, Operation, UnitRule, first_unit, quotient_unit
from .operations import operation
from .units import WHOLE, Unit

STATISTICS: Final[dict[str, Operation]] = {}


def statistic(name: str, numpy: Callable[..., Any], excel: str, unit: UnitRule, columns: int, text: str) -> Any:
    """Register an operation whose first operands are columns; any others are ordinary quantities."""
    entry = STATISTICS[name] = operation(name, numpy, excel, unit)

    def read(*operands: Any) -> Any:
        for operand in operands[:columns]:
            if isinstance(operand, Formula) and not isinstance(operand, Column):
                raise TypeError(f"{name} reads a column of a peer table: {name}(peers.table.column)")
        return entry(*operands)

    read.__doc__ = f"{text}; blank cells are left out."
    read.__name__ = name
    return read


def numbers(column: Any) -> NDArray[np.float64]:
    """Return the numbers of a column without its blanks."""
    values = np.asarray(column, dtype=np.float64).ravel()
    return values[np.isfinite(values)]


def of_numbers(function: Callable[[NDArray[np.float64]], Any]) -> Callable[[Any], NDArray[np.float64]]:
    """Return the function of a column's numbers as one of the column; NaN when it has none."""

    def computed(column: Any) -> NDArray[np.float64]:
        values = numbers(column)
        return np.atleast_1d(function(values) if values.size else np.nan)

    return computed


def _harmonic(values: NDArray[np.float64]) -> Any:
    """NaN unless every number is positive, as in Excel."""
    return len(values) / np.sum(1 / values) if (values > 0).all() else np.nan


def _percentile(column: Any, share: Any) -> Any:
    """Linear between the sorted numbers, the lowest at 0 and the highest at 1 (Excel's PERCENTILE)."""
    values, share = np.sort(numbers(column)), np.atleast_1d(np.asarray(share, dtype=np.float64))
    if not values.size:
        return np.full(share.shape, np.nan)
    found = np.interp(share * (len(values) - 1), np.arange(len(values)), values)
    return np.where((share >= 0) & (share <= 1), found, np.nan)


def _quartile(column: Any, number: Any) -> Any:
    """Excel cuts the number of the quartile to a whole one."""
    return _percentile(column, np.trunc(np.asarray(number, dtype=np.float64)) / 4)


def _aggregate(above: Any, below: Any) -> Any:
    both = np.isfinite(above) & np.isfinite(below)
    return np.atleast_1d(np.sum(np.where(both, above, 0)) / np.sum(np.where(both, below, 0)))


def _count(column: Any) -> Any:
    return np.atleast_1d(float(numbers(column).size))


def _whole(operands: Sequence[Formula]) -> Unit:
    return WHOLE


median = statistic("median", of_numbers(np.median), "MEDIAN({})", first_unit, 1, "Median of a column of peers")
average = statistic("average", of_numbers(np.mean), "AVERAGE({})", first_unit, 1, "Mean of a column of peers")
harmonic_mean = statistic(
    "harmonic_mean", of_numbers(_harmonic), "HARMEAN({})", first_unit, 1, "Harmonic mean of a column of peers"
)
smallest = statistic("smallest", of_numbers(np.min), "SMALL({},1)", first_unit, 1, "Smallest of a column of peers")
largest = statistic("largest", of_numbers(np.max), "LARGE({},1)", first_unit, 1, "Largest of a column of peers")
count = statistic("count", _count, "COUNT({})", _whole, 1, "How many peers have a number in the column")
quartile = statistic(
    "quartile", _quartile, "QUARTILE({},{})", first_unit, 1, "Quartile 0 to 4 of a column of peers, 2 is the median"
)
percentile = statistic(
    "percentile",
    _percentile,
    "PERCENTILE({},{})",
    first_unit,
    1,
    "Percentile of a column of peers, linear between them",
)
aggregate = statistic(
    "aggregate",
    _aggregate,
    'SUMIF({1},">=-1E+300",{0})/SUMIF({0},">=-1E+300",{1})',
    quotient_unit,
    2,
    "Sum of one column over the sum of another, over the peers that have both",
)
