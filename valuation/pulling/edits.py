"""What was edited in a book: its cells now, beside what it was written with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..assumptions import Input
from ..problems import Place, Problem
from ..units import RATE
from ..workbook.address import Cell
from .book import Book, Value
from .notation import in_unit, spelled
from .targets import AS_BASE, Target

SAME: Final = 1e-13
"""Programs that save a book may change a number in its last digits."""


@dataclass(frozen=True)
class Edit:
    """A cell that says something else than it did: a number, a text or nothing, then and now."""

    target: Target
    cell: Cell
    then: Value
    now: Value

    def complaint(self, text: str) -> Problem:
        """Say what is wrong with it."""
        return Problem(Place(str(self.cell)), self.target.name, text)


def same(one: Value, other: Value) -> bool:
    """Whether two values are one: numbers to the digits that survive a save, texts but for their blanks."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=SAME) or (math.isnan(one) and math.isnan(other))
    if isinstance(one, str) and isinstance(other, str):
        return one.split() == other.split()
    return one is None and other is None


def find_edits(book: Book) -> tuple[list[Edit], list[Problem]]:
    """Return the edits that can go back to the files, and what is wrong with the others."""
    edits: list[Edit] = []
    problems: list[Problem] = []
    case = book.plan.made.case
    inputs = {found.name: found for found in case.inputs}
    for cell, target in book.targets.items():
        there = book.where(cell)
        if there is None:
            continue  # its row is gone, which is told once
        edit = Edit(target, there, _said(book.then(cell), target), _said(book.now(cell), target))
        formula = book.formula(cell)
        if formula is not None:
            problems.append(edit.complaint(f"expected a {_sort(target)}, found the formula {formula}"))
        elif not same(edit.then, edit.now):
            complaint = _complaint(edit, inputs.get(target.name))
            if complaint:
                problems.append(edit.complaint(complaint))
            else:
                edits.append(edit)
    return edits, problems


def _said(value: Value, target: Target) -> Value:
    """A value, or nothing where the sheet of scenarios has a word for it."""
    return None if value in AS_BASE and target.kind in ("overlay", "scenario why") else value


def _sort(target: Target) -> str:
    return "text" if target.text else "number"


# Complaints -------------------------------------------------------------------------------------------------------


def _complaint(edit: Edit, found: Input | None) -> str:
    """What is wrong with a cell by itself, or an empty text."""
    target, now = edit.target, edit.now
    if target.refusal:
        return f"{target.refusal}; found {_told(now)} instead of {_told(edit.then)}"
    if target.text:
        return ""
    if now is None:
        return "" if target.may_be_blank else f"expected a number, found nothing; it was {_told(edit.then)}"
    if isinstance(now, str):
        return "" if target.kind == "peer" and isinstance(edit.then, str) else _not_a_number(now)
    if target.kind == "base year" and (not now.is_integer() or not 1900 <= now <= 9999):
        return f"expected a year, found {_told(now)}"
    if found is None:
        return ""
    return _wrong_number(edit, found, now)


def _not_a_number(text: str) -> str:
    remedy = ""
    plain = text.replace(" ", "").replace(",", "")
    number, percent = plain.removesuffix("%"), plain.endswith("%")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        remedy = f"; type it as a number: {spelled(value)}{'%' if percent else ''}"
    return f"expected a number, found the text {text!r}{remedy}"


def _wrong_number(edit: Edit, found: Input, now: float) -> str:
    event = found.distribution is not None and found.distribution.name == "event"
    if edit.target.kind in ("base", "overlay") and event and found.base in (0, 1) and now not in (0, 1):
        return f"expected 0 or 1 for an event, found {spelled(now)}"
    if edit.target.kind not in ("base", "number", "overlay"):
        return ""
    rate = found.unit.pure and found.unit.shown == RATE.shown
    if rate and _is_suspicious(edit.then if isinstance(edit.then, float) else found.base, now) and not edit.target.free:
        return (
            f"expected a percentage, found {spelled(now)}, which is {in_unit(now, RATE)}; did you mean {spelled(now)}%"
        )
    return ""


def _is_suspicious(then: float, now: float) -> bool:
    """Whether a rate above 100% looks like a percentage typed without its sign: it was much smaller before."""
    return abs(now) > 1 and abs(now) >= 2 * abs(then) and (abs(then) < 0.3 or abs(now) >= 2) and abs(then) <= 1


def _told(value: Value) -> str:
    return "nothing" if value is None else repr(value) if isinstance(value, str) else spelled(value)


def by_name(edits: list[Edit]) -> Iterator[tuple[tuple[str, str], list[Edit]]]:
    """Yield the edits of each thing together: of an input, a pair, a scenario's cell, a peer's cell."""
    groups: dict[tuple[str, str], list[Edit]] = {}
    for edit in edits:
        groups.setdefault(edit.target.group, []).append(edit)
    yield from groups.items()
