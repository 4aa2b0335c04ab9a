"""A grid of cells from a CSV file, a range of a workbook or a pandas frame, each cell with the name of its place."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..problems import InvalidAssumptions, Place, Problem, nearest
from ..texts import unfit

if TYPE_CHECKING:
    from pandas import DataFrame

Value = str | float | date | None
MOST_CELLS: Final = 200_000
LARGEST: Final = 20_000_000
ENCODINGS: Final = ("utf-8-sig", "utf-16", "gb18030")
_ONE: Final = r"\$?[A-Za-z]{1,3}\$?[1-9]\d*"
RANGE: Final = re.compile(rf"(?:(?P<sheet>'(?:[^']|'')+'|[^'!]+)!)?(?P<cells>{_ONE}(?::{_ONE})?)?")
CELL: Final = re.compile(r"([A-Za-z]{1,3})(\d+)")
MOST_TOLD: Final = 20
ERRORS: Final = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")


@dataclass(frozen=True)
class Grid:
    """Rows of cells; ``place(row, column)`` names a cell as its program does, and ``notes`` say what was noticed."""

    rows: tuple[tuple[Value, ...], ...]
    place: Callable[[int, int], str]
    file: str
    notes: tuple[str, ...] = ()


def refused(where: str, text: str) -> InvalidAssumptions:
    """A problem that leaves nothing to read."""
    return InvalidAssumptions([Problem(Place(where), "", text)])


def grid_of(source: str | Path | DataFrame, cells: str | None = None) -> Grid:
    """Read a source; raises InvalidAssumptions where it cannot be read as a table of cells."""
    if not isinstance(source, (str, Path)):
        return _of_frame(source)
    path = Path(source)
    if not path.is_file():
        raise refused(str(path), "expected a file of data; there is nothing here")
    if path.stat().st_size > LARGEST:
        raise refused(str(path), f"expected a file under {LARGEST:,} bytes")
    kind = path.suffix.lower()
    if kind in (".xlsx", ".xlsm"):
        found = _of_workbook(path, cells)
    elif kind in (".csv", ".tsv", ".txt"):
        if cells is not None:
            raise refused(str(path), "a range names cells of a workbook; a CSV file is read whole")
        found = _of_text(path)
    else:
        raise refused(str(path), f"expected .csv, .tsv or .xlsx, found {kind or 'no ending'}")
    if sum(map(len, found.rows)) > MOST_CELLS:
        raise refused(str(path), f"expected at most {MOST_CELLS:,} cells")
    return _trimmed(found)


def read_range(path: str | Path, cells: str | None = None) -> DataFrame:
    """A range of a workbook, or a CSV file, as a frame: the first row gives the names of columns.

    >>> valuation.read_range("comps.xlsx", "Comps!B4:N20")                 # doctest: +SKIP
    """
    import pandas as pd

    found = grid_of(path, cells)
    heads = [str(head) for head in found.rows[0]]
    return pd.DataFrame([list(row) for row in found.rows[1:]], columns=heads)


# CSV ------------------------------------------------------------------------------------------------------------------


def _of_text(path: Path) -> Grid:
    raw = path.read_bytes()
    if b"\x00" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refused(str(path), "expected text, found binary data")
    text, encoding = _decoded(raw, path)
    sample = text[:20_000]
    separator = max(",;\t", key=sample.splitlines()[0].count) if sample.strip() else ","
    try:
        rows = [
            tuple(cell.strip() or None for cell in row) for row in csv.reader(io.StringIO(text), delimiter=separator)
        ]
    except csv.Error as error:
        raise refused(str(path), f"not a valid table: {error}") from None
    notes = [] if encoding == ENCODINGS[0] else [f"{path.name} was read as {encoding}"]
    between = {",": "", ";": "semicolons", "\t": "tabs"}[separator]
    notes += [f"{path.name} has {between} between its cells"] if between else []
    return Grid(tuple(rows), lambda row, column: f"{path}:{row + 1}:{column + 1}", str(path), tuple(notes))


def _decoded(raw: bytes, path: Path) -> tuple[str, str]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16"), "utf-16"
    for encoding in (ENCODINGS[0], ENCODINGS[2]):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise refused(str(path), "expected UTF-8 text, found another encoding")


# Workbooks ------------------------------------------------------------------------------------------------------------


def _of_workbook(path: Path, cells: str | None) -> Grid:
    """A range as it stands; ``open_book`` refuses what is no workbook or might do harm."""
    from ..workbook.address import column_name
    from ..workbook.opening import open_book

    found = RANGE.fullmatch(cells or "")
    if found is None:
        raise refused(str(path), f"expected a range such as Comps!B4:N20, found {cells!r}")
    book = open_book(path)
    name = _sheet(path, book.sheets, (found["sheet"] or "").strip("'").replace("''", "'"))
    stored, formulas = book.stored.get(name, {}), book.formulas.get(name, {})
    values = {**book.constants.get(name, {}), **stored}
    left, top, right, bottom = _box(found["cells"], [*values, *formulas])
    if (right - left + 1) * (bottom - top + 1) > MOST_CELLS:
        raise refused(f"{path}:{name}", f"expected at most {MOST_CELLS:,} cells; name a smaller range")

    def place(row: int, column: int) -> str:
        return f"{path}:{name}!{column_name(left + column)}{top + row + 1}"

    spots = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    empty = [place(row - top, column - left) for row, column in spots
             if (row, column) in formulas and values.get((row, column)) is None]  # fmt: skip
    if empty:
        text = "has a formula without a stored value: open the workbook in Excel or LibreOffice and save it"
        raise InvalidAssumptions([Problem(Place(where), "", text) for where in empty[:MOST_TOLD]])
    rows = tuple(
        tuple(_value(values.get((row, column))) for column in range(left, right + 1)) for row in range(top, bottom + 1)
    )
    return Grid(rows, place, str(path))


def _box(cells: str | None, filled: list[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a range, from 0; without one, of all that is filled."""
    from ..workbook.cells import column_number

    if cells is None:
        rows, columns = [row for row, _ in filled] or [0], [column for _, column in filled] or [0]
        return min(columns), min(rows), max(columns), max(rows)
    ends = [CELL.fullmatch(part) for part in cells.replace("$", "").split(":")]
    found = [(column_number(end[1].upper()), int(end[2]) - 1) for end in ends if end is not None]
    columns, rows = [column for column, _ in found], [row for _, row in found]
    return min(columns), min(rows), max(columns), max(rows)


def _sheet(path: Path, names: tuple[str, ...], wanted: str) -> str:
    if not wanted and len(names) == 1:
        return names[0]
    if not wanted:
        raise refused(str(path), f"has several sheets; name one: {', '.join(names[:8])}")
    if wanted not in names:
        raise refused(str(path), f"has no sheet {wanted!r}{nearest(wanted, names)}")
    return wanted


def _value(cell: Any) -> Value:
    match cell:
        case datetime():
            return cell.date()
        case bool():
            return str(cell).upper()
        case int() | float():
            return float(cell)
        case None | date():
            return cell
        case _:
            return str(cell).strip() or None


# Frames ---------------------------------------------------------------------------------------------------------------


def _of_frame(frame: DataFrame) -> Grid:
    import pandas as pd

    named = frame.reset_index() if frame.index.name or frame.index.dtype == object else frame
    heads = tuple(str(head) for head in named.columns)
    rows = [tuple(_of_pandas(cell, pd) for cell in row) for row in named.itertuples(index=False, name=None)]

    def place(row: int, column: int) -> str:
        return f"frame[{rows[row - 1][0] if 0 < row <= len(rows) else 'columns'}, {heads[column]}]"

    return _trimmed(Grid((heads, *rows), place, "frame"))


def _of_pandas(cell: Any, pd: Any) -> Value:
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)) or cell is pd.NA:
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date()  # type: ignore[no-any-return]
    return _value(cell.item() if hasattr(cell, "item") else cell)


# All ------------------------------------------------------------------------------------------------------------------


def _trimmed(grid: Grid) -> Grid:
    """Without empty rows and columns around and between, and with texts that a cell of a case can hold."""
    kept = [at for at, row in enumerate(grid.rows) if any(cell is not None for cell in row)]
    if not kept:
        raise refused(grid.file, "expected a table, found nothing")
    width = max(len(grid.rows[at]) for at in kept)
    rows = [(*grid.rows[at], *(None,) * (width - len(grid.rows[at]))) for at in kept]
    columns = [at for at in range(width) if any(row[at] is not None for row in rows)]
    for i, row in enumerate(rows):
        for j in columns:
            complaint = unfit(row[j]) if isinstance(row[j], str) else ""  # type: ignore[arg-type]
            if complaint:
                raise refused(grid.place(kept[i], j), complaint)
    return Grid(
        tuple(tuple(row[at] for at in columns) for row in rows),
        lambda row, column: grid.place(kept[row], columns[column]),
        grid.file,
        grid.notes,
    )
