"""What can be solved for, and how far it may go: an input, an assumption by formula, a yearly row, an event, a part."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from ..assumptions import Assumption, Case, Input
from ..bridge import Valuation
from ..distributions import Distribution
from ..kinds import SHARE, Kind, Table
from ..lines import Array, Lines, single
from ..model import base_value, scope_of, value
from ..problems import InvalidAssumptions, Place, Problem, nearest
from ..trial import record
from ..units import RATE, Unit, money

Sort = Literal["input", "event", "formula", "path", "part"]
SHARES: Final = ("owned", "weight")
VALUE_LINES: Final = ("attributable_value", "equity_value_100", "enterprise_value", "value_per_share")
WHOLE: Final = 1.0


@dataclass(frozen=True)
class Unknown:
    """One name that is solved for. ``base`` is what it is in the base case, ``low`` and ``high`` how far it may go.

    A ``path`` is a yearly row that moves up and down as a whole: its unknown is the shift, with base 0, and ``row``
    what it is moved from, (years, 1). The unknown of an ``event`` is its probability, that of a ``part`` its
    attributable value. ``part`` is the part that the name belongs to.
    """

    name: str
    label: str
    sort: Sort
    unit: Unit
    base: float
    low: float
    high: float
    scale: float
    part: str | None = None
    row: Array | None = None
    distribution: Distribution | None = None

    def enter(self, x: Array, given: dict[str, Array], fixed: dict[str, Any], added: dict[str, Any]) -> None:
        """Put this unknown at places into what ``model.value`` takes; an event is taken as it is given."""
        match self.sort:
            case "input" | "event":
                given[self.name] = x
            case "formula":
                fixed[self.name] = x
            case "path":
                assert self.row is not None
                fixed[self.name] = self.row + x
            case "part":
                added[self.name] = x - self.base

    def valuation(
        self, case: Case, x: Array, added: Mapping[str, Any] | None = None, lines: Lines | None = None
    ) -> Valuation:
        """Value the base case with this unknown at each of many places; an event is taken as it is given."""
        given, fixed, more = case.base_values, dict[str, Any](), dict(added or {})
        self.enter(x, given, fixed, more)
        return value(case, Lines(case.years) if lines is None else lines, given, fixed=fixed, added=more)

    def per_share(self, case: Case, x: Array, added: Mapping[str, Any] | None = None) -> Array:
        """The value per share at each place; of an event, weighted by its probability."""
        if self.sort == "event":
            without, happens = self.per_share_of(case, np.array([0.0, 1.0]), added)
            return np.asarray(without + (happens - without) * x)
        return self.per_share_of(case, x, added)

    def per_share_of(self, case: Case, x: Array, added: Mapping[str, Any] | None = None) -> Array:
        """The value per share at each place, an event being 0 or 1."""
        return np.broadcast_to(self.valuation(case, x, added).per_share, x.shape)


def unknown(case: Case, name: str, place: str = "--for") -> Unknown:
    """Find what a name stands for; raises InvalidAssumptions, told from ``place``, when it stands for nothing."""
    inputs = {
        found.name: (assumption, found) for assumption in case.assumptions.values() for found in assumption.inputs
    }
    scope, _, last = name.rpartition(".")
    if name in inputs:
        return _input(case, *inputs[name])
    if name in case.assumptions:
        return _formula(case, case.assumptions[name])
    for part in (name, scope if last in VALUE_LINES else ""):
        if part in case.parts:
            return _part(case, part)
    if name in case.memos:
        raise refusal(name, "is a memo: it is no part of the sum, so the price says nothing about it", place)
    known = [*inputs, *case.assumptions, *case.parts]
    raise refusal(name, f"is no assumption and no part{nearest(name, known)}", place)


def refusal(name: str, text: str, place: str = "--for") -> InvalidAssumptions:
    """The complaint about a name that cannot be solved for."""
    return InvalidAssumptions([Problem(Place(place), name, text)])


def _input(case: Case, assumption: Assumption, found: Input) -> Unknown:
    distribution = found.distribution
    event = distribution is not None and distribution.name == "event"
    base = found.base if distribution is None or not event else distribution.mean
    kind = None if found.name.rpartition(".")[2].startswith("number") else _kind(case, assumption)
    low, high = bounds(found.unit, kind, base)
    return Unknown(
        name=found.name,
        label=found.label,
        sort="event" if event else "input",
        unit=RATE if event else found.unit,
        base=base,
        low=low,
        high=high,
        scale=_scale(case, found.unit, base),
        part=_owner(case, found.name),
        distribution=distribution,
    )


def _formula(case: Case, assumption: Assumption) -> Unknown:
    lines, scope = Lines(case.years), scope_of(assumption)
    base_value(case, lines)
    row = lines.scopes[scope][assumption.name]
    recorded = record(case)[0].scopes[scope].assumed(assumption.name)
    assert recorded is not None
    level = row.ndim < 2 or (assumption.yearly and bool(np.ptp(row) == 0))
    low, high = bounds(recorded.unit, _kind(case, assumption), float(np.max(row)))
    base = single(row) if level else 0.0
    return Unknown(
        name=assumption.name,
        label=assumption.label,
        sort="formula" if level else "path",
        unit=recorded.unit,
        base=base,
        low=low if level else low - float(np.min(row)),
        high=high if level else high - float(np.max(row)),
        scale=_scale(case, recorded.unit, float(np.mean(np.abs(row)))),
        part=_owner(case, assumption.name),
        row=None if level else row,
    )


def _part(case: Case, part: str) -> Unknown:
    found = base_value(case)
    base = single(found.parts[part].attributable)
    unit, label = money(case.currency), f"{case.parts[part].name}, attributable value"
    return Unknown(part, label, "part", unit, base, -math.inf, math.inf, _scale(case, unit, base), part)


def _owner(case: Case, name: str) -> str | None:
    head = name.partition(".")[0]
    return head if head in case.parts else None


def _scale(case: Case, unit: Unit, base: float) -> float:
    """A step that matters: the size of what is there; for the case's money that of the company, if it is larger."""
    if not unit.like(money(case.currency)):
        return abs(base) or 1.0
    found = base_value(case)
    return max(abs(base), abs(single(found.equity))) or 1.0


# Bounds ----------------------------------------------------------------------------------------------------------


def bounds(unit: Unit, kind: Kind | None, base: float) -> tuple[float, float]:
    """How far a quantity may go: shares 0 to 100 %, rates -100 to 100 % or twice their base, multiples above 0."""
    low, high = _of_unit(unit, base)
    if kind is not None and (kind.unit is None or kind.unit.shown == unit.shown):
        low = low if kind.low is None else max(low, kind.low)
        high = high if kind.high is None else min(high, kind.high)
    return min(low, base), max(high, base)


def _of_unit(unit: Unit, base: float) -> tuple[float, float]:
    if unit.pure and unit.shown == "rate":
        return min(-WHOLE, 2 * base), max(WHOLE, 2 * base)
    if unit.pure and unit.shown == "flag":
        return 0.0, 1.0
    counted = unit.pure and unit.shown in ("multiple", "years")
    if counted or (base > 0 and not unit.pure and not _is_money(unit)):
        return 0.0, math.inf
    return -math.inf, math.inf


def _is_money(unit: Unit) -> bool:
    """Whether amounts may be owed as well as owned: money, which has the name of a currency."""
    names = [name for name, power in unit.dimensions if power == 1]
    return len(unit.dimensions) == len(names) == 1 and names[0].isupper() and names[0] != "ADS"


def _kind(case: Case, assumption: Assumption) -> Kind | None:
    """The kind of the parameter that an assumption is given to, which bounds it."""
    if assumption.name == "holding.discount" or assumption.name.rpartition(".")[2] in SHARES:
        return SHARE
    for working in case.workings.values():
        for parameter, given in working.given.items():
            kind = working.calculation.parameters[parameter].kind
            if given == assumption.name:
                return kind if isinstance(kind, Kind) else None
            if isinstance(kind, Table) and isinstance(given, dict):
                fields = [field for row in given.values() for field, name in row.items() if name == assumption.name]
                found = kind.fields[fields[0]] if fields else None
                if fields:
                    return found if isinstance(found, Kind) else None
    return None
