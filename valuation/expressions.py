"""What an assumption's text says, as an expression over inputs, other names and the closed table of operations.

``= drivers.risk_free + beta * erp`` is parsed by Python's own parser, of which a small subset is kept. The expression
is then evaluated over quantities, so the same text computes arrays and records Formulas.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from . import columns
from . import operations as op
from .formula import ADD, DIVIDE, MULTIPLY, NEGATE, POWER, SUBTRACT
from .problems import nearest
from .rates import (
    capm,
    cash_adjusted,
    country_risk,
    debt_market_value,
    failure_adjusted,
    forward_rate,
    in_currency,
    relever,
    relever_constant,
    unlever,
    unlever_constant,
    wacc,
)
from .units import scaled


@dataclass(frozen=True)
class InputValue:
    """The value of one input."""

    name: str


@dataclass(frozen=True)
class Listing:
    """Inputs that follow one another, one a forecast year."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Name:
    """Another assumption, a driver, a line of a segment, or a column of peers, by its dotted name."""

    dotted: str
    offset: int = 0


@dataclass(frozen=True)
class Number:
    """0 or 1, which need no cell of their own."""

    value: float


@dataclass(frozen=True)
class Apply:
    """An operation applied to expressions."""

    function: str
    operands: tuple[Expression, ...]


Expression = InputValue | Listing | Name | Number | Apply


class Surroundings(Protocol):
    """Where an expression finds what it names."""

    @property
    def period(self) -> Any:
        """The number of the forecast year."""

    def number(self, value: float) -> Any:
        """The quantity of 0 or 1."""

    def input(self, name: str) -> Any:
        """The quantity of an input."""

    def listing(self, names: Sequence[str]) -> Any:
        """The yearly quantity made of consecutive inputs."""

    def name(self, dotted: str) -> Any:
        """The quantity of a dotted name."""


def _fold(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def folded(*operands: Any) -> Any:
        result = operands[0]
        for operand in operands[1:]:
            result = function(result, operand)
        return result

    return folded


def _meaning(function: Callable[..., Any]) -> str:
    """The first sentence of a docstring, as help."""
    first, _, _ = (inspect.getdoc(function) or "").partition("\n")
    return first.removeprefix("Return ").removesuffix(".").replace("``", "`")


_CAPITAL: Final[Mapping[Callable[..., Any], tuple[str, ...]]] = {
    function: tuple(inspect.signature(function).parameters)
    for function in (
        capm, unlever, relever, unlever_constant, relever_constant, cash_adjusted, country_risk, in_currency,
        forward_rate, wacc, debt_market_value, failure_adjusted,
    )
}  # fmt: skip
FUNCTIONS: Final[Mapping[str, tuple[Callable[..., Any], int, int]]] = {
    "if": (op.where, 3, 3),
    "min": (_fold(op.minimum), 2, 99),
    "max": (_fold(op.maximum), 2, 99),
    "exp": (op.exp, 1, 1),
    "ln": (op.log, 1, 1),
    "sqrt": (op.sqrt, 1, 1),
    "abs": (op.absolute, 1, 1),
    **{function.__name__: (function, len(terms), len(terms)) for function, terms in _CAPITAL.items()},
    "total": (op.total, 1, 1),
    "first": (op.first, 1, 1),
    "final": (op.final, 1, 1),
    "previous": (op.previous, 2, 2),
    "following": (op.following, 2, 2),
    "grow": (op.grow, 2, 2),
    "ltm": (op.ltm, 3, 3),
    "ntm": (op.ntm, 3, 3),
    "median": (columns.median, 1, 1),
    "average": (columns.average, 1, 1),
    "harmonic_mean": (columns.harmonic_mean, 1, 1),
    "quartile": (columns.quartile, 2, 2),
    "percentile": (columns.percentile, 2, 2),
    "aggregate": (columns.aggregate, 2, 2),
    "count": (columns.count, 1, 1),
    "smallest": (columns.smallest, 1, 1),
    "largest": (columns.largest, 1, 1),
}
HELP: Final[Mapping[str, str]] = {
    **{f"{function.__name__}({', '.join(terms)})": _meaning(function) for function, terms in _CAPITAL.items()},
    "ltm(fy0, this_ytd, last_ytd)": "last twelve months: the fiscal year, plus this year to date, less last year's",
    "ntm(fy1, fy2, share)": "next twelve months: `share` of FY1 is still to come, the rest is FY2's",
    "median(peers.t.c)": "median of a column of peers; blanks and peers with an `exclude` are left out, here and below",
    "average(peers.t.c)": "arithmetic mean; biased upwards for ratios with the price above",
    "harmonic_mean(peers.t.c)": "harmonic mean, for ratios with the price above; all numbers must be positive",
    "quartile(peers.t.c, 1)": "quartile 1, 2 or 3 (0 and 4 are the ends)",
    "percentile(peers.t.c, 25%)": "percentile, linear between peers (Excel's PERCENTILE)",
    "aggregate(peers.t.ev, peers.t.sales)": "sum of one column over the sum of another, over the peers that have both",
    "count(peers.t.c)": "how many peers have a number",
    "smallest(peers.t.c), largest(peers.t.c)": "the ends of the column",
}
_SIGNS: Final[Mapping[type[ast.AST], tuple[str, Callable[..., Any]]]] = {
    ast.Add: ("+", ADD),
    ast.Sub: ("-", SUBTRACT),
    ast.Mult: ("*", MULTIPLY),
    ast.Div: ("/", DIVIDE),
    ast.Pow: ("**", POWER),
    ast.USub: ("neg", NEGATE),
    ast.Gt: (">", op.above),
    ast.Lt: ("<", op.below),
    ast.GtE: (">=", op.at_least),
    ast.LtE: ("<=", op.at_most),
    ast.And: ("and", _fold(op.both)),
    ast.Or: ("or", _fold(op.either)),
    ast.Not: ("not", op.opposite),
}
_MEANING: Final[dict[str, Callable[..., Any]]] = {
    **dict(_SIGNS.values()),
    **{name: function for name, (function, _, _) in FUNCTIONS.items()},
}


def evaluate(expression: Expression, around: Surroundings) -> Any:
    """Compute or record an expression, finding names in its surroundings."""
    match expression:
        case InputValue():
            return around.input(expression.name)
        case Listing():
            return around.listing(expression.names)
        case Name():
            return around.period if expression.dotted == "period" else around.name(expression.dotted)
        case Number():
            return around.number(expression.value)
        case Apply(function="fade"):
            return op.fade(around.period, *(evaluate(operand, around) for operand in expression.operands))
        case Apply(function="decay"):
            return op.decay(around.period, *(evaluate(operand, around) for operand in expression.operands))
        case Apply():
            return _MEANING[expression.function](*(evaluate(operand, around) for operand in expression.operands))


def names_in(expression: Expression) -> Iterator[Name]:
    """Yield the names that an expression reads."""
    if isinstance(expression, Name):
        yield expression
    elif isinstance(expression, Apply):
        for operand in expression.operands:
            yield from names_in(operand)


def bare_columns(expression: Expression) -> Iterator[str]:
    """Yield the columns of peers that an expression reads as if they were one number, outside any statistic."""
    if isinstance(expression, Name) and expression.dotted.startswith("peers."):
        yield expression.dotted
    elif isinstance(expression, Apply):
        summed = expression.function in columns.STATISTICS
        for operand in expression.operands:
            if not (summed and isinstance(operand, Name)):
                yield from bare_columns(operand)


class FormulaError(ValueError):
    """A formula that cannot be read; ``offset`` counts characters from its start."""

    def __init__(self, text: str, offset: int = 0) -> None:
        self.offset = offset
        super().__init__(text)


_PERCENT: Final = re.compile(r"(?<![\w.])(\d+(?:\.\d*)?|\.\d+)%")
# an amount such as 9 USD m or 2.5 USD/share
_MEASURED: Final = re.compile(
    r"(?<![\w.])\d+(?:\.\d*)? (?!(?:and|or|not|if)\b)[A-Za-z]+(?:/[A-Za-z]+| (?:k|m|bn|tn|shares)\b)*"
)
_IF: Final = re.compile(r"\bif(?=\s*\()")
LONGEST_FORMULA: Final = 2000
DEEPEST_FORMULA: Final = 100
HUGE: Final = 1e300


Literal = Callable[[float, bool, int, int], Expression]
"""Gives the expression of a literal: its value, whether it is a percentage, and which characters it stands on."""


def parse_formula(text: str, number: Literal) -> Expression:
    """Read a formula (without its '='). ``number`` gives the expression of a literal, in the order of the text.

    Raises FormulaError with the offset of what cannot be read.
    """
    if len(text) > LONGEST_FORMULA:
        raise FormulaError(f"expected a formula of at most {LONGEST_FORMULA} characters")
    strange = next((place for place, character in enumerate(text) if not character.isascii()), None)
    if strange is not None:
        raise FormulaError(f"expected plain letters, digits and signs, found {text[strange]!r}", strange)
    text = re.sub(r"\s", " ", text)  # one line, so that offsets count from its start
    percentages: dict[int, float] = {}

    def hide(found: re.Match[str]) -> str:
        percentages[found.start()] = scaled(float(found[1]), -2)
        return "_" * len(found[0])

    plain = _IF.sub("IF", _PERCENT.sub(hide, text))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns about what is refused below
            tree = ast.parse(plain.lstrip(), mode="eval")
    except SyntaxError as error:
        offset = (error.offset or 1) - 1 + len(plain) - len(plain.lstrip())
        measured = _MEASURED.search(text)
        advice = f": give {measured[0]} a name of its own" if measured else ""
        raise FormulaError(f"expected a formula, found {text.strip()!r}{advice}", offset) from None
    except (RecursionError, MemoryError, ValueError):
        raise FormulaError(TOO_DEEP) from None
    return _Builder(len(plain) - len(plain.lstrip()), percentages, number).build(tree.body)


TOO_DEEP: Final = "expected a simpler formula: give parts of it names of their own"


class _Builder:
    """Turns the kept subset of Python's syntax tree into an Expression."""

    def __init__(self, indent: int, percentages: Mapping[int, float], number: Literal) -> None:
        self.indent, self.percentages, self.number = indent, percentages, number
        self.depth = 0

    def build(self, node: ast.expr) -> Expression:
        """Return the expression of a node; FormulaError for anything outside the subset."""
        self.depth += 1
        if self.depth > DEEPEST_FORMULA:
            raise FormulaError(TOO_DEEP, self._offset(node))
        built = self._built(node)
        self.depth -= 1
        return built

    def _built(self, node: ast.expr) -> Expression:
        match node:
            case ast.Constant(value=bool() | str() | bytes() | None):
                pass
            case ast.Constant(value=int() | float() as value):
                return Number(float(value)) if value in (0, 1) else self._literal(value, False, node)
            case ast.Name(id=name) if set(name) == {"_"} and self._offset(node) in self.percentages:
                return self._literal(self.percentages[self._offset(node)], True, node)
            case ast.Name() | ast.Attribute():
                return Name(self._dotted(node), self._offset(node))
            case ast.BinOp(left=left, right=right) if type(node.op) in _SIGNS:
                return Apply(_SIGNS[type(node.op)][0], (self.build(left), self.build(right)))
            case ast.BinOp(op=ast.BitXor()):
                raise FormulaError("expected ** for a power, found ^", self._offset(node))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.build(operand)
            case ast.UnaryOp(operand=operand) if type(node.op) in _SIGNS:
                return Apply(_SIGNS[type(node.op)][0], (self.build(operand),))
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _SIGNS:
                return Apply(_SIGNS[type(sign)][0], (self.build(left), self.build(right)))
            case ast.BoolOp(values=values):
                return Apply(_SIGNS[type(node.op)][0], tuple(self.build(value) for value in values))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments, node)
        raise FormulaError(
            "expected numbers, names, + - * / **, comparisons and functions such as if(test, a, b)", self._offset(node)
        )

    def _literal(self, value: float, percentage: bool, node: ast.expr) -> Expression:
        if not abs(value) < HUGE:
            raise FormulaError("expected a finite number", self._offset(node))
        return self.number(float(value), percentage, self._offset(node), (node.end_col_offset or 0) + self.indent)

    def _call(self, name: str, arguments: Sequence[ast.expr], node: ast.expr) -> Expression:
        known = FUNCTIONS.get(name.lower())
        if known is None:
            raise FormulaError(f"{name} is no function{nearest(name.lower(), FUNCTIONS)}", self._offset(node))
        _, least, most = known
        if not least <= len(arguments) <= most:
            wanted = f"{least}" if least == most else f"at least {least}"
            raise FormulaError(f"{name.lower()} takes {wanted} arguments, found {len(arguments)}", self._offset(node))
        return Apply(name.lower(), tuple(self.build(argument) for argument in arguments))

    def _dotted(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return name
            case ast.Attribute(value=value, attr=name):
                return f"{self._dotted(value)}.{name}"
        raise FormulaError("expected a dotted name such as drivers.risk_free", self._offset(node))

    def _offset(self, node: ast.expr) -> int:
        return node.col_offset + self.indent
