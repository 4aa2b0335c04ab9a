"""What a pull did: changes, conflicts side by side, problems by cell, and the difference of the files as text."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..problems import Problem
from .sides import Change, Conflict, Texts


@dataclass(frozen=True)
class Pulled:
    """The result of a pull; ``new`` holds the new texts by name of file, ``written`` the files that were replaced."""

    book: str
    case: str
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    diff: str
    new: Mapping[str, str]
    written: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing stands in the way of the edits."""
        return not self.conflicts and not self.problems

    def as_json(self) -> dict[str, Any]:
        """The report as one object."""
        return {
            "book": self.book,
            "case": self.case,
            "changes": [
                {"name": c.name, "cell": c.cell, "file": c.place.file, "line": c.place.line, "old": c.old, "new": c.new}
                for c in self.changes
            ],
            "conflicts": [
                {"name": c.name, "cell": c.cell, "then": c.then, "book": c.book, "files": c.files,
                 "file": c.place.file, "line": c.place.line}
                for c in self.conflicts
            ],
            "problems": [{"place": str(p.place), "name": p.name, "text": p.text} for p in self.problems],
            "notes": list(self.notes),
            "diff": self.diff,
            "written": list(self.written),
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for change in self.changes:
            old = f"{change.old} -> " if change.old else ""
            yield f"{change.place.file}:{change.place.line}: {change.name}: {old}{change.new}  ({change.cell})"
        yield from self.notes
        for conflict in self.conflicts:
            yield f"{conflict.name} ({conflict.cell}) was changed in the book and in the files:"
            yield f"    when the book was written  {conflict.then}"
            yield f"    in the book now            {conflict.book}"
            yield f"    in the files now           {conflict.files}  ({conflict.place.file}:{conflict.place.line})"
        yield from map(str, self.problems)
        yield self._verdict()

    def _verdict(self) -> str:
        if self.conflicts and not self.problems:
            return "nothing written: say --take book or --take files for what was changed on both sides"
        if not self.good:
            return "nothing written"
        if not self.changes:
            return "nothing to pull: the book says what the files say"
        count = f"{len(self.changes)} change{'s' if len(self.changes) != 1 else ''}"
        if not self.written:
            return f"{count}, nothing written (--dry-run)"
        return f"{count} written to {', '.join(self.written)}"


def difference(texts: Texts, new: Mapping[str, str]) -> str:
    """The unified difference of the files that change, as ``diff -u`` prints it."""
    return "".join(
        line
        for name, text in new.items()
        for line in _unified(texts.texts[name], text, os.path.normpath(Path(texts.folder) / name))
    )


def _unified(old: str, new: str, name: str) -> Iterator[str]:
    before, after = ([f"{line}\n" for line in text.replace("\r\n", "\n").split("\n")] for text in (old, new))
    for lines in (before, after):
        if lines[-1] == "\n":
            lines.pop()
        else:
            lines[-1] += "\\ No newline at end of file\n"
    yield from difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
