"""The audit sheet of the assumption files as text, from which a book can be proved, compared and read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...assumptions import Case
from ...identity import EVIDENCE
from ...texts import LONGEST_TEXT
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Audit files"
FILE, LINE = 0, 1
SET: Final = "--set"
"""Stands for a file's name before what was set beside the files."""


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the text of the assumption files, so that the book can be verified and rebuilt from itself.

    A line that is too long for a cell goes on in the rows below, which name no file.
    """
    page.heads(HEAD_ROW, {FILE: "File", LINE: "Text"}, right_from=99)
    page.widths = {FILE: 34, LINE: 150}
    page.freeze = (HEAD_ROW + 1, 0)
    at = HEAD_ROW + 1
    for name, line in _lines(made.case):
        page.text(at, FILE, name, "unit")
        for piece in pieces(line):
            page.text(at, LINE, piece)
            at += 1


def _lines(case: Case) -> Iterator[tuple[str, str]]:
    for name, text in case.files.items():
        if name != EVIDENCE:
            yield from ((name, line) for line in text.removesuffix("\n").split("\n"))
    yield from ((SET, f"{name}={text}") for name, text in case.overrides.items())


def pieces(line: str) -> Iterator[str]:
    """A line in pieces that a cell can hold; an empty one is one piece."""
    most = LONGEST_TEXT // 2  # characters, each of which may count twice
    yield from (line[start : start + most] for start in range(0, max(len(line), 1), most))


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Audit: the assumption files",
    subtitle=lambda made: "The text from which this book was made",
    about="The assumption files as text",
    write=_write,
    group="Evidence and audit",
)
