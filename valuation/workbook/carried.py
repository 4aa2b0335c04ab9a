"""The case that a workbook carries: the text of its assumption files, and the numbers that its blue cells hold now."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..assumptions import Case
from ..lines import snake
from ..problems import InvalidAssumptions, Place, Problem
from ..reading import load
from ..trial import record
from .address import HEAD_ROW, Cell
from .cells import Spot, Value
from .opening import OpenedBook, open_book
from .package import refuse
from .sheets.files import FILE, LINE
from .sheets.files import TITLE as FILES
from .sheets.inputs import BASE, ID
from .sheets.inputs import TITLE as INPUTS

ALIKE: Final = 1e-14
"""Numbers that differ by less, of their size, are the same number as different programs write it."""

Values = Mapping[str, Mapping[Spot, Value]]


@dataclass(frozen=True)
class Carried:
    """A workbook's case with the base values of its cells now.

    ``cells`` are the cells by the names of inputs, and ``notes`` say what the case cannot. Places of the case tell
    files in ``folder``, which is gone: their text stands on the sheet of files.
    """

    case: Case
    cells: Mapping[str, str]
    notes: tuple[str, ...]
    folder: str


def carried(path: Path) -> Carried:
    """Read the case of a workbook with the numbers of its blue cells.

    Raises InvalidAssumptions for what is no workbook of this program, and by cell for inputs that are no numbers.
    """
    book = open_book(path)
    case, folder = case_of(book)
    problems = list(_set_aside(book, case))
    cells: dict[str, str] = {}
    values: dict[str, float] = {}
    notes: list[str] = []
    for found in case.inputs:
        cell = book.named(found.name)
        value = None if cell is None else _number(book, cell)
        if cell is None or value is None:
            problems.append(_missing(book, found.name, cell))
            continue
        cells[found.name], values[found.name] = str(cell), found.base if _alike(value, found.base) else value
        if _formula(book, cell):
            notes.append(f"{path}: {cell}: {found.name} is a formula there; its last value was taken")
    if problems:
        raise InvalidAssumptions(problems)
    notes += _constants(book, case)
    return Carried(replace(with_bases(case, values), id=snake(path.stem) or "case"), cells, tuple(notes), folder)


def case_of(book: OpenedBook) -> tuple[Case, str]:
    """Read the case from the text that a book carries, as it was written, and the folder that it was read from."""
    path = book.path
    if FILES not in book.constants:
        raise refuse(path, f"expected a workbook written by valuation, with a sheet {FILES}")
    texts = _texts(book.constants)
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in texts.items():
            target = (Path(folder) / name).resolve()
            if not target.is_relative_to(Path(folder).resolve()):
                raise refuse(path, f"{FILES}: {name} is outside the case")
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text("\n".join(lines) + "\n", encoding="utf-8")
            except (OSError, ValueError):
                raise refuse(path, f"{FILES}: {name[:80]!r} is no name of a file") from None
        single = "case.yaml" not in texts
        try:
            return load(Path(folder) / next(iter(texts)) if single and texts else folder, evidence=False), folder
        except InvalidAssumptions as error:
            places = [(problem, problem.place.within(folder)) for problem in error.problems]
            told = [(p, Place(f"{path}: {FILES}: {there.file}", there.line, there.column)) for p, there in places]
            raise InvalidAssumptions(Problem(there, p.name, p.text) for p, there in told) from None


def _texts(constants: Values) -> dict[str, list[str]]:
    """The lines of each file, in the order of the sheet."""
    texts: dict[str, list[str]] = {}
    sheet = constants[FILES]
    for row in sorted({row for row, _ in sheet if row > HEAD_ROW}):
        name = sheet.get((row, FILE))
        if name is not None:
            texts.setdefault(str(name), []).append(str(sheet.get((row, LINE), "")))
    return texts


def with_bases(case: Case, values: Mapping[str, float]) -> Case:
    """The case with other base values of inputs, by their names."""
    assumptions = {
        name: replace(
            found, inputs=tuple(replace(one, base=values.get(one.name, one.base)) for one in found.inputs)
        )
        for name, found in case.assumptions.items()
    }  # fmt: skip
    return replace(case, assumptions=assumptions)


def _alike(value: float, known: float) -> bool:
    return abs(value - known) <= ALIKE * abs(known)


def _formula(book: OpenedBook, cell: Cell) -> bool:
    return (cell.row, cell.column) in book.formulas.get(cell.sheet, {})


def _number(book: OpenedBook, cell: Cell) -> float | None:
    """The number in a cell; of a formula that somebody typed there the last value that was stored."""
    cells = book.stored if _formula(book, cell) else book.constants
    value = cells.get(cell.sheet, {}).get((cell.row, cell.column))
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _missing(book: OpenedBook, name: str, cell: Cell | None) -> Problem:
    if cell is None:
        return Problem(Place(str(book.path)), name, "expected a cell with this name, found none: write the book anew")
    found = book.constants.get(cell.sheet, {}).get((cell.row, cell.column))
    shown = "a formula without a number" if _formula(book, cell) else "nothing" if found is None else repr(found)
    return Problem(Place(f"{book.path}: {cell}"), name, f"expected a number, found {shown}")


def _set_aside(book: OpenedBook, case: Case) -> Iterator[Problem]:
    """Inputs of the book that its files do not know as such: it was written with other values in their place."""
    inputs = {found.name for found in case.inputs}
    for name in book.names:
        if name in case.assumptions and name not in inputs:
            text = "is a number in this book and a formula in its files, as after --set: compare the files themselves"
            yield Problem(Place(str(book.path)), name, text)


def _constants(book: OpenedBook, case: Case) -> Iterator[str]:
    """Say which numbers of the methods themselves were changed in the book: no case can hold them."""
    recording, _ = record(case)
    known = {f"constant.{snake(row.label)}": value for row, value in recording.constants.values()}
    sheet = book.constants.get(INPUTS, {})
    for (row, column), name in sheet.items():
        if column == ID and name in known:
            found = sheet.get((row, BASE))
            if not isinstance(found, float) or not _alike(found, known[name]):
                cell = Cell(INPUTS, row, BASE)
                yield f"{book.path}: {cell}: {name} is {found}, the method's is {known[name]:g}, which was taken"
