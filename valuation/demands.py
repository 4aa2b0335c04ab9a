"""What a line asks of the assumptions behind it, and what the analyst is told when they do not give it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import gt
from typing import Final

_SHOWN: Final = re.compile(r"\{([^}:]+):([%g])\}")


@dataclass(frozen=True)
class Demand:
    """What a line asks: ``met`` tests the values that the text shows, in its order; ``cause`` is who is told.

    Names are those of assumptions or lines in the scope of the line. A ``*`` in them stands for what a ``*`` in the
    line's name stood for (a row of a table), or else for any row that is there.
    """

    cause: str
    text: str
    met: Callable[..., bool]

    @property
    def names(self) -> list[str]:
        """The names whose values the text shows."""
        return [found[1] for found in _SHOWN.finditer(self.text)]


@dataclass(frozen=True)
class Broken:
    """A demand that was not met: the name at fault, the text with the values found, and the other names in it."""

    cause: str
    text: str
    beside: tuple[str, ...]


def positive(name: str, noun: str) -> Demand:
    """An amount or a number above 0."""
    return Demand(name, f"expected {noun} above 0, found {{{name}:g}}", lambda value: value > 0)


def not_negative(name: str, noun: str) -> Demand:
    """An amount or a number of at least 0."""
    return Demand(name, f"expected {noun} of at least 0, found {{{name}:g}}", lambda value: value >= 0)


def rate_from_nothing(name: str, noun: str) -> Demand:
    """A rate of at least 0%."""
    return Demand(name, f"expected {noun} of at least 0%, found {{{name}:%}}", lambda value: value >= 0)


def positive_rate(name: str, noun: str) -> Demand:
    """A rate above 0%."""
    return Demand(name, f"expected {noun} above 0%, found {{{name}:%}}", lambda value: value > 0)


def whole(name: str) -> Demand:
    """A share between nothing and 100%."""
    text = f"expected a value between 0% and 100%, found {{{name}:%}}"
    return Demand(name, text, lambda value: 0 <= value <= 1)


def over(name: str, noun: str, other: str, other_noun: str) -> Demand:
    """A rate above another."""
    return Demand(name, f"expected {noun} above {other_noun}, found {{{name}:%}} against {{{other}:%}}", gt)


def over_growth(name: str, noun: str) -> Demand:
    """A rate above the terminal growth."""
    return over(name, noun, "terminal_growth", "terminal growth")


def broken(demands: Mapping[str, Sequence[Demand]], line: str, values: Mapping[str, float]) -> Broken | None:
    """Which of the demands on a line without a value was not met; None when none says it.

    ``line`` is the name of the line in its scope, ``values`` are those of the scope's assumptions and lines by name
    (of a yearly row the last), NaN where there is none.
    """
    for pattern, asked in demands.items():
        ending = _ending(pattern, line)
        for demand in asked if ending is not None else ():
            stars = _stars(demand, values)
            tried = [star for star in stars if star == ending] or stars
            found = next(filter(None, (_unmet(demand, star, values) for star in tried)), None)
            if found is not None:
                return found
    return None


def _ending(pattern: str, name: str) -> str | None:
    """What the ``*`` of a pattern stands for in a name, '' without one; None when it is another name."""
    found = re.fullmatch(re.escape(pattern).replace(r"\*", r"(\w+)"), name)
    return None if found is None else (found[1] if found.groups() else "")


def _stars(demand: Demand, values: Mapping[str, float]) -> Sequence[str]:
    """What the ``*`` in a demand's names may stand for; nothing without one."""
    wild = next((name for name in demand.names if "*" in name), "")
    return [ending for ending in (_ending(wild, name) for name in values) if ending] if wild else [""]


def _unmet(demand: Demand, star: str, values: Mapping[str, float]) -> Broken | None:
    names = [name.replace("*", star) for name in demand.names]
    found = [values.get(name, math.nan) for name in names]
    if any(map(math.isnan, found)) or demand.met(*found):
        return None
    shown = dict(zip(names, found, strict=True))

    text = _SHOWN.sub(lambda hole: _written(shown[hole[1]], hole[2]), demand.text.replace("*", star))
    cause = demand.cause.replace("*", star)
    return Broken(cause, text, tuple(name for name in names if name != cause))


def _written(value: float, form: str) -> str:
    if form == "%":
        return f"{100 * value:.6g}%"
    return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:g}"
