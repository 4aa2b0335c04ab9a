"""What an edit of a book can break: overwritten formulas, rows and columns that moved, sheets that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from ..problems import Place, Problem
from ..workbook.address import Cell, column_name
from ..workbook.pages import FormulaCell, Page, RawCell, TextCell
from .book import Book

Found = tuple[Cell, str, str | None]
"""A formula that is not what it was: its cell, and its text then and now."""

MOST_TOLD: Final = 20
REMEDY: Final = "undo that, or edit the files and write the book anew"


def damage(book: Book) -> list[Problem]:
    """Return what was done to a book beside editing its blue cells."""
    pages = book.plan.draft.pages
    missing = [title for title in pages if title not in book.formulas and title not in book.constants]
    overwritten = [found for title, page in pages.items() if title not in missing for found in _overwritten(book, page)]
    moved = {title: told for title in pages if title not in missing and (told := _moved(book, title, overwritten))}
    if missing or moved:  # formulas that read what moved are others now, which is no damage of its own
        overwritten = [(at, text, now) for at, text, now in overwritten if now is None and at.sheet not in moved]
    problems = [*map(_no_sheet, missing), *(problem for told in moved.values() for problem in told)]
    problems += [_formula(book, *found) for found in overwritten[:MOST_TOLD]]
    if len(overwritten) > MOST_TOLD:
        rest = f"and {len(overwritten) - MOST_TOLD:,} more formulas that are not the model's"
        problems.append(Problem(Place(str(book.path)), "", rest))
    return problems


def _no_sheet(title: str) -> Problem:
    return Problem(Place(title), "", "this sheet is missing or renamed: give it back its name, or write the book anew")


# Rows and columns -------------------------------------------------------------------------------------------------


def _moved(book: Book, title: str, overwritten: Sequence[Found]) -> list[Problem]:
    """Rows and columns that were put in or taken out, seen by the texts beside and above them.

    It counts only where most of what should stand behind it is not in its place.
    """
    page, there = book.plan.draft.pages[title], book.constants.get(title, {})
    astray = {(at.row, at.column) for at, _, _ in overwritten if at.sheet == title}
    astray |= {(cell.row, cell.column) for cell in book.targets if cell.sheet == title and book.where(cell) != cell}
    if not astray:
        return []
    fixed = {place for place, cell in page.cells.items() if isinstance(cell, (FormulaCell, RawCell))}
    fixed |= {(cell.row, cell.column) for cell in book.targets if cell.sheet == title}
    now = {place: value for place, value in there.items() if isinstance(value, str) and value.strip()}
    then = {place: cell.text for place, cell in page.cells.items() if isinstance(cell, TextCell)}
    told = []
    for what, axis in (("row", 0), ("column", 1)):
        for at, more, label in _shifts(_profile(then, axis), _profile(now, axis)):
            behind = [place for place in fixed if place[axis] >= at]
            if 2 * len(astray & set(behind)) > len(behind):
                told.append(_told(page, what, at, abs(more), label, "put in" if more > 0 else "taken out"))
    return told


def _shifts(then: Sequence[tuple[str, ...]], now: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int, str]]:
    """Where lines were put in (more of them, from a line of now) or taken out (fewer, from a line of then)."""
    for tag, first, last, begin, stop in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        more = (stop - begin) - (last - first)
        if tag != "equal" and more > 0:
            yield stop - more, more, ""
        elif tag != "equal" and more < 0:
            yield last + more, more, next(iter(then[last + more]), "")


def _profile(texts: Mapping[tuple[int, int], str], axis: int) -> list[tuple[str, ...]]:
    """What stands in each row, or in each column, as texts."""
    lines: dict[int, list[tuple[int, str]]] = {}
    for place, text in texts.items():
        lines.setdefault(place[axis], []).append((place[1 - axis], " ".join(text.split())))
    return [tuple(text for _, text in sorted(lines.get(n, []))) for n in range(max(lines, default=-1) + 1)]


def _told(page: Page, what: str, first: int, count: int, label: str, verb: str) -> Problem:
    def name(number: int) -> str:
        return str(number + 1) if what == "row" else column_name(number)

    which = f"{what} {name(first)}" if count == 1 else f"{what}s {name(first)} to {name(first + count - 1)}"
    which += f" ({label})" if label else ""
    at = Cell(page.title, first, 0) if what == "row" else Cell(page.title, 0, first)
    return Problem(Place(str(at)), "", f"{which} {'was' if count == 1 else 'were'} {verb}: {REMEDY}")


# Formulas ---------------------------------------------------------------------------------------------------------


def _overwritten(book: Book, page: Page) -> Iterator[Found]:
    """Formulas that are now numbers or other formulas: cell, formula then and now."""
    spelling = book.plan.draft.spelling
    there = book.formulas.get(page.title, {})
    for (row, column), content in page.cells.items():
        at = page.cell(row, column)
        if not isinstance(content, (FormulaCell, RawCell)):
            continue
        text = spelling.spell(content.formula, at) if isinstance(content, FormulaCell) else content.text
        found = there.get((row, column))
        if found is None or plain(found) != plain(text):
            yield at, text, found


def _formula(book: Book, at: Cell, text: str, found: str | None) -> Problem:
    now = book.constants.get(at.sheet, {}).get((at.row, at.column)) if found is None else found
    told = "empty" if now in (None, "") else str(now) if found is not None else repr(now)
    return Problem(Place(str(at)), "", f"the formula {text} was overwritten: it is now {told}")


def plain(formula: Any) -> str:
    """A formula without what programs change when they save: blanks, quotes around plain titles, prefixes."""
    text = re.sub(r"\s+", "", str(formula)).replace("_xlfn.", "")
    return re.sub(r"'([A-Za-z_][A-Za-z0-9_]*)'!", r"\1!", text)
