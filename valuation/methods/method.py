"""The register of methods: a method is a calculation that finds what a thing is worth.

``@method`` puts a function into the register; a new method is one file, one entry in ``methods/__init__.py`` and one
published number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from ..calculation import Calculation, calculation
from ..formula import Quantity

METHODS: Final[dict[str, Method]] = {}


@dataclass(frozen=True)
class Worth:
    """What a method finds a thing worth: 100 % of the enterprise (before net debt) or of the equity."""

    value: Quantity
    level: Literal["enterprise", "equity"]


class Method(Calculation):
    """A calculation ``(line, *, parameters...) -> Worth``."""


def method(function: Callable[..., Worth]) -> Method:
    """Register a function as a method under its own name."""
    entry = calculation(Method, function)
    METHODS[entry.name] = entry
    return entry
