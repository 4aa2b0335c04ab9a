"""The door: data are read, checked, laid over the table that a case has, tried, and only then written."""

from __future__ import annotations

import csv
import difflib
import io
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..atomic import write_text
from ..peers import COMPANY, EXCLUDE
from ..problems import InvalidAssumptions, Place, Problem
from ..reading import read
from ..reading.files import NAME
from ..reading.financials import FIELDS, ITEM
from .financials import financials
from .grid import grid_of
from .peers import Table, over, peers
from .wanted import Report, Wanted

if TYPE_CHECKING:
    from pandas import DataFrame

KINDS: Final = ("peers", "financials")


@dataclass(frozen=True)
class Imported:
    """What an import did: the file, its difference to what stood there, notes, and whether it was written."""

    file: Path
    diff: str
    notes: tuple[str, ...]
    rows: int
    written: bool

    def as_json(self) -> dict[str, Any]:
        """One object."""
        return {"file": str(self.file), "rows": self.rows, "written": self.written, "notes": list(self.notes),
                "diff": self.diff}  # fmt: skip

    def __str__(self) -> str:
        lines = [*(f"note: {note}" for note in self.notes)]
        what = "written" if self.written else "not written (--dry-run)" if self.diff else "as it was"
        return "\n".join([*lines, f"{self.file}: {self.rows} rows, {what}"])


def import_data(
    case: str | Path,
    name: str,
    source: str | Path | DataFrame,
    cells: str | None = None,
    wanted: Wanted | None = None,
    *,
    dry_run: bool = False,
) -> Imported:
    """Bring data into a case as ``peers.<id>`` or ``financials.<id>``; ``cells`` is a range of a workbook.

    Raises InvalidAssumptions with every problem, each at its cell, and then writes nothing: also where the case could
    not be read any more with the new table.
    """
    kind, _, table = name.partition(".")
    home = Path(case)
    if kind not in KINDS or not NAME.fullmatch(table):
        text = f"expected peers.<id> or financials.<id>, such as peers.chips, found {name!r}"
        raise InvalidAssumptions([Problem(Place("import"), "", text)])
    if not (home / "case.yaml").is_file():
        raise InvalidAssumptions(
            [Problem(Place(str(home)), "", "expected the folder of a case; a table is a file in it")]
        )
    report, wish = Report(), wanted or Wanted()
    grid = grid_of(source, cells)
    report.notes += grid.notes
    target = home / kind / f"{table}.csv"
    before = target.read_text("utf-8-sig") if target.is_file() else ""
    there, faults = read(home, evidence=False)
    day = "" if there is None else there.date
    found = peers(grid, wish, day, report) if kind == "peers" else financials(grid, wish, report)
    if not report.problems and not found:
        report.wrong(grid.file, "", "expected at least one row of data")
    if report.problems:
        raise InvalidAssumptions(report.problems)
    rows = over(_as_table(before, COMPANY if kind == "peers" else ITEM), found, report)
    text = _written(rows, kind)
    diff = "".join(difflib.unified_diff(before.splitlines(True), text.splitlines(True), f"a/{target}", f"b/{target}"))
    _try(home, Path(kind) / target.name, text, {problem.text for problem in faults})
    if diff and not dry_run:
        target.parent.mkdir(exist_ok=True)
        write_text(target, text)
    return Imported(target, diff, tuple(report.notes), len(rows), bool(diff) and not dry_run)


def _as_table(text: str, key: str) -> Table:
    """The table that is there, by company or item, with its headings as they are spelled."""
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    if not rows:
        return {}
    heads = [_known(head) for head in rows[0]]
    found = [dict(zip(heads, (cell.strip() for cell in row), strict=False)) for row in rows[1:]]
    return {row[key]: row for row in found if row.get(key)}


def _known(head: str) -> str:
    name = head.strip().lower().replace(" ", "_")
    return f"fy{name}" if name.isdecimal() and len(name) == 4 else name


def _written(rows: Table, kind: str) -> str:
    """The table as text: names first, then what is in every row, years in their order."""
    heads = list(dict.fromkeys(head for row in rows.values() for head in row))
    if kind == "financials":
        first = [ITEM, *(head for head in FIELDS if head in heads)]
        heads = [*first, *sorted((head for head in heads if head not in first), key=_in_time)]
    else:
        heads = [head for head in heads if head != EXCLUDE] + [EXCLUDE] * (EXCLUDE in heads)
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow([head.upper() if head.startswith("fy") and head[2:].isdecimal() else head for head in heads])
    write.writerows([row.get(head, "") for head in heads] for row in rows.values())
    return out.getvalue()


def _in_time(head: str) -> tuple[str, str]:
    return head[-4:] if head[-4:].isdecimal() else "9999", head


def _try(home: Path, name: Path, text: str, known: Collection[str]) -> None:
    """Read the case with the new table in a copy; what is wrong only with it, and not ``known`` before, is raised."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / home.resolve().name
        shutil.copytree(home, copy)
        (copy / name.parent).mkdir(exist_ok=True)
        (copy / name).write_text(text, "utf-8")
        _, after = read(copy, evidence=False)
        new = [Problem(Place(str(home / Path(one.place.file).relative_to(copy)), one.place.line, one.place.column),
                       one.name, one.text) for one in after if one.text not in known]  # fmt: skip
    if new:
        raise InvalidAssumptions(new)
