"""One cell at the door: what a number, a percentage or a date is meant to be, or why that cannot be told."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ..distributions.spelling import spelled as shortest
from ..units import Unit, parse_unit
from .grid import ERRORS, Value

UNKNOWN: Final = {"", "-", "\u2013", "\u2014", "n.a.", "n/a", "na", "nm", "n.m.", "none", "null", "nan"}
NUMBER: Final = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?([eE][-+]?\d+)?")
EUROPEAN: Final = re.compile(r"[-+]?\d{1,3}(\.\d{3})*,\d+|[-+]?\d{1,3}(\.\d{3}){2,}")
HEADING: Final = re.compile(r"(?P<name>.*?)\s*[(\[]\s*(?P<unit>[^()\[\]]+?)\s*[)\]]\s*")
DATES: Final = (
    "%Y-%m-%d",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%Y/%m/%d",
    "%Y%m%d",
)
SLASHED: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
EPOCH: Final = date(1899, 12, 30)
SERIALS: Final = (20_000, 80_000)
"""Days of a workbook between 1954 and 2119: numbers that a date column may hold."""


@dataclass(frozen=True)
class Found:
    """What a cell says: a number (a percentage as a share of one), None for unknown; or what is wrong with it."""

    number: float | None = None
    wrong: str = ""
    percent: bool = False
    note: str = ""


def number(cell: Value) -> Found:
    """Read a number: also as text, in brackets when negative, with a percent sign, a multiple's x or commas."""
    if cell is None:
        return Found()
    if isinstance(cell, float):
        return Found(cell) if math.isfinite(cell) else Found(wrong=f"expected a number, found {cell}")
    if isinstance(cell, date):
        return Found(wrong=f"expected a number, found the date {cell}")
    text = cell.replace("\u00a0", " ").replace("\u2212", "-").strip()
    if text.lower() in UNKNOWN:
        return Found(note=f"{cell!r} is left blank" if text else "")
    if text in ERRORS:
        return Found(wrong=f"expected a number, found {text}")
    if text.startswith("="):
        return Found(wrong=f"expected a number, found the formula {text}")
    negative = text.startswith("(") and text.endswith(")")
    bare = text[1:-1].strip() if negative else text
    percent = bare.endswith("%")
    bare = bare.removesuffix("%").strip() if percent else re.sub(r"(?<=\d)\s*[xX]$", "", bare)
    if EUROPEAN.fullmatch(bare) and not NUMBER.fullmatch(bare):
        return Found(wrong=f"expected a number with a decimal point, found {text}; did you mean {_american(bare)}")
    if not NUMBER.fullmatch(bare):
        return Found(wrong=f"expected a number, found {text!r}")
    value = float(bare.replace(",", "")) * (-1 if negative else 1)
    return Found(float(f"{value!r}e-2") if percent else value, percent=percent)


def _american(text: str) -> str:
    return text.replace(".", "").replace(",", ".")


def day(cell: Value) -> tuple[str, str]:
    """Read a date as YYYY-MM-DD; else an empty text and what is wrong. A blank is no date and nothing wrong."""
    if cell is None or (isinstance(cell, str) and cell.lower() in UNKNOWN):
        return "", ""
    if isinstance(cell, date):
        return cell.isoformat(), ""
    if isinstance(cell, float):
        whole = cell == int(cell) and SERIALS[0] <= cell <= SERIALS[1]
        return (
            ((EPOCH + timedelta(days=int(cell))).isoformat(), "") if whole else ("", f"expected a date, found {cell:g}")
        )
    for form in DATES:
        try:
            return datetime.strptime(cell, form).date().isoformat(), ""
        except ValueError:
            continue
    slashed = SLASHED.fullmatch(cell)
    if slashed is None:
        return "", f"expected a date such as 2026-03-31, found {cell!r}"
    first, second, year = map(int, slashed.groups())
    if first <= 12 and second <= 12 and first != second:
        ways = f"{year}-{second:02d}-{first:02d} or {year}-{first:02d}-{second:02d}"
        return "", f"expected a date that can be told, found {cell}: write {ways}"
    month, of_month = (second, first) if first > 12 or first == second else (first, second)
    try:
        return date(year, month, of_month).isoformat(), ""
    except ValueError:
        return "", f"expected a date such as 2026-03-31, found {cell!r}"


def heading(text: str) -> tuple[str, Unit | None]:
    """A heading as a name, and the unit in brackets behind it: ``Sales FY1 (USD m)`` is sales_fy1 in USD m."""
    found = HEADING.fullmatch(text)
    unit = _unit(found["unit"]) if found else None
    name = found["name"] if found and unit is not None else text
    words = name.replace("&", " and ").replace("%", " percent ").lower()
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_"), unit


def _unit(text: str) -> Unit | None:
    """A unit as analysts write it: USD m, USDm, US$m, RMB bn, %, x."""
    spelled = text.replace("US$", "USD ").replace("HK$", "HKD ").replace("RMB", "CNY").replace("€", "EUR ").strip()
    spelled = re.sub(r"\b(mn|mm|million|millions|mln)\b", "m", spelled, flags=re.IGNORECASE)
    spelled = re.sub(r"\b(billion|billions|b)\b", "bn", spelled, flags=re.IGNORECASE)
    spelled = re.sub(r"^([A-Z]{3})\s*(k|m|bn|tn)$", r"\1 \2", spelled)
    return parse_unit(re.sub(r"\s+", " ", spelled))


def spelled(value: float) -> str:
    """A number as a table of a case has it: in full precision, without an exponent where that is short."""
    text = shortest(value)
    return f"{value:.15g}" if "e" in text and abs(value) < 1e15 and value == int(value) else text
