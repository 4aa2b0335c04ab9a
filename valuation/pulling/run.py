"""Pulling a book: its edits found, merged with the files, tried in a copy, and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..assumptions import Case
from ..problems import Problem
from ..reading import load
from .apply import of_cells, trial, write_all
from .asked import Added, Asked
from .book import Book, open_edited
from .companies import peer
from .damage import damage
from .edits import Edit, by_name, find_edits, same
from .frame import base_year
from .merge import Merge, Result, Take
from .notation import in_unit
from .notes import fields_added, reasons
from .pairs import pair
from .report import Pulled, difference
from .scenarios import overlay, probability, reason
from .sides import Change, Conflict, Side
from .splice import Overlap, Patch
from .values import values

OTHERS: Final = {
    "pair": pair, "overlay": overlay, "probability": probability, "scenario why": reason, "peer": peer,
    "base year": base_year,
}  # fmt: skip


def pull(book: str | Path, case: str | Path, *, dry_run: bool = False, take: Take = None) -> Pulled:
    """Bring the edits of a workbook back into the files of its case; only the edited characters change.

    ``take`` says whose value stays where book and files were both changed; without it such values are conflicts, and
    nothing is written. Nothing is written either when any edit makes no sense, or by a ``dry_run``. Raises
    InvalidAssumptions when the book or the case cannot be read, OSError with the file when one cannot be written.
    """
    opened = open_edited(Path(book))
    return pulled(opened, Path(case), dry_run=dry_run, take=take)


def pulled(opened: Book, path: Path, *, dry_run: bool = False, take: Take = None) -> Pulled:
    """Bring the edits of a book that is open already back into the files of its case; see ``pull``."""
    now = load(path)
    merge = Merge(Side.carried(opened.plan.made.case), Side.on_disk(now), take)
    edits, problems = find_edits(opened)
    problems += damage(opened)
    results = list(_results(merge, opened, edits))
    problems += [found for found in results if isinstance(found, Problem)]
    conflicts = [found for found in results if isinstance(found, Conflict)]
    changes = [found for found in results if isinstance(found, Change)]
    new, more, notes = _tried(merge.now, path, changes)
    problems += more
    good = not problems and not conflicts
    diff = difference(merge.now.texts, new) if good else ""
    written = tuple(write_all(merge.now.texts, new)) if good and new and not dry_run else ()
    ordered = sorted(changes, key=lambda change: (change.place.file, change.place.line))
    told = tuple(dict.fromkeys(sorted(problems, key=_order)))
    return Pulled(
        str(opened.path),
        str(path),
        tuple(ordered),
        tuple(conflicts),
        told,
        tuple(notes) if good else (),
        diff,
        new if good else {},
        written,
    )


def _order(problem: Problem) -> tuple[str, int, str, str, str]:
    """Cells of a sheet in the order of its rows."""
    sheet, _, cell = problem.place.file.rpartition("!")
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return sheet, int(digits) if sheet and digits.isdigit() else problem.place.line, cell, problem.name, problem.text


def _results(merge: Merge, book: Book, edits: list[Edit]) -> Iterator[Result]:
    added: dict[str, list[Added]] = {}
    whys: dict[str, list[Edit]] = {}
    for (sort, name), group in by_name(edits):
        if sort == "input":
            for edit in group:
                if edit.target.kind == "why":
                    whys.setdefault(merge.then.owners[name].name, []).append(edit)
            found: Iterator[Result | Added] = values(Asked(merge, group, book.row(name)))
        else:
            found = OTHERS[sort](merge, group)
        yield from _kept(found, added)
    for group in whys.values():
        yield from _kept(reasons(merge, group), added)
    for name, fields in added.items():
        yield from fields_added(merge, name, fields)


def _kept(found: Iterator[Result | Added], added: dict[str, list[Added]]) -> Iterator[Result]:
    """Hold back the fields that an assumption gets, until all of them are known."""
    for one in found:
        if isinstance(one, Added):
            added.setdefault(one.change.name, []).append(one)
        else:
            yield one


def _tried(now: Side, path: Path, changes: Sequence[Change]) -> tuple[dict[str, str], list[Problem], list[str]]:
    """Return the new texts, what is wrong with them told by cell, and what else moves."""
    patches: dict[str, list[Patch]] = {}
    for change in changes:
        patches.setdefault(now.texts.name(change.place), []).extend(change.patches)
    try:
        new = now.texts.with_patches(patches)
    except Overlap as error:
        return {}, [Problem(now.case.place, "", str(error))], []
    if not new:
        return {}, [], []
    case, problems = trial(now, path, new)
    if case is None:
        return new, of_cells(problems, changes, now.texts), []
    missed = [change for change in changes if change.holds is not None and not change.holds(case)]
    told = [
        Problem(
            replace(change.place, column=0),
            change.name,
            f"{change.cell} cannot be written here by itself: {change.new}",
        )
        for change in missed
    ]
    return new, told, list(_moved(now.case, case, changes))


def _moved(before: Case, after: Case, changes: Sequence[Change]) -> Iterator[str]:
    """Bases that follow their distributions, so that they are not what the book shows."""
    then = {found.name: found for found in before.inputs}
    given = {change.name for change in changes if "base" in change.note}
    for found in after.inputs:
        was = then.get(found.name)
        if was is None or found.name in given or found.distribution is None or was.distribution == found.distribution:
            continue
        if not same(was.base, found.base):
            old, new = in_unit(was.base, was.unit), in_unit(found.base, found.unit)
            yield f"{found.name}: its base follows its distribution, {old} -> {new}"
