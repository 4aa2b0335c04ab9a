"""The two sides of a comparison: a case from its files, from a workbook, or from a revision of a repository."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from ..assumptions import Case
from ..problems import InvalidAssumptions, Place, Problem
from ..reading import load
from ..workbook.carried import carried
from ..workbook.sheets.files import TITLE as FILES
from .revisions import extract, parted

BOOK: Final = ".xlsx"
Sort = Literal["files", "workbook", "revision"]


class HasCase(Protocol):
    """A Study, or whatever else holds a case."""

    @property
    def case(self) -> Case:
        """The case."""


Given = str | Path | Case | HasCase


@dataclass(frozen=True)
class Side:
    """One case, as it was asked for, and where its assumptions are told to stand.

    ``cells`` are the cells of a workbook by the names of inputs and ``notes`` what a reader should know. Where files
    were read from a folder that is gone, ``moved``, they are told to be in ``home``.
    """

    told: str
    sort: Sort
    case: Case
    cells: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    moved: str = ""
    home: str = ""

    def place(self, place: Place, name: str = "") -> Place:
        """Where something stands for the reader: its cell, or its file at the revision."""
        if name in self.cells:
            return Place(f"{self.told}: {self.cells[name]}")
        return _told(place, self.moved, self.home) if self.moved else place

    def as_json(self) -> dict[str, Any]:
        """What was compared."""
        return {
            "given": self.told,
            "sort": self.sort,
            "case": self.case.id,
            "name": self.case.name,
            "date": self.case.date,
            "notes": list(self.notes),
        }


def side(given: Given) -> Side:
    """Read one side; raises InvalidAssumptions with every problem, at places that the reader can open."""
    if isinstance(given, Case):
        return Side(given.name, "files", given)
    if not isinstance(given, (str, Path)):
        return side(given.case)
    told = str(given)
    revision = parted(told)
    if revision is None:
        return _read(Path(given), told)
    with tempfile.TemporaryDirectory() as folder:
        at = extract(*revision, Path(folder))
        try:
            found = _read(at, told, evidence=False)
            files = found if found.moved else replace(found, moved=str(at), home=told)
            return replace(files, sort="revision")
        except InvalidAssumptions as error:  # the files are gone when it is read: places are those of the revision
            problems = [Problem(_told(found.place, str(at), told), found.name, found.text) for found in error.problems]
            raise InvalidAssumptions(problems) from None


def _read(path: Path, told: str, *, evidence: bool = True) -> Side:
    """A workbook by its name, anything else as files; facts of today are no evidence for files of another day."""
    if path.suffix.lower() == BOOK and path.is_file():
        book = carried(path)
        return Side(told, "workbook", book.case, book.cells, book.notes, book.folder, f"{told}: {FILES}")
    return Side(told, "files", load(path, evidence=evidence))


def _told(place: Place, moved: str, home: str) -> Place:
    if not place.file.startswith(moved):
        return place
    return Place(f"{home}{place.file[len(moved) :]}", place.line, place.column)
