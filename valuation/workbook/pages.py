"""Pages: what will stand on each sheet, collected first and written at the end, when every address is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from ..formula import Formula, Reference, Row
from ..lines import single
from ..recording import Values, evaluate_row
from ..texts import shortened
from ..units import Unit
from .address import Cell
from .overlays import Overlays
from .spelling import Spelling
from .styles import Styles

Group = Literal["Results", "Inputs", "Model", "Evidence and audit"]
RISKY: Final = tuple("=+-@\t\r\n")


@dataclass(frozen=True)
class TextCell:
    """A text, kept a text whatever it begins with."""

    text: str
    style: str


@dataclass(frozen=True)
class NumberCell:
    """A stored number: an input or a result that is a snapshot."""

    value: float
    style: str
    number_format: str


@dataclass(frozen=True)
class FormulaCell:
    """A live formula with the value that it has in the base case."""

    formula: Formula
    value: float
    style: str
    number_format: str


@dataclass(frozen=True)
class RawCell:
    """A formula written by hand, for what the language has no word for: texts and statuses."""

    text: str
    value: float | str
    style: str
    number_format: str


Content = TextCell | NumberCell | FormulaCell | RawCell


@dataclass
class Page:
    """One sheet: its cells, column widths, frozen panes and what is drawn on it."""

    title: str
    heading: str
    subtitle: str = ""
    about: str = ""
    group: Group = "Model"
    cells: dict[tuple[int, int], Content] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    freeze: tuple[int, int] = (4, 1)
    charts: list[tuple[int, int, Callable[[Any], Any]]] = field(default_factory=list)
    links: dict[tuple[int, int], str | Cell] = field(default_factory=dict)
    validations: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    print_area: tuple[int, int, int, int] | None = None
    one_page: bool = False
    breaks: list[int] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    lights: tuple[int, int, int, int] | None = None

    def cell(self, row: int, column: int) -> Cell:
        """The address of a cell of this page."""
        return Cell(self.title, row, column)

    def text(self, row: int, column: int, text: str, style: str = "text") -> None:
        """Write a text as a cell can hold it; see ``shortened``."""
        clean = shortened(str(text))
        if clean:
            self.cells[row, column] = TextCell(clean, style)

    def number(self, row: int, column: int, value: float, number_format: str, style: str = "stored") -> None:
        """Write a stored number; NaN and infinity have no place in a sheet and become a dash."""
        if not math.isfinite(value):
            self.text(row, column, "n/a")
        else:
            self.cells[row, column] = NumberCell(float(value), style, number_format)

    def raw(self, row: int, column: int, text: str, value: float | str, style: str = "formula", fmt: str = "") -> None:
        """Write a formula by its text."""
        self.cells[row, column] = RawCell(text, value, style, fmt)

    def heads(
        self, row: int, texts: Mapping[int, str], right_from: int = 2, *, right: Container[int] | None = None
    ) -> None:
        """Write a head row: to the right from a column, or in the columns of numbers."""
        for column, text in texts.items():
            over_numbers = column >= right_from if right is None else column in right
            self.text(row, column, text, "head_right" if over_numbers else "head")


@dataclass
class Draft:
    """The book before it is written: pages in order, where each row stands and what it is worth in the base case.

    ``results`` are the rows that stand out on their sheets. Sheets keep for each other what those need that come
    later: the cell of the ``base_year``, the numbers of each distribution (``parameters``) and its range in formulas
    (``quantiles``), of live draws the stored row of each uncertain input (``lanes``) and what that makes of it
    (``live``), the base value ``per_share`` of each part and of each of several methods, counts of what ``changed``
    since the book was written, the ``status`` of the stored run, the numbers that the ``run`` stored by what they are
    of and which they are ("cloud", "P5"), the tables of ``ranges`` that charts elsewhere show, the ``valuation_date``,
    the ``selector`` of the scenario shown and the ``overlays`` that it chooses from.
    """

    years: int
    pages: dict[str, Page] = field(default_factory=dict)
    cells: dict[Row, Cell] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    peers: dict[tuple[str, str], str] = field(default_factory=dict)
    pasted: dict[Cell, tuple[str, str, int]] = field(default_factory=dict)
    names: dict[str, Cell] = field(default_factory=dict)
    results: frozenset[Row] = frozenset()
    base_year: Cell | None = None
    parameters: dict[str, list[Reference]] = field(default_factory=dict)
    quantiles: dict[str, list[Formula | None]] = field(default_factory=dict)
    lanes: dict[str, Reference] = field(default_factory=dict)
    live: dict[str, Formula] = field(default_factory=dict)
    per_share: dict[str, Formula] = field(default_factory=dict)
    ranges: dict[str, Any] = field(default_factory=dict)
    run: dict[tuple[str, str], Reference] = field(default_factory=dict)
    changed: dict[str, Cell] = field(default_factory=dict)
    status: Cell | None = None
    valuation_date: Cell | None = None
    selector: Cell | None = None
    overlays: Overlays = field(default_factory=Overlays)

    @property
    def spelling(self) -> Spelling:
        """How formulas are spelled in this book."""
        return Spelling(self.cells, self.years, self.peers)

    def page(self, title: str, heading: str, subtitle: str = "", about: str = "") -> Page:
        """Add a page."""
        self.pages[title] = Page(title, heading, subtitle, about)
        return self.pages[title]

    def put(
        self, page: Page, row: int, column: int, formula: Formula, *, unit: Unit | None = None, style: str = "formula"
    ) -> Reference:
        """Write a live formula into a cell and return a Reference to it, so that other cells can read it."""
        line = Row(page.title, f"{row},{column}", unit or formula.unit, False, formula)
        self.values[line] = evaluate_row(line, self.values, self.years)
        self.place(page, line, row, column, style)
        return Reference(line)

    def place(self, page: Page, line: Row, row: int, column: int, style: str = "formula") -> None:
        """Put a single-valued row that is already evaluated into a cell."""
        assert line.formula is not None
        self.cells[line] = page.cell(row, column)
        value = single(self.values[line])
        page.cells[row, column] = FormulaCell(line.formula, value, style, line.unit.number_format)

    def store(self, page: Page, row: int, column: int, number: float, unit: Unit, key: tuple[str, str]) -> None:
        """Write a number that a run found and keep a Reference to it, so that other sheets can link to it."""
        page.number(row, column, number, unit.number_format)
        line = Row(page.title, f"{row},{column}", unit, False)
        self.cells[line], self.values[line] = page.cell(row, column), np.array([number])
        self.run[key] = Reference(line)

    def value(self, reference: Reference) -> float:
        """The base value of a single cell."""
        return single(self.values[reference.row])


def write_page(book: Any, sheet: Any, page: Page, spelling: Spelling, styles: Styles) -> None:
    """Write the cells of a page into an XlsxWriter worksheet."""
    for column, width in page.widths.items():
        sheet.set_column(column, column, width)
    for row, height in page.heights.items():
        sheet.set_row(row, height)
    for (row, column), content in sorted(page.cells.items(), key=lambda item: item[0]):
        _write_cell(sheet, page.cell(row, column), content, spelling, styles)
    for (row, column), target in page.links.items():
        text = page.cells[row, column]
        assert isinstance(text, TextCell)
        there = target if isinstance(target, Cell) else Cell(target, 0, 0)
        escaped = there.sheet.replace("'", "''")
        style = styles.get("contents", quote=text.text[:1] in RISKY)
        sheet.write_url(row, column, f"internal:'{escaped}'!{there.name}", style, text.text)
    for row, column, chart in page.charts:
        sheet.insert_chart(row, column, chart(book), {"object_position": 2})
    if page.lights is not None:
        lights = {"OK": "good", "ERROR": "bad", "WARNING": "doubtful", "NOTE": "doubtful", "edited": "doubtful"}
        for word, style in lights.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles.get(style)}
            sheet.conditional_format(*page.lights, rule)
    for row, column, rule in page.validations:
        sheet.data_validation(row, column, row, column, rule)


def _write_cell(sheet: Any, at: Cell, content: Content, spelling: Spelling, styles: Styles) -> None:
    match content:
        case TextCell():
            style = styles.get(content.style, quote=content.text[:1] in RISKY)
            sheet.write_string(at.row, at.column, content.text, style)
        case NumberCell():
            sheet.write_number(at.row, at.column, content.value, styles.get(content.style, content.number_format))
        case FormulaCell():
            text = spelling.spell(content.formula, at)
            style = styles.get(_linked(content.style, text), content.number_format)
            sheet.write_formula(at.row, at.column, text, style, _stored(content.value))
        case RawCell():
            style = styles.get(_linked(content.style, content.text), content.number_format)
            sheet.write_formula(at.row, at.column, content.text, style, _stored(content.value))


def _stored(value: float | str) -> float | str:
    """The value stored beside a formula; what has none is the error that Excel computes there."""
    return value if isinstance(value, str) or math.isfinite(value) else "#N/A"


def _linked(style: str, text: str) -> str:
    """Formulas that read another sheet are green."""
    if "!" not in text:
        return style
    return "link" if style == "formula" else f"{style}_link"
