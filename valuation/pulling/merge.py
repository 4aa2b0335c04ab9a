"""Three ways: what the book was written with, what it says now, and what the files say now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..problems import Place, Problem, nearest
from .edits import Edit
from .sides import Change, Conflict, Side

Take = Literal["book", "files"] | None
Result = Change | Conflict | Problem


@dataclass
class Merge:
    """Both sides of the files, and which of them counts where both changed (None: neither, a conflict)."""

    then: Side
    now: Side
    take: Take = None

    def decide(
        self, edit: Edit, place: Place, *, untouched: bool, agreed: bool, told: tuple[str, str, str]
    ) -> Conflict | bool:
        """Return whether an edit goes into the files, or the conflict that it is in.

        ``untouched``: the files say what they said when the book was written. ``agreed``: they say already what the
        book says now. ``told`` are the three texts for a report: then, in the book, in the files.
        """
        if agreed and not untouched:
            return False
        if untouched or self.take == "book":
            return True
        if self.take == "files":
            return False
        return Conflict(edit.target.name, str(edit.cell), *told, place)

    def gone(self, edits: list[Edit], known: list[str], more: str = "") -> Iterator[Problem]:
        """Say of each edit that what it was of is not in the files any more."""
        for edit in edits:
            near = "" if more else nearest(edit.target.name, known) if len(known) else ""
            near = near if near.startswith("; did") else ""
            yield edit.complaint(f"is not in the files any more{more or near}; edit the files, or write the book anew")
