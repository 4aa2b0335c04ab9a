"""A matrix of rank correlations as a CSV table, and one of their weights, become the list of pairs that they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ..problems import Place, Problems
from .tree import Entries, Items, Node, Text

Rows = list[list[str]]
NOTHING: Final = ("", "0", "0.0")


class _Cell(NamedTuple):
    first: str
    other: str
    text: Text

    @property
    def between(self) -> frozenset[str]:
        return frozenset((self.first, self.other))


def tables(node: Node | None) -> tuple[Text, Text | None] | None:
    """The names of the CSV files that ``correlations`` names, the matrix and its weights; None when it names none."""
    if isinstance(node, Text):
        return (node, None) if node.text.endswith(".csv") else None
    if not isinstance(node, Entries):
        return None
    matrix, weights = node.get("matrix"), node.get("weights")
    known = all(key.text in ("matrix", "weights") for key, _ in node)
    if not known or not isinstance(matrix, Text) or not (weights is None or isinstance(weights, Text)):
        return None
    return matrix, weights


def pairs(matrix: Rows, file: str, weights: Rows | None, weights_file: str, problems: Problems) -> Items:
    """The pairs below the diagonal, as if they had been written one by one; zeros are left out unless they weigh."""
    counts = _weights(weights, weights_file, problems) if weights is not None else {}
    items: list[Node] = []
    names: set[str] = set()
    for cell in _triangle(matrix, file, problems, "1"):
        names |= cell.between
        count = counts.get(cell.between)
        if cell.text.text not in NOTHING or count is not None:
            items.append(_pair(cell, count))
    for between, (_, text) in counts.items():
        if strange := sorted(between - names):
            problems.add(text.place, "correlations", f"expected a name of the matrix, found {strange[0]}")
    return Items(Place(file), tuple(items))


def _pair(cell: _Cell, count: tuple[Text, Text] | None) -> Entries:
    place = cell.text.place
    between = Items(place, (Text(place, cell.first), Text(place, cell.other)))
    rank = Text(place, cell.text.text or "0")
    entries: list[tuple[Text, Node]] = [(Text(place, "between"), between), (Text(place, "rank"), rank)]
    return Entries(place, (*entries, *([count] if count else [])))


def _weights(rows: Rows, file: str, problems: Problems) -> dict[frozenset[str], tuple[Text, Text]]:
    """What a pair says about its weight, by its two names: keep, or a number; a blank cell says nothing."""
    found = {}
    for cell in _triangle(rows, file, problems, ""):
        place, text = cell.text.place, cell.text.text
        if text:
            told = ("keep", "yes") if text == "keep" else ("weight", text)
            found[cell.between] = (Text(place, told[0]), Text(place, told[1]))
    return found


def _triangle(rows: Rows, file: str, problems: Problems, diagonal: str) -> Iterator[_Cell]:
    """The cells below the diagonal of a square table, which may be blank above it."""
    heads = [cell.strip() for cell in rows[0][1:]] if rows else []
    if [row[0].strip() for row in rows[1:]] != heads:
        problems.add(Place(file, 1, 1), "correlations", "expected a square table with the same names down and across")
        return
    cells = [[cell.strip() for cell in row[1:]] for row in rows[1:]]
    for i, name in enumerate(heads):
        for j, other in enumerate(heads[: i + 1]):
            place, here, mirrored = Place(file, i + 2, j + 2), cells[i][j], cells[j][i]
            if here != mirrored and mirrored:
                problems.add(place, name, f"expected a symmetric table, found {here} and {mirrored}")
            if i != j:
                yield _Cell(other, name, Text(place, here))
            elif diagonal and here not in (diagonal, f"{diagonal}.0"):
                problems.add(place, name, f"expected {diagonal} on the diagonal, found {here}")
