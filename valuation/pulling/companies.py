"""Edited cells of tables of peers, in their CSV files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from ..assumptions import PeerTable
from ..peers import DATES
from ..problems import Place
from .book import Value
from .edits import Edit, same
from .merge import Merge, Result
from .notation import respelled, spelled
from .sides import Change
from .targets import PEERS

EPOCH = date(1899, 12, 30)
"""The day 0 of a workbook."""


def peer(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result]:
    """One cell of a table of peers: of the same company, wherever its row stands now."""
    edit = edits[0]
    table, _, head = edit.target.name.removeprefix(PEERS).partition(".")
    was, here = merge.then.case.peers[table], merge.now.case.peers.get(table)
    if here is None or head not in here.columns:
        yield from merge.gone(
            list(edits), [f"{PEERS}{t.id}.{h}" for t in merge.now.case.peers.values() for h in t.columns]
        )
        return
    row = int(edit.target.part)
    there = _same_row(was, here, row)
    if there is None:
        yield edit.complaint(f"{_named(was, row)} is not in {Path(here.place.file).name} any more")
        return
    before, now = _cell_of(was, head, row), _cell_of(here, head, there)
    heads = list(here.columns)
    place = Place(here.place.file, there + 2, heads.index(head) + 1)
    cell = merge.now.texts.csv(place)[there + 1][heads.index(head)]
    old, new = cell.value.strip(), _as_cell(edit.now, cell.value.strip(), head)
    told = _shown(before), new or "blank", old or "blank"
    decided = merge.decide(edit, place, untouched=same(before, now), agreed=same(edit.now, now), told=told)
    if not isinstance(decided, bool):
        yield decided
    elif decided:
        line = merge.now.texts.line(place, cell.start)
        name = f"{edit.target.name} of {_named(here, there)}"
        yield Change(name, str(edit.cell), Place(place.file, line, place.column), old, new, (cell.becomes(new),))


def _same_row(was: PeerTable, here: PeerTable, row: int) -> int | None:
    """The row of the same company now; its number where companies have no names of their own."""
    then, now = (_names(table) for table in (was, here))
    if then.count(then[row]) == 1 and now.count(then[row]) == 1:
        return now.index(then[row])
    same_size = len(then) == len(now) and then[row] == now[row]
    return row if same_size else None


def _names(table: PeerTable) -> list[str]:
    texts = next((values for values in table.columns.values() if isinstance(values, tuple)), None)
    return list(texts) if texts is not None else [""] * len(next(iter(table.columns.values())))


def _named(table: PeerTable, row: int) -> str:
    return _names(table)[row] or f"peer {row + 1}"


def _cell_of(table: PeerTable, head: str, row: int) -> Value:
    value = table.columns[head][row]
    return value or None if isinstance(value, str) else float(value)


def _shown(value: Value) -> str:
    if isinstance(value, float):
        return spelled(value) if math.isfinite(value) else "blank"
    return value or "blank"


def _as_cell(value: Value, old: str, head: str) -> str:
    if isinstance(value, float):
        if head in DATES:
            return (EPOCH + timedelta(days=value)).isoformat()
        return respelled(value, old) if old else spelled(value)
    return value or ""
