"""Where things stand in the workbook: cells, the columns of the time axis, sheet titles."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from typing import Final

LABEL, UNIT, VALUE, OPENING, FIRST_YEAR = 0, 1, 2, 3, 4
HEAD_ROW: Final = 3
PERIOD_ROW: Final = 4
FIRST_ROW: Final = 6
LONGEST_TITLE: Final = 31


@dataclass(frozen=True, order=True)
class Cell:
    """A cell by sheet title, row and column, counted from 0."""

    sheet: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """The plain address: C7."""
        return f"{column_name(self.column)}{self.row + 1}"

    @property
    def fixed(self) -> str:
        """The absolute address: $C$7."""
        return f"${column_name(self.column)}${self.row + 1}"

    def seen_from(self, sheet: str, *, fixed: bool = True) -> str:
        """The address as a formula on another sheet writes it."""
        address = self.fixed if fixed else self.name
        return address if sheet == self.sheet else f"{quoted(self.sheet)}!{address}"

    def __str__(self) -> str:
        return f"{self.sheet}!{self.name}"


@cache
def column_name(column: int) -> str:
    """Return the letters of a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quoted(sheet: str) -> str:
    """Return a sheet title as formulas need it."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", sheet) and not re.fullmatch(
        r"[A-Za-z]{1,3}\d+|[rR]\d*[cC]\d*|[rRcC]", sheet
    ):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def sheet_title(text: str, taken: Container[str]) -> str:
    """Return a legal sheet title near the text that is not taken (``taken`` holds casefolded titles)."""
    # Excel counts a character beyond the basic plane, such as a picture, twice
    plain = _named(re.sub(r"[\\/*?:\[\]\x00-\x1f\ufffe\uffff\U00010000-\U0010ffff]", " ", text)) or "Part"
    plain = "History of the company" if plain.lower() == "history" else plain
    title, number = _named(_cut(plain)) or "Part", 2
    while title.casefold() in taken:
        ending = f" {number}"
        title, number = plain[: LONGEST_TITLE - len(ending)].rstrip() + ending, number + 1
    return title


def _named(text: str) -> str:
    """Without blanks and quotes around it: a title neither begins nor ends with one."""
    return text.strip(" '")


def _cut(text: str) -> str:
    """Shorten a title at a bracket or between words rather than inside a word."""
    if len(text) <= LONGEST_TITLE:
        return text
    before_bracket = re.sub(r" \([^)]*\)?", "", text)
    if len(before_bracket) <= LONGEST_TITLE:
        return before_bracket
    whole_words = before_bracket[: LONGEST_TITLE + 1].rpartition(" ")[0]
    return (whole_words or before_bracket[:LONGEST_TITLE]).rstrip(" ,;'")
