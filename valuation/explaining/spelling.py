"""Formulas as texts with names, and with the numbers of the base case put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..expressions import Expression, names_in
from ..formula import ATOM, Before, Block, Column, Constant, Formula, Reference, Row

WORDS: Final[Mapping[str, str]] = {
    "where": "if", "maximum": "max", "minimum": "min", "log": "ln", "absolute": "abs", "both": "and", "either": "or",
    "opposite": "not", "add_up": "sum",
}  # fmt: skip
LAST_YEAR: Final = "last year's"


def put_in(written: str, expression: Expression, told: Callable[[str], str | None]) -> str:
    """The text of an assumption's formula with what ``told`` says of each name; '' where it cannot be put in."""
    if not written.startswith("="):
        return ""
    text = written[1:]
    for name in sorted(names_in(expression), key=lambda name: -name.offset):
        end = name.offset + len(name.dotted)
        value = told(name.dotted)
        if text[name.offset : end] != name.dotted or value is None:
            continue
        text = text[: name.offset] + value + text[end:]
    return text.strip()


def formula_text(row: Row, told: Callable[[Row], str]) -> str:
    """What a line computes, with what ``told`` says of each row that it reads."""
    if row.formula is None:
        return ""
    return _text(row.formula, told)


def _text(formula: Formula, told: Callable[[Row], str], needed: int = 0) -> str:
    match formula:
        case Constant():
            return f"{formula.value:g}"
        case Reference():
            return told(formula.row)
        case Before():
            return LAST_YEAR
        case Block():
            return f"{told(formula.items[0].row)} and on"
        case Column():
            return f"peers.{formula.table}.{formula.column}"
    operation = formula.operation
    assert operation is not None
    if operation.name == "valid":  # the value, where a test is met
        return _text(formula.operands[1], told, needed)
    if operation.precedence == ATOM:
        listed = ", ".join(_text(operand, told) for operand in formula.operands)
        return f"{WORDS.get(operation.name, operation.name)}({listed})"
    own = operation.precedence
    if len(formula.operands) == 1:
        text = operation.excel.format(_text(formula.operands[0], told, ATOM))
    else:
        left, right = formula.operands
        sign = operation.excel.replace("{}", "").replace("^", "**")
        left_needs = ATOM if operation.name == "power" else own
        text = f"{_text(left, told, left_needs)} {sign} {_text(right, told, own + 1)}"
    return f"({text})" if own < needed else text
