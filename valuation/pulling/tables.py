"""Where the cells of a CSV file stand in its text, so that one of them can be replaced alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .splice import Patch

_SPECIAL: Final = (",", '"', "\n", "\r")


@dataclass(frozen=True)
class CsvCell:
    """A cell: what it says, and the characters of the file on which it stands, quotes included."""

    value: str
    start: int
    end: int
    quoted: bool

    def becomes(self, text: str) -> Patch:
        """Return the patch that puts another text there; quotes stay, and come where they are needed."""
        lead = len(self.value) - len(self.value.lstrip())
        tail = len(self.value) - len(self.value.rstrip()) if self.value.strip() else 0
        padded = self.value[:lead] + text + self.value[len(self.value) - tail :] if not self.quoted else text
        if self.quoted or any(sign in text for sign in _SPECIAL):
            doubled = text.replace('"', '""')
            padded = f'"{doubled}"'
        return Patch(self.start, self.end, padded)


def cells_of(text: str) -> list[list[CsvCell]]:
    """Return the rows of a CSV text that are not blank, as Python's reader and this package's see them."""
    rows: list[list[CsvCell]] = []
    row: list[CsvCell] = []
    at = 0
    while at < len(text):
        cell, at = _cell(text, at)
        row.append(cell)
        if at < len(text) and text[at] == ",":
            at += 1
            if at == len(text):
                row.append(CsvCell("", at, at, False))
            continue
        at += 2 if text.startswith("\r\n", at) else 1
        rows.append(row)
        row = []
    if row:
        rows.append(row)
    return [found for found in rows if any(cell.value.strip() for cell in found)]


def _cell(text: str, start: int) -> tuple[CsvCell, int]:
    """Read one cell; returns it with where it ends."""
    at, value, quoted, inside = start, [], text.startswith('"', start), False
    while at < len(text):
        sign = text[at]
        if sign == '"' and quoted:
            if inside and text.startswith('""', at):
                value.append('"')
                at += 2
                continue
            if not inside and at != start:
                value.append(sign)  # a stray quote behind the closing one
            else:
                inside = not inside
            at += 1
            continue
        if not inside and sign in (",", "\r", "\n"):
            break
        value.append(sign)
        at += 1
    return CsvCell("".join(value), start, at, quoted), at
