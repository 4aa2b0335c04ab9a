"""How numbers of distributions are spelled: shortest texts that read back as they are."""

from __future__ import annotations

import re
from typing import Final

A_NUMBER: Final = re.compile(r"([-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(%|[A-Za-z].*)?")
"""A number with its percent sign or its unit."""


def spelled(value: float) -> str:
    """Return the shortest text that reads back as exactly this number: 118028, 0.24, 1e-07."""
    return repr(float(value)).removesuffix(".0")


def chance(probability: float) -> str:
    """Return a probability as a percentage if that reads back exactly, else as a plain number."""
    percentage = f"{100 * probability:.12g}"
    return f"{percentage}%" if float(percentage) / 100 == probability else spelled(probability)


def expected(text: str, *found: float) -> str:
    """Return the complaint 'text expected, found 3, 2, 5'."""
    return f"{text} expected, found {', '.join(map(spelled, found))}"
