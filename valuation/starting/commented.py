"""The example of a calculation as commented lines of a file: what each is, its unit, and what is still to be done."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

from ..calculation import Calculation, Parameter
from ..kinds import Choice, Kind, PeerColumn, Table
from ..problems import Problems
from ..reading.tree import Entries, Node, Text, parse_yaml

WHY: Final = "Placeholder; put a sourced figure or your own reason here."
WIDE: Final = 118
_MONEY: Final = re.compile(r"(\d+(?:\.\d+)?) (CNY m|m shares)\b")


def example_of(found: Calculation, currency: str, power: int) -> Entries:
    """The lines of a calculation's example in another currency, amounts times a power of ten."""

    def scaled(amount: re.Match[str]) -> str:
        return f"{float(f'{amount[1]}e{power}'):.15g} {amount[2]}"

    problems = Problems()
    text = _MONEY.sub(scaled, found.example).replace("CNY", currency)
    tree = parse_yaml(text, f"{found.name}, example", problems)
    if problems or not isinstance(tree, Entries):
        raise TypeError(f"{found.name}: expected lines of YAML under Example: in the docstring; {problems}")
    return tree


def lines_of(found: Calculation, example: Entries, indent: str = "") -> Iterator[str]:
    """Each parameter of an example under a comment; then what else may be added, commented out."""
    used = set()
    for key, node in example:
        parameter = found.parameters.get(key.text)
        used.add(key.text)
        yield ""
        if parameter is not None:
            yield from comment(_told(parameter), indent)
        yield from assumption(key.text, node, indent, None if parameter is None else parameter.kind)
    more = [parameter for parameter in found.parameters.values() if parameter.name not in used]
    if more:
        yield ""
        yield from comment("May be added, see assumptions/README.md of valuation or `valuation schema`:", indent)
        yield from (line for parameter in more for line in comment(f"{parameter.name}: {_told(parameter)}", indent))


def assumption(name: str, node: Node, indent: str = "", kind: object = None) -> Iterator[str]:
    """One assumption: a formula or a word as it is, a number or a distribution as a placeholder that needs a source."""
    match node:
        case Entries():
            yield f"{indent}{name}:"
            for key, child in node:
                fields = kind.fields if isinstance(kind, Table) else None
                inner = kind if fields is None or isinstance(child, Entries) else fields.get(key.text)
                yield from assumption(key.text, child, f"{indent}  ", inner)
        case Text() if node.text.startswith("=") or isinstance(kind, (Choice, PeerColumn)):
            yield f"{indent}{name}: {node.text}"
        case Text():
            yield from placeholder(name, node.text, indent)
        case _:
            raise TypeError(f"{name}: expected a value or named rows in an example")


def placeholder(name: str, value: str, indent: str = "", why: str = WHY) -> Iterator[str]:
    """A number that was made up, and says so."""
    yield f"{indent}{name}:"
    yield f"{indent}  value: {value}"
    yield f"{indent}  source: judgement"
    yield f"{indent}  why: {why}"


def comment(text: str, indent: str = "") -> Iterator[str]:
    """A text as lines of comment."""
    yield from textwrap.wrap(text, WIDE, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}#   ")


def _told(parameter: Parameter) -> str:
    help = f"; {parameter.help}" if parameter.help else ""
    return f"{parameter.label}{help} ({_unit(parameter)})"


def _unit(parameter: Parameter) -> str:
    match parameter.kind:
        case Choice(words=words):
            return " or ".join(words)
        case Table(fields=fields, defaults=defaults):
            named = ", ".join(f"{name}?" if name in defaults else name for name in fields)
            return f"named rows of {named}"
        case Kind() as kind:
            return f"{kind.noun}, one for all years or by year" if kind.yearly else kind.noun
    return "column of peers"
