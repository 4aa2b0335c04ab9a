"""What an import is told beside its data: names, units, rates, dates, and the problems and notes that it collects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..problems import Place, Problems
from ..units import Unit, parse_unit

RATE: Final = re.compile(r"\s*([\d.]+(?:[eE][-+]?\d+)?)\s*([A-Z]{3})\s*")


@dataclass(frozen=True)
class Wanted:
    """How data are to be read.

    ``rename`` leads from headings to names of columns, ``units`` from names to units; ``currency`` is that of money
    without a unit, and, with ``fx`` (money in it for one of another), what all money becomes. ``source`` and ``why``
    are those of every number of a table of financials, ``unit`` that of rows without one.
    """

    rename: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    fx: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    why: str = ""
    unit: str = ""

    def unit_of(self, name: str, found: Unit | None, problems: Problems) -> Unit | None:
        """The unit of a column: as told, else as its heading says."""
        text = self.units.get(name)
        if text is None:
            return found
        unit = parse_unit(text)
        if unit is None:
            problems.add(Place("units"), name, f"expected a unit such as USD m, found {text!r}")
        return unit


@dataclass
class Report:
    """What was found while reading: problems with their places, and notes."""

    problems: Problems = field(default_factory=Problems)
    notes: list[str] = field(default_factory=list)

    def wrong(self, where: str, name: str, text: str) -> None:
        """A problem at a cell."""
        self.problems.add(Place(where), name, text)

    def note(self, text: str) -> None:
        """Something worth knowing, once."""
        if text not in self.notes:
            self.notes.append(text)


def rate(text: str) -> tuple[str, float, str] | None:
    """Read ``HKD=0.128 USD``: one of the first is so many of the last; None for anything else."""
    name, equals, rest = text.partition("=")
    found = RATE.fullmatch(rest)
    if not equals or found is None or not re.fullmatch(r"[A-Z]{3}", name.strip()) or not float(found[1]) > 0:
        return None
    return name.strip(), float(found[1]), found[2]
