"""What is wrong with an analyst's input, as data with a place.

Problem                 one complaint, printed as file:line:column: name: text
Problems                the list that a reading fills
InvalidAssumptions      (ValueError) raised for library users, carrying .problems
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a file; line and column count from 1, 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def within(self, folder: str) -> Place:
        """Return the place with its file told from a folder, for what is read on other machines too."""
        told = Path(os.path.relpath(self.file, folder or ".")).as_posix() if self.file else ""
        return Place(told, self.line, self.column)


@dataclass(frozen=True, order=True)
class Problem:
    """One complaint: what was expected and what was found at a place."""

    place: Place
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.name}: {self.text}" if self.name else f"{self.place}: {self.text}"


class Problems(list[Problem]):
    """The complaints of one reading, in the order they were found."""

    def add(self, place: Place, name: str, text: str) -> None:
        """Append a complaint unless the same one is already there."""
        problem = Problem(place, name, text)
        if problem not in self:
            self.append(problem)


class InvalidAssumptions(ValueError):
    """The assumption files cannot be valued; ``problems`` says why, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return '; did you mean x' for a mistyped word, or the choices when nothing is near and they are few."""
    known = sorted(set(choices))
    near = difflib.get_close_matches(word, known, n=2, cutoff=0.6)
    if near:
        return "; did you mean " + " or ".join(near)
    return f"; choose from {', '.join(known)}" if 0 < len(known) <= 12 else ""
