"""What differs between two cases: a step for each thing that can be switched from one to the other and valued."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..assumptions import Assumption, Case, Input
from ..expressions import Apply, Expression, Listing
from ..problems import Place
from ..units import Unit, shown
from .difference import FRAME, NONE, Difference, Piece, merged
from .structure import structural

COUNTED: Final = frozenset(
    f"shares.{name}" for name in ("diluted", "ads_ratio", "fx", "price", "second_price", "second_fx")
) | {"holding.discount"}  # fmt: skip
_LITERAL: Final = re.compile(r".*\.number\d+")


def differences(a: Case, b: Case) -> list[Difference]:
    """Return everything that may move the base value from case A to case B, in the order in which the files list it."""
    names = merged(a.assumptions, b.assumptions)
    found = list(structural(a, b, names))
    taken = {piece for step in found for piece in step.pieces}
    for number, name in enumerate(names):
        if ("assumptions", name) not in taken:
            found += _of_name(a.assumptions.get(name), b.assumptions.get(name), name, number)
    return sorted(_rolled(a, b, found), key=lambda step: step.order)


def looked_for(name: str) -> bool:
    """Whether the model looks for an assumption by its name, so that one more or one less makes another model."""
    return name in COUNTED or name.startswith("bridge.")


def _of_name(ours: Assumption | None, theirs: Assumption | None, name: str, number: int) -> Iterator[Difference]:
    """The differences of one assumption; one that only one case has moves nothing until something reads it."""
    if ours is not None and theirs is not None:
        yield from _of_values(ours, theirs, number) if _alike(ours, theirs) else _of_formula(ours, theirs, number)
    elif looked_for(name):
        found = theirs or ours
        assert found is not None
        before, after = (NONE if one is None else one.written for one in (ours, theirs))
        yield _piece(found, "structure", before, after, number, in_b=theirs is not None)


def _alike(ours: Assumption, theirs: Assumption) -> bool:
    """Whether two assumptions differ by their numbers only."""
    return (ours.expression, ours.unit, ours.yearly, ours.single) == (
        theirs.expression, theirs.unit, theirs.yearly, theirs.single,
    ) and [(one.name, one.unit) for one in ours.inputs] == [(one.name, one.unit) for one in theirs.inputs]  # fmt: skip


def _of_values(ours: Assumption, theirs: Assumption, number: int) -> Iterator[Difference]:
    """A step for each number that differs; numbers inside a formula change with its text, as one step."""
    pairs = [(one, other) for one, other in zip(ours.inputs, theirs.inputs, strict=True) if one.base != other.base]
    literal = [(one, other) for one, other in pairs if _LITERAL.fullmatch(one.name)]
    if ours.written == theirs.written:
        literal = []  # a workbook's blue cells say other numbers than its text
    if literal:
        inputs = frozenset(one.name for one, _ in literal)
        yield Difference(
            (ours.name,), "formula", ours.written, theirs.written, theirs.origin.place, inputs=inputs, order=(number, 0)
        )
    for at, (one, other) in enumerate(pairs, start=1):
        if (one, other) not in literal:
            yield _number(one, other, (number, at))


def _number(ours: Input, theirs: Input, order: tuple[float, int]) -> Difference:
    before, after = shown(ours.base, ours.unit), shown(theirs.base, theirs.unit)
    if before == after:
        before, after = (f"{one.base:.15g}" for one in (ours, theirs))
    return Difference(
        names=(ours.name,),
        kind="value",
        before=before,
        after=after,
        place=theirs.origin.place,
        amounts=(ours.base, theirs.base),
        unit=ours.unit,
        written=(ours.written, theirs.written),
        inputs=frozenset((ours.name,)),
        order=order,
    )


def _of_formula(ours: Assumption, theirs: Assumption, number: int) -> Iterator[Difference]:
    before, after = ours.written, theirs.written
    if before == after:
        before, after = (f"{one.written} ({_units(one)})" for one in (ours, theirs))
    yield _piece(theirs, "formula", before, after, number)


def _units(found: Assumption) -> str:
    units: list[Unit] = [one.unit for one in found.inputs] or ([found.unit] if found.unit else [])
    return ", ".join(dict.fromkeys(str(unit) for unit in units)) or "no unit"


def _piece(found: Assumption, kind: str, before: str, after: str, number: int, *, in_b: bool = True) -> Difference:
    pieces: frozenset[Piece] = frozenset((("assumptions", found.name),))
    place: Place = found.origin.place
    return Difference(
        (found.name,), "formula" if kind == "formula" else "structure", before, after, place, in_b,
        pieces=pieces, order=(number, 0),
    )  # fmt: skip


# Another forecast ------------------------------------------------------------------------------------------------


def _rolled(a: Case, b: Case, found: list[Difference]) -> list[Difference]:
    """Put what is written year by year into the step of the forecast years, where those differ: it cannot go alone."""
    forecast = next((step for step in found if (FRAME, "years") in step.pieces), None)
    if forecast is None:
        return found
    yearly = [
        step
        for step in found
        if step.kind == "formula"
        and step.pieces
        and any(_lists(c.assumptions[step.names[0]].expression) for c in (a, b))
    ]
    rest = [step for step in found if step is not forecast and step not in yearly]
    for step in yearly:
        forecast = forecast.joined(step)
    return [*rest, forecast]


def _lists(expression: Expression) -> bool:
    """Whether an expression holds numbers that are listed year by year."""
    if isinstance(expression, Apply):
        return any(_lists(operand) for operand in expression.operands)
    return isinstance(expression, Listing)
