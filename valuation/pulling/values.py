"""Edited inputs on their way into their files: numbers, distributions and bases, or why they cannot go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..assumptions import Input
from ..problems import Problem
from .asked import Added, Asked, number, place_of
from .base import base
from .distribution import distribution
from .edits import Edit, same
from .merge import Result
from .notation import in_unit, spelled
from .numerals import numeral
from .places import Scalar
from .sides import Conflict, Side
from .splice import replaced
from .unwritten import unwritten


def values(asked: Asked) -> Iterator[Result | Added]:
    """Yield what becomes of the edits of one input."""
    here = asked.merge.now.inputs.get(asked.name)
    if not asked.edits:
        return
    if here is None:
        yield from asked.merge.gone(asked.edits, list(asked.merge.now.inputs), _instead(asked))
    elif here.span is None:
        yield from unwritten(asked, here)
    elif asked.in_formula and _skeleton(asked.merge.then, asked.name) != _skeleton(asked.merge.now, asked.name):
        yield from _of_another_formula(asked)
    else:
        unread = list(_unread(asked))
        yield from unread or _written(asked, here)


def _instead(asked: Asked) -> str:
    """How the assumption reads now that lost the input."""
    now = asked.merge.now.case.assumptions.get(asked.merge.then.owners[asked.name].name)
    return "" if now is None else f": {now.name} is now {now.written} ({now.origin.place})"


def _unread(asked: Asked) -> Iterator[Problem]:
    """Numbers beside a distribution that does not read them, or that it lacks; its text is as it was."""
    if asked.of("distribution") is not None:
        return
    then = asked.row.then_numbers
    for which, edit in asked.parameters.items():
        if which >= len(then):
            yield edit.complaint("is not read by any distribution: write one, such as ~ uniform(a, b)")
        elif edit.now is None:
            yield edit.complaint(f"expected a number, found nothing; it was {spelled(then[which])}")


def _written(asked: Asked, here: Input) -> Iterator[Result | Added]:
    scalar = asked.merge.now.scalar(here)
    if scalar is None or scalar.places is None:
        yield from (edit.complaint(f"cannot be found at {here.origin.place}") for edit in asked.edits)
        return
    written, edit = asked.of("distribution"), asked.of("base")
    if written is not None or asked.parameters:
        yield from distribution(asked, here, scalar)
    if edit is None or (written is not None and written.now is None):
        return  # without a distribution the base is the value, and is written with it
    if asked.was.distribution is None and written is None:
        yield from _plain(asked, edit, here, scalar)
    else:
        yield from base(asked, edit, here, scalar)


def _plain(asked: Asked, edit: Edit, here: Input, scalar: Scalar) -> Iterator[Result]:
    """A number without a distribution."""
    assert here.span is not None
    value, old = number(edit.now), asked.merge.now.spelling(here)
    mine = _as_then(asked, value)
    single = here.distribution is None
    decided = asked.merge.decide(
        edit,
        place_of(here),
        untouched=single and same(asked.was.base, here.base),
        agreed=single and same(value, here.base),
        told=(asked.spelling, mine, old),
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided:
        start, end = here.span.start, here.span.end
        found = numeral(old, here.unit, here.span.power) if single else None
        if found is not None:
            start, end = start + found.start, start + found.end
            old, mine = found.text, found.becomes(value)
        new = _in_formula(mine, scalar, start, end) if asked.in_formula else mine
        yield asked.change(edit, here, scalar, old, new, [replaced(scalar, start, end, new)], asked.holds_base(edit))


def _as_then(asked: Asked, value: float) -> str:
    """A value as the book's own files would write it, with its unit."""
    then = numeral(asked.spelling, asked.was.unit, asked.was.span.power if asked.was.span else 0)
    return in_unit(value, asked.was.unit) if then is None else then.becomes(value) + then.suffix


# Numbers of formulas ----------------------------------------------------------------------------------------------


def _in_formula(text: str, scalar: Scalar, start: int, end: int) -> str:
    """A negative number in a formula stands in brackets, unless it begins it."""
    before, after = scalar.value[:start].rstrip(), scalar.value[end:].lstrip()
    bare = before.endswith(("=", "(", ",")) and not before.endswith(("==", ">=", "<=")) and not after.startswith("**")
    return text if not text.startswith("-") or bare else f"({text})"


def _of_another_formula(asked: Asked) -> Iterator[Result]:
    """Numbers are counted through a formula, so in one that reads otherwise now they may be others."""
    edit, owner = asked.edits[0], asked.merge.now.owners[asked.name]
    place = owner.origin.place
    if asked.merge.take == "book":
        yield edit.complaint(f"the formula reads otherwise now, {owner.written} ({place}): edit it there")
    elif asked.merge.take is None:
        then = asked.merge.then.owners[asked.name].written
        yield Conflict(asked.name, str(edit.cell), then, spelled(number(edit.now)), owner.written, place)


def _skeleton(side: Side, name: str) -> str:
    """The formula around a number, without its numbers."""
    formula = "".join(side.owners[name].written.split())
    return re.sub(r"(?<![\w.])(\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?%?", "#", formula)
