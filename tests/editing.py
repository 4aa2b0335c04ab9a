"""Editing a workbook as an analyst does: in a book held in memory, or in the file by openpyxl."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl

from valuation.pulling.book import Book
from valuation.pulling.report import Pulled
from valuation.pulling.run import pulled
from valuation.reading import load
from valuation.workbook.address import Cell
from valuation.workbook.book import Plan, draft_book
from valuation.workbook.pages import FormulaCell, NumberCell, RawCell, TextCell
from valuation.workbook.sheets import inputs

ODD = """\
# An odd file: every way in which an analyst may write a number.\r
name: "Odd & Sons"\r
currency: CNY\r
date: 2026-02-02   # a Monday\r
years: 3\r
drivers:\r
  # rates\r
  risk_free:   1.80%      # with a\ttab\r
  erp: {value: ~ pert(4.4%,5.14%, # the mode\r
      7.0%), base: 5.2%, source: judgement, why: 'It''s "China", ünder 5 %.'}\r
  boom: ~ event(70%)\r
  weighed: {value: ~ event( 40% ), base: 40%}\r
  mix: ~ dirichlet(cloud=5, chips=3)\r
  plain: 1_200.50\r
  scale: {value: "~ uniform(1.0, 2)", unit: CNY bn}\r
  tail: "~ normal(5%,   1%)"\r
segments:\r
  core:\r
    method: dcf\r
    revenue:\r
      value: 118028\r
      unit: CNY m\r
      source: judgement\r
      why: >-\r
        Folded over\r
        two lines.  \r
\r
    growth: fade( ~ pert(4%, 5%, 9%) for 2 years to\r
      2% over 10 years )\r
    margin: [10%, ~ normal(11%, 1%) base 12%,\r
       1.2e1%]\r
    tax_rate: '25%'\r
    wacc: = drivers.risk_free + 1.1 * drivers.erp + 0 * (drivers.boom + drivers.weighed) + 0.5%\r
    sales_to_capital: ~ lognormal( p10=1.5, p90=2.5 )\r
    terminal_growth: 2%\r
    terminal_return: 10%\r
    debt_like: {value: 2.5 CNY bn}\r
    net_debt: = debt_like + drivers.scale * drivers.mix.cloud * drivers.tail * drivers.plain / drivers.plain\r
shares: {diluted: 10 m shares, price: 100 CNY/share}\r
correlations:\r
- {between: [core.growth.from, drivers.erp], rank: -0.40, why: Dear risk.} # one\r
scenarios:\r
  bull: {probability: 40%, set: {core.growth.to: 3%, core.wacc: 8.5%}}\r
  bear: {probability: 60%, set: {}}\r
"""

COLUMNS: Mapping[str, int] = {
    "base": inputs.BASE,
    "distribution": inputs.DISTRIBUTION,
    "why": inputs.WHY,
    "unit": inputs.UNIT,
    **dict(zip("abcdef", inputs.NUMBERS, strict=True)),
}


def drafted(path: Path) -> Plan:
    """The book of a case, drafted and not written."""
    case = load(path, evidence=False)
    return draft_book(case, None, dict.fromkeys(case.scenarios, 0.0), judged=False)


def at(plan: Plan, name: str, what: str) -> Cell:
    """The cell of an input by name and column: base, a to f, distribution, why."""
    return Cell(inputs.TITLE, plan.draft.names[name].row, COLUMNS[what])


def held(plan: Plan, edits: Mapping[Cell, Any] | None = None) -> Book:
    """A draft as if it had been written and opened again, with some cells typed over (None empties one)."""
    formulas: dict[str, dict[tuple[int, int], Any]] = {title: {} for title in plan.draft.pages}
    constants: dict[str, dict[tuple[int, int], Any]] = {title: {} for title in plan.draft.pages}
    spelling = plan.draft.spelling
    for title, page in plan.draft.pages.items():
        for place, content in page.cells.items():
            match content:
                case FormulaCell():
                    formulas[title][place] = spelling.spell(content.formula, page.cell(*place))
                case RawCell(text=text):
                    formulas[title][place] = text
                case NumberCell(value=value):
                    constants[title][place] = value
                case TextCell(text=text):
                    constants[title][place] = text
    for cell, value in (edits or {}).items():
        formulas[cell.sheet].pop((cell.row, cell.column), None)
        constants[cell.sheet].pop((cell.row, cell.column), None)
        if isinstance(value, str) and value.startswith("="):
            formulas[cell.sheet][cell.row, cell.column] = value
        elif value is not None:
            constants[cell.sheet][cell.row, cell.column] = value
    return Book(Path("book.xlsx"), plan, formulas, constants)


@contextmanager
def open_in_openpyxl(path: Path) -> Iterator[Any]:
    """A workbook to edit, saved by openpyxl at the end: stored values of formulas are lost, as they are then."""
    book = openpyxl.load_workbook(path)
    yield book
    book.save(path)


def typed(path: Path, edits: Mapping[Cell, Any]) -> None:
    """Type values into the cells of a workbook."""
    with open_in_openpyxl(path) as book:
        for cell, value in edits.items():
            book[cell.sheet].cell(cell.row + 1, cell.column + 1).value = value


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, to the byte."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def edited(plan: Plan, path: Path, edits: Mapping[Cell, Any], **asked: Any) -> Pulled:
    """Pull a drafted book in which some cells were typed over."""
    return pulled(held(plan, edits), path, **asked)


def copy_of(path: Path, folder: Path) -> Path:
    """A case of one's own to write into."""
    target = folder / path.name
    if path.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(path, target)
    else:
        shutil.copy(path, target)
    return target
