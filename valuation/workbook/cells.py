"""The cells of one sheet of a workbook file: numbers, texts and formulas, whichever way a program wrote them."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from .address import Cell
from .package import Package

MOST_CELLS: Final = 500_000
MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
LARGEST_SHEET: Final = 10_000_000
LONGEST_FORMULA: Final = 8_192
MOST_TRANSLATED: Final = 5_000_000

_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


Spot = tuple[int, int]
Value = float | str | bool


class ErrorValue(str):
    """What a cell shows in place of a value: #N/A, #DIV/0!."""

    __slots__ = ()


class Budget:
    """What all sheets of a workbook may cost together: how many cells, and how much translating of formulas."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.cells = 0
        self.translated = 0

    def take_cell(self) -> None:
        """Count one cell more."""
        self.cells += 1
        if self.cells > MOST_CELLS:
            raise self.package.refuse(f"expected a workbook of at most {MOST_CELLS:,} cells, found more")

    def take_translation(self, characters: int) -> None:
        """Count a shared formula that is told anew for another cell."""
        self.translated += characters
        if self.translated > MOST_TRANSLATED:
            raise self.package.refuse("shares its formulas too often to be read")


class Cells:
    """One sheet: its formulas, constants and stored values by (row, column), after ``read``."""

    def __init__(self, budget: Budget, texts: list[str], title: str) -> None:
        self.budget, self.texts, self.title = budget, texts, title
        self.formulas: dict[Spot, str] = {}
        self.constants: dict[Spot, Value] = {}
        self.stored: dict[Spot, Value] = {}
        self.masters: dict[str, tuple[int, Any]] = {}
        self.row, self.column = -1, -1
        self.far = (0, 0)
        self.attributes: dict[str, str] = {}
        self.kind = "n"
        self.pieces: list[str] = []
        self.formula: tuple[dict[str, str], str] | None = None
        self.value: str | None = None
        self.in_cell = False

    def read(self, part: str) -> None:
        """Read the part of this sheet; what breaks the bounds or is no value is refused with its address."""
        self.budget.package.read(part, self._start, self._end)

    def _refuse(self, text: str) -> Exception:
        return self.budget.package.refuse(f"{self.title}!{self._address}: {text}")

    @property
    def _address(self) -> str:
        return Cell(self.title, self.row, self.column).name

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isdecimal() and len(number) < 9 else self.row + 1
            self.column = -1
        elif element == "c":
            self._enter(attributes)
        elif element == "f":
            self.attributes = attributes

    def _enter(self, attributes: dict[str, str]) -> None:
        """Find where the cell stands; programs may leave its address out."""
        found = _ADDRESS.fullmatch(attributes.get("r", ""))
        if found:
            self.row, self.column = int(found[2]) - 1, column_number(found[1])
        else:
            self.row, self.column = max(self.row, 0), self.column + 1
        self.kind, self.pieces, self.formula, self.value = attributes.get("t", "n"), [], None, None
        self.in_cell = True
        self.budget.take_cell()
        if not (0 <= self.row < MOST_ROWS and self.column < MOST_COLUMNS):
            raise self._refuse("is outside of any sheet")
        self.far = max(self.far[0], self.row), max(self.far[1], self.column)
        if (self.far[0] + 1) * (self.far[1] + 1) > LARGEST_SHEET:
            raise self._refuse("stands so far out that the sheet is refused; delete what is there")

    def _end(self, element: str, text: str) -> None:
        if not self.in_cell:
            return
        if element == "v":
            self.value = text
        elif element == "f":
            self.formula = self.attributes, text
        elif element == "t":
            self.pieces.append(text)
        elif element == "c":
            self.in_cell = False
            self._leave()

    def _leave(self) -> None:
        value = self._value()
        if self.formula is not None:
            self.formulas[self.row, self.column] = self._formula(*self.formula)
            if value is not None:
                self.stored[self.row, self.column] = value
        elif value is not None:
            self.constants[self.row, self.column] = value

    def _value(self) -> Value | None:
        text = self.value
        if self.kind == "inlineStr":
            return unescaped("".join(self.pieces))
        if text is None or (text == "" and self.kind != "str"):
            return None
        match self.kind:
            case "s":
                number = int(text) if text.isdecimal() and len(text) < 9 else -1
                if not 0 <= number < len(self.texts):
                    raise self._refuse("refers to a text that the workbook does not have")
                return self.texts[number]
            case "str" | "d":
                return unescaped(text)
            case "b":
                return text.strip() in ("1", "true")
            case "e":
                return ErrorValue(text)
            case _:
                return self._number(text.strip())

    def _number(self, text: str) -> float:
        number = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not math.isfinite(number):
            raise self._refuse(f"expected a number, found {text[:40]!r}")
        return number

    def _formula(self, attributes: dict[str, str], text: str) -> str:
        if len(text) > LONGEST_FORMULA:
            raise self._refuse(f"expected a formula of at most {LONGEST_FORMULA:,} characters, found {len(text):,}")
        match attributes.get("t", "normal"):
            case "shared":
                return self._shared(attributes.get("si", ""), text)
            case "array":
                return f"{{={text}}}"
            case "dataTable":
                return f"{{=TABLE({attributes.get('r1', '')},{attributes.get('r2', '')})}}"
            case _:
                return f"={text}"

    def _shared(self, group: str, text: str) -> str:
        """A formula shared with the cell that was first of its group, told as this cell reads it."""
        from openpyxl.formula.translate import Translator, TranslatorError

        if text or group not in self.masters:
            self.masters[group] = len(text), Translator(f"={text}", self._address)
            return f"={text}"
        length, master = self.masters[group]
        self.budget.take_translation(length)
        try:
            return str(master.translate_formula(self._address))
        except (TranslatorError, ValueError, IndexError):
            raise self._refuse("shares a formula that leaves the sheet") from None


def column_number(letters: str) -> int:
    """The number of a column from its letters, counted from 0."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def unescaped(text: str) -> str:
    """A text with the characters that XML cannot hold, which workbooks write as _x000D_."""
    if "_x" not in text:
        return text
    plain_text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    # halves of a character that belong together become one; a half alone becomes the sign for what is unknown
    return plain_text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
