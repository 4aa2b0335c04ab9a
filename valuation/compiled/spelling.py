"""How operations are spelled in generated code, so that it finds what NumPy finds: the third column of their table.

NumPy's reading turns what is infinite into NaN at each operation. Here that waits until it can make a difference: sums
and products hand infinity on as they hand on NaN, while a divisor, a comparison or a maximum first makes it NaN. A test
is two truths, that it holds and that it has a value, so that a choice takes two instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from .graph import Node

HEAD: Final = """\
from valuation.compiled.arithmetic import *


@cfunc(PIECE, cache=CACHE, error_model="numpy")
def piece(draws, rows, certain):
"""


@dataclass(frozen=True)
class Spelled:
    """The text of a piece, and the nodes behind the rows and the certain values that it reads, in their order."""

    text: str
    reads: tuple[Node, ...]
    certain: tuple[Node, ...]


@dataclass
class Speller:
    """The lines of one piece while it is spelled, and the names that its values have."""

    inside: frozenset[Node]
    reads: dict[Node, str] = field(default_factory=dict)
    certain: dict[Node, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    values: dict[Node, str] = field(default_factory=dict)
    clean: dict[Node, str] = field(default_factory=dict)
    tests: dict[Node, tuple[str, str]] = field(default_factory=dict)

    def keep(self, expression: str) -> str:
        """Give an expression a name of its own."""
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {expression}")
        return name

    def value(self, node: Node) -> str:
        """The name of a number; it may be infinite where NumPy has NaN."""
        if node.operation == "literal":
            return repr(float(node.leaf))
        if not node.varying:
            return self.certain.setdefault(node, f"c{len(self.certain)}")
        if node not in self.inside:
            return self.reads.setdefault(node, f"x{len(self.reads)}")
        if node not in self.values:
            if node.operation in TESTS:
                holds, known = self.test(node)
                self.values[node] = self.keep(f"pick({holds}, 1.0, pick({known}, 0.0, nan))")
            else:
                self.values[node] = SPELLINGS[node.operation](self, node.operands)
        return self.values[node]

    def finite(self, node: Node) -> str:
        """The name of a number that is finite or NaN."""
        if not may_be_infinite(node):
            return self.value(node)
        if node not in self.clean:
            name = self.value(node)
            self.clean[node] = self.keep(f"{name} + ({name} - {name})")  # the difference is 0, or NaN of infinity
        return self.clean[node]

    def output(self, node: Node) -> str:
        """The name of a number as it leaves: finite, or the one NaN whose bytes do not tell where it comes from."""
        name = self.value(node)
        return self.keep(f"pick(abs({name}) < infinite, {name}, nan)")

    def test(self, node: Node) -> tuple[str, str]:
        """The names of two truths: that a test holds, and that it has a value. What holds has a value."""
        if node not in self.tests:
            if node in self.inside and node.operation in TESTS:
                self.tests[node] = TESTS[node.operation](self, node.operands)
            else:
                name = self.finite(node)
                self.tests[node] = self.keep(f"({name} < 0.0) | ({name} > 0.0)"), self.keep(f"{name} == {name}")
        return self.tests[node]


def spell(nodes: Sequence[Node], writes: Sequence[tuple[Node, bool]]) -> Spelled:
    """The text of a piece that computes some nodes, operands first; what is written as an output is finite or NaN."""
    speller = Speller(frozenset(nodes))
    for node in nodes:
        if node.operation not in TESTS:
            speller.value(node)
    written = [speller.output(node) if output else speller.value(node) for node, output in writes]
    count, reads = len(writes), len(speller.reads)
    stores = [f"store(r{reads + i}, i, {name}, {i}, {count})" for i, name in enumerate(written)]
    loads = [f"{name} = load(r{i}, i)" for i, name in enumerate(speller.reads.values())]
    before = [f"{name} = certain[{i}]" for i, name in enumerate(speller.certain.values())]
    before += [f"r{i} = row(rows, {i})" for i in range(reads + count)]
    text = "".join(f"    {line}\n" for line in [*before, "for i in range(draws):"])
    text += "".join(f"        {line}\n" for line in [*loads, *speller.lines, *stores])
    return Spelled(HEAD + text, tuple(speller.reads), tuple(speller.certain))


def may_be_infinite(node: Node) -> bool:
    """Whether a number may be infinite in generated code."""
    if not node.varying:
        return False
    if node.operation in _HANDING_ON:
        return any(may_be_infinite(operand) for operand in node.operands)
    return node.operation not in _FINITE


_HANDING_ON: Final = {"negate", "absolute"}


# Numbers --------------------------------------------------------------------------------------------------------------

Spelling = Callable[[Speller, Sequence[Node]], str]


def _arithmetic(text: str) -> Spelling:
    """A sum or a product, which hands infinity on."""
    return lambda here, operands: here.keep(text.format(*(here.value(operand) for operand in operands)))


def _of_finite(text: str) -> Spelling:
    return lambda here, operands: here.keep(text.format(*(here.finite(operand) for operand in operands)))


def _divide(here: Speller, operands: Sequence[Node]) -> str:
    return here.keep(f"{here.value(operands[0])} / {here.finite(operands[1])}")


def _extreme(sign: str) -> Spelling:
    """The greater or smaller of numbers, NaN where one of them is."""

    def spelled(here: Speller, operands: Sequence[Node]) -> str:
        found, literal = here.finite(operands[0]), operands[0].operation == "literal"
        for operand in operands[1:]:
            other = here.finite(operand)
            if operand.operation == "literal":
                found, other, literal = other, found, True
            unknown = "" if literal else f" | ({found} != {found})"
            found, literal = here.keep(f"pick(({found} {sign} {other}){unknown}, {found}, {other})"), False
        return found

    return spelled


def _sum(here: Speller, operands: Sequence[Node]) -> str:
    names = [here.value(operand) for operand in operands]
    return names[0] if len(names) == 1 else here.keep(" + ".join(names))


def _average(here: Speller, operands: Sequence[Node]) -> str:
    return here.keep(f"({' + '.join(here.finite(operand) for operand in operands)}) / {float(len(operands))}")


def _harmonic(here: Speller, operands: Sequence[Node]) -> str:
    names = [here.finite(operand) for operand in operands]
    positive = here.keep(" & ".join(f"({name} > 0.0)" for name in names))
    inverse = here.keep(" + ".join(f"1.0 / {name}" for name in names))
    return here.keep(f"pick({positive}, {float(len(names))} / ({inverse}), nan)")


def _median(here: Speller, operands: Sequence[Node]) -> str:
    """Sorted by exchanges of neighbours; their sum times 0 brings in what is NaN."""
    names = [here.finite(operand) for operand in operands]
    nothing = here.keep(" + ".join(f"{name} * 0.0" for name in names))
    for turn in range(len(names)):
        for i in range(turn % 2, len(names) - 1, 2):
            low, high = names[i], names[i + 1]
            names[i] = here.keep(f"pick({low} < {high}, {low}, {high})")
            names[i + 1] = here.keep(f"pick({low} < {high}, {high}, {low})")
    middle = len(names) // 2
    found = names[middle] if len(names) % 2 else here.keep(f"({names[middle - 1]} + {names[middle]}) / 2.0")
    return here.keep(f"{found} + {nothing}")


def _where(here: Speller, operands: Sequence[Node]) -> str:
    holds, known = here.test(operands[0])
    return here.keep(f"pick({holds}, {here.value(operands[1])}, pick({known}, {here.value(operands[2])}, nan))")


def _valid(here: Speller, operands: Sequence[Node]) -> str:
    return here.keep(f"pick({here.test(operands[0])[0]}, {here.value(operands[1])}, nan)")


SPELLINGS: Final[dict[str, Spelling]] = {
    "add": _arithmetic("{} + {}"),
    "subtract": _arithmetic("{} - {}"),
    "multiply": _arithmetic("{} * {}"),
    "divide": _divide,
    "power": _of_finite("power({}, {})"),
    "negate": _arithmetic("-{}"),
    "maximum": _extreme(">"),
    "minimum": _extreme("<"),
    "absolute": _arithmetic("abs({})"),
    "exp": _of_finite("exp({})"),
    "log": _of_finite("log({})"),
    "sqrt": _of_finite("root({})"),
    "normal_cdf": _of_finite("normal_cdf({})"),
    "where": _where,
    "valid": _valid,
    "add_up": _sum,
    "median_of": _median,
    "average_of": _average,
    "harmonic_mean_of": _harmonic,
    "lowest_of": _extreme("<"),
    "highest_of": _extreme(">"),
}

_FINITE: Final = {"maximum", "minimum", "log", "sqrt", "normal_cdf", "lowest_of", "highest_of"} | {
    "above", "below", "at_least", "at_most", "both", "either", "opposite"}  # fmt: skip

# Tests ----------------------------------------------------------------------------------------------------------------

Test = Callable[[Speller, Sequence[Node]], tuple[str, str]]


def _comparison(sign: str) -> Test:
    def spelled(here: Speller, operands: Sequence[Node]) -> tuple[str, str]:
        left, right = (here.finite(operand) for operand in operands)
        return here.keep(f"{left} {sign} {right}"), here.keep(f"({left} == {left}) & ({right} == {right})")

    return spelled


def _both(here: Speller, operands: Sequence[Node]) -> tuple[str, str]:
    (left, left_known), (right, right_known) = (here.test(operand) for operand in operands)
    return here.keep(f"{left} & {right}"), here.keep(f"{left_known} & {right_known}")


def _either(here: Speller, operands: Sequence[Node]) -> tuple[str, str]:
    (left, left_known), (right, right_known) = (here.test(operand) for operand in operands)
    known = here.keep(f"{left_known} & {right_known}")
    return here.keep(f"({left} | {right}) & {known}"), known


def _opposite(here: Speller, operands: Sequence[Node]) -> tuple[str, str]:
    holds, known = here.test(operands[0])
    return here.keep(f"{holds} ^ {known}"), known


TESTS: Final[dict[str, Test]] = {
    "above": _comparison(">"),
    "below": _comparison("<"),
    "at_least": _comparison(">="),
    "at_most": _comparison("<="),
    "both": _both,
    "either": _either,
    "opposite": _opposite,
}
