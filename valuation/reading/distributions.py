"""Reading a distribution: ``~ pert(24%, 31%, 38%)``, with each argument in the unit of the assumption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..distributions import BOUNDS, REGISTRY, Argument, Distribution, Empirical, FromPeers, build, cut
from ..distributions.calls import DEEPEST, argument_spans, is_free
from ..distributions.spelling import A_NUMBER
from ..peers import column_values
from ..problems import Place, nearest
from .numbers import Numbers
from .peers import column_complaint
from .tree import Text

DIRICHLET: Final = "dirichlet"
CALL: Final = re.compile(r"(?P<name>[A-Za-z_]\w*) ?\((?P<body>.*)\)")
_NAMED: Final = re.compile(r"(?P<name>[A-Za-z_][\w.]*) ?= ?(?P<value>.*)")
LONGEST: Final = 200


def read_distribution(numbers: Numbers, node: Text) -> Distribution | None:
    """Read ``~ pert(1, 2, 3)``; None with problems when it is no possible distribution."""
    built = _read(numbers, node, plain_text(node), 0)
    wrong = built.complaints() if built is not None else []
    for complaint in wrong:
        numbers.complain(node.place, f"{built.name if built is not None else ''}: {complaint}")
    return None if wrong else built


def plain_text(node: Text) -> str:
    """What stands behind the ~, with single blanks."""
    return " ".join(node.text.split()).removeprefix("~").strip()


def _read(numbers: Numbers, node: Text, text: str, depth: int) -> Distribution | None:
    call = CALL.fullmatch(text)
    complaint = _call_complaint(text, call, depth)
    if call is None or complaint:
        numbers.complain(node.place, complaint)
        return None
    parts = split_arguments(call["body"])
    if call["name"] == FromPeers.name:
        return _from_peers(numbers, node, call["body"].strip())
    if call["name"] == Empirical.name and parts and parts[0].endswith(".csv"):
        return _from_csv(numbers, node, parts)
    positional: list[Argument] = []
    named: dict[str, float] = {}
    if not all(_argument(numbers, node, part, positional, named, call["name"], depth) for part in parts):
        return None
    return _said(numbers, node, build(call["name"], positional, named))


def _call_complaint(text: str, call: re.Match[str] | None, depth: int) -> str:
    if call is None:
        return f"expected a distribution such as pert(low, mode, high), found {shortened(text)}"
    if call["name"] == DIRICHLET:
        return "dirichlet makes several shares: write it under a name of its own in drivers, or beside a method"
    if call["name"] not in REGISTRY:
        return f"{shortened(call['name'])[1:-1]} is not a distribution{nearest(call['name'][:LONGEST], REGISTRY)}"
    return f"expected at most {DEEPEST} distributions inside each other" if depth >= DEEPEST else ""


def shortened(text: str) -> str:
    """A text in quotes, cut where nobody would read on."""
    return repr(text) if len(text) <= LONGEST else f"{text[:40]!r} and {len(text) - 40:,} characters more"


def _said(numbers: Numbers, node: Text, built: Distribution | str) -> Distribution | None:
    if isinstance(built, str):
        numbers.complain(node.place, built)
        return None
    return built


# Columns ----------------------------------------------------------------------------------------------------------


def _from_peers(numbers: Numbers, node: Text, column: str) -> Distribution | None:
    """The distribution of a column of peers, which is written by its dotted name."""
    setting = numbers.setting
    head, _, rest = column.partition(".")
    if head != "peers" or "." not in rest:
        numbers.complain(node.place, f"peers: {FromPeers.signature()} expected, found {column or 'nothing'}")
        return None
    complaint = column_complaint(setting.peers, setting.day, rest)
    if complaint:
        numbers.complain(node.place, complaint)
        return None
    if numbers.declared is None and numbers.expected is not None and not numbers.expected.pure:
        text = f"expected a unit: the numbers of {column} are not said to be {numbers.expected}"
        numbers.complain(node.place, f"{text}; add unit: {numbers.expected}")
        return None
    table, _, name = rest.partition(".")
    values = column_values(setting.peers[table], name, setting.day)
    return FromPeers.of(column, values, numbers.power)


def _from_csv(numbers: Numbers, node: Text, parts: Sequence[str]) -> Distribution | None:
    """The numbers of a column of a CSV file: ``empirical(history/margins.csv, margin)``."""
    bounds: dict[str, float] = {}
    if len(parts) < 2 or not all(_argument(numbers, node, part, [], bounds, Empirical.name, 0) for part in parts[2:]):
        if len(parts) < 2:
            numbers.complain(node.place, f"{Empirical.signature()} expected, the column is missing")
        return None
    values = _column(numbers, node, parts[0], parts[1].lower())
    if values is None or set(bounds) - set(BOUNDS) or len(bounds) < len(parts) - 2:
        if values is not None:
            numbers.complain(node.place, f"{Empirical.signature()} expected, with min= and max= or without")
        return None
    built = Empirical(tuple(values), f"{parts[0]}, {parts[1]}")
    return cut(built, bounds) if bounds else built


def _column(numbers: Numbers, node: Text, file: str, column: str) -> list[float] | None:
    """The numbers of a column, blanks left out, each in the unit of the assumption; None with problems."""
    table = numbers.setting.table(file)
    if table is None:
        return None  # its own problem is reported where it stands
    if not isinstance(table, str) and column not in table.heads:
        table = f"{file} has no column {shortened(column)[1:-1]}{nearest(column[:LONGEST], table.heads)}"
    if isinstance(table, str):
        numbers.complain(node.place, table)
        return None
    at = table.heads.index(column)
    values = []
    for number, row in enumerate(table.rows, start=2):
        cell = row[at].strip().replace(",", "")
        place = Place(table.file, number, at + 1)
        if cell and not A_NUMBER.fullmatch(cell):
            numbers.complain(place, f"expected a number, found {shortened(cell)}; leave blank what is not known")
            return None
        value = numbers.number(Text(place, cell), None) if cell else None
        if cell and value is None:
            return None
        values += [] if value is None else [value]
    return values


# Arguments --------------------------------------------------------------------------------------------------------


def _argument(
    numbers: Numbers,
    node: Text,
    part: str,
    positional: list[Argument],
    named: dict[str, float],
    distribution: str,
    depth: int,
) -> bool:
    """Add one argument to those found; False with a problem when it makes no sense."""
    value_text, at, weight_text = ("", "", "") if part.endswith(")") else part.rpartition(" at ")
    if at:
        value, weight = _value(numbers, node, value_text.strip(), depth, False), _plain(numbers, node, weight_text)
        if value is None or weight is None:
            return False
        positional.append((value, weight))  # type: ignore[arg-type]
        return True
    name = _NAMED.fullmatch(part)
    if name is None:
        value = _value(numbers, node, part, depth, is_free(distribution, len(positional)))
        positional += [] if value is None else [value]
        return value is not None
    if name["name"] in named:
        numbers.complain(node.place, f"{distribution}: {shortened(name['name'])[1:-1]} stands twice")
        return False
    value = _number(numbers, node, name["value"], is_free(distribution, name["name"]))
    named |= {} if value is None else {name["name"]: value}
    return value is not None


def _value(numbers: Numbers, node: Text, text: str, depth: int, free: bool) -> float | Distribution | None:
    return _read(numbers, node, text, depth + 1) if CALL.fullmatch(text) else _number(numbers, node, text, free)


def _number(numbers: Numbers, node: Text, text: str, free: bool) -> float | None:
    if len(text) > LONGEST:
        numbers.complain(node.place, f"expected a number, found {shortened(text)}")
        return None
    return numbers.plain(node.place, text) if free else numbers.number(node, None, part=text)


def _plain(numbers: Numbers, node: Text, text: str) -> float | None:
    return _number(numbers, node, text, free=True)


def split_arguments(text: str) -> Sequence[str]:
    """Split 'a, b(c, d), e' at the commas outside brackets."""
    return [text[start:end] for start, end in argument_spans(text, 0, len(text))]
