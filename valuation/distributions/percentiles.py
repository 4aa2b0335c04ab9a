"""Distributions told by percentiles: ``normal(p10=2, p90=8)``, as many as there are parameters to find.

Each distribution says by a ``Family`` what its quantiles look like before they are moved and stretched. What moves and
stretches follows from two percentiles exactly; what is left, a shape or two, is solved for until every percentile
is met to 1e-10 of their range.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..problems import nearest
from .spelling import expected, spelled

Array = NDArray[np.float64]
Given = Mapping[str, float]

CLOSE: Final = 1e-10
_GRID: Final = 129
_NAME: Final = re.compile(r"p(\d{1,3}(?:\.\d{1,12})?)")


@dataclass(frozen=True)
class Family:
    """How quantiles depend on parameters: location + scale * curve(z, shape, given), or the logarithm of that.

    ``curve`` takes normal scores, the shape (0 if there is none) and the parameters that are given beside the
    percentiles. ``parameters(location, scale, shape, given)`` names those that were found; with ``logs`` location is
    the median-like factor, exp of the location of logarithms. ``solves`` names what percentiles stand for. A
    ``shape`` is searched between two bounds. ``scaled`` is no where the curve has its spread by the shape alone.
    ``search`` replaces all of it where neither location nor scale is a parameter: from scores, values and what is
    given to the parameters.
    """

    solves: tuple[str, ...]
    curve: Callable[[Array, float, Given], Array] | None = None
    parameters: Callable[[float, float, float, Given], dict[str, float]] | None = None
    shape: tuple[float, float] | None = None
    scaled: bool = True
    logs: bool = False
    search: Callable[[Array, Array, Given], dict[str, float] | None] | None = None

    @staticmethod
    def points(named: Given) -> dict[float, float]:
        """Return the percentiles among named arguments, in rising order: {10.0: 2, 90.0: 8}."""
        found = {level: value for name, value in named.items() if (level := percentile(name)) is not None}
        return dict(sorted(found.items()))


def percentile(name: str) -> float | None:
    """Return the percentile that a name such as p10 or p2.5 stands for, None if it stands for none."""
    found = _NAME.fullmatch(name)
    return float(found[1]) if found and 0 < float(found[1]) < 100 else None


def percentile_score(level: float) -> float:
    """Return the normal score of a percentile; p5 and p95 are opposite to the last digit."""
    return float(ndtri(level / 100) if level <= 50 else -ndtri((100 - level) / 100))


def met(found: Array, wanted: Array) -> bool:
    """Whether quantiles are the percentiles wanted, to 1e-10 of their range and the digits that values have."""
    digits = 8 * np.spacing(np.abs(wanted).max())
    return bool(np.abs(found - wanted).max() <= CLOSE * np.ptp(wanted) + digits)


def no_such(name: str) -> str:
    """Return the complaint about percentiles that a distribution cannot have."""
    other = "other percentiles" if name == "metalog" else "metalog, which goes through any three"
    return f"no {name} has these percentiles: they are too skewed or too wide for it; use {other}"


def through(name: str, names: Mapping[str, bool], family: Family, named: Given) -> dict[str, float] | str:
    """Return the parameters with which a distribution has its named percentiles, or the complaint.

    ``names`` are all its parameters, and whether they must be given; those that percentiles do not stand for may be
    named beside them.
    """
    points, given = family.points(named), {n: value for n, value in named.items() if percentile(n) is None}
    missing = [n for n, needed in names.items() if needed and n not in family.solves and n not in given]
    complaint = _strangers([*names], family, given)
    complaint = complaint or level_complaint(named, len(family.solves), positive=family.logs)
    if complaint or missing:
        return complaint or f"{' and '.join(missing)} beside the percentiles expected, found none"
    z, values = np.array([percentile_score(level) for level in points]), np.array(list(points.values()))
    with np.errstate(all="ignore"):
        found = family.search(z, values, given) if family.search else _placed(family, z, values, given)
    if found is None:
        return no_such(name)
    return found if isinstance(found, str) else {**given, **found}


def _strangers(names: Sequence[str], family: Family, given: Given) -> str:
    wanted = f"percentiles such as {' and '.join(example(len(family.solves)))}"
    for stranger in given:
        if stranger in family.solves:
            return f"either {stranger} or percentiles expected, found both"
        if stranger not in names:
            return f"{wanted} expected, found {stranger}{nearest(stranger, [*names, 'p5', 'p95'])}"
    return ""


def example(count: int) -> list[str]:
    """Return names of as many percentiles, as one would write them."""
    return ["p10", "p50", "p90"] if count == 3 else ["p10", "p90"]


def level_complaint(named: Given, count: int | None = None, fewest: int = 2, *, positive: bool = False) -> str:
    """Return what is wrong with the levels and the order of percentiles, or an empty text."""
    levels = {name: level for name in named if (level := percentile(name)) is not None}
    names = sorted(levels, key=lambda name: levels[name])
    different = len(set(levels.values()))
    wanted = {2: "two", 3: "three"}.get(count or fewest, str(count or fewest))
    if different < len(names) or (len(names) != count if count else len(names) < fewest):
        more = "" if count else "at least "
        return f"{more}{wanted} different percentiles expected, found {', '.join(names) or 'none'}"
    values = [named[name] for name in names]
    rising = all(a < b for a, b in pairwise([0.0, *values] if positive else values))
    if not rising or not all(map(math.isfinite, values)):
        return expected(" < ".join(["0"] * positive + names), *values)
    return ""


# Solving ----------------------------------------------------------------------------------------------------------


def _placed(family: Family, z: Array, values: Array, given: Given) -> dict[str, float] | str | None:
    """Location and scale from the outer percentiles, after the shape at which the others fit."""
    assert family.curve is not None and family.parameters is not None
    curve, aims = family.curve, np.log(values) if family.logs else values
    shape = 0.0
    if family.shape is not None:
        found = _shape(lambda s: _misfit(curve(z, s, given), aims, family.scaled), *family.shape)
        if found is None:
            return _middle(family, z, values, given) if family.scaled else None
        shape = found
    y = curve(z, shape, given)
    scale = float((aims[-1] - aims[0]) / (y[-1] - y[0])) if family.scaled else 1.0
    location = -scale * float(y[0] + y[-1]) / 2
    if family.logs:
        location = math.sqrt(values[0] * values[-1]) * float(np.exp(location))
    else:
        location += float(values[0] + values[-1]) / 2
    return family.parameters(location, scale, shape, given)


def _middle(family: Family, z: Array, values: Array, given: Given) -> str:
    """Where the middle one of three percentiles may be, from one end of shapes to the other."""
    assert family.curve is not None and family.shape is not None
    curves = [family.curve(z, shape, given) for shape in family.shape]
    shares = sorted(float((y[1] - y[0]) / (y[2] - y[0])) for y in curves)
    low, high = (values[0] + share * (values[2] - values[0]) for share in shares)
    return between(low, high, values[1])


def between(low: float, high: float, found: float) -> str:
    """Return the complaint about the middle one of three percentiles."""
    return f"a middle percentile from {low:.6g} to {high:.6g} expected beside the others, found {spelled(found)}"


def _misfit(y: Array, aims: Array, scaled: bool) -> float:
    """How far the middle percentile, or the range where the curve has its own, is from where it should be."""
    if scaled:
        return float((y[1] - y[0]) / (y[-1] - y[0]) - (aims[1] - aims[0]) / (aims[-1] - aims[0]))
    return float(math.log(y[-1] - y[0]) - math.log(aims[-1] - aims[0])) if y[-1] > y[0] else math.inf


def _shape(misfit: Callable[[float], float], low: float, high: float) -> float | None:
    """The first root of the misfit between two bounds, which count too; None when there is none."""
    from scipy.optimize import brentq

    grid = np.linspace(low, high, _GRID)
    found = np.array([misfit(float(shape)) for shape in grid])
    for edge in (0, -1):
        if abs(found[edge]) <= CLOSE / 100:
            return float(grid[edge])
    for k in range(len(grid) - 1):
        if np.isfinite(found[k : k + 2]).all() and found[k] * found[k + 1] <= 0:
            return float(brentq(misfit, grid[k], grid[k + 1], xtol=1e-15, rtol=1e-15))
    return None


def solved(residuals: Callable[[Array], Array], starts: Sequence[Sequence[float]]) -> Any:
    """Return where residuals vanish, searched from each start in turn (Powell's hybrid method); None if nowhere."""
    from scipy.optimize import root

    for start in starts:
        found = root(residuals, start, method="hybr", options={"xtol": 1e-14, "maxfev": 400})
        if np.isfinite(found.x).all() and np.abs(residuals(found.x)).max() < CLOSE:
            return found.x
    return None
