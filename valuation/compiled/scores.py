"""Draws by machine code: Sobol' points to normals, normals to dependent scores, scores to values of the inputs.

The same steps as ``simulation.sampling``, ``simulation.mixing`` and the distributions take with NumPy, over a block of
draws that stays in the cache. Nothing is called out of line in the innermost loops, which run over draws.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

from .arithmetic import exp, log, pick, root

TABLE: Final = 0
LINEAR: Final = 1
EXPONENTIAL: Final = 2
STEPS: Final = 3
PASSED: Final = 4

_compiled = njit(error_model="numpy", nogil=True, cache=True)
_inline = njit(error_model="numpy", forceinline=True)


@_inline
def _normal(u: Any) -> Any:
    """The standard normal quantile of u within (1e-11, 1 - 1e-11).

    Wichura (1988), Applied Statistics 37, 477-484, algorithm AS 241 PPND16: to about 1 part in 1e16.
    """
    q = u - 0.5
    r = 0.180625 - q * q
    above = (
        ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
            + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
         + 133.14166789178437745) * r + 3.387132872796366608
    )  # fmt: skip
    below = (
        ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
            + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
         + 42.313330701600911252) * r + 1.0
    )  # fmt: skip
    middle = q * above / below
    p = pick(q < 0.0, u, 1.0 - u)
    s = root(-log(p)) - 1.6
    above = (
        ((((((7.7454501427834140764e-4 * s + 0.0227238449892691845833) * s + 0.24178072517745061177) * s
            + 1.27045825245236838258) * s + 3.64784832476320460504) * s + 5.7694972214606914055) * s
         + 4.6303378461565452959) * s + 1.42343711074968357734
    )  # fmt: skip
    below = (
        ((((((1.05075007164441684324e-9 * s + 5.475938084995344946e-4) * s + 0.0151986665636164571966) * s
            + 0.14810397642748007459) * s + 0.68976733498510000455) * s + 1.6763848301838038494) * s
         + 2.05319162663775882187) * s + 1.0
    )  # fmt: skip
    tail = above / below
    return pick(abs(q) <= 0.425, middle, pick(q < 0.0, -tail, tail))


@_compiled
def _uniform(words: Any, word: Any, out: Any) -> None:
    for draw in range(out.shape[0]):
        out[draw] = (float(np.uint32(words[draw] ^ word)) + 0.5) * 2.3283064365386963e-10


@_compiled
def _normals(out: Any) -> None:
    for draw in range(out.shape[0]):
        out[draw] = _normal(out[draw])


@_compiled
def normals(low: Any, base: Any, start: int, out: Any) -> None:
    """Fill out (streams, draws) with the normals of Sobol' points: words low[:, start:] combined with base."""
    for row in range(out.shape[0]):
        _uniform(low[row, start : start + out.shape[1]], base[row], out[row])
        _normals(out[row])


@_compiled
def mix(along: Any, take: Any, factor: Any, given: Any, spare: Any, out: Any) -> None:
    """Fill out (inputs, draws) with scores in the order in which dependence is built up, from normals ``given``.

    ``along`` (inputs, directions); ``spare`` has a row for each direction.
    """
    draws, directions = given.shape[1], along.shape[1]
    for k in range(directions):
        for draw in range(draws):
            spare[k, draw] = given[k, draw]
        for j in range(along.shape[0]):
            weight = along[j, k]
            if weight != 0.0:
                for draw in range(draws):
                    spare[k, draw] -= weight * given[directions + j, draw]
    for j in range(along.shape[0]):
        for k in range(directions):
            weight = along[j, k]
            if weight != 0.0:
                for draw in range(draws):
                    given[directions + j, draw] += weight * spare[k, draw]
    for i in range(take.shape[0]):
        target = out[i]
        if i >= factor.shape[0]:
            own = given[directions + take[i]]
            for draw in range(draws):
                target[draw] = own[draw]
            continue
        for draw in range(draws):
            target[draw] = 0.0
        j = 0
        while j + 4 <= i + 1:
            a, b, c, d = factor[i, j], factor[i, j + 1], factor[i, j + 2], factor[i, j + 3]
            one, two = given[directions + take[j]], given[directions + take[j + 1]]
            three, four = given[directions + take[j + 2]], given[directions + take[j + 3]]
            for draw in range(draws):
                target[draw] = target[draw] + a * one[draw] + b * two[draw] + c * three[draw] + d * four[draw]
            j += 4
        while j <= i:
            a, one = factor[i, j], given[directions + take[j]]
            for draw in range(draws):
                target[draw] += a * one[draw]
            j += 1


@_compiled
def read_table(left: Any, rise: Any, edge: float, steps: float, scores: Any, out: Any) -> bool:
    """Interpolate in a table of normal scores; false where a score lies beyond its edges, which another must value."""
    inside = True
    last = left.shape[0] - 1
    for draw in range(scores.shape[0]):
        position = (scores[draw] + edge) * steps
        place = int(position)
        inside &= (position >= 0.0) & (place < last)
        place = min(max(place, 0), last)
        out[draw] = left[place] + (position - place) * rise[place]
    return inside


@_compiled
def linear(middle: float, spread: float, scores: Any, out: Any) -> None:
    """A normal distribution."""
    for draw in range(scores.shape[0]):
        out[draw] = middle + spread * scores[draw]


@_compiled
def exponential(median: float, sigma: float, scores: Any, out: Any) -> None:
    """A lognormal distribution."""
    for draw in range(scores.shape[0]):
        out[draw] = median * exp(sigma * scores[draw])


@_compiled
def stepped(edges: Any, values: Any, scores: Any, out: Any) -> None:
    """A discrete distribution: the value behind the last edge below the score."""
    for draw in range(scores.shape[0]):
        out[draw] = values[0]
    for step in range(edges.shape[0]):
        edge, value = edges[step], values[step + 1]
        for draw in range(scores.shape[0]):
            out[draw] = pick(scores[draw] > edge, value, out[draw])


_ = math
