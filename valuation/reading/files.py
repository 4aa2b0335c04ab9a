"""Gathering a case: a folder of files or one YAML file becomes one tree of top-level keys and tables of peers."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..assumptions import Fact, PeerTable
from ..problems import Place, Problem, Problems, nearest
from ..texts import unfit
from .matrix import pairs, tables
from .peers import read_peers
from .tree import Entries, Items, Node, Text, is_file, parse_yaml, read_text, read_yaml

CASE_FILE: Final = "case.yaml"
FOLDERS: Final = ("segments", "schedules", "transactions")
OWN_FILES: Final = (
    "drivers",
    "bridge",
    "shares",
    "holding",
    "market",
    "reconciliation",
    "correlations",
    "scenarios",
    "checks",
)
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")  # four together fit into a name of Excel
SEPARATORS: Final = ((";", "semicolons"), ("\t", "tabs"))


@dataclass(frozen=True)
class CsvTable:
    """The cells of a CSV file of a case: names of columns, and the rows below them."""

    file: str
    heads: list[str]
    rows: list[list[str]]


@dataclass
class Gathered:
    """The top-level keys of a case with their trees, its peer tables, and the text of every file by relative name."""

    root: Path
    place: Place
    keys: dict[str, tuple[Place, Node]] = field(default_factory=dict)
    segments: dict[str, tuple[Place, Node]] = field(default_factory=dict)
    schedules: dict[str, tuple[Place, Node]] = field(default_factory=dict)
    transactions: dict[str, tuple[Place, Node]] = field(default_factory=dict)
    peers: dict[str, PeerTable] = field(default_factory=dict)
    financials: dict[str, CsvTable] = field(default_factory=dict)
    tables: dict[str, CsvTable | None] = field(default_factory=dict)
    facts: dict[str, Fact] | None = None
    files: dict[str, str] = field(default_factory=dict)
    order: list[Text] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    broken: bool = False


def gather(path: Path, problems: Problems, *, evidence: bool = True) -> Gathered | None:
    """Read every file of a case, and its evidence if wanted; None when there is nothing to read."""
    try:
        found = path.exists()
    except OSError as error:
        problems.add(Place(str(path)), "", f"cannot be read: {error.strerror}")
        return None
    if not found:
        problems.add(Place(str(path)), "", "expected a folder of assumptions or a YAML file; there is nothing here")
        return None
    main = path / CASE_FILE if path.is_dir() else path
    if not main.exists():
        problems.add(Place(str(path)), "", f"expected a file {CASE_FILE} in this folder")
        return None
    case = Gathered(path if path.is_dir() else path.parent, Place(str(main)))
    _read_top(main, case, problems)
    if path.is_dir():
        _read_own_files(path, case, problems)
    if not case.broken:
        _sort_segments(case, problems)
    _read_correlation_csv(case, problems)
    if evidence:
        _read_evidence(case, problems)
    return case


def _keep(path: Path, case: Gathered, problems: Problems) -> Node | None:
    node = read_yaml(path, problems)
    if node is None:
        case.broken = True
    else:
        case.files[_relative(path, case.root)] = read_text(path, problems) or ""
    return node


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _read_top(main: Path, case: Gathered, problems: Problems) -> None:
    node = _keep(main, case, problems)
    if node is None:
        return
    if not isinstance(node, Entries):
        problems.add(node.place, "", "expected names with values, such as `name: Acme`")
        case.broken = True
        return
    for key, child in node:
        if key.text in FOLDERS:
            _add_workings(key.text, child, case, problems)
        else:
            case.keys[key.text] = (key.place, child)


def _add_workings(group: str, node: Node, case: Gathered, problems: Problems) -> None:
    """Segments, schedules or transactions of the case file; a list of segments gives the order of their files."""
    if isinstance(node, Items) and group == "segments":
        case.order = [item for item in node.items if isinstance(item, Text)]
        return
    if not isinstance(node, Entries):
        more = ", or a list that gives their order" if group == "segments" else ""
        problems.add(node.place, group, f"expected {group} by name{more}")
        return
    for key, child in node:
        getattr(case, group)[key.text] = (key.place, child)


def _read_own_files(folder: Path, case: Gathered, problems: Problems) -> None:
    for path in sorted(folder.glob("*.yaml")):
        if path.name == CASE_FILE:
            continue
        if path.stem not in OWN_FILES:
            problems.add(Place(str(path)), "", f"not a file of a case; expected {', '.join(OWN_FILES)} (.yaml)")
        elif path.stem in case.keys:
            problems.add(case.keys[path.stem][0], path.stem, f"stands twice; also in {path.name}")
        elif (node := _keep(path, case, problems)) is not None:
            case.keys[path.stem] = (node.place, node)
    for path in sorted([*folder.glob("*.yml"), *(p for name in FOLDERS for p in folder.glob(f"{name}/*.yml"))]):
        problems.add(Place(str(path)), "", "expected the ending .yaml, found .yml; rename the file")
    for group in FOLDERS:
        _read_workings(folder, group, case, problems)
    for path in sorted((folder / "peers").glob("*.csv")):
        rows = _rows(path, case, problems)
        heads = _heads(path, rows[0], problems) if rows else None
        if heads is not None:
            case.peers[path.stem] = read_peers(path, heads, rows[1:], problems)
    for path in sorted((folder / "financials").glob("*.csv")):
        _read_financials(path, case, problems)


def _read_financials(path: Path, case: Gathered, problems: Problems) -> None:
    """A table of financials; years may head their columns alone."""
    if not NAME.fullmatch(path.stem):
        problems.add(Place(str(path)), "", "expected a file whose name is small letters, digits and _")
        return
    rows = _rows(path, case, problems)
    if rows:
        rows[0] = [f"fy{head.strip()}" if re.fullmatch(r"\s*\d{4}\s*", head) else head for head in rows[0]]
        heads = _heads(path, rows[0], problems)
        if heads is not None:
            case.financials[path.stem] = CsvTable(str(path), heads, rows[1:])


def _read_workings(folder: Path, group: str, case: Gathered, problems: Problems) -> None:
    """Each file of a folder is one segment, schedule or transaction."""
    found: dict[str, tuple[Place, Node]] = getattr(case, group)
    for path in sorted((folder / group).glob("*.yaml")):
        if path.stem in found:
            problems.add(found[path.stem][0], path.stem, f"stands twice; also in {group}/{path.name}")
        elif (node := _keep(path, case, problems)) is not None:
            found[path.stem] = (Place(str(path)), node)


def _sort_segments(case: Gathered, problems: Problems) -> None:
    """Put the segments into the order that the case lists; a list must name each of them."""
    if not case.order:
        return
    names = [text.text for text in case.order]
    for text in case.order:
        if text.text not in case.segments:
            problems.add(
                text.place, "segments", f"{text.text} has no file in segments/{nearest(text.text, case.segments)}"
            )
    for name, (place, _) in case.segments.items():
        if name not in names:
            problems.add(place, name, "is not in the list of segments of the case file")
    case.segments = dict(
        sorted(case.segments.items(), key=lambda item: names.index(item[0]) if item[0] in names else 99)
    )


def _rows(path: Path, case: Gathered, problems: Problems) -> list[list[str]]:
    text = read_text(path, problems)
    if text is None:
        return []
    case.files[_relative(path, case.root)] = text
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        problems.add(Place(str(path)), "", f"not a valid CSV table: {error}")
        return []
    if len(rows) < 2:
        problems.add(Place(str(path)), "", "expected a heading row and at least one row of values")
        return []
    if len(rows[0]) == 1 and (found := next((word for sign, word in SEPARATORS if sign in rows[0][0]), None)):
        problems.add(Place(str(path), 1, 1), "", f"expected commas between the cells and decimal points, found {found}")
        return []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            problems.add(Place(str(path), number, 1), "", f"expected {len(rows[0])} cells, found {len(row)}")
            return []
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            if complaint := unfit(cell):
                problems.add(Place(str(path), number, column), "", complaint)
                return []
    return rows


def _heads(path: Path, cells: list[str], problems: Problems) -> list[str] | None:
    """The names of a table's columns; None, with a problem, when one is no name or stands twice."""
    heads = [head.strip().lower().replace(" ", "_") for head in cells]
    for number, head in enumerate(heads, start=1):
        if not NAME.fullmatch(head) or heads.count(head) > 1:
            wanted = "expected different column names such as ev_sales"
            problems.add(Place(str(path), 1, number), "", f"{wanted}, found {head!r}")
            return None
    return heads


def csv_table(case: Gathered, problems: Problems, name: str) -> CsvTable | str | None:
    """Return a CSV file by its name in the folder of the case, or a complaint; None with problems inside the file."""
    path = case.root / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        return f"expected a file in the folder of the case, found {name}"
    if not is_file(path):
        there = [_relative(found, case.root) for depth in ("*.csv", "*/*.csv") for found in case.root.glob(depth)]
        return f"{name} is not found in the folder of the case{nearest(name, sorted(there))}"
    if name not in case.tables:
        rows = _rows(path, case, problems)
        heads = _heads(path, rows[0], problems) if rows else None
        case.tables[name] = None if heads is None else CsvTable(str(path), heads, rows[1:])
    return case.tables[name]


def _read_correlation_csv(case: Gathered, problems: Problems) -> None:
    """``correlations: matrix.csv``, or a matrix and its weights, becomes the list of its pairs below the diagonal."""
    _, node = case.keys.get("correlations", (case.place, None))
    named = tables(node)
    if node is None or named is None:
        return
    matrix, weights = case.root / named[0].text, None if named[1] is None else case.root / named[1].text
    rows, counts = _rows(matrix, case, problems), None if weights is None else _rows(weights, case, problems)
    case.keys["correlations"] = (node.place, pairs(rows, str(matrix), counts, str(weights), problems))


def evidence_of(case: Gathered) -> Path | None:
    """The file of facts that a case names, looked for from its folder and from here upwards; None without one."""
    node = case.keys["evidence"][1] if "evidence" in case.keys else None
    if not isinstance(node, Text):
        return None
    folders = [case.root.resolve(), *case.root.resolve().parents, Path.cwd(), *Path.cwd().parents]
    return next((folder / node.text for folder in folders if is_file(folder / node.text)), None)


def _read_evidence(case: Gathered, problems: Problems) -> None:
    """Find the evidence file from the case's folder upwards; one that is away is remarked upon, and facts stay None."""
    node = case.keys["evidence"][1] if "evidence" in case.keys else None
    if node is None:
        return
    if not isinstance(node, Text):
        problems.add(node.place, "evidence", "expected the name of a file of facts")
        return
    path = evidence_of(case)
    if path is None:
        case.remarks.append(Problem(node.place, "evidence", f"{node.text} is not found, so sources are not checked"))
        return
    text = read_text(path, problems)
    tree = parse_yaml(text, str(path), problems) if text is not None else None
    if tree is None:
        return
    if not isinstance(tree, Items):
        problems.add(tree.place, "evidence", "expected a list of facts, each with an id")
        return
    case.files["evidence.yaml"] = text or ""
    case.facts = {}
    for item in tree.items:
        _add_fact(item, case.facts, problems)


def _add_fact(item: Node, facts: dict[str, Fact], problems: Problems) -> None:
    if not isinstance(item, Entries) or not isinstance(item.get("id"), Text):
        problems.add(item.place, "evidence", "expected a fact with an id")
        return
    fields = {key.text: child.text for key, child in item if isinstance(child, Text) and child.text != "null"}
    if fields["id"] in facts:
        problems.add(item.place, fields["id"], "stands twice in the evidence")
    facts[fields["id"]] = Fact(fields["id"], fields.get("statement", ""), fields)
