"""Differences that make another model: segments, transactions, schedules, tables of peers, shares and the frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ..assumptions import Case, PeerTable, Segment, Working
from ..problems import Place
from .difference import FRAME, NONE, Difference, Piece, merged

SHOWN_FACTS: Final = 3
Facts = Mapping[str, str]


def structural(a: Case, b: Case, names: Sequence[str]) -> Iterator[Difference]:
    """Yield the differences of structure; ``names`` are the assumptions of both, in the order of the files."""
    scopes: dict[str, int] = {}
    for number, name in enumerate(names):
        scopes.setdefault(name.partition(".")[0], number)
    for find in (_frame, _tables, _segments, _transactions, _schedules, _shares):
        for step in find(a, b):
            scope = step.names[0].rpartition(" ")[2].partition(".")[0]
            yield replace(step, order=(scopes.get(scope, 0) - 0.5, 0))


def schedules(case: Case) -> list[str]:
    """The workings that are neither a view of a segment nor a transaction."""
    views = {view for segment in case.segments.values() for view in segment.views}
    return [name for name in case.workings if name not in views and name not in case.transactions]


def _frame(a: Case, b: Case) -> Iterator[Difference]:
    if a.date != b.date:
        yield _step("date", a.date or NONE, b.date or NONE, b.place, {(FRAME, "date")})
    if (a.years, a.base_year) != (b.years, b.base_year):
        before, after = (f"{case.fiscal_years[0]} to {case.fiscal_years[-1]}" for case in (a, b))
        yield _step("forecast years", before, after, b.place, {(FRAME, "years"), (FRAME, "base_year")})
    if a.discount_base != b.discount_base:
        before, after = (_listed(case.discount_base) for case in (a, b))
        yield _step("holding.applies_to", before, after, b.place, {(FRAME, "discount_base")})


def _listed(base: str | tuple[str, ...]) -> str:
    return base if isinstance(base, str) else ", ".join(base)


def _tables(a: Case, b: Case) -> Iterator[Difference]:
    for name in merged(a.peers, b.peers):
        if name in a.peers and name in b.peers:
            one, other = a.peers[name], b.peers[name]
            changed = [column for column in merged(one.columns, other.columns) if not _same(one, other, column)]
            if changed:
                what = f", other {', '.join(changed[:SHOWN_FACTS])}{' ...' * (len(changed) > SHOWN_FACTS)}"
                before, after = _companies(one), f"{_companies(other)}{what}"
                yield _step(f"peers.{name}", before, after, other.place, {("peers", name)})


def _companies(table: PeerTable) -> str:
    return f"{len(next(iter(table.columns.values()), ()))} companies"


def _same(one: PeerTable, other: PeerTable, column: str) -> bool:
    ours, theirs = one.columns.get(column), other.columns.get(column)
    if isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray):
        return np.array_equal(ours, theirs, equal_nan=True)
    return type(ours) is type(theirs) and ours == theirs


def _segments(a: Case, b: Case) -> Iterator[Difference]:
    """Segments that value differently, or that only one case has; a memo of one case alone moves nothing by itself."""
    for name in merged(a.segments, b.segments):
        ours, theirs = a.segments.get(name), b.segments.get(name)
        if all(found is None or found.memo for found in (ours, theirs)) and (ours is None or theirs is None):
            continue
        views = {view for found in (ours, theirs) if found for view in found.views}
        pieces = {("segments", name), *(("workings", view) for view in views)}
        yield from _scope(
            f"segment {name}", (a, b), tuple(_of_segment(c, s) for c, s in ((a, ours), (b, theirs))), pieces,
            (theirs or ours),
        )  # fmt: skip


def _of_segment(case: Case, segment: Segment | None) -> Facts | None:
    if segment is None:
        return None
    facts = {"method": case.method_of(segment.id), "weights": ", ".join(segment.weights)}
    for view in segment.views:
        facts |= _of_working(case.workings[view], view.removeprefix(segment.id).removeprefix("."))
    flags = {"discounted": segment.discounted, "net debt": segment.has_net_debt, "memo": segment.memo}
    return facts | {name: "yes" if flag else "no" for name, flag in flags.items()}


def _transactions(a: Case, b: Case) -> Iterator[Difference]:
    for name in merged(a.transactions, b.transactions):
        facts = tuple(
            {"route": case.workings[name].calculation.name, "part": case.transactions[name].part}
            | _of_working(case.workings[name])
            if name in case.transactions
            else None
            for case in (a, b)
        )
        found = b.transactions.get(name) or a.transactions[name]
        yield from _scope(f"transaction {name}", (a, b), facts, {("transactions", name), ("workings", name)}, found)


def _schedules(a: Case, b: Case) -> Iterator[Difference]:
    """Schedules of both cases that work differently; one that only one case has moves nothing until it is read."""
    ours, theirs = schedules(a), schedules(b)
    for name in merged(ours, theirs):
        if name in ours and name in theirs:
            facts = tuple(
                {"schedule": case.workings[name].calculation.name} | _of_working(case.workings[name]) for case in (a, b)
            )
            yield from _scope(f"schedule {name}", (a, b), facts, {("workings", name)}, b.workings[name])


def _shares(a: Case, b: Case) -> Iterator[Difference]:
    """Shares that are counted otherwise, or in one case only."""
    if a.share_count is None and b.share_count is None:
        return
    facts = tuple(
        {"count": "given"} if case.share_count is None else {"count": "counted"} | _of_working(case.share_count)
        for case in (a, b)
    )
    pieces: set[Piece] = {(FRAME, "share_count")}
    if a.share_count is None or b.share_count is None:
        pieces.add(("assumptions", "shares.diluted"))
    place = b.share_count or a.share_count
    assert place is not None
    yield from _scope("shares", (a, b), facts, pieces, place)


def _of_working(working: Working, prefix: str = "") -> dict[str, str]:
    """What a working is given by the names of its parameters: words, columns of peers, names of assumptions."""
    return {f"{prefix}.{name}" if prefix else name: text for name, text in working.told.items()}


def _scope(
    name: str, cases: tuple[Case, Case], facts: tuple[Facts | None, ...], pieces: set[Piece], found: Any
) -> Iterator[Difference]:
    """A step for a scope whose facts differ: told by its method where that changed, else by what else did."""
    ours, theirs = facts
    if ours == theirs:
        return
    if ours is None or theirs is None:
        whole = [
            NONE if one is None else _told(case, one, [next(iter(one))]) for case, one in zip(cases, facts, strict=True)
        ]
        yield _step(name, whole[0], whole[1], found.place, pieces, in_b=theirs is not None)
        return
    changed = [key for key in merged(ours, theirs) if ours.get(key) != theirs.get(key)]
    first = next(iter(ours))
    keys = [first] if first in changed else changed
    before, after = (_told(case, one, keys) for case, one in zip(cases, (ours, theirs), strict=True))
    yield _step(name, before, after, found.place, pieces)


def _told(case: Case, facts: Facts, keys: Sequence[str]) -> str:
    """Facts as one text; an assumption is told as it is written."""
    told = []
    for key in keys[:SHOWN_FACTS]:
        value = facts.get(key)
        if value is None:
            told.append(f"no {key}")
        else:
            told.append(f"{key} {case.assumptions[value].written if value in case.assumptions else value}")
    return ", ".join(told) + " ..." * (len(keys) > SHOWN_FACTS)


def _step(name: str, before: str, after: str, place: Place, pieces: set[Piece], *, in_b: bool = True) -> Difference:
    return Difference((name,), "structure", before, after, place, in_b, pieces=frozenset(pieces))
