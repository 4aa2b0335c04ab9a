"""From files to a Case: reads everything, never raises for bad input, and reports all problems at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from ..assumptions import GROUPS, Case
from ..kinds import MONEY
from ..order import order
from ..problems import InvalidAssumptions, Place, Problem, Problems, nearest
from .checks import check_settings
from .files import FOLDERS, Gathered, csv_table, gather
from .financials import financials
from .groups import discount_base, group, holding, reconciliations, shares
from .market import market
from .names import check_names, check_overrides, reads
from .relations import correlations, scenarios
from .schedules import schedule, transaction
from .segments import segment
from .session import TITLE, Session, case_id
from .tree import Text
from .values import ValueReader

KEYS: Final = ("name", "currency", "date", "base_year", "years", "evidence", "correlations", "scenarios", "checks",
               *FOLDERS, *GROUPS)  # fmt: skip
MOST_YEARS: Final = 100
EARLIEST: Final = 1901
_AMOUNT: Final = re.compile(r"(?:\d|unit:) +([A-Z]{3}) (?:k|m|bn|tn)\b")


def load(path: str | Path, overrides: Mapping[str, str] | None = None, *, evidence: bool = True) -> Case:
    """Read a case; raises InvalidAssumptions with every problem when it cannot be valued.

    ``overrides`` replaces values by dotted name, written as in a file: {"cloud.wacc": "9%"}. Without ``evidence`` the
    facts are not looked for, and sources not checked against them.
    """
    case, problems = read(path, overrides, evidence=evidence)
    if case is None:
        raise InvalidAssumptions(problems)
    return case


def read(
    path: str | Path, overrides: Mapping[str, str] | None = None, *, evidence: bool = True
) -> tuple[Case | None, list[Problem]]:
    """Read a case and say what is wrong with it: (Case, []) or (None, problems sorted by place)."""
    problems = Problems()
    gathered = gather(Path(path), problems, evidence=evidence)
    if gathered is None or gathered.broken:
        return None, sorted(problems)  # what else could be said would be noise
    case = _read(gathered, problems, overrides or {}, Place("--set"))
    if case is not None and not problems:
        overlaid = {
            name: replace(
                scenario,
                case=_read(gathered, problems, {**scenario.values, **(overrides or {})}, scenario.origin.place),
            )
            for name, scenario in case.scenarios.items()
        }
        case = replace(case, scenarios=overlaid)
    return (None if problems else case), sorted(problems)


@dataclass(frozen=True)
class _Frame:
    """What a case says about itself before its parts."""

    name: str
    currency: str
    date: str
    years: int
    base_year: int


def _read(gathered: Gathered, problems: Problems, overrides: Mapping[str, str], place: Place) -> Case | None:
    _check_keys(gathered, problems)
    frame = _frame(gathered, problems)
    facts = None if gathered.facts is None else frozenset(gathered.facts)
    values = ValueReader(problems, frame.currency, frame.years, frame.base_year, facts, dict(overrides), place)
    values.peers, values.day = gathered.peers, frame.date
    values.table = partial(csv_table, gathered, problems)
    session = Session(gathered, problems, values)
    _read_parts(session)
    case = _case(session, frame)
    if not problems:
        from ..trial import try_model

        try_model(case, problems)
    return None if problems else case


def _read_parts(session: Session) -> None:
    gathered = session.gathered
    group(session, "drivers", None)
    financials(session)
    for name, (place, node) in gathered.schedules.items():
        schedule(session, name, place, node)
    for name, (place, node) in gathered.segments.items():
        segment(session, name, place, node)
    memos = [part for part in session.segments.values() if part.memo]
    if memos and len(memos) == len(gathered.segments):
        session.problems.add(memos[0].place, "segments", "expected at least one part that is summed, found memos only")
    session.share_count = shares(session)
    holding(session)
    market(session)
    group(session, "bridge", MONEY)
    for name, (place, node) in gathered.transactions.items():
        transaction(session, name, place, node)


def _case(session: Session, frame: _Frame) -> Case:
    """Put the case together; it may only be used when there are no problems."""
    gathered, assumptions = session.gathered, session.assumptions
    tied = reconciliations(session)
    related = correlations(session)
    overlays = scenarios(session)
    settings = check_settings(session)
    check_overrides(session)
    steps = [name for name in (*session.workings, *session.segments) if name not in session.transactions]
    ordering = order([*assumptions, *(f"{name}.*" for name in dict.fromkeys(steps))], lambda name: reads(session, name))
    check_names(session, ordering.circles)
    return Case(
        id=case_id(gathered),
        name=frame.name,
        currency=frame.currency,
        date=frame.date,
        base_year=frame.base_year,
        years=frame.years,
        assumptions=assumptions,
        workings=session.workings,
        segments=session.segments,
        transactions=session.transactions,
        share_count=session.share_count,
        bridge=tuple(name for name in assumptions if name.startswith("bridge.")),
        discount_base=discount_base(session),
        order=tuple(ordering.names),
        peers=gathered.peers,
        correlations=related,
        scenarios=overlays,
        reconciliations=tied,
        evidence=gathered.facts or {},
        checks=settings,
        files=gathered.files,
        overrides=session.overrides,
        folder=str(gathered.root),
        remarks=(*gathered.remarks, *session.remarks),
    )


def _check_keys(gathered: Gathered, problems: Problems) -> None:
    for key, (place, _) in gathered.keys.items():
        if key not in KEYS:
            problems.add(place, key, f"not a name of a case{nearest(key, KEYS)}")
    if not gathered.segments and not any(problem.name == "segments" for problem in problems):
        problems.add(gathered.place, "segments", "expected at least one segment")


def _frame(gathered: Gathered, problems: Problems) -> _Frame:
    currency = _word(gathered, problems, "currency", r"[A-Z]{3}", "a currency code such as CNY")
    day = _date(gathered, problems)
    latest = int(day[:4]) - 1 if day else 2000
    return _Frame(
        name=_word(gathered, problems, "name", TITLE, "a name", case_id(gathered)),
        currency=currency or _usual_currency(gathered),
        date=day,
        years=_whole(gathered, problems, "years", 10, 1, MOST_YEARS),
        base_year=_whole(gathered, problems, "base_year", latest, EARLIEST - 1, 9999),
    )


def _usual_currency(gathered: Gathered) -> str:
    """The currency that the files speak of most, to go on reading when they do not name theirs."""
    spoken = Counter(found for text in gathered.files.values() for found in _AMOUNT.findall(text))
    return spoken.most_common(1)[0][0] if spoken else "XXX"


def _word(
    gathered: Gathered, problems: Problems, key: str, pattern: str, wanted: str, default: str | None = None
) -> str:
    place, node = gathered.keys.get(key, (gathered.place, None))
    if node is None:
        if default is None:
            problems.add(place, key, f"missing; expected {wanted}")
        return default or ""
    if not isinstance(node, Text) or not re.fullmatch(pattern, node.text.strip()):
        found = repr(node.text) if isinstance(node, Text) else "something else"
        problems.add(node.place, key, f"expected {wanted}, found {found}")
        return default or ""
    return node.text.strip()


def _date(gathered: Gathered, problems: Problems) -> str:
    wanted = "a date such as 2026-02-02"
    text = _word(gathered, problems, "date", r"\d{4}-\d{2}-\d{2}", wanted, "")
    try:
        day = date.fromisoformat(text) if text else date.max
    except ValueError:
        day = date.min
    if not day.year >= EARLIEST:
        problems.add(gathered.keys["date"][1].place, "date", f"expected {wanted}, found {text!r}")
        return ""
    return text


def _whole(gathered: Gathered, problems: Problems, key: str, default: int, low: int, high: int) -> int:
    wanted = f"a whole number from {low} to {high}"
    text = _word(gathered, problems, key, r"-?\d+", wanted, str(default))
    value = int(text) if len(text) < 18 else high + 1
    if not low <= value <= high:
        problems.add(gathered.keys[key][1].place, key, f"expected {wanted}, found {text}")
        return default
    return value
