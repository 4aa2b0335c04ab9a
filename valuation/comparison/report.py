"""Two cases compared: the walk of the value per share between them, and what differs without moving it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..assumptions import Case
from ..lines import Lines, single
from ..model import base_value
from ..problems import InvalidAssumptions, Problem
from ..simulation.engine import SEED
from ..tables import Shown, Table
from ..units import Unit
from .ranges import RangeDifference, range_differences
from .sides import Given, Side, side
from .walk import Order, Step, Walk, walk


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """What moved the value per share from ``a`` to ``b``, in ``unit``, and what moves only the range around it."""

    a: Side
    b: Side
    unit: Unit
    order: Order
    walk: Walk
    range_only: tuple[RangeDifference, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the walk in file order."""
        return self.walk.steps

    def place(self, step: Step) -> str:
        """Where the later case says what a step changes, or the earlier one what it no longer says."""
        found = step.difference
        return str((self.b if found.in_b else self.a).place(found.place, found.name))

    def as_json(self) -> dict[str, Any]:
        """a, b, unit, change, walk, rest, adds_up, method and range_only; numbers in full precision."""
        found = self.walk
        return {
            "a": {**self.a.as_json(), "per_share": found.start},
            "b": {**self.b.as_json(), "per_share": found.end},
            "unit": str(self.unit),
            "change": found.change,
            "walk": [self._step(step) for step in found.steps],
            "rest": found.rest,
            "adds_up": not found.unexplained,
            "method": {
                "order": self.order,
                "shapley": None if self.order == "files" else "exact" if found.exact else "sampled",
                "orders": found.orders,
                "valued": found.mixtures,
            },
            "range_only": [
                {
                    "name": one.name,
                    "sort": one.sort,
                    "from": one.before,
                    "to": one.after,
                    "place": str((self.b if one.in_b else self.a).place(one.place, one.name)),
                }
                for one in self.range_only
            ],
        }

    def _step(self, step: Step) -> dict[str, Any]:
        found = step.difference
        numbers = found.amounts
        return {
            "name": found.name,
            "names": list(found.names),
            "kind": found.kind,
            "from": found.before if numbers is None else numbers[0],
            "to": found.after if numbers is None else numbers[1],
            "unit": None if found.unit is None else str(found.unit),
            "written": None if found.written is None else list(found.written),
            "file_order": step.file_order,
            "shapley": step.shapley,
            "shapley_error": step.shapley_error,
            "place": self.place(step),
        }

    def picture(self) -> str:
        """The walk from one value to the other."""
        from ..plots.inline import inline
        from ..plots.ladders import walk

        if not self.steps:
            return ""
        return inline(lambda: walk(self), "The walk from one value to the other")

    def tables(self) -> list[Table]:
        """Both sides and the walk between them."""
        from ..layouts.comparison import comparison_tables

        return comparison_tables(self)


def compare(a: Given, b: Given, order: Order = "both", *, pairs: int | None = None, seed: int = SEED) -> Comparison:
    """Compare two cases: folders or files, workbooks, revisions (``assumptions/alibaba@HEAD~3``), cases or studies.

    ``order`` is "files", "shapley" or "both"; ``pairs`` and ``seed`` are of ``walk.walk``. Raises InvalidAssumptions
    for a side that cannot be read or valued, and for two that are not quoted in the same unit.

    >>> compare("assumptions/alibaba@v1", "assumptions/alibaba").walk.change        # doctest: +SKIP
    """
    sides = side(a), side(b)
    _same_unit(*sides)
    for one in sides:
        _valued(one)
    first, second = (one.case for one in sides)
    found = walk(first, second, order, pairs, seed)
    return Comparison(*sides, second.quote, order, found, tuple(range_differences(first, second)))


def _same_unit(a: Side, b: Side) -> None:
    """Refuse cases whose values per share cannot be held against each other."""
    ours, theirs = _unit(a.case), _unit(b.case)
    if ours != theirs:
        place = b.place(b.case.place)
        text = f"expected a value in {ours} as in {a.told}, found {theirs}: bring both to one currency and quote first"
        raise InvalidAssumptions([Problem(place, "currency", text)])


def _unit(case: Case) -> str:
    return f"{case.currency} m and {case.quote}"


def _valued(one: Side) -> None:
    """Refuse a case without a value, such as a workbook with numbers that were edited."""
    lines = Lines(one.case.years)
    found = single(base_value(one.case, lines).per_share)
    if math.isnan(found):
        spoiled = f": {lines.invalid.names[0]} is not a number" if lines.invalid.names else ""
        text = f"expected a value per share, found none with these numbers{spoiled}"
        raise InvalidAssumptions([Problem(one.place(one.case.place), "", text)])
