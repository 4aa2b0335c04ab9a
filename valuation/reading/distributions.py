"""Reading a distribution: ``~ pert(24%, 31%, 38%)``, with each argument in the unit of the assumption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..distributions import REGISTRY, Distribution, FromPeers, build
from ..peers import column_values
from ..problems import nearest
from .numbers import Numbers
from .peers import column_complaint
from .tree import Text

_CALL: Final = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*\((?P<body>.*)\)", re.DOTALL)


def read_distribution(numbers: Numbers, node: Text) -> Distribution | None:
    """Read ``~ pert(1, 2, 3)``; None with problems when it is no possible distribution."""
    text = node.text.strip()[1:].strip()
    call = _CALL.fullmatch(text)
    if call is None:
        numbers.complain(node.place, f"expected a distribution such as pert(low, mode, high), found {text!r}")
        return None
    if call["name"] not in REGISTRY:
        numbers.complain(node.place, f"{call['name']} is not a distribution{nearest(call['name'], REGISTRY)}")
        return None
    if call["name"] == FromPeers.name:
        return _from_peers(numbers, node, call["body"].strip())
    positional: list[float | tuple[float, float]] = []
    named: dict[str, float] = {}
    for part in split_arguments(call["body"]):
        if not _argument(numbers, node, part, positional, named, call["name"]):
            return None
    built = build(call["name"], positional, named)
    if isinstance(built, str):
        numbers.complain(node.place, built)
        return None
    return _without_complaints(numbers, node, built)


def _without_complaints(numbers: Numbers, node: Text, built: Distribution) -> Distribution | None:
    wrong = built.complaints()
    for complaint in wrong:
        numbers.complain(node.place, f"{built.name}: {complaint}")
    return None if wrong else built


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
    return _without_complaints(numbers, node, FromPeers.of(column, values, numbers.power))


def _argument(
    numbers: Numbers,
    node: Text,
    part: str,
    positional: list[float | tuple[float, float]],
    named: dict[str, float],
    distribution: str,
) -> bool:
    pieces = re.split(r"\s+at\s+", part)
    if len(pieces) == 2:
        value, chance = numbers.number(node, None, part=pieces[0]), numbers.plain(node.place, pieces[1])
        if value is None or chance is None:
            return False
        positional.append((value, chance))
        return True
    name, equals, text = part.partition("=")
    free = _is_free(distribution, name.strip() if equals else len(positional))
    text = text if equals else part
    value = numbers.plain(node.place, text) if free else numbers.number(node, None, part=text)
    if value is None:
        return False
    if equals and name.strip() in named:
        numbers.complain(node.place, f"{distribution}: {name.strip()} stands twice")
        return False
    if equals:
        named[name.strip()] = value
    else:
        positional.append(value)
    return True


def _is_free(distribution: str, argument: str | int) -> bool:
    """Whether an argument, by name or position, is a plain number (a shape, a probability), not of the input's unit."""
    found = REGISTRY[distribution]
    names = found.names()
    if isinstance(argument, int):
        argument = names[argument] if argument < len(names) else ""
    return argument in found.free


def split_arguments(text: str) -> Sequence[str]:
    """Split 'a, b(c, d), e' at the commas outside brackets."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]
