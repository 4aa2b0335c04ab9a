"""How much of the value hangs on a name: the value when it is moved, and its share of the variance over draws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..formula import Row
from ..recording import Values
from ..sensitivity.contributions import contributions, correlations
from ..sensitivity.draws import Sample, chunks, ranks
from ..sensitivity.results import is_event
from ..simulation.evaluator import named
from ..units import Unit
from .subject import Subject
from .uses import Uses

Array = NDArray[np.float64]

ENDS = (0.05, 0.95)
SHOWN = (0.05, 0.5, 0.95)
POINT = 0.01
STILL = ("flag", "date", "whole")


@dataclass(frozen=True)
class Effect:
    """The value per share with the name at another level, all else at base; NaN where the model is impossible.

    ``level`` is that level, of a yearly name by year, and ``change`` the value less the base value.
    """

    what: str
    level: tuple[float, ...]
    per_share: float
    change: float


@dataclass(frozen=True)
class Spread:
    """A name over draws of all inputs: P5, P50 and P95 by year, and what of the value's variance goes with it.

    ``contribution`` of an input is its share by squared rank correlations, with its sign, as in
    ``sensitivity.contributions``; of anything else it is the squared rank correlation itself, of a yearly name that of
    its mean over the years.
    """

    quantiles: dict[float, tuple[float, ...]]
    rank_correlation: float
    contribution: float


def effects(about: Subject, uses: Uses, base: Values, target: Row, spread: Spread | None) -> tuple[Effect, ...]:
    """The value per share when the name is 1 % or one point more, and at its P5 and P95."""
    assert about.row is not None
    now = np.broadcast_to(base[about.row], (uses.recording.years, 1)) if about.yearly else base[about.row]
    levels = _levels(about, np.asarray(now), spread)
    if not levels or target not in uses.after(about.row):
        return ()
    to = np.concatenate([level for _, level in levels], axis=-1)
    found = uses.moved(base, about.row, to, target)
    before = float(base[target][0])
    return tuple(
        Effect(what, tuple(map(float, np.ravel(level))), float(value), float(value) - before)
        for (what, level), value in zip(levels, found, strict=True)
    )


def _levels(about: Subject, now: Array, spread: Spread | None) -> list[tuple[str, Array]]:
    """What the name is moved to: each level is (1,), or (years, 1)."""
    unit, given = about.unit or Unit(), about.input
    if given is not None and is_event(given):
        return [("does not happen", np.zeros(1)), ("happens", np.ones(1))]
    levels = []
    if unit.pure and unit.shown == "rate":
        levels.append(("1 point more", now + POINT))
    elif not (unit.pure and unit.shown in STILL):
        levels.append(("1% more", now * (1 + POINT)))
    for q in ENDS:
        if given is not None and given.distribution is not None:
            end = given.distribution.quantile(np.array([q]))
        elif spread is not None:
            end = np.array(spread.quantiles[q])
        else:
            continue
        level = np.broadcast_to(end[:, None] if about.yearly else end, now.shape)
        levels.append((f"at its P{100 * q:g}", level))
    return levels


def spread(about: Subject, sample: Sample) -> Spread | None:
    """The name over the possible draws of a sample; None when it does not vary."""
    drawn = _drawn(about, sample)[:, sample.good]
    if not drawn.size or not np.ptp(drawn, axis=1).any():
        return None
    quantiles = {q: tuple(map(float, np.quantile(drawn, q, axis=1))) for q in SHOWN}
    for row in contributions(sample).inputs if about.input is not None else ():
        if row.name == about.name:
            return Spread(quantiles, row.rank_correlation, row.contribution)
    worth = ranks(sample.per_share[sample.good][None])[0]
    correlation = float(correlations(ranks(drawn.mean(axis=0)[None]), worth)[0])
    return Spread(quantiles, correlation, correlation**2 if math.isfinite(correlation) else math.nan)


def _drawn(about: Subject, sample: Sample) -> Array:
    """The draws of a name: (years, draws), or (1, draws)."""
    case, years = sample.case, sample.case.years if about.yearly else 1
    found = np.empty((years, sample.draws))
    for here in chunks(sample.draws):
        given = sample.evaluator.given(sample.values[:, here])
        _, lines = sample.evaluator.run(given)
        values = np.atleast_2d(named(case, lines, given, about.key))
        found[:, here] = np.broadcast_to(values, (years, sample.values[:, here].shape[1]))
    return found
