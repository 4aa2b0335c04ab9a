"""Edited inputs that no file writes as they are: defaults of methods, and shares of a Dirichlet distribution."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..assumptions import DEFAULT, Input
from ..problems import Place
from .asked import Asked, number
from .distribution import new_distribution
from .edits import Edit, same
from .merge import Result
from .notation import in_unit, respelled, spelled
from .sides import Change, Holds, Side
from .splice import replaced, with_entry

GAMMA: Final = ".gamma"


def unwritten(asked: Asked, here: Input) -> Iterator[Result]:
    """A default gets a line of its own; a share of a Dirichlet distribution stands in it by name."""
    if here.origin.sources == (DEFAULT,):
        yield from _default(asked, here)
    elif asked.name.endswith(GAMMA):
        yield from _share(asked, here)
    else:
        yield from (edit.complaint("stands in no file") for edit in asked.edits)


def _default(asked: Asked, here: Input) -> Iterator[Result]:
    edit, text = asked.edits[0], None
    written = asked.of("distribution")
    if written is not None:
        text = new_distribution(asked, written, [])
    elif (base := asked.of("base")) is not None:
        edit, text = base, in_unit(number(base.now), here.unit)
    if not isinstance(text, str):
        yield text if text is not None else edit.complaint("is not read by any distribution: write one in its column")
        return
    decided = asked.merge.decide(
        edit,
        here.origin.place,
        untouched=same(asked.was.base, here.base),
        agreed=False,
        told=(asked.spelling, text, f"{here.written} (default)"),
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided:
        yield from _added(asked.merge.now, here, edit, text, asked.holds_base(asked.of("base")))


def _share(asked: Asked, here: Input) -> Iterator[Result]:
    """A weight of ``~ dirichlet(cloud=5, chips=3)``: base and first number of its gamma are the weight."""
    values = {edit.now for edit in asked.edits if edit.target.part in ("", "0")}
    first = asked.parameters.get(0)
    others = any(edit.target.kind == "distribution" or edit.target.part not in ("", "0") for edit in asked.edits)
    if len(values) != 1 or others or None in values:
        yield asked.edits[0].complaint("shares have one weight each: change the number a, and nothing else")
        return
    edit, share = first or asked.edits[0], asked.name.removesuffix(GAMMA).rpartition(".")[2]
    place = here.origin.place
    scalar = asked.merge.now.texts.yaml(place).scalar(place)
    found = re.search(rf"\b{share}\s*=\s*(?P<weight>[^,)\s]+)", scalar.value) if scalar else None
    if scalar is None or found is None:
        yield edit.complaint(f"is not found at {place}")
        return
    value, old = number(values.pop()), found["weight"]
    new = respelled(value, old)
    told = spelled(asked.was.base), new, old
    decided = asked.merge.decide(
        edit, place, untouched=same(asked.was.base, here.base), agreed=same(value, here.base), told=told
    )
    if decided is True:
        yield asked.change(edit, here, scalar, old, new, [replaced(scalar, *found.span("weight"), new)])
    elif not isinstance(decided, bool):
        yield decided


def _added(now: Side, here: Input, edit: Edit, text: str, holds: Holds | None) -> Iterator[Result]:
    """A line ``name: value`` in the mapping that a default belongs to."""
    place = here.origin.place
    yaml = now.texts.yaml(place)
    mapping = yaml.mapping(place)
    if mapping is None:
        yield edit.complaint(f"a default cannot be written at {place}")
        return
    patch = with_entry(yaml, mapping, here.name.rpartition(".")[2], text)
    line = now.texts.line(place, patch.start) + (0 if mapping.flow else 1)
    old = f"{here.written} (default)"
    yield Change(here.name, str(edit.cell), Place(place.file, line), old, text, (patch,), holds)
