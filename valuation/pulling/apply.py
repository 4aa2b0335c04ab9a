"""New texts tried in a copy of the case before they are written, and written so that a kill leaves no half file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from ..assumptions import Case
from ..atomic import replacing
from ..problems import InvalidAssumptions, Place, Problem
from ..reading import load
from .sides import Change, Side, Texts


def trial(side: Side, path: Path, texts: Mapping[str, str]) -> tuple[Case | None, list[Problem]]:
    """Read the case with new texts, in a temporary folder; places are told from the folder of the case."""
    with tempfile.TemporaryDirectory(prefix="valuation-") as folder:
        root = Path(folder)
        for name, text in {**side.texts.texts, **texts}.items():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8"))
        whole = root if path.is_dir() else root / path.name
        try:
            return load(whole, evidence=False), []
        except InvalidAssumptions as error:
            return None, [
                Problem(_moved(problem.place, folder, side), problem.name, problem.text) for problem in error.problems
            ]


def _moved(place: Place, folder: str, side: Side) -> Place:
    name = place.within(folder).file
    return Place(str(Path(side.case.folder) / name), place.line, place.column) if name in side.texts.texts else place


def of_cells(problems: Sequence[Problem], changes: Sequence[Change], texts: Texts) -> list[Problem]:
    """Tell problems of new texts by the cells whose edits made them: those of the name, else those of the line."""
    told: list[Problem] = []
    for problem in problems:
        to_blame = _to_blame(problem, changes)
        told += [Problem(Place(change.cell), change.name, problem.text) for change in to_blame]
        if not to_blame:
            cells = ", ".join(dict.fromkeys(change.cell for change in changes))
            told.append(Problem(problem.place, problem.name, f"{problem.text}; after the edits of {cells}"))
    return list(dict.fromkeys(told))


def _to_blame(problem: Problem, changes: Sequence[Change]) -> list[Change]:
    named = [c for c in changes if c.name == problem.name or c.name.startswith(f"{problem.name}.")]
    here = [c for c in changes if (c.place.file, c.place.line) == (problem.place.file, problem.place.line)]
    both = [change for change in named if change in here]
    return both or named or here or (list(changes) if len({c.cell for c in changes}) == 1 else [])


def write_all(texts: Texts, new: Mapping[str, str]) -> list[str]:
    """Replace files by new texts: all are written beside their targets first, then renamed one by one.

    A kill leaves each file old or new. Raises OSError, with the file's name, when one cannot be written, and
    InvalidAssumptions when one was changed since it was read; none is replaced then.
    """
    targets = {name: (Path(texts.folder) / name).resolve() for name in new}
    with ExitStack() as beside:
        for name, text in reversed(list(new.items())):  # the last that is entered is renamed first
            file = beside.enter_context(replacing(targets[name]))
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())  # a disk that is full says so before any file is replaced
        for name, target in targets.items():
            if target.read_bytes().decode("utf-8") != texts.texts[name]:
                problem = Problem(Place(str(target)), "", "was changed while the book was pulled: pull again")
                raise InvalidAssumptions([problem])
    return [str(Path(texts.folder) / name) for name in new]
