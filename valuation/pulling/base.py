"""The base of a distribution: the field ``base`` of its assumption, or the word base in a fade or a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ..assumptions import Input
from .asked import Added, Asked, number, place_of
from .edits import Edit, same
from .merge import Result
from .notation import in_unit, spelled
from .numerals import numeral, numerals
from .places import Scalar
from .splice import Patch, replaced

_OWN_BASE: Final = re.compile(r"\s+base\s+(?P<base>.+?)(?=\s+(?:to|for)\s|\s*\)?\s*$)", re.DOTALL)


def base(asked: Asked, edit: Edit, here: Input, scalar: Scalar) -> Iterator[Result | Added]:
    """Yield what becomes of the edited base of a distribution."""
    value, owner = number(edit.now), asked.merge.now.owners[asked.name]
    place, old = place_of(here), in_unit(here.base, here.unit)
    yaml = asked.merge.now.texts.yaml(place)
    fields = yaml.fields(place, owner.name) if owner.name == asked.name else None
    said = yaml.field(fields, "base") if fields is not None else None
    decided = asked.merge.decide(
        edit,
        place if said is None else replace(place, line=yaml.position(said.start)[0]),
        untouched=same(asked.was.base, here.base),
        agreed=same(value, here.base),
        told=(in_unit(asked.was.base, asked.was.unit), in_unit(value, here.unit), old),
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided and owner.name != asked.name:
        yield _inline(asked, edit, here, scalar, value)
    elif decided and said is not None:
        yield _respelled(asked, edit, here, said, value)
    elif decided:
        declared = fields is not None and fields.get("unit") is not None
        power = here.span.power if here.span is not None and declared else 0
        text = _text(asked, value, here, power, declared)
        yield Added(asked.change(edit, here, scalar, old, text, [], asked.holds_base(edit)), "base", text)


def _respelled(asked: Asked, edit: Edit, here: Input, said: Scalar, value: float) -> Result:
    found = numeral(said.value, here.unit, here.span.power if here.span else 0)
    if found is None:
        return edit.complaint(f"base cannot be read at {place_of(here)}")
    new = found.becomes(value)
    patch = replaced(said, found.start, found.end, new)
    return asked.change(edit, here, said, found.text, new, [patch], asked.holds_base(edit))


def _inline(asked: Asked, edit: Edit, here: Input, scalar: Scalar, value: float) -> Result:
    """``~ pert(1, 2, 4) base 3`` inside a fade or a list."""
    assert here.span is not None
    holds = asked.holds_base(edit)
    said = _OWN_BASE.match(scalar.value, here.span.end)
    if said is not None:
        start, end = said.span("base")
        old = numeral(scalar.value[start:end], here.unit, here.span.power)
        if old is None:
            return edit.complaint(f"base cannot be read at {place_of(here)}")
        new = old.becomes(value)
        patch = replaced(scalar, start + old.start, start + old.end, new)
        return asked.change(edit, here, scalar, old.text, new, [patch], holds)
    first = next(iter(numerals(asked.merge.now.spelling(here), here.unit, here.span.power)), None)
    declared = first is not None and not first.unit
    text = _text(asked, value, here, here.span.power, declared)
    where = scalar.between(here.span.start, here.span.end)
    added = None if where is None else Patch(where[1], where[1], f" base {text}")
    return asked.change(edit, here, scalar, in_unit(here.base, here.unit), text, [added], holds)


def _text(asked: Asked, value: float, here: Input, power: int, declared: bool) -> str:
    """A base in the notation of its distribution."""
    first = next(iter(numerals(asked.merge.now.spelling(here), here.unit, power)), None)
    event = here.distribution is not None and here.distribution.name == "event"
    if event and value in (0, 1):
        return spelled(value)
    if here.unit.pure and first is not None and first.text.endswith("%"):
        return f"{spelled(value, -2)}%"
    return spelled(value, power) if here.unit.pure or declared else in_unit(value, here.unit)
