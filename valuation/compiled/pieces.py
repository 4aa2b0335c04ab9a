"""Pieces: the parts of a graph that are compiled each as one loop over draws, and the rows that they hand on.

A piece is a stay in one scope, cut where it would grow too long for the compiler. Segments that are valued by the same
formulas give the same text, which is compiled once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from .graph import CERTAIN, Node, behind
from .spelling import Spelled, spell

LONGEST: Final = 800


@dataclass(frozen=True)
class Piece:
    """One loop: its text, the rows it reads, those it writes and the certain values that it takes, in their order."""

    text: str
    reads: tuple[Node, ...]
    writes: tuple[tuple[Node, int | None], ...]
    certain: tuple[Node, ...]


def pieces_of(outputs: list[Node]) -> list[Piece]:
    """The pieces that compute the outputs; a write is of a node to an output's place, or to a row handed on (None)."""
    places: dict[Node, list[int]] = {}
    for place, node in enumerate(outputs):
        places.setdefault(node, []).append(place)
    lists = _lists(outputs)
    home = {node: number for number, nodes in enumerate(lists) for node in nodes}
    read: dict[Node, None] = {}
    for number, nodes in enumerate(lists):
        for node in nodes:
            read.update((o, None) for o in node.operands if home.get(o, number) != number)
    return [_piece(nodes, places, read) for nodes in lists]


def _piece(nodes: list[Node], places: dict[Node, list[int]], read: dict[Node, None]) -> Piece:
    writes: list[tuple[Node, int | None]] = []
    for node in nodes:
        kept: list[int | None] = [*places.get(node, [])]
        writes += [(node, place) for place in kept or ([None] if node in read else [])]
    spelled: Spelled = spell(nodes, [(node, place is not None) for node, place in writes])
    return Piece(spelled.text, spelled.reads, tuple(writes), spelled.certain)


def _lists(outputs: list[Node]) -> list[list[Node]]:
    """Varying nodes by visit, in the order in which the outputs need them, cut where that is wanted."""
    needed = sorted((node for node in behind(outputs) if node.visit != CERTAIN), key=lambda node: node.visit)
    visits = [list(nodes) for _, nodes in groupby(needed, key=lambda node: node.visit)]
    return [nodes[start : start + LONGEST] for nodes in visits for start in range(0, len(nodes), LONGEST)]
