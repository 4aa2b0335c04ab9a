"""One segment of a case: its value, what is owned of it, its methods, its assumptions and its lines by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..assumptions import Case
from ..base_case import BaseCase, Part
from ..quantities import Quantity, quantities
from ..simulation.evaluator import named
from ..tables import Bold, Column, Shown, Table
from ..units import amount
from .assumptions import Assumptions

if TYPE_CHECKING:
    from pandas import DataFrame


class Segment(Shown):
    """A segment in the base case.

    ``value`` is what its method found, with the attributable value in the case's money and the value per quoted share;
    ``methods`` gives each of its views the method and the weight that it has in the base case.
    """

    def __init__(self, case: Case, base: BaseCase, name: str) -> None:
        self.case, self.base, self.id = case, base, name
        self._segment = case.segments[name]
        self.name = self._segment.name

    @property
    def value(self) -> Part:
        """Its values in the base case."""
        return next(part for part in (*self.base.parts, *self.base.memos) if part.id == self.id)

    @property
    def owned(self) -> float:
        """The share of it that the group owns."""
        return self.value.owned

    @property
    def methods(self) -> dict[str, tuple[str, float]]:
        """The method and the weight of each of its views, by scope: {"cloud": ("dcf", 1.0)}."""
        weights = [float(self._amount(name)[0]) for name in self._segment.weights] or [1.0]
        views = self._segment.views
        return {
            view: (self.case.workings[view].calculation.name, weight)
            for view, weight in zip(views, weights, strict=True)
        }

    @property
    def assumptions(self) -> Assumptions:
        """Its assumptions, those of its methods too."""
        return Assumptions(self.case, self.id)

    @cached_property
    def lines(self) -> Mapping[str, Quantity]:
        """Its assumptions and lines that have a value, by dotted name without its own: label, unit, yearly or not."""
        scopes = {self.id, *self._segment.views}
        return {
            name.removeprefix(f"{self.id}."): found
            for name, found in quantities(self.case).items()
            if found.row is not None and found.row.scope in scopes
        }

    def __getitem__(self, line: str) -> Any:
        """A line of the base case by its name: a float, or an array (years,)."""
        values = self._amount(self.lines[line].name)
        return values if self.lines[line].yearly else float(values[0])

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def to_frame(self) -> DataFrame:
        """The yearly lines of the base case: a row a fiscal year, a column a line; ``attrs["units"]`` by column."""
        import pandas as pd

        yearly = {name: found for name, found in self.lines.items() if found.yearly}
        frame = pd.DataFrame(
            {name: self._amount(found.name) for name, found in yearly.items()},
            index=pd.Index(self.case.fiscal_years, name="year"),
        )
        frame.attrs["units"] = {name: str(found.unit) for name, found in yearly.items()}
        return frame

    def tables(self) -> list[Table]:
        """Its value, its methods, and its lines: single ones and those by year."""
        return [*self.value.tables(), *self._methods(), *self._lines()]

    def _methods(self) -> list[Table]:
        if len(self.methods) == 1:
            return []
        columns = (Column("view"), Column("method"), Column("weight", right=True))
        rows = tuple((view, method, f"{weight:.1%}") for view, (method, weight) in self.methods.items())
        return [Table("Methods", columns, (rows,))]

    def _lines(self) -> Iterator[Table]:
        years = [f"FY{year}" for year in self.case.fiscal_years]
        yearly = tuple(
            (name, str(found.unit), *(amount(float(x), found.unit) for x in self._amount(found.name)))
            for name, found in self.lines.items()
            if found.yearly
        )
        if yearly:
            heads = (Column("line", whole=True), Column("unit", whole=True))
            yield Table("By year", (*heads, *(Column(year, right=True) for year in years)), (yearly,))
        single = tuple(
            (name if found.sort == "assumption" else Bold(name), amount(self[name], found.unit), str(found.unit))
            for name, found in self.lines.items()
            if not found.yearly
        )
        columns = (Column("line", whole=True), Column("base case", right=True), Column("unit"))
        yield Table("Single lines", columns, (single,), ("lines of the method in bold, assumptions plain",))

    def _amount(self, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The base values of a name: (1,), or (years,) when yearly."""
        values = np.asarray(named(self.case, self.base.lines, self.case.base_values, name)).reshape(-1)
        years = self.case.years if self.lines[name.removeprefix(f"{self.id}.")].yearly else 1
        return np.broadcast_to(values, (years,))

    def __repr__(self) -> str:
        method = " + ".join(method for method, _ in self.methods.values())
        part, quote = self.value, self.case.quote
        return (
            f"Segment({self.id!r}: {self.name}, {method}; {part.attributable:,.0f} {self.case.money}, "
            f"{part.owned:.1%} owned, {part.per_share:,.2f} {quote}; {len(self.lines)} lines)"
        )


class Segments(Mapping[str, Segment], Shown):
    """The segments of a case by id, parts and memos."""

    def __init__(self, case: Case, base: BaseCase) -> None:
        self.case, self.base = case, base

    def __getitem__(self, name: str) -> Segment:
        if name not in self.case.segments:
            raise KeyError(name)
        return Segment(self.case, self.base, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.case.segments)

    def __len__(self) -> int:
        return len(self.case.segments)

    def tables(self) -> list[Table]:
        """A row a segment: its method, and what it is worth."""
        heads = (f"value, {self.case.money}", "owned", str(self.case.quote))
        columns = (Column("id"), Column("segment"), Column("method"), *(Column(head, right=True) for head in heads))

        def row(part: Part) -> tuple[str, ...]:
            figures = (f"{part.attributable:,.0f}", f"{part.owned:.1%}", f"{part.per_share:,.2f}")
            return (part.id, part.name, part.method, *figures)

        parts, memos = (tuple(map(row, found)) for found in (self.base.parts, self.base.memos))
        notes = ("below the rule: memos, which are no part of the sum",) if memos else ()
        return [Table("Segments", columns, (parts, memos), notes)]

    __repr__ = Shown.__repr__
