"""A distribution as a file has it, taken apart: its arguments and numbers, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from ..units import scaled
from . import REGISTRY, Empirical, FromPeers
from .spelling import A_NUMBER

DEEPEST: Final = 4  # distributions inside each other
_CALL: Final = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s?\((?P<body>.*)\)\s*", re.DOTALL)
_NAMED: Final = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\s*=\s*")
_WEIGHTED: Final = re.compile(r".+\s(?P<at>at)\s+", re.DOTALL)
Span = tuple[int, int]


@dataclass(frozen=True)
class Number:
    """One number of a distribution: ``text`` from ``start`` to ``end``, with its percent sign but without its unit.

    ``value`` is in the unit of the text, of a percentage the share. ``free`` is a plain number (a shape, a probability)
    beside those in the unit of the quantity.
    """

    value: float
    text: str
    start: int
    end: int
    percent: bool
    unit: str
    free: bool


@dataclass(frozen=True)
class Given:
    """A number, a distribution, or a word (None), with its name or its weight where it has one."""

    value: Number | Call | None
    name: str = ""
    weight: Number | None = None

    def numbers(self) -> Iterator[Number]:
        """Yield its numbers as they stand."""
        if isinstance(self.value, Call):
            yield from self.value.numbers()
        elif self.value is not None:
            yield self.value
        if self.weight is not None:
            yield self.weight


@dataclass(frozen=True)
class Call:
    """A name with arguments."""

    name: str
    arguments: tuple[Given, ...]

    def numbers(self) -> Iterator[Number]:
        """Yield its numbers as they stand."""
        yield from chain.from_iterable(argument.numbers() for argument in self.arguments)


def argument_spans(text: str, start: int, end: int) -> list[Span]:
    """Return where the arguments 'a, b(c, d), e' stand between two places, split at the commas outside brackets."""
    spans, depth, first = [], 0, start
    for position in range(start, end):
        character = text[position]
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            spans.append((first, position))
            first = position + 1
    trimmed = [_trimmed(text, *span) for span in [*spans, (first, end)]]
    return [(first, last) for first, last in trimmed if first < last]


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def parsed(written: str) -> Call | None:
    """Take ``~ name(...)`` apart; None where a text is no such thing."""
    text = written.lstrip()
    return _call(written, len(written) - len(text) + 1, len(written)) if text.startswith("~") else None


def _call(text: str, start: int, end: int, depth: int = 0) -> Call | None:
    found = _CALL.fullmatch(text, start, end)
    if found is None or depth >= DEEPEST:
        return None
    name, spans = found["name"], argument_spans(text, *found.span("body"))
    words = len(spans) if name == FromPeers.name else 0
    if name == Empirical.name and spans and text[slice(*spans[0])].endswith(".csv"):
        words = 2  # a file and its column
    read = [_argument(text, *span, name, place, depth + 1) for place, span in enumerate(spans[words:], start=words)]
    return Call(name, (*(Given(None) for _ in spans[:words]), *read))


def _argument(text: str, start: int, end: int, name: str, place: int, depth: int) -> Given:
    weighted = None if text[end - 1] == ")" else _WEIGHTED.match(text, start, end)
    if weighted is not None:
        first, last = _trimmed(text, start, weighted.start("at"))
        weight = _number(text, weighted.end(), end, True)
        return Given(_call(text, first, last, depth) or _number(text, first, last, False), weight=weight)
    named = _NAMED.match(text, start, end)
    first = named.end() if named else start
    free = is_free(name, named["name"] if named else place)
    value = _call(text, first, end, depth) or _number(text, first, end, free)
    return Given(value, named["name"] if named else "")


def is_free(distribution: str, argument: str | int) -> bool:
    """Whether an argument, by name or position, is a plain number (a shape, a probability), not of the input's unit."""
    if distribution not in REGISTRY:
        return False
    names = REGISTRY[distribution].names()
    if isinstance(argument, int):
        argument = names[argument] if argument < len(names) else ""
    return argument in REGISTRY[distribution].free


def _number(text: str, start: int, end: int, free: bool) -> Number | None:
    found = A_NUMBER.fullmatch(text, start, end)
    if found is None:
        return None
    percent, value = found[2] == "%", float(found[1].replace("_", ""))
    last = found.end(2) if percent else found.end(1)
    unit = "" if percent else (found[2] or "")
    return Number(scaled(value, -2) if percent else value, text[start:last], start, last, percent, unit, free)
