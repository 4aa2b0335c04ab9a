"""The edits of one input, with both sides of its file: what every way into the file needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..assumptions import Case, Input
from ..problems import Place
from .book import Row, Value
from .edits import Edit, same
from .merge import Merge
from .places import Scalar
from .sides import Change, Holds
from .splice import Patch

NUMBER: Final = ".number"
"""What the names of numbers in formulas have behind that of their assumption."""


@dataclass(frozen=True)
class Added:
    """A field that an assumption gets beside its value: ``base`` or ``why``."""

    change: Change
    key: str
    text: str


class Asked:
    """What is asked of one input: its edits but for the reason, what its row says, and what it was."""

    def __init__(self, merge: Merge, edits: Sequence[Edit], row: Row) -> None:
        self.merge, self.row = merge, row
        self.edits = [edit for edit in edits if edit.target.kind != "why"]
        self.name = edits[0].target.name
        self.was = merge.then.inputs[self.name]

    def of(self, kind: str) -> Edit | None:
        """The edit of a kind of cell."""
        return next((edit for edit in self.edits if edit.target.kind == kind), None)

    @property
    def parameters(self) -> dict[int, Edit]:
        """The edited numbers of the distribution by their place in it."""
        return {int(edit.target.part): edit for edit in self.edits if edit.target.kind == "number"}

    @property
    def spelling(self) -> str:
        """How the book's own files spell it."""
        return self.merge.then.spelling(self.was)

    @property
    def in_formula(self) -> bool:
        """Whether it is a number of a formula."""
        return NUMBER in self.name.removeprefix(self.merge.then.owners[self.name].name)

    def change(
        self,
        edit: Edit,
        here: Input,
        scalar: Scalar,
        old: str,
        new: str,
        patches: Sequence[Patch | None],
        holds: Holds | None = None,
    ) -> Change:
        """A change of a scalar of the files as they are now."""
        place, known = place_of(here), tuple(patch for patch in patches if patch is not None)
        line = self.merge.now.texts.line(place, known[0].start if known else scalar.start)
        return Change(self.name, str(edit.cell), replace(place, line=line, column=0), old, new, known, holds)

    def holds_base(self, edit: Edit | None) -> Holds | None:
        """A test of the case read back: the base is what the cell says. Numbers of formulas may change their names."""
        if edit is None or not isinstance(edit.now, float) or self.in_formula:
            return None
        name, wanted = self.name, edit.now

        def holds(case: Case) -> bool:
            return any(found.name == name and same(found.base, wanted) for found in case.inputs)

        return holds


def place_of(found: Input) -> Place:
    """Where an input is written, or what it is a default of."""
    return found.origin.place if found.span is None else found.span.place


def number(value: Value) -> float:
    """A value that is known to be a number."""
    assert isinstance(value, float)
    return value
