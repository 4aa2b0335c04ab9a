"""The case that a workbook carries: the text of its assumption files, with the numbers that its blue cells hold now."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..assumptions import Case, Input
from ..lines import snake
from ..problems import InvalidAssumptions, Place, Problem
from ..reading import load
from ..trial import record
from .address import HEAD_ROW, Cell
from .opening import OpenedBook, open_book
from .package import refuse
from .sheets import files, inputs

FILES: Final = files.SHEET.title
INPUTS: Final = inputs.SHEET.title


@dataclass(frozen=True)
class Carried:
    """A workbook's case: ``cells`` by the names of inputs, and ``notes`` on what the case cannot say.

    Places of the case are in ``folder``, which is gone: they tell files of the sheet ``FILES``.
    """

    case: Case
    cells: Mapping[str, str]
    notes: tuple[str, ...]
    folder: str


def carried(path: Path) -> Carried:
    """Read the case of a workbook with the base values of its blue cells.

    Raises InvalidAssumptions for what is no workbook of this program and for blue cells without a number, by cell.
    """
    book = open_book(path)
    case, folder = case_of(book)
    cells, values, notes, problems = {}, {}, [], []
    for found in case.inputs:
        cell = book.named(found.name)
        if cell is None:
            text = "expected a cell of this name: write the workbook anew"
            problems.append(Problem(Place(str(path)), found.name, text))
            continue
        cells[found.name] = str(cell)
        value = _number(book, cell)
        if value is None:
            problems.append(Problem(Place(f"{path}: {cell}"), found.name, f"expected a number, found {_told(book, cell)}"))
            continue
        values[found.name] = value
        if (cell.row, cell.column) in book.formulas[cell.sheet]:
            notes.append(f"{cell}: {found.name} is a formula; its stored value was taken")
    if problems:
        raise InvalidAssumptions(problems)
    return Carried(with_bases(case, values), cells, (*notes, *_constants(book, case)), folder)
