"""A comparison as tables: the walk from one value per share to the other, and what moves only the range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..tables import Bold, Cells, Column, Table, note

if TYPE_CHECKING:
    from ..comparison import Comparison
    from ..comparison.walk import Step

NAME: Final = 40
TEXT: Final = 24
RANGES: Final = 20


def comparison_tables(found: Comparison) -> list[Table]:
    """Both sides, the steps with running totals, and the differences that move nothing or only the range."""
    sides = [
        note(f"{letter}: {side.told}, {side.case.name}, {side.case.date}".removesuffix(", "))
        for letter, side in (("A", found.a), ("B", found.b))
    ]
    moving = found.walk.moving
    still = [step.name for step in found.steps if step not in moving]
    told = [f"differ and move nothing: {', '.join(still)}"] if still else []
    if not found.steps:
        told.append("nothing differs that could move the base value")
    elif found.order != "files":
        told.append(_method(found))
    notes = [note(f"note: {text}") for text in (*found.a.notes, *found.b.notes)]
    return [*sides, walk_table(found), *map(note, told), *_ranges(found), *notes]


def walk_table(found: Comparison) -> Table:
    """Start, a row a step with what it moves and the total after it, in either order, and end."""
    walk, heads = found.walk, _heads(found)
    columns = (*(Column(head) for head in ("step", "from", "to")), *(Column(h, right=True, whole=True) for h in heads))
    totals = {"file order": walk.start, "Shapley": walk.start}
    steps: list[Cells] = []
    for step in walk.moving:
        cells = step.difference
        told = (_cut(cells.name, NAME), _cut(cells.before), _cut(cells.after))
        steps.append((*told, *_moved(step, totals, "±" in heads)))
    if walk.unexplained:
        steps.append((Bold("what no step explains"), "", "", *_rest(heads, walk.rest)))
    start: Cells = (Bold("A"), "", "", *_whole(heads, walk.start))
    end: Cells = (Bold("B"), "", "", *_whole(heads, walk.end))
    return Table(f"Value walk, {found.unit}", columns, ((start,), tuple(steps), (end,)))


def _heads(found: Comparison) -> list[str]:
    heads = ["file order", "total"] if found.order != "shapley" else []
    if found.order != "files":
        heads += ["Shapley", "total"] if found.walk.exact else ["Shapley", "±", "total"]
    return heads


def _whole(heads: Sequence[str], amount: float) -> list[str]:
    return [Bold(f"{amount:,.2f}") if head == "total" else "" for head in heads]


def _rest(heads: Sequence[str], amount: float) -> list[str]:
    return [f"{amount:+,.2f}" if head in ("file order", "Shapley") else "" for head in heads]


def _moved(step: Step, totals: dict[str, float], with_error: bool) -> list[str]:
    cells: list[str] = []
    if step.file_order is not None:
        totals["file order"] += step.file_order
        cells += [f"{step.file_order:+,.2f}", f"{totals['file order']:,.2f}"]
    if step.shapley is not None:
        totals["Shapley"] += step.shapley
        error = [f"{step.shapley_error:,.2f}"] if with_error else []
        cells += [f"{step.shapley:+,.2f}", *error, f"{totals['Shapley']:,.2f}"]
    return cells


def _cut(text: str, length: int = TEXT) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _method(found: Comparison) -> str:
    walk = found.walk
    if walk.exact:
        return f"Shapley values: exact, over all orders of {len(walk.steps)} steps; {walk.mixtures:,} cases valued"
    return f"Shapley values: {walk.orders:,} orders at random; {walk.mixtures:,} cases valued; ± is the standard error"


def _ranges(found: Comparison) -> list[Table]:
    """What moves the range around the base, not the base."""
    if not found.range_only:
        return []
    rows = tuple((one.name, one.before, one.after) for one in found.range_only)
    left = f"and {len(rows) - RANGES} more; --json lists them all"
    columns = tuple(Column(head) for head in ("name", "from", "to"))
    return [Table("Moves the range, not the base", columns, (rows,), most=RANGES, rest=left)]
