"""The register of methods: a method is a calculation that finds what a thing is worth.

``@method`` puts a function into the register; a new method is one file, one entry in ``methods/__init__.py`` and one
published number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..calculation import Calculation, calculation
from ..formula import Quantity

METHODS: Final[dict[str, Method]] = {}


@dataclass(frozen=True)
class Measures:
    """What a table of parts shows of a method; a method says in its own file which of its quantities they are.

    ``metric`` is what the value is a multiple of, ``named`` its words and ``period`` when it is of; ``ratio`` names
    value over metric where that is a plain multiple. ``rate`` discounts and ``growth`` goes on for ever. ``sales`` and
    ``profit`` (EBITA) are yearly, or by the number of the forecast year.
    """

    metric: Any = None
    named: str = ""
    period: str | None = None
    multiple: Any = None
    ratio: str = ""
    rate: Any = None
    growth: Any = None
    sales: Any = field(default_factory=dict)
    profit: Any = field(default_factory=dict)


@dataclass(frozen=True)
class Worth:
    """What a method finds a thing worth: 100 % of the enterprise (before net debt) or of the equity."""

    value: Quantity
    level: Literal["enterprise", "equity"]
    measures: Measures = Measures()


def by_year(period: str | None, amount: Any) -> Mapping[int, Any]:
    """The amount of a fiscal year by the number of its forecast year: FY1 and FY2; nothing for another period."""
    return {int(period[2:]): amount} if period in ("FY1", "FY2") else {}


class Method(Calculation):
    """A calculation ``(line, *, parameters...) -> Worth``."""


def method(function: Callable[..., Worth]) -> Method:
    """Register a function as a method under its own name."""
    entry = calculation(Method, function)
    METHODS[entry.name] = entry
    return entry
