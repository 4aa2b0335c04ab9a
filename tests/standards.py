"""The standards of FAST and of the ICAEW's code over drafted pages: each function gives the breaches of one rule.

FAST Standard 02c: 1.01 inputs apart, 2.01-03 one formula a row, 2.01-04 flow, 3.03 short formulas, 3.04-01 no number in
a formula, 4.01 no volatile function, 4.02-02 no merged cells. ICAEW, Financial Modelling Code (2023) and Twenty
Principles for Good Spreadsheet Practice (2014).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from openpyxl.formula import Tokenizer
from openpyxl.formula.translate import Translator
from openpyxl.utils.cell import range_boundaries

from valuation.workbook.address import FIRST_YEAR, HEAD_ROW, OPENING, PERIOD_ROW, Cell, column_name
from valuation.workbook.book import Plan
from valuation.workbook.pages import FormulaCell, NumberCell, Page, RawCell, TextCell, _linked
from valuation.workbook.styles import _KINDS, BLUE, GREEN

LONGEST: Final = 160
MULTIPLE: Final = '0.0"x"_);(0.0"x")'
VOLATILE: Final = {"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "OFFSET", "INDIRECT", "INFO", "CELL"}
OPAQUE: Final = {"NPV", "IFERROR", "ROUND", "ROUNDUP", "ROUNDDOWN", "VLOOKUP", "HLOOKUP", "LOOKUP", "GETPIVOTDATA"}
NEW: Final = {"XLOOKUP", "XMATCH", "FILTER", "SORT", "SORTBY", "UNIQUE", "SEQUENCE", "LET", "LAMBDA"}
OUTWARD: Final = {"WEBSERVICE", "FILTERXML", "CALL", "RTD", "DDE"}
BANNED: Final = VOLATILE | OPAQUE | NEW | OUTWARD

Place = tuple[str, int, int]


class Written:
    """The formulas of a drafted book as they will be written, by sheet, row and column from 0."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.pages = plan.draft.pages
        self.texts: dict[Place, str] = dict(self._texts())

    def _texts(self) -> Iterator[tuple[Place, str]]:
        spelling = self.plan.draft.spelling
        for title, page in self.pages.items():
            for (row, column), content in page.cells.items():
                if isinstance(content, FormulaCell):
                    yield (title, row, column), spelling.spell(content.formula, Cell(title, row, column))
                elif isinstance(content, RawCell):
                    yield (title, row, column), content.text

    @cached_property
    def tokens(self) -> dict[Place, list[Any]]:
        """The tokens of each formula."""
        return {place: Tokenizer(text).items for place, text in self.texts.items()}

    @cached_property
    def years(self) -> range:
        """The columns of the forecast years."""
        return range(FIRST_YEAR, FIRST_YEAR + self.plan.draft.years)

    @cached_property
    def timed(self) -> list[Page]:
        """The pages with a time axis."""
        return [page for page in self.pages.values() if (PERIOD_ROW, FIRST_YEAR) in page.cells and self._axis(page)]

    def _axis(self, page: Page) -> bool:
        return getattr(page.cells.get((PERIOD_ROW, 0)), "text", "") == "Forecast year"


def shown(place: Place) -> str:
    """A place as Excel names it."""
    return str(Cell(*place))


def rows_of_several_formulas(book: Written) -> list[str]:
    """Rows of a time axis in which one year's formula is not the one before, moved a column."""
    found = []
    for page in book.timed:
        for row in {row for row, column in page.cells if column in book.years and row > HEAD_ROW}:
            texts = [book.texts.get((page.title, row, column)) for column in book.years]
            if texts[0] is None or None in texts:
                found.append(f"{page.title}: row {row + 1} has years without a formula")
                continue
            for column, text in zip(book.years, texts, strict=True):
                moved = Translator(texts[0], f"{column_name(FIRST_YEAR)}{row + 1}")
                if moved.translate_formula(f"{column_name(column)}{row + 1}") != text:
                    found.append(f"{shown((page.title, row, column))}: {text} beside {texts[0]}")
    return found


def periods_out_of_place(book: Written, base_year: int) -> list[str]:
    """Sheets on which a column is another year, or another number of a year, than on all the others."""
    wanted = {column: base_year + 1 + year for year, column in enumerate(book.years)} | {OPENING: base_year}
    counted = {column: year + 1 for year, column in enumerate(book.years)}

    def stands(page: Page) -> bool:
        return all(
            getattr(page.cells.get((row, column)), "value", None) == value
            for row, values in ((HEAD_ROW, wanted), (PERIOD_ROW, counted))
            for column, value in values.items()
        )

    return [page.title for page in book.timed if not stands(page)]


def numbers_in_formulas(book: Written) -> list[str]:
    """Formulas in which a number stands other than 0 and 1 (and so -1)."""
    return [
        f"{shown(place)}: {book.texts[place]}"
        for place, tokens in book.tokens.items()
        if any(token.subtype == "NUMBER" and token.value not in ("0", "1") for token in tokens)
    ]


def banned_functions(book: Written) -> list[str]:
    """Formulas with a function that is volatile, opaque, new, or hides errors; and array formulas."""
    return [
        f"{shown(place)}: {book.texts[place]}"
        for place, tokens in book.tokens.items()
        if book.texts[place].startswith("{") or not BANNED.isdisjoint(_functions(tokens))
    ]


def _functions(tokens: list[Any]) -> set[str]:
    opened = (token.value for token in tokens if token.type == "FUNC" and token.subtype == "OPEN")
    return {value.rstrip("(").upper().removeprefix("_XLFN.").removeprefix("_XLWS.") for value in opened}


def hard_to_read(book: Written) -> list[str]:
    """Formulas of more than 160 characters, or with an IF inside an IF."""
    return [
        f"{shown(place)}: {text}"
        for place, text in book.texts.items()
        if len(text) > LONGEST or _depth_of_if(book.tokens[place]) > 1
    ]


def _depth_of_if(tokens: list[Any]) -> int:
    """How many IFs stand inside one another."""
    opened: list[str] = []
    deepest = 0
    for token in tokens:
        if token.type in ("FUNC", "PAREN"):
            if token.subtype == "OPEN":
                opened.append(token.value)
                deepest = max(deepest, opened.count("IF("))
            else:
                opened.pop()
    return deepest


def circles(book: Written) -> list[str]:
    """Cells that read themselves, directly or through others."""
    reads = {place: list(_reads(book, place)) for place in book.texts}
    done: set[Place] = set()
    for start in reads:
        path: dict[Place, None] = {}
        waiting: list[tuple[Place, bool]] = [(start, False)]
        while waiting:
            place, left = waiting.pop()
            if left:
                path.pop(place)
                done.add(place)
            elif place in path:
                return [" -> ".join(map(shown, path))]
            elif place not in done:
                path[place] = None
                waiting += [(place, True), *((read, False) for read in reads[place])]
    return []


def _reads(book: Written, place: Place) -> Iterator[Place]:
    """The formulas that a formula reads."""
    for token in book.tokens[place]:
        if token.type != "OPERAND" or token.subtype != "RANGE":
            continue
        sheet, _, address = token.value.rpartition("!")
        title = sheet.strip("'").replace("''", "'") if sheet else place[0]
        left, top, right, bottom = range_boundaries(address.replace("$", ""))
        for row in range(top - 1, bottom):
            for column in range(left - 1, right):
                if (title, row, column) in book.texts:
                    yield title, row, column


def colours(book: Written) -> list[str]:
    """Numbers that are not blue, formulas that are, and links to other sheets that are not green."""
    found = []
    for title, page in book.pages.items():
        for (row, column), content in page.cells.items():
            place = (title, row, column)
            if isinstance(content, NumberCell):
                if _KINDS[content.style].get("font_color") != BLUE:
                    found.append(f"{shown(place)}: a number that is not blue")
            elif isinstance(content, (FormulaCell, RawCell)):
                linked = "!" in book.texts[place]
                style = _linked(content.style, book.texts[place])
                if _KINDS[style].get("font_color") == BLUE:
                    found.append(f"{shown(place)}: a blue formula")
                if linked and "head" not in style and _KINDS[style].get("font_color") != GREEN:
                    found.append(f"{shown(place)}: a link that is not green")
    return found


def without_label_or_unit(book: Written) -> list[str]:
    """Rows with a number behind the unit's column, on pages that have one, without a label or without a unit."""
    found = []
    for title, page in book.pages.items():
        heads = {column for (row, column), cell in page.cells.items() if row == HEAD_ROW and _text(cell) == "Unit"}
        if not heads:
            continue
        unit = min(heads)
        numbers = {place for place, cell in page.cells.items() if _number(cell)}
        for row in {row for row, column in numbers if row > HEAD_ROW and column > unit}:
            if not any(_text(page.cells.get((row, column))) for column in range(unit)):
                found.append(f"{title}: row {row + 1} has no label")
            if not _text(page.cells.get((row, unit))):
                found.append(f"{title}: row {row + 1} has no unit")
    return sorted(found)


def _text(cell: Any) -> str:
    return cell.text if isinstance(cell, TextCell) else str(cell.value) if isinstance(cell, RawCell) else ""


def _number(cell: Any) -> bool:
    return not isinstance(cell, TextCell) and isinstance(cell.value, float | int)


def formats(book: Written) -> list[str]:
    """Numbers in no format, without brackets for negatives, or multiples that do not show as 0.0x."""
    found = []
    for title, page in book.pages.items():
        for (row, column), cell in page.cells.items():
            if not _number(cell):
                continue
            place, shape = shown((title, row, column)), cell.number_format
            plain = re.sub(r'"[^"]*"', "", shape)
            if "E+" in plain:
                continue  # a tolerance such as 1E-9
            if not shape:
                found.append(f"{place}: no number format")
            elif "(" not in plain and shape != "0" and not re.search("[ymd@]", plain):
                found.append(f"{place}: {shape} has no brackets for negatives")
            elif "x" in shape and shape != MULTIPLE:
                found.append(f"{place}: {shape} is not that of a multiple")
    return found
