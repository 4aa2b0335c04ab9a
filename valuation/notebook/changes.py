"""Edits of assumptions from Python or pandas, as texts that a file could hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..assumptions import Case, Input
from ..distributions.spelling import spelled
from ..problems import InvalidAssumptions, Place, Problem, Problems, nearest
from ..units import Unit, parse_unit, scaled

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    Changes: TypeAlias = Mapping[str, Any] | Series[Any] | DataFrame

PLACE: Final = Place("replaced")


def texts_of(case: Case, changes: Changes) -> dict[str, str]:
    """What ``reading.load`` takes as overrides for these changes; InvalidAssumptions when one makes no sense.

    A mapping or a Series: a number in the unit of the name, or a text as in a file; NaN and None change nothing. Of a
    frame as ``Assumptions.to_frame`` gives it the cells of ``base`` and ``value`` that differ from the case count: a
    changed ``base`` moves the base case and keeps the distribution, a changed ``value`` replaces both. A Series named
    ``base`` is such a column. A ``unit`` that was changed counts for its row.
    """
    problems = Problems()
    columns = _columns(changes, problems)
    known = {one.name: one for one in case.inputs}
    texts: dict[str, str] = {}
    for column, name, given, unit in columns:
        text = _text(case, known, column, name, given, unit, problems)
        if text is None:
            continue
        key, written = text
        if any(other in texts for other in (name, f"{name}.base")):
            problems.add(PLACE, name, "base and value were both changed: change one of them")
        texts[key] = written
    if problems:
        raise InvalidAssumptions(problems)
    return texts


def told_from_python(found: Iterable[Problem]) -> list[Problem]:
    """Problems of changed values, told from here instead of from the command line."""
    return [replace(one, place=PLACE) if one.place == Place("--set") else one for one in found]


def _columns(changes: Changes, problems: Problems) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield column, name, cell and unit of everything that may be changed."""
    if hasattr(changes, "columns"):  # a frame
        columns = [column for column in ("base", "value") if column in changes.columns]
        if not columns:
            problems.add(PLACE, "", f"expected a column base or value, found {', '.join(map(str, changes.columns))}")
        units = changes["unit"] if "unit" in changes.columns else None
        for column in columns:
            for place, (name, given) in enumerate(changes[column].items()):
                yield column, str(name), given, None if units is None else units.iloc[place]
        return
    column = "base" if getattr(changes, "name", None) == "base" else "given"
    for name, given in changes.items():
        yield column, str(name), given, None


def _text(
    case: Case, known: Mapping[str, Input], column: str, name: str, given: Any, unit: Any, problems: Problems
) -> tuple[str, str] | None:
    """The override of one cell: its name and its text; None where nothing changes."""
    if _nothing(given):
        return None
    if name not in known and name not in case.assumptions:
        problems.add(PLACE, name, f"is no assumption{nearest(name, [*known, *case.assumptions])}")
        return None
    here = known.get(name)
    moved = here is not None and isinstance(unit, str) and unit.strip() != str(here.unit)
    if column == "value" and str(given) == (here.written if here else case.assumptions[name].written):
        return None
    if isinstance(given, str):
        if column == "base":
            problems.add(PLACE, name, f"expected a number, found {given!r}: write texts into the column value")
            return None
        return name, given
    number = float(given)
    if column == "base" and here is not None and not moved and number == here.base:
        return None
    told = _unit(name, here, unit if isinstance(unit, str) else None, problems)
    if column == "base" and here is None:
        problems.add(PLACE, name, "is a formula: write a number or a text into the column value")
        return None
    if not math.isfinite(number):
        problems.add(PLACE, name, f"expected a finite number, found {number}")
        return None
    keeps = column == "base" and here is not None and here.distribution is not None
    return (f"{name}.base" if keeps else name), _written(number, told)


def _nothing(given: Any) -> bool:
    missing = type(given).__name__ in ("NAType", "NaTType")
    return given is None or missing or (isinstance(given, float) and math.isnan(given))


def _unit(name: str, here: Input | None, told: str | None, problems: Problems) -> Unit | None:
    """The unit of a number: what its row says, else that of the input."""
    if told is None or (here is not None and told.strip() == str(here.unit)):
        return None if here is None else here.unit
    found = parse_unit(told)
    if found is None:
        problems.add(PLACE, name, f"expected a unit such as CNY m, found {told!r}")
    return found


def _written(number: float, unit: Unit | None) -> str:
    """A number as a file has it, which reads back to the last bit."""
    if unit is None or (unit.pure and unit.shown != "rate"):
        return spelled(number)
    if not unit.pure:
        return f"{spelled(number)} {unit}"
    percentage = spelled(scaled(number, 2))
    return f"{percentage}%" if scaled(float(percentage), -2) == number or abs(number) > 1 else spelled(number)
