"""Reading tables of financials: a row an item, a column a year; every number is an input with its unit and source.

    item,unit,source,why,FY2024,FY2025,FY2026,FY2027
    cloud_revenue,CNY m,acme.report.cloud,,106374,118028,,
    consensus_growth,%,broker.note,,,,12%,10%

Formulas read ``financials.<table>.cloud_revenue.fy2025``. An item that has every forecast year is also a path of the
forecast, read by its own name ``financials.<table>.consensus_growth``; its years are ``.2026``, ``.2027`` for --set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..problems import Place, nearest
from .files import NAME, CsvTable
from .session import Session, humanised
from .tree import Entries, Items, Node, Text
from .values import FIELDS as OF_VALUES

GROUP: Final = "financials"
ITEM: Final = "item"
FIELDS: Final = tuple(key for key in OF_VALUES if key not in ("value", "base"))
PERIOD: Final = re.compile(r"(?:fy)?(\d{4})|ltm|ntm|[qh]\d_\d{4}")
EXAMPLE: Final = "a year such as FY2025, or LTM, Q1_2026"


@dataclass(frozen=True)
class _Row:
    """One item: its cells by column, each with its place."""

    name: str
    place: Place
    cells: dict[str, Text]

    def fields(self) -> list[tuple[Text, Node]]:
        """What belongs to each of its numbers."""
        return [(Text(self.cells[key].place, key), _sources(self.cells[key]) if key == "source" else self.cells[key])
                for key in FIELDS if key in self.cells]  # fmt: skip


def financials(session: Session) -> None:
    """Read every table; what is wrong with one is a problem of its cell."""
    for name, table in session.gathered.financials.items():
        periods = _periods(session, table)
        seen: dict[str, Place] = {}
        for row in _rows(session, table):
            if row.name in seen:
                text = f"stands twice; first in row {seen[row.name].line}"
                session.problems.add(row.place, f"{GROUP}.{name}.{row.name}", text)
                continue
            seen[row.name] = row.place
            _item(session, f"{GROUP}.{name}.{row.name}", row, periods)


def _periods(session: Session, table: CsvTable) -> dict[str, str]:
    """The columns of periods, each with its name in formulas; other columns must be known."""
    found: dict[str, str] = {}
    if ITEM not in table.heads:
        session.problems.add(Place(table.file, 1, 1), "", f"expected a column {ITEM} with the name of each row")
    for number, head in enumerate(table.heads, start=1):
        period = PERIOD.fullmatch(head)
        if period is not None:
            found[head] = f"fy{period[1]}" if period[1] else head
        elif head not in (ITEM, *FIELDS):
            text = f"{head} is not known here: expected {EXAMPLE}{nearest(head, (ITEM, *FIELDS))}"
            session.problems.add(Place(table.file, 1, number), "", text)
    if not found:
        session.problems.add(Place(table.file, 1, 1), "", f"expected a column for {EXAMPLE}")
    if len(set(found.values())) < len(found):
        session.problems.add(Place(table.file, 1, 1), "", "expected each period once")
    return found


def _rows(session: Session, table: CsvTable) -> Iterator[_Row]:
    for number, cells in enumerate(table.rows, start=2):
        texts = {
            head: Text(Place(table.file, number, column), cell.strip())
            for column, (head, cell) in enumerate(zip(table.heads, cells, strict=True), start=1)
            if cell.strip()
        }
        item = texts.get(ITEM)
        if item is None or not NAME.fullmatch(item.text):
            place = Place(table.file, number, 1) if item is None else item.place
            found = "nothing" if item is None else repr(item.text)
            session.problems.add(place, ITEM, f"expected a name such as cloud_revenue, found {found}")
            continue
        yield _Row(item.text, item.place, texts)


def _item(session: Session, name: str, row: _Row, periods: dict[str, str]) -> None:
    """The numbers of a row: a path where it has every forecast year, and each other period by itself."""
    first, years = session.values.base_year + 1, session.values.years
    heads = {period: head for head, period in periods.items() if head in row.cells}
    forecast = [heads.get(f"fy{year}") for year in range(first, first + years)]
    path = [row.cells[head] for head in forecast if head is not None] if all(forecast) else []
    label = humanised(row.name)
    if path:
        _assume(session, name, label, Text(row.place, row.name), Items(path[0].place, tuple(path)), row)
    for period, head in heads.items():
        if not path or head not in forecast:
            told = f"{label}, {period.upper().replace('_', ' ')}"
            _assume(session, f"{name}.{period}", told, Text(row.cells[head].place, period), row.cells[head], row)


def _assume(session: Session, name: str, label: str, key: Text, value: Node, row: _Row) -> None:
    bad = [text for text in (value.items if isinstance(value, Items) else (value,))
           if isinstance(text, Text) and text.text[:1] in ("=", "~")]  # fmt: skip
    for text in bad:
        words = "a table holds numbers; formulas and distributions stand in the other files of the case"
        session.problems.add(text.place, name, f"expected a number, found {text.text}: {words}")
    if not bad:
        entries = ((Text(value.place, "value"), value), *row.fields())
        session.assume(name, label, key, Entries(value.place, entries), None)


def _sources(cell: Text) -> Node:
    """One source, or several with ; between."""
    if ";" not in cell.text:
        return cell
    return Items(cell.place, tuple(Text(cell.place, one.strip()) for one in cell.text.split(";") if one.strip()))
