"""The standards of the checks: numbers, severities and thresholds are data, in ``thresholds.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from ..units import NUMBER, RATE, Unit

Severity = Literal["error", "warning", "info"]
SEVERITIES: Final = ("error", "warning", "info")
DECLARED: Final = re.compile(r"market_size|plausible_share|held_by_\w+|usd_hkd|\w+_close")
_WRITTEN: Final = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*(%|x|years|days)?")
_TEXTS: Final = ("number", "severity", "says", "source", "words")


def is_declared(name: str) -> bool:
    """Whether a helper of this name may stand in a file for the checks alone, without a formula that reads it."""
    return DECLARED.fullmatch(name.rpartition(".")[2]) is not None


@dataclass(frozen=True)
class Threshold:
    """Where a check draws the line; ``unit`` is %, x, years, days or nothing."""

    value: float
    unit: str

    @property
    def shown(self) -> Unit:
        """The unit of its cell."""
        return RATE if self.unit == "%" else NUMBER

    def __str__(self) -> str:
        if self.unit == "%":
            return f"{100 * self.value:.8g}%"
        return f"{self.value:.8g}{' ' if len(self.unit) > 1 else ''}{self.unit}"


@dataclass(frozen=True)
class Standard:
    """What is known of a check besides its function: see ``thresholds.toml``."""

    id: str
    number: int
    severity: Severity
    says: str
    source: str
    words: tuple[str, ...]
    thresholds: Mapping[str, Threshold]


def read_threshold(text: str) -> Threshold | None:
    """Read ``75%``, ``2x``, ``180 days`` or a plain number; None for anything else."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    unit = found[2] or ""
    return Threshold(float(found[1]) / 100 if unit == "%" else float(found[1]), unit)


@cache
def standards() -> Mapping[str, Standard]:
    """Every standard by the id of its check, read once."""
    text = files(__package__).joinpath("thresholds.toml").read_text("utf-8")
    return {name: _standard(name, entry) for name, entry in tomllib.loads(text).items()}


def _standard(name: str, entry: Mapping[str, Any]) -> Standard:
    thresholds = {key: read_threshold(text) for key, text in entry.items() if key not in _TEXTS}
    return Standard(
        id=name,
        number=entry["number"],
        severity=entry["severity"],
        says=entry["says"],
        source=entry["source"],
        words=tuple(entry.get("words", "").split()),
        thresholds={key: found for key, found in thresholds.items() if found is not None},
    )
