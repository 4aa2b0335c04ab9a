"""The assumptions of a case as a mapping, a table and a frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..assumptions import Assumption, Case, Input
from ..problems import InvalidAssumptions, Place, Problem, nearest
from ..tables import Column, Shown, Table
from ..units import amount

if TYPE_CHECKING:
    from pandas import DataFrame


class Assumptions(Mapping[str, Assumption], Shown):
    """The assumptions of a case, or those whose names begin alike, by dotted name.

    >>> case.assumptions.to_frame().loc["cloud.beta"]                        # doctest: +SKIP
    >>> case.assumptions.of("cloud").to_frame(formulas=True)                 # doctest: +SKIP
    """

    def __init__(self, case: Case, head: str = "") -> None:
        self.case, self.head = case, head
        self._held = {name: found for name, found in case.assumptions.items() if not head or _within(name, head)}

    def of(self, head: str) -> Assumptions:
        """Those of a group, a segment, one of its methods, a schedule or a transaction."""
        return Assumptions(self.case, head)

    @property
    def inputs(self) -> list[Input]:
        """The numbers behind them, in file order."""
        return [one for found in self._held.values() for one in found.inputs]

    @property
    def uncertain(self) -> list[str]:
        """The names of the inputs that are drawn; ``simulate(keep=...)`` takes them."""
        return [one.name for one in self.inputs if one.distribution is not None]

    def to_frame(self, formulas: bool = False) -> DataFrame:
        """A row an input, indexed by its dotted name; with ``formulas`` also a row for each formula.

        ``base`` is in ``unit``; ``value`` is the number or the distribution as a file has it, and of a formula its
        text, whose base is NaN. ``p5`` and ``p95`` are those of the distribution. Edit ``base`` or ``value`` and give
        the frame to ``case.replaced``.
        """
        import pandas as pd

        rows = []
        for found in self._held.values():
            rows += [_row(one) for one in found.inputs]
            if formulas and found.name not in {one.name for one in found.inputs}:
                rows.append(_formula(found))
        columns = ["name", "base", "unit", "value", "distribution", "p5", "p95", "label", *ORIGIN, "place"]
        return pd.DataFrame(rows, columns=columns).set_index("name")

    def tables(self) -> list[Table]:
        """A row an input: base, distribution and source."""
        heads = ("name", "base", "unit", "distribution", "source")
        columns = tuple(Column(head, right=head == "base", whole=head == "name") for head in heads)
        rows = tuple(
            (
                one.name,
                amount(one.base, one.unit),
                str(one.unit),
                "" if one.distribution is None else str(one.distribution),
                one.origin.source,
            )
            for one in self.inputs
        )
        return [Table(f"Assumptions {f'of {self.head}' if self.head else ''}".strip(), columns, (rows,))]

    def __getitem__(self, name: str) -> Assumption:
        if name not in self._held:
            problem = Problem(Place("assumptions"), name, f"is no assumption{nearest(name, self._held)}")
            raise InvalidAssumptions([problem])
        return self._held[name]

    def __contains__(self, name: object) -> bool:
        return name in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    __repr__ = Shown.__repr__


ORIGIN: Final = ("source", "why", "note", "as_of", "owner", "changed")
ENDS: Final = (0.05, 0.95)


def _within(name: str, head: str) -> bool:
    return name == head or name.startswith(f"{head}.")


def _row(one: Input) -> dict[str, Any]:
    drawn = one.distribution
    low, high = (None, None) if drawn is None else drawn.quantile(np.array(ENDS))
    spread = {"distribution": "" if drawn is None else str(drawn), "p5": low, "p95": high}
    return {**_told(one), "base": one.base, "unit": str(one.unit), **spread}


def _formula(found: Assumption) -> dict[str, Any]:
    unit = "" if found.unit is None else str(found.unit)
    return {**_told(found), "base": None, "unit": unit, "distribution": "", "p5": None, "p95": None}


def _told(one: Input | Assumption) -> dict[str, Any]:
    """What a number and a formula both have."""
    origin = {name: getattr(one.origin, name) for name in ORIGIN}
    return {"name": one.name, "value": one.written, "label": one.label, "place": str(one.origin.place), **origin}
