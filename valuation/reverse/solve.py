"""What the price implies: the value of one assumption, or of one part, at which the model's value is the price.

The base case is valued for many candidates at once, as if they were draws, to see where it crosses the price; SciPy
refines each crossing. The simulation then says how likely the assumption is to be at least that good.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from ..assumptions import Case
from ..distributions import Distribution
from ..lines import Array, Lines, single
from ..model import base_value, value
from ..simulation.engine import DRAWS, SEED, Progress, simulate
from ..simulation.results import Simulation
from ..tables import Shown, Table
from ..units import MULTIPLE, Unit, shown
from . import closed_forms
from .roots import FINE, NEAREST, Search, search
from .unknowns import Unknown, refusal, unknown

STEP: Final = 0.1
COARSE: Final = 60
HALVINGS: Final = 60
CERTAIN: Final = 1e-12


@dataclass(frozen=True)
class Level:
    """One figure in the base case and as the price implies it: a year of a row, an equity value, a multiple."""

    label: str
    unit: Unit
    base: float
    implied: float


@dataclass(frozen=True)
class Sensitivity:
    """What the price implies when another part is worth 10 % less or more; None where nothing gives the price."""

    part: str
    name: str
    lower: float | None
    higher: float | None


@dataclass(frozen=True, repr=False)
class Solution(Shown):
    """What a price implies for one name, everything else at its base.

    ``unknown`` says what was solved for; of a yearly row ``implied`` is the shift of every year, of an event its
    probability. ``roots`` are all values that give the price, ``implied`` is the nearest to the base. ``probability``
    is the chance that the assumption is at least as good as that, None where it is certain; it is ``exact`` when it
    comes from the assumption's own distribution and not from the simulation. ``levels`` show the same in other figures.
    """

    case: Case
    unknown: Unknown
    price: float
    value: float
    implied: float
    roots: tuple[float, ...]
    rising: bool
    one_way: bool
    probability: float | None
    exact: bool
    levels: tuple[Level, ...]
    sensitivity: tuple[Sensitivity, ...]
    notes: tuple[str, ...]
    simulation: Simulation

    @property
    def difference(self) -> float:
        """Implied less base, in the unit of the name."""
        return self.implied - self.unknown.base

    @property
    def probability_above_price(self) -> float:
        """Share of valid draws whose value per share is above the price."""
        return self.simulation.probability_above(self.price)

    def as_json(self) -> dict[str, Any]:
        """One object.

        case, for, label, sort ("input", "event", "formula", "path" or "part"), unit, quote, price, value (base case per
        share), implied, base, difference, roots, rising, one_way, probability (None when certain), probability_from
        ("distribution" or "simulation"), probability_above_price, levels (label, unit, base, implied), per_part (part,
        name, lower, higher), notes, simulation (draws, valid, seed).
        """
        return {
            "case": self.case.id,
            "for": self.unknown.name,
            "label": self.unknown.label,
            "sort": self.unknown.sort,
            "unit": str(self.unknown.unit),
            "quote": str(self.case.quote),
            "price": self.price,
            "value": self.value,
            "implied": self.implied,
            "base": self.unknown.base,
            "difference": self.difference,
            "roots": list(self.roots),
            "rising": self.rising,
            "one_way": self.one_way,
            "probability": self.probability,
            "probability_from": "distribution" if self.exact else "simulation",
            "probability_above_price": self.probability_above_price if self.simulation.valid else None,
            "levels": [{**vars(level), "unit": str(level.unit)} for level in self.levels],
            "per_part": [dict(vars(found)) for found in self.sensitivity],
            "notes": list(self.notes),
            "simulation": {
                "draws": self.simulation.draws,
                "valid": self.simulation.valid,
                "seed": self.simulation.seed,
            },
        }

    def tables(self) -> list[Table]:
        """Base beside implied, and how likely that is."""
        from ..layouts.solution import solution_tables

        return solution_tables(self)


def solve(
    case: Case,
    name: str,
    price: float | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    kind: Literal["sobol", "random"] = "sobol",
    progress: Progress | None = None,
) -> Solution:
    """Solve for one name; ``price`` is per quoted share, the case's own when it is left out.

    Raises InvalidAssumptions when there is no price, when the name stands for nothing, and when no value gives the
    price; the message then says how far the value can go.
    """
    found, base = unknown(case, name), base_value(case)
    worth = single(base.per_share)
    if price is None:
        if base.price is None:
            raise refusal("shares.price", "missing; give the price, as the case has none", "--price")
        price = single(base.price)
    seen = _search(case, found, price, worth, found.base, FINE)
    implied = _nearest(case, found, seen, price)
    rising = seen.rising_at(implied)
    kept = [] if found.sort in ("input", "event", "part") else [found.name]
    simulation = simulate(case, draws, seed, kind=kind, progress=progress, keep=kept)
    probability, exact = _probability(found, implied, rising, simulation)
    return Solution(
        case=case,
        unknown=found,
        price=price,
        value=worth,
        implied=implied,
        roots=tuple(sorted(seen.roots)),
        rising=rising,
        one_way=not seen.turns,
        probability=probability,
        exact=exact,
        levels=tuple(_levels(case, found, implied)),
        sensitivity=tuple(_sensitivity(case, found, price, worth, implied)),
        notes=tuple(_notes(case, found, seen, implied)),
        simulation=simulation,
    )


# The search ------------------------------------------------------------------------------------------------------


def _search(
    case: Case,
    found: Unknown,
    price: float,
    worth: float,
    start: float,
    fine: int,
    added: dict[str, float] | None = None,
) -> Search:
    def missing(x: Array) -> Array:
        return found.per_share(case, x, added) - price

    size = max(abs(price), abs(worth))
    return search(missing, start, found.low, found.high, found.scale, size, fine)


def _nearest(case: Case, found: Unknown, seen: Search, price: float) -> float:
    """The root nearest to the base; refuses with how far the value can go when there is none."""
    quote = case.quote
    if not len(seen.x):
        raise refusal(found.name, "the model is impossible where it happens, or where it does not")
    if seen.flat and not np.isfinite(seen.walls).any():
        worth = shown(seen.values[0] + price, quote)
        raise refusal(found.name, f"the value per share does not depend on it: it is {worth} for any")
    if seen.roots:
        return seen.roots[0]
    walls = list(_walls(case, found, seen))
    if seen.x[-1] - seen.x[0] <= NEAREST * found.scale:
        only = f"has no other value than its base, {shown(found.base, found.unit)}"
        raise refusal(found.name, f"{only}: {'; '.join(walls)}")
    (least_at, least), (most_at, most) = seen.extreme(False), seen.extreme(True)
    text = (
        f"nothing from {shown(seen.x[0], found.unit)} to {shown(seen.x[-1], found.unit)} gives a value per share of "
        f"{shown(price, quote)}: it goes from {shown(least + price, quote)} at {shown(least_at, found.unit)} to "
        f"{shown(most + price, quote)} at {shown(most_at, found.unit)}"
    )
    if found.sort == "path":
        text += "; these are shifts of the whole row"
    raise refusal(found.name, "; ".join([text, *walls]))


def _sensitivity(case: Case, found: Unknown, price: float, worth: float, implied: float) -> Iterator[Sensitivity]:
    """Solve again with each other part 10 % of its value lower and higher."""
    base = base_value(case)
    for part, segment in case.parts.items():
        if part == found.part:
            continue
        step = STEP * single(base.parts[part].attributable)
        lower, higher = (
            next(iter(_search(case, found, price, worth, implied, COARSE, {part: amount}).roots), None)
            for amount in (-step, step)
        )
        yield Sensitivity(part, segment.name, lower, higher)


# Other figures of the same ---------------------------------------------------------------------------------------


def _levels(case: Case, found: Unknown, implied: float) -> Iterator[Level]:
    """A row's first and last year; what a part's attributable value means for equity, enterprise and multiple."""
    if found.row is not None:
        for at, year in ((0, case.fiscal_years[0]), (-1, case.fiscal_years[-1])):
            base = single(found.row[at])
            yield Level(f"{found.label}, {year}", found.unit, base, base + implied)
    if found.sort == "part":
        yield from _worths(case, found, implied)


def _worths(case: Case, found: Unknown, implied: float) -> Iterator[Level]:
    valued = base_value(case)
    part = valued.parts[found.name]
    yield Level("Attributable value", found.unit, found.base, implied)
    if not single(part.owned):
        return
    equity = closed_forms.equity_needed(part, implied)
    worths = {"equity": (single(part.equity), single(equity))}
    yield Level("Equity value, 100 %", found.unit, *worths["equity"])
    if part.enterprise is not None:
        worths["enterprise"] = single(part.enterprise), single(closed_forms.enterprise_needed(part, equity))
        yield Level("Enterprise value, 100 %", found.unit, *worths["enterprise"])
    measure = closed_forms.yardstick(case, valued, found.name)
    if measure is not None and measure.level in worths and single(measure.amount):
        base, needed = (worth / single(measure.amount) for worth in worths[measure.level])
        yield Level(measure.label, MULTIPLE, base, needed)


# How likely ------------------------------------------------------------------------------------------------------


def _probability(found: Unknown, implied: float, rising: bool, simulation: Simulation) -> tuple[float | None, bool]:
    """The chance of being at least as good for the value as implied, and whether it is exact."""
    if found.sort == "event" or (found.sort == "input" and found.distribution is None):
        return None, True
    if found.sort == "input" and found.distribution is not None:
        return at_least_as_good(found.distribution, implied, rising), True
    draws = simulation.attributable[found.name] if found.sort == "part" else simulation.kept[found.name]
    level = implied
    if draws.ndim == 2:
        draws = draws.mean(axis=0)
        level += 0.0 if found.row is None else float(np.mean(found.row))
    draws = draws[np.isfinite(simulation.per_share)]
    if not len(draws) or np.ptp(draws) <= CERTAIN * np.abs(draws).max():
        return None, False
    return float(np.mean(draws >= level if rising else draws <= level)), False


def at_least_as_good(distribution: Distribution, level: float, rising: bool) -> float:
    """P(X >= level) where more is better, else P(X <= level), by halving between 0 and 1."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        reached = float(distribution.quantile(middle))
        if reached < level or (not rising and reached == level):
            low = middle
        else:
            high = middle
    return 1 - high if rising else low


# What is to be said ----------------------------------------------------------------------------------------------


def _notes(case: Case, found: Unknown, seen: Search, implied: float) -> Iterator[str]:
    if len(seen.roots) > 1:
        listed = " and ".join(shown(root, found.unit) for root in sorted(seen.roots))
        yield f"{len(seen.roots)} values give the price: {listed}; the nearest to the base is taken"
    if seen.turns:
        nearest = min(seen.turns, key=lambda turn: abs(turn - implied))
        yield f"the value per share both rises and falls in {found.name}; it turns near {shown(nearest, found.unit)}"
    yield from _walls(case, found, seen)
    if seen.beyond:
        listed = " and ".join(shown(root, found.unit) for root in sorted(seen.beyond))
        yield f"behind that, {listed} would give the price as well"
    if found.sort == "event":
        yield "an event: implied is the probability that weighs the base case without it and the base case with it"
    if found.sort == "part" and case.transactions:
        yield "transactions follow the value of the part that they move"
    if _reads_price(case):
        yield "the value itself reads the price of the case (shares.price), so part of the answer is in the question"


def _walls(case: Case, found: Unknown, seen: Search) -> Iterator[str]:
    """Where the model is impossible or jumps, and at which line."""
    for wall, bound, word in zip(seen.walls, (found.low, found.high), ("down", "up"), strict=True):
        if not np.isfinite(wall) or abs(wall - bound) <= NEAREST * found.scale:
            continue
        if wall in seen.jumps:
            yield f"the value jumps at {shown(wall, found.unit)}"
            continue
        lines = Lines(case.years)
        found.valuation(case, np.array([wall]), lines=lines)
        at = f", at {lines.invalid.names[0]}" if lines.invalid.names else ""
        yield f"the model is impossible from {shown(wall, found.unit)} {word}{at}"


def _reads_price(case: Case) -> bool:
    """Whether another price of the case changes its value."""
    if not case.has("shares.price"):
        return False
    own = base_value(case)
    given, fixed = case.base_values, dict[str, Array]()
    target = given if "shares.price" in given else fixed
    target["shares.price"] = own.price * (1 + STEP)
    other = value(case, Lines(case.years), given, fixed=fixed)
    return bool(single(other.per_share) != single(own.per_share))
