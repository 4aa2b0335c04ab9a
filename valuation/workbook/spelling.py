"""Spelling a Formula in Excel: addresses for rows, the table's text for operations, brackets by precedence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..formula import ATOM, Before, Block, Column, Constant, Formula, Reference, Row
from ..least_squares import REGRESSIONS
from ..recording import PERIOD_LABEL
from .address import FIRST_YEAR, PERIOD_ROW, Cell, column_name, quoted


class Grammar(ABC):
    """Spells formulas; where the rows stand that they read is left to its kinds: sheets of the model, or replicas.

    Each address is what a formula in the cell ``at`` writes; the year is that of this cell.
    """

    @abstractmethod
    def straight(self, formula: Formula) -> Formula:
        """A link that points at where the number is worked out, not at another link (FAST 3.06: no daisy chains)."""

    @abstractmethod
    def here(self, row: Row, at: Cell) -> str:
        """The cell of a row in the year of the formula, or its only one."""

    @abstractmethod
    def shifted(self, row: Row, by: int, at: Cell) -> str:
        """The cell of a yearly row so many years later; that before the first holds its opening value."""

    @abstractmethod
    def before(self, at: Cell) -> str:
        """Last year's cell of the row being written."""

    @abstractmethod
    def one(self, row: Row, year: int, at: Cell) -> str:
        """The cell of a yearly row in a forecast year counted from 0; -1 is the last."""

    @abstractmethod
    def whole(self, row: Row, at: Cell) -> str:
        """The forecast years of a row as a range."""

    @abstractmethod
    def listed(self, block: Block, at: Cell) -> str:
        """The item of a list for the year of the formula."""

    @abstractmethod
    def column(self, column: Column) -> str:
        """The cells of a column of peers."""

    @abstractmethod
    def cell(self, row: Row) -> Cell:
        """Where a single value stands."""

    @abstractmethod
    def between(self, first: Cell, last: Cell, at: Cell) -> str:
        """The range between two cells that ``cell`` gave."""

    def spell(self, formula: Formula, at: Cell) -> str:
        """Return the text of a formula as it stands in a cell, with its leading '='."""
        formula = self.straight(formula)
        return f"={self._text(formula, at)}{'+0' if _lag_of_links(formula) else ''}"

    def _text(self, formula: Formula, at: Cell, needed: int = 0) -> str:
        match formula:
            case Constant():
                return f"{formula.value:.0f}"
            case Reference():
                return self.here(formula.row, at)
            case Before():
                return self.before(at)
            case Block():
                return self.listed(formula, at)
            case Column():
                return self.column(formula)
        assert formula.operation is not None
        special = _SPECIAL.get(formula.operation.name)
        if special is not None:
            return special(self, formula, at)
        operation = formula.operation
        if operation.precedence == ATOM:
            return operation.excel.format(*(self._text(operand, at) for operand in formula.operands))
        return self._infix(formula, at, needed)

    def _infix(self, formula: Formula, at: Cell, needed: int) -> str:
        operation = formula.operation
        assert operation is not None
        own = operation.precedence
        if len(formula.operands) == 1:
            text = operation.excel.format(self._text(formula.operands[0], at, ATOM))
        else:
            left, right = formula.operands
            left_needs = ATOM if operation.name == "power" else own
            text = operation.excel.format(self._text(left, at, left_needs), self._text(right, at, own + 1))
        return f"({text})" if own < needed else text


@dataclass(frozen=True)
class Spelling(Grammar):
    """Formulas on the sheets of the model, the years side by side: where each row stands, how many years there are.

    ``peers`` are the addresses of columns of peers.
    """

    cells: Mapping[Row, Cell]
    years: int
    peers: Mapping[tuple[str, str], str]

    def straight(self, formula: Formula) -> Formula:
        return direct(formula)

    def here(self, row: Row, at: Cell) -> str:
        if is_period(row):
            return f"{column_name(at.column)}${PERIOD_ROW + 1}"
        return self.shifted(row, 0, at) if row.yearly else self.cells[row].seen_from(at.sheet)

    def shifted(self, row: Row, by: int, at: Cell) -> str:
        cell = self.cells[row]
        return Cell(cell.sheet, cell.row, at.column + by).seen_from(at.sheet, fixed=False)

    def before(self, at: Cell) -> str:
        return f"{column_name(at.column - 1)}{at.row + 1}"

    def one(self, row: Row, year: int, at: Cell) -> str:
        return f"{self._prefix(row, at)}${self._in_year(row, year).name}"

    def whole(self, row: Row, at: Cell) -> str:
        first, last = (self._in_year(row, year).name for year in (0, -1))
        return f"{self._prefix(row, at)}${first}:${last}"

    def _in_year(self, row: Row, year: int) -> Cell:
        return Cell(self.cells[row].sheet, self.cells[row].row, FIRST_YEAR + year % self.years)

    def _prefix(self, row: Row, at: Cell) -> str:
        sheet = self.cells[row].sheet
        return "" if sheet == at.sheet else f"{quoted(sheet)}!"

    def listed(self, block: Block, at: Cell) -> str:
        first, last = self.cells[block.items[0].row], self.cells[block.items[-1].row]
        if last.row - first.row != len(block.items) - 1:
            raise ValueError(f"the inputs of a list must follow one another: {first} to {last}")
        return f"INDEX({self.between(first, last, at)},{self._text(block.period, at)})"

    def column(self, column: Column) -> str:
        return self.peers[column.table, column.column]

    def cell(self, row: Row) -> Cell:
        return self.cells[row]

    def between(self, first: Cell, last: Cell, at: Cell) -> str:
        return f"{first.seen_from(at.sheet)}:{last.fixed}"


def is_period(row: Row) -> bool:
    """Whether a row is the number of the forecast year, which stands in the head of sheets."""
    return row.label == PERIOD_LABEL and row.scope == ""


def direct(formula: Formula) -> Formula:
    """What a link comes to in the end: behind links to links, the first that is none."""
    while isinstance(formula, Reference) and isinstance(formula.row.formula, Reference) and not formula.row.opening:
        formula = formula.row.formula
    return formula


def _operand_row(formula: Formula) -> Row:
    operand = formula.operands[0]
    assert isinstance(operand, Reference)
    return operand.row


def _lag_of_links(formula: Formula) -> bool:
    """Whether a formula only repeats a cell of another year that is itself a link: it is then spelled as a sum."""
    if not _is_lag(formula):
        return False
    row = _operand_row(formula)
    cells = (cell for cell in (row.formula, row.opening, row.closing) if cell is not None)
    return any(isinstance(cell, Reference) or _is_lag(cell) for cell in cells)


def _is_lag(formula: Formula) -> bool:
    return formula.operation is not None and formula.operation.name in ("previous", "following", "final", "first")


def _listed(spelling: Grammar, formula: Formula, at: Cell) -> str:
    """A function of any number of operands; rows that follow one another become one range."""
    assert formula.operation is not None
    cells = [spelling.cell(o.row) if isinstance(o, Reference) and not o.yearly else None for o in formula.operands]
    parts: list[str] = []
    start = 0
    while start < len(cells):
        stop, first = start, cells[start]
        while first and stop + 1 < len(cells) and _follows(cells[stop], cells[stop + 1]):
            stop += 1
        last = cells[stop]
        if first is None or last is None or stop == start:
            parts.append(spelling._text(formula.operands[start], at))
        else:
            parts.append(spelling.between(first, last, at))
        start = stop + 1
    return formula.operation.excel.format(",".join(parts))


def _regression(spelling: Grammar, formula: Formula, at: Cell) -> str:
    """LINEST of a sample, whose regressors stand side by side: from the first one's top to the last one's end."""
    assert formula.operation is not None
    y, *regressors = (spelling._text(operand, at) for operand in formula.operands)
    x = f"{regressors[0].partition(':')[0]}:{regressors[-1].partition(':')[2]}"
    both = f"{y.partition(':')[0]}:{regressors[-1].partition(':')[2]}"
    return formula.operation.excel.format(y=y, x=x, both=both)


def _follows(one: Cell | None, other: Cell | None) -> bool:
    return (
        one is not None
        and other is not None
        and (other.sheet, other.column, other.row) == (one.sheet, one.column, one.row + 1)
    )


_SPECIAL: Mapping[str, Callable[[Grammar, Formula, Cell], str]] = {
    "total": lambda s, f, at: f"SUM({s.whole(_operand_row(f), at)})",
    "final": lambda s, f, at: s.one(_operand_row(f), -1, at),
    "first": lambda s, f, at: s.one(_operand_row(f), 0, at),
    "previous": lambda s, f, at: s.shifted(_operand_row(f), -1, at),
    "following": lambda s, f, at: s.shifted(_operand_row(f), +1, at),
    **dict.fromkeys(("add_up", "median_of", "average_of", "harmonic_mean_of", "lowest_of", "highest_of"), _listed),
    **dict.fromkeys(REGRESSIONS, _regression),
}
