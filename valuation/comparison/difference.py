"""One thing that differs between two cases: its names, both texts, and what changes hands when it is switched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ..problems import Place
from ..units import Unit

Kind = Literal["value", "formula", "structure"]
Piece = tuple[str, str]
"""A part of a case: the field of Case that holds it and its name there, or FRAME and the name of a field."""

FRAME: Final = "frame"
NONE: Final = "none"
SHOWN_NAMES: Final = 3


@dataclass(frozen=True)
class Difference:
    """A step from case A to case B.

    ``inputs`` are switched as numbers of one model, ``pieces`` are parts of a case that make another model. ``amounts``
    are both base values of a single input, in its ``unit``, and ``written`` both texts where those differ. ``place`` is
    where B says it, or A where B does not; ``order`` is where the files list it.
    """

    names: tuple[str, ...]
    kind: Kind
    before: str
    after: str
    place: Place
    in_b: bool = True
    amounts: tuple[float, float] | None = None
    unit: Unit | None = None
    written: tuple[str, str] | None = None
    inputs: frozenset[str] = frozenset()
    pieces: frozenset[Piece] = frozenset()
    order: tuple[float, int] = (0.0, 0)

    @property
    def name(self) -> str:
        """The names as one text; of many the first ones."""
        more = len(self.names) - SHOWN_NAMES
        return " + ".join(self.names) if more < 2 else f"{' + '.join(self.names[:SHOWN_NAMES])} and {more} more"

    def joined(self, other: Difference) -> Difference:
        """Both as one step, for what has no value when it is switched alone."""
        return Difference(
            names=(*self.names, *other.names),
            kind="value" if self.kind == other.kind == "value" else "structure",
            before=f"{self.before}; {other.before}",
            after=f"{self.after}; {other.after}",
            place=self.place,
            in_b=self.in_b,
            inputs=self.inputs | other.inputs,
            pieces=self.pieces | other.pieces,
            order=self.order,
        )


def merged(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """The names of both in the order of the second; what only the first has stands behind what it followed there."""
    order, known, before = list(theirs), set(theirs), ""
    for name in ours:
        if name not in known:
            order.insert(order.index(before) + 1 if before else 0, name)
            known.add(name)
        before = name
    return order
