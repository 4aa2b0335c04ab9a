"""Draws by machine code: Sobol' points to normals, normals to dependent scores, scores to values of the inputs.

The same steps as ``simulation.sampling``, ``simulation.mixing`` and the distributions take with NumPy, over a block of
draws that stays in the cache. The innermost loops run over draws and call nothing out of line.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from .arithmetic import exp, exponent_of, fused, log_series, mantissa_of, pick, root

TABLE: Final = 0
LINEAR: Final = 1
EXPONENTIAL: Final = 2
STEPS: Final = 3
PASSED: Final = 4
BLOCK: Final = 1024
ROOM: Final = 1 << 14
"""Rows of a table: more than its points, and a power of two."""
WIDTH: Final = BLOCK + 8
"""The room of a block in memory: no power of two, so that rows do not fall on the same lines of a cache."""

_compiled = njit(error_model="numpy", nogil=True, cache=True)
_inline = njit(error_model="numpy", forceinline=True)


@_inline
def _normal(u: Any) -> Any:
    """The standard normal quantile of u within (1e-11, 1 - 1e-11).

    Wichura (1988), Applied Statistics 37, 477-484, algorithm AS 241 PPND16: to about 1 part in 1e16. Its two ratios
    share one division, which is what takes time.
    """
    q = u - 0.5
    r = 0.180625 - q * q
    above = q * _horner(
        r,
        (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
         13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    )  # fmt: skip
    below = _horner(
        r,
        (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
         5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
    )  # fmt: skip
    s = root(-_log(pick(q < 0.0, u, 1.0 - u))) - 1.6
    tail = _horner(
        s,
        (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
         3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    )  # fmt: skip
    under = _horner(
        s,
        (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
         0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
    )  # fmt: skip
    central = abs(q) <= 0.425
    return pick(central, above, pick(q < 0.0, -tail, tail)) / pick(central, below, under)


@_inline
def _horner(x: Any, c: Any) -> Any:
    """The polynomial of eight coefficients, the highest power first."""
    found = fused(fused(fused(c[0], x, c[1]), x, c[2]), x, c[3])
    return fused(fused(fused(fused(found, x, c[4]), x, c[5]), x, c[6]), x, c[7])


@_inline
def _log(value: Any) -> Any:
    """The natural logarithm of a normal number to 1 part in 1e15, by the series of the inverse hyperbolic tangent."""
    above = mantissa_of(value) - 1
    ratio = above / (above + 2)
    square = ratio * ratio
    found = fused(ratio * square, 2.0 * log_series(square), 2.0 * ratio)
    return fused(exponent_of(value), 0.6931471805599453, found)


@_compiled
def _uniform(words: Any, word: Any, out: Any) -> None:
    for draw in range(out.shape[0]):
        out[draw] = (float(np.uint32(words[draw] ^ word)) + 0.5) * 2.3283064365386963e-10


@_compiled
def _normals(out: Any) -> None:
    for draw in range(out.shape[0]):
        out[draw] = _normal(out[draw])


@_compiled
def normals(low: Any, base: Any, start: int, size: int, out: Any) -> None:
    """Fill out[:, :size] with the normals of Sobol' points: words low[:, start : start + size] combined with base."""
    for row in range(base.shape[0]):
        _uniform(low[row, start : start + size], base[row], out[row, :size])
        _normals(out[row, :size])


@_compiled
def _add(weight: float, other: Any, out: Any) -> None:
    for draw in range(out.shape[0]):
        out[draw] = fused(weight, other[draw], out[draw])


@_compiled
def _add_four_twice(one: Any, two: Any, a: Any, b: Any, c: Any, d: Any, out: Any, other: Any) -> None:
    """Add four weighted rows to two others at once: each number that is loaded is used twice."""
    a1, b1, c1, d1 = one[0], one[1], one[2], one[3]
    a2, b2, c2, d2 = two[0], two[1], two[2], two[3]
    for draw in range(out.shape[0]):
        x, y, z, w = a[draw], b[draw], c[draw], d[draw]
        out[draw] = fused(d1, w, fused(c1, z, fused(b1, y, fused(a1, x, out[draw]))))
        other[draw] = fused(d2, w, fused(c2, z, fused(b2, y, fused(a2, x, other[draw]))))


@_compiled
def _combine(factor: Any, row: int, rows: Any, take: Any, ahead: int, out: Any, other: Any) -> None:
    """Fill two rows (draws,) with products of the triangular factor's rows ``row`` and the next."""
    size = out.shape[0]
    out[:] = 0.0
    other[:] = 0.0
    j = 0
    while j + 4 <= row + 1:
        a, b, c, d = ahead + take[j], ahead + take[j + 1], ahead + take[j + 2], ahead + take[j + 3]
        one, two = factor[row, j : j + 4], factor[row + 1, j : j + 4]
        _add_four_twice(one, two, rows[a, :size], rows[b, :size], rows[c, :size], rows[d, :size], out, other)
        j += 4
    while j <= row:
        _add(factor[row, j], rows[ahead + take[j], :size], out)
        _add(factor[row + 1, j], rows[ahead + take[j], :size], other)
        j += 1
    _add(factor[row + 1, row + 1], rows[ahead + take[row + 1], :size], other)


@_compiled
def mix(along: Any, take: Any, factor: Any, given: Any, spare: Any, size: int, out: Any) -> None:
    """Fill out[:, :size] with scores in the order in which dependence is built up, from normals given[:, :size].

    ``along`` (inputs, directions); ``spare`` has a row for each direction. ``given`` is used up.
    """
    directions = along.shape[1]
    for k in range(directions):
        spare[k, :size] = given[k, :size]
        for j in range(along.shape[0]):
            if along[j, k] != 0.0:
                _add(-along[j, k], given[directions + j, :size], spare[k, :size])
    for j in range(along.shape[0]):
        for k in range(directions):
            if along[j, k] != 0.0:
                _add(along[j, k], spare[k, :size], given[directions + j, :size])
    members = factor.shape[0]
    for i in range(0, members - 1, 2):
        _combine(factor, i, given, take, directions, out[i, :size], out[i + 1, :size])
    if members % 2:
        out[members - 1, :size] = 0.0
        for j in range(members):
            _add(factor[members - 1, j], given[directions + take[j], :size], out[members - 1, :size])
    for i in range(members, take.shape[0]):
        out[i, :size] = given[directions + take[i], :size]


@_compiled
def _read_table(table: Any, points: int, edge: float, steps: float, scores: Any, out: Any) -> bool:
    """Interpolate in a table of normal scores; false where a score lies beyond its edges, which another must value.

    The table is ``ROOM`` long, so that a place cut to its bits is always within it.
    """
    beyond = 0
    for draw in range(scores.shape[0]):
        position = (scores[draw] + edge) * steps
        place: Any = np.int64(position)
        beyond |= place | (points - 2 - place)  # negative on either side of the table
        place &= ROOM - 1
        out[draw] = table[place, 0] + (position - place) * table[place, 1]
    return beyond >= 0


@_compiled
def _linear(middle: float, spread: float, scores: Any, out: Any) -> None:
    for draw in range(scores.shape[0]):
        out[draw] = middle + spread * scores[draw]


@_compiled
def _exponential(median: float, sigma: float, scores: Any, out: Any) -> None:
    for draw in range(scores.shape[0]):
        out[draw] = median * exp(sigma * scores[draw])


@_compiled
def _stepped(edges: Any, levels: Any, scores: Any, out: Any) -> None:
    """A discrete distribution: the level behind the last edge below the score."""
    out[:] = levels[0]
    for step in range(edges.shape[0]):
        edge, level = edges[step], levels[step + 1]
        for draw in range(scores.shape[0]):
            out[draw] = pick(scores[draw] > edge, level, out[draw])


@_compiled
def value(kind: int, numbers: Any, tables: Any, edge: float, steps: float, scores: Any, out: Any, beyond: Any) -> None:
    """Fill out (draws,) with the values of an input at its scores; ``beyond[0]`` says that another must value them.

    ``numbers`` are the two parameters of LINEAR and EXPONENTIAL, the number of a TABLE in ``tables`` (tables, ROOM, 2),
    and of STEPS the one edge and the levels on its sides.
    """
    if kind == TABLE:
        if not _read_table(tables[int(numbers[0])], int(2 * edge * steps) + 1, edge, steps, scores, out):
            beyond[0] = True
            out[:] = scores
    elif kind == LINEAR:
        _linear(numbers[0], numbers[1], scores, out)
    elif kind == EXPONENTIAL:
        _exponential(numbers[0], numbers[1], scores, out)
    elif kind == STEPS:
        _stepped(numbers[:1], numbers[1:3], scores, out)
    else:
        out[:] = scores


@_compiled
def draw(
    low: Any,
    base: Any,
    given: Any,
    along: Any,
    take: Any,
    factor: Any,
    places: Any,
    kinds: Any,
    numbers: Any,
    tables: Any,
    edge: float,
    steps: float,
    space: Any,
    first: int,
    last: int,
    out: Any,
    beyond: Any,
) -> None:
    """Fill out[:, first:last] with the values of the inputs for a tile of draws.

    The normals are those of Sobol' points (``low``, ``base``), then those ``given`` (further streams, draws).
    ``places`` are the rows of out in the order in which dependence is built up, in which ``kinds`` and ``numbers``
    stand as well. ``space`` (streams, inputs and directions, WIDTH) is for what lies between.
    """
    dimensions, inputs = base.shape[0], take.shape[0]
    streams = dimensions + given.shape[0]
    waiting, mixed, spare = space[:streams], space[streams : streams + inputs], space[streams + inputs :]
    start = 0
    while start < last - first:
        size = min(BLOCK, last - first - start)
        normals(low, base, start, size, waiting)
        waiting[dimensions:, :size] = given[:, start : start + size]
        mix(along, take, factor, waiting, spare, size, mixed)
        for row in range(inputs):
            target = out[places[row], first + start : first + start + size]
            value(kinds[row], numbers[row], tables, edge, steps, mixed[row, :size], target, beyond[row:])
        start += size
