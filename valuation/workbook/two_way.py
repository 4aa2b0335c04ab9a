"""Which two-way tables a case has: pairs that its calculations name, the holding discount, and units that may leave.

An axis is a figure of the model with a step; a table is two of them and what is shown for each pair of levels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from ..formula import Formula, Reference, Row
from ..lines import Array, single, snake
from ..model import scope_of
from ..operations import final, rows_read
from ..reverse import closed_forms
from ..units import MULTIPLE, Unit
from .replica import Replica
from .sheet import Material

MOST: Final = 6
LEVELS: Final = 5
COLUMNS: Final = LEVELS * LEVELS
SHARE_OF_BASE: Final = 0.1
SHARE_OF_YEARS: Final = 0.25
LEAST_RATE: Final = 0.0025
"""A step of rates: growth is told to a quarter of a percentage point."""
STEPS: Final = (5.0, 2.5, 2.0, 1.0)
HALVINGS: Final = 4
TERMINAL_SHARE: Final = "terminal_value_share"


@dataclass(frozen=True)
class Axis:
    """One figure of a table: its name, its base and, given the Formula of a level, what that makes of rows."""

    name: str
    label: str
    unit: Unit
    base: Formula
    varied: Callable[[Formula], dict[Row, Formula]]


@dataclass(frozen=True)
class Table:
    """A table: levels of one figure down, of the other across.

    ``lanes`` are the rows of both levels in each column of ``replica``, ``steps`` the named constants between levels
    and ``levels`` what they come to, (25,) each. The first of the replica's outputs is the value per share.
    """

    title: str
    axes: tuple[Axis, Axis]
    lanes: tuple[Row, Row]
    replica: Replica
    steps: tuple[Reference, Reference]
    levels: tuple[Array, Array]

    @property
    def heading(self) -> str:
        """What the table is of."""
        return f"{self.title}: {self.axes[0].label} and {self.axes[1].label}"


@dataclass(frozen=True)
class _Candidate:
    """A table that may be shown; of each ``kind`` the largest comes first."""

    kind: str
    size: float
    title: str
    axes: tuple[Axis, Axis]
    scope: str = ""


@lru_cache(maxsize=1)
def tables(made: Material) -> tuple[Table, ...]:
    """The tables of a book, the largest of each kind first; their steps become constants of the book."""
    found = sorted(_candidates(made), key=lambda one: -one.size)
    kinds: dict[str, _Candidate] = {}
    for one in found:
        kinds.setdefault(one.kind, one)
    chosen: list[Table] = []
    for one in dict.fromkeys([*kinds.values(), *found]):
        table = _table(made, one) if len(chosen) < MOST else None
        if table is not None:
            chosen.append(table)
    return tuple(chosen)


# Which pairs there are -------------------------------------------------------------------------------------------


def _candidates(made: Material) -> Iterator[_Candidate]:
    case, found = made.case, made.valuation
    for name, segment in case.parts.items():
        for view in segment.views:
            yield from _of_working(made, view, case.workings[view].title, _amount(made, found.parts[name].attributable))
    yield from _of_holding(made)
    for name, transaction in case.transactions.items():
        size = _amount(made, found.transactions[name].expected)
        yield from _of_working(made, name, transaction.name, size)
        yield from _of_unit(made, name, size)
    yield from _of_parts(made)


def _of_working(made: Material, scope: str, title: str, size: float) -> Iterator[_Candidate]:
    """The pairs that a calculation names, where the case gives both."""
    working = made.case.workings[scope]
    for pair in working.calculation.pairs:
        axes = [_assumed(made, working.given.get(name)) for name in pair]
        if axes[0] is not None and axes[1] is not None:
            yield _Candidate(" ".join(pair), size, title, (axes[0], axes[1]), scope)


def _of_holding(made: Material) -> Iterator[_Candidate]:
    """The holding discount beside the largest stake that it is taken from and that is not the whole."""
    case, parts = made.case, made.valuation.parts
    discount = _assumed(made, "holding.discount")
    if discount is None or made.valuation.holding_discount is None:
        return
    under = [name for name in case.parts if case.discounted is None or name in case.discounted]
    partly = [name for name in under if 0 < _amount(made, parts[name].owned) < 1]
    for name in partly:
        owned = _assumed(made, f"{name}.owned")
        if owned is not None:
            size = _amount(made, parts[name].attributable)
            yield _Candidate("holding", size, f"Holding discount and {case.segments[name].name}", (discount, owned))


def _of_unit(made: Material, name: str, size: float) -> Iterator[_Candidate]:
    """The market's value of a unit that may leave, beside the multiple of the part that it stands in."""
    case = made.case
    unit = case.transactions[name].part
    value = _assumed(made, case.workings[name].given.get("market_value"))
    holder = next((part for part in case.parts if unit in case.memos and _reads(made, part, unit)), None)
    if value is None or holder is None:
        return
    multiple = _multiple(made, holder)
    if multiple is not None:
        titles = (case.transactions[name].name, case.segments[holder].name)
        yield _Candidate("unit", size, " and ".join(titles), (value, multiple))


def _of_parts(made: Material) -> Iterator[_Candidate]:
    """The worth of the two largest parts, behind all other tables."""
    parts = made.valuation.parts
    largest = sorted(parts, key=lambda name: -_amount(made, parts[name].attributable))[:2]
    axes = [axis for axis in (_worth(made, name) for name in largest) if axis is not None]
    if len(axes) == 2:
        yield _Candidate("parts", 0.0, "The two largest parts", (axes[0], axes[1]))


def _reads(made: Material, part: str, unit: str) -> bool:
    """Whether the lines of a part read those of a unit."""
    scopes = {part, *made.case.segments[part].views}
    rows = (row for row in made.recording.written if row.scope in scopes and row.formula is not None)
    return any(read.scope == unit for row in rows if row.formula is not None for read in rows_read(row.formula))


# Axes ------------------------------------------------------------------------------------------------------------


def _assumed(made: Material, name: str | None) -> Axis | None:
    """An assumption; a yearly one is moved in every year and told by its last. None where it has no row."""
    assumption = made.case.assumptions.get(name or "")
    if assumption is None:
        return None
    if assumption.plain:
        row = made.recording.inputs[assumption.inputs[0].name]
    else:
        scope = made.recording.scopes.get(scope_of(assumption))
        found = scope.assumed(assumption.name) if scope else None
        if found is None:
            return None
        row = found
    own = Reference(row)
    if not row.yearly:
        return Axis(assumption.name, assumption.label, row.unit, own, lambda level: {row: level})
    last = final(own)
    label = f"{assumption.label}, last year"
    return Axis(assumption.name, label, row.unit, last, lambda level: {row: own + (level - last)})


def _worth(made: Material, part: str) -> Axis | None:
    """What the method of a part finds, 100 %; None where several are weighted or it only repeats another figure."""
    views = made.case.segments[part].views
    worth = made.valuation.worths.get(views[0])
    if len(views) > 1 or worth is None or not isinstance(worth.value, Reference):
        return None
    own = worth.value
    label = f"{made.case.segments[part].name}: {worth.level} value"
    return Axis(f"{part} {worth.level} value", label, own.row.unit, own, lambda level: {own.row: level})


def _multiple(made: Material, part: str) -> Axis | None:
    """The multiple at which a part is valued, whatever its method; None where there is nothing to measure it by."""
    measure = closed_forms.yardstick(made.case, made.valuation, part)
    worth = made.valuation.worths.get(made.case.segments[part].views[0])
    if measure is None or worth is None or not isinstance(worth.value, Reference):
        return None
    own = worth.value
    base, amount = own / measure.amount, measure.amount
    label = f"{made.case.segments[part].name}: {measure.label}"
    return Axis(f"{part} multiple", label, MULTIPLE, base, lambda level: {own.row: own + (level - base) * amount})


# Steps -----------------------------------------------------------------------------------------------------------


def _table(made: Material, one: _Candidate) -> Table | None:
    """The table with steps at which every cell has a value; None where there are none, or an axis changes nothing."""
    bases = [_amount(made, axis.base, signed=True) for axis in one.axes]
    sizes = [_step(base, axis.unit) for base, axis in zip(bases, one.axes, strict=True)]
    first, second = one.axes
    lanes = Row("", first.label, first.unit, False), Row("", second.label, second.unit, False)
    varied = first.varied(Reference(lanes[0])) | second.varied(Reference(lanes[1]))
    replica = Replica.of(made.recording, varied, (made.valuation.per_share.row, *_terminal_share(made, one.scope)))
    if len(replica.varied) < 2 or min(sizes) <= 0:
        return None
    for _ in range(HALVINGS):
        moves = np.arange(LEVELS) - (LEVELS - 1) / 2
        levels = np.repeat(bases[0] + sizes[0] * moves, LEVELS), np.tile(bases[1] + sizes[1] * moves, LEVELS)
        found = replica.values(dict(made.recorded.values), dict(zip(lanes, levels, strict=True)), made.case.years)
        cells = np.broadcast_to(found[replica.outputs[0]], (COLUMNS,)).reshape(LEVELS, LEVELS)
        if np.isfinite(cells).all():
            if not np.ptp(cells, axis=0).any() or not np.ptp(cells, axis=1).any():
                return None
            steps = _named(made, one, 0, sizes[0]), _named(made, one, 1, sizes[1])
            return Table(one.title, one.axes, lanes, replica, steps, levels)
        sizes = [size / 2 for size in sizes]
    return None


def _step(base: float, unit: Unit) -> float:
    """A round step of about a tenth of the base; of times a quarter."""
    size = abs(base) * (SHARE_OF_YEARS if unit.shown == "years" else SHARE_OF_BASE)
    if not size:
        return 0.0
    if unit.pure and unit.shown == "rate":
        size = max(size, LEAST_RATE)
    power = 10.0 ** math.floor(math.log10(size))
    return next(step for step in STEPS if step * power <= size * (1 + 1e-12)) * power


def _named(made: Material, one: _Candidate, place: int, size: float) -> Reference:
    axis, other = one.axes[place], one.axes[1 - place]
    return made.recording.constant(f"Two-way step of {axis.name} beside {other.name}", size, axis.unit)


def _terminal_share(made: Material, scope: str) -> list[Row]:
    """The line of a method that says how much of its value comes after the forecast."""
    found = made.recording.scopes.get(scope)
    return [row for row in (found.rows if found else ()) if snake(row.label) == TERMINAL_SHARE]


def _amount(made: Material, quantity: Formula, *, signed: bool = False) -> float:
    """A figure in the base case, or its size."""
    value = single(made.recorded.value(quantity))
    return value if signed else abs(value)
