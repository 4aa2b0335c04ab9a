"""Reading a distribution: ``~ pert(24%, 31%, 38%)``, with each argument in the unit of the assumption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..distributions import REGISTRY, Distribution, build
from ..problems import nearest
from .numbers import Numbers
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
    positional: list[float | tuple[float, float]] = []
    named: dict[str, float] = {}
    for part in split_arguments(call["body"]):
        if not _argument(numbers, node, part, positional, named, call["name"]):
            return None
    built = build(call["name"], positional, named)
    if isinstance(built, str):
        numbers.complain(node.place, built)
        return None
    wrong = built.complaints()
    for complaint in wrong:
        numbers.complain(node.place, f"{call['name']}: {complaint}")
    return None if wrong else built


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
