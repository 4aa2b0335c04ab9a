"""The sheet of peers: who counts and who is left out, derived columns as formulas, statistics, and samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...assumptions import Case, PeerTable
from ...columns import STATISTICS
from ...distributions import FromPeers
from ...formula import Column, Formula, Reference, Row
from ...least_squares import Sampled
from ...lines import Array
from ...peers import (
    DATES,
    DAYS,
    DAYS_IN_A_YEAR,
    VALUATION_DATE,
    column_values,
    derivation,
    every_value,
    ordinal,
    reasons,
    unit_of,
)
from ...recording import Recording
from ...units import NUMBER
from ..address import HEAD_ROW, Cell, quoted
from ..pages import Draft, Page
from ..sheet import Material, Sheet, nowhere

QUARTILE: Final = "third quartile"
AMOUNT: Final = "#,##0.00_);(#,##0.00)"
DATE: Final = "yyyy-mm-dd"
UPPER: Final = 3
WIDTH, WIDEST = 13, 40
SHOWN: Final = (
    ("Number", "count", ()),
    ("First quartile", "quartile", (1,)),
    ("Median", "median", ()),
    ("Third quartile", "quartile", (UPPER,)),
    ("Average", "average", ()),
    ("Harmonic mean", "harmonic_mean", ()),
)


def place_peers(page: Page, case: Case, recording: Recording, draft: Draft) -> None:
    """Write each table of peers: first who counts, then statistics, who is left out, and samples of regressions."""
    page.widths = {0: 26}
    page.freeze = (HEAD_ROW, 1)
    read = [*_columns_read(recording), *_drawn_from(case)]
    fixed = _write_numbers(page, case, HEAD_ROW)
    at = HEAD_ROW + 2
    for table in case.peers.values():
        mine = [column for column in read if column.table == table.id]
        at = _Sheet(page, table, case.date, draft, fixed, at).write(mine) + 1


def _columns_read(recording: Recording) -> Iterator[Column]:
    """Every column of peers that the model reads."""
    for row in recording.written:
        for formula in (row.formula, row.opening, row.closing):
            if formula is not None:
                yield from _inside(formula)


def _inside(formula: Formula) -> Iterator[Column]:
    if isinstance(formula, Column):
        yield formula
    for operand in formula.operands:
        yield from _inside(operand)


def _drawn_from(case: Case) -> Iterator[Column]:
    """The columns that distributions were taken from."""
    for found in case.inputs:
        if isinstance(found.distribution, FromPeers):
            table, _, column = found.distribution.column.removeprefix("peers.").partition(".")
            yield Column(table, column, column_values(case.peers[table], column, case.date), NUMBER)


def _write_numbers(page: Page, case: Case, at: int) -> dict[str, Cell]:
    """The numbers that formulas of this page need beside the tables; their cells by name."""
    page.text(at, 0, "Number of the third quartile")
    page.number(at, 1, UPPER, "0", "input")
    cells = {QUARTILE: page.cell(at, 1)}
    if case.date and any(name in table.columns for table in case.peers.values() for name in DATES):
        page.text(at, 2, "Valuation date")
        page.number(at, 3, ordinal(case.date), DATE, "input")
        page.text(at, 4, "Days in a year")
        page.number(at, 5, DAYS_IN_A_YEAR, "0", "input")
        cells |= {VALUATION_DATE: page.cell(at, 3), DAYS: page.cell(at, 5)}
    return cells


@dataclass
class _Sheet:
    """One table on its way to the page."""

    page: Page
    table: PeerTable
    day: str
    draft: Draft
    fixed: dict[str, Cell]
    at: int

    def write(self, read: list[Column]) -> int:
        """Write the table and return the row behind it."""
        self.heads = [*self.table.columns, *self._derived(read)]
        rows = {peer: not reason for peer, reason in enumerate(reasons(self.table))}
        kept, out = ([peer for peer, counts in rows.items() if counts is wanted] for wanted in (True, False))
        self._title(kept, out)
        self.first, self.last = self.at, self.at + len(kept) - 1
        self.rows = dict(zip(kept, range(self.first, self.last + 1), strict=True))
        self.at = self.last + 1
        for column, head in enumerate(self.heads):
            cells = f"{self.page.cell(self.first, column).fixed}:{self.page.cell(self.last, column).fixed}"
            self.draft.peers[self.table.id, head] = f"{quoted(self.page.title)}!{cells}"
        self._write_rows(self.rows)
        self._statistics()
        if out:
            self.at += 1
            self.page.text(self.at, 0, "Left out", "section")
            self._write_rows({peer: self.at + 1 + place for place, peer in enumerate(out)})
            self.at += 1 + len(out)
        for sampled in _first_of_each([found for found in read if isinstance(found, Sampled)]):
            self._sample(sampled)
        return self.at

    def _derived(self, read: list[Column]) -> list[str]:
        """Derived columns that something reads, each behind those that it follows from."""
        names: list[str] = []

        def add(name: str) -> None:
            found = derivation(self.table, name)
            if found is None or name in names:
                return
            for other in (*found.columns, *found.optional):
                add(other)
            names.append(name)

        for column in read:
            for name in column.sample if isinstance(column, Sampled) else (column.column,):
                add(name)
        return names

    def _title(self, kept: list[int], out: list[int]) -> None:
        page = self.page
        page.text(self.at, 0, f"peers.{self.table.id}", "section")
        counted = f"{self.page.cell(self.at + 2, 0).name}:{page.cell(self.at + 1 + len(kept), 0).name}"
        page.text(self.at, 1, "Peers that count")
        page.raw(self.at, 2, f"=ROWS({counted})", float(len(kept)), "formula", "0")
        if out:
            below = self.at + 2 + len(kept) + len(SHOWN) + 2
            counted = f"{page.cell(below, 0).name}:{page.cell(below + len(out) - 1, 0).name}"
            page.text(self.at, 3, "Left out")
            page.raw(self.at, 4, f"=ROWS({counted})", float(len(out)), "formula", "0")
        for column, head in enumerate(self.heads):
            text = isinstance(self.table.columns.get(head), tuple) and head not in DATES
            page.text(self.at + 1, column, head, "head" if text else "head_right")
            longest = max(map(len, self.table.columns[head])) if text else len(head)
            page.widths[column] = max(page.widths.get(column, WIDTH), min(longest + 1, WIDEST))
        self.at += 2

    def _write_rows(self, rows: dict[int, int]) -> None:
        for column, head in enumerate(self.heads):
            if head in self.table.columns:
                self._given(head, column, rows)
            else:
                self._formulas(head, column, rows)

    def _given(self, head: str, column: int, rows: dict[int, int]) -> None:
        for peer, row in rows.items():
            value = self.table.columns[head][peer]
            if head in DATES and np.isfinite(ordinal(str(value))):
                self.page.number(row, column, ordinal(str(value)), DATE, "input")
            elif isinstance(value, str):
                self.page.text(row, column, value)
            elif np.isfinite(value):
                self.page.number(row, column, float(value), AMOUNT, "input")

    def _formulas(self, head: str, column: int, rows: dict[int, int]) -> None:
        """One formula a peer; a peer that lacks what it follows from stays blank, now and when its cell is emptied."""
        found = derivation(self.table, head)
        assert found is not None
        values = every_value(self.table, head, self.day)
        known = np.all([np.isfinite(every_value(self.table, name, self.day)) for name in found.columns], axis=0)
        for peer, row in rows.items():
            if not known[peer]:
                continue
            operands = [self._reference(name, row) for name in (*found.columns, *found.optional)]
            here = self.page.cell(row, column)
            body = self.draft.spelling.spell(found.rule(*operands), here)[1:]
            for name in {*found.columns, *found.optional} - set(self.fixed):
                body = body.replace(self._cell(name, row).fixed, self._cell(name, row).name)
            tests = [f"ISNUMBER({self._cell(name, row).name})" for name in found.columns if name not in self.fixed]
            if "/" in body or "LN(" in body:
                tests.append(f"ISNUMBER({body})")
            test = tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"
            value = float(values[peer]) if np.isfinite(values[peer]) else ""
            self.page.raw(row, column, f'=IF({test},{body},"")', value, "formula", self._format(head))

    def _cell(self, name: str, row: int) -> Cell:
        return self.fixed.get(name) or self.page.cell(row, self.heads.index(name))

    def _reference(self, name: str, row: int) -> Reference:
        """A Reference to a cell of this page, with which the rule of a derived column is spelled."""
        line = Row(self.page.title, f"{name}, row {row}", NUMBER, False)
        self.draft.cells[line] = self._cell(name, row)
        return Reference(line)

    def _format(self, head: str) -> str:
        unit = unit_of(self.table, head)
        plain = unit is NUMBER and not head.startswith("ln_")
        return AMOUNT if plain else unit.number_format

    def _statistics(self) -> None:
        for label, name, more in SHOWN:
            self.page.text(self.at, 0, label, "unit")
            for column, head in enumerate(self.heads):
                if head in self.table.numeric or head not in self.table.columns:
                    self._statistic(column, head, name, more)
            self.at += 1

    def _statistic(self, column: int, head: str, name: str, more: tuple[int, ...]) -> None:
        entry = STATISTICS[name]
        value = float(entry.compute(column_values(self.table, head, self.day), *more)[0])
        if np.isfinite(value):
            cells = f"{self.page.cell(self.first, column).name}:{self.page.cell(self.last, column).name}"
            shown = "0" if name == "count" else self._format(head)
            written = [self.fixed[QUARTILE].fixed if number == UPPER else number for number in more]
            self.page.raw(self.at, column, f"={entry.excel.format(cells, *written)}", value, "formula", shown)

    def _sample(self, column: Sampled) -> None:
        """The peers that have every column of a sample, side by side and without gaps, as LINEST needs them."""
        page, values = self.page, [column_values(self.table, name, self.day) for name in column.sample]
        complete: Array = np.all(np.isfinite(values), axis=0)
        peers = [peer for peer, whole in zip(self.rows, complete, strict=True) if whole]
        self.at += 1
        page.text(self.at, 0, f"Sample of peers.{self.table.id}", "section")
        page.heads(self.at + 1, {1 + place: name for place, name in enumerate(column.sample)}, right_from=0)
        first = self.at + 2
        for place, name in enumerate(column.sample):
            for number, peer in enumerate(peers):
                source = self._cell(name, self.rows[peer]).name
                value = float(every_value(self.table, name, self.day)[peer])
                page.raw(first + number, 1 + place, f"={source}", value, "formula", self._format(name))
            ends = page.cell(first, 1 + place).fixed, page.cell(first + len(peers) - 1, 1 + place).fixed
            named = f"{name} of {', '.join(column.sample)}"
            self.draft.peers[self.table.id, named] = f"{quoted(page.title)}!{':'.join(ends)}"
        for number, peer in enumerate(peers):
            page.text(first + number, 0, self._name(peer))
        self.at = first + len(peers)

    def _name(self, peer: int) -> str:
        texts = (values[peer] for values in self.table.columns.values() if isinstance(values, tuple))
        return str(next(texts, f"Peer {peer + 1}"))


def _first_of_each(columns: list[Sampled]) -> Iterator[Sampled]:
    """One column for each sample."""
    seen: set[Any] = set()
    for column in columns:
        if column.sample not in seen:
            seen.add(column.sample)
            yield column


def _place(page: Page, made: Material, draft: Draft) -> None:
    """All of it is placed at once: the model reads whole columns, and nothing here reads the model."""
    place_peers(page, made.case, made.recording, draft)


SHEET: Final = Sheet(
    "Peers",
    heading=lambda made: "Peers",
    subtitle=lambda made: "Tables of peers as pasted; derived columns, statistics and samples are formulas",
    about="Who counts and who is left out, multiples with their quartiles, samples of regressions",
    needed=lambda made: bool(made.case.peers),
    place=_place,
    write=nowhere,
)
