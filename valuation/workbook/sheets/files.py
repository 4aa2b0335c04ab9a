"""The audit sheet of the assumption files as text, from which a book can be proved, compared and read back."""

from __future__ import annotations

from typing import Final

from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "Audit files"
FILE, LINE = 0, 1


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the text of the assumption files, so that the book can be verified and rebuilt from itself."""
    page.heads(HEAD_ROW, {FILE: "File", LINE: "Text"}, right_from=99)
    page.widths = {FILE: 34, LINE: 150}
    page.freeze = (HEAD_ROW + 1, 0)
    at = HEAD_ROW + 1
    for name, text in made.case.files.items():
        if name == "evidence.yaml":
            continue
        for line in text.splitlines():
            page.text(at, FILE, name, "unit")
            page.text(at, LINE, line)
            at += 1


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Audit: the assumption files",
    subtitle=lambda made: "The text from which this book was made",
    about="The assumption files as text",
    write=_write,
)
