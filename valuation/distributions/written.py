"""A distribution as a file has it: its numbers, each with its place, so that a workbook can give each a cell.

>>> [number.text for number in numbers_of("~ pert(24%, 31%, 38%)")], lettered("~ pert(24%, 31%, 38%)")
(['24%', '31%', '38%'], '~ pert(a, b, c)')
>>> spelled_with("~ lognormal(10, 0.4, max=25)", [12.5, 0.4, 25])
'~ lognormal(12.5, 0.4, max=25)'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from string import ascii_lowercase
from typing import Any, Final

from ..formula import Formula
from ..operations import log, power
from ..quantiles import by_ones, normal_quantile
from ..units import scaled
from . import Discrete, Distribution, build
from .calls import Call, Given, Number, parsed
from .percentiles import percentile
from .spelling import spelled

__all__ = ["LONGEST", "Number", "lettered", "live_quantile", "numbers_of", "spelled_with"]

LONGEST: Final = 6  # numbers of one distribution that have cells of their own


def numbers_of(written: str) -> list[Number]:
    """Return the numbers of a distribution such as ``~ pert(24%, 31%, 38%)``, in the order in which they stand.

    Digits of names (p10=, ev_2026) are none. A text that is no distribution has none.
    """
    call = parsed(written)
    return [] if call is None else list(call.numbers())


def lettered(written: str) -> str:
    """Return the distribution with letters for its numbers and their units; as written with more than ``LONGEST``."""
    numbers = numbers_of(written)
    if not 0 < len(numbers) <= LONGEST:
        return written
    text, done = "", 0
    for letter, number in zip(ascii_lowercase, numbers, strict=False):
        text += written[done : number.start] + letter
        done = written.index(number.unit, number.end) + len(number.unit)
    return " ".join((text + written[done:]).split())


def spelled_with(written: str, values: Sequence[float]) -> str:
    """Return the distribution with other numbers in the notation of its own: percentages stay percentages.

    A number that is as before keeps its text; others have the shortest digits that read back, of a percentage at
    least fifteen. A ValueError where there are not as many values as numbers.
    """
    text, done = "", 0
    for number, value in zip(numbers_of(written), values, strict=True):
        text += written[done : number.start] + (number.text if value == number.value else _spelled(number, value))
        done = number.end
    return text + written[done:]


def _spelled(number: Number, value: float) -> str:
    if not number.percent:
        return spelled(value)
    percentage = spelled(float(Decimal(repr(float(value))).scaleb(2)))
    return f"{percentage}%"


# Live -----------------------------------------------------------------------------------------------------------------

Name = Callable[[str, float], Any]


def live_quantile(
    distribution: Distribution, written: str, parameters: Sequence[Any], u: Any, constant: Name | None = None
) -> Any:
    """Return the quantile at ``u`` with ``parameters`` for the numbers as written; None if no short formula gives it.

    Parameters and ``u`` are Formulas, or arrays. ``constant(label, value)`` names a number that stands in no cell, as
    ``Recording.constant`` does; without it Formulas of percentiles such as p10= are None. None too where the text is
    not that of the distribution, such as a column's. A ValueError where there are not as many parameters as numbers.
    """
    call = parsed(written)
    if call is None:
        return None
    numbers = list(call.numbers())
    given = dict(zip((number.start for number in numbers), parameters, strict=True))
    if _built(call, {number.start: number.value for number in numbers}) != distribution:
        return None
    if any(percentile(argument.name) for argument in call.arguments):
        return _through(call, given, u, constant)
    if distribution.live(0.5) is None:
        return None
    built = _built(call, given, rising=True)
    return built.live(u) if isinstance(built, Distribution) else None


def _built(call: Call, given: Mapping[int, Any], *, rising: bool = False) -> Distribution | str | None:
    """The distribution with a value for the number at each place; None where a word stands among its arguments.

    Formulas of a discrete one cannot be sorted, so the numbers as written say which of them is lowest.
    """
    positional: list[Any] = []
    named: dict[str, Any] = {}
    arguments = call.arguments
    if rising and call.name == Discrete.name:
        arguments = tuple(sorted(arguments, key=_worth))
    for argument in arguments:
        inner = argument.value
        value = _built(inner, given) if isinstance(inner, Call) else given[inner.start] if inner else None
        if value is None or isinstance(value, str):
            return None
        if argument.name:
            named[argument.name] = value
        else:
            positional.append((value, given[argument.weight.start]) if argument.weight else value)
    return build(call.name, positional, named)


def _worth(argument: Given) -> float:
    return argument.value.value if isinstance(argument.value, Number) else 0.0


# Percentiles ----------------------------------------------------------------------------------------------------------


def _through(call: Call, given: Mapping[int, Any], u: Any, constant: Name | None) -> Any:
    """The quantile of what is told by percentiles alone, where these give its parameters in closed form."""
    levels = [percentile(argument.name) for argument in call.arguments]
    formulas = any(isinstance(value, Formula) for value in (*given.values(), u))
    if None in levels or call.name not in _THROUGH or (formulas and constant is None):
        return None
    order = sorted(range(len(levels)), key=lambda k: levels[k] or 0.0)
    values = [given[value.start] for k in order if isinstance(value := call.arguments[k].value, Number)]
    points = [(levels[k] or 0.0) for k in order]
    return _THROUGH[call.name](points, values, u, constant or (lambda label, value: value))


def _level(constant: Name, level: float) -> Any:
    return constant(f"Level of percentile {spelled(level)}", scaled(level, -2))


def _way(levels: Sequence[float], score: Callable[[Any], Any], u: Any, constant: Name) -> Any:
    """How far ``u`` is on the way from the lower to the upper percentile, in scores."""
    low, high = (score(_level(constant, level)) for level in levels)
    return (score(u) - low) / (high - low)


def _uniform(levels: Sequence[float], values: Sequence[Any], u: Any, constant: Name) -> Any:
    return values[0] + (values[1] - values[0]) * _way(levels, lambda level: level, u, constant)


def _normal(levels: Sequence[float], values: Sequence[Any], u: Any, constant: Name) -> Any:
    return values[0] + (values[1] - values[0]) * _way(levels, normal_quantile, u, constant)


def _lognormal(levels: Sequence[float], values: Sequence[Any], u: Any, constant: Name) -> Any:
    return values[0] * power(values[1] / values[0], _way(levels, normal_quantile, u, constant))


def _metalog(levels: Sequence[float], values: Sequence[Any], u: Any, constant: Name) -> Any:
    """Of three percentiles the middle and two alike on either side of it (Keelin 2016), without bounds."""
    if len(levels) != 3 or levels[1] != 50 or levels[0] + levels[2] != 100:
        return None
    low, middle, high = values
    c = _level(constant, levels[2])
    skew = (u + u - 1) / (c + c - 1) * (low + high - middle - middle)
    return middle + log(u / (1 - u)) / log(c / (1 - c)) * (high - low + skew) / by_ones(2.0, u, c)


_THROUGH: Final[Mapping[str, Callable[[Sequence[float], Sequence[Any], Any, Name], Any]]] = {
    "uniform": _uniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "metalog": _metalog,
}
