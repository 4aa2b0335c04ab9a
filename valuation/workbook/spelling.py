"""Spelling a Formula in Excel: addresses for rows, the table's text for operations, brackets by precedence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..formula import ATOM, Before, Block, Column, Constant, Formula, Reference, Row
from ..least_squares import REGRESSIONS
from ..recording import PERIOD_LABEL
from .address import FIRST_YEAR, PERIOD_ROW, Cell, column_name, quoted


@dataclass(frozen=True)
class Spelling:
    """Spells formulas of one book: where each row stands, how many years there are, where peers' columns stand."""

    cells: Mapping[Row, Cell]
    years: int
    peers: Mapping[tuple[str, str], str]

    @property
    def last_year(self) -> int:
        """The column of the last forecast year."""
        return FIRST_YEAR + self.years - 1

    def spell(self, formula: Formula, at: Cell) -> str:
        """Return the text of a formula as it stands in a cell, with its leading '='.

        A link points at where the number is worked out, not at another link (FAST 3.06: no daisy chains).
        """
        formula = direct(formula)
        return f"={self._text(formula, at)}{'+0' if _lag_of_links(formula) else ''}"

    def _text(self, formula: Formula, at: Cell, needed: int = 0) -> str:
        match formula:
            case Constant():
                return f"{formula.value:.0f}"
            case Reference():
                return self._reference(formula.row, at)
            case Before():
                return f"{column_name(at.column - 1)}{at.row + 1}"
            case Block():
                return self._block(formula, at)
            case Column():
                return self.peers[formula.table, formula.column]
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

    def _reference(self, row: Row, at: Cell) -> str:
        if row.label == PERIOD_LABEL and row.scope == "":
            return f"{column_name(at.column)}${PERIOD_ROW + 1}"
        cell = self.cells[row]
        if row.yearly:
            return Cell(cell.sheet, cell.row, at.column).seen_from(at.sheet, fixed=False)
        return cell.seen_from(at.sheet)

    def _block(self, block: Block, at: Cell) -> str:
        first, last = self.cells[block.items[0].row], self.cells[block.items[-1].row]
        if last.row - first.row != len(block.items) - 1:
            raise ValueError(f"the inputs of a list must follow one another: {first} to {last}")
        period = self._text(block.period, at)
        return f"INDEX({first.seen_from(at.sheet)}:{last.fixed},{period})"

    def whole(self, row: Row, at: Cell) -> str:
        """The forecast years of a row as a range."""
        cell = self.cells[row]
        first, last = (Cell(cell.sheet, cell.row, column) for column in (FIRST_YEAR, self.last_year))
        prefix = "" if cell.sheet == at.sheet else f"{quoted(cell.sheet)}!"
        return f"{prefix}${first.name}:${last.name}"

    def one(self, row: Row, column: int, at: Cell) -> str:
        """One cell of a row."""
        cell = Cell(self.cells[row].sheet, self.cells[row].row, column)
        prefix = "" if cell.sheet == at.sheet else f"{quoted(cell.sheet)}!"
        return f"{prefix}${cell.name}"


def direct(formula: Formula) -> Formula:
    """What a link comes to in the end: behind links to links, the first that is none."""
    while isinstance(formula, Reference) and isinstance(formula.row.formula, Reference) and not formula.row.opening:
        formula = formula.row.formula
    return formula


def _operand_row(formula: Formula) -> Row:
    operand = formula.operands[0]
    assert isinstance(operand, Reference)
    return operand.row


def _shifted(formula: Formula, spelling: Spelling, at: Cell, by: int) -> str:
    cell = spelling.cells[_operand_row(formula)]
    return Cell(cell.sheet, cell.row, at.column + by).seen_from(at.sheet, fixed=False)


def _lag_of_links(formula: Formula) -> bool:
    """Whether a formula only repeats a cell of another year that is itself a link: it is then spelled as a sum."""
    if not _is_lag(formula):
        return False
    row = _operand_row(formula)
    cells = (cell for cell in (row.formula, row.opening, row.closing) if cell is not None)
    return any(isinstance(cell, Reference) or _is_lag(cell) for cell in cells)


def _is_lag(formula: Formula) -> bool:
    return formula.operation is not None and formula.operation.name in ("previous", "following", "final", "first")


def _listed(spelling: Spelling, formula: Formula, at: Cell) -> str:
    """A function of any number of operands; rows that follow one another become one range."""
    assert formula.operation is not None
    cells = [spelling.cells[o.row] if isinstance(o, Reference) and not o.yearly else None for o in formula.operands]
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
            parts.append(f"{first.seen_from(at.sheet)}:{last.fixed}")
        start = stop + 1
    return formula.operation.excel.format(",".join(parts))


def _regression(spelling: Spelling, formula: Formula, at: Cell) -> str:
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


_SPECIAL: Mapping[str, Callable[[Spelling, Formula, Cell], str]] = {
    "total": lambda s, f, at: f"SUM({s.whole(_operand_row(f), at)})",
    "final": lambda s, f, at: s.one(_operand_row(f), s.last_year, at),
    "first": lambda s, f, at: s.one(_operand_row(f), FIRST_YEAR, at),
    "previous": lambda s, f, at: _shifted(f, s, at, -1),
    "following": lambda s, f, at: _shifted(f, s, at, +1),
    **dict.fromkeys(("add_up", "median_of", "average_of", "harmonic_mean_of", "lowest_of", "highest_of"), _listed),
    **dict.fromkeys(REGRESSIONS, _regression),
}
