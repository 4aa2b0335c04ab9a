"""What ``valuation compare`` prints: the walk from one value per share to the other, and what moves only the range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.markup import escape
from rich.table import Table

from .comparison import Comparison
from .comparison.walk import Step
from .terminal import console

NAME: Final = 40
TEXT: Final = 24
RANGES: Final = 20


def print_comparison(found: Comparison) -> None:
    """Print both sides, the steps with running totals, and the differences that move nothing or only the range."""
    out = console()
    for letter, side in (("A", found.a), ("B", found.b)):
        text = f"{letter}: {side.told}, {side.case.name}, {side.case.date}".removesuffix(", ")
        out.print(text, highlight=False, markup=False, soft_wrap=True)
    _print_walk(found)
    moving = found.walk.moving
    still = [step.name for step in found.steps if step not in moving]
    if still:
        out.print(f"differ and move nothing: {', '.join(still)}", highlight=False, markup=False, soft_wrap=True)
    if not found.steps:
        out.print("nothing differs that could move the base value", highlight=False)
    elif found.order != "files":
        out.print(_method(found), highlight=False, soft_wrap=True)
    _print_ranges(found)
    for note in (*found.a.notes, *found.b.notes):
        out.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)


def _print_walk(found: Comparison) -> None:
    """Start, a row a step with what it moves and the total after it, in either order, and end."""
    walk, heads = found.walk, _heads(found)
    table = Table(title=f"Value walk, {found.unit}", title_justify="left")
    for head in ("step", "from", "to"):
        table.add_column(head)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_row("[bold]A[/bold]", "", "", *_whole(heads, walk.start))
    table.add_section()
    totals = {"file order": walk.start, "Shapley": walk.start}
    for step in walk.moving:
        cells = step.difference
        table.add_row(*(escape(text) for text in (_cut(cells.name, NAME), _cut(cells.before), _cut(cells.after))),
                      *_moved(step, totals, "±" in heads))  # fmt: skip
    if walk.unexplained:
        table.add_row("[bold]what no step explains[/bold]", "", "", *_rest(heads, walk.rest))
    table.add_section()
    table.add_row("[bold]B[/bold]", "", "", *_whole(heads, walk.end))
    console().print(table)


def _heads(found: Comparison) -> list[str]:
    heads = ["file order", "total"] if found.order != "shapley" else []
    if found.order != "files":
        heads += ["Shapley", "total"] if found.walk.exact else ["Shapley", "±", "total"]
    return heads


def _whole(heads: Sequence[str], amount: float) -> list[str]:
    return [f"[bold]{amount:,.2f}[/bold]" if head == "total" else "" for head in heads]


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


def _print_ranges(found: Comparison) -> None:
    """What moves the range around the base, not the base."""
    if not found.range_only:
        return
    table = Table(title="Moves the range, not the base", title_justify="left")
    for head in ("name", "from", "to"):
        table.add_column(head)
    for one in found.range_only[:RANGES]:
        table.add_row(*(escape(text) for text in (one.name, one.before, one.after)))
    console().print(table)
    if len(found.range_only) > RANGES:
        console().print(f"and {len(found.range_only) - RANGES} more; --json lists them all", highlight=False)
